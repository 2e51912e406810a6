"""Bytes behind a call, in place of its large Binary: they arrive as what they stand for; lies are refused."""

from __future__ import annotations

from xmlrpc.client import Fault, dumps

import pytest

from filexfer.protocol.batches import Index, contents_of, joined_paths, pack_index
from filexfer.protocol.xmlrpc import decode_response, encode_call
from tests.server.conftest import Reply, Running, Wire


def ask(wire: Wire, method: str, *params: object, tail: bytes = b"", **headers: str) -> Reply:
    headers = {"Content_Type": "text/xml", "Tail_Length": str(len(tail)), **headers}
    return wire.request("POST /RPC2", b"".join(encode_call(method, params)) + tail, **headers)


def index(**files: bytes) -> dict[str, object]:
    return pack_index(Index(list(files), [len(data) for data in files.values()]))


def test_what_is_behind_a_call_is_what_its_parameter_would_hold(wire: Wire, running: Running) -> None:
    files = {"a": b"one\n</data>", "b": b"\0" * 100_000}
    answer = ask(wire, "files_put", index(**files), b"", tail=b"".join(files.values()))
    assert decode_response(answer.body)["outcomes"] == b"cc"
    assert running.held() == files
    assert wire.call("server_info").value["name"] == "filexfer"


def test_an_answer_has_its_large_binary_behind_it_where_that_is_asked_for(wire: Wire, running: Running) -> None:
    files = {"a": b"one", "b": bytes(range(256)) * 4000}
    for name, data in files.items():
        (running.folder / name).write_bytes(data)
    answer = ask(wire, "files_get", joined_paths(list(files)), {"packed": True})
    tail = int(answer.headers["tail-length"])
    assert answer.body[-tail:] == b"".join(files.values())
    found, data = contents_of({**decode_response(answer.body[:-tail]), "data": answer.body[-tail:]})
    assert list(found.sizes) == [3, 1_024_000]
    # Who says nothing of tails has it as ever, and so has whoever asks for what is not large.
    assert "tail-length" not in wire.call("files_get", ["a"]).headers
    assert "tail-length" not in ask(wire, "server_info").headers
    assert ask(wire, "files_get", joined_paths([]), {"packed": True}).headers["tail-length"] == "0"


@pytest.mark.parametrize("told", ["-1", "x", "1, 2", "99999"])
def test_a_tail_that_cannot_be_is_refused_by_its_head(wire: Wire, running: Running, told: str) -> None:
    assert ask(wire, "files_put", index(a=b"one"), b"", tail=b"one", Tail_Length=told).status == 400
    assert running.held() == {}


def test_a_tail_beyond_the_bound_is_refused_and_takes_no_memory(serve) -> None:
    running = serve(payload_bytes=1000)
    with running.wire() as wire:
        assert ask(wire, "files_put", index(a=b"x" * 1001), b"", tail=b"x" * 1001).status == 413
    assert running.held() == {}


def test_who_may_not_write_is_refused_before_the_tail_has_come(serve) -> None:
    running = serve("read")
    with running.wire() as wire:
        call = b"".join(encode_call("files_put", (index(a=b"x" * 1000), b"")))
        lengths = f"Content-Length: {len(call) + 1000}\r\nTail-Length: 1000\r\n"
        wire.send(f"POST /RPC2 HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/xml\r\n{lengths}\r\n".encode() + call)
        with pytest.raises(Fault) as refused:
            wire.reply().value  # noqa: B018
        assert refused.value.faultCode == 202
        wire.send(b"x" * 1000)
        assert wire.call("server_info").value["permission"] == "read"


@pytest.mark.parametrize(("method", "params"), [("files_put", ({}, b"here", {})), ("files_put", ({},)), ("server_info", ())])
def test_bytes_without_a_place_are_refused_and_the_next_call_is_answered(
    wire: Wire, method: str, params: tuple[object, ...]
) -> None:
    with pytest.raises(Fault) as refused:
        ask(wire, method, *params, tail=b"tail").value  # noqa: B018
    assert refused.value.faultCode == -32602
    assert wire.call("server_info").value["name"] == "filexfer"


@pytest.mark.parametrize(("method", "params"), [("server_info", ()), ("files_put", ({}, b"here"))])
def test_bytes_without_a_place_are_not_waited_for(wire: Wire, method: str, params: tuple[object, ...]) -> None:
    call = b"".join(encode_call(method, params))
    lengths = f"Content-Length: {len(call) + 1000}\r\nTail-Length: 1000\r\n"
    wire.send(f"POST /RPC2 HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/xml\r\n{lengths}\r\n".encode() + call)
    with pytest.raises(Fault) as refused:
        wire.reply().value  # noqa: B018
    assert refused.value.faultCode == -32602
    wire.send(b"x" * 1000)
    assert wire.call("server_info").value["name"] == "filexfer"


def test_a_call_in_chunks_has_no_tail(wire: Wire) -> None:
    body = dumps((), "server_info").encode()
    framed = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
    fields = b"Content-Type: text/xml\r\nTransfer-Encoding: chunked\r\nTail-Length: 3\r\n"
    wire.send(b"POST /RPC2 HTTP/1.1\r\nHost: localhost\r\n" + fields + b"\r\n" + framed)
    assert wire.reply().status == 400


def test_the_digest_of_each_file_is_checked_behind_a_call_as_well(wire: Wire, running: Running) -> None:
    entries = pack_index(Index(["a"], [3], (), [bytes(32)]))
    answer = ask(wire, "files_put", entries, b"", tail=b"one")
    assert decode_response(answer.body)["faults"][0][:2] == [0, 108]
    assert running.held() == {}
