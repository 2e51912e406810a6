"""Who is let in reads why a call was refused, though most of it was still to be sent; who is nobody is read no further."""

from __future__ import annotations

import http.client
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from xmlrpc.client import Binary, Fault, SafeTransport, ServerProxy, Transport, dumps

import pytest

from tests.server.conftest import Running, head
from tests.server.test_load import until

_SIZE = 3 << 20
_TOO_LARGE, _FORBIDDEN, _NO_METHOD, _LOGIN = 111, 202, -32601, 201


class _Slowly(http.client.HTTPConnection):
    """Sends a little at a time, through a small buffer: as on a line that is not loopback."""

    def connect(self) -> None:
        super().connect()
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 64 << 10)

    def send(self, data: Any) -> None:
        for at in range(0, len(data), 64 << 10):
            super().send(data[at : at + (64 << 10)])
            time.sleep(0.001)


class _SafelySlowly(_Slowly, http.client.HTTPSConnection):
    pass


class _Plain(Transport):
    def make_connection(self, host: Any) -> http.client.HTTPConnection:
        if self._connection is None or self._connection[1] is None:
            self._connection = host, _Slowly(host)
        return self._connection[1]


class _Tls(SafeTransport):
    def make_connection(self, host: Any) -> http.client.HTTPSConnection:
        if self._connection is None or self._connection[1] is None:
            self._connection = host, _SafelySlowly(host, context=self.context)
        return self._connection[1]


def stock(running: Running) -> ServerProxy:
    secure = running.url.startswith("https")
    return ServerProxy(running.url, _Tls(context=running.context()) if secure else _Plain())


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize(
    ("guest", "act", "code"),
    [
        ("read", lambda proxy, data: proxy.file_put("f", data), _FORBIDDEN),
        ("read", lambda proxy, data: proxy.nothing(data), _NO_METHOD),
        ("write", lambda proxy, data: proxy.upload_write("0" * 32, 0, data), _TOO_LARGE),
    ],
)
def test_a_stock_client_is_told_why(serve: Any, guest: str, act: Callable[[ServerProxy, Binary], Any], code: int) -> None:
    running = serve(guest)
    with stock(running) as proxy:
        for _ in range(2):
            with pytest.raises(Fault) as told:
                act(proxy, Binary(bytes(_SIZE)))
            assert told.value.faultCode == code
        assert proxy.server_info()
    assert running.server._instruments.census.accepted == 1, "and its connection goes on"


def _refused(running: Running, sent: int) -> Any:
    """A call that is refused as soon as its method is known, and of which only so many bytes have been sent."""
    body = dumps((Binary(bytes(_SIZE)),), "nothing").encode()
    wire = running.wire()
    wire.send(head("POST /RPC2", len(body), Content_Type="text/xml") + body[:sent])
    return wire, wire.reply(), body[sent:]


def test_what_is_nobodys_is_not_read_to_its_end(serve: Any) -> None:
    wire, answer, _ = _refused(serve("none", drain_seconds=0.2), 1000)
    assert (answer.headers["connection"], answer.body.count(b"<int>%d<" % _LOGIN)) == ("close", 1)
    assert wire.ended()


def test_a_rest_that_stands_still_ends_the_connection(serve: Any) -> None:
    wire, answer, _ = _refused(serve("read", stall_seconds=0.2), 1000)
    assert "connection" not in answer.headers
    assert wire.ended()


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_long_answer_is_no_credit_for_a_rest_that_comes_too_slowly(serve: Any) -> None:
    running = serve("read", stall_seconds=0.5, body_rate=1 << 20, drain_bytes=0)
    (running.folder / "long").write_bytes(bytes(4 << 20))
    wire = running.wire()
    wire.send(head("GET /files/long", 300))
    assert len(wire.reply().body) == 4 << 20
    with pytest.raises(OSError):
        for _ in range(300):
            wire.send(b"x")
            time.sleep(0.01)


@pytest.mark.parametrize("size", [_SIZE, 1000])
def test_a_rest_in_chunks_is_read_too(serve: Any, size: int) -> None:
    body = dumps((Binary(bytes(size)),), "nothing").encode()
    wire = serve("read").wire()
    wire.send(head("POST /RPC2", Content_Type="text/xml", Transfer_Encoding="chunked"))
    wire.send(b"%x\r\n%b" % (len(body), body[:200]))
    answer = wire.reply()
    wire.send(body[200:] + b"\r\n0\r\n\r\n")
    assert (answer.headers["connection"], answer.body.count(b"<int>%d<" % _NO_METHOD)) == ("close", 1)
    assert wire.sock.recv(1) == b"", "an end, and no reset"


def _in_chunks(running: Running) -> Any:
    body = dumps((), "nothing").encode()
    wire = running.wire()
    wire.send(head("POST /RPC2", Content_Type="text/xml", Transfer_Encoding="chunked") + b"%x\r\n%b\r\n" % (len(body), body))
    assert wire.reply().headers["connection"] == "close"
    return wire


def test_a_rest_in_chunks_is_read_no_further_than_any_other(serve: Any) -> None:
    wire = _in_chunks(serve("read", drain_seconds=0.2, xml_bytes=1 << 20, payloads_bytes=0))
    with suppress(OSError):
        wire.send(b"7fffffff\r\n" + bytes(_SIZE))
    assert wire.ended()


def test_behind_what_is_no_chunk_nothing_is_read_but_the_end_is_none_too_hard(serve: Any) -> None:
    wire = _in_chunks(serve("read"))
    wire.send(b"no chunk\r\n")
    assert wire.sock.recv(1) == b""
    for _ in range(2):
        wire.send(b"x")  # which a connection that was closed would answer by a reset


def test_a_small_rest_may_come_slowly(serve: Any) -> None:
    running = serve("read", drain_seconds=5.0)
    body = dumps((Binary(bytes(40_000)),), "nothing").encode()
    wire = running.wire()
    wire.send(head("POST /RPC2", len(body), Content_Type="image/png") + body[:100])
    assert wire.reply().status == 415
    [connection] = running.server._arrivals.here()
    for at in range(100, 30_100, 10_000):
        until(lambda: connection in running.server._loop._parked)
        before = connection.deadline
        wire.send(body[at : at + 10_000])
        until(lambda before=before: connection.deadline > before)
    wire.send(body[30_100:])
    assert wire.call("server_info").status == 200


def test_a_refused_call_holds_no_memory_while_its_rest_is_read(serve: Any) -> None:
    running = serve("write")
    body = dumps((Binary(bytes(2_000_000)), 0, Binary(bytes(_SIZE))), "upload_write").encode()
    sent = len(body) - 300_000
    wire = running.wire()
    wire.send(head("POST /RPC2", len(body), Content_Type="text/xml") + body[:sent])
    assert wire.reply().status == 200
    assert running.server._crowd.held == 0
    wire.send(body[sent:])
    assert wire.call("server_info").status == 200
