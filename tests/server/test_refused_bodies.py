"""Who is let in reads why a call was refused, though most of it was still to be sent; who is nobody is read no further."""

from __future__ import annotations

import http.client
import socket
import time
from collections.abc import Callable
from typing import Any
from xmlrpc.client import Binary, Fault, SafeTransport, ServerProxy, Transport, dumps

import pytest

from tests.server.conftest import Running, head

_SIZE = 3 << 20
_TOO_LARGE, _FORBIDDEN, _NO_METHOD, _LOGIN = 111, 202, -32601, 201


class _Slowly(http.client.HTTPConnection):
    """Sends a little at a time, through a small buffer: as on a line that is not loopback."""

    def connect(self) -> None:
        super().connect()
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 16 << 10)

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


def test_a_small_rest_may_come_slowly(serve: Any) -> None:
    running = serve("read", drain_seconds=0.4)
    body = dumps((Binary(bytes(40_000)),), "nothing").encode()
    wire = running.wire()
    wire.send(head("POST /RPC2", len(body), Content_Type="image/png") + body[:100])
    assert wire.reply().status == 415
    for at in range(100, len(body), 10_000):
        time.sleep(0.1)
        wire.send(body[at : at + 10_000])
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
