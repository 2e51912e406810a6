"""Files of gigabytes through every lane: the server's memory stays flat. It runs in a process of its own, whose peak is read."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import pybase64
import pytest

SIZE = 2 << 30
BOUND_KIB = 120 << 10
PIECE = 3 << 18
BLOCKS = [bytes([n]) * PIECE for n in (65, 200, 7)]

SERVER = """
import sys
from filexfer.server import Server
with Server(sys.argv[1], ["http://127.0.0.1:0"], guest="write") as server:
    print(server.addresses[0], flush=True)
    sys.stdin.read()
"""

pytestmark = pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak of memory is read from /proc")


class Other(NamedTuple):
    process: subprocess.Popen[str]
    folder: Path
    port: int

    def peak(self) -> int:
        """The most memory it has had, in KiB."""
        return int(re.findall(r"VmHWM:\s+(\d+)", Path(f"/proc/{self.process.pid}/status").read_text())[0])

    def connect(self) -> socket.socket:
        sock = socket.create_connection(("127.0.0.1", self.port), 60)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return sock


def _room() -> str | None:
    """A folder in memory where there is room for it: the disk is not what is tested."""
    shm = Path("/dev/shm")
    return str(shm) if shm.is_dir() and shutil.disk_usage(shm).free > 2 * SIZE else None


@pytest.fixture
def other() -> Iterator[Other]:
    with tempfile.TemporaryDirectory(dir=_room()) as folder:
        if shutil.disk_usage(folder).free < 2 * SIZE:
            pytest.skip("no room for two gigabytes")
        command = [sys.executable, "-c", SERVER, folder]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout
            port = int(re.findall(r":(\d+)/", process.stdout.readline())[0])
            yield Other(process, Path(folder), port)
            assert process.stdin
            process.stdin.close()
            assert process.wait(30) == 0


def _answer(sock: socket.socket) -> tuple[bytes, bytes]:
    """Head of an answer, and what of its body came with it."""
    data = b""
    while b"\r\n\r\n" not in data:
        more = sock.recv(1 << 16)
        assert more, data
        data += more
    head, _, rest = data.partition(b"\r\n\r\n")
    return head.lower(), rest


def _length(head: bytes) -> int:
    return int(re.findall(rb"content-length: (\d+)", head)[0])


def _count(sock: socket.socket, got: int, length: int) -> int:
    """Read `length` bytes, `got` of which have come, and drop them; how many of them are none of XML's tags."""
    room = bytearray(1 << 20)
    while got < length:
        count = sock.recv_into(room)
        assert count
        got += count
    return got


def _post(method: bytes, length: int) -> bytes:
    return b"POST /RPC2 HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/xml\r\nContent-Length: %d\r\n\r\n%s" % (length, method)


def test_one_image_of_two_gibibytes_goes_in_and_comes_out_through_the_xml_rpc_lane(other: Other) -> None:
    before = b"<?xml version='1.0'?><methodCall><methodName>image_put</methodName><params><param><value><base64>"
    behind = b"</base64></value></param><param><value>big.png</value></param></params></methodCall>"
    encoded = [pybase64.b64encode(block) for block in BLOCKS]
    whole, rest = divmod(SIZE, PIECE)
    last = pybase64.b64encode(BLOCKS[whole % 3][:rest])
    with other.connect() as sock:
        sock.sendall(_post(before, len(before) + whole * len(encoded[0]) + len(last) + len(behind)))
        for n in range(whole):
            sock.sendall(encoded[n % 3])
        sock.sendall(last + behind)
        assert b"<string>big.png</string>" in _answer(sock)[1]
        file = other.folder / "big.png"
        assert file.stat().st_size == SIZE
        with file.open("rb") as stored:
            for n in (0, 1, 1000, whole - 1):
                stored.seek(n * PIECE)
                assert stored.read(PIECE) == BLOCKS[n % 3]
            stored.seek(whole * PIECE)
            assert stored.read() == BLOCKS[whole % 3][:rest]
        call = b"<methodCall><methodName>file_get</methodName><params><param><value>big.png</value></param></params></methodCall>"
        sock.sendall(_post(call, len(call)))
        head, rest_ = _answer(sock)
        assert _length(head) > SIZE // 3 * 4
        assert _count(sock, len(rest_), _length(head)) == _length(head)
    assert other.peak() < BOUND_KIB


def test_a_file_of_two_gibibytes_goes_in_and_comes_out_through_the_raw_lane(other: Other) -> None:
    block = os.urandom(1 << 20)
    with other.connect() as sock:
        sock.sendall(b"PUT /files/big HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n" % SIZE)
        for _ in range(SIZE >> 20):
            sock.sendall(block)
        assert b" 201 " in _answer(sock)[0]
        sock.sendall(b"GET /files/big HTTP/1.1\r\nHost: localhost\r\n\r\n")
        head, rest = _answer(sock)
        assert _length(head) == SIZE
        assert _count(sock, len(rest), SIZE) == SIZE
    with (other.folder / "big").open("rb") as stored:
        assert stored.read(1 << 20) == block
    assert other.peak() < BOUND_KIB


def test_sixty_four_clients_at_once_stay_within_the_bound(other: Other) -> None:
    block = os.urandom(1 << 20)
    socks = [other.connect() for _ in range(64)]
    for n, sock in enumerate(socks):
        # Each keeps a worker with a block half received; what is beyond half of the workers waits.
        sock.sendall(b"PUT /files/f%d HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n" % (n, 3 << 20))
        sock.sendall(block[: 1 << 19])

    def finish(sock: socket.socket) -> bytes:
        sock.sendall(block[1 << 19 :] + block + block)
        return _answer(sock)[0]

    with ThreadPoolExecutor(64) as crowd:
        assert all(b" 201 " in answer for answer in crowd.map(finish, socks))
    for sock in socks:
        sock.close()
    assert other.peak() < 96 << 10
