"""Where connections are short an idle one is closed for a new one: neither our client nor a stock one notices, not even in the
middle of a transfer."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from xmlrpc.client import Binary, ServerProxy

import pytest

from filexfer.client.session import connect
from filexfer.server import Server, Settings
from tests.bounds.honest import Line, call

#: More than are still in the hands of a worker that lingers when the next one comes.
BOUND = 40


@pytest.fixture(params=["connections", "connections_per_address"])
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Server]:
    settings = Settings(**{request.param: BOUND})
    with Server(tmp_path / "share", ["http://127.0.0.1:0"], "write", settings=settings) as made:
        yield made


def _crowd(server: Server, stack: ExitStack) -> None:
    """So many new connections that all those before are gone."""
    port = int(server.addresses[0].rpartition(":")[2].strip("/"))
    for _ in range(BOUND):
        line = Line(port)
        stack.callback(line.close)
        assert line.ask(call("server_info"))[0] == 200


def test_a_stock_client_whose_idle_connection_gave_way_calls_again(server: Server) -> None:
    with ExitStack() as stack, ServerProxy(server.addresses[0]) as proxy:
        for number in range(6):
            assert proxy.file_put(f"f{number}", Binary(b"content"))["outcome"] == "created"
            _crowd(server, stack)
        assert proxy.file_get("f3").data == b"content"


def test_our_client_whose_idle_connection_gave_way_calls_again(server: Server) -> None:
    with ExitStack() as stack, connect(server.addresses[0]) as session:
        for number in range(6):
            session.call("folder_make", f"folder {number}")
            _crowd(server, stack)
        assert len(session.call("file_list", "")["entries"]) == 6


def test_an_upload_whose_connections_gave_way_is_finished(server: Server) -> None:
    content = os.urandom(3 << 20)
    with ExitStack() as stack, ServerProxy(server.addresses[0]) as proxy:
        upload = proxy.upload_open("large", len(content))["upload_id"]
        for start in range(0, len(content), 1 << 20):
            proxy.upload_write(upload, start, Binary(content[start : start + (1 << 20)]))
            _crowd(server, stack)
        assert proxy.upload_commit(upload)["size"] == len(content)
        assert proxy.file_get("large").data == content
