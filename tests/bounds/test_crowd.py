"""What one caller takes of a server: one thread that computes, half of the memory, half of the workers also as a device that
comes from several addresses."""

from __future__ import annotations

import logging
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from filexfer.core.errors import Busy, TooLarge
from filexfer.core.model import Permission
from filexfer.protocol.xmlrpc import Decoder, Limits
from filexfer.server import Server, Settings
from filexfer.server.complaints import Complaints
from filexfer.server.crowd import Crowd
from filexfer.server.neighbours import household
from tests.bounds.honest import Line, call

MIB = 1 << 20
#: Devices are known to servers with a certificate only.
LISTEN = ("http://127.0.0.1:0", "https://127.0.0.1:0")


def until(condition) -> None:
    """Wait for what another thread is about to do."""
    end = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < end, "it never came about"
        time.sleep(0.001)


def crowd(workers: int = 8, memory: int = 8 * MIB, patience: float = 20.0) -> Crowd:
    return Crowd(workers, memory, patience, Complaints())


class Worker:
    """A thread that arrives for `who` and then does what it is told, one act after the other."""

    def __init__(self, crowd: Crowd, who: str) -> None:
        self.computes = threading.Event()
        self._acts: list[threading.Event] = []
        self._go_on = threading.Semaphore(0)
        self._crowd, self._who = crowd, who
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self) -> None:
        visit = self._crowd.arrive(self._who)
        self.computes.set()
        self._go_on.acquire()
        with self._crowd.away():
            self.computes.clear()
            self._go_on.acquire()
        self.computes.set()
        self._go_on.acquire()
        visit.end()
        self.computes.clear()

    def go_on(self) -> None:
        self._go_on.release()


def test_one_thread_of_a_caller_computes_and_others_come_when_it_waits() -> None:
    shared = crowd()
    first = Worker(shared, "a")
    assert first.computes.wait(20)
    second, other = Worker(shared, "a"), Worker(shared, "b")
    assert other.computes.wait(20)
    assert not second.computes.wait(0.05)
    first.go_on()  # it waits for something now
    assert second.computes.wait(20)
    first.go_on()  # it is there again
    assert not first.computes.wait(0.05)
    second.go_on()
    assert first.computes.wait(20)
    for worker in (first, second, second, other, other, other):
        worker.go_on()
    for worker in (first, second, other):
        worker.thread.join(20)
    assert not shared._places
    assert not shared._here


def test_who_waits_too_long_for_its_turn_computes_all_the_same() -> None:
    shared = crowd(patience=0.02)
    hangs = Worker(shared, "a")
    assert hangs.computes.wait(20)
    late = Worker(shared, "a")
    assert late.computes.wait(20)
    for worker in (hangs, late):
        for _ in range(3):
            worker.go_on()
        worker.thread.join(20)
    assert not shared._places


def test_who_holds_a_lock_does_not_wait_for_the_turn_behind_a_sync() -> None:
    shared = crowd(patience=60.0)
    visit = shared.arrive("a")
    with shared.away(locked=True):
        other = Worker(shared, "a")
        assert other.computes.wait(20)
    # Here at once, though the other one computes.
    visit.end()
    for _ in range(3):
        other.go_on()
    other.thread.join(20)


def test_no_turn_is_lost_among_many_threads() -> None:
    shared = crowd(workers=64, patience=60.0)
    at_work, most, done = [0], [0], [0]
    lock = threading.Lock()

    def work() -> None:
        for _ in range(200):
            visit = shared.arrive("a")
            with lock:
                at_work[0] += 1
                most[0] = max(most[0], at_work[0])
            with lock:
                at_work[0] -= 1
                done[0] += 1
            with shared.away():
                pass
            visit.end()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert (done[0], most[0]) == (1600, 1)
    assert not shared._places


def test_a_caller_holds_half_of_the_memory_and_gives_it_back() -> None:
    shared = crowd(memory=8 * MIB)
    visit = shared.arrive("a")
    shared.take(3 * MIB)
    with pytest.raises(Busy):
        shared.take(2 * MIB)
    shared.take(-2 * MIB)
    shared.take(2 * MIB)
    visit.end()
    assert (shared._held, shared._places) == (0, {})
    # Nothing is counted for a thread that serves nobody.
    shared.take(100 * MIB)


def test_small_calls_are_never_refused_for_memory() -> None:
    shared = crowd(memory=0)
    visit = shared.arrive("a")
    shared.take(60_000)
    with pytest.raises(Busy):
        shared.take(10_000)
    visit.end()


def test_the_owner_of_the_machine_is_not_counted() -> None:
    shared = crowd(memory=0)
    visit = shared.arrive("uid:0")
    shared.exempt()
    shared.take(100 * MIB)
    assert not shared._places
    visit.end()


def test_the_memory_of_a_visit_moves_with_it() -> None:
    shared = crowd(memory=8 * MIB)
    visit = shared.arrive("an address")
    shared.take(2 * MIB)
    assert shared.become("a device")
    assert list(shared._places) == ["a device"]
    with pytest.raises(Busy):
        shared.take(3 * MIB)
    visit.end()
    assert (shared._held, shared._places) == (0, {})


def test_a_kind_of_trouble_is_told_once_in_a_while(caplog) -> None:
    complaints = Complaints(every=0.05)
    with caplog.at_level(logging.WARNING, "filexfer.server"):
        for _ in range(1000):
            complaints.note("a", "somebody", "Too much.")
        complaints.note("b", "", "Too slow.")
    assert 2 <= len(caplog.records) < 100
    time.sleep(0.06)
    complaints.note("a", "somebody", "Too much.")
    assert "others in the time before" in caplog.text


@pytest.mark.parametrize(
    ("peer", "who"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::1%eth0"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("uid:1000", "uid:1000"),
    ],
)
def test_an_ipv6_network_far_away_counts_as_one_address(peer: str, who: str) -> None:
    assert household(peer) == who


# ---- in a server


class House:
    """A server with a method `slow` that stays at work until `go_on` is set."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.at_work = threading.Semaphore(0)
        self.go_on = threading.Event()
        self.port = int(server.addresses[0].rpartition(":")[2].strip("/"))
        server.register_function(self.slow)

    def slow(self) -> bool:
        self.at_work.release()
        return self.go_on.wait(30)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    settings = Settings(workers=8, stall_seconds=20.0)
    with Server(tmp_path / "share", LISTEN, "read", settings=settings, state=tmp_path / "state") as server:
        made = House(server)
        yield made
        made.go_on.set()


def _device(server: Server, name: str) -> str:
    """The token of a new device."""
    return server._trust.add(name, Permission.READ)[1]


def _ask_slow(house: House, source: str, **headers: str) -> Line:
    line = Line(house.port, source)
    line.sock.sendall(call("slow", **headers))
    return line


def test_one_device_takes_half_of_the_workers_from_however_many_addresses(house: House) -> None:
    token = {"Authorization": f"Bearer {_device(house.server, 'busy')}"}
    lines = [_ask_slow(house, f"127.0.0.{2 + n % 4}", **token) for n in range(12)]
    for _ in range(4):
        assert house.at_work.acquire(timeout=20)
    assert not house.at_work.acquire(timeout=0.1)
    # The workers that are left serve others, and the rest of its requests later.
    others = [_ask_slow(house, f"127.0.0.{8 + n}") for n in range(4)]
    for _ in range(4):
        assert house.at_work.acquire(timeout=20)
    house.go_on.set()
    for line in [*lines, *others]:
        assert line.answer()[0] == 200
        line.close()
    until(lambda: not house.server._crowd._places)


def test_a_request_that_waits_too_long_for_a_worker_is_told_busy(tmp_path: Path) -> None:
    settings = Settings(workers=2, stall_seconds=0.1)
    with Server(tmp_path / "share", LISTEN, "read", settings=settings, state=tmp_path / "state") as server:
        house = House(server)
        token = {"Authorization": f"Bearer {_device(server, 'busy')}"}
        first = _ask_slow(house, "127.0.0.2", **token)
        assert house.at_work.acquire(timeout=20)
        second = _ask_slow(house, "127.0.0.3", **token)
        assert b"<int>302</int>" in second.answer()[1]
        house.go_on.set()
        assert first.answer()[0] == 200
        first.close()
        second.close()


def test_calls_that_wait_delay_no_others_of_their_caller(house: House) -> None:
    """Functions that somebody registered are done at once, and not in turn: nobody knows what they wait for."""
    waiting = [_ask_slow(house, "127.0.0.2")]
    for _ in waiting:
        assert house.at_work.acquire(timeout=20)
    line = Line(house.port, "127.0.0.2")
    assert line.ask(call("server_info"))[0] == 200
    house.go_on.set()
    for one in [*waiting, line]:
        one.close()


def test_threads_that_compute_give_way_soon(tmp_path: Path) -> None:
    before = sys.getswitchinterval()
    try:
        sys.setswitchinterval(0.005)
        with Server(tmp_path / "one", ["http://127.0.0.1:0"], settings=Settings(switch_seconds=0.0)):
            assert sys.getswitchinterval() == pytest.approx(0.005)
        with Server(tmp_path / "two", ["http://127.0.0.1:0"]):
            assert sys.getswitchinterval() == pytest.approx(Settings().switch_seconds)
    finally:
        sys.setswitchinterval(before)


def test_a_message_that_came_to_nothing_holds_nothing() -> None:
    """What had arrived of it once waited for the collector, uncounted: hundreds of megabytes beside a crowd of refused calls."""
    decoder = Decoder(Limits(xml_bytes=100_000))
    decoder.feed(b"<methodCall><methodName>f</methodName><params><param><value><base64>" + b"A" * 4000 + b"</base64>")
    with pytest.raises(TooLarge):
        decoder.feed(b"x" * 200_000)
    assert decoder.held >= 3000
    decoder.discard()
    assert decoder.text_held == 0
