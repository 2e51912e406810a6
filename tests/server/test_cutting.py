"""Files that the server cuts by content: what one caller may take of it by that."""

from __future__ import annotations

import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from xmlrpc.client import Binary, Fault, ServerProxy

import pytest

from filexfer.core import chunking
from filexfer.server import Server, Settings

MIB = 1 << 20


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "share"
    made.mkdir()
    (made / "f").write_bytes(os.urandom(12 * MIB))
    return made


def test_of_one_caller_one_file_is_cut_at_a_time(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    guard, now, most = threading.Lock(), 0, 0
    real = chunking._take

    def noted(*arguments: Any) -> int:
        nonlocal now, most
        with guard:
            now += 1
            most = max(most, now)
        time.sleep(0.005)
        try:
            return real(*arguments)
        finally:
            with guard:
                now -= 1

    monkeypatch.setattr(chunking, "_take", noted)

    def ask(address: str) -> Any:
        with ServerProxy(address) as proxy:
            answer: Any = proxy.file_digests("f", {"chunking": "fastcdc2020-65536"})
            return answer["lengths"].data

    with Server(folder, listen=["http://127.0.0.1:0"], guest="write") as server, ThreadPoolExecutor(6) as threads:
        assert len(set(threads.map(ask, server.addresses[:1] * 6))) == 1
    assert most == 1


def test_what_cutting_and_taking_over_hold_in_memory_is_counted(folder: Path) -> None:
    # Half of it, and of guests less, is one caller's.
    with (
        Server(folder, listen=["http://127.0.0.1:0"], guest="write", settings=Settings(call_memory=12 * MIB)) as server,
        ServerProxy(server.addresses[0]) as real,
    ):
        proxy: Any = real
        assert proxy.file_digests("f", {"chunking": "fastcdc2020-65536"})["count"] > 3
        with pytest.raises(Fault, match="holds too much"):
            proxy.file_digests("f", {"chunking": "fastcdc2020-1048576"})
        upload = proxy.upload_open("f", 12 * MIB)["upload_id"]
        with pytest.raises(Fault, match="holds too much"):
            proxy.upload_reuse(upload, 0, 0, 12 * MIB, "", "blake3:" + "0" * 64)
        # Block by block it holds one of them.
        assert proxy.upload_reuse(upload, 0, 0, 12 * MIB, "", Binary(bytes(32 * 12)))[-1] == [11 * MIB, 12 * MIB]
