"""One kept HTTP/1.1 connection to a server, over TCP, TLS or a UNIX socket: requests out, answers in. Knows nothing of what they
mean, and adds only who sends them: a token never goes over a connection to another key than its own.

Every deadline is on progress: a call may take hours as long as bytes move. A head and its body leave together. Used by one
thread at a time; only `abort` may be called from others."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from filexfer.client.sockets import PlainSocket, Socket, connected, within_machine
from filexfer.client.words import lost_error
from filexfer.core.digests import Bytes
from filexfer.core.errors import Cancelled, ConnectionFailed, ConnectionLost, NotWellFormed
from filexfer.protocol.address import Address
from filexfer.protocol.http import HEAD_BYTES, BadHead, Chunked, ResponseHead, parse_response_head

if TYPE_CHECKING:
    from filexfer.client.tls import Tls

#: Bytes taken from the socket at once.
_RECEIVE = 256 << 10
#: Bodies up to so many bytes are gathered before they are decoded: a block or a batch in base64, and its index.
_WHOLE = 4 << 20
#: Interim answers before one that counts: a server may send some, and a hostile one would go on for ever.
_INTERIM = 16
#: Bytes of a request between two looks whether the server has answered already: that can only be a refusal.
_LOOK = 256 << 10


class Connection:
    """Not open before `open`.

    Args:
        address: of the server; its path is not looked at.
        timeout: seconds without progress after which the connection counts as lost.
        tls: for https; None for a plain connection.
        authorization: the field line `Authorization: …` with its line end that every request has, b"" for none; a secret.

    Attributes:
        round_trip: seconds that opening it took.
        pin: of the certificate that the server showed on it; `""` without TLS.
        within_machine: it leads to this very machine.
        moved: bytes that were sent and received.
        shows_token: its requests say who we are.
    """

    def __init__(self, address: Address, timeout: float, tls: Tls | None = None, authorization: bytes = b"") -> None:
        self.address = address
        self.name = str(address.server)
        self.timeout = timeout
        self.round_trip = 0.0
        self.pin = ""
        self.within_machine = False
        self.moved = 0
        self.shows_token = bool(authorization)
        self._tls = tls
        self._authorization = authorization
        self._aborted = False
        self._buffer = bytearray(_RECEIVE)
        self._view = memoryview(self._buffer)
        # Bytes [start, end) of the buffer have arrived and are not used yet.
        self._start = self._end = 0
        #: Requests sent whose answers are not read yet; whether the last one was answered before it had left.
        self._awaited = 0
        self._cut_short = False
        self._socket: Socket | None = None

    def open(self) -> None:
        """Connect. Raises `ConnectionFailed`; `KeyChanged` where the server shows another key, and then nothing was sent."""
        began = time.monotonic()
        raw = connected(self.address, self.timeout)
        self.round_trip = time.monotonic() - began
        self.within_machine = within_machine(raw)
        try:
            self._socket = PlainSocket(raw) if self._tls is None else self._tls.wrap(raw, self.name)
            if self._aborted:
                raise Cancelled()
            self._socket.greet(self.name)
        except ConnectionFailed as error:
            raise Cancelled() if self._aborted else error from error.__cause__
        self.pin = self._socket.pin
        self._socket.settimeout(self.timeout)

    @property
    def is_refused(self) -> bool:
        """Whether the server answered before it had all of the last request: it takes no other on this connection."""
        return self._cut_short

    @property
    def _open(self) -> Socket:
        assert self._socket is not None
        return self._socket

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()

    def abort(self) -> None:
        """Wake the thread that waits on this connection; its call raises `Cancelled`. From any thread."""
        self._aborted = True
        if self._socket is None:
            return
        try:
            self._socket.abort()
        except OSError:
            pass  # It is closed already.

    def is_dropped(self) -> bool:
        """Whether the server has closed this idle connection, or sent what nobody asked for."""
        if self._start != self._end:
            return True
        try:
            self._open.receive_now(self._view[:1])
        except BlockingIOError:
            return False
        except OSError:
            return True
        return True

    def patience(self, seconds: float) -> None:
        """Wait so long for progress from now on."""
        self._open.settimeout(seconds)

    def send(self, head: bytes, body: Sequence[Bytes] = ()) -> None:
        """Send a request. Where the server answers before it has all of it, the rest stays here: `head` gives the refusal.
        Raises `ConnectionLost`."""
        # Behind other requests whatever arrives may answer those.
        first = not self._awaited
        self._awaited += 1
        pieces: list[Bytes] = [head[:-2] + self._authorization + b"\r\n", *body]
        unseen = 0
        try:
            while pieces:
                sent = self._open.send(pieces)
                pieces = _left(pieces, sent)
                unseen += sent
                self.moved += sent
                # Who has refused may read no more: where there is no room, the wait is for the answer too.
                while first and pieces and (unseen >= _LOOK or not self._open.has_room()):
                    unseen = 0
                    self._cut_short = self._look()
                    if self._cut_short:
                        return
        except OSError as error:
            self._cut_short = first and not self._aborted and self._is_answered()
            if not self._cut_short:
                raise self._lost(error) from error

    def _is_answered(self) -> bool:
        """Whether an answer has begun to arrive before the connection ended."""
        try:
            return self._look()
        except OSError:
            return False

    def _look(self) -> bool:
        """Whether an answer has begun to arrive. Raises `OSError` where the connection has ended without one."""
        if self._start == self._end:
            # Where the last answer filled the buffer there would be no room, which looks like an end.
            self._start = self._end = 0
        try:
            count = self._open.receive_now(self._view[self._end :])
        except BlockingIOError:
            return False
        if not count:
            raise ConnectionResetError()
        self._end += count
        return True

    def head(self, most: int = _RECEIVE) -> ResponseHead:
        """The head of the answer. `most` bounds the bytes taken at once: where the body goes into a buffer of its own, little of
        it should come along with the head. Raises `ConnectionLost`, and `ConnectionFailed` for what is not HTTP."""
        for _ in range(_INTERIM):
            raw = self._take_head(most)
            try:
                head = parse_response_head(raw)
            except BadHead as error:
                raise self._not_ours() from error
            if head.status >= 200:
                self._awaited -= 1
                return self._refused(head) if self._cut_short else head
        raise self._not_ours()

    def _refused(self, head: ResponseHead) -> ResponseHead:
        """The head of an answer to a request of which only a part was sent: nothing can follow it."""
        if head.status < 400:
            raise self._not_ours()
        head.keep_alive = False
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
        words = f"{self.name} answers, but not as an XML-RPC server does. Check the address and the port."
        return ConnectionFailed(words, lasting=True)

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
            count = self._open.receive(view)
        except OSError as error:
            raise self._lost(error) from error
        if not count:
            raise self._lost(ConnectionResetError())
        self.moved += count
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
                count = self._open.receive(self._view)
            except OSError as error:
                raise self._lost(error) from error
            if not count:
                return
            self._start, self._end = 0, count

    def text(self, head: ResponseHead, method: str = "POST", most: int = 64 << 10) -> str:
        """A short body as text. What is over `most` bytes is not even read: the connection serves no other request then."""
        raw = bytearray()
        for buffer, start, end in self.pieces(head, method):
            raw += memoryview(buffer)[start : min(end, start + most - len(raw))]
            if len(raw) == most:
                head.keep_alive = False
                break
        return raw.decode("utf-8", "replace")


def _left(pieces: list[Bytes], sent: int) -> list[Bytes]:
    """What remains of `pieces` once `sent` bytes of them have left."""
    at = 0
    while at < len(pieces) and sent >= len(pieces[at]):
        sent -= len(pieces[at])
        at += 1
    return [memoryview(pieces[at])[sent:], *pieces[at + 1 :]] if sent else pieces[at:]
