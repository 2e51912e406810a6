"""Row “HTTP” of the attack table: requests that two parsers could read in two ways, and those that a web page might send. Behind
each stands a second request, which must never be answered as one of its own where it is a body, nor be lost where it is none."""

from __future__ import annotations

import re
from typing import NamedTuple

import pytest

from tests.attacks.house import House
from tests.attacks.lanes import call_body
from tests.attacks.wire import XML, Wire, head

#: Every row plainly and within TLS.
pytestmark = pytest.mark.usefixtures("over")

HOST = b"Host: localhost\r\n"
TEXT = b"Content-Type: text/xml\r\n"
CALL = call_body("server_info")
#: What is smuggled: were it read as a request, a file would be there.
INNER = b"PUT /files/smuggled HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\n\r\nevil"

#: Where a request of each lane with a body begins.
STARTS = {"call": b"POST /RPC2 HTTP/1.1\r\n" + HOST + TEXT, "file": b"PUT /files/new HTTP/1.1\r\n" + HOST}

#: Fields that say in two ways, or in none, how long the body is. Each ends the connection: where the request ends is unknown.
BAD_FRAMING: dict[str, bytes] = {
    "negative length": b"Content-Length: -1\r\n",
    "signed length": b"Content-Length: +4\r\n",
    "length with underscore": b"Content-Length: 1_0\r\n",
    "hexadecimal length": b"Content-Length: 0x4\r\n",
    "length with a point": b"Content-Length: 4.0\r\n",
    "length in words": b"Content-Length: four\r\n",
    "length in other digits": "Content-Length: ٤\r\n".encode(),
    "length with a blank inside": b"Content-Length: 4 4\r\n",
    "empty length": b"Content-Length: \r\n",
    "length of 5,000 digits": b"Content-Length: " + b"9" * 5000 + b"\r\n",
    "length beyond 64 bits": b"Content-Length: 18446744073709551620\r\n",
    "length twice": b"Content-Length: 4\r\nContent-Length: 4\r\n",
    "two lengths": b"Content-Length: 4\r\nContent-Length: 400\r\n",
    "list of lengths": b"Content-Length: 4, 4\r\n",
    "length and coding": b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n",
    "coding and length": b"Transfer-Encoding: chunked\r\nContent-Length: 4\r\n",
    "coding twice": b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
    "coding that is not known": b"Transfer-Encoding: identity\r\n",
    "coding with a blank before its end": b"Transfer-Encoding: chunked, identity\r\n",
    "coding with another before": b"Transfer-Encoding: gzip, chunked\r\n",
    "coding with a vertical tab": b"Transfer-Encoding:\x0bchunked\r\n",
    "coding with a parameter": b"Transfer-Encoding: chunked;x=y\r\n",
    "coding in quotes": b'Transfer-Encoding: "chunked"\r\n',
    "space before colon": b"Content-Length : 4\r\n",
    "tab before colon": b"Transfer-Encoding\t: chunked\r\n",
    "folded length": b"X: y\r\n Content-Length: 4\r\n",
    "folded by a tab": b"X: y\r\n\tTransfer-Encoding: chunked\r\n",
    "folded first field": b" Content-Length: 4\r\n",
    "bare LF": b"X: y\nContent-Length: 4\r\n",
    "bare CR": b"X: y\rContent-Length: 4\r\n",
    "LF in place of CRLF": b"Content-Length: 4\n",
    "NUL in a field": b"Content-Length: 4\0\r\n",
    "NUL in a name": b"Content\0-Length: 4\r\n",
    "no colon": b"Content-Length 4\r\n",
    "no name": b": 4\r\n",
    "name in brackets": b"(Content-Length): 4\r\n",
    "expectation nobody knows": b"Content-Length: 4\r\nExpect: 200-ok\r\n",
    "HTTP/2 upgrade without a length": b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nContent-Length: x\r\n",
    "101 fields": b"".join(b"X-%d: y\r\n" % n for n in range(101)) + b"Content-Length: 4\r\n",
    "head of 1 MB in one field": b"X: " + b"x" * (1 << 20) + b"\r\n",
    "head of 1 MB in many fields": b"".join(b"X-%d: %s\r\n" % (n, b"y" * 100) for n in range(10_000)),
    "head that goes on": b"X: y\r\n" * 100_000,
    "host twice": HOST + b"Content-Length: 4\r\n",
    "two hosts": b"Host: evil.example\r\nContent-Length: 4\r\n",
}


@pytest.mark.parametrize("lane", STARTS)
@pytest.mark.parametrize("fields", BAD_FRAMING.values(), ids=BAD_FRAMING)
def test_a_head_that_can_be_read_in_two_ways_gets_one_answer_and_the_end(house: House, lane: str, fields: bytes) -> None:
    before = house.share_now()
    for behind in (b"evil" + INNER, b"0\r\n\r\n" + INNER, INNER):
        with house.wire() as wire:
            wire.send(STARTS[lane] + fields + b"\r\n" + behind)
            reply = wire.reply()
            assert reply.status in (400, 417, 431, 501), reply
            assert reply.headers["connection"] == "close"
            assert wire.rest() == b""
    assert house.share_now() == before


#: Whole requests that are none of HTTP/1.1.
BAD_LINES: dict[str, bytes] = {
    "bare LF everywhere": b"GET /files/honest HTTP/1.1\nHost: localhost\n\n",
    "HTTP/1.0": b"GET /files/honest HTTP/1.0\r\n" + HOST + b"\r\n",
    "HTTP/0.9": b"GET /files/honest\r\n\r\n",
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "HTTP/1.10": b"GET / HTTP/1.10\r\n" + HOST + b"\r\n",
    "other protocol": b"GET / ICY/1.1\r\n" + HOST + b"\r\n",
    "absolute form": b"GET http://localhost/files/honest HTTP/1.1\r\n" + HOST + b"\r\n",
    "authority form": b"CONNECT localhost:80 HTTP/1.1\r\n" + HOST + b"\r\n",
    "two blanks": b"GET  /files/honest HTTP/1.1\r\n" + HOST + b"\r\n",
    "tab": b"GET\t/files/honest HTTP/1.1\r\n" + HOST + b"\r\n",
    "blank in the target": b"GET /files/ho nest HTTP/1.1\r\n" + HOST + b"\r\n",
    "blank behind": b"GET /files/honest HTTP/1.1 \r\n" + HOST + b"\r\n",
    "bytes over 127 in the target": b"GET /files/\xff HTTP/1.1\r\n" + HOST + b"\r\n",
    "control in the target": b"GET /files/\x01 HTTP/1.1\r\n" + HOST + b"\r\n",
    "no host": b"GET /files/honest HTTP/1.1\r\n\r\n",
    "no HTTP": b"hello\r\n\r\n",
    "a handshake of TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(50) + b"\r\n\r\n",
    "method in brackets": b"(GET) / HTTP/1.1\r\n" + HOST + b"\r\n",
    "target of 20,000 bytes": b"GET /files/" + b"x" * 20_000 + b" HTTP/1.1\r\n" + HOST + b"\r\n",
}


@pytest.mark.parametrize("request_", BAD_LINES.values(), ids=BAD_LINES)
def test_what_is_no_request_gets_one_answer_and_the_end(house: House, request_: bytes) -> None:
    before = house.share_now()
    with house.wire() as wire:
        wire.send(request_ + INNER)
        assert wire.reply().status in (400, 431, 505)
        assert wire.rest() == b""
    assert house.share_now() == before


#: Chunked bodies that are broken, each with the rest of the message behind it.
BAD_CHUNKS: dict[str, bytes] = {
    "negative size": b"-4\r\nevil\r\n0\r\n\r\n",
    "size with a sign": b"+4\r\nevil\r\n0\r\n\r\n",
    "size with 0x": b"0x4\r\nevil\r\n0\r\n\r\n",
    "size with a blank before": b" 4\r\nevil\r\n0\r\n\r\n",
    "size with an underscore": b"0_4\r\nevil\r\n0\r\n\r\n",
    "size of 100 digits": b"0" * 100 + b"4\r\nevil\r\n0\r\n\r\n",
    "size beyond 64 bits": b"10000000000000004\r\nevil\r\n0\r\n\r\n",
    "no size": b"\r\nevil\r\n0\r\n\r\n",
    "bare LF behind the size": b"4\nevil\r\n0\r\n\r\n",
    "bare LF behind the chunk": b"4\r\nevil\n0\r\n\r\n",
    "too long a chunk": b"4\r\nevil!!\r\n0\r\n\r\n",
    "extension with a LF": b"4;x=\ny\r\nevil\r\n0\r\n\r\n",
    "extension of 100,000 bytes": b"4;" + b"x" * 100_000 + b"\r\nevil\r\n0\r\n\r\n",
    "trailer of 100,000 bytes": b"4\r\nevil\r\n0\r\n" + b"X: " + b"y" * 100_000 + b"\r\n\r\n",
    "trailer that is none": b"4\r\nevil\r\n0\r\nno colon\r\n\r\n",
}


@pytest.mark.parametrize("lane", STARTS)
@pytest.mark.parametrize("body", BAD_CHUNKS.values(), ids=BAD_CHUNKS)
def test_broken_chunks_end_the_connection(house: House, lane: str, body: bytes) -> None:
    with house.wire() as wire:
        wire.send(STARTS[lane] + b"Transfer-Encoding: chunked\r\n\r\n" + body + INNER)
        said = wire.rest()
    # At most one answer, and none to what stands behind.
    assert len(re.findall(rb"HTTP/1\.1 \d\d\d", said)) == 1, said
    assert b" 201 " not in said.partition(b"\r\n")[0]
    assert not (house.share / "smuggled").exists()
    assert not (house.share / "new").exists()


class Behind(NamedTuple):
    """A request that is answered without its body, and the statuses that it may get."""

    start: bytes
    statuses: tuple[int, ...]


#: Their bodies hold a request. Each is read away as the body that it is, or the connection ends.
WITH_BODIES: dict[str, Behind] = {
    "not found": Behind(b"GET /files/none HTTP/1.1\r\n" + HOST, (404,)),
    "no such place": Behind(b"GET /nowhere HTTP/1.1\r\n" + HOST, (404,)),
    "HEAD of nothing": Behind(b"HEAD /files/none HTTP/1.1\r\n" + HOST, (404,)),
    "file": Behind(b"GET /files/honest HTTP/1.1\r\n" + HOST, (200,)),
    "other method": Behind(b"DELETE /files/honest HTTP/1.1\r\n" + HOST, (405,)),
    "unknown method": Behind(b"BREW /files/honest HTTP/1.1\r\n" + HOST, (405,)),
    "options": Behind(b"OPTIONS * HTTP/1.1\r\n" + HOST, (404,)),
    "call by GET": Behind(b"GET /RPC2 HTTP/1.1\r\n" + HOST, (405,)),
    "form post": Behind(b"POST /RPC2 HTTP/1.1\r\n" + HOST + b"Content-Type: application/x-www-form-urlencoded\r\n", (415,)),
    "form post of files": Behind(b"POST / HTTP/1.1\r\n" + HOST + b"Content-Type: multipart/form-data; boundary=x\r\n", (415,)),
    "form post of text": Behind(b"POST /RPC2 HTTP/1.1\r\n" + HOST + b"Content-Type: text/plain\r\n", (415,)),
    "call without a type": Behind(b"POST /RPC2 HTTP/1.1\r\n" + HOST, (415,)),
    "call in another encoding": Behind(b"POST /RPC2 HTTP/1.1\r\n" + HOST + b"Content-Type: text/xml; charset=utf-16\r\n", (415,)),
    "JSON": Behind(b"POST /RPC2 HTTP/1.1\r\n" + HOST + b"Content-Type: application/json\r\n", (415,)),
    "evil host": Behind(b"PUT /files/new HTTP/1.1\r\nHost: evil.example\r\n", (403,)),
    "evil origin": Behind(b"PUT /files/new HTTP/1.1\r\n" + HOST + b"Origin: http://evil.example\r\n", (403,)),
    "unknown credentials": Behind(b"PUT /files/new HTTP/1.1\r\n" + HOST + b"Authorization: Bearer guessed\r\n", (401,)),
    "call that is no XML": Behind(STARTS["call"], (200,)),
    "bad path": Behind(b"PUT /files/../x HTTP/1.1\r\n" + HOST, (400,)),
    "unknown upload": Behind(b"PUT /uploads/none/0 HTTP/1.1\r\n" + HOST, (404,)),
    "part of a file": Behind(b"PUT /files/new HTTP/1.1\r\n" + HOST + b"Content-Range: bytes 0-3/4\r\n", (400,)),
    "condition that fails": Behind(b"PUT /files/honest HTTP/1.1\r\n" + HOST + b"If-Match: \"x\"\r\n", (412,)),
    "condition of existence": Behind(b"PUT /files/honest HTTP/1.1\r\n" + HOST + b"If-None-Match: *\r\n", (412, 409)),
    "compressed": Behind(b"PUT /files/new HTTP/1.1\r\n" + HOST + b"Content-Encoding: gzip\r\n", (415,)),
    "upgrade": Behind(b"GET /files/none HTTP/1.1\r\n" + HOST + b"Connection: Upgrade\r\nUpgrade: websocket\r\n", (404,)),
}  # fmt: skip


@pytest.mark.parametrize("framing", ["length", "chunks", "padded"])
@pytest.mark.parametrize("row", WITH_BODIES.values(), ids=WITH_BODIES)
def test_a_request_in_the_body_of_a_refused_one_is_that_body(house: House, row: Behind, framing: str) -> None:
    before = house.share_now()
    body = INNER * 3 + (b"x" * (200 << 10) if framing == "padded" else b"")
    with house.wire() as wire:
        if framing == "chunks":
            wire.send(row.start + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n" % (len(body), body))
        else:
            wire.send(row.start + b"Content-Length: %d\r\n\r\n" % len(body) + body)
        reply = wire.reply(row.start.startswith(b"HEAD"))
        assert reply.status in row.statuses
        if reply.headers.get("connection") == "close":
            assert wire.rest() == b""
        else:
            # The very next answer is that of the request behind.
            assert wire.request("GET /files/honest").body == b"honest"
    assert house.share_now() == before


@pytest.mark.parametrize("lane", STARTS)
def test_a_body_of_unknown_length_is_refused_by_411(house: House, lane: str) -> None:
    with house.wire() as wire:
        wire.send(STARTS[lane] + b"\r\n" + INNER)
        assert wire.reply().status == 411
        # A request without length or coding has no body (RFC 9112, 6.3): what follows is a request of its own, or the end.
        wire.send(b"GET /files/honest HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        statuses = re.findall(rb"HTTP/1\.1 (\d\d\d)", wire.rest())
    assert statuses in ([], [b"201", b"200"])
    (house.share / "smuggled").unlink(missing_ok=True)


RANGES: dict[str, tuple[str, set[int]]] = {
    "inverted": ("bytes=5-2", {200}),
    "inverted and huge": (f"bytes={2**63}-1", {200}),
    "behind the end": ("bytes=6-", {416}),
    "far behind the end": (f"bytes={10**18}-", {416}),
    "beyond 64 bits": (f"bytes={10**30}-", {200}),
    "end of 4,000 digits": ("bytes=0-" + "9" * 4000, {200}),
    "huge end": (f"bytes=0-{2**63 - 1}", {206}),
    "last 0": ("bytes=-0", {416}),
    "last of more than there is": (f"bytes=-{10**18}", {206}),
    "negative": ("bytes=--5", {200}),
    "nothing": ("bytes=", {200}),
    "just a dash": ("bytes=-", {200}),
    "two": ("bytes=0-0,2-3", {200}),
    "thousands": ("bytes=" + ",".join(["0-"] * 2500), {200}),
    "thousands, one byte each": ("bytes=" + ",".join(f"{n}-{n}" for n in range(1500)), {200}),
    "other unit": ("lines=0-1", {200}),
    "words": ("bytes=one-two", {200}),
    "other digits": ("bytes=\xb2-\xb3", {200}),
    "NaN": ("bytes=NaN-", {200}),
}


@pytest.mark.parametrize("row", RANGES.values(), ids=RANGES)
def test_an_odd_range_is_all_of_the_file_or_none_of_it(house: House, attacker: Wire, row: tuple[str, set[int]]) -> None:
    value, statuses = row
    reply = attacker.request("GET /files/honest", headers={"Range": value})
    assert reply.status in statuses
    assert reply.status == 416 or reply.body == b"honest"
    assert attacker.request("HEAD /files/honest", headers={"Range": value}).status == 200
    empty = attacker.request("PUT /files/honest.range", b"x", headers={"Range": value})
    assert empty.status == 201  # a PUT knows no Range (RFC 9110, 14.2)


HOSTS = ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "evil.example:80", "localhost:x", "localhost:",
         "localhost:999999", "", " ", "a b", "[::1", "::1", "[::1]x", "localhost/x", "user@localhost", "localhost,evil.example",
         "\xff", "127.1.evil", "*", "null", "xn--localhost-", "localhost%00"]  # fmt: skip


@pytest.mark.parametrize("host", HOSTS)
def test_an_evil_host_is_refused_on_both_lanes(house: House, host: str) -> None:
    before = house.share_now()
    for line, body in ((b"POST /RPC2", CALL), (b"GET /files/honest", b""), (b"PUT /files/new", b"evil"), (b"GET /x", b"")):
        with house.wire() as wire:
            reply = wire.request(line, body, {**XML, "Host": host})
            assert reply.status in (400, 403)
            assert not [name for name in reply.headers if name.startswith("access-control")]
    assert house.share_now() == before


ORIGINS = ["http://evil.example", "https://evil.example", "null", "", "http://localhost", "http://localhost.evil.example",
           "http://127.0.0.1:1", "file://", "http://localhost:80, http://evil.example", "*", "moz-extension://x"]  # fmt: skip


@pytest.mark.parametrize("origin", ORIGINS)
def test_a_foreign_origin_is_refused_on_both_lanes(house: House, origin: str) -> None:
    before = house.share_now()
    for line, body in ((b"POST /RPC2", CALL), (b"GET /files/honest", b""), (b"PUT /files/new", b"evil"), (b"OPTIONS /RPC2", b"")):
        with house.wire() as wire:
            headers = {**XML, "Host": "localhost:8765", "Origin": origin}
            reply = wire.request(line, body, headers)
            assert reply.status == 403, line
            assert not [name for name in reply.headers if name.startswith("access-control")]
    with Wire(house.control) as control:
        # Also where no browser comes by.
        assert control.post(CALL, {"Origin": "http://evil.example"}).status == 403
    assert house.share_now() == before


def test_a_preflight_is_answered_by_nothing_a_browser_would_take(house: House, attacker: Wire) -> None:
    for target in ("/RPC2", "/files/honest", "/"):
        headers = {"Access-Control-Request-Method": "PUT", "Access-Control-Request-Headers": "content-type"}
        reply = attacker.request(f"OPTIONS {target}", headers={**headers, "Origin": "http://evil.example"})
        assert reply.status == 403
        reply = attacker.request(f"OPTIONS {target}", headers=headers)
        assert reply.status in (404, 405)
        assert not [name for name in reply.headers if name.startswith("access-control")]


def test_a_page_that_a_stranger_stored_is_never_shown_as_one(house: House, attacker: Wire) -> None:
    page = b"<script src='http://evil.example'></script>"
    assert attacker.request("PUT /files/page.html", page, {"Content-Type": "text/html"}).status == 201
    for method in ("GET", "HEAD"):
        reply = attacker.request(f"{method} /files/page.html")
        assert reply.headers["content-type"] == "application/octet-stream"
        assert reply.headers["x-content-type-options"] == "nosniff"
    # And what an error says of a name is text.
    reply = attacker.request("GET /files/<script>alert(1)</script>")
    assert reply.headers["content-type"].startswith("text/plain")


@pytest.mark.parametrize("lane", STARTS)
def test_the_body_is_not_asked_for_where_it_would_be_refused(house: House, lane: str) -> None:
    with house.wire() as wire:
        start = STARTS[lane].replace(b"localhost", b"evil.example")
        wire.send(start + b"Content-Length: 4\r\nExpect: 100-continue\r\n\r\n")
        said = wire.rest()
    assert said.startswith(b"HTTP/1.1 403")
    assert b"100 Continue" not in wire.heard


@pytest.mark.parametrize("digest", ["sha-256=:AAAA:", "sha-256=", "x", "sha-256=:" + "A" * 43 + "=:", "md5=:AAAA:" * 1000])
def test_a_digest_that_is_wrong_or_none_stores_nothing(house: House, attacker: Wire, digest: str) -> None:
    before = house.share_now()
    reply = attacker.request("PUT /files/new", b"evil", {"Content-Digest": digest})
    assert reply.status in (400, 422)
    large = attacker.request("PUT /files/new", b"evil" * 100_000, {"Content-Digest": digest})
    assert large.status in (400, 422)
    assert house.share_now() == before


def test_many_requests_in_one_segment_are_answered_one_by_one(house: House, attacker: Wire) -> None:
    one = head(b"GET /files/honest", None, {}) + head(b"POST /", len(CALL), XML) + CALL
    attacker.send(one * 100)
    for _ in range(100):
        assert attacker.reply().body == b"honest"
        assert attacker.reply().value["protocol"] == 1
