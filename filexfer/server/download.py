"""The answer to GET and HEAD of a file: conditions, one range, digest. A body up to a block is read, hashed and sent with its
head in one piece; a longer one leaves block by block. A file that shrinks meanwhile ends the connection, never padded."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from email.utils import formatdate

from filexfer.core import digests
from filexfer.core.errors import BadOffset
from filexfer.core.model import Entry, Range
from filexfer.protocol import http
from filexfer.server.answers import Answer, Refused
from filexfer.server.buffers import Buffers
from filexfer.storage.store import Reader, Store

_WANTED = re.compile(r"(blake3|sha-256)[ \t]*(?:=[ \t]*([0-9]{1,2}))?")


#: Gives what a thread is in while it waits for the disk: others of its caller go on.
Away = Callable[[], AbstractContextManager[object]]


def serve_file(store: Store, head: http.RequestHead, buffers: Buffers, away: Away) -> Answer:
    """What `head` asks for. Raises what `Store.open` does, and `Refused`."""
    reader = store.open(http.file_target(head.target))
    try:
        return _answer(reader, head, buffers, away)
    except BaseException:
        reader.close()
        raise


def _answer(reader: Reader, head: http.RequestHead, buffers: Buffers, away: Away) -> Answer:
    entry = reader.entry
    headers = [
        ("ETag", http.written_etag(entry.etag)),
        ("Accept-Ranges", "bytes"),
        ("Last-Modified", formatdate(max(0, entry.mtime_ns // 1_000_000_000), usegmt=True)),
        ("X-Mtime-Ns", str(entry.mtime_ns)),
    ]
    if _unchanged(head, entry):
        return Answer(304, headers, release=reader.close)
    wanted = _range(head, entry)
    status, part = (200, Range(0, entry.size)) if wanted is None else (206, wanted)
    # A browser must neither run nor guess what a stranger has put here.
    headers += [("Content-Type", "application/octet-stream"), ("X-Content-Type-Options", "nosniff")]
    if wanted is not None:
        headers.append(("Content-Range", http.content_range(part, entry.size)))
    if head.method == "HEAD":
        return Answer(status, headers, length=part.length, release=reader.close)
    buffer = buffers.take()
    release = _both(reader.close, lambda: buffers.give(buffer))
    view = memoryview(buffer)
    if part.length > len(buffer):
        return Answer(status, headers, stream=_blocks(reader, part, view), length=part.length, release=release)
    try:
        view = view[: part.length]
        began = time.perf_counter()
        with away():
            if part.length:
                reader.read_into(view, part.start)
            digest = digests.digest(view, _algorithm(head))
        headers.append(("Content-Digest", http.content_digest(digest)))
        headers.append(("Server-Timing", http.server_timing(time.perf_counter() - began)))
    except BaseException:
        buffers.give(buffer)
        raise
    return Answer(status, headers, (view,), length=part.length, release=release)


def _unchanged(head: http.RequestHead, entry: Entry) -> bool:
    """Whether 304 is the answer. Raises `Refused` where `If-Match` fails."""
    match, none = head.headers.get("if-match"), head.headers.get("if-none-match")
    if match is not None and not http.etag_matches(match, entry.etag):
        raise Refused(412, "The file is another version now.", [("X-Fault-Code", "107")])
    return none is not None and http.etag_matches(none, entry.etag, weak=True)


def _range(head: http.RequestHead, entry: Entry) -> Range | None:
    """The part that is asked for; None for all of it. Raises `Refused`."""
    value, unless = head.headers.get("range"), head.headers.get("if-range")
    if head.method != "GET":
        return None  # ranges are defined for GET only (RFC 9110, section 14.2)
    if value is None or (unless is not None and not _same(unless, entry)):
        return None
    try:
        return http.parse_range(value, entry.size)
    except BadOffset as error:
        raise Refused(416, str(error), [("Content-Range", f"bytes */{entry.size}"), ("X-Fault-Code", "109")]) from None


def _same(unless: str, entry: Entry) -> bool:
    """Whether `If-Range` holds: only a strong version does; a date is too coarse to prove anything."""
    return '"' in unless and http.etag_matches(unless, entry.etag)


def _algorithm(head: http.RequestHead) -> str:
    """The digest the client would like best (RFC 9530, section 4)."""
    asked = head.headers.get("want-content-digest", "")
    wishes = {name: int(weight or 1) for name, weight in _WANTED.findall(asked)}
    return "blake3" if wishes.get("blake3", 0) > wishes.get("sha-256", 0) else "sha256"


def _blocks(reader: Reader, part: Range, view: memoryview) -> Iterator[memoryview]:
    offset = part.start
    while offset < part.end:
        count = reader.read_into(view[: min(len(view), part.end - offset)], offset)
        yield view[:count]
        offset += count


def _both(one: Callable[[], None], other: Callable[[], None]) -> Callable[[], None]:
    def call() -> None:
        one()
        other()

    return call
