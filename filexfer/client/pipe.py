"""One connection on which blocks follow each other: the next is asked for before the last one is answered (RFC 9112, section
9.3.2), so that neither side waits for the other in between. For one thread.

Quick and without patience: what does not come this way is moved again the slow way, which has both (`link.py`)."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from filexfer.client.connections import Connections
from filexfer.client.transport import Connection
from filexfer.core.errors import ConnectionFailed, ConnectionLost, FilexferError
from filexfer.protocol.http import ResponseHead

_T = TypeVar("_T")


class Pipe:
    """Attributes: passed (seconds that the last answer took, from its request or from the answer before it on)."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections
        self._connection: Connection | None = None
        self._awaited = 0
        self._since = self.passed = 0.0

    def ask(self, send: Callable[[Connection], None]) -> Connection | None:
        """Send a request; what to give to `answer`, in the order of the requests. None where no connection took it."""
        connection = self._connection
        if connection is not None and connection.is_refused:
            return None
        if not self._awaited:
            self._since = time.monotonic()
        try:
            connection = self._connection = connection or self._connections.take()
            send(connection)
        except (ConnectionFailed, ConnectionLost):
            self.drop()
            return None
        except BaseException:
            self.drop()
            raise
        self._awaited += 1
        return connection

    def answer(self, asked: Connection, receive: Callable[[Connection], tuple[ResponseHead, _T | FilexferError]]) -> _T:
        """The answer to a request. Raises the error that it is, and `ConnectionLost` where it cannot come any more."""
        if asked is not self._connection:
            raise ConnectionLost("The connection broke off.")
        try:
            head, value = receive(asked)
        except BaseException:
            self.drop()
            raise
        now = time.monotonic()
        self.passed, self._since = now - self._since, now
        self._awaited -= 1
        if not head.keep_alive:
            self.drop()
        elif not self._awaited:
            self._connection = None
            self._connections.give(asked, head)
        if isinstance(value, FilexferError):
            raise value
        return value

    def drop(self) -> None:
        """Close the connection, if there is one. What is asked for on it is not answered."""
        connection, self._connection, self._awaited = self._connection, None, 0
        if connection is not None:
            self._connections.drop(connection)
