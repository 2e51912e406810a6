"""Row “XML” of the attack table: documents made to hurt a parser. Each is a fault at once, or takes bounded time and memory while
an honest client is served; the server is a process of its own, whose peak of memory is read."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

import pytest

from tests.attacks.house import House
from tests.attacks.lanes import call_body
from tests.attacks.wire import XML, Wire, head, stepwise

NOT_WELL_FORMED, NO_METHOD, BAD_PARAMETERS, TOO_LARGE, INVALID, BUSY = -32700, -32601, -32602, 111, 101, 302

#: What is nested too deep, or far too much, is met as that, or as more memory than one caller may hold.
DEEP = (NOT_WELL_FORMED, TOO_LARGE, BUSY)
#: More than a server that has served a few calls ever holds, KiB: the text of a call (8 MiB) and its values are bounded.
MOST_KIB = 200 << 10

LAUGHS = b"".join(b'<!ENTITY l%d "%s">' % (n + 1, b"&l%d;" % n * 10) for n in range(10))


def doctype(inner: bytes, use: bytes = b"&x;") -> bytes:
    return (
        b"<?xml version='1.0'?><!DOCTYPE methodCall [" + inner + b"]><methodCall><methodName>file_stat</methodName>"
        b"<params><param><value><string>" + use + b"</string></value></param></params></methodCall>"
    )


def of_value(xml: str, method: str = "file_stat") -> bytes:
    return call_body(method, xml)


def nested(opening: str, closing: str, depth: int, method: str = "files_get") -> bytes:
    return of_value(opening * depth + closing * depth, method)


class Row(NamedTuple):
    """A document and the fault it gets."""

    body: bytes
    code: int | tuple[int, ...]


ROWS: dict[str, Row] = {
    "billion laughs": Row(doctype(b'<!ENTITY l0 "lol">' + LAUGHS, b"&l10;"), NOT_WELL_FORMED),
    "small quadratic entity": Row(doctype(b'<!ENTITY x "' + b"x" * 50_000 + b'">', b"&x;" * 50_000), NOT_WELL_FORMED),
    "external entity": Row(doctype(b'<!ENTITY x SYSTEM "file:///etc/passwd">'), NOT_WELL_FORMED),
    "external entity by network": Row(doctype(b'<!ENTITY x SYSTEM "http://127.0.0.1:1/x">'), NOT_WELL_FORMED),
    "parameter entity": Row(doctype(b'<!ENTITY % x SYSTEM "file:///etc/passwd"> %x;', b"x"), NOT_WELL_FORMED),
    "empty DOCTYPE": Row(b"<!DOCTYPE x>" + of_value("mine"), NOT_WELL_FORMED),
    "external DOCTYPE": Row(b"<!DOCTYPE x SYSTEM 'file:///etc/passwd'>" + of_value("mine"), NOT_WELL_FORMED),
    "DOCTYPE in small letters": Row(b"<!doctype x>" + of_value("mine"), NOT_WELL_FORMED),
    "DOCTYPE behind the root": Row(of_value("mine") + b"<!DOCTYPE x>", NOT_WELL_FORMED),
    "entity nobody declared": Row(of_value("&x;"), NOT_WELL_FORMED),
    "comment": Row(of_value("<!-- x -->mine"), NOT_WELL_FORMED),
    "CDATA": Row(of_value("<string><![CDATA[mine]]></string>"), NOT_WELL_FORMED),
    "processing instruction": Row(of_value("<?x y?>mine"), NOT_WELL_FORMED),
    "stylesheet": Row(b"<?xml-stylesheet href='x'?>" + of_value("mine"), NOT_WELL_FORMED),
    "declaration twice": Row(b"<?xml version='1.0'?><?xml version='1.0'?>" + of_value("mine"), NOT_WELL_FORMED),
    "UTF-16 declared": Row(b"<?xml version='1.0' encoding='utf-16'?>" + of_value("mine"), NOT_WELL_FORMED),
    "UTF-16": Row(of_value("mine").decode().encode("utf-16"), NOT_WELL_FORMED),
    "UTF-7 declared": Row(b"<?xml version='1.0' encoding='utf-7'?>" + of_value("mine"), NOT_WELL_FORMED),
    "not UTF-8": Row(of_value("x").replace(b"x<", b"\xff\xfe<"), NOT_WELL_FORMED),
    "overlong UTF-8": Row(of_value("x").replace(b"x<", b"\xc0\xae<"), NOT_WELL_FORMED),
    "surrogates in UTF-8": Row(of_value("x").replace(b"x<", b"\xed\xa0\x80<"), NOT_WELL_FORMED),
    "control character": Row(of_value("x").replace(b"x<", b"\x01<"), NOT_WELL_FORMED),
    "control character by number": Row(of_value("&#1;"), NOT_WELL_FORMED),
    "NUL by number": Row(of_value("&#0;"), NOT_WELL_FORMED),
    "attribute": Row(of_value("<string x='y'>mine</string>"), NOT_WELL_FORMED),
    "namespace": Row(of_value("<ex:nil/>"), NOT_WELL_FORMED),
    "foreign tag": Row(of_value("<object>mine</object>"), NOT_WELL_FORMED),
    "200,000 nested arrays": Row(nested("<array><data><value>", "</value></data></array>", 200_000), DEEP),
    "200,000 nested arrays, never closed": Row(
        nested("<array><data><value>", "", 200_000), DEEP
    ),
    "200,000 nested structs": Row(
        nested("<struct><member><name>a</name><value>", "</value></member></struct>", 200_000), DEEP
    ),
    "200,000 nested values": Row(nested("<value>", "</value>", 200_000), DEEP),
    "65 nested arrays": Row(nested("<array><data><value>", "</value></data></array>", 65), (NOT_WELL_FORMED, TOO_LARGE)),
    "150,000 values": Row(of_value("<array><data>" + "<value>1</value>" * 150_000 + "</data></array>", "files_get"), TOO_LARGE),
    "150,000 empty tags": Row(of_value("<array><data>" + "<nil/>" * 600_000 + "</data></array>", "files_get"), DEEP),
    "one token of 10 MB": Row(of_value("x" * 10_000_000), TOO_LARGE),
    "a tag of 10 MB": Row(b"<" + b"m" * 10_000_000, (NOT_WELL_FORMED, TOO_LARGE)),
    "10 MB of blanks": Row(b" " * 10_000_000 + of_value("mine"), (NOT_WELL_FORMED, TOO_LARGE)),
    "a method of 10 MB": Row(call_body("x" * 10_000_000), (NOT_WELL_FORMED, TOO_LARGE)),
    "4,000-digit integer": Row(call_body("file_read", "mine", f"<int>{'9' * 4000}</int>", "<int>1</int>"), NOT_WELL_FORMED),
    "4,000-digit i8": Row(call_body("file_read", "mine", "<i8>" + "9" * 4000 + "</i8>", "1"), NOT_WELL_FORMED),
    "4,000-digit text as an offset": Row(call_body("file_read", "mine", "9" * 4000, "<int>1</int>"), BAD_PARAMETERS),
    "an integer beyond 64 bits": Row(call_body("file_read", "mine", "<i8>9223372036854775808</i8>", "1"), NOT_WELL_FORMED),
    "integer with underscores": Row(call_body("file_read", "mine", "<int>1_0</int>", "<int>1</int>"), NOT_WELL_FORMED),
    "integer in other digits": Row(call_body("file_read", "mine", "<int>١</int>", "<int>1</int>"), NOT_WELL_FORMED),
    "empty integer": Row(call_body("file_read", "mine", "<int/>", "<int>1</int>"), NOT_WELL_FORMED),
    "NaN": Row(call_body("share_changes", "", "<double>NaN</double>"), NOT_WELL_FORMED),
    "infinite": Row(call_body("share_changes", "", "<double>inf</double>"), NOT_WELL_FORMED),
    "double too large": Row(call_body("share_changes", "", "<double>1e999</double>"), NOT_WELL_FORMED),
    "double in hexadecimal": Row(call_body("share_changes", "", "<double>0x1p3</double>"), NOT_WELL_FORMED),
    "boolean that is none": Row(of_value("<boolean>2</boolean>"), NOT_WELL_FORMED),
    "date that is none": Row(of_value("<dateTime.iso8601>99999999T99:99:99</dateTime.iso8601>"), (NOT_WELL_FORMED, INVALID)),
    "duplicate keys": Row(
        call_body(
            "entry_delete",
            "mine",
            "<struct><member><name>permanent</name><value><boolean>0</boolean></value></member>"
            "<member><name>permanent</name><value><boolean>1</boolean></value></member></struct>",
        ),
        NOT_WELL_FORMED,
    ),
    "member without a name": Row(of_value("<struct><member><value>x</value></member></struct>"), NOT_WELL_FORMED),
    "base64 that is none": Row(call_body("file_put", "new", "<base64>!!!!</base64>"), NOT_WELL_FORMED),
    "base64 cut off": Row(call_body("file_put", "new", "<base64>QUJ</base64>"), NOT_WELL_FORMED),
    "base64 behind its padding": Row(call_body("file_put", "new", "<base64>QQ==QUJD</base64>"), NOT_WELL_FORMED),
    "base64 of URLs": Row(call_body("file_put", "new", "<base64>-_-_</base64>"), NOT_WELL_FORMED),
    "large base64 that is none": Row(call_body("file_put", "new", f"<base64>{'QUJD' * (1 << 20)}!</base64>"), NOT_WELL_FORMED),
    "base64 with a tag inside": Row(call_body("file_put", "new", "<base64>QU<i4>1</i4>JD</base64>"), NOT_WELL_FORMED),
    "base64 with a blank in its tag": Row(call_body("file_put", "new", "<base64 >QUJD</base64>"), NOT_WELL_FORMED),
    "base64 never closed": Row(call_body("file_put", "new", "<base64>QUJD"), NOT_WELL_FORMED),
    "a placeholder by hand": Row(call_body("file_put", "new", "<base64>QUJD</base64><base64>0</base64>"), NOT_WELL_FORMED),
    "base64 in a name": Row(call_body("<base64>QUJD</base64>"), NOT_WELL_FORMED),
    "__class__": Row(call_body("__class__"), NO_METHOD),
    "__class__.x": Row(call_body("__class__.x"), NO_METHOD),
    "__init__.__globals__": Row(call_body("server_info.__globals__.clear"), NO_METHOD),
    "_private": Row(call_body("_private"), NO_METHOD),
    "a method of the implementation": Row(call_body("_store.trash.empty"), NO_METHOD),
    "dotted name": Row(call_body("system.os.system", "id"), NO_METHOD),
    "system_listMethods": Row(call_body("system_listMethods"), NO_METHOD),
    "batch_of_file_put": Row(call_body("batch_of_file_put"), NO_METHOD),
    "an attribute of every object": Row(call_body("__reduce__"), NO_METHOD),
    "empty method": Row(call_body(""), NO_METHOD),
    "method with a blank": Row(call_body(" server_info"), NO_METHOD),
    "method in capitals": Row(call_body("Server_Info"), NO_METHOD),
    "two methods": Row(
        b"<methodCall><methodName>server_info</methodName><methodName>trash_empty</methodName></methodCall>", NOT_WELL_FORMED
    ),
    "method twice read": Row(
        b"<methodCall><methodName>server_info</methodName><params/></methodCall><methodCall><methodName>x</methodName></methodCall>",
        NOT_WELL_FORMED,
    ),
    "a response": Row(b"<methodResponse><params><param><value>x</value></param></params></methodResponse>", NOT_WELL_FORMED),
    "nothing": Row(b"", NOT_WELL_FORMED),
    "no XML": Row(b"\0" * 1000, NOT_WELL_FORMED),
    "JSON": Row(b'{"jsonrpc": "2.0", "method": "server_info"}', NOT_WELL_FORMED),
    "too many parameters": Row(call_body("server_info", *["x"] * 1000), BAD_PARAMETERS),
    "no parameters": Row(call_body("file_put"), BAD_PARAMETERS),
    "a batch in a batch": Row(call_body("system.multicall", "<array><data><value><struct/></value></data></array>"), 0),
}  # fmt: skip


@pytest.fixture
def lean(house: House) -> Iterator[House]:
    """The house, and its server's peak of memory stays bounded."""
    yield house
    assert house.peak() < MOST_KIB


@pytest.mark.parametrize("name", ROWS)
def test_a_hostile_document_is_a_fault(lean: House, name: str) -> None:
    body, expected = ROWS[name]
    before = lean.share_now()
    with lean.served(), lean.wire() as wire:
        reply = wire.post(body)
        assert reply.status == 200
        assert reply.code in (expected if isinstance(expected, tuple) else (expected,)), reply
        # What of it was told is no text of the server's own files.
        assert b"root:" not in wire.heard
    assert lean.share_now() == before


@pytest.mark.parametrize("name", [name for name in ROWS if name != "a batch in a batch" and len(ROWS[name].body) < 1 << 20])
def test_the_same_in_chunks_of_one_byte_and_in_a_batch_is_the_same_fault(lean: House, name: str) -> None:
    body, expected = ROWS[name]
    if len(body) > 3000:
        body_steps: Iterable[bytes] = stepwise(body, 4093)
    else:
        body_steps = stepwise(body, 1)
    with lean.wire() as wire:
        wire.send(head(b"POST /", None, {**XML, "Transfer-Encoding": "chunked"}))
        for piece in body_steps:
            wire.send(b"%x\r\n%s\r\n" % (len(piece), piece))
        wire.send(b"0\r\n\r\n")
        assert wire.reply().code in (expected if isinstance(expected, tuple) else (expected,))


@pytest.mark.parametrize("where", ["text", "base64", "tag", "method", "blanks", "number"])
def test_a_token_of_ten_megabytes_byte_by_byte_costs_bounded_time_and_memory(house: House, where: str) -> None:
    """Ten megabytes that come in pieces of one byte, as many as arrive within a while; each is a segment of its own."""
    start, filler = {
        "text": (b"<methodCall><methodName>file_stat</methodName><params><param><value><string>", b"x"),
        "base64": (
            b"<methodCall><methodName>file_put</methodName><params><param><value>f</value></param><param><value><base64>",
            b"A",
        ),
        "tag": (b"<methodCall><methodName>file_stat</methodName><params><param><value><", b"s"),
        "method": (b"<methodCall><methodName>", b"x"),
        "blanks": (b"", b" "),
        "number": (b"<methodCall><methodName>file_read</methodName><params><param><value><i8>", b"9"),
    }[where]
    with house.served(), house.wire() as wire:
        wire.send(head(b"POST /", 10_000_000 + len(start), XML) + start)
        for _ in range(4000):
            wire.send(filler)
        # The rest in larger steps, until it is refused or complete.
        for _ in range(10_000_000 // 50_000):
            wire.send(filler * 50_000)
        assert wire.reply().code in (NOT_WELL_FORMED, TOO_LARGE)
    assert house.peak() < MOST_KIB


GZIP = {
    "gzip": gzip.compress(bytes(100 << 20)),
    "deflate": zlib.compress(bytes(100 << 20)),
}


@pytest.mark.parametrize("coding", [*GZIP, "br", "identity", "gzip, gzip", "x-gzip"])
def test_a_compressed_body_is_refused_and_never_unpacked(lean: House, coding: str) -> None:
    body = GZIP.get(coding, GZIP["gzip"])
    before = lean.share_now()
    with lean.served():
        for line in ("POST /RPC2", "PUT /files/new", "PUT /uploads/" + "a" * 32 + "/0"):
            with lean.wire() as wire:
                reply = wire.request(line, body, {**XML, "Content-Encoding": coding})
                assert reply.status == 415
    assert lean.share_now() == before


@pytest.mark.parametrize(
    "coding", ["gzip", "gzip, chunked", "chunked, gzip", "deflate", "identity", "chunked, chunked", "xchunked"]
)
def test_a_compressed_transfer_is_refused_and_the_connection_ends(lean: House, coding: str) -> None:
    for line in (b"POST /RPC2", b"PUT /files/new"):
        with lean.wire() as wire:
            wire.send(head(line, None, {**XML, "Transfer-Encoding": coding}) + GZIP["gzip"][:1000])
            assert wire.reply().status in (400, 501)
            wire.rest()


def values(count: int) -> Callable[[], bytes]:
    return lambda: of_value("<array><data>" + "<value><i4>1</i4></value>" * count + "</data></array>", "files_get")


def test_the_largest_legal_calls_stay_within_the_memory_too(house: House) -> None:
    """Just below each bound, eight at once: a call may have 8 MiB of text and 100,000 values."""
    bodies = [
        of_value("x" * 8_000_000),
        values(99_000)(),
        nested("<array><data><value>", "</value></data></array>", 60),
        call_body("file_put", "new", f"<base64>{'QUJD' * 690_000}</base64>"),
        call_body(
            "system.multicall",
            "<array><data>" + "<value><struct><member><name>methodName</name><value>x</value></member></struct></value>" * 1900
            + "</data></array>",
        ),
    ]  # fmt: skip
    with house.served():
        for body in bodies:
            wires = [house.wire(60) for _ in range(8)]
            for wire in wires:
                wire.send(head(b"POST /", len(body), XML) + body[:-20])
            for wire in wires:
                wire.send(body[-20:])
            for wire in wires:
                assert wire.reply().status == 200
                wire.close()
    assert house.peak() < 2 * MOST_KIB


def test_a_slow_token_and_an_honest_call_share_the_server(house: House) -> None:
    """While a document comes in single bytes, others are served between any two of them."""
    with house.wire() as slow, Wire(house.address, source="127.0.0.3") as quick:
        body = of_value("mine")
        slow.send(head(b"POST /", len(body), XML))
        for byte in stepwise(body, 1):
            slow.send(byte)
            assert quick.call("file_get", "mine").value == b"mine"
        assert slow.reply().value["name"] == "mine"
