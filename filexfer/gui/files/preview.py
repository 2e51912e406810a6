"""The large preview that Space opens: of the current row, following it while the arrow keys move. Space or Escape closes it."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QApplication, QDialog, QVBoxLayout, QWidget

from filexfer.core import paths
from filexfer.core.errors import FilexferError
from filexfer.core.model import Entry, Kind
from filexfer.gui.files.browser import Browser
from filexfer.gui.files.file_view import FileView
from filexfer.gui.files.pictures import Preview
from filexfer.gui.files.preview_view import PreviewView
from filexfer.gui.files.previews import Previews
from filexfer.gui.kit import words
from filexfer.gui.kit.bridge import Bridge
from filexfer.gui.kit.controls import faint_label
from filexfer.gui.kit.icons import Icons
from filexfer.gui.kit.sentences import why
from filexfer.gui.kit.theme import MARGIN

#: Largest picture asked for, in pixels; what the server makes at most.
MOST_EDGE = 2048
#: Keys are held down: only where they stop is a preview asked for, in milliseconds.
PAUSE_MS = 90

_MOVES = frozenset(
    (
        Qt.Key.Key_Up,
        Qt.Key.Key_Down,
        Qt.Key.Key_Left,
        Qt.Key.Key_Right,
        Qt.Key.Key_Home,
        Qt.Key.Key_End,
        Qt.Key.Key_PageUp,
        Qt.Key.Key_PageDown,
    )
)


class PreviewDialog(QDialog):
    """Goes with the folder it was opened in."""

    def __init__(self, bridge: Bridge, browser: Browser, view: FileView, icons: Icons, window: QWidget) -> None:
        super().__init__(window)
        self._browser, self._view = browser, view
        self._previews = Previews(bridge, self)
        self.content = PreviewView(icons)
        self.facts = faint_label()
        self.facts.setAlignment(Qt.AlignmentFlag.AlignCenter)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(MARGIN, MARGIN, MARGIN, MARGIN)
        layout.addWidget(self.content, 1)
        layout.addWidget(self.facts)
        self.resize(880, 640)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._pause = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._pause.timeout.connect(self._ask)
        self._previews.came.connect(self._show)
        self._previews.failed.connect(self._failed)
        view.selectionModel().currentRowChanged.connect(self._follow)
        browser.moved.connect(self.close)
        browser.shown.connect(self._follow)
        self._follow()

    @property
    def _entry(self) -> Entry | None:
        return self._browser.model.entry(self._view.currentIndex().row())

    def _follow(self) -> None:
        entry = self._entry
        if entry is None:
            return
        self.setWindowTitle(paths.shown(entry.name))
        self.facts.setText(facts_of(entry, 0, 0))
        self.content.show_icon(entry)
        self._previews.forget()
        self._pause.start()

    def _ask(self) -> None:
        entry, here = self._entry, self._browser.here
        if entry is not None and here is not None and entry.kind is Kind.FILE:
            self._previews.ask(here, entry, self.content.edge(MOST_EDGE))

    def _show(self, preview: Preview) -> None:
        self.content.show_preview(preview)
        self.facts.setText(facts_of(preview.entry, preview.width, preview.height))

    def _failed(self, error: FilexferError) -> None:
        entry = self._entry
        if entry is not None:
            self.content.show_icon(entry, why(error))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._pause.start()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space:
            self.close()
        elif event.key() in _MOVES:
            QApplication.sendEvent(self._view.front, event)
        else:
            super().keyPressEvent(event)


def facts_of(entry: Entry, width: int, height: int) -> str:
    """The line below a preview: `4.2 MB · 6000 × 4000 · yesterday 10:12`."""
    parts = [words.size(entry.size)] if entry.kind is Kind.FILE else []
    if width and height:
        parts.append(dimensions(width, height))
    return " · ".join([*parts, words.moment(entry.mtime_ns)])


def dimensions(width: int, height: int) -> str:
    """`6000 × 4000`."""
    return f"{width} × {height}"
