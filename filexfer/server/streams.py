"""Files on their way out and in beside a call: `FileStream` leaves a Binary's bytes straight from the file, `Spool` takes one
that is too large for memory straight to the share's disk. Rule: memory stays flat whatever the size."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Protocol

from filexfer.core.digests import Bytes, Hasher, hasher
from filexfer.server.buffers import Buffers
from filexfer.storage.store import Reader, Upload

if TYPE_CHECKING:
    from filexfer.server.share import Share

#: Bytes read at once for a stream: a multiple of 3, so that base64 of a piece needs nothing of the next one.
_PIECE = 3 * (1 << 16)
_FIRST = 64


class Leaving(Protocol):
    """A Binary that is encoded as it is sent (`protocol.xmlrpc.Stream`), and holds something until then.

    Attributes:
        held: bytes of memory that it takes meanwhile.
    """

    size: int
    held: int

    def chunks(self) -> Iterator[Bytes]: ...

    def close(self) -> None: ...


class BufferStream:
    """The first `size` bytes of a borrowed buffer as a Binary. Encoded piece by piece it needs no memory of its own: fresh
    megabytes for each answer would cost more in page faults than the encoding."""

    def __init__(self, buffer: bytearray, size: int, buffers: Buffers) -> None:
        self.size = size
        self.held = len(buffer)
        self._buffer: bytearray | None = buffer
        self._buffers = buffers

    def chunks(self) -> Iterator[memoryview]:
        """The content. Only until it is closed."""
        assert self._buffer is not None
        view = memoryview(self._buffer)[: self.size]
        for at in range(0, self.size, _PIECE):
            yield view[at : at + _PIECE]

    def close(self) -> None:
        if self._buffer is not None:
            self._buffers.give(self._buffer)
            self._buffer = None


class FileStream:
    """An open file as a Binary. Attributes: size (bytes); held: none before it is sent."""

    held = 0

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self.size = reader.entry.size

    def chunks(self) -> Iterator[memoryview]:
        """The content. Raises `Changed` where the file has become shorter."""
        view = memoryview(bytearray(min(_PIECE, self.size)))
        offset = 0
        while offset < self.size:
            count = self._reader.read_into(view[: min(len(view), self.size - offset)], offset)
            offset += count
            yield view[:count]

    def close(self) -> None:
        self._reader.close()


class Spool:
    """A Binary on its way to disk: a stream of the store that is named when it is committed (`protocol.xmlrpc.Sink`).

    Attributes:
        size: bytes that arrived.
        first: the first bytes, to tell the type of a picture by.
        upload: what to commit.
        taken: a method made use of it; otherwise it is dropped behind the call.
    """

    def __init__(self, share: Share, expected: int = 0) -> None:
        """`expected`: at least so many bytes are to come. Raises `NoSpace` where there is no room for them."""
        share.enter()
        try:
            share.store.require(expected)
            self.upload: Upload = share.store.upload(None, None)
        except BaseException:
            share.leave()
            raise
        self._share: Share | None = share
        self.size = 0
        self.first = b""
        self.taken = False
        self._hasher: Hasher = hasher()

    def write(self, data: Bytes) -> None:
        if len(self.first) < _FIRST:
            self.first += bytes(data[: _FIRST - len(self.first)])
        self._hasher.update(data)
        self.upload.write(self.size, data)
        self.size += len(data)

    def finish(self) -> Spool:
        return self

    def discard(self) -> None:
        """Its call is over: drop what no method took. A second time it does nothing."""
        share, self._share = self._share, None
        if share is not None:
            try:
                if not self.taken:
                    self.upload.abort()
            finally:
                share.leave()

    @property
    def hex(self) -> str:
        """blake3 of what arrived."""
        return self._hasher.digest().hex()


def leaving(value: object) -> Iterator[Leaving]:
    """The streams in an answer: it is one, is a struct with some, or is a batch of such answers."""
    if isinstance(value, FileStream | BufferStream):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            if isinstance(item, FileStream | BufferStream):
                yield item
    elif isinstance(value, list):
        for item in value:
            # A batch has its answers in arrays of one. Other arrays are long, and hold no streams.
            if isinstance(item, list) and len(item) == 1:
                yield from leaving(item[0])
