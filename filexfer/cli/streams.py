"""stdin and stdout as ends of a transfer: counted, held to a rate, and shown on a terminal while bytes pass."""

from __future__ import annotations

import io
import os
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, TextIO, cast

from filexfer.cli import output
from filexfer.cli.output import Output
from filexfer.cli.status_line import StatusLine
from filexfer.core.digests import Bytes


class Counted(io.RawIOBase):
    """A binary stream that counts what passes through it.

    Attributes:
        count: bytes so far.
        file: itself, as those see it who take a binary file.
    """

    def __init__(self, stream: BinaryIO, name: str, limit: int, live: bool) -> None:
        self._stream = stream
        self._name = name
        self._limit = limit
        self._line = StatusLine(live)
        self._began = time.monotonic()
        self._ended: float | None = None
        self.count = 0
        self.file = cast(BinaryIO, self)

    @property
    def seconds(self) -> float:
        return (self._ended or time.monotonic()) - self._began

    @property
    def rate(self) -> float:
        """Bytes per second so far."""
        return self.count / self.seconds if self.seconds > 0 else 0.0

    def readable(self) -> bool:
        return True

    def writable(self) -> bool:
        return True

    def read(self, size: int = -1, /) -> bytes:
        data = self._stream.read(size)
        self._passed(len(data))
        return data

    def readinto(self, buffer: bytearray | memoryview, /) -> int:  # type: ignore[override]
        data = self._stream.read(len(buffer))
        buffer[: len(data)] = data
        self._passed(len(data))
        return len(data)

    def write(self, data: Bytes, /) -> int:  # type: ignore[override]
        self._stream.write(data)
        self._passed(len(data))
        return len(data)

    def end(self) -> None:
        self._ended = time.monotonic()
        self._line.clear()

    def _passed(self, length: int) -> None:
        self.count += length
        if self._limit:
            time.sleep(max(0.0, self.count / self._limit - self.seconds))
        self._line.show(lambda: f"{self._name}  {output.size(self.count)} · {output.rate(self.rate)}")


@contextmanager
def counted(stream: BinaryIO, name: str, limit: int, out: Output) -> Iterator[Counted]:
    """`stream`, counted; `limit` in bytes per second, 0 for none."""
    made = Counted(stream, name, limit, out.live)
    try:
        yield made
    finally:
        made.end()


def size_of(stream: TextIO) -> int | None:
    """Bytes that are still to be read from `stream` where it is a regular file, else None."""
    try:
        found = os.fstat(stream.fileno())
        return found.st_size - os.lseek(stream.fileno(), 0, os.SEEK_CUR) if stat.S_ISREG(found.st_mode) else None
    except (OSError, ValueError):
        return None
