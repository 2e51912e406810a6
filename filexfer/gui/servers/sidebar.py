"""The side bar: this computer, those nearby and the saved servers, each with a dot and a word; and the button that connects."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QEvent, QItemSelectionModel, QModelIndex, QObject, QPoint, QRect, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QListView, QPushButton, QVBoxLayout, QWidget

from filexfer.core import paths
from filexfer.gui.kit.icons import Icons
from filexfer.gui.kit.location import Location
from filexfer.gui.kit.menu import Menu
from filexfer.gui.kit.question import Question
from filexfer.gui.kit.theme import GAP, MARGIN
from filexfer.gui.servers.servers_model import Servers, SideModel, SideRow
from filexfer.gui.servers.side_delegate import SideDelegate

#: Keys that open and close a section of the list.
_TOGGLES = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)


class Sidebar(QWidget):
    """Signals: `chosen(Location)` when a computer was clicked; `connect_wanted()`; `pair_wanted(address)`,
    `manage_wanted(address)` and `devices_wanted(address)` of one that may let us manage it."""

    chosen = Signal(object)
    connect_wanted = Signal()
    pair_wanted = Signal(str)
    manage_wanted = Signal(str)
    devices_wanted = Signal(str)

    def __init__(self, servers: Servers, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._servers = servers
        self._model = SideModel(servers, self)
        self._here: str | None = None
        self._stood: str | None = None
        self.view = QListView()
        self.view.setModel(self._model)
        self.delegate = SideDelegate(self.view)
        self.view.setItemDelegate(self.delegate)
        self.view.setFrameShape(QFrame.Shape.NoFrame)
        self.view.setProperty("ground", True)
        self.view.setUniformItemSizes(True)
        self.view.setMouseTracking(True)
        self.view.viewport().setAutoFillBackground(False)
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.view.setAccessibleName(self.tr("Computers"))
        self.view.installEventFilter(self)
        self.view.viewport().installEventFilter(self)
        self.view.clicked.connect(self._on_pressed)
        self.view.activated.connect(self._on_clicked)
        self.view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.view.customContextMenuRequested.connect(self._on_menu)
        self._model.modelAboutToBeReset.connect(self._keep_keyboard)
        self._model.modelReset.connect(self._on_reset)
        self.connect_button = QPushButton(icons.icon("plug_connected"), self.tr("Connect…"))
        self.connect_button.clicked.connect(self.connect_wanted)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, GAP, 0, MARGIN)
        layout.setSpacing(GAP)
        layout.addWidget(self.view, 1)
        foot = QHBoxLayout()
        foot.setContentsMargins(GAP, 0, GAP, 0)
        foot.addWidget(self.connect_button)
        layout.addLayout(foot)

    def mark(self, server: str | None) -> None:
        """Show which computer is open; None for none."""
        self._here = server
        self._mark()

    def _mark(self) -> None:
        row = -1 if self._here is None else self._model.row_of(self._here)
        with QSignalBlocker(self.view.selectionModel()):
            self.view.setCurrentIndex(self._model.index(row) if row >= 0 else QModelIndex())
            if row < 0:
                self.view.clearSelection()
        self.view.viewport().update()

    def button_point(self, row: int) -> QPoint:
        """The middle of the button of a row, in the view's viewport."""
        return self.delegate.button_rect(self.view.visualRect(self._model.index(row))).center()

    def computer_at(self, point: QPoint) -> tuple[Location, QRect] | None:
        """The computer whose row is at a point of the viewport, and where that row is."""
        index = self.view.indexAt(point)
        row = self._model.row(index.row()) if index.isValid() else None
        if row is None or row.address is None:
            return None
        return Location(row.address, "", row.text), self.view.visualRect(index)

    def is_offline(self, server: str) -> bool:
        """Whether this computer is known to be away now."""
        row = self._row_of(server)
        return row is not None and row.state == "offline"

    def why_not(self, server: str) -> str:
        """Why this computer takes no files now, a sentence; "" where it does, if later."""
        row = self._row_of(server)
        sentence = {
            "needs pairing": self.tr("“{name}” needs pairing before it takes files. Ask for a code there."),
            "key changed": self.tr("“{name}” shows another key, so nothing is sent to it. Ask its owner, then pair again."),
            "keyring locked": self.tr("The token for “{name}” lies in a locked keyring. Unlock it, then drop the files again."),
            "other version": self.tr("“{name}” has another version of filexfer. Update the older one of both."),
        }.get(row.state if row is not None else "", "")
        return sentence.format(name=paths.shown(row.text if row is not None else ""))

    def _row_of(self, server: str) -> SideRow | None:
        place = self._model.row_of(server)
        return self._model.row(place) if place >= 0 else None

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A press on a row's button is for the button, not for the row; some keys open and close a section."""
        if watched is self.view:
            if event.type() == QEvent.Type.FocusIn and not self.view.currentIndex().isValid():
                self._stand_somewhere()
            return event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and self._toggled_by(event.key())
        if isinstance(event, QMouseEvent) and event.button() == Qt.MouseButton.LeftButton:
            address = self._pairs_at(event.position().toPoint())
            if address and event.type() == QEvent.Type.MouseButtonRelease:
                self.pair_wanted.emit(address)
            return bool(address)
        return super().eventFilter(watched, event)

    def _pairs_at(self, point: QPoint) -> str:
        """The address of the computer whose button is at `point`, "" for none."""
        index = self.view.indexAt(point)
        row = self._model.row(index.row()) if index.isValid() else None
        if row is None or not row.can_pair or not self.delegate.button_rect(self.view.visualRect(index)).contains(point):
            return ""
        return row.address or ""

    def _on_pressed(self, index: QModelIndex) -> None:
        row = self._model.row(index.row())
        if row.opened is None:
            self._on_clicked(index)
            return
        self._servers.nearby.set_open(not row.opened)
        self._mark()

    def _on_clicked(self, index: QModelIndex) -> None:
        row = self._model.row(index.row())
        if row.near and row.state == "needs pairing":
            self.pair_wanted.emit(row.address or "")
            self._mark()
        elif row.address is not None:
            self.chosen.emit(Location(row.address, "", row.text))

    def _toggled_by(self, key: int) -> bool:
        index = self.view.currentIndex()
        row = self._model.row(index.row()) if index.isValid() else None
        if row is None or row.opened is None or key not in _TOGGLES:
            return False
        self._servers.nearby.set_open(not row.opened)
        return True

    def _stand_somewhere(self) -> None:
        """The keyboard came to where nothing is open: begin at the first row."""
        first = next((row for row in range(self._model.rowCount()) if self._model.flags(self._model.index(row))), -1)
        if first >= 0:
            self.view.selectionModel().setCurrentIndex(self._model.index(first), QItemSelectionModel.SelectionFlag.NoUpdate)

    def _keep_keyboard(self) -> None:
        """The rows are about to be others: who steps through them by keys stays where they are."""
        index = self.view.currentIndex()
        self._stood = self._model.row(index.row()).key if index.isValid() and self.view.hasFocus() else None

    def _on_reset(self) -> None:
        self._mark()
        place = self._model.place_of(self._stood) if self._stood is not None else -1
        if place >= 0:
            with QSignalBlocker(self.view.selectionModel()):
                self.view.selectionModel().setCurrentIndex(self._model.index(place), QItemSelectionModel.SelectionFlag.NoUpdate)

    def _on_menu(self, point: QPoint) -> None:
        index = self.view.indexAt(point)
        row = self._model.row(index.row()) if index.isValid() else None
        if row is None or row.address is None:
            return
        menu = Menu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if not row.near or row.state != "needs pairing":
            # Not by its index: the rows may be others by the time it is chosen.
            menu.addAction(self.tr("Open"), partial(self.chosen.emit, Location(row.address, "", row.text)))
        if row.address:
            menu.addAction(self.tr("Copy address"), partial(QGuiApplication.clipboard().setText, row.address))
            if row.state in ("needs pairing", "key changed") and row.address.startswith("https:"):
                menu.addAction(self.tr("Pair…"), partial(self.pair_wanted.emit, row.address))
        if row.state == "online" and (row.address or "").startswith("https:"):
            menu.addAction(self.tr("Manage…"), partial(self.manage_wanted.emit, row.address))
            menu.addAction(self.tr("Paired devices…"), partial(self.devices_wanted.emit, row.address))
        if row.address and not row.near:
            menu.addSeparator()
            menu.addAction(self.tr("Forget…"), partial(self._ask_forget, row))
        menu.popup(self.view.viewport().mapToGlobal(point))

    def _ask_forget(self, row: SideRow) -> None:
        text = self.tr("Forget “{name}”?").format(name=paths.shown(row.text))
        paired = (row.address or "").startswith("https:")
        more = self.tr("What pairing with it brought is thrown away too: to come back, it takes a new code from there.")
        box = Question(self.tr("Forget"), text, more if paired else "", self)
        box.add_risk(self.tr("Forget")).clicked.connect(partial(self._servers.forget, row.text))
        box.open()
