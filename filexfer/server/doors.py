"""The listeners of one server: which there are, and how they come and go while it runs."""

from __future__ import annotations

import threading
from collections.abc import Collection, Sequence
from pathlib import Path

from filexfer.core.errors import BadParameters
from filexfer.protocol.address import parse
from filexfer.server.access import Gate
from filexfer.server.listener import Door, Listener, listen, listen_control
from filexfer.server.loop import Loop
from filexfer.server.settings import Settings


class Doors:
    """Opens and closes listeners. Until `start` they are bound, so that their ports are known, and nobody is accepted."""

    def __init__(self, settings: Settings, gate: Gate, loop: Loop) -> None:
        self._settings = settings
        self._gate = gate
        self._loop = loop
        self._lock = threading.Lock()  # guards the two below
        self._listeners: list[Listener] = []
        self._accepting = False

    def open(self, address: str) -> list[str]:
        """Listen on `address`; answers the real ones. Raises `BadParameters`, `ConnectionFailed`."""
        made = listen(address, self._settings)
        for listener in made:
            if listener.door is Door.TCP:
                self._gate.answer_to(parse(listener.address).host)
        self._take(made)
        return _addresses(made)

    def open_control(self, path: str, state: Path) -> None:
        """Listen for processes of this user; see `listen_control`, also for what it raises."""
        self._take([listen_control(path, state, self._settings)])

    def start(self) -> None:
        """Accept connections from now on."""
        with self._lock:
            self._accepting = True
            for listener in self._listeners:
                self._loop.add(listener)

    def close_one(self, address: str) -> Collection[Listener]:
        """Close what listens on `address`, and the parked connections that came by it; answers the listeners that were. Raises
        `BadParameters` where it is none of ours."""
        wanted = str(parse(address))
        with self._lock:
            accepting = self._accepting
            gone = [one for one in self._listeners if one.door is not Door.CONTROL and str(parse(one.address)) == wanted]
            self._listeners = [one for one in self._listeners if one not in gone]
        if not gone:
            raise BadParameters("The server does not listen on this address.")
        for listener in gone:
            if accepting:
                self._loop.remove(listener)
            listener.close()
        return gone

    def close(self) -> None:
        """Close all. Only while the loop does not run."""
        with self._lock:
            listeners, self._listeners = self._listeners, []
        for listener in listeners:
            listener.close()

    def addresses(self) -> list[str]:
        """Where callers find the server, the control socket left out."""
        with self._lock:
            return _addresses([one for one in self._listeners if one.door is not Door.CONTROL])

    def secure(self) -> bool:
        """Whether one of them speaks TLS."""
        with self._lock:
            return any(one.secure for one in self._listeners)

    def control(self) -> str:
        """The address of the control socket, "" where there is none."""
        with self._lock:
            return "".join(_addresses([one for one in self._listeners if one.door is Door.CONTROL]))

    def _take(self, made: list[Listener]) -> None:
        with self._lock:
            self._listeners += made
            if self._accepting:
                for listener in made:
                    self._loop.add(listener)


def _addresses(listeners: Sequence[Listener]) -> list[str]:
    # Both families of localhost are one address.
    return list(dict.fromkeys(listener.address for listener in listeners))
