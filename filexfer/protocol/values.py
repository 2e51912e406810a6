"""What the codec speaks of: values, streams out, sinks in, limits. No logic.

A value is None, bool, int (64 bits), float, str, bytes, `xmlrpc.client.DateTime`, a list of values or a dict of them by str."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, Protocol, TypeAlias

#: What one buffer of bytes may be. Memoryviews must be contiguous.
Bytes: TypeAlias = bytes | bytearray | memoryview


class Stream(Protocol):
    """A Binary that leaves in pieces, encoded as it is sent.

    Attributes:
        size: bytes in all, known before the first is read.
    """

    @property
    def size(self) -> int: ...

    def chunks(self) -> Iterator[Bytes]:
        """The bytes in order, in pieces of any length. A piece may be overwritten once the next one is asked for.
        Raises where fewer than `size` bytes are there; the connection is then aborted, never padded."""
        ...


class Sink(Protocol):
    """Where a Binary over the memory limit goes as it arrives."""

    def write(self, data: Bytes, /) -> None: ...

    def finish(self) -> object:
        """Everything has arrived; the answer takes the Binary's place among the values."""
        ...

    def discard(self) -> None:
        """The message came to nothing. May be called after `finish`."""
        ...


class Limits(NamedTuple):
    """How much one message may be.

    Attributes:
        xml_bytes: bytes of the text without its base64 payloads.
        nesting: arrays and structs inside each other.
        values: `<value>` elements in all.
        payload_memory: decoded bytes of one payload kept in memory; beyond, it goes to a sink, or is refused.
        payloads_memory: the same, of all payloads of the message.
    """

    xml_bytes: int = 4 << 20
    nesting: int = 64
    values: int = 50_000
    payload_memory: int = 2 << 20
    payloads_memory: int = 8 << 20


class Call(NamedTuple):
    """A decoded call."""

    method: str
    params: list[object]
