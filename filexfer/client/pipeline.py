"""Calls that are under way at once, sent, done and answered in order, by one thread: the next is prepared here while the last is
worked at over there. They follow each other on one connection (RFC 9112, section 9.3.2): no round trip passes between them, and
the window that it has grown stays open."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from typing import Any, Generic, NamedTuple, TypeVar

from filexfer.client.activity import NETWORK, Worker
from filexfer.client.run import FATAL, Run
from filexfer.client.transport import Connection
from filexfer.core.errors import ConnectionFailed, ConnectionLost, FilexferError

_A = TypeVar("_A")


class Call(NamedTuple, Generic[_A]):
    """Attributes:
    method: harmless to repeat: what is lost with a connection is asked for again.
    params: makes the parameters, each time it is sent.
    read: makes of the value of its answer what is settled. Raises where that is no answer to it.
    settle: is given that, or the error where the call as a whole was refused or answered wrongly.
    """

    method: str
    params: Callable[[], tuple[object, ...]]
    read: Callable[[object], _A]
    settle: Callable[[_A | FilexferError], None]


class Pipeline:
    """Args:
    worker: of the thread that it is for.
    """

    def __init__(self, run: Run, worker: Worker) -> None:
        self._run = run
        self._worker = worker
        self._connections = run.link.session.connections
        # First in, first out. Without a connection a call was lost.
        self._under_way: deque[tuple[Connection | None, Call[Any]]] = deque()
        #: Since when the server can have been at the call that is answered next.
        self._since = 0.0
        self._repeated = 0

    @property
    def repeated(self) -> int:
        """How many calls were done again, maybe after others that were sent behind them."""
        return self._repeated

    def send(self, call: Call[Any]) -> None:
        """Send a call as soon as no more than is allowed is under way, without waiting for its answer."""
        while len(self._under_way) >= self._run.breadth or self._is_broken:
            self.receive()
        self._worker.doing = NETWORK
        connection = None
        if not self._under_way:
            self._since = time.monotonic()
        try:
            connection = self._connection()
            self._run.link.session.begin(connection, call.method, *call.params())
        except (ConnectionLost, ConnectionFailed):
            # It is called again when its answer is due, patiently.
            self._lost(connection)
            connection = None
        except BaseException:
            self._lost(connection)
            raise
        self._under_way.append((connection, call))

    @property
    def _is_broken(self) -> bool:
        """Whether a call was lost, which is done again when its answer is due: none may come before it."""
        return bool(self._under_way) and self._under_way[-1][0] is None

    def receive(self) -> None:
        """Take the answer of the call that is longest under way. Raises what ends a job (`run.FATAL`)."""
        self._worker.doing = NETWORK
        connection, call = self._under_way.popleft()
        try:
            answer = call.read(self._answer(connection, call))
        except FATAL:
            raise
        except FilexferError as error:
            call.settle(error)
        else:
            call.settle(answer)

    def finish(self) -> None:
        """Take all answers."""
        while self._under_way:
            self.receive()

    def _answer(self, connection: Connection | None, call: Call[Any]) -> object:
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
        self._repeated += 1
        return self._run.link.call(call.method, *call.params())

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
            self._under_way = deque((None if other is connection else other, call) for other, call in self._under_way)
