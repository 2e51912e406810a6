"""The session bus of a Linux desktop, spoken to from a thread of its own: the window hands messages over and goes on, and is told
of the signals that it listens to. Without a bus, and where nobody there answers, messages are dropped: nothing here is needed."""

from __future__ import annotations

import logging
import queue
import selectors
import socket
import sys
import threading
from collections import deque
from collections.abc import Callable
from contextlib import ExitStack
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jeepney import MatchRule, Message
    from jeepney.io.blocking import DBusConnection

_log = logging.getLogger("filexfer.gui")

#: Seconds that whoever is asked has to answer, and messages that may wait for that.
_PATIENCE = 3.0
_WAITING = 50

#: Sends what it has to say over a connection; it may wait for answers.
Act = Callable[["DBusConnection"], None]


class SessionBus:
    """Not started before the first message.

    Args:
        rule: makes what tells the signals that are listened to; called on the bus's thread.
        heard: called there with each of these signals.
    """

    def __init__(self, rule: Callable[[], MatchRule], heard: Callable[[Message], object]) -> None:
        self._rule, self._heard = rule, heard
        self._acts: queue.Queue[Act | None] = queue.Queue(_WAITING)
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()  # guards the one below: the bus's thread opens and closes it, others write into it
        self._bell: socket.socket | None = None

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
        self._wake()

    def close(self) -> None:
        """Say what waits to be said, then let go; waits a little for that."""
        if self._thread is not None:
            try:
                self._acts.put(None, timeout=_PATIENCE)
            except queue.Full:
                return
            self._wake()
            self._thread.join(_PATIENCE)

    def _wake(self) -> None:
        with self._lock:
            if self._bell is not None:
                try:
                    self._bell.send(b"!")
                except BlockingIOError:
                    return  # it rings already

    def _run(self) -> None:
        from jeepney.io.blocking import open_dbus_connection

        try:
            with open_dbus_connection("SESSION") as bus, ExitStack() as parts:
                self._serve(bus, parts)
                return
        except (OSError, ValueError, KeyError) as error:
            _log.info("no session bus: %s", error)
        while self._acts.get() is not None:
            pass  # nobody is there to hear it

    def _serve(self, bus: DBusConnection, parts: ExitStack) -> None:
        """Do what there is to do and pass on what is heard, until the end."""
        came: deque[Message] = deque()
        self._listen(bus, came, parts)
        ear = self._open_bell(parts)
        ready = parts.enter_context(selectors.DefaultSelector())
        for source in (bus.sock, ear):
            ready.register(source, selectors.EVENT_READ)
        while True:
            while not self._acts.empty():
                act = self._acts.get()
                if act is None:
                    return
                act(bus)
            _take_in(bus)
            while came:
                self._heard(came.popleft())
            if any(key.fileobj is ear for key, _ in ready.select()):
                ear.recv(_WAITING)

    def _listen(self, bus: DBusConnection, came: deque[Message], parts: ExitStack) -> None:
        from jeepney import message_bus

        rule = self._rule()
        parts.enter_context(bus.filter(rule, queue=came))
        ask(bus, message_bus.AddMatch(rule))

    def _open_bell(self, parts: ExitStack) -> socket.socket:
        """What becomes readable when there is something to do."""
        ear, bell = socket.socketpair()
        bell.setblocking(False)
        parts.enter_context(ear)
        parts.callback(self._close_bell)
        with self._lock:
            self._bell = bell
        return ear

    def _close_bell(self) -> None:
        with self._lock:
            if self._bell is not None:
                self._bell.close()
            self._bell = None


def _take_in(bus: DBusConnection) -> None:
    """Have what has arrived sorted; what is none of ours falls away."""
    while True:
        try:
            bus.recv_messages(timeout=0)
        except TimeoutError:
            return


def ask(bus: DBusConnection, message: Message, patience: float = _PATIENCE) -> tuple[object, ...]:
    """What is answered to `message` within so many seconds; () for an error. Raises `OSError` where nothing is."""
    from jeepney import MessageType

    answer = bus.send_and_get_reply(message, timeout=patience)
    return () if answer.header.message_type is MessageType.error else tuple(answer.body)
