"""The honest client: small pieces of work, timed, alone and beside an offender. Rule: only ratios of one run are judged, never
seconds."""

from __future__ import annotations

import os
import socket
import ssl
import statistics
import time
from xmlrpc.client import Binary, dumps

#: The honest client's work may take so many times as long as undisturbed (issue 3).
MOST = 3.0
#: A piece of work that is quicker counts as this. Four calls take 1.2 ms here, on loopback and in memory; any network takes
#: longer for them than 2 ms, and one turn of another thread, however fair, is a part of one for each.
_FLOOR = 0.002
_PIECES = 25
_ROUNDS = 12
_CONTENT = Binary(os.urandom(8 << 10))


def head(line: str, length: int | None = None, **headers: str) -> bytes:
    fields = {"Host": "localhost", **{name.replace("_", "-"): value for name, value in headers.items()}}
    if length is not None:
        fields["Content-Length"] = str(length)
    return f"{line} HTTP/1.1\r\n{''.join(f'{name}: {value}' + chr(13) + chr(10) for name, value in fields.items())}\r\n".encode()


def call(method: str, *params: object, **headers: str) -> bytes:
    body = dumps(params, method, allow_none=True).encode()
    return head("POST /RPC2", len(body), Content_Type="text/xml", **headers) + body


def whoever() -> ssl.SSLContext:
    """A client's side of TLS that trusts anybody: whom it talks to is not what is tested here."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


class Line:
    """One plain connection from the address `source`."""

    def __init__(self, port: int, source: str = "127.0.0.1", timeout: float = 60.0) -> None:
        self.sock = socket.socket()
        self.sock.settimeout(timeout)
        self.sock.bind((source, 0))
        self.sock.connect(("127.0.0.1", port))
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, request: bytes) -> tuple[int, bytes]:
        """Status and body of the answer. Raises `ConnectionError` where none comes."""
        self.sock.sendall(request)
        return self.answer()

    def answer(self) -> tuple[int, bytes]:
        data = bytearray()
        while (end := data.find(b"\r\n\r\n")) < 0:
            data += self._more()
        start = bytes(data[:end]).lower()
        _, _, length = start.partition(b"content-length: ")
        wanted = end + 4 + int(length.split(b"\r\n")[0] or b"0")
        while len(data) < wanted:
            data += self._more()
        return int(start.split()[1]), bytes(data[end + 4 :])

    def _more(self) -> bytes:
        found = self.sock.recv(1 << 18)
        if not found:
            raise ConnectionError("closed")
        return found

    def close(self) -> None:
        self.sock.close()


class Honest:
    """A client that goes on with its work, and connects again where it has to, as ours and stock ones do. `tls`: it speaks that,
    and makes a new connection for each piece.

    Attributes:
        reconnected: how often it had to connect again.
    """

    def __init__(self, port: int, source: str = "127.0.0.1", tls: bool = False) -> None:
        self._port, self._source = port, source
        self._context = whoever() if tls else None
        self._line: Line | None = None
        self._done = 0
        self.reconnected = -1

    def piece(self) -> float:
        """Ask who is there, put a file, look at it and get it back; how long that took."""
        if self._context:
            self.close()
        self._done += 1
        path = f"honest {self._source} {self._done % 8}"
        begun = time.perf_counter()
        self._ask(call("server_info"))
        self._ask(call("file_put", path, _CONTENT, {"on_conflict": "overwrite"}))
        self._ask(call("file_stat", path))
        self._ask(call("file_get", path))
        return time.perf_counter() - begun

    def _ask(self, request: bytes) -> None:
        for attempt in range(3):
            try:
                if self._line is None:
                    self.reconnected += 1
                    self._line = Line(self._port, self._source)
                    if self._context:
                        self._line.sock = self._context.wrap_socket(self._line.sock)
                status, body = self._line.ask(request)
            except ConnectionError:
                assert attempt < 2, "the honest client was cut off again and again"
                self.close()
                continue
            assert status == 200, status
            assert b"<fault>" not in body, body
            return

    def median(self) -> float:
        return statistics.median(self.piece() for _ in range(_PIECES))

    def calm(self) -> float:
        """The median of its work while nobody else is there."""
        for _ in range(_PIECES):
            self.piece()
        return max(_FLOOR, statistics.median(self.median() for _ in range(3)))

    def slowed(self, calm: float) -> float:
        """How many times as long as undisturbed its work takes now: the best of some rounds, for this machine has other things to
        do as well, and they only ever make it slower."""
        best = float("inf")
        for _ in range(_ROUNDS):
            best = min(best, self.median() / calm)
            if best <= MOST:
                break
        return best

    def close(self) -> None:
        if self._line is not None:
            self._line.close()
            self._line = None
