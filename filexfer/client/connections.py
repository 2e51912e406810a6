"""The kept connections to one server, shared by threads: taken for an exchange, given back after it. Closing ends exchanges
under way."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

from filexfer.client.login import Login
from filexfer.client.transport import Connection
from filexfer.core import errors
from filexfer.protocol.address import Address
from filexfer.protocol.http import ResponseHead

_T = TypeVar("_T")

#: Idle connections that are kept.
_KEPT = 6
#: A round trip that takes so many times as long as the quickest one, and seconds more, stood in a queue; tries, for a packet may
#: have been lost.
_QUEUED, _JITTER, _TRIES = 1.5, 0.01, 2


class Connections:
    """Args:
        server: where they lead.
        login: who we are there.
        timeout: seconds without progress after which one counts as lost.

    Attributes:
        round_trip: seconds that opening the quickest of them took; 0.0 before the first.
        within_machine: they lead to this very machine.
    """

    def __init__(self, server: Address, login: Login, timeout: float) -> None:
        self.timeout = timeout
        self.round_trip = 0.0
        self.within_machine = False
        self._server = server
        self._login = login
        # Guards everything below.
        self._lock = threading.Lock()
        self._idle: list[Connection] = []
        self._busy: set[Connection] = set()
        self._closed = False
        #: Bytes that went over those that are closed.
        self._moved = 0

    @property
    def moved(self) -> int:
        """Bytes that went over all of them so far, in both directions."""
        with self._lock:
            return self._moved + sum(one.moved for one in (*self._idle, *self._busy))

    def close(self) -> None:
        """Close idle connections and end exchanges under way: those raise `Cancelled`. From any thread."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
            for connection in self._busy:
                connection.abort()
        for connection in idle:
            connection.close()

    def take(self, fresh: bool = False) -> Connection:
        """A connection for the caller alone; `give` it back. Raises `ConnectionFailed`, `LoginNeeded`, `KeyChanged`, `Cancelled`
        once closed."""
        while not fresh:
            with self._lock:
                connection = self._idle.pop() if self._idle and not self._closed else None
                if connection is not None:
                    self._busy.add(connection)
            if connection is None:
                break
            if not connection.is_dropped():
                return connection
            self.drop(connection)
        return self._opened()

    def _opened(self) -> Connection:
        if self._closed:
            raise errors.Cancelled()
        connection = Connection(self._server, self.timeout, *self._login.get())
        with self._lock:
            if self._closed:
                raise errors.Cancelled()
            self._busy.add(connection)
        try:
            connection.open()
        except errors.KeyChanged:
            self._login.forget()
            self.drop(connection)
            raise
        except BaseException:
            self.drop(connection)
            raise
        with self._lock:
            self.within_machine = connection.within_machine
            self.round_trip = min(self.round_trip or connection.round_trip, connection.round_trip)
        return connection

    def has_room(self) -> bool:
        """Whether a new one, which is kept, comes about nearly as quickly as when nothing was under way: no queue stands before
        the narrowest place of the network."""
        for _ in range(_TRIES):
            try:
                connection = self._opened()
            except errors.FilexferError:
                return False
            if connection.round_trip < _QUEUED * self.round_trip + _JITTER:
                return self._put_by(connection)
            self.drop(connection)
        return False

    def _put_by(self, connection: Connection) -> bool:
        """Keep an idle connection; whether there is room for it."""
        with self._lock:
            self._busy.discard(connection)
            if not self._closed and len(self._idle) < _KEPT:
                self._idle.append(connection)
                return True
            self._moved += connection.moved
        connection.close()
        return False

    def give(self, connection: Connection, head: ResponseHead) -> None:
        """Give a connection back after a complete exchange, whose answer had this head."""
        connection.patience(self.timeout)
        if head.keep_alive:
            self._put_by(connection)
        else:
            self.drop(connection)

    def drop(self, connection: Connection) -> None:
        """Close a connection in whatever state."""
        with self._lock:
            self._busy.discard(connection)
            self._moved += connection.moved
        connection.close()

    def exchange(self, work: Callable[[Connection], tuple[ResponseHead, _T | errors.FilexferError]], replay: bool) -> _T:
        """Do `work`, one request and its whole answer, over a connection; once more over a fresh one where `replay` permits it
        and the first broke off. An error that is the answer is raised."""
        connection = self.take()
        renewable = replay
        while True:
            try:
                head, value = work(connection)
            except errors.ConnectionLost:
                self.drop(connection)
                if not replay:
                    raise
                replay = False
                connection = self.take(fresh=True)
                continue
            except BaseException:
                self.drop(connection)
                raise
            self.give(connection, head)
            if isinstance(value, errors.LoginNeeded) and self._renew() and renewable:
                renewable = False
                connection = self.take(fresh=True)
                continue
            if isinstance(value, errors.FilexferError):
                raise value
            return value

    def _renew(self) -> bool:
        """The server does not know us (any more). After a new pairing the next call shall be made as whom that made us; whether
        that is another one already."""
        with self._lock:
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()
        return self._login.renew()
