"""A share: on or off, which folder, what paired devices and guests may, and the addresses they reach it at. This computer's, or
that of another one which we may manage."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import pairwise
from typing import Protocol

from PySide6.QtCore import QSignalBlocker, Qt, SignalInstance
from PySide6.QtWidgets import QFileDialog, QFrame, QGridLayout, QHBoxLayout, QLabel, QPushButton, QWidget

from filexfer.core import paths
from filexfer.gui.kit.asks import Asks
from filexfer.gui.kit.controls import faint_label, icon_button, permission_box, plain_label, tip, to_clipboard
from filexfer.gui.kit.icons import Icons
from filexfer.gui.kit.question import Question
from filexfer.gui.kit.sentences import said
from filexfer.gui.kit.switch import Switch
from filexfer.gui.kit.theme import GAP, MARGIN, PAGE
from filexfer.gui.servers.devices_dialog import DevicesDialog
from filexfer.gui.servers.invitation import Inviting
from filexfer.gui.servers.pair_dialog import PairDialog
from filexfer.gui.servers.servers_model import Share

#: Height of a line, whatever stands in it, in pixels.
ROW = 32
#: Widest the folder's path is shown, in pixels.
FOLDER_WIDTH = 420
#: How addresses begin that lead to this computer from itself only.
_HERE = ("https://127.", "https://[::1]", "http://127.", "http://[::1]")


class Shares(Protocol):
    """What knows a share and changes it: `Servers` this computer's, `Managed` another one's. `known`: it has been told of."""

    share: Share

    @property
    def known(self) -> bool: ...
    @property
    def changed(self) -> SignalInstance: ...
    def set_share(self, **changes: object) -> None: ...
    def share_then(self, act: Callable[[], object]) -> None: ...


class SharePanel(QFrame):
    """Shows `servers.share` and changes it; nothing is true before the agent has said so. `elsewhere`: the name of the computer
    whose it is, where that is another one: what cannot be done from here is not offered, and what locks us out is asked."""

    def __init__(
        self, bridge: Asks, servers: Shares, icons: Icons, parent: QWidget | None = None, *, elsewhere: str = ""
    ) -> None:
        super().__init__(parent)
        self._bridge, self._servers, self._icons, self._elsewhere = bridge, servers, icons, elsewhere
        # Of the panel, not of the dialog: what is asked for when that closes has still to be cancelled.
        self._inviting = Inviting(bridge, self)
        self.switch = Switch(self.tr("Share this folder"))
        self.switch.toggled.connect(self._on_switch)
        self.state = plain_label(wrap=True)
        self._folder = plain_label()
        self.choose = QPushButton(self.tr("Change…"))
        self.choose.setAccessibleName(self.tr("Change the shared folder"))
        self.choose.clicked.connect(self._on_choose)
        self._chosen_there = faint_label(self.tr("chosen on that computer"))
        (self.choose if elsewhere else self._chosen_there).hide()
        self.passing = faint_label(self.tr("What is changed here holds until filexfer is started anew there."))
        self.pair = QPushButton(icons.icon("phone_laptop"), self.tr("Pair a device…"))
        self.pair.clicked.connect(self.pair_device)
        self.devices = QPushButton(self.tr("Paired devices…"))
        self.devices.clicked.connect(self.show_devices)
        self.permission = permission_box(self.tr("What devices that are paired next may do"), ("read", "write"))
        self.permission.activated.connect(lambda: servers.set_share(permission=self.permission.currentData()))
        self.guest = permission_box(self.tr("What guests may do"), ("none", "read", "write"))
        self.guest.activated.connect(lambda: servers.set_share(guest=self.guest.currentData()))
        self._shown: tuple[str, ...] | None = None
        self._addresses = QHBoxLayout()
        self._addresses.setSpacing(GAP)
        self._lay_out()
        servers.changed.connect(self._show)
        self._show()

    def _lay_out(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(PAGE, MARGIN, PAGE, MARGIN)
        grid.setHorizontalSpacing(MARGIN)
        grid.setVerticalSpacing(GAP)
        grid.setColumnStretch(1, 1)
        head = _line(self.switch, self.state)
        head.setStretchFactor(self.state, 1)
        grid.addLayout(head, 0, 0, 1, 2)
        for row, (text, line) in enumerate(
            (
                (self.tr("Folder"), _line(self._folder, self.choose, self._chosen_there, None)),
                (self.tr("Devices"), _line(self.pair, self.devices, None)),
                (self.tr("New devices may"), _line(self.permission, None)),
                (self.tr("Guests may"), _line(self.guest, None)),
                (self.tr("Address"), self._addresses),
            ),
            1,
        ):
            grid.addWidget(faint_label(text), row, 0)
            grid.addLayout(line, row, 1)
            grid.setRowMinimumHeight(row, ROW)
        grid.addWidget(self.passing, grid.rowCount(), 1)

    def _show(self) -> None:
        share = self._servers.share
        self.setEnabled(self._servers.known)
        with QSignalBlocker(self.switch):
            self.switch.setChecked(share.on)
        self.state.setText(said(paths.shown(share.problem)) or self._state_words(share.on, share.guest))
        text = paths.shown(share.folder)
        self._folder.setText(self.fontMetrics().elidedText(text, Qt.TextElideMode.ElideMiddle, FOLDER_WIDTH))
        self._folder.setToolTip(tip(text))
        self.permission.setCurrentIndex(max(0, self.permission.findData(share.permission)))
        self.guest.setCurrentIndex(max(0, self.guest.findData(share.guest)))
        self.pair.setEnabled(share.on)
        self.pair.setToolTip("" if share.on else self.tr("Switch sharing on first: devices are paired over the network."))
        self.passing.setVisible(bool(self._elsewhere) and not share.lasting)
        self._show_addresses(share.addresses if share.on else ())

    def _state_words(self, on: bool, guest: str) -> str:
        if not on:
            return self.tr("Not shared: nobody else reaches this folder.")
        if guest == "none":
            return self.tr("Shared with paired devices, and nobody else.")
        return self.tr("Shared with everybody on the network, paired or not.")

    def pair_device(self) -> None:
        """Open the dialog that pairs a device."""
        PairDialog(self._inviting, self._servers.share.permission, self._icons, self.window()).open()

    def invite(self) -> None:
        """Open the dialog that pairs a device, and switch sharing on for it."""
        self._servers.share_then(self.pair_device)

    def show_devices(self) -> None:
        """Open the list of paired devices."""
        dialog = DevicesDialog(self._bridge, self._icons, self._servers.share.on, self.window(), of=self._elsewhere)
        dialog.pair_wanted.connect(dialog.accept)
        dialog.pair_wanted.connect(self.pair_device)
        dialog.open()

    def _show_addresses(self, addresses: tuple[str, ...]) -> None:
        if addresses == self._shown:
            return  # what has the keyboard keeps it
        self._shown = addresses
        while (item := self._addresses.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        shown = [address for address in addresses if not address.startswith("unix:")]
        # The last one is this very computer's: of use to nobody else.
        shown = [address for address in shown if not address.startswith(_HERE)] or shown
        buttons: list[QWidget] = []
        for address in shown[:2]:
            label = plain_label(address)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            copy = icon_button(self._icons.icon("copy"), self.tr("Copy the address {address}").format(address=address))
            copy.clicked.connect(partial(to_clipboard, address))
            buttons.append(copy)
            self._addresses.addWidget(label)
            self._addresses.addWidget(copy)
        stops = [self.guest, *buttons]
        for before, after in pairwise(stops):
            self.setTabOrder(before, after)
        if not shown:
            self._addresses.addWidget(QLabel(self.tr("none yet; the system may ask about the firewall")))
        self._addresses.addStretch(1)

    def _on_switch(self, on: bool) -> None:
        if on or not self._elsewhere:
            self._servers.set_share(on=on)
        else:
            self._ask_off()

    def _ask_off(self) -> None:
        """Whoever switches another computer's share off does not reach it any more either."""
        text = self.tr("Stop sharing on “{name}”?").format(name=paths.shown(self._elsewhere))
        more = self.tr("Nobody reaches it any more then, this computer neither. It can be switched on again only over there.")
        box = Question(self.tr("Stop sharing"), text, more, self.window())
        box.add_risk(self.tr("Stop sharing")).clicked.connect(lambda: self._servers.set_share(on=False))
        box.finished.connect(self._show)
        box.open()

    def _on_choose(self) -> None:
        dialog = QFileDialog(self, self.tr("Folder to share"), self._servers.share.folder)
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self._on_folder)
        dialog.open()

    def _on_folder(self, folder: str) -> None:
        self._servers.set_share(folder=folder)


def _line(*widgets: QWidget | None) -> QHBoxLayout:
    """Widgets beside each other; None stretches."""
    line = QHBoxLayout()
    line.setSpacing(GAP)
    for widget in widgets:
        if widget is None:
            line.addStretch(1)
        else:
            line.addWidget(widget)
    return line
