"""A way to a server that breaks in the middle: passes bytes on until so many came back, then is gone, as if it had died."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from types import TracebackType


class Dying:
    """`with Dying(address, after)`: `address` is one that leads to the server. Attribute: dead (an event)."""

    def __init__(self, address: str, after: int) -> None:
        host, _, port = address.partition("//")[2].rstrip("/").rpartition(":")
        self._there, self._left = (host, int(port)), after
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._listening.getsockname()[1]}/"
        self.dead = threading.Event()
        self._lock = threading.Lock()  # guards the two below, and `_left`
        self._open: list[socket.socket] = []
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> Dying:
        self._start(self._accept)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None, /) -> None:
        self._die()
        for thread in self._threads:
            thread.join(5)

    def _start(self, target: object, *arguments: object) -> None:
        thread = threading.Thread(target=target, args=arguments, daemon=True)  # type: ignore[arg-type]  # methods of this one
        with self._lock:
            self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                here, _ = self._listening.accept()
                there = socket.create_connection(self._there)
                with self._lock:
                    self._open += [here, there]
                self._start(self._pass_on, here, there, False)
                self._start(self._pass_on, there, here, True)

    def _pass_on(self, source: socket.socket, target: socket.socket, counted: bool) -> None:
        with suppress(OSError):
            while data := source.recv(8192):
                if counted:
                    with self._lock:
                        self._left -= len(data)
                    if self._left < 0:
                        self._die()
                        return
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)

    def _die(self) -> None:
        self.dead.set()
        with self._lock:
            opened, self._open = self._open, []
        # Closed alone it would stay open below a thread that waits in it.
        for one in (self._listening, *opened):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
