"""The devices of another computer, which lets us manage it, as if it were this one: the same dialogs, asking there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtWidgets import QWidget

from filexfer.core import paths
from filexfer.core.errors import FilexferError
from filexfer.gui.bridge import Bridge
from filexfer.gui.devices_dialog import DevicesDialog
from filexfer.gui.icons import Icons
from filexfer.gui.invitation import Inviting
from filexfer.gui.pair_dialog import PairDialog
from filexfer.gui.words import Words


class There:
    """Asks a server as the bridge asks this computer's agent."""

    def __init__(self, bridge: Bridge, server: str) -> None:
        self._bridge, self._server = bridge, server

    def ask(
        self,
        method: str,
        *params: object,
        done: Callable[[Any], object] | None = None,
        failed: Callable[[FilexferError], object] | None = None,
        read: Callable[[Any], Any] | None = None,
    ) -> None:
        self._bridge.ask("server_call", self._server, method, list(params), done=done, failed=failed, read=read)


def show_devices(bridge: Bridge, server: str, name: str, icons: Icons, parent: QWidget) -> None:
    """Open the list of devices that `server`, called `name`, lets in: invite one there, revoke one."""
    there = There(bridge, server)
    dialog = DevicesDialog(there, icons, True, parent)
    dialog.setWindowTitle(Words.tr("Devices paired with “{name}”").format(name=paths.shown(name)))

    def invite() -> None:
        dialog.accept()
        PairDialog(Inviting(there, parent), "read", icons, parent).open()

    dialog.pair_wanted.connect(invite)
    dialog.open()
