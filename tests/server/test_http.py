"""HTTP/1.1 as it should be, and as it should not: framing, keep-alive, pipelining, 100-continue, what follows a refusal."""

from __future__ import annotations

import socket
from contextlib import suppress
from xmlrpc.client import Binary, dumps

import pytest

#: Framing is the same within TLS.
pytestmark = pytest.mark.parametrize("scheme", ["http", "https"])

XML = {"Content_Type": "text/xml"}
CALL = dumps((), "server_info").encode()
HOST = b"Host: localhost\r\n"
TYPE = b"Content-Type: text/xml\r\n"


def test_many_requests_follow_each_other_on_one_connection(wire) -> None:
    for _ in range(20):
        assert wire.call("server_info").value["name"] == "filexfer"
    assert wire.request("GET /files/none").status == 404
    assert wire.call("server_info").status == 200


def test_pipelined_requests_are_answered_in_order(wire, running) -> None:
    for n in range(5):
        (running.folder / str(n)).write_bytes(b"%d" % n)
    wire.send(b"".join(b"GET /files/%d HTTP/1.1\r\n%s\r\n" % (n, HOST) for n in range(5)))
    assert [wire.reply().body for _ in range(5)] == [b"0", b"1", b"2", b"3", b"4"]


def test_bodies_and_heads_may_be_pipelined_and_cut_anywhere(wire) -> None:
    body = dumps((Binary(bytes(300)),), "image_put").encode()
    request = b"POST /RPC2 HTTP/1.1\r\n%s%sContent-Length: %d\r\n\r\n%s" % (HOST, TYPE, len(body), body)
    data = request * 3
    for at in range(0, len(data), 97):
        wire.send(data[at : at + 97])
    assert len({wire.reply().value for _ in range(3)}) == 1


def test_the_connection_ends_where_the_client_says_so(wire) -> None:
    reply = wire.request("GET /files/none", Connection="close")
    assert reply.headers["connection"] == "close"
    assert wire.ended()


def test_an_empty_line_before_a_request_is_forgiven(wire) -> None:
    wire.send(b"\r\nGET /files/none HTTP/1.1\r\n" + HOST + b"\r\n")
    assert wire.reply().status == 404


BAD_HEADS = {
    "bare LF": b"GET / HTTP/1.1\nHost: localhost\n\n",
    "one bare LF": b"GET / HTTP/1.1\r\nHost: localhost\nX: y\r\n\r\n",
    "folded": b"GET / HTTP/1.1\r\nHost: localhost\r\nX: a\r\n b\r\n\r\n",
    "space before colon": b"GET / HTTP/1.1\r\nHost : localhost\r\n\r\n",
    "no host": b"GET / HTTP/1.1\r\n\r\n",
    "two hosts": b"GET / HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n",
    "absolute form": b"GET http://localhost/ HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "two lengths": b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n",
    "list of lengths": b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5, 5\r\n\r\n",
    "negative length": b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
    "signed length": b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: +5\r\n\r\n",
    "underscored length": b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1_0\r\n\r\n",
    "length and coding": b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
    "odd coding": b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
    "HTTP/1.0": b"GET / HTTP/1.0\r\nHost: localhost\r\n\r\n",
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "no HTTP": b"hello\r\n\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\n\n",
    "NUL": b"GET / HTTP/1.1\r\nHost: localhost\r\nX: \0\r\n\r\n",
    "other expectation": b"GET / HTTP/1.1\r\nHost: localhost\r\nExpect: wonders\r\n\r\n",
    "huge": b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"x" * (1 << 20) + b"\r\n\r\n",
}


@pytest.mark.parametrize("head", BAD_HEADS.values(), ids=list(BAD_HEADS))
def test_a_head_that_can_be_read_in_two_ways_ends_the_connection(running, head: bytes) -> None:
    wire = running.wire()
    try:
        wire.send(head + b"GET /files/smuggled HTTP/1.1\r\n" + HOST + b"\r\n")
    except OSError:
        pass  # the answer may come before all was sent
    reply = wire.reply()
    assert reply.status in (400, 417, 431, 501, 505)
    assert reply.headers["connection"] == "close"
    assert wire.ended()


def test_a_request_behind_an_unread_body_is_that_body(wire, running) -> None:
    inner = b"PUT /files/smuggled HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n\r\nx"
    wire.send(b"GET /files/none HTTP/1.1\r\n%sContent-Length: %d\r\n\r\n%s" % (HOST, len(inner), inner))
    assert wire.reply().status == 404
    assert wire.call("server_info").status == 200
    assert running.held() == {}


@pytest.mark.parametrize(
    ("line", "headers", "status"),
    [
        ("GET /RPC2", {}, 405),
        ("PUT /", {}, 405),
        ("GET /", {}, 405),
        ("POST /RPC2", {"Content_Type": "application/x-www-form-urlencoded"}, 415),
        ("POST /RPC2", {"Content_Type": "text/plain"}, 415),
        ("POST /RPC2", {}, 415),
        ("POST /RPC2", {"Content_Type": "text/xml; charset=utf-16"}, 415),
        ("POST /RPC2", {"Content_Encoding": "gzip", **XML}, 415),
        ("POST /other", XML, 404),
        ("POST /RPC2?x", XML, 404),
        ("POST /files/x", XML, 405),
        ("DELETE /files/x", {}, 405),
        ("GET /uploads/x/0", {}, 405),
        ("OPTIONS *", {}, 404),
    ],
)
def test_requests_that_are_neither_lanes_get_a_plain_status(wire, line: str, headers: dict, status: int) -> None:
    reply = wire.request(line, CALL, **headers)
    assert reply.status == status
    assert "access-control-allow-origin" not in reply.headers
    assert wire.call("server_info").status == 200


def test_both_targets_and_a_charset_are_taken(wire) -> None:
    for target in ("/", "/RPC2"):
        assert wire.request(f"POST {target}", CALL, Content_Type='text/xml; charset="UTF-8"').value["protocol"] == 1


def test_a_call_may_come_in_chunks(wire) -> None:
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(CALL[at : at + 10]), CALL[at : at + 10]) for at in range(0, len(CALL), 10))
    head = b"POST /RPC2 HTTP/1.1\r\n" + HOST + TYPE + b"Transfer-Encoding: chunked\r\n\r\n"
    wire.send(head + chunks + b"0\r\n\r\n" + b"GET /files/none HTTP/1.1\r\n" + HOST + b"\r\n")
    assert wire.reply().value["protocol"] == 1
    assert wire.reply().status == 404


def test_broken_chunks_end_the_connection(wire) -> None:
    wire.send(b"POST /RPC2 HTTP/1.1\r\n" + HOST + TYPE + b"Transfer-Encoding: chunked\r\n\r\nxyz\r\n")
    assert b"-32700" in wire.reply().body
    assert wire.ended()


def test_the_body_is_asked_for_only_behind_the_gate(serve) -> None:
    allowed, refused = serve(guest="write"), None
    wire = allowed.wire()
    wire.send(b"PUT /files/f HTTP/1.1\r\n" + HOST + b"Content-Length: 4\r\nExpect: 100-continue\r\n\r\n")
    assert wire.exactly(25) == b"HTTP/1.1 100 Continue\r\n\r\n"
    wire.send(b"data")
    assert wire.reply().status == 201
    allowed.server.close()
    refused = serve(guest="read").wire()
    refused.send(b"PUT /files/g HTTP/1.1\r\n" + HOST + b"Content-Length: 4\r\nExpect: 100-continue\r\n\r\n")
    assert refused.reply().status == 403
    assert refused.ended()


def test_a_head_request_has_a_length_and_no_body(wire, running) -> None:
    (running.folder / "f").write_bytes(bytes(1000))
    assert wire.request("HEAD /files/f").headers["content-length"] == "1000"
    assert wire.request("GET /files/f").body == bytes(1000)


def test_a_client_can_read_the_refusal_of_what_it_is_still_sending(serve) -> None:
    running = serve(guest="read")
    body = dumps(("f", Binary(bytes(40_000))), "file_put").encode()
    wire = running.wire()
    assert b"<int>202</int>" in wire.request("POST /RPC2", body, **XML).body
    # Little was left, so it was dropped, and the connection goes on.
    assert wire.call("server_info").status == 200
    wire.send(b"POST /RPC2 HTTP/1.1\r\n" + HOST + TYPE + b"Content-Length: 1000000000\r\n\r\n" + body)
    reply = wire.reply()
    assert b"<int>202</int>" in reply.body
    assert reply.headers["connection"] == "close"
    assert wire.ended()
    assert running.held() == {}


def test_a_call_that_is_not_well_formed_is_a_fault(wire) -> None:
    for body in (b"", b"<", b"<x/>", b"<!DOCTYPE x><methodCall><methodName>server_info</methodName></methodCall>"):
        assert b"-32700" in wire.request("POST /RPC2", body, **XML).body


def test_a_client_that_goes_away_in_mid_request_harms_nobody(running) -> None:
    for data in (
        b"POST /RPC2 HTTP/1.1\r\n" + HOST + TYPE + b"Content-Length: 100\r\n\r\n<methodCall>",
        b"PUT /files/f HTTP/1.1\r\n" + HOST + b"Content-Length: 100\r\n\r\nx",
        b"PUT /files/g HTTP/1.1\r\n" + HOST + b"Content-Length: 3000000\r\n\r\n" + bytes(2_000_000),
        b"PUT /files/h HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n5\r\nab",
        b"GET /fi",
    ):
        wire = running.wire()
        wire.send(data)
        wire.sock.shutdown(socket.SHUT_WR)
        assert wire.ended()
    assert running.held() == {}
    assert running.proxy().file_list("")["entries"] == []
    assert list((running.folder / ".filexfer").rglob("*.data")) == []


def test_a_declared_petabyte_is_refused_before_it_is_sent(running) -> None:
    petabyte = 10**15
    raw = running.wire()
    raw.send(b"PUT /files/f HTTP/1.1\r\n%sContent-Length: %d\r\nExpect: 100-continue\r\n\r\n" % (HOST, petabyte))
    assert raw.reply().status == 507
    rpc = running.wire()
    rpc.send(b"POST / HTTP/1.1\r\n%s%sContent-Length: %d\r\n\r\n" % (HOST, TYPE, petabyte))
    with suppress(OSError):
        rpc.send(b"<methodCall><methodName>image_put</methodName><params><param><value><base64>" + b"QUJD" * (1 << 20))
    assert b"<int>301</int>" in rpc.reply().body
    assert running.held() == {}
