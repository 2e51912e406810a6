"""The session bus of a Linux desktop, spoken to from a thread of its own: the window hands messages over and goes on. Without a
bus, and where nobody there answers, they are dropped: nothing here is needed."""

from __future__ import annotations

import logging
import queue
import sys
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jeepney import Message
    from jeepney.io.blocking import DBusConnection

_log = logging.getLogger("filexfer.gui")

#: Seconds that whoever is asked has to answer, and messages that may wait for that.
_PATIENCE = 3.0
_WAITING = 50

#: Sends what it has to say over a connection; it may wait for answers.
Act = Callable[["DBusConnection"], None]


class SessionBus:
    """Not started before the first message."""

    def __init__(self) -> None:
        self._acts: queue.Queue[Act | None] = queue.Queue(_WAITING)
        self._thread: threading.Thread | None = None

    def do(self, act: Act) -> None:
        """Have `act` done soon, after those before it; from one thread only."""
        if sys.platform != "linux":
            return
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="session-bus", daemon=True)
            self._thread.start()
        try:
            self._acts.put_nowait(act)
        except queue.Full:
            _log.info("the session bus is slow: a message was dropped")

    def close(self) -> None:
        """Say what waits to be said, then let go; waits a little for that."""
        if self._thread is not None:
            try:
                self._acts.put(None, timeout=_PATIENCE)
            except queue.Full:
                return
            self._thread.join(_PATIENCE)

    def _run(self) -> None:
        from jeepney.io.blocking import open_dbus_connection

        try:
            with open_dbus_connection("SESSION") as bus:
                while (act := self._acts.get()) is not None:
                    act(bus)
                return
        except (OSError, ValueError, KeyError) as error:
            _log.info("no session bus: %s", error)
        while self._acts.get() is not None:
            pass  # nobody is there to hear it


def ask(bus: DBusConnection, message: Message) -> tuple[object, ...]:
    """What is answered to `message`; () for an error. Raises `OSError` where nothing is for too long."""
    from jeepney import MessageType

    answer = bus.send_and_get_reply(message, timeout=_PATIENCE)
    return () if answer.header.message_type is MessageType.error else tuple(answer.body)
