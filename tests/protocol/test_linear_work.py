"""No message makes a reader work longer than in proportion to its length: what a stranger sends is read before anybody asks who.

Each input is so long that a reader whose patterns try every way of dividing it (two runs of blanks side by side are enough) would
still be at it when the day ends; the time-out tells."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from filexfer.core import paths
from filexfer.core.errors import FilexferError
from filexfer.protocol import address, fields, heads, pairing, percent, targets, xmlrpc
from filexfer.protocol.chunked import Chunked
from filexfer.protocol.values import Limits

LONG = 1 << 20
HEAD = b"GET / HTTP/1.1\r\nHost: h\r\n"
LIMITS = Limits(xml_bytes=64 << 20)

Reader = Callable[[bytes], object]


def text(read: Callable[[str], object]) -> Reader:
    return lambda raw: read(raw.decode("latin-1"))


READERS: dict[str, Reader] = {
    "request": lambda raw: heads.parse_request_head(HEAD + raw + b"\r\n\r\n"),
    "answer": lambda raw: heads.parse_response_head(b"HTTP/1.1 200 " + raw + b"\r\n\r\n"),
    "answer's fields": lambda raw: heads.parse_response_head(b"HTTP/1.1 200 OK\r\n" + raw + b"\r\n\r\n"),
    "versions": text(fields.parse_etags),
    "range": text(lambda value: fields.parse_range(value, 1000)),
    "content range": text(fields.parse_content_range),
    "content digest": text(fields.parse_content_digest),
    "chunks": lambda raw: Chunked().feed(raw),
    "path": text(paths.split),
    "reserved": text(paths.is_reserved),
    "escapes": text(percent.decode_path),
    "file": text(lambda target: targets.file_target("/files/" + target)),
    "upload": text(lambda target: targets.upload_target("/uploads/" + target)),
    "address": text(lambda rest: address.parse("http://" + rest)),
    "saved server": text(address.parse),
    "link": text(lambda rest: pairing.parse_link("filexfer://a:1/?" + rest)),
    "code": text(pairing.parse_code),
    "call": lambda raw: xmlrpc.decode_call(raw, LIMITS),
    "call's value": lambda raw: xmlrpc.decode_call(
        b"<methodCall><methodName>m</methodName><params><param><value>" + raw + b"</value></param></params></methodCall>", LIMITS
    ),
    "name of a method": lambda raw: xmlrpc.Decoder(on_method=len).feed(b"<methodCall><methodName>" + raw),
}

#: What stands before, what is repeated, what stands behind: each once made, or could make, a pattern try again and again.
SHAPES: list[tuple[bytes, bytes, bytes]] = [
    (before, again, behind)
    for before in (
        b"",
        b"X:",
        b"X: a",
        b"bytes=",
        b"bytes=1-",
        b'"',
        b"<?xml ",
        b"<int>",
        b"<double>1.",
        b"<base64>",
        b"sha-256=:",
    )
    for again in (
        b" ",
        b"a",
        b"1",
        b"a:",
        b":1a",
        b"%41",
        b'"a",',
        b" \t",
        b"\r",
        b"\n",
        b"=",
        b"<",
        b"</",
        b"<value>",
        b"../",
        b"AAAA\n",
    )
    for behind in (b"\0", b"x", b"@", b">", b"?>", b"-")
]


def reads(reader: Reader, raw: bytes) -> None:
    try:
        reader(raw)
    except FilexferError:
        pass


@pytest.mark.timeout(60)
@pytest.mark.parametrize("name", READERS)
def test_no_shape_of_a_long_message_takes_long(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # The bound on heads is taken away: it is the patterns that are looked at, and 32 KiB squared is still seconds.
    monkeypatch.setattr(heads, "HEAD_BYTES", 2 * LONG)
    monkeypatch.setattr(heads, "_agree_with_h11", lambda raw: None)
    monkeypatch.setattr(paths, "PATH_BYTES", 2 * LONG)
    for before, again, behind in SHAPES:
        reads(READERS[name], before + again * (LONG // 16 // len(again)) + behind)
