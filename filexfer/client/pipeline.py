"""Calls of one method that are under way at once, sent and answered in order by one thread: the next is prepared here while the
last is worked at over there. They follow each other on one connection (RFC 9112, section 9.3.2): no round trip passes between
them, and the window that it has grown stays open."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

from filexfer.client.activity import Worker
from filexfer.client.run import FATAL, Run
from filexfer.client.transport import Connection
from filexfer.core.errors import ConnectionFailed, ConnectionLost, FilexferError

_W = TypeVar("_W")
_A = TypeVar("_A")


class Pipeline(Generic[_W, _A]):
    """Args:
    worker: of the thread that it is for.
    method: harmless to repeat: what is lost with a connection is asked for again.
    params: makes the parameters of a piece of work, each time it is sent.
    read: makes of a piece of work and the value of its answer what `receive` gives. Raises where the answer is none to it.
    """

    def __init__(
        self, run: Run, worker: Worker, method: str, params: Callable[[_W], tuple[object, ...]], read: Callable[[_W, object], _A]
    ) -> None:
        self._run = run
        self._worker = worker
        self._connections = run.link.session.connections
        self._method = method
        self._params = params
        self._read = read
        # First in, first out. Without a connection a call was lost.
        self._under_way: deque[tuple[Connection | None, _W]] = deque()
        #: Since when the server can have been at the call that is answered next.
        self._since = 0.0

    def __len__(self) -> int:
        return len(self._under_way)

    def send(self, work: _W) -> None:
        """Send a call, without waiting for its answer."""
        connection = None
        if not self._under_way:
            self._since = time.monotonic()
        try:
            connection = self._connection()
            self._run.link.session.begin(connection, self._method, *self._params(work))
        except (ConnectionLost, ConnectionFailed):
            # It is called again when its answer is due, patiently.
            self._lost(connection)
            connection = None
        except BaseException:
            self._lost(connection)
            raise
        self._under_way.append((connection, work))

    def receive(self) -> tuple[_W, _A | FilexferError]:
        """The work that is longest under way, and its answer: an error where the call as a whole was refused, or answered
        wrongly. Raises what ends a job (`run.FATAL`)."""
        connection, work = self._under_way.popleft()
        try:
            return work, self._read(work, self._answer(connection, work))
        except FATAL:
            raise
        except FilexferError as error:
            return work, error

    def _answer(self, connection: Connection | None, work: _W) -> object:
        if connection is not None:
            try:
                head, value = self._run.link.session.end(connection)
            except ConnectionLost:
                self._lost(connection)
            except BaseException:
                self._lost(connection)
                raise
            else:
                now = time.monotonic()
                self._worker.answered(now - self._since, head.worked)
                self._since = now
                if not head.keep_alive:
                    self._lost(connection)
                elif not any(other is connection for other, _ in self._under_way):
                    self._connections.give(connection, head)
                if not isinstance(value, FilexferError):
                    return value
        return self._run.link.call(self._method, *self._params(work))

    def abandon(self) -> None:
        """Drop what is under way."""
        for connection, _ in list(self._under_way):
            self._lost(connection)
        self._under_way.clear()

    def _connection(self) -> Connection:
        last = self._under_way[-1][0] if self._under_way else None
        return last or self._connections.take()

    def _lost(self, connection: Connection | None) -> None:
        if connection is not None:
            self._connections.drop(connection)
            self._under_way = deque((None if other is connection else other, work) for other, work in self._under_way)
