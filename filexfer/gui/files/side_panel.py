"""The panel at the side: what the selected file looks like, and what is known of it. Rules: nothing is asked for while it is
hidden, and nothing is read whole without being told to: the digest comes only on demand."""

from __future__ import annotations

from functools import partial
from typing import Any

from PySide6.QtCore import QTimer
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QFormLayout, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from filexfer.core import paths
from filexfer.core.errors import FilexferError
from filexfer.core.model import Entry, Kind
from filexfer.gui.files.browser import Browser
from filexfer.gui.files.file_view import FileView
from filexfer.gui.files.pictures import Preview
from filexfer.gui.files.preview import dimensions
from filexfer.gui.files.preview_view import PreviewView
from filexfer.gui.files.previews import Previews
from filexfer.gui.kit import words
from filexfer.gui.kit.bridge import Bridge
from filexfer.gui.kit.controls import faint_label, icon_button, plain_label, to_clipboard
from filexfer.gui.kit.icons import Icons
from filexfer.gui.kit.location import Location
from filexfer.gui.kit.sentences import why
from filexfer.gui.kit.theme import GAP, MARGIN
from filexfer.gui.kit.words import Words

#: Width at first; the selection stands still for so long before anything is asked for, in milliseconds.
WIDTH, PAUSE_MS = 240, 150
#: Largest picture asked for, in pixels; rows of which sizes are added up.
MOST_EDGE, MOST_ROWS = 1024, 2000
#: Figures of a digest that are shown; all of them go to the clipboard.
FIGURES = 8


class SidePanel(QWidget):
    """Attributes for tests: content (the preview), name, amount, pixels, changed, digest (labels)."""

    def __init__(self, bridge: Bridge, browser: Browser, view: FileView, icons: Icons) -> None:
        super().__init__()
        self._bridge, self._browser, self._view = bridge, browser, view
        self._previews = Previews(bridge, self)
        self._shown: tuple[Location, Entry] | None = None
        self._hex = ""
        self.content = PreviewView(icons)
        self.content.setFixedHeight(WIDTH - 2 * MARGIN)
        self.name = plain_label(wrap=True)
        self.amount, self.pixels, self.changed, self.digest = (plain_label() for _ in range(4))
        self.compute = QPushButton(self.tr("Calculate"))
        self.compute.setAccessibleName(self.tr("Calculate the digest"))
        self.copy = icon_button(icons.icon("copy"), self.tr("Copy the digest"))
        self.compute.clicked.connect(self._on_compute)
        self.copy.clicked.connect(lambda: to_clipboard(self._hex))
        self._lay_out()
        self.setMinimumWidth(200)
        self._pause = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._pause.timeout.connect(self._ask)
        self._previews.came.connect(self._show)
        self._previews.failed.connect(self._failed)
        view.selection_changed.connect(self._follow)
        browser.moved.connect(self._follow)
        browser.shown.connect(self._follow)

    def _lay_out(self) -> None:
        digest, called = QWidget(), faint_label(self.tr("BLAKE3"))
        for widget in (digest, called):
            # As high with a button as with figures.
            widget.setMinimumHeight(self.compute.sizeHint().height() + 4)
        beside = QHBoxLayout(digest)
        beside.setContentsMargins(0, 0, 0, 0)
        beside.setSpacing(4)
        for widget in (self.digest, self.compute, self.copy):
            beside.addWidget(widget)
        beside.addStretch(1)
        self._facts = QFormLayout()
        self._facts.setHorizontalSpacing(GAP)
        self._facts.setVerticalSpacing(4)
        self._facts.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        for text, field in (
            (self.tr("Size"), self.amount),
            (self.tr("Dimensions"), self.pixels),
            (self.tr("Modified"), self.changed),
        ):
            self._facts.addRow(faint_label(text), field)
        self._facts.addRow(called, digest)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(MARGIN, MARGIN, MARGIN, MARGIN)
        layout.setSpacing(GAP)
        layout.addWidget(self.content)
        layout.addWidget(self.name)
        layout.addLayout(self._facts)
        layout.addStretch(1)

    # What is selected.

    def _follow(self) -> None:
        if not self.isVisible():
            return
        self._previews.forget()
        here, chosen = self._browser.here, self._view.chosen()
        ranges = self._view.ranges()
        entry = self._browser.model.entry(ranges[0][0]) if chosen == 1 else None
        before, self._shown = self._shown, None if here is None or entry is None else (here, entry)
        if self._shown is None:
            self._show_many(chosen)
        elif self._shown != before:
            self._show_facts(self._shown[1])
            self._pause.start()

    def _show_many(self, chosen: int) -> None:
        self._pause.stop()
        self.content.setVisible(not chosen)
        self.name.setVisible(bool(chosen))
        self._rows(size=False, pixels=False, changed=False, digest=False)
        if not chosen:
            self.content.show_nothing(self.tr("Select a file to see what it looks like."))
            return
        self.name.setText(self.tr("{items} selected").format(items=Words.tr("%Ln item(s)", "", chosen)))
        if chosen <= MOST_ROWS:
            known = [entry for first, last in self._view.ranges() for entry in self._browser.model.known(first, last)]
            files = [entry.size for entry in known if entry.kind is Kind.FILE]
            if len(known) == chosen and files:
                self.amount.setText(words.size(sum(files)))
                self._rows(size=True, pixels=False, changed=False, digest=False)

    def _show_facts(self, entry: Entry) -> None:
        is_file = entry.kind is Kind.FILE
        # A name without a space must be breakable too.
        self.name.setText("\u200b".join(paths.shown(entry.name)))
        self.amount.setText(words.size(entry.size))
        self.changed.setText(words.moment(entry.mtime_ns))
        self._show_digest("")
        self._rows(size=is_file, pixels=False, changed=True, digest=is_file)
        self.content.show()
        self.name.show()
        self.content.show_icon(entry)

    def _rows(self, **shown: bool) -> None:
        for number, visible in enumerate(shown.values()):
            self._facts.setRowVisible(number, visible)

    def _ask(self) -> None:
        if self._shown is not None and self._shown[1].kind is Kind.FILE:
            self._previews.ask(*self._shown, self.content.edge(MOST_EDGE))

    def _show(self, preview: Preview) -> None:
        self.content.show_preview(preview)
        if preview.width and preview.height:
            self.pixels.setText(dimensions(preview.width, preview.height))
            self._facts.setRowVisible(1, True)

    def _failed(self, error: FilexferError) -> None:
        if self._shown is not None:
            self.content.show_icon(self._shown[1], why(error))

    # The digest.

    def _show_digest(self, digest: str) -> None:
        self._hex = digest
        self.digest.setText(f"{digest[:FIGURES]}…" if digest else "")
        self.digest.setToolTip(digest)
        self.digest.setVisible(bool(digest))
        self.copy.setVisible(bool(digest))
        self.compute.setVisible(not digest)
        self.compute.setEnabled(True)
        self.compute.setText(self.tr("Calculate"))

    def _on_compute(self) -> None:
        if self._shown is None:
            return
        here, entry = self._shown
        self.compute.setEnabled(False)
        self.compute.setText(self.tr("Reading…"))
        self._bridge.ask(
            "server_call",
            here.server,
            "file_digests",
            [paths.to_wire(paths.join(here.path, entry.name)), {"whole": True}],
            read=_digest_of,
            done=partial(self._computed, self._shown),
            failed=partial(self._not_computed, self._shown),
        )

    def _computed(self, asked: tuple[Location, Entry], digest: str) -> None:
        if self._shown == asked:
            self._show_digest(digest)

    def _not_computed(self, asked: tuple[Location, Entry], error: FilexferError) -> None:
        if self._shown == asked:
            self._show_digest("")
        self._bridge.failed.emit(error)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._shown = None
        QTimer.singleShot(0, self, self._follow)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._pause.stop()
        self._previews.forget()


def _digest_of(answer: Any) -> str:
    algorithm, _, figures = str(answer["digest"]).partition(":")
    if algorithm != "blake3" or len(figures) != 64:
        raise ValueError("another digest than asked for")
    return figures
