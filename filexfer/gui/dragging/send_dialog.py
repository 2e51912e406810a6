"""Files that the app was started with (*Send to filexfer*, `filexfer app PATH…`): asks where they are to go. Nothing is sent
before the button is pressed; what is then to be decided, the sheet asks."""

from __future__ import annotations

import os
from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QDialog, QDialogButtonBox, QLabel, QVBoxLayout, QWidget

from filexfer.core import paths
from filexfer.gui.kit.controls import faint_label, plain_label
from filexfer.gui.kit.location import Location
from filexfer.gui.kit.theme import GAP, MARGIN, PAGE, title
from filexfer.gui.kit.words import Words

WIDTH, SHOWN = 420, 4


class SendDialog(QDialog):
    """Signal: `chosen(Location)`. `places`: where they can go, the likeliest first; at least one."""

    chosen = Signal(object)

    def __init__(self, local: Sequence[str], places: Sequence[Location], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Send with filexfer"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.where = QComboBox()
        for widget in (self.where, self.where.view()):
            widget.setAccessibleName(self.tr("Send to"))
        for place in places:
            self.where.addItem(place.words, place)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.send = buttons.addButton(self.tr("Send"), QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.accepted.connect(self._on_send)
        buttons.rejected.connect(self.reject)
        label = QLabel(self.tr("&To"))
        label.setBuddy(self.where)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(PAGE, PAGE, PAGE, PAGE)
        layout.setSpacing(GAP)
        head = plain_label(Words.tr("Send %Ln file(s) and folder(s)", "", len(local)))
        head.setFont(title(head.font()))
        layout.addWidget(head)
        layout.addWidget(self._names(local))
        layout.addSpacing(MARGIN)
        layout.addWidget(label)
        layout.addWidget(self.where)
        layout.addSpacing(MARGIN)
        layout.addWidget(buttons)
        self.setMinimumWidth(WIDTH)
        self.send.setDefault(True)
        self.send.setFocus()

    def _names(self, local: Sequence[str]) -> QLabel:
        metrics = self.fontMetrics()
        names = [paths.shown(os.path.basename(path.rstrip(os.sep)) or path) for path in local[:SHOWN]]
        lines = [metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, WIDTH - 2 * PAGE) for name in names]
        return faint_label("\n".join([*lines, "…"] if len(local) > SHOWN else lines))

    def _on_send(self) -> None:
        self.chosen.emit(self.where.currentData())
        self.accept()
