"""The path of the open folder as a row of buttons; Ctrl+L turns it into a field to type in. Leading folders fold into “…”."""

from __future__ import annotations

from functools import partial
from itertools import pairwise

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QSizePolicy, QStackedLayout, QToolButton, QWidget

from filexfer.core import paths
from filexfer.gui.kit.controls import faint_label, tip
from filexfer.gui.kit.location import Location
from filexfer.gui.kit.menu import Menu
from filexfer.gui.kit.reading import is_turned, isolated
from filexfer.gui.kit.theme import GAP

#: Widest a single part may be, in pixels; longer names are elided in the middle.
PART_WIDTH = 220


class Breadcrumb(QWidget):
    """Signals: `chosen(Location)` when a part was clicked; `typed(text)` when a path or an address was typed;
    `left()` when the keyboard is not for the field any more."""

    chosen = Signal(object)
    typed = Signal(str)
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._location: Location | None = None
        #: The buttons, the server first; leading ones may be folded away.
        self.parts: list[QToolButton] = []
        self._arrows: list[QLabel] = []
        self._steps: list[Location] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._row = QWidget()
        self._line = QHBoxLayout(self._row)
        self._line.setContentsMargins(0, 0, 0, 0)
        self._line.setSpacing(0)
        self._folded = QToolButton()
        self._folded.setText("…")
        self._folded.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._folded.setAccessibleName(self.tr("Folders further up"))
        self._field = QLineEdit(placeholderText=self.tr("A path on this server, or an address"))
        self._field.setAccessibleName(self.tr("Path or address"))
        self._field.returnPressed.connect(self._on_typed)
        self._field.installEventFilter(self)
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self._row)
        self._stack.addWidget(self._field)

    def show_location(self, location: Location | None) -> None:
        self._location = location
        self._stack.setCurrentWidget(self._row)
        stood = self._row.isAncestorOf(self.window().focusWidget() or self)
        while (item := self._line.takeAt(0)) is not None:
            if (widget := item.widget()) is not None and widget is not self._folded:
                widget.hide()
                widget.deleteLater()
        self.parts, self._arrows, self._steps = [], [], []
        if location is not None:
            self._build(location)
        self._line.addStretch(1)
        self._fit()
        if stood and self.parts:
            self.parts[-1].setFocus(Qt.FocusReason.OtherFocusReason)

    def edit(self) -> None:
        """Turn into a field with the path in it."""
        self._field.setText("" if self._location is None else "/" + paths.shown(self._location.path))
        self._stack.setCurrentWidget(self._field)
        self._field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._field.selectAll()

    def at(self, point: QPoint) -> tuple[Location, QRect] | None:
        """The folder whose part is at `point`, and where that part is; None beside the parts."""
        for part, step in zip(self.parts, self._steps, strict=True):
            area = QRect(part.mapTo(self, QPoint(0, 0)), part.size())
            if part.isVisible() and area.contains(point):
                return step, area
        return None

    def minimumSizeHint(self) -> QSize:
        return QSize(120, 32)

    def sizeHint(self) -> QSize:
        return QSize(400, 32)

    def _build(self, location: Location) -> None:
        self._line.addWidget(self._folded)
        parts = paths.split(location.path)
        self._steps = [location.at(paths.join(*parts[:depth])) for depth in range(len(parts) + 1)]
        for depth, step in enumerate(self._steps):
            if depth:
                self._arrows.append(faint_label("‹" if is_turned() else "›"))
                self._arrows[-1].setContentsMargins(GAP // 2, 0, GAP // 2, 0)  # beside the ring of what has the keyboard
                self._line.addWidget(self._arrows[-1])
            self.parts.append(self._part(step, depth == len(parts)))
            self._line.addWidget(self.parts[-1])
        # Made after all others, they would be the last that the Tab key comes to.
        for before, after in pairwise([self._field, self._folded, *self.parts]):
            QWidget.setTabOrder(before, after)

    def _part(self, step: Location, last: bool) -> QToolButton:
        name = paths.shown(paths.name(step.path) or step.name)
        button = QToolButton()
        button.setToolTip(tip(step.words))
        font = button.font()
        font.setBold(last)
        button.setFont(font)
        # An ampersand would become a mnemonic.
        text = button.fontMetrics().elidedText(name, Qt.TextElideMode.ElideMiddle, PART_WIDTH)
        button.setText(isolated(text.replace("&", "&&")))
        button.setAccessibleName(name)
        button.clicked.connect(partial(self.chosen.emit, step))
        return button

    def _fit(self) -> None:
        """Fold leading parts away until the rest fits."""
        room = self.width() - 8
        widths = [part.sizeHint().width() for part in self.parts]
        arrows = [arrow.sizeHint().width() for arrow in self._arrows]
        hidden = 0
        while hidden < len(widths) - 1:
            needed = sum(widths[hidden:]) + sum(arrows[max(0, hidden - 1) :])
            if needed + (self._folded.sizeHint().width() if hidden else 0) <= room:
                break
            hidden += 1
        for depth, part in enumerate(self.parts):
            part.setVisible(depth >= hidden)
        for depth, arrow in enumerate(self._arrows):
            arrow.setVisible(depth + 1 >= hidden and hidden < len(widths))
        self._folded.setVisible(hidden > 0)
        if hidden:
            self._fill_menu(hidden)

    def _fill_menu(self, hidden: int) -> None:
        menu = self._folded.menu() or Menu(self._folded)
        menu.clear()
        for part in self.parts[:hidden]:
            menu.addAction(part.text(), part.click)
        self._folded.setMenu(menu)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._field and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() == Qt.Key.Key_Escape:
                self._stack.setCurrentWidget(self._row)
                self.left.emit()
                return True
        elif watched is self._field and event.type() == QEvent.Type.FocusOut:
            self._stack.setCurrentWidget(self._row)
        return False

    def _on_typed(self) -> None:
        text = self._field.text().strip()
        self._stack.setCurrentWidget(self._row)
        self.left.emit()
        if text:
            self.typed.emit(text)
