"""One kept HTTP/1.1 connection to a server, over TCP or a UNIX socket: requests out, answers in. Knows nothing of what they mean.

Every deadline is on progress: a call may take hours as long as bytes move. A head and its body leave in one `sendmsg`. Used by
one thread at a time; only `abort` may be called from others."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator, Sequence
from typing import Any

from filexfer.client.words import connect_error, lost_error
from filexfer.core.digests import Bytes
from filexfer.core.errors import Cancelled, ConnectionFailed, ConnectionLost, NotWellFormed
from filexfer.protocol.address import Address
from filexfer.protocol.http import HEAD_BYTES, BadHead, Chunked, ResponseHead, parse_response_head

#: Bytes taken from the socket at once.
_RECEIVE = 256 << 10
#: Bodies up to so many bytes are gathered before they are decoded: a block or a batch in base64, and its index.
_WHOLE = 4 << 20
#: Most pieces of one `sendmsg` (IOV_MAX is 1024 on Linux, 16 is the least POSIX permits).
_PIECES = 16
#: Windows has none: pieces go one by one there, or joined where they are short.
_SENDMSG = hasattr(socket.socket, "sendmsg")
#: Bytes up to which pieces are joined there.
_JOINED = 64 << 10
#: Longest wait for a TCP connection to come about, in seconds.
_CONNECT = 10.0


class Connection:
    """Args:
        address: of the server; its path is not looked at.
        timeout: seconds without progress after which the connection counts as lost.

    Attributes:
        reused: it has served an exchange before: the server may have closed it meanwhile, which is nobody's fault.
        answering: the answer to the last request has begun.
        round_trip: seconds that opening it took.
    """

    def __init__(self, address: Address, timeout: float) -> None:
        self.address = address
        self.name = str(address.server)
        self.timeout = timeout
        self.reused = False
        self.answering = False
        self._aborted = False
        self._buffer = bytearray(_RECEIVE)
        self._view = memoryview(self._buffer)
        # Bytes [start, end) of the buffer have arrived and are not used yet.
        self._start = self._end = 0
        began = time.monotonic()
        self._socket = _open(address, timeout)
        self.round_trip = time.monotonic() - began
        self._socket.settimeout(timeout)

    def close(self) -> None:
        self._socket.close()

    def abort(self) -> None:
        """Wake the thread that waits on this connection; its call raises `Cancelled`. From any thread."""
        self._aborted = True
        try:
            self._socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass  # It is closed already.

    def is_dropped(self) -> bool:
        """Whether the server has closed this idle connection, or sent what nobody asked for."""
        try:
            self._socket.settimeout(0)
            self._socket.recv(1, socket.MSG_PEEK)
        except BlockingIOError:
            return False
        except OSError:
            return True
        finally:
            self._socket.settimeout(self.timeout)
        return True

    def patience(self, seconds: float) -> None:
        """Wait so long for progress from now on."""
        self._socket.settimeout(seconds)

    def send(self, head: bytes, body: Sequence[Bytes] = ()) -> None:
        """Send a request. Raises `ConnectionLost`."""
        self.answering = False
        try:
            pieces: list[Bytes] = [head, *body]
            while pieces:
                pieces = _left(pieces, self._send_some(pieces))
        except OSError as error:
            raise self._lost(error) from error

    def _send_some(self, pieces: list[Bytes]) -> int:
        """Send the first of `pieces`, as far as they go; how many bytes left."""
        if _SENDMSG:
            return self._socket.sendmsg(pieces[:_PIECES])
        if len(pieces) > 1 and len(pieces[0]) + len(pieces[1]) <= _JOINED:
            return self._socket.send(b"".join(pieces[:2]))
        return self._socket.send(pieces[0])

    def head(self, most: int = _RECEIVE) -> ResponseHead:
        """The head of the answer. `most` bounds the bytes taken at once: where the body goes into a buffer of its own, little of
        it should come along with the head. Raises `ConnectionLost`, and `ConnectionFailed` for what is not HTTP."""
        while True:
            raw = self._take_head(most)
            try:
                head = parse_response_head(raw)
            except BadHead as error:
                raise self._not_ours() from error
            if head.status >= 200:
                self.reused = True
                return head

    def _take_head(self, most: int) -> bytes:
        while True:
            end = self._buffer.find(b"\r\n\r\n", self._start, self._end)
            if end >= 0:
                raw = bytes(self._view[self._start : end + 4])
                self._start = end + 4
                return raw
            if self._end - self._start > HEAD_BYTES or (
                self._end - self._start >= 5 and not self._buffer.startswith(b"HTTP/", self._start)
            ):
                raise self._not_ours()
            self._more(most)

    def _not_ours(self) -> ConnectionFailed:
        return ConnectionFailed(f"{self.name} answers, but not as an XML-RPC server does. Check the address and the port.")

    def _more(self, most: int = _RECEIVE) -> None:
        """Take more bytes behind those in the buffer."""
        if self._start == self._end:
            self._start = self._end = 0
        elif self._end + min(most, HEAD_BYTES) > len(self._buffer):
            left = bytes(self._view[self._start : self._end])
            self._view[: len(left)] = left
            self._start, self._end = 0, len(left)
        self._end += self._receive(self._view[self._end : self._end + most])

    def _receive(self, view: memoryview) -> int:
        try:
            count = self._socket.recv_into(view)
        except OSError as error:
            raise self._lost(error) from error
        if not count:
            raise self._lost(ConnectionResetError())
        self.answering = True
        return count

    def _lost(self, error: OSError) -> Cancelled | ConnectionLost:
        return Cancelled() if self._aborted else lost_error(error, self.name)

    def fill(self, view: memoryview) -> None:
        """Fill `view` with the next bytes of the body. Raises `ConnectionLost` where it ends before."""
        here = min(len(view), self._end - self._start)
        view[:here] = self._view[self._start : self._start + here]
        self._start += here
        while here < len(view):
            here += self._receive(view[here:])

    def pieces(self, head: ResponseHead, method: str = "POST") -> Iterator[tuple[bytearray, int, int]]:
        """The body of the answer, as (buffer, start, end) each of which holds until the next is asked for."""
        if not head.has_body(method):
            return
        if head.chunked:
            yield from self._chunks()
        elif head.length is None:
            yield from self._until_closed()
        elif head.length <= _WHOLE:
            yield self._gathered(head.length)
        else:
            left = head.length
            while left:
                if self._start == self._end:
                    self._more()
                end = min(self._end, self._start + left)
                left -= end - self._start
                start, self._start = self._start, end
                yield self._buffer, start, end

    def _gathered(self, length: int) -> tuple[bytearray, int, int]:
        """A short body in one piece: decoded at once it costs a third of what its pieces do."""
        here = self._end - self._start
        if self._start + length > len(self._buffer):
            arrived = self._view[self._start : self._end]
            if length > len(self._buffer):
                self._buffer = bytearray(length)
                self._view = memoryview(self._buffer)
            self._view[:here] = bytes(arrived)
            self._start, self._end = 0, here
        start, end = self._start, self._start + length
        while self._end < end:
            self._end += self._receive(self._view[self._end : end])
        self._start = end
        return self._buffer, start, end

    def _chunks(self) -> Iterator[tuple[bytearray, int, int]]:
        body = Chunked()
        while not body.finished:
            if self._start == self._end:
                self._more()
            arrived = bytes(self._view[self._start : self._end])
            self._start = self._end
            try:
                found = body.feed(arrived)
            except NotWellFormed as error:
                raise self._not_ours() from error
            for piece in found:
                yield bytearray(piece), 0, len(piece)
        left = body.leftover
        self._view[: len(left)] = left
        self._start, self._end = 0, len(left)

    def _until_closed(self) -> Iterator[tuple[bytearray, int, int]]:
        while True:
            if self._start < self._end:
                start, self._start = self._start, self._end
                yield self._buffer, start, self._end
            try:
                count = self._socket.recv_into(self._view)
            except OSError as error:
                raise self._lost(error) from error
            if not count:
                return
            self._start, self._end = 0, count

    def text(self, head: ResponseHead, method: str = "POST", most: int = 64 << 10) -> str:
        """A short body as text; what is over `most` bytes is left out."""
        raw = bytearray()
        for buffer, start, end in self.pieces(head, method):
            raw += memoryview(buffer)[start : min(end, start + most - len(raw))]
        return raw.decode("utf-8", "replace")


def _left(pieces: list[Bytes], sent: int) -> list[Bytes]:
    """What remains of `pieces` once `sent` bytes of them have left."""
    at = 0
    while at < len(pieces) and sent >= len(pieces[at]):
        sent -= len(pieces[at])
        at += 1
    return [memoryview(pieces[at])[sent:], *pieces[at + 1 :]] if sent else pieces[at:]


def _open(address: Address, timeout: float) -> socket.socket:
    """A connected socket. Raises `ConnectionFailed`."""
    name = str(address.server)
    try:
        if address.scheme == "unix" and hasattr(socket, "AF_UNIX"):
            made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            made.settimeout(min(timeout, _CONNECT))
            try:
                made.connect(address.socket)
            except BaseException:
                made.close()
                raise
            return made
        if address.scheme == "http":
            # As bytes: a text would load the tables of internationalised names.
            host: Any = address.host.encode("ascii")
            made = socket.create_connection((host, address.port), min(timeout, _CONNECT))
            made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return made
    except OSError as error:
        raise connect_error(error, name) from error
    if address.scheme == "unix":
        raise ConnectionFailed("This system has no UNIX sockets. Use an address with http://.")
    if address.scheme == "saved":
        raise ConnectionFailed(f"There is no saved server “{address.name}” here. Name it by its address, like http://HOST:8765/.")
    raise ConnectionFailed(
        "This version speaks http:// and unix: only; https:// comes with pairing. Use an address with http://."
    )
