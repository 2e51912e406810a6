"""Connect to another computer: an address, tried at once, its trouble said in words beside the field; a success is saved."""

from __future__ import annotations

import re
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from filexfer.core import paths
from filexfer.core.errors import BadParameters, FilexferError
from filexfer.gui.bridge import Bridge
from filexfer.gui.controls import check_box, faint_label
from filexfer.gui.location import Location
from filexfer.gui.servers_model import Servers
from filexfer.gui.theme import GAP, PAGE
from filexfer.protocol.address import Address, parse

_BARE = re.compile(r"(\[[0-9A-Fa-f:.%]+\]|[^/:\s]+)(:\d+)?(/.*)?", re.DOTALL)
_NOT_IN_NAMES = re.compile(r"[\s:/\\@\[\]?#%]+")


def read_address(text: str) -> Address:
    """The address a person typed: `studio.local`, `192.168.1.5:8765/Photos`, `http://…`, `unix:/…`.

    Raises `BadParameters` or `InvalidPath` with a sentence.
    """
    text = text.strip()
    # Without a scheme it is a host here, not the name of a saved server: those stand in the side bar.
    address = parse(f"http://{text}" if _BARE.fullmatch(text) and not text.lower().startswith("unix:") else text)
    if address.scheme == "saved":
        raise BadParameters("This is not an address. Write one like studio.local:8765 or http://192.168.1.5:8765/.")
    return address


def free_name(wanted: str, address: Address, servers: Servers) -> str:
    """A name for a saved server that is legal in `NAME:path` and not taken by another one."""
    plain = _NOT_IN_NAMES.sub("-", wanted or address.host or address.socket.rpartition("/")[2]).strip("-")[:60] or "server"
    taken = {server.name for server in servers.saved if server.address != str(address)}
    name, number = plain, 2
    while name in taken:
        name, number = f"{plain}-{number}", number + 1
    return name


class ConnectDialog(QDialog):
    """Signal: `connected(Location)` once the server has answered."""

    connected = Signal(object)

    def __init__(self, bridge: Bridge, servers: Servers, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bridge, self._servers = bridge, servers
        self._address: Address | None = None
        self.setWindowTitle(self.tr("Connect to another computer"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.field = QLineEdit(placeholderText="192.168.1.5:8765")
        self.field.setAccessibleName(self.tr("Address"))
        self.field.setMinimumWidth(400)
        self.field.textChanged.connect(self._on_text)
        self.name = QLineEdit(placeholderText=self.tr("as the computer calls itself"))
        self.name.setAccessibleName(self.tr("Name"))
        self.keep = check_box(self.tr("Keep it in the side bar"), True)
        self.trouble = QLabel(wordWrap=True)
        self.trouble.setTextFormat(Qt.TextFormat.PlainText)
        self.trouble.setAccessibleName(self.tr("What went wrong"))
        self.trouble.setMinimumHeight(self.fontMetrics().height())
        self.trouble.setAlignment(Qt.AlignmentFlag.AlignTop)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.go = QPushButton(self.tr("Connect"), default=True)
        self.go.setEnabled(False)
        buttons.addButton(self.go, QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.accepted.connect(self._on_go)
        buttons.rejected.connect(self.reject)
        self._lay_out(buttons)

    def _lay_out(self, buttons: QDialogButtonBox) -> None:
        address, name = QLabel(self.tr("&Address")), QLabel(self.tr("&Name"))
        address.setBuddy(self.field)
        name.setBuddy(self.name)
        hint = faint_label(
            self.tr("The other computer shows its address where it shares a folder, or where “filexfer serve” runs.")
        )
        hint.setWordWrap(True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(PAGE, PAGE, PAGE, PAGE)
        layout.setSpacing(GAP)
        for widget in (hint, address, self.field, self.trouble, name, self.name, self.keep, buttons):
            layout.addWidget(widget)
        layout.setSizeConstraint(QVBoxLayout.SizeConstraint.SetFixedSize)

    def _on_text(self) -> None:
        self.go.setEnabled(bool(self.field.text().strip()))
        self._say("")

    def _say(self, sentence: str, wrong: bool = True) -> None:
        self.trouble.setText(sentence)
        self.field.setProperty("wrong", bool(sentence) and wrong)
        self.field.style().unpolish(self.field)
        self.field.style().polish(self.field)

    def _on_go(self) -> None:
        try:
            self._address = read_address(self.field.text())
        except FilexferError as error:
            self._say(paths.shown(str(error)))
            return
        self._set_busy(True)
        self._say(self.tr("Connecting…"), wrong=False)
        self._bridge.ask("server_call", str(self._address.server), "server_info", [], done=self._answered, failed=self._refused)

    def _set_busy(self, busy: bool) -> None:
        self.go.setEnabled(not busy)
        self.field.setReadOnly(busy)

    def _answered(self, info: Any) -> None:
        if self._address is None or not self.isVisible():
            return
        server = str(self._address.server)
        called = str(info.get("share", "")) if isinstance(info, dict) else ""
        known = next((saved.name for saved in self._servers.saved if saved.address == server), "")
        name = free_name(self.name.text().strip() or known or called, self._address.server, self._servers)
        if self.keep.isChecked():
            self._servers.save(name, server)
        self.connected.emit(Location(server, self._address.path, name))
        self.accept()

    def _refused(self, error: FilexferError) -> None:
        self._set_busy(False)
        self._say(paths.shown(str(error)))
        self.field.setFocus()
        self.field.selectAll()
