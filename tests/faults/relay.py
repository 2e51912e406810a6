"""A line between clients and a server that can go wrong in every way a line does. It knows nothing of what passes over it."""

from __future__ import annotations

import math
import os
import select
import socket
import struct
import threading
import time
from collections.abc import Iterable
from urllib.parse import urlsplit

#: Closing with this sends a reset.
_RESET = struct.pack("ii", 1, 0)
_PIECE = 1 << 16


class Line:
    """One connection, served by a thread of its own, which alone touches the two sockets.

    Attributes:
        asked: the client has sent something.
        over: both ends are closed.
    """

    def __init__(self, relay: Relay, client: socket.socket, server: socket.socket) -> None:
        self.asked = False
        self.over = False
        self._relay = relay
        self._ends = (client, server)
        for end in self._ends:
            end.setblocking(False)
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        #: What waits to be sent: to the client, to the server.
        self._waiting = [b"", b""]
        self._wish = ""
        self._vanished = False
        self._woken, self._wake = os.pipe()
        # Guards the end of the pipe that wakes: closed, its number may be anybody's.
        self._lock = threading.Lock()
        self._gone = False
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def end(self, how: str) -> None:
        """See `Relay.lose_answers`. From any thread."""
        self._wish = self._wish or how
        self.wake()

    def wake(self) -> None:
        with self._lock:
            if not self._gone:
                os.write(self._wake, b"x")

    def _run(self) -> None:
        try:
            while not self._ended():
                self._step()
        except OSError:
            self._close("cut")
        with self._lock:
            self._gone = True
            os.close(self._wake)
        os.close(self._woken)

    def _ended(self) -> bool:
        how, self._wish = self._wish, ""
        if how == "vanished":
            self._vanished = True
        elif how:
            self._close(how)
        return self.over

    def _step(self) -> None:
        still = self._vanished or self._relay.still
        reading = [] if still else [end for number, end in enumerate(self._ends) if not self._waiting[1 - number]]
        writing = [] if still else [end for number, end in enumerate(self._ends) if self._waiting[number]]
        readable, writable, _ = select.select([self._woken, *reading], writing, [])
        if self._woken in readable:
            os.read(self._woken, _PIECE)
            return
        for number, end in enumerate(self._ends):
            if end in writable:
                self._send(number)
            if end in readable:
                self._take(number)

    def _take(self, number: int) -> None:
        """Take what one end sends."""
        data = self._ends[number].recv(_PIECE)
        if not data:
            self.end("cut")
            return
        through = self._relay.judged(self, data, up=number == 0)
        self._waiting[1 - number] = through
        if len(through) < len(data):
            if through:
                self._send(1 - number)
            self.end(self._relay.how)

    def _send(self, number: int) -> None:
        pause = self._relay.pause
        data = self._waiting[number]
        sent = self._ends[number].send(data[:1] if pause else data)
        self._waiting[number] = data[sent:]
        if pause:
            self._relay.crept += 1
            time.sleep(pause)

    def _close(self, how: str) -> None:
        self.over = True
        for end in self._ends:
            if how == "reset":
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            end.close()


class Relay:
    """Passes bytes between clients and the server at `address`.

    Attributes:
        address: where clients connect.
        up, down: bytes passed to the server, and from it.
        lost: answers that were made and did not arrive.
        lines: connections that were made, the latest last.
        flowing: False while nothing passes.
        most: bytes after which nothing passes either, until there may be more (see `allow`).
        pause: seconds behind each byte; 0 for none, then they pass in pieces.
        crept: about how many bytes passed one by one.
        how: the way in which connections end that lose an answer.
    """

    def __init__(self, address: str) -> None:
        where = urlsplit(address)
        assert where.hostname
        assert where.port
        self._server = (where.hostname, where.port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"{where.scheme}://127.0.0.1:{self._listener.getsockname()[1]}/"
        self.lines: list[Line] = []
        self.flowing = True
        self.most = math.inf
        self.pause = 0.0
        self.crept = 0
        self.how = "cut"
        # Guards what follows.
        self._lock = threading.Lock()
        self.up = self.down = self.lost = 0
        self._losing = self._passed = 0
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def lose_answers(self, count: int = 1, how: str = "cut", passed: int = 0) -> None:
        """Lose the next `count` answers: each was made, and `passed` bytes of it arrive.

        `how`: the connection is “cut” in good order, “reset”, or “vanished”: nobody is told, and nothing passes any more.
        """
        with self._lock:
            self._losing, self.how, self._passed = count, how, passed

    def end(self, how: str, lines: Iterable[Line] | None = None) -> None:
        """End these connections, or all there are now, in this order."""
        for line in list(self.lines) if lines is None else lines:
            line.end(how)

    def alive(self) -> list[Line]:
        return [line for line in self.lines if not line.over]

    @property
    def still(self) -> bool:
        return not self.flowing or self.up + self.down >= self.most

    def allow(self, most: float) -> None:
        """Let so many bytes pass, in both directions and since the beginning; pieces under way may go a little beyond."""
        self.most = most
        for line in list(self.lines):
            line.wake()

    def stall(self) -> None:
        """Nothing passes until `flow`."""
        self.flowing = False

    def flow(self) -> None:
        """Everything passes as on the best of lines; what has vanished stays so."""
        self.flowing, self.pause = True, 0.0
        for line in list(self.lines):
            line.wake()

    def __enter__(self) -> Relay:
        return self

    def __exit__(self, *error: object) -> None:
        # Shut first: closing alone does not wake who waits in `accept`.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()
        self.end("cut")
        for line in self.lines:
            line.thread.join()

    def judged(self, line: Line, data: bytes, up: bool) -> bytes:
        """What of `data` may pass."""
        with self._lock:
            if up:
                line.asked = True
                self.up += len(data)
                return data
            self.down += len(data)
            if not line.asked or not self._losing:
                return data
            if self._passed >= len(data):
                self._passed -= len(data)
                return data
            self._losing -= 1
            self.lost += 1
            return data[: self._passed]

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            try:
                server = socket.create_connection(self._server)
            except OSError:
                client.close()
                continue
            self.lines.append(Line(self, client, server))
