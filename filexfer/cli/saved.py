"""Servers saved by name (`NAME:path`, as in scp): in the app, and by the commands `pair` and `servers`."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

from filexfer.cli.exits import UsageError
from filexfer.core import kept
from filexfer.core.places import control_address, state_folder
from filexfer.protocol.address import Address, parse

if TYPE_CHECKING:
    from filexfer.agent.servers import Servers

_FILE = "servers.json"


def servers(state: Path) -> Servers:
    """What is saved in `state`, to be changed."""
    from filexfer.agent.memory import Memory
    from filexfer.agent.servers import Servers
    from filexfer.client.vault import Vault

    return Servers(Memory(state / _FILE), lambda: control_address(state), Vault(state), state)


def use(name: str, state: Path) -> str:
    """How the server saved as `name` in `state` is used from now on: the end of a sentence."""
    if not there(state):
        return f": filexfer ls {name}:"
    return f" in {state}, for `filexfer serve` and `filexfer agent` with that --state; other commands do not look there."


def there(state: Path) -> str:
    """The option by which a command finds `state`, `""` for the user's own."""
    return "" if state == state_folder() else f" --state {shlex.quote(str(state))}"


def server(name: str, state: Path | None = None) -> Address:
    """The address saved as `name`. Raises `UsageError` where there is none."""
    # Only read: what changes it brings half of the agent along.
    found = kept.read((state or state_folder()) / _FILE).get("servers")
    saved = found if isinstance(found, dict) else {}
    if name not in saved:
        known = f"Saved are: {', '.join(sorted(saved))}." if saved else "None is saved yet."
        raise UsageError(
            f"There is no saved server “{name}”. {known} `filexfer pair` and `filexfer servers save` save one; or write its "
            "address like https://HOST:8765/PATH, or, for a local file of that name, ./ before it."
        )
    return parse(str(saved[name])).server
