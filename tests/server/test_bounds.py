"""What one call may take: open files, memory, room on the disk."""

from __future__ import annotations

import os
import re
from xmlrpc.client import Binary, Fault, dumps

import pytest

from filexfer.core.errors import NoSpace
from filexfer.protocol.xmlrpc import Decoder
from filexfer.server.methods.files import Files
from filexfer.server.streams import BufferStream, Spool
from filexfer.storage.space import Space
from tests.server.conftest import head
from tests.server.test_load import until


def puts(*sizes: int) -> list[dict]:
    return [{"methodName": "file_put", "params": [f"f{n}", Binary(bytes(size))]} for n, size in enumerate(sizes)]


@pytest.fixture
def opened(monkeypatch) -> list[Spool]:
    """Every spool that is opened from now on."""
    found: list[Spool] = []
    begin = Spool.__init__

    def noted(self, *arguments) -> None:
        begin(self, *arguments)
        found.append(self)

    monkeypatch.setattr(Spool, "__init__", noted)
    return found


def test_a_batch_brings_so_many_large_files_and_no_more(serve, opened) -> None:
    running = serve(payload_bytes=100_000, payloads_bytes=200_000, call_files=3)
    proxy = running.proxy()
    # The first two fill the memory of a call; from then on three bytes are a file of their own as well.
    assert len(proxy.system.multicall(puts(100_000, 99_999, 3, 3, 3))) == 5
    assert len(opened) == 3
    with pytest.raises(Fault) as caught:
        proxy.system.multicall(puts(100_000, 99_999, *[3] * 100))
    assert caught.value.faultCode == 111
    assert len(opened) == 6
    assert all(spool._share is None for spool in opened)


def test_a_call_alone_brings_one_large_file(serve, opened) -> None:
    proxy = serve(payload_bytes=100_000, payloads_bytes=200_000).proxy()
    with pytest.raises(Fault) as caught:
        proxy.file_put("f", *[Binary(bytes(150_000))] * 10)
    assert caught.value.faultCode == 111
    assert len(opened) == 1


def test_short_reads_of_a_batch_hold_no_large_buffers(running, proxy) -> None:
    """Sixty-four of them once held 128 MiB."""
    (running.folder / "f").write_bytes(b"hello")
    (running.folder / "g").write_bytes(bytes(1 << 20))
    files = Files(running.server.current_share())
    assert files.file_read(None, "f", 0, 1 << 20)["data"] == b"hello"
    stream = files.file_read(None, "g", 0, 1 << 20)["data"]
    assert isinstance(stream, BufferStream)
    assert (stream.size, stream.held) == (1 << 20, 2 << 20)
    stream.close()
    answers = proxy.system.multicall([{"methodName": "file_read", "params": ["g", n, 1 << 20]} for n in range(20)])
    assert sum(1 for answer in answers if isinstance(answer, list)) == 8
    short = proxy.system.multicall([{"methodName": "file_read", "params": ["g", n, 200_000]} for n in range(200)])
    assert sum(1 for answer in short if isinstance(answer, list)) == -(-(16 << 20) // 200_000)


def test_a_large_value_makes_room_in_the_trash(running, proxy, monkeypatch) -> None:
    content = os.urandom(1 << 20)
    proxy.file_put("old", Binary(content))
    proxy.entry_delete("old")
    # As on a disk that lacks half a megabyte: what is in the trash counts as used.
    monkeypatch.setattr(Space, "now", lambda self: ((4 << 20) - (1 << 20) * len(proxy.trash_list()), 1 << 40))
    share = running.server.current_share()
    with pytest.raises(NoSpace):
        Spool(share, 8 << 20)
    Spool(share, (4 << 20) - 1).discard()
    assert proxy.trash_list() == []


def test_the_block_size_is_that_of_the_settings(serve) -> None:
    running = serve(block_size=256 << 10)
    proxy, content = running.proxy(), os.urandom(1 << 20)
    assert proxy.server_info()["block_size"] == proxy.upload_open("b", 1 << 20)["block_size"] == 256 << 10
    assert running.wire().request("PUT /files/a", content).status == 201
    assert running.held() == {"a": content}


@pytest.mark.parametrize("in_lines", [False, True])
def test_a_call_with_a_block_is_decoded_in_one_piece(serve, monkeypatch, in_lines: bool) -> None:
    fed = []

    def feed(decoder: Decoder, data: bytes, start: int, end: int) -> None:
        fed.append(end - start)
        real(decoder, data, start, end)

    real = Decoder.feed
    monkeypatch.setattr(Decoder, "feed", feed)
    running = serve()
    block = os.urandom(1 << 20)
    upload = running.proxy().upload_open("f", len(block), {})["upload_id"]
    body = dumps((upload, 0, Binary(block)), "upload_write").encode()
    if not in_lines:
        body = re.sub(rb"(?<=[A-Za-z0-9+/=])\n", b"", body)
    wire, fed[:] = running.wire(), []
    assert wire.request("POST /RPC2", body, Content_Type="text/xml").value is True
    assert fed == [len(body)]
    assert wire.call("upload_commit", upload).value["size"] == len(block)
    assert (running.folder / "f").read_bytes() == block


def test_a_block_that_has_not_arrived_counts_already(serve) -> None:
    wire = serve(call_memory=2 << 20).wire()
    wire.send(head("POST /RPC2", 1_400_000, Content_Type="text/xml") + b"<methodCall>")
    assert b"<int>302</int>" in wire.reply().body


def test_who_may_not_write_is_told_so_before_a_block_has_arrived(serve) -> None:
    wire = serve(guest="read").wire()
    begin = dumps(("u" * 32, 0, Binary(b"")), "upload_write").encode()[:80]
    wire.send(head("POST /RPC2", 1_400_000, Content_Type="text/xml") + begin)
    assert b"<int>202</int>" in wire.reply().body


def test_what_a_call_that_is_received_whole_is_read_into_counts(serve) -> None:
    running = serve()
    blocks = running.server._house.handle.__self__._rpc._blocks
    wire = running.wire()
    wire.send(head("POST /RPC2", 300_000, Content_Type="text/xml") + b" " * 100_000)
    until(lambda: running.server._crowd.held >= blocks.size - (64 << 10))
    wire.sock.close()
    until(lambda: not running.server._crowd.held)
