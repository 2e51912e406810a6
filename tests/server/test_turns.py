"""Requests take turns: few are begun at once, whoever lasts or waits makes room, connections are served one after the other, and
memory follows those at work, not those connected."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from types import SimpleNamespace

import pytest

from filexfer.server import Server, Settings
from filexfer.server.buffers import Buffers
from filexfer.server.pool import Pool
from filexfer.server.syncing import Syncing
from filexfer.server.tally import Tally
from filexfer.storage.upload import FolderUpload
from tests.bounds.honest import Line, call

MANY = 64
NEVER = 60.0


class Held:
    """Tasks that stay at work until they are let go."""

    def __init__(self, pool: Pool) -> None:
        self.pool = pool
        self.begun = threading.Semaphore(0)
        self.go_on = threading.Event()

    def submit(self, network: str = "net", *, rests: bool = False, away: bool = False) -> None:
        def task() -> None:
            self.begun.release()
            if rests:
                self.pool.rest()
            if away:
                self.pool.away(True)
            self.go_on.wait(NEVER)

        self.pool.submit(network, task)

    def are(self, count: int) -> None:
        """So many are at work, and no more."""
        for _ in range(count):
            assert self.begun.acquire(timeout=20)
        assert not self.begun.acquire(timeout=0.05)


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def held(stack: ExitStack, slice_seconds: float = NEVER) -> Held:
    # Who sleeps is not to find by chance what was left lying.
    pool = Pool(16, NEVER, 0, 4, slice_seconds)
    tasks = Held(pool)

    def close() -> None:
        tasks.go_on.set()
        assert pool.close(time.monotonic() + 20)

    stack.callback(close)
    return tasks


def test_no_more_than_a_few_requests_are_begun_at_once(stack: ExitStack) -> None:
    tasks = held(stack)
    for number in range(12):
        tasks.submit(f"net {number}", away=True)
    tasks.are(4)
    assert tasks.pool.pressed("net 0")
    tasks.go_on.set()
    for _ in range(8):
        assert tasks.begun.acquire(timeout=20)


def test_one_network_has_half_of_them(stack: ExitStack) -> None:
    tasks = held(stack)
    for _ in range(8):
        tasks.submit("many", away=True)
    tasks.are(2)
    assert tasks.pool.pressed("many"), "its others wait, though there is room for somebody else"
    tasks.submit("another", away=True)
    tasks.are(1)
    assert not tasks.pool.pressed("another"), "which need not give way to them"


def test_while_one_computes_no_other_is_begun_and_one_is_when_it_is_away(stack: ExitStack) -> None:
    pool = Pool(16, NEVER, 0, 4, NEVER)
    stack.callback(lambda: pool.close(time.monotonic() + 20))
    told: list[str] = []
    back, ended, over = threading.Event(), threading.Event(), threading.Semaphore(0)
    stack.callback(ended.set)

    def aside() -> None:
        pool.away(True)
        over.release()
        ended.wait(20)

    def first() -> None:
        time.sleep(0.05)
        told.append("first")
        pool.away(True)
        back.wait(20)
        pool.away(False)
        pool.submit("net 4", lambda: other("4"))
        time.sleep(0.05)
        told.append("first again")
        over.release()

    def other(name: str) -> None:
        told.append(name)
        back.set()
        over.release()

    pool.submit("net 0", aside)  # with it there are more than two, who would not wait for each other
    assert over.acquire(timeout=20)
    pool.submit("net 1", first)
    pool.submit("net 2", lambda: other("2"))
    pool.submit("net 3", lambda: other("3"))
    for _ in range(4):
        assert over.acquire(timeout=20)
    assert told[0] == "first"
    assert told.index("2") < told.index("first again"), "it was begun while the first was away"
    assert told[-1] == "4", "which waited until nobody computed"


def test_one_who_comes_beside_one_crowd_does_not_wait_for_it(stack: ExitStack) -> None:
    tasks = held(stack)
    for _ in range(4):
        tasks.submit("crowd")
    tasks.are(1)
    tasks.submit("honest")
    tasks.are(1)
    tasks.submit("third")
    tasks.are(0)


def test_a_crowd_waits_for_one_who_asks_for_a_single_thing(stack: ExitStack) -> None:
    tasks = held(stack)
    over = threading.Event()
    stack.callback(over.set)

    def first() -> None:
        over.wait(NEVER)

    tasks.pool.submit("crowd", first)
    for _ in range(3):
        tasks.submit("crowd")
    tasks.submit("")  # as what the server does by itself
    tasks.are(1)
    over.set()
    tasks.are(0)


def test_a_request_that_lasts_makes_room_for_another(stack: ExitStack) -> None:
    tasks = held(stack, 0.01)
    for _ in range(8):
        tasks.submit()
    tasks.are(8)
    assert not tasks.pool.pressed("net")


def test_where_several_have_lasted_as_many_are_begun(stack: ExitStack, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of three that waited one was left lying, until somebody ended."""
    clock = SimpleNamespace(monotonic=lambda: clock.now, now=0.0)
    monkeypatch.setattr("filexfer.server.pool.time", clock)
    tasks = held(stack, 0.1)
    for number in range(8):
        tasks.submit(f"net {number}", away=True)
    tasks.are(4)
    # Who watches looks again soon, and finds all four beyond their slice.
    clock.now = 1.0
    tasks.are(4)


def test_the_loop_gathers_only_while_many_wait(stack: ExitStack) -> None:
    tasks = held(stack)
    for _ in range(16):
        tasks.submit()
    assert not tasks.pool.crowded
    for _ in range(16):
        tasks.submit()
    assert tasks.pool.crowded
    tasks.go_on.set()
    for _ in range(32):
        assert tasks.begun.acquire(timeout=20)
    assert not tasks.pool.crowded


def test_a_request_that_waits_for_somebody_makes_room_at_once(stack: ExitStack) -> None:
    tasks = held(stack)
    for _ in range(8):
        tasks.submit(rests=True)
    tasks.are(8)


def test_who_goes_on_with_the_next_request_does_not_overtake_those_that_wait(stack: ExitStack) -> None:
    pool = Pool(1, 5.0, 0, 4, NEVER)
    stack.callback(lambda: pool.close(time.monotonic() + 20))
    told: list[object] = []
    queued, done = threading.Event(), threading.Event()

    def task() -> None:
        told.append(pool.again("net"))
        queued.wait(20)
        told.append(pool.again("net"))

    pool.submit("net", task)
    pool.submit("net", done.set)
    queued.set()
    assert done.wait(20)
    assert told[-1] is False
    alone: list[bool] = []
    over = threading.Event()

    def goes_on() -> None:
        alone.append(pool.again("net"))
        over.set()

    pool.submit("net", goes_on)
    assert over.wait(20)
    assert alone == [True]


def test_syncs_that_take_long_make_room_and_short_ones_keep_what_they_have() -> None:
    rests: list[int] = []
    lets_go: list[int] = []

    @contextmanager
    def away() -> Iterator[None]:
        lets_go.append(1)
        yield

    def sync(seconds: float) -> None:
        with syncing():
            time.sleep(seconds)

    syncing = Syncing(away, lambda: rests.append(1), Tally())
    for _ in range(8):
        sync(0.003)
    assert not rests, "one that was short is among the latest eight: the disk is quick"
    sync(0.0)
    assert (len(rests), len(lets_go)) == (1, 1)
    sync(0.003)
    assert (len(rests), len(lets_go)) == (1, 1), "a single short one tells that it is quick again"


class Crowd:
    """Connections that each ask on and on, until as many answers as are wanted have come."""

    def __init__(self, port: int, *, apart: bool) -> None:
        self.lines = [Line(port, f"127.0.0.{2 + n if apart else 1}") for n in range(MANY)]
        self.answers: Counter[int] = Counter()
        self._left = threading.Semaphore(0)
        self._over = False

    def ask(self, answers: int) -> None:
        threads = [threading.Thread(target=self._ask, args=(number,)) for number in range(MANY)]
        for thread in threads:
            thread.start()
        for _ in range(answers):
            assert self._left.acquire(timeout=30)
        self._over = True
        for thread in threads:
            thread.join(30)

    def _ask(self, number: int) -> None:
        while not self._over:
            self.lines[number].sock.sendall(call("server_info"))
            assert self.lines[number].answer()[0] == 200
            if not self._over:
                self.answers[number] += 1
            self._left.release()

    def close(self) -> None:
        for line in self.lines:
            line.close()


@pytest.mark.parametrize("apart", [False, True], ids=["one address", "an address each"])
def test_sixty_four_clients_have_even_shares(tmp_path, apart: bool) -> None:
    with Server(tmp_path, ["http://127.0.0.1:0"], "write", settings=Settings()) as server:
        crowd = Crowd(int(server.addresses[0].rpartition(":")[2].strip("/")), apart=apart)
        try:
            crowd.ask(MANY * 24)
            # 24 on average: the clients are threads of this process, and quarrel too.
            assert min(crowd.answers[number] for number in range(MANY)) >= 3
            # Of all of them would be one each, and one more. On a busy machine more of them last longer than a slice.
            assert server._pool._threads < MANY
        finally:
            crowd.close()


def test_memory_is_lent_to_those_at_work_only(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sixty-four uploads, none of which lasts or rests: no more buffers than requests that are begun at once."""
    out, most, lock = 0, 0, threading.Lock()
    take, give = Buffers.take, Buffers.give

    def taken(self: Buffers) -> bytearray:
        nonlocal out, most
        with lock:
            out += 1
            most = max(most, out)
        return take(self)

    def given(self: Buffers, buffer: bytearray) -> None:
        nonlocal out
        with lock:
            out -= 1
        give(self, buffer)

    monkeypatch.setattr(Buffers, "take", taken)
    monkeypatch.setattr(Buffers, "give", given)
    with Server(tmp_path, ["http://127.0.0.1:0"], "write", settings=Settings(slice_seconds=NEVER)) as server:
        monkeypatch.setattr(server._pool, "rest", lambda: None)
        port = int(server.addresses[0].rpartition(":")[2].strip("/"))
        lines = [Line(port, "127.0.0.1") for _ in range(MANY)]
        block = bytes(300 << 10)
        try:
            for number, line in enumerate(lines):
                head = f"PUT /files/{number} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(block)}\r\n\r\n".encode()
                threading.Thread(target=line.sock.sendall, args=(head + block,), daemon=True).start()
            assert [line.answer()[0] for line in lines] == [201] * MANY
        finally:
            for line in lines:
                line.close()
    assert 1 <= most <= Settings().at_once
    assert all((tmp_path / str(number)).stat().st_size == len(block) for number in range(MANY))


def test_a_large_body_on_its_way_to_the_disk_holds_up_no_others(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    at_work, go_on = threading.Event(), threading.Event()
    write = FolderUpload.write

    def slow(self: FolderUpload, offset: int, data: bytes, digest: str = "") -> None:
        at_work.set()
        go_on.wait(20)
        write(self, offset, data, digest)

    monkeypatch.setattr(FolderUpload, "write", slow)
    with Server(tmp_path, ["http://127.0.0.1:0"], "write", settings=Settings(slice_seconds=NEVER)) as server:
        port = int(server.addresses[0].rpartition(":")[2].strip("/"))
        puts, other = Line(port), Line(port, timeout=5)
        size = 300 << 10
        puts.sock.sendall(
            f"PUT /files/large HTTP/1.1\r\nHost: localhost\r\nContent-Length: {size}\r\n\r\n".encode() + bytes(size)
        )
        assert at_work.wait(20)
        try:
            assert other.ask(call("server_info"))[0] == 200
        finally:
            go_on.set()
        assert puts.answer()[0] == 201
        puts.close()
        other.close()


def test_what_a_request_waits_for_holds_up_no_others(tmp_path) -> None:
    at_work, go_on, over = threading.Event(), threading.Event(), threading.Event()

    def slow() -> bool:
        at_work.set()
        go_on.wait(5)
        over.set()
        return True

    with Server(tmp_path, ["http://127.0.0.1:0"], "write", settings=Settings(slice_seconds=NEVER)) as server:
        server.register_function(slow)
        port = int(server.addresses[0].rpartition(":")[2].strip("/"))
        waits, other = Line(port), Line(port)
        waits.sock.sendall(call("slow"))
        assert at_work.wait(20)
        assert other.ask(call("server_info"))[0] == 200
        assert not over.is_set(), "it was answered meanwhile"
        go_on.set()
        assert waits.answer()[0] == 200
        waits.close()
        other.close()
