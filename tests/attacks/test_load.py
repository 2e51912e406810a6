"""Row “load” of the attack table: who is slow, and who asks for too much. Each is refused or ended by a bound, and costs others
nothing; how little is measured in tests/bounds."""

from __future__ import annotations

import os
import shutil
import socket
import struct
import tempfile
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.attacks.conftest import memory
from tests.attacks.house import House, running, until
from tests.attacks.lanes import call_body
from tests.attacks.wire import XML, Closed, Wire, head

TOO_LARGE, NO_SPACE, BUSY, BAD_OFFSET, CHANGED, UNKNOWN_UPLOAD, BAD_PARAMETERS = 111, 301, 302, 109, 107, 110, -32602
MOST_KIB = 200 << 10
#: Bounds that a test can wait for. Seconds.
HEAD, STALL, IDLE = 0.4, 0.4, 1.0


@pytest.fixture(scope="module")
def impatient_house() -> Iterator[House]:
    top = Path(tempfile.mkdtemp(prefix="fxa", dir=memory()))
    bounds = {"head_seconds": HEAD, "stall_seconds": STALL, "body_rate": 100_000, "idle_seconds": IDLE}
    try:
        with running(top, **bounds) as house:
            yield house
    finally:
        shutil.rmtree(top)


@pytest.fixture
def impatient(impatient_house: House) -> Iterator[House]:
    """A house whose deadlines are short."""
    impatient_house.reset()
    yield impatient_house
    impatient_house.check_alive()


@contextmanager
def crowd(house: House, count: int, timeout: float = 60.0) -> Iterator[list[Wire]]:
    """So many connections of the attacker's."""
    with ExitStack() as stack:
        yield [stack.enter_context(house.wire(timeout)) for _ in range(count)]


STARTS = {
    "nothing": b"",
    "half a line": b"GET /files/ho",
    "half a head": b"POST /RPC2 HTTP/1.1\r\nHost: localhost\r\nContent-Ty",
    "a head but its last line": b"PUT /files/new HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\n",
}


@pytest.mark.parametrize("start", STARTS.values(), ids=STARTS)
def test_a_slow_head_is_given_up_at_its_deadline_and_others_are_served(impatient: House, start: bytes) -> None:
    before = impatient.share_now()
    with impatient.served(), crowd(impatient, 50) as wires:
        end = time.monotonic() + 20
        left = list(wires)
        while left and time.monotonic() < end:
            for wire in left:
                # One byte at a time, for ever: the deadline is for the whole head.
                wire.send(start[:1] or b"\r")
                start = start[1:] + start[:1] if start else start
            left = [wire for wire in left if not ended(wire)]
        assert not left, f"{len(left)} are still served"
    assert impatient.share_now() == before


def ended(wire: Wire) -> bool:
    wire.sock.settimeout(0.01)
    try:
        return wire.sock.recv(1000) == b"" or ended(wire)
    except TimeoutError:
        return False
    except ConnectionError:
        return True


SLOW_BODIES = {
    "call": b"POST /RPC2 HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/xml\r\nContent-Length: 1000000\r\n\r\n<methodCall>",
    "call in chunks": b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/xml\r\nTransfer-Encoding: chunked\r\n\r\n",
    "small file": b"PUT /files/new HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n",
    "large file": b"PUT /files/new HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9000000\r\n\r\n",
    "file in chunks": b"PUT /files/new HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n",
    "refused": b"PUT /files/../new HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9000000\r\n\r\n",
}


@pytest.mark.parametrize("silent", [True, False], ids=["silent", "one byte a while"])
@pytest.mark.parametrize("start", SLOW_BODIES.values(), ids=SLOW_BODIES)
def test_a_slow_body_is_given_up_and_others_are_served(impatient: House, start: bytes, silent: bool) -> None:
    before = impatient.share_now()
    # As many as could take every worker, were there no bound for one address.
    with impatient.served(), crowd(impatient, 40) as wires:
        left = list(wires)
        for wire in left:
            wire.send(start)
        end = time.monotonic() + 40
        while left and time.monotonic() < end:
            if not silent:
                for wire in left:
                    wire.send(b"1" if b"chunked" in start else b"x")
            left = [wire for wire in left if not ended(wire)]
        assert not left
    until(lambda: impatient.share_now() == before, "what had arrived is dropped")


def test_a_slow_reader_is_given_up_and_others_are_served(impatient: House) -> None:
    (impatient.share / "large").write_bytes(bytes(64 << 20))
    with impatient.served(), crowd(impatient, 10) as wires:
        for number, wire in enumerate(wires):
            wire.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            wire.send(head(b"GET /files/large", None, {}) if number % 2 else head(b"POST /", len(LARGE_GET), XML) + LARGE_GET)
        until(lambda: "large" in open_files(impatient), "it is being sent")
        # They take nothing. The server lets go of them, and of the file they read.
        until(lambda: "large" not in open_files(impatient), "the file is closed", 40)


LARGE_GET = call_body("file_get", "large")


def open_files(house: House) -> str:
    names = []
    for descriptor in os.listdir(f"/proc/{house.pid}/fd"):
        try:
            names.append(os.readlink(f"/proc/{house.pid}/fd/{descriptor}"))
        except FileNotFoundError:
            pass  # closed meanwhile
    return "\n".join(names)


@pytest.fixture(scope="module")
def crowded_house() -> Iterator[House]:
    """One whose share has a folder of 50,000 entries."""
    top = Path(tempfile.mkdtemp(prefix="fxa", dir=memory()))
    try:
        with running(top) as house:
            crowd = house.top / "crowd"
            crowd.mkdir()
            here = os.open(crowd, os.O_RDONLY)
            for number in range(50_000):
                os.close(os.open(f"{number:05}", os.O_CREAT | os.O_WRONLY, 0o644, dir_fd=here))
            os.close(here)
            yield house
    finally:
        shutil.rmtree(top)


@pytest.fixture
def crowded(crowded_house: House) -> Iterator[House]:
    house = crowded_house
    os.rename(house.top / "crowd", house.share / "crowd")
    yield house
    os.rename(house.share / "crowd", house.top / "crowd")
    house.check_alive()
    assert house.peak() < 2 * MOST_KIB


@pytest.mark.parametrize("recursive", [False, True])
@pytest.mark.parametrize("limit", [1 << 30, 2**31 - 1, 0, -1, 1])
def test_one_page_of_a_very_large_folder_is_bounded(crowded: House, limit: int, recursive: bool) -> None:
    with crowded.served(), crowded.wire() as wire:
        for packed in (True, False):
            reply = wire.call("file_list", "crowd", {"limit": limit, "packed": packed, "recursive": recursive})
            if limit < 1:
                assert reply.code == BAD_PARAMETERS
                continue
            page = reply.value
            count = page["count"] if packed else len(page["entries"])
            # Entries in structs take many times the memory of those in columns, so a page has fewer.
            assert count == min(limit, 10_000 if packed else 5000)
            # What does not fit is told of, not lost.
            assert page["next"]


def test_many_at_once_who_ask_for_such_a_page_are_served_within_the_memory(crowded: House) -> None:
    body = call_body(
        "file_list", "crowd", "<struct><member><name>packed</name><value><boolean>1</boolean></value></member></struct>"
    )
    with crowded.served(), crowd(crowded, 12) as wires:
        for wire in wires:
            wire.send(head(b"POST /", len(body), XML) + body)
        for wire in wires:
            assert wire.reply().value["count"] == 10_000


def test_held_listings_are_bounded_and_the_oldest_gives_way(house: House, attacker: Wire) -> None:
    before = house.descriptors()
    first = attacker.call("file_list", "", {"limit": 1}).value["next"]
    for _ in range(300):
        assert attacker.call("file_list", "", {"limit": 1, "recursive": True}).value["next"]
    assert house.descriptors() - before < 300
    assert attacker.call("file_list", "", {"limit": 1, "cursor": first}).code == CHANGED


def test_waiting_calls_are_bounded(house: House) -> None:
    with house.wire() as wire:
        news = wire.call("share_changes", "").value
        # What was done to the share just before may still be told: it would answer all of them.
        while (later := wire.call("share_changes", news["cursor"], 1).value)["folders"]:
            news = later
        cursor = later["cursor"]
    body = call_body("share_changes", cursor, "<int>60</int>")
    with house.served(), crowd(house, 80) as wires:
        for wire in wires:
            wire.send(head(b"POST /", len(body), XML) + body)
        # Those that wait hold no worker, and only so many do; the others are told so at once.
        until(lambda: sum(answered(wire) for wire in wires) == 80 - 64, "those beyond the bound are refused")
        refused = [wire.reply() for wire in wires if answered(wire)]
        assert {reply.code for reply in refused} == {BUSY}


def answered(wire: Wire) -> bool:
    """Whether an answer is there; it is left there."""
    wire.sock.setblocking(False)
    try:
        return wire.sock.recv(1, socket.MSG_PEEK) != b""
    except BlockingIOError:
        return False
    finally:
        wire.sock.settimeout(20)


@pytest.mark.parametrize("count", [2001, 20_000, 100_000, 1_000_000])
def test_too_many_calls_in_a_batch_are_refused_together(house: House, count: int) -> None:
    before = house.share_now()
    one = "<value><struct><member><name>methodName</name><value>trash_list</value></member></struct></value>"
    put = (
        "<value><struct><member><name>methodName</name><value>file_put</value></member><member><name>params</name><value><array>"
        "<data><value>new</value><value><base64>eA==</base64></value></data></array></value></member></struct></value>"
    )
    with house.served():
        for call in (one, put, "<value/>"):
            with house.wire() as wire:
                reply = wire.post(call_body("system.multicall", f"<array><data>{call * count}</data></array>"))
                assert reply.code in (TOO_LARGE, BUSY)  # too many calls, or more memory than one caller may hold
    assert house.share_now() == before
    assert house.peak() < 2 * MOST_KIB


@pytest.mark.parametrize("size", [10**15, 10**18 - 1, 2**62, 2**63 - 1])
def test_a_declared_petabyte_is_refused_before_it_is_sent(house: House, size: int) -> None:
    before = house.share_now()
    begun = b"<methodCall><methodName>image_put</methodName><params><param><value><base64>" + b"QUJD" * (1 << 20)
    # A length of 19 digits is none that a body has.
    refused = {400} if size >= 10**18 else {507}
    with house.served():
        for more in ({}, {"Expect": "100-continue"}):
            with house.wire() as wire:
                wire.send(head(b"PUT /files/new", None, {"Content-Length": str(size), **more}) + b"evil" * (not more))
                assert wire.reply().status in refused
                assert b"100 Continue" not in wire.heard
        with house.wire() as wire:
            wire.send(head(b"POST /", None, {**XML, "Content-Length": str(size)}) + begun)
            reply = wire.reply()
            assert reply.status == 400 or reply.code in (NO_SPACE, TOO_LARGE)
        with house.wire() as wire:
            refuse_by_calls(wire, size)
    assert house.share_now() == before


def refuse_by_calls(wire: Wire, size: int) -> None:
    """Every call that takes a size or an offset, as text, for stock clients cannot send so large a number."""
    text = str(size)
    assert wire.call("upload_open", "new", text).code == NO_SPACE
    assert wire.call("upload_open", "new", f"-{text}").code == BAD_OFFSET
    assert wire.call("files_put", [{"path": "new", "size": text}], b"evil").code == BAD_PARAMETERS
    assert wire.call("file_read", "mine", text, 4).code == BAD_OFFSET
    assert wire.call("file_read", "mine", 0, text).code == BAD_PARAMETERS
    assert wire.call("file_digests", "mine", {"offset": text}).code in (0, BAD_OFFSET)  # behind the end there are none
    assert wire.call("file_digests", "mine", {"count": text}).code == BAD_PARAMETERS
    assert wire.call("file_list", "", {"limit": text}).code in (0, BAD_PARAMETERS)
    opened = wire.call("upload_open", "new", 4).value["upload_id"]
    assert wire.call("upload_write", opened, text, b"evil").code == BAD_OFFSET
    assert wire.call("upload_reuse", opened, 0, text, 4, "x", "blake3:" + "0" * 64).code in (BAD_OFFSET, CHANGED, 102)
    assert wire.call("upload_reuse", opened, text, 0, 4, "x", "blake3:" + "0" * 64).code in (BAD_OFFSET, CHANGED, 102)
    assert wire.request(f"PUT /uploads/{opened}/{text}", b"evil").code in (BAD_OFFSET, UNKNOWN_UPLOAD)
    assert wire.call("upload_abort", opened).code == 0


def test_a_block_that_is_larger_than_blocks_are_is_refused(house: House) -> None:
    with house.wire() as wire:
        opened = wire.call("upload_open", "new", 4 << 20).value["upload_id"]
        reply = wire.request(f"PUT /uploads/{opened}/0", bytes((1 << 20) + 1))
        assert (reply.status, reply.code) == (413, TOO_LARGE)
    with house.wire() as wire:
        assert wire.call("upload_write", opened, 0, bytes((1 << 20) + 1)).code in (BAD_OFFSET, TOO_LARGE)
        assert wire.call("upload_write", opened, 0, bytes(3 << 20)).code in (BAD_OFFSET, TOO_LARGE)
    with house.wire() as wire:
        assert wire.call("upload_status", opened).value["missing"] == [[0, 4 << 20]]
        assert wire.call("upload_abort", opened).code == 0


def test_open_uploads_of_one_device_are_bounded(house: House, attacker: Wire) -> None:
    before = house.share_now()
    descriptors = house.descriptors()
    opened = []
    with house.served():
        for number in range(1100):
            reply = attacker.call("upload_open", f"u{number}", 1 << 20)
            if reply.code:
                assert reply.code == BUSY
                break
            opened.append(reply.value["upload_id"])
        assert len(opened) == 1000
        # Nobody else is kept from it: whoever is another device opens its own.
        with Wire(house.control) as control:
            own = control.call("upload_open", "mine too", 4).value["upload_id"]
            assert control.call("upload_abort", own).code == 0
        assert house.descriptors() - descriptors < 300
        for upload_id in opened:
            assert attacker.call("upload_abort", upload_id).code == 0
        again = attacker.call("upload_open", "again", 4).value["upload_id"]
        assert attacker.call("upload_abort", again).code == 0
    assert house.share_now() == before


def test_connections_beyond_the_bound_of_one_address_are_turned_away(house: House) -> None:
    with house.served(), crowd(house, 1024) as wires:
        for wire in wires:
            wire.send(b"GET /fil")
        # Until the server has read that of all, one may pass for idle and give way. The second newcomer is met after it has.
        for _ in range(2):
            with Wire(house.control) as control:
                assert control.call("server_info").code == 0
        refused = 0
        for _ in range(20):
            with house.wire() as wire:
                wire.send(head(b"GET /files/honest", None, {}))
                try:
                    refused += wire.reply().status == 503
                except Closed:
                    refused += 1
        assert refused >= 19


def png(width: int, height: int, packed: bytes) -> bytes:
    """A picture of one bit a pixel (PNG specification, 5 and 11.2), its rows as given, compressed."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head_ = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head_) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


def rows(width: int, height: int) -> bytes:
    made = zlib.compressobj(9)
    return b"".join(made.compress(bytes(1 + (width + 7) // 8) * 1000) for _ in range(height // 1000)) + made.flush()


BOMBS = {
    "gigabytes when decoded": lambda: png(100_000, 100_000, rows(100_000, 10_000)),
    "two billion pixels a side": lambda: png(2**31 - 1, 2**31 - 1, zlib.compress(bytes(1000))),
    "just below the bound": lambda: png(8000, 7000, rows(8000, 7000)),
    "no pixels": lambda: png(0, 0, b""),
    "a row that goes on": lambda: png(8, 8, zlib.compress(bytes(200 << 20))),
    "a text of 200 MB": lambda: png(8, 8, b"").replace(b"IDAT", b"zTXt") + zlib.compress(b"k\0\0" + bytes(200 << 20)),
}


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS)
def test_a_picture_that_decodes_to_gigabytes_is_refused_or_stays_within_the_memory(
    house: House, attacker: Wire, bomb: Callable[[], bytes]
) -> None:
    before = house.peak()
    name = attacker.call("image_put", bomb()).value
    with house.served():
        for edge in (1, 64, 2048):
            reply = attacker.call("image_get", name, edge)
            assert reply.code in (0, TOO_LARGE, BAD_PARAMETERS)
            assert len(reply.body) < 4 << 20
        assert attacker.call("image_get", "", 2049).code == BAD_PARAMETERS
    assert house.peak() < before + (300 << 10)
