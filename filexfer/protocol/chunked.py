"""Bodies in chunks (RFC 9112, section 7.1), decoded while they arrive. Extensions, trailers: read over, bounded."""

from __future__ import annotations

import re

from filexfer.core.errors import NotWellFormed
from filexfer.protocol.values import Bytes

_LINE_BYTES = 1024
_TRAILER_BYTES = 8192
#: So many chunks may be of any size; of more than these each has, on average, `_AVERAGE` bytes or more: to read a chunk of one
#: byte costs a hundred times what sending it does.
_CHUNKS = 65_536
_AVERAGE = 16
_SIZE = re.compile(rb"([0-9A-Fa-f]{1,15})(?:[ \t]*;[\t -~\x80-\xff]*)?")
_TRAILER = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+:[\t -~\x80-\xff]*")


class Chunked:
    """Decodes one chunked body.

    Attributes:
        finished: the last chunk and the trailers have passed.
        leftover: bytes behind the end of the body, once finished.
    """

    def __init__(self) -> None:
        self.finished = False
        self.leftover = b""
        self._line = b""
        self._left = 0
        self._after_data = False
        self._trailers: int | None = None
        #: Chunks that may still come before they count as too small.
        self._allowed = _CHUNKS

    def feed(self, data: Bytes) -> list[memoryview]:
        """The content in `data`, as views into it. Raises `NotWellFormed`: close the connection then."""
        view = memoryview(data)
        found: list[memoryview] = []
        while len(view) and not self.finished:
            if self._left:
                piece = view[: self._left]
                self._left -= len(piece)
                view = view[len(piece) :]
                found.append(piece)
                self._after_data = not self._left
            else:
                view = self._feed_line(view)
        if self.finished:
            self.leftover += bytes(view)
        return found

    def _feed_line(self, view: memoryview) -> memoryview:
        part = bytes(view[: _LINE_BYTES + 2])
        end = part.find(b"\n")
        self._line += part if end < 0 else part[: end + 1]
        if len(self._line) > _LINE_BYTES:
            raise NotWellFormed("A line between the chunks is too long.")
        if end < 0:
            return view[len(part) :]
        line, self._line = self._line, b""
        if not line.endswith(b"\r\n") or b"\r" in line[:-2]:
            raise NotWellFormed("Lines between the chunks end with CR and LF.")
        self._take_line(line[:-2])
        return view[end + 1 :]

    def _take_line(self, line: bytes) -> None:
        if self._after_data:
            if line:
                raise NotWellFormed("A chunk is longer than it says.")
            self._after_data = False
        elif self._trailers is not None:
            self._trailers += len(line)
            if self._trailers > _TRAILER_BYTES:
                raise NotWellFormed("The trailers behind the chunks are too long.")
            if line and _TRAILER.fullmatch(line) is None:
                raise NotWellFormed("A trailer behind the chunks is not NAME: VALUE in one line.")
            self.finished = not line
        else:
            size = _SIZE.fullmatch(line)
            if size is None:
                raise NotWellFormed("The size of a chunk is not a hexadecimal number.")
            self._left = int(size[1], 16)
            self._allowed += min(self._left // _AVERAGE, _CHUNKS) - 1
            if self._allowed < 0:
                raise NotWellFormed("The chunks are too small for so many of them.")
            if not self._left:
                self._trailers = 0
