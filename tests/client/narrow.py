"""A way to a server on which each connection has a bound of its own, or all of them one together."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from filexfer.protocol.address import parse

_PIECE = 16 << 10


class _Bound:
    """So many bytes a second pass it."""

    def __init__(self, rate: float) -> None:
        self._rate = rate
        self._free_at = 0.0
        self._lock = threading.Lock()  # guards _free_at

    def pass_on(self, count: int) -> None:
        with self._lock:
            self._free_at = max(self._free_at, time.monotonic()) + count / self._rate
            wait = self._free_at - time.monotonic()
        time.sleep(max(0.0, wait))


class Narrow:
    """Args:
        address: of the server behind it.
        rate: bytes a second, in both directions together.
        shared: of all connections together; else of each.
        most: connections that it takes at once; those beyond are closed at once.

    Attributes:
        address: where clients connect; not that of this very machine, to them.
        passed: for each connection the bytes that went over it so far; `last`: over all of them, when it was used last.
        refused: connections that were one too many.
    """

    def __init__(self, address: str, rate: float, shared: bool, most: int) -> None:
        self._server = parse(address)
        self._rate, self._shared, self._most = rate, _Bound(rate) if shared else None, most
        self._lock = threading.Lock()  # guards what follows
        self.passed: list[int] = []
        self.last: list[int] = []
        self.refused = self._alive = 0
        # Clients call from 127.0.0.1: to them it is another machine.
        self._listener = socket.create_server(("127.0.0.2", 0))
        self.address = f"http://127.0.0.2:{self._listener.getsockname()[1]}"
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def close(self) -> None:
        """Once nobody is connected any more."""
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()
        self._listener.close()

    def busy(self, least: int) -> int:
        """Connections over which more than so many bytes went."""
        return sum(passed > least for passed in self.passed)

    def lately(self, count: int) -> int:
        """Connections over which any of the last so many bytes went."""
        return sum(last > sum(self.passed) - count for last in self.last)

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near = self._listener.accept()[0]
                with self._lock:
                    is_one_too_many = self._alive >= self._most
                    self.refused += is_one_too_many
                    self._alive += not is_one_too_many
                if is_one_too_many:
                    near.close()
                    continue
                number = len(self.passed)
                self.last.append(0)
                self.passed.append(0)
                self._threads.append(threading.Thread(target=self._join, args=(near, number)))
                self._threads[-1].start()

    def _join(self, near: socket.socket, number: int) -> None:
        far = socket.create_connection((self._server.host, self._server.port))
        bound = self._shared or _Bound(self._rate)
        with near, far:
            # Large ones would hide how quick a connection is.
            for one in (near, far):
                one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2 * _PIECE)
            back = threading.Thread(target=self._carry, args=(far, near, bound, number))
            back.start()
            self._carry(near, far, bound, number)
            back.join()
        with self._lock:
            self._alive -= 1

    def _carry(self, one: socket.socket, other: socket.socket, bound: _Bound, number: int) -> None:
        with suppress(OSError):
            while data := one.recv(_PIECE):
                bound.pass_on(len(data))
                with self._lock:
                    self.passed[number] += len(data)
                    self.last[number] = sum(self.passed)
                other.sendall(data)
        for end in (one, other):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


@contextmanager
def narrow(address: str, rate: float, shared: bool = False, most: int = 1000) -> Iterator[Narrow]:
    made = Narrow(address, rate, shared, most)
    try:
        yield made
    finally:
        made.close()
