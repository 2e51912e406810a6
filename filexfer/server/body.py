"""The body of one request, read off its channel: of known length, or chunked. Rules: it never reads beyond its end, and keeps
nothing; `100 Continue` goes out when it is first asked for, so only once the gate was passed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from filexfer.core.digests import Bytes
from filexfer.core.errors import NotWellFormed
from filexfer.protocol.http import Chunked, RequestHead
from filexfer.server.channel import Channel, PeerGone

#: Bytes read at once of what nobody wants.
_DROPPED = 64 << 10
_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


class Body:
    """Attributes: length (bytes still to be read; None while chunked and unfinished), taken (bytes that were read)."""

    def __init__(self, channel: Channel, head: RequestHead) -> None:
        self._channel = channel
        self._continue = head.expects_continue
        self._chunked = Chunked() if head.chunked else None
        self.length: int | None = None if head.chunked else head.length or 0
        self.taken = 0
        self._behind = 0
        self._broken = False  # its chunks are none, so nobody knows where it ends

    def stop_before(self, count: int) -> None:
        """Let a body of known length end so many bytes early, until it may `go_on`."""
        assert self.length is not None
        self.length -= count
        self._behind = count

    def go_on(self) -> None:
        """Let what was held back follow."""
        if self._behind:
            assert self.length is not None
            self.length += self._behind
            self._behind = 0

    @property
    def finished(self) -> bool:
        return self.length == 0

    def pieces(self, buffer: bytearray) -> Iterator[tuple[Bytes, int]]:
        """The rest of the body, in pieces `(data, count)`: the first `count` bytes of `data`, which is `buffer` or a view into
        it, overwritten once the next piece is asked for. Raises `PeerGone` where the peer ends too early."""
        view = memoryview(buffer)
        while not self.finished:
            if self._chunked is None:
                yield buffer, self._read(view)
            else:
                for data in self._read_chunks(self._chunked, view):
                    yield data, len(data)

    def read_all(self, view: memoryview) -> None:
        """Fill `view`, which has just the length of the body. Raises `PeerGone` where the peer ends too early."""
        assert self.length == len(view)
        at = 0
        while at < len(view):
            at += self._read(view[at:])

    def fill(self, view: memoryview) -> int:
        """Fill `view` as far as the body goes; answers how many bytes there were, 0 at its end. Raises as `read_all`."""
        at = 0
        while at < len(view) and not self.finished:
            if self._chunked is None:
                at += self._read(view[at:])
            else:
                at += self._fill_chunks(self._chunked, view[at:])
        return at

    def _read(self, view: memoryview) -> int:
        """Some bytes of a body of known length."""
        assert self.length is not None
        self.let_come()
        count = self._channel.read_into(view[: self.length])
        if not count:
            raise PeerGone("The other side ended in mid-request.")
        self.length -= count
        self.taken += count
        return count

    def _read_chunks(self, chunked: Chunked, view: memoryview) -> list[memoryview]:
        """Content of a chunked body, as views into `view`."""
        self.let_come()
        count = self._channel.read_into(view)
        if not count:
            raise PeerGone("The other side ended in mid-request.")
        try:
            found = chunked.feed(view[:count])
        except NotWellFormed:
            self._broken = True
            raise
        self.taken += sum(len(piece) for piece in found)
        if chunked.finished:
            self.length = 0
            # What came behind the last chunk is the next request.
            self._channel.ahead[:0] = chunked.leftover
        return found

    def _fill_chunks(self, chunked: Chunked, view: memoryview) -> int:
        at = 0
        for piece in self._read_chunks(chunked, view):
            # Towards the front of the same buffer, over the chunk's own head.
            view[at : at + len(piece)] = piece
            at += len(piece)
        return at

    @property
    def here(self) -> bool:
        """Whether all of it has arrived."""
        self._channel.gather()
        return self.length is not None and len(self._channel.ahead) >= self.length

    def let_come(self) -> None:
        """Ask for it, if the peer waits for that. Raises `PeerGone`."""
        if self._continue:
            self._continue = False
            if not self._channel.ahead:
                self._channel.send([_CONTINUE])

    def drainable(self, most: int) -> bool:
        """Whether what is left can be dropped for the sake of the next request."""
        if self.finished:
            return True
        return not self._continue and self.length is not None and self.length <= most

    def drop(self, most: int) -> None:
        """Read the rest, and keep nothing of it, unless it is longer than `most` or its chunks are none. Raises as `read_all`."""
        if self._continue or self._broken or (self.length or 0) > most:
            return
        end = self.taken + most
        self._channel.begin_request()  # the answer, however long it was, is no credit for what is read behind it
        with suppress(NotWellFormed):
            for _ in self.pieces(bytearray(_DROPPED)):
                if self.taken > end:
                    return

    def drop_ahead(self) -> bool:
        """Drop what has arrived of the rest of a `drainable` body; True when the whole body has passed."""
        assert self.length is not None
        self._channel.gather()
        count = min(self.length, len(self._channel.ahead))
        del self._channel.ahead[:count]
        self.length -= count
        return self.finished
