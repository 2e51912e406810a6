"""`filexfer call` against servers that are not ours, and against ours."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from datetime import datetime
from xmlrpc.client import Binary
from xmlrpc.server import SimpleXMLRPCServer

import pytest

from tests.cli.command import Share, run


@pytest.fixture
def stock() -> Iterator[str]:
    """The standard library's server; its address."""
    with SimpleXMLRPCServer(("127.0.0.1", 0), logRequests=False, allow_none=True, use_builtin_types=True) as server:
        server.register_function(lambda *values: list(values), "echo")
        server.register_function(lambda: Binary(b"\x00\xff"), "some_bytes")
        server.register_function(lambda: datetime(2024, 1, 31, 12, 30), "some_date")
        server.register_function(lambda data: len(data), "length")
        server.register_introspection_functions()
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/RPC2"
        server.shutdown()
        thread.join()


def test_an_answer_of_a_stock_server_is_printed_as_json(stock: str) -> None:
    result = run("call", stock, "echo", "1", '"two"', "three", "[4, {}]", "true", "null", "-0.5")
    assert (result.code, result.err) == (0, "")
    assert json.loads(result.out) == [1, "two", "three", [4, {}], True, None, -0.5]
    assert "echo" in json.loads(run("call", stock, "system.listMethods").out)


def test_bytes_and_dates_are_written_in_json(stock: str) -> None:
    assert json.loads(run("call", stock, "some_bytes").out) == {"base64": "AP8="}
    assert json.loads(run("call", stock, "some_date").out) == "2024-01-31T12:30:00"
    assert json.loads(run("call", stock, "length", '{"base64": "AAAA"}').out) == 3


def test_a_server_may_answer_at_a_path_of_its_own() -> None:
    from xmlrpc.server import SimpleXMLRPCRequestHandler

    class Elsewhere(SimpleXMLRPCRequestHandler):
        rpc_paths = ("/odd/xmlrpc.php",)

    with SimpleXMLRPCServer(("127.0.0.1", 0), Elsewhere, logRequests=False) as server:
        server.register_function(lambda: "here", "where")
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        result = run("call", f"http://127.0.0.1:{server.server_address[1]}/odd/xmlrpc.php", "where")
        thread.join()
    assert (result.code, result.lines) == (0, ['"here"'])


def test_json_keeps_the_answer_on_one_line(stock: str) -> None:
    assert run("call", "--json", stock, "echo", "[1, 2]", "a").lines == ['[[1, 2], "a"]']


def test_a_fault_is_said_and_fails(stock: str) -> None:
    result = run("call", stock, "no_such")
    assert (result.code, result.out) == (1, "")
    assert "no_such" in result.err
    told = run("call", "--json", stock, "no_such")
    assert json.loads(told.lines[-1])["kind"] == "RemoteFault"


def test_broken_json_is_a_usage_error(stock: str) -> None:
    result = run("call", stock, "echo", "{broken")
    assert result.code == 2
    assert "is not JSON" in result.err


def test_something_that_is_no_xmlrpc_server_is_no_connection(share: Share) -> None:
    import http.server

    with http.server.HTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler) as server:
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        result = run("call", f"http://127.0.0.1:{server.server_address[1]}/", "system.listMethods")
        thread.join()
    assert result.code == 3
    assert "not an XML-RPC server" in result.err


def test_our_own_methods_are_called(share: Share) -> None:
    data = base64.b64encode(b"hello").decode()
    saved = json.loads(run("call", share.url, "file_put", "a/b.txt", json.dumps({"base64": data})).out)
    assert (saved["path"], saved["outcome"]) == ("a/b.txt", "created")
    assert (share.folder / "a/b.txt").read_bytes() == b"hello"
    assert json.loads(run("call", share.url, "file_get", "a/b.txt").out) == {"base64": data}
