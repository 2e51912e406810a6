"""A line above the folder of a computer that lets us manage it, with the button that opens it as if it were this one."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from filexfer.core import paths
from filexfer.gui.kit.elided import Elided
from filexfer.gui.kit.theme import GAP, MARGIN


class ManageBar(QWidget):
    """Hidden until `show_for` says that we may. Signal: `wanted()`."""

    wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._server = ""
        self._words = Elided()
        self.button = QPushButton(self.tr("Manage…"))
        self.button.clicked.connect(self.wanted)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(MARGIN, 4, MARGIN, 4)
        layout.setSpacing(GAP)
        layout.addWidget(self._words, 1)
        layout.addWidget(self.button)
        self.hide()

    def show_for(self, server: str, name: str, may: bool) -> None:
        """`server`, called `name`, is open, and we `may` manage it."""
        self._server = server
        self._words.setText(self.tr("This computer may manage “{name}”.").format(name=paths.shown(name)))
        self.setVisible(may and bool(server))

    def keep_to(self, server: str) -> None:
        """This server is open now: what is said of another one is not said any more."""
        if server != self._server:
            self.hide()
