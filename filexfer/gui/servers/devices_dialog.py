"""The devices that are paired with this computer, or with one that we may manage: who they are, what they may do, when they came
last; each can be revoked."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QDialogButtonBox,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QMessageBox,
    QPushButton,
    QStackedWidget,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from filexfer.core import paths
from filexfer.core.errors import FilexferError
from filexfer.gui.kit.asks import Asks
from filexfer.gui.kit.controls import plain_label
from filexfer.gui.kit.icons import Icons
from filexfer.gui.kit.notice import Notice
from filexfer.gui.kit.question import Question
from filexfer.gui.kit.sentences import why
from filexfer.gui.kit.theme import FILE_ROW, GAP, PAGE
from filexfer.gui.servers.devices_model import MAY, NAME, SEEN, Device, DevicesModel, read_devices

#: How often they are asked for, in milliseconds.
ASK_MS = 5000


class DevicesDialog(QDialog):
    """Signal: `pair_wanted()`. `of`: the name of the computer that they are paired with, where that is another one."""

    pair_wanted = Signal()

    def __init__(self, bridge: Asks, icons: Icons, can_pair: bool, parent: QWidget | None = None, *, of: str = "") -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._can_pair = can_pair
        name = paths.shown(of)
        self.setWindowTitle(self.tr("Devices paired with “{name}”").format(name=name) if of else self.tr("Paired devices"))
        none_there = self.tr("No device is paired with “{name}”.").format(name=name)
        self._none = none_there if of else self.tr("No device is paired with this computer.")
        self._me = ""
        if of:
            bridge.ask("server_info", done=self._know_me, failed=lambda _: None)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(700, 380)
        self.model = DevicesModel(self)
        self.table = self._make_table()
        self.notice = Notice(icons)
        self.trouble = plain_label(wrap=True)
        self.revoke = QPushButton(self.tr("Revoke…"))
        self.revoke.setEnabled(False)
        self.revoke.clicked.connect(self._ask_revoke)
        QShortcut(QKeySequence(QKeySequence.StandardKey.Delete), self.table, self._ask_revoke)
        self._stack = QStackedWidget()
        self._lay_out()
        self._chosen = ""
        #: Whether the agent was asked and has not answered; whether what stands below the list is about the list itself.
        self._waiting, self._list_failed = False, False
        self.model.modelReset.connect(self._on_reset)
        self.table.selectionModel().selectionChanged.connect(self._on_selection)
        self._timer = QTimer(self, interval=ASK_MS)
        self._timer.timeout.connect(self._ask)
        self._timer.start()
        self._ask()

    def _know_me(self, info: object) -> None:
        """As which of them this computer is known there."""
        self._me = str(info.get("device", "")) if isinstance(info, dict) else ""

    def _make_table(self) -> QTableView:
        table = QTableView()
        table.setModel(self.model)
        table.setFrameShape(QFrame.Shape.NoFrame)
        table.setShowGrid(False)
        table.setWordWrap(False)
        table.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        table.setTabKeyNavigation(False)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setAccessibleName(self.tr("Paired devices"))
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(FILE_ROW)
        header = table.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionResizeMode(NAME, QHeaderView.ResizeMode.Stretch)
        for column, width in ((MAY, 268), (SEEN, 132)):
            header.resizeSection(column, width)
        return table

    def _lay_out(self) -> None:
        for page in (self.notice, self.table):
            self._stack.addWidget(page)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        for button in (buttons.button(QDialogButtonBox.StandardButton.Close), self.revoke):
            button.setAutoDefault(False)
        foot = QHBoxLayout()
        foot.addWidget(self.revoke)
        foot.addStretch(1)
        foot.addWidget(buttons)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(PAGE, PAGE, PAGE, PAGE)
        layout.setSpacing(GAP)
        layout.addWidget(self._stack, 1)
        layout.addWidget(self.trouble)
        layout.addLayout(foot)
        self.trouble.hide()

    def _ask(self) -> None:
        """Ask for the list. Not while it is on its way, nor while a question is open: that is about the list as it stands."""
        if not self._waiting and self.findChild(QMessageBox) is None:
            self._waiting = True
            self._bridge.ask("device_list", read=read_devices, done=self._take, failed=self._not_taken)

    def _not_taken(self, error: FilexferError) -> None:
        self._waiting = False
        # A revocation that failed is the worse news: it stays.
        if self._list_failed or self.trouble.isHidden():
            self._list_failed = True
            self._say(error)

    def _take(self, devices: list[Device]) -> None:
        self._waiting = False
        if self._list_failed:
            self._list_failed = False
            self.trouble.hide()
        self.model.take(devices)
        if devices:
            self._stack.setCurrentWidget(self.table)
        else:
            more = "" if self._can_pair else self.tr("Share this computer's folder first, then pair a device.")
            button = self.tr("Pair a device…") if self._can_pair else ""
            self.notice.say("laptop", self._none, more, button, self.pair_wanted.emit)
            self.notice.button.setDefault(True)
            self._stack.setCurrentWidget(self.notice)
        self.revoke.setVisible(bool(devices))

    def _say(self, error: FilexferError) -> None:
        self.trouble.setText(why(error))
        self.trouble.show()

    def _on_selection(self) -> None:
        device = self._selected()
        self._chosen = device.id if device else ""
        self.revoke.setEnabled(device is not None)

    def _on_reset(self) -> None:
        """The same device stays chosen while others come and go."""
        chosen = self._chosen
        for row in range(self.model.rowCount()):
            device = self.model.device(row)
            if device is not None and device.id == chosen:
                self.table.selectRow(row)
                return
        self._on_selection()

    def _selected(self) -> Device | None:
        rows = self.table.selectionModel().selectedRows()
        return self.model.device(rows[0].row()) if rows else None

    def _ask_revoke(self) -> None:
        device = self._selected()
        if device is None:
            return
        name = paths.shown(device.name)
        text = self.tr("Revoke “{device}”?").format(device=name)
        more = self.tr(
            "From its next request on it is turned away, and what it is sending breaks off. It can come back only by pairing."
        )
        if device.name == self._me:
            more = self.tr("That is this computer: it reaches that one no more then, and can come back only by pairing.")
        box = Question(self.tr("Revoke"), text, more, self)
        box.add_risk(self.tr("Revoke")).clicked.connect(partial(self._revoke, device.id))
        box.open()

    def _revoke(self, device_id: str) -> None:
        self.trouble.hide()
        self._bridge.ask("device_revoke", device_id, done=self._revoked, failed=self._not_revoked)

    def _not_revoked(self, error: FilexferError) -> None:
        self._list_failed = False
        self._say(error)

    def _revoked(self, answer: object) -> None:
        # The list that may be on its way is one of before.
        self._waiting = False
        self._ask()
