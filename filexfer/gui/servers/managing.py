"""Another computer, which lets us manage it, as if it were this one: the same dialogs, asking there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from filexfer.core.errors import FilexferError
from filexfer.gui.kit.bridge import Bridge
from filexfer.gui.kit.icons import Icons
from filexfer.gui.servers.devices_dialog import DevicesDialog
from filexfer.gui.servers.invitation import Inviting
from filexfer.gui.servers.pair_dialog import PairDialog


class There(QObject):
    """Asks a server as the bridge asks this computer's agent. Signal: `failed(FilexferError)` for calls whose caller brought no
    `failed` of its own."""

    failed = Signal(object)

    def __init__(self, bridge: Bridge, server: str, parent: QObject) -> None:
        super().__init__(parent)
        self._bridge, self._server = bridge, server

    def ask(
        self,
        method: str,
        *params: object,
        done: Callable[[Any], object] | None = None,
        failed: Callable[[FilexferError], object] | None = None,
        read: Callable[[Any], Any] | None = None,
    ) -> None:
        self._bridge.ask("server_call", self._server, method, list(params), done=done, failed=failed or self._fail, read=read)

    def _fail(self, error: FilexferError) -> None:
        self.failed.emit(error)


def show_devices(bridge: Bridge, server: str, name: str, icons: Icons, parent: QWidget) -> None:
    """Open the list of devices that `server`, called `name`, lets in: invite one there, revoke one."""
    there = There(bridge, server, parent)
    there.failed.connect(bridge.failed)
    dialog = DevicesDialog(there, icons, True, parent, of=name)

    def invite() -> None:
        dialog.accept()
        PairDialog(Inviting(there, parent), "read", icons, parent).open()

    dialog.pair_wanted.connect(invite)
    dialog.open()
