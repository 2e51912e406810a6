"""Heads of requests and responses: what is taken, and every form that two parsers could read in two ways is refused."""

from __future__ import annotations

from collections.abc import Callable

import h11
import pytest
from hypothesis import given
from hypothesis import strategies as st

from filexfer.protocol.http import (
    HEAD_BYTES,
    BadHead,
    content_digest,
    parse_request_head,
    parse_response_head,
    request_head,
    response_head,
    target_of_upload,
)


def head(*lines: str, start: str = "POST /RPC2 HTTP/1.1", host: str | None = "Host: h") -> bytes:
    return "\r\n".join([start, *([host] if host else []), *lines, "", ""]).encode("latin-1")


def test_a_request_is_read() -> None:
    read = parse_request_head(
        head("Content-Length: 12", "content-TYPE:text/xml", "X-Empty:", "Accept: a", "accept:\t b \t", "Expect: 100-Continue")
    )
    assert (read.method, read.target, read.length, read.chunked) == ("POST", "/RPC2", 12, False)
    assert (read.keep_alive, read.expects_continue) == (True, True)
    assert read.headers == {
        "host": "h",
        "content-length": "12",
        "content-type": "text/xml",
        "x-empty": "",
        "accept": "a, b",
        "expect": "100-Continue",
    }


def test_bodies_are_none_of_known_length_or_chunked() -> None:
    none = parse_request_head(head(start="GET / HTTP/1.1"))
    assert (none.length, none.chunked) == (None, False)
    chunked = parse_request_head(head("Transfer-Encoding: Chunked"))
    assert (chunked.length, chunked.chunked) == (None, True)
    assert parse_request_head(head("Content-Length: 0")).length == 0
    assert parse_request_head(head("Content-Length: 1125899906842624")).length == 1 << 50


def test_the_client_says_whether_it_goes_on() -> None:
    assert parse_request_head(head("Connection: keep-alive")).keep_alive
    assert not parse_request_head(head("Connection: Close")).keep_alive
    assert not parse_request_head(head("Connection: TE , close")).keep_alive
    assert not parse_request_head(head("Connection: te", "Connection: close")).keep_alive
    assert parse_request_head(head("Connection: closed-not")).keep_alive


def test_options_may_ask_about_the_whole_server() -> None:
    assert parse_request_head(head(start="OPTIONS * HTTP/1.1")).target == "*"


GOOD = head("Content-Length: 3")
REFUSED: dict[str, tuple[bytes, int]] = {
    "nothing": (b"", 400),
    "no empty line": (GOOD[:-2], 400),
    "bytes behind the empty line": (GOOD + b"x", 400),
    "two heads": (GOOD + GOOD, 400),
    "bare LF": (GOOD.replace(b"\r\n", b"\n"), 400),
    "one bare LF": (GOOD.replace(b"Host: h\r\n", b"Host: h\n"), 400),
    "bare CR": (GOOD.replace(b"Host: h", b"Host: h\rX: y"), 400),
    "doubled CR": (GOOD.replace(b"Host: h\r\n", b"Host: h\r\r\n"), 400),
    "empty line first": (b"\r\n" + GOOD, 400),
    "folded with a blank": (head("X: a", " b"), 400),
    "folded with a tab": (head("X: a", "\tb"), 400),
    "folded first line": (GOOD.replace(b"Host: h", b" Host: h"), 400),
    "blank before the colon": (head("Content-Length : 3"), 400),
    "tab before the colon": (head("Content-Length\t: 3"), 400),
    "no colon": (head("Content-Length"), 400),
    "no name": (head(": x"), 400),
    "NUL in a value": (head("X: a\0b"), 400),
    "ESC in a value": (head("X: a\x1bb"), 400),
    "DEL in a value": (head("X: a\x7fb"), 400),
    "NUL in a name": (head("X\0: a"), 400),
    "blank in a name": (head("X Y: a"), 400),
    "length twice": (head("Content-Length: 3", "Content-Length: 3"), 400),
    "two lengths": (head("Content-Length: 3", "Content-Length: 4"), 400),
    "lengths in a list": (head("Content-Length: 3, 3"), 400),
    "length with a plus": (head("Content-Length: +3"), 400),
    "length with a minus": (head("Content-Length: -3"), 400),
    "length with an underscore": (head("Content-Length: 1_0"), 400),
    "length in hexadecimal": (head("Content-Length: 0x3"), 400),
    "length with a point": (head("Content-Length: 3.0"), 400),
    "empty length": (head("Content-Length:"), 400),
    "length of 30 figures": (head("Content-Length: " + "9" * 30), 400),
    "length in superscript": (head("Content-Length: \xb2"), 400),
    "length beside chunked": (head("Content-Length: 3", "Transfer-Encoding: chunked"), 400),
    "chunked beside length": (head("Transfer-Encoding: chunked", "Content-Length: 3"), 400),
    "length beside an unknown coding": (head("Transfer-Encoding: identity", "Content-Length: 3"), 400),
    "chunked twice": (head("Transfer-Encoding: chunked", "Transfer-Encoding: chunked"), 400),
    "gzip coding": (head("Transfer-Encoding: gzip, chunked"), 501),
    "coding with a stray letter": (head("Transfer-Encoding: xchunked"), 501),
    "identity coding": (head("Transfer-Encoding: identity"), 501),
    "empty coding": (head("Transfer-Encoding:"), 501),
    "vertical tab before chunked": (head("Transfer-Encoding: \x0bchunked"), 400),
    "no host": (head(host=None), 400),
    "two hosts": (head("Host: h"), 400),
    "two logins": (head("Authorization: Bearer a", "Authorization: Bearer b"), 400),
    "two origins": (head("Origin: http://a", "Origin: http://b"), 400),
    "two ranges": (head("Range: bytes=0-1", "Range: bytes=2-3"), 400),
    "unknown expectation": (head("Expect: 200-ok"), 417),
    "absolute form": (head(start="GET http://h/ HTTP/1.1"), 400),
    "absolute form elsewhere": (head(start="GET http://other/ HTTP/1.1"), 400),
    "authority form": (head(start="CONNECT h:80 HTTP/1.1"), 400),
    "star with another method": (head(start="GET * HTTP/1.1"), 400),
    "target without a slash": (head(start="GET x HTTP/1.1"), 400),
    "blank in the target": (head(start="GET /a b HTTP/1.1"), 400),
    "two blanks": (head(start="GET  / HTTP/1.1"), 400),
    "tab in the request line": (head(start="GET\t/ HTTP/1.1"), 400),
    "control in the target": (head(start="GET /\x01 HTTP/1.1"), 400),
    "bytes over ASCII in the target": (head(start="GET /\xe4 HTTP/1.1"), 400),
    "no version": (head(start="GET /"), 400),
    "version of another protocol": (head(start="GET / RTSP/1.1"), 400),
    "HTTP/1.0": (head(start="GET / HTTP/1.0"), 505),
    "HTTP/2 in words": (head(start="GET / HTTP/2.0"), 505),
    "HTTP/2's preface": (b"PRI * HTTP/2.0\r\n\r\n", 505),
    "version in lower case": (head(start="GET / http/1.1"), 400),
    "version with three figures": (head(start="GET / HTTP/1.1.1"), 400),
    "blank behind the version": (head(start="GET / HTTP/1.1 "), 400),
    "colon in the method": (head(start="GET: / HTTP/1.1"), 400),
    "a TLS greeting": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400),
    "a head of a megabyte": (head("X: " + "a" * (1 << 20)), 431),
    "a thousand fields": (head(*(f"X{n}: y" for n in range(1000))), 431),
}


@pytest.mark.parametrize("name", REFUSED)
def test_is_refused(name: str) -> None:
    raw, status = REFUSED[name]
    with pytest.raises(BadHead) as caught:
        parse_request_head(raw)
    assert caught.value.status == status
    assert str(caught.value).endswith(".")


@pytest.mark.parametrize("name", ["bare LF", "folded with a blank", "length twice", "length beside chunked", "absolute form"])
def test_h11_alone_would_let_these_pass(name: str) -> None:
    """Why the strict check is there: if a later h11 refuses them too, it can become shorter."""
    connection = h11.Connection(h11.SERVER)
    connection.receive_data(REFUSED[name][0])
    assert isinstance(connection.next_event(), h11.Request)


def refusal(parse: Callable[[bytes], object], raw: bytes) -> int:
    """The status that refuses `raw`, 0 where it is taken."""
    try:
        parse(raw)
    except BadHead as error:
        return error.status
    return 0


@given(st.binary(max_size=60))
def test_no_bytes_make_the_parser_fail_otherwise_than_by_refusing(noise: bytes) -> None:
    for raw in (noise, noise + b"\r\n\r\n", b"GET / HTTP/1.1\r\nHost: h\r\n" + noise + b"\r\n\r\n"):
        assert refusal(parse_request_head, raw) in (0, 400, 417, 431, 501, 505)
        assert refusal(parse_response_head, raw) in (0, 502)


def test_h11_has_the_last_word(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(connection: h11.Connection) -> None:
        raise h11.RemoteProtocolError("no", error_status_hint=431)

    monkeypatch.setattr(h11.Connection, "next_event", refuse)
    fields = (
        "X: y",
        "Connection: close",
        "Transfer-Encoding: chunked",
        "Range:a",
        "Range:  a",
        "Range: a\tb",
        "Range: a  b",
        "Range:",
    )
    for field in fields:
        assert refusal(parse_request_head, head(field)) == 431, field
    assert refusal(parse_request_head, head(start="OPTIONS / HTTP/1.1")) == 431


def test_h11_is_not_asked_about_what_our_clients_send(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(h11, "Connection")
    assert parse_request_head(head("User-Agent: a b", "Content-Type: text/xml", "Content-Length: 3")).length == 3
    digest = ("Content-Digest", content_digest("blake3:" + "ab" * 32))
    raw = request_head("PUT", target_of_upload("u" * 32, 1 << 40), [("Host", "h"), ("Content-Length", "7"), digest])
    assert parse_request_head(raw).length == 7


def test_what_we_write_as_request_we_read() -> None:
    raw = request_head("PUT", "/files/a%20b", [("Host", "h:1"), ("Content-Length", "7"), ("X", "tab\there \xe4")])
    read = parse_request_head(raw)
    assert (read.method, read.target, read.length) == ("PUT", "/files/a%20b", 7)
    assert read.headers["x"] == "tab\there \xe4"


def test_what_we_write_as_response_we_and_h11_read() -> None:
    raw = response_head(206, [("Content-Length", "5"), ("ETag", '"x"')], keep_alive=False)
    read = parse_response_head(raw)
    assert (read.status, read.reason, read.length, read.keep_alive) == (206, "Partial Content", 5, False)
    connection = h11.Connection(h11.CLIENT)
    connection.send(h11.Request(method="GET", target="/", headers=[("Host", "h")]))
    connection.receive_data(raw)
    event = connection.next_event()
    assert isinstance(event, h11.Response)
    assert (b"connection", b"close") in list(event.headers)
    assert parse_response_head(response_head(200, [("Content-Length", "5")], keep_alive=True)).keep_alive


@pytest.mark.parametrize("value", ["a\r\nX: y", "a\nb", "a\rb", "a\0b"])
def test_no_value_breaks_out_of_its_line(value: str) -> None:
    with pytest.raises(ValueError):
        response_head(200, [("X", value)], keep_alive=True)
    with pytest.raises(ValueError):
        request_head("GET", "/", [("X", value)])
    with pytest.raises(ValueError):
        request_head("GET", "/" + value, [])


def answer(*lines: str, start: str = "HTTP/1.1 200 OK") -> bytes:
    return "\r\n".join([start, *lines, "", ""]).encode("latin-1")


@pytest.mark.parametrize(
    ("raw", "length", "chunked", "keep_alive"),
    [
        (answer("Content-Length: 5"), 5, False, True),
        (answer("Content-Length: 5", "Connection: close"), 5, False, False),
        (answer("Transfer-Encoding: chunked"), None, True, True),
        (answer(), None, False, False),
        (answer("Content-Length: 5", start="HTTP/1.0 200 OK"), 5, False, False),
        (answer("Content-Length: 5", "Connection: keep-alive", start="HTTP/1.0 200 OK"), 5, False, True),
        (answer(start="HTTP/1.1 204 No Content"), None, False, True),
        (answer(start="HTTP/1.1 304"), None, False, True),
        (answer(start="HTTP/1.1 404 "), None, False, False),
        (answer(start="HTTP/1.1 100 Continue"), None, False, True),
        (answer("Set-Cookie: a=1", "Set-Cookie: b=2", "Content-Length: 0"), 0, False, True),
    ],
)
def test_answers_of_any_server_are_framed(raw: bytes, length: int | None, chunked: bool, keep_alive: bool) -> None:
    read = parse_response_head(raw)
    assert (read.length, read.chunked, read.keep_alive) == (length, chunked, keep_alive)


def test_some_answers_have_no_body_whatever_they_declare() -> None:
    declared = parse_response_head(answer("Content-Length: 5"))
    assert declared.has_body("GET")
    assert not declared.has_body("HEAD")
    for start in ("HTTP/1.1 100 Continue", "HTTP/1.1 204 No Content", "HTTP/1.1 304 Not Modified"):
        assert not parse_response_head(answer("Content-Length: 5", start=start)).has_body("GET")
    assert parse_response_head(answer()).has_body("GET")


@pytest.mark.parametrize(
    "raw",
    [
        answer(start="HTTP/2 200"),
        answer(start="HTTP/1.1 99 Low"),
        answer(start="HTTP/1.1 2000 High"),
        answer(start="SSH-2.0-OpenSSH_9.2"),
        answer("Content-Length: 5", "Content-Length: 5"),
        answer("Content-Length: 5", "Transfer-Encoding: chunked"),
        answer("Transfer-Encoding: gzip"),
        answer("Content-Length: -1"),
        answer("X: a", " b"),
        answer("X: " + "a" * HEAD_BYTES),
        answer().replace(b"\r\n", b"\n"),
    ],
)
def test_answers_that_could_be_read_in_two_ways_are_refused(raw: bytes) -> None:
    with pytest.raises(BadHead) as caught:
        parse_response_head(raw)
    assert caught.value.status == 502
