"""Computers nearby as a short list to choose from; before anybody has asked for them, the button that does."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtWidgets import QListView, QPushButton, QVBoxLayout, QWidget

from filexfer.gui.kit.icons import Icons
from filexfer.gui.kit.location import Location
from filexfer.gui.kit.theme import SIDE_ROW
from filexfer.gui.servers.servers_model import NearModel, Servers
from filexfer.gui.servers.side_delegate import SideDelegate

#: So many of them are seen at once.
ROWS = 3


class NearbyList(QWidget):
    """Signals: `chosen(Location)` for a computer that we may use; `pair_wanted(address)` for one that we are not paired with."""

    chosen = Signal(object)
    pair_wanted = Signal(str)

    def __init__(self, servers: Servers, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._nearby = servers.nearby
        self.look = QPushButton(icons.icon("search"), self.tr("Find computers nearby"))
        self.look.setAutoDefault(False)
        self.look.clicked.connect(lambda: self._nearby.set_open(True))
        self.view = QListView()
        self.model = NearModel(servers, self)
        self.view.setModel(self.model)
        self.view.setItemDelegate(SideDelegate(self.view))
        self.view.setProperty("panel", True)
        self.view.setUniformItemSizes(True)
        self.view.setMouseTracking(True)
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.view.setFixedHeight(ROWS * SIDE_ROW + 2)
        self.view.setAccessibleName(self.tr("Computers nearby"))
        self.view.clicked.connect(self._choose)
        self.view.activated.connect(self._choose)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.view)
        layout.addWidget(self.look, 0, Qt.AlignmentFlag.AlignLeading)
        self._nearby.toggled.connect(self._follow)
        self._follow(self._nearby.opened)

    def _follow(self, opened: bool) -> None:
        focused = self.look.hasFocus()
        self.view.setVisible(opened)
        self.look.setVisible(not opened)
        if focused and opened:
            self.view.setFocus()

    def _choose(self, index: QModelIndex) -> None:
        row = self.model.row(index.row())
        if row.address is None:
            return
        if row.near and row.state == "needs pairing":
            self.pair_wanted.emit(row.address)
        else:
            self.chosen.emit(Location(row.address, "", row.text))
