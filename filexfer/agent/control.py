"""One agent a state folder: the lock that says so, and the file that tells others where it answers. The lock goes with the
process, however that ends; the file may outlive it and is only ever a hint."""

from __future__ import annotations

import os
from pathlib import Path

from filexfer.core.errors import Busy
from filexfer.core.locks import FileLock
from filexfer.core.places import CONTROL_FILE, control_address, private_folder


class AgentRuns(Busy):
    """There is an agent of this state already."""


class Claim:
    """The right to be the agent of `state`. Raises `AgentRuns`, with the other one's address, where there is one."""

    def __init__(self, state: Path) -> None:
        self._state = private_folder(state)
        self._told = False
        self._lock = FileLock(state / "agent.lock")
        if not self._lock.take():
            address = control_address(state)
            where = f" It answers at {address}" if address else ""
            raise AgentRuns(f"filexfer already runs in the background.{where}")

    def tell(self, address: str) -> None:
        """Let others find us at `address`, which answers now."""
        beside = self._state / f"{CONTROL_FILE}.new"
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with open(descriptor, "w", encoding="utf-8") as out:
            out.write(f"{address}\n")
        beside.replace(self._state / CONTROL_FILE)
        self._told = True

    def release(self) -> None:
        if self._told:
            (self._state / CONTROL_FILE).unlink(missing_ok=True)
            self._told = False
        self._lock.release()
