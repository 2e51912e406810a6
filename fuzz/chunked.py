"""Bodies in chunks: however they are cut the content is the same, and h11 finds the same content and the same end."""

from __future__ import annotations

import re

import h11

from filexfer.core.errors import NotWellFormed
from filexfer.protocol.http import Chunked
from fuzz.outcome import outcome

_SIZE = re.compile(rb"[0-9A-Fa-f]{1,15}")
_HEAD = b"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"


def check(data: bytes) -> None:
    """The first byte says in what steps the rest arrives; the rest is a body, and what stands behind it."""
    if not data:
        return
    step, body = data[0] + 1, data[1:]
    whole = outcome(NotWellFormed, _read, body, len(body) or 1)
    stepped = outcome(NotWellFormed, _read, body, step)
    assert (whole.value, whole.kind) == (stepped.value, stepped.kind)
    if not isinstance(whole.value, tuple):
        return
    content, finished, behind = whole.value
    assert len(content) + len(behind) <= len(body)
    assert body.endswith(behind)
    if finished:
        theirs = outcome(h11.RemoteProtocolError, _h11_reads, body)
        # h11 looks into trailers and extensions, which we read over; there it may refuse, but never find another end.
        plain = _is_plain(body[: len(body) - len(behind)])
        assert theirs.value == (content, behind) or (theirs.error and not plain), theirs


def _is_plain(body: bytes) -> bool:
    """Whether a whole body has neither extensions nor trailers."""
    line, _, rest = body.partition(b"\r\n")
    while _SIZE.fullmatch(line) and int(line, 16):
        line, _, rest = rest[int(line, 16) + 2 :].partition(b"\r\n")
    return _SIZE.fullmatch(line) is not None and rest == b"\r\n"


def _read(body: bytes, step: int) -> tuple[bytes, bool, bytes]:
    decoder = Chunked()
    content = b"".join(b"".join(decoder.feed(body[start : start + step])) for start in range(0, len(body), step))
    return content, decoder.finished, decoder.leftover


def _h11_reads(body: bytes) -> tuple[bytes, bytes]:
    reader = h11.Connection(h11.SERVER)
    reader.receive_data(_HEAD + body)
    content = b""
    while not isinstance(event := reader.next_event(), h11.EndOfMessage):
        if isinstance(event, h11.Data):
            content += event.data
        elif event is h11.NEED_DATA:
            raise AssertionError("h11 waits for more of a body that has ended")
    return content, bytes(reader.trailing_data[0])
