"""Servers saved in the app, by their names (`NAME:path`, as in scp). Only looks them up; saving them is the app's."""

from __future__ import annotations

from filexfer.agent.memory import Memory
from filexfer.agent.servers import Servers
from filexfer.cli.exits import UsageError
from filexfer.client.vault import Vault
from filexfer.core.places import control_address, state_folder
from filexfer.protocol.address import Address, parse


def server(name: str) -> Address:
    """The address saved as `name`. Raises `UsageError` where there is none."""
    state = state_folder()
    saved = Servers(Memory(state / "servers.json"), lambda: control_address(state), Vault(state)).saved()
    if name not in saved:
        known = f"Saved are: {', '.join(sorted(saved))}." if saved else "None is saved yet."
        raise UsageError(
            f"There is no saved server “{name}”. {known} Save one in the app (`filexfer app`, “Connect…”), write its address "
            "like http://HOST:8765/PATH, or, for a local file of that name, ./ before it."
        )
    return parse(saved[name]).server
