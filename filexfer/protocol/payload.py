"""One base64 payload, decoded while its characters arrive, into memory or a sink. Nothing in Python per byte.

Alphabet of RFC 4648 section 4 with its padding; blanks and line ends between characters are skipped; all else is refused."""

from __future__ import annotations

from binascii import Error
from collections.abc import Callable

from pybase64 import b64decode

from filexfer.core.errors import NotWellFormed, TooLarge
from filexfer.protocol.values import Bytes, Sink

_BLANK = b" \t\r\n"


class Payload:
    """Collects one payload. `room` is how many decoded bytes may stay in memory; beyond, `open_sink()` takes them all."""

    def __init__(self, room: int, open_sink: Callable[[], Sink]) -> None:
        self._room = room
        self._open_sink = open_sink
        self._sink: Sink | None = None
        self._pieces: list[bytes] = []
        self._carry = b""
        self._broken_lines = False
        self._padded = False
        self.size = 0

    def feed(self, text: Bytes) -> None:
        """Take some characters. Raises `NotWellFormed`, and whatever opening and writing a sink raises."""
        if not self._broken_lines and len(text) > 0:
            if text[0] > 32:
                try:
                    return self._feed_clean(text)
                except Error:
                    pass
            self._broken_lines = True
        try:
            return self._feed_clean(_without_blanks(text))
        except Error:
            raise NotWellFormed("A base64 value holds characters that are not base64, or ends in mid-group.") from None

    def _feed_clean(self, text: Bytes) -> None:
        """Decode whole groups of four; what is left over waits. Changes nothing where it raises `binascii.Error`."""
        carry = self._carry
        if carry:
            missing = 4 - len(carry)
            group = carry + bytes(text[:missing])
            if len(group) < 4:
                self._carry = group
                return
            first = b64decode(group, validate=True)
            text = memoryview(text)[missing:]
        else:
            first = b""
        left = len(text) & 3
        rest, tail = b"", b""
        if left:
            text = memoryview(text)
            tail, text = bytes(text[-left:]), text[:-left]
        if len(text):
            rest = b64decode(text, validate=True)
        if self._padded and (first or rest or tail):
            raise Error
        if first and (rest or tail) and len(first) < 3:
            raise Error
        self._carry = tail
        self._padded = self._padded or len(first or b"123") < 3 or len(rest) * 4 != len(text) * 3
        if self._padded and tail:
            raise NotWellFormed("A base64 value goes on behind its padding.")
        for piece in (first, rest):
            if piece:
                self._take(piece)

    def _take(self, data: bytes) -> None:
        self.size += len(data)
        if self._sink is None:
            self._pieces.append(data)
            if self.size <= self._room:
                return
            self._sink = self._open_sink()
            for piece in self._pieces:
                self._sink.write(piece)
            self._pieces.clear()
        else:
            self._sink.write(data)

    def finish(self) -> tuple[object, bool]:
        """The value, and whether it lies in memory (then it is `bytes`). Raises `NotWellFormed` where a group is cut off."""
        if self._carry:
            raise NotWellFormed("A base64 value ends in mid-group: its padding is missing.")
        if self._sink is not None:
            return self._sink.finish(), False
        if len(self._pieces) == 1:
            return self._pieces[0], True
        return b"".join(self._pieces), True


def refuse_sink() -> Sink:
    """What takes a sink's place where none is offered."""
    raise TooLarge("A binary value is larger than this call takes. Send it in blocks (upload_open, upload_write).")


def _without_blanks(text: Bytes) -> bytes:
    # `replace` copies whole lines; `translate` looks at each character and takes twice as long.
    found = bytes(text).replace(b"\n", b"")
    for blank in (b"\r", b" ", b"\t"):
        if blank in found:
            found = found.replace(blank, b"")
    return found
