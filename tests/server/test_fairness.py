"""Who may hold workers: the owner always finds one, guests together leave half, strangers have none, and neighbours of one
network are served in turn."""

from __future__ import annotations

import errno
import random
import selectors
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from filexfer.core.errors import Busy, UnknownUpload
from filexfer.core.model import Entry, Kind, Permission, PutOptions
from filexfer.server import Server, Settings
from filexfer.server.access import Caller
from filexfer.server.complaints import Complaints
from filexfer.server.crowd import Crowd
from filexfer.server.guests import Guests
from filexfer.server.listener import Door
from filexfer.server.listings import Listings
from filexfer.server.loop import watchable
from filexfer.server.pool import Pool
from filexfer.server.tally import Tally
from filexfer.server.uploads import Uploads
from filexfer.storage.folder import FolderStore
from filexfer.storage.store import StoreSettings
from tests.bounds.honest import Line, call, head
from tests.server.conftest import whoever_answers

REFUSED = head("POST /RPC2", 60_000, Content_Type="image/png")


def until(condition: Callable[[], object]) -> None:
    end = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < end, "it never came about"
        time.sleep(0.002)


class Busily:
    """A server with a method `slow`, that stays at work until `go_on` is set."""

    def __init__(self, folder: Path, guest: str = "read", **bounds: object) -> None:
        self.at_work, self.go_on = threading.Semaphore(0), threading.Event()
        self._lines: list[Line] = []
        listen = ("http://127.0.0.1:0", "https://127.0.0.1:0")
        settings = Settings(**{"stall_seconds": 20.0, **bounds})
        state = folder / "state"
        state.mkdir(mode=0o700)
        self.server = Server(folder / "share", listen, guest, settings=settings, state=state, control=state / "control.sock")
        self.server.start()
        self.server.register_function(self.slow)
        self.port, self.tls_port = (int(one.rpartition(":")[2].strip("/")) for one in self.server.addresses)

    def slow(self) -> bool:
        self.at_work.release()
        return self.go_on.wait(30)

    def line(self, source: str = "127.0.0.1") -> Line:
        """A connection, which ends with the server."""
        self._lines.append(Line(self.port, source))
        return self._lines[-1]

    def ask(self, source: str, method: str = "slow", **headers: str) -> Line:
        line = self.line(source)
        line.sock.sendall(call(method, **headers))
        return line

    def at_it(self, count: int) -> None:
        """Wait until so many are at work, and see that there are no more."""
        for _ in range(count):
            assert self.at_work.acquire(timeout=20)
        assert not self.at_work.acquire(timeout=0.1)

    def device(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.server._trust.add('laptop', Permission.READ)[1]}"}

    def owner(self, method: str) -> bytes:
        with socket.socket(socket.AF_UNIX) as sock:
            sock.settimeout(10)
            sock.connect(self.server.control_address.removeprefix("unix:"))
            sock.sendall(call(method, Connection="close"))
            data = b""
            while more := sock.recv(1 << 16):
                data += more
            return data

    def close(self) -> None:
        self.go_on.set()
        for line in self._lines:
            line.close()
        self.server.close()


@pytest.fixture
def busily(tmp_path: Path):
    made: list[Busily] = []

    def make(guest: str = "read", **bounds: object) -> Busily:
        made.append(Busily(tmp_path, guest, **bounds))
        return made[-1]

    yield make
    for one in made:
        one.close()


# ---- guests, devices, the owner


def test_all_guests_together_leave_workers_to_devices(busily) -> None:
    house = busily(workers=8)
    crowd = [house.ask(f"127.0.0.{n + 2}") for n in range(10)]
    house.at_it(4)
    assert house.ask("127.0.0.99", "server_info", **house.device()).answer()[0] == 200
    house.go_on.set()
    assert [line.answer()[0] for line in crowd] == [200] * 10


def test_the_guests_of_one_address_leave_workers_to_other_guests(busily) -> None:
    house = busily(workers=8)
    crowd = [house.ask("127.0.0.2") for _ in range(10)]
    house.at_it(2)
    assert house.ask("127.0.0.3", "server_info").answer()[0] == 200
    # And to a device behind the same address.
    assert house.ask("127.0.0.2", "server_info", **house.device()).answer()[0] == 200
    house.go_on.set()
    assert [line.answer()[0] for line in crowd] == [200] * 10
    until(lambda: not house.server._crowd._guests._all)


def test_the_owner_finds_a_worker_when_all_are_at_work(busily) -> None:
    house = busily(workers=4)
    devices = [house.server._trust.add(f"device {n}", Permission.READ)[1] for n in range(2)]
    tokens = [{"Authorization": f"Bearer {token}"} for token in devices]
    crowd = [house.ask(f"127.0.0.{2 + n % 2}", **tokens[n % 2]) for n in range(8)]
    house.at_it(4)
    assert b"laptop" not in house.owner("device_list")
    assert b" 200 " in house.owner("device_list")
    house.go_on.set()
    assert [line.answer()[0] for line in crowd] == [200] * 8


def test_workers_kept_for_the_owner_serve_nobody_else() -> None:
    pool = Pool(2, 5.0, 1)
    at_work, go_on, done = threading.Semaphore(0), threading.Event(), threading.Event()

    def task() -> None:
        at_work.release()
        go_on.wait(20)

    for n in range(5):
        pool.submit(f"peer {n}", task)
    for _ in range(2):
        assert at_work.acquire(timeout=20)
    for _ in range(3):
        done.clear()
        pool.submit_for_owner(done.set)
        assert done.wait(20)
    assert not at_work.acquire(timeout=0.05)
    go_on.set()
    for _ in range(3):
        assert at_work.acquire(timeout=20)
    assert pool.close(time.monotonic() + 20)
    assert pool._networks == {}


def test_addresses_of_one_network_are_served_in_turn() -> None:
    pool = Pool(1, 5.0)
    order, go_on, done = [], threading.Event(), threading.Event()
    pool.submit("elsewhere", lambda: go_on.wait(20))
    for n in range(20):
        pool.submit("net", lambda n=n: order.append(f"bad {n}"), "net::bad")
    pool.submit("net", lambda: order.append("good"), "net::900d")
    pool.submit("net", done.set, "net::bad")
    go_on.set()
    assert done.wait(20)
    assert order.index("good") <= 1
    assert pool.close(time.monotonic() + 20)


def test_one_address_leaves_workers_to_others_of_its_network() -> None:
    pool = Pool(8, 5.0)
    at_work, go_on, served = threading.Semaphore(0), threading.Event(), threading.Event()

    def task() -> None:
        at_work.release()
        go_on.wait(20)

    for _ in range(10):
        pool.submit("net", task, "net::bad")
    for _ in range(3):
        assert at_work.acquire(timeout=20)
    pool.submit("net", served.set, "net::900d")
    assert served.wait(20)
    assert not at_work.acquire(timeout=0.05)
    go_on.set()
    for _ in range(7):
        assert at_work.acquire(timeout=20)
    assert pool.close(time.monotonic() + 20)


def names(called) -> list[str]:
    """Call them; whose they are."""
    found = [who for who, resume in called if resume()]
    assert len(found) == len(called)
    return found


def test_guests_that_wait_are_called_in_turn_and_overtaken_by_nobody() -> None:
    guests = Guests(8, 100)
    called: list[str] = []

    def resume(name: str) -> Callable[[], bool]:
        return lambda: called.append(name) is None

    assert [guests.enter("a") for _ in range(3)] == [True, True, False]
    # The second household finds some, and the third too.
    assert [guests.enter("b") for _ in range(3)] == [True, False, False]
    assert [guests.enter("d") for _ in range(2)] == [True, False]
    for name in ("a1", "a2"):
        assert guests.wait("a", resume(name))
    assert guests.wait("c", resume("c1"))
    following = guests.leave("b", 0)
    assert not guests.enter("b")
    assert names(following) == ["c"]
    assert called == ["c1"]
    assert names(guests.leave("a", 0)) == []  # `a` has one, and only one is left
    assert names(guests.leave("d", 0)) == ["a"]
    assert called == ["c1", "a1"]
    for who in ("a", "c"):
        called += names(guests.leave(who, 0))
    assert called == ["c1", "a1", "a2", "a"]
    assert guests._all == 2


def test_a_household_without_a_worker_does_not_wait_for_those_of_a_crowd_to_be_called() -> None:
    guests = Guests(16, 100)
    assert all(guests.enter("crowd") for _ in range(4))
    assert guests.wait("crowd", lambda: True)
    # One of the crowd is called, and has not come.
    assert names(guests.leave("crowd", 0)) == ["crowd"]
    assert guests.enter("honest")
    assert guests.wait("crowd", lambda: True), "among themselves they keep the order"
    assert not guests.enter("crowd")
    assert names(guests.leave("crowd", 0)) == ["crowd"]
    assert not guests.enter("crowd")


@pytest.mark.parametrize("seed", range(30))
def test_no_guest_waits_while_there_is_a_worker_for_it_whether_or_not_those_called_have_come(seed: int) -> None:
    chance = random.Random(seed)
    workers = chance.choice([2, 3, 8, 20, 64])
    guests = Guests(workers, 100)
    here: list[str] = []  # at work, or called and not come yet: that is one to the others
    waiting: dict[str, list[int]] = {}
    called: list[tuple[str, int]] = []

    def leaves() -> None:
        who = here.pop(chance.randrange(len(here)))
        for other, resume in guests.leave(who, 0):
            assert resume()
            assert called[-1] == (other, waiting[other].pop(0)), "those of one household are called in order"
            here.append(other)

    def comes(number: int) -> None:
        who = f"household {chance.randrange(5)}"
        room = here.count(who) < max(1, workers // 2) - len(here)
        assert guests.enter(who) is room
        if room:
            here.append(who)
        else:
            assert guests.wait(who, lambda: called.append((who, number)) is None)
            waiting.setdefault(who, []).append(number)

    for number in range(600):
        if here and chance.random() < 0.5:
            leaves()
        else:
            comes(number)
        free = max(1, workers // 2) - len(here)
        assert free >= 0
        assert not any(numbers and here.count(who) < free for who, numbers in waiting.items())
    while here:
        leaves()
    assert not any(waiting.values())
    assert (guests._all, guests._each, guests._waiting) == (0, {}, {})


@pytest.mark.parametrize("gone", ["before it is called", "once it is called"])
def test_a_guest_who_goes_gives_its_worker_to_the_next(gone: str) -> None:
    crowd = Crowd(4, 8 << 20, 20.0, Complaints())
    calls: list[str] = []
    missed: list[Callable[[], None]] = []
    visit = crowd.arrive("first")
    assert crowd.become_guest(False)

    def waits(who: str, comes: bool) -> None:
        other = crowd.arrive(who)
        assert crowd.become_guest(False) is (who == "second")
        if who != "second":
            missed.append(crowd.queue_guest(lambda: calls.append(who) is None and comes))
        else:
            go_on.wait(20)
        other.end()

    go_on = threading.Event()
    second = threading.Thread(target=waits, args=("second", True))
    second.start()
    until(lambda: crowd._guests._all == 2)
    for who, comes in (("third", gone == "once it is called"), ("fourth", True)):
        thread = threading.Thread(target=waits, args=(who, comes))
        thread.start()
        thread.join(20)
    crowd._here[threading.get_ident()] = visit
    visit.end()
    if gone == "once it is called":
        assert calls == ["third"]
        missed[0]()
    assert calls == ["third", "fourth"]
    assert crowd._guests._all == 2
    go_on.set()
    second.join(20)
    missed[1]()
    assert (crowd._guests._all, crowd._guests._each, crowd._guests._waiting) == (0, {}, {})


def test_guests_whose_connections_end_while_they_wait_cost_no_worker(busily) -> None:
    house = busily(workers=8)
    guests = house.server._crowd._guests
    at_it = [house.ask(f"127.0.0.{2 + n}") for n in range(4)]
    house.at_it(4)
    waiting = [house.ask(f"127.0.0.{6 + n}") for n in range(30)]
    until(lambda: len(guests._waiting) == 30)
    for line in waiting[::2]:
        line.close()
    house.go_on.set()
    assert [line.answer()[0] for line in [*at_it, *waiting[1::2]]] == [200] * 19
    until(lambda: (guests._all, guests._waiting) == (0, {}))


def test_guests_together_leave_a_quarter_of_the_memory() -> None:
    crowd = Crowd(8, 8 << 20, 20.0, Complaints())
    over, taken, refused = threading.Event(), threading.Semaphore(0), []

    def guest(who: str) -> None:
        visit = crowd.arrive(who)
        assert crowd.become_guest(False)
        try:
            crowd.take(5 << 19)
        except Busy:
            refused.append(who)
        taken.release()
        over.wait(20)
        visit.end()

    threads = [threading.Thread(target=guest, args=(who,)) for who in ("a", "b", "c")]
    for thread in threads:
        thread.start()
    for _ in threads:
        assert taken.acquire(timeout=20)
    assert len(refused) == 1
    visit = crowd.arrive("a device")
    crowd.take(2 << 20)
    visit.end()
    over.set()
    for thread in threads:
        thread.join(20)
    assert (crowd._held, crowd._guests._held, crowd._guests._all) == (0, 0, 0)


def test_guests_do_not_push_out_the_listings_of_devices() -> None:
    held = Listings(most=8, seconds=60, entries=1000)

    def scan():
        return (Entry(str(n), Kind.FILE, 1, 1) for n in range(10))

    kept = [held.begin("device", scan(), 3)[1] for _ in range(4)]
    for n in range(20):
        held.begin(f"guest at {n % 10}", scan(), 3, guest=True)
    assert sum(one.guest for one in held._held.values()) == 4
    for cursor in kept:
        assert held.next("device", cursor, 3)[0]


# ---- strangers


def _sees(line: Line | socket.socket, status: bytes) -> None:
    sock = line.sock if isinstance(line, Line) else line
    assert status in sock.recv(1 << 16)


def test_a_refused_body_that_does_not_come_holds_no_worker(busily) -> None:
    house = busily(workers=2, drain_seconds=20.0)
    crowd = [house.line("127.0.0.2") for _ in range(6)]
    for line in crowd:
        line.sock.sendall(REFUSED)
        _sees(line, b" 415 ")
    until(lambda: house.server._pool._busy == 0)
    assert house.ask("127.0.0.2", "server_info").answer()[0] == 200
    # When it comes, the next request is answered.
    crowd[0].sock.sendall(bytes(60_000) + call("server_info"))
    assert crowd[0].answer()[0] == 200


def test_a_connection_that_was_refused_is_closed_in_time(busily) -> None:
    house = busily(drain_seconds=0.2)
    for request in (REFUSED, head("POST /RPC2", 1 << 30, Content_Type="image/png"), b"nonsense\r\n\r\n"):
        line = house.line()
        line.sock.sendall(request)
        _sees(line, b"HTTP/1.1 4")
        with suppress(ConnectionError):
            assert line.sock.recv(100) == b""
        until(lambda: not house.server._arrivals.here())
        line.close()


def test_who_sends_on_after_a_refusal_is_cut_off(busily) -> None:
    house = busily(drain_seconds=20.0, drain_bytes=100_000)
    line = house.line()
    line.sock.sendall(head("POST /RPC2", 1 << 30, Content_Type="image/png"))
    _sees(line, b" 415 ")
    with pytest.raises(OSError):
        while True:
            line.sock.sendall(bytes(1 << 16))
    until(lambda: not house.server._arrivals.here())


def test_a_strangers_small_body_that_does_not_come_holds_no_worker(busily) -> None:
    house = busily("none", workers=2, head_seconds=2.5)
    request = call("pair", "name", "nonce", "proof")
    lines = []
    for _ in range(6):
        sock = socket.create_connection(("127.0.0.1", house.tls_port), 20, source_address=("127.0.0.2", 0))
        lines.append(whoever_answers().wrap_socket(sock))
        lines[-1].sendall(request[:-5])
    until(lambda: len(house.server._loop._parked) == 6 and all(one._lateness for one in house.server._arrivals.here()))
    assert house.server._pool._busy == 0
    lines[0].sendall(request[-5:])
    _sees(lines[0], b"faultCode")
    _sees(lines[1], b"faultCode")  # its time is over
    for sock in lines:
        sock.close()


def test_a_handshake_is_not_charged_for_our_own_queue(busily, monkeypatch) -> None:
    house = busily(handshake_seconds=0.5)
    gate = threading.Event()
    hand_over = house.server._pool.submit
    monkeypatch.setattr(house.server._pool, "submit", lambda *given: (gate.wait(0.7), hand_over(*given)))
    sock = socket.create_connection(("127.0.0.1", house.tls_port), 20)
    with whoever_answers().wrap_socket(sock) as tls:
        gate.set()
        tls.sendall(call("server_info"))
        _sees(tls, b" 200 ")


# ---- odds and ends of the loop


def test_a_muted_long_poll_ends_when_its_device_is_revoked(busily) -> None:
    house = busily()
    line = house.line("127.0.0.2")
    token = house.device()
    _, body = line.ask(call("share_changes", "", **token))
    cursor = body.partition(b"<string>")[2].partition(b"</string>")[0].decode()
    line.sock.sendall(call("share_changes", cursor, 50, **token))
    until(lambda: house.server.current_share().changes._waiting)
    line.sock.sendall(call("server_info", **token))
    until(lambda: list(house.server._loop._parked.values()) == [False])
    house.server._trust.revoke("laptop")
    until(lambda: not house.server._arrivals.here())


def test_a_late_answer_that_meets_an_error_is_told_with_a_reference(busily, monkeypatch) -> None:
    house = busily()
    line = house.line()
    _, body = line.ask(call("share_changes", ""))
    cursor = body.partition(b"<string>")[2].partition(b"</string>")[0].decode()

    def fails(*given: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(type(house.server._gate), "check_still", lambda self, caller: None)
    line.sock.sendall(call("share_changes", cursor, 50))
    until(lambda: house.server.current_share().changes._waiting)
    monkeypatch.setattr(type(house.server._gate), "check_still", fails)
    (house.server._shared.folder / "x").touch()
    house.server.current_share().changes.note("")
    status, body = line.answer()
    assert (status, b"Its log tells more" in body) == (500, True)


def test_who_ends_its_own_connection_by_what_it_asked_for_late_has_the_answer(busily, monkeypatch) -> None:
    house = busily()
    line = house.line()
    _, body = line.ask(call("share_changes", ""))
    cursor = body.partition(b"<string>")[2].partition(b"</string>")[0].decode()
    line.sock.sendall(call("share_changes", cursor, 50))
    until(lambda: house.server.current_share().changes._waiting)
    (mine,) = house.server._arrivals.here()
    monkeypatch.setattr(type(house.server._gate), "check_still", lambda self, caller: mine.dismiss())
    house.server.current_share().changes.note("")
    status, _ = line.answer()
    assert status == 200
    until(lambda: not house.server._arrivals.here())


def test_an_answer_whose_head_cannot_be_written_is_released(busily, monkeypatch) -> None:
    import filexfer.server.connection as module
    from filexfer.server.answers import Answer

    house = busily()
    released = threading.Event()
    monkeypatch.setattr(house.server._house, "handle", lambda request: Answer(200, release=released.set))
    monkeypatch.setattr(module, "response_head", lambda *given: 1 / 0)
    house.ask("127.0.0.1")
    assert released.wait(20)


def test_out_of_descriptors_those_give_way_who_have_most(busily) -> None:
    house = busily()
    house.line("127.0.0.9")
    for _ in range(5):
        house.line("127.0.0.2")
    loop = house.server._loop
    until(lambda: len(loop._parked) == 6)
    found: list[list[str]] = []
    loop.call(lambda: found.append([one.peer for one in loop._idle_of_most()]))
    until(lambda: found)
    assert found == [["127.0.0.2"] * 5]


@pytest.mark.parametrize("trouble", [ValueError("too many file descriptors in select()"), OSError(errno.EINVAL, "odd")])
def test_a_selector_that_fails_ends_nothing(busily, monkeypatch, trouble: Exception, caplog) -> None:
    house = busily()
    for _ in range(5):
        house.line("127.0.0.2")
    loop = house.server._loop
    until(lambda: len(loop._parked) == 5)
    select = loop._selector.select
    failures = iter([trouble])

    def fails(timeout: float | None):
        for failure in failures:
            raise failure
        return select(timeout)

    monkeypatch.setattr(loop._selector, "select", fails)
    loop.call(lambda: None)
    until(lambda: not loop._parked)
    assert house.ask("127.0.0.3", "server_info").answer()[0] == 200
    assert "cannot watch" in caplog.text


def test_no_more_connections_are_taken_than_select_can_watch(monkeypatch) -> None:
    assert watchable(4096) == 4096
    monkeypatch.setattr(selectors, "DefaultSelector", selectors.SelectSelector)
    assert (watchable(4096), watchable(100)) == (480, 100)


def test_where_the_system_can_a_port_is_ours_alone(monkeypatch) -> None:
    from filexfer.server import listener

    monkeypatch.setattr(listener, "_EXCLUSIVE", socket.SO_KEEPALIVE)  # stands for what only Windows has
    (made,) = listener.listen("http://127.0.0.1:0", Settings())
    assert made.door is Door.TCP
    assert made.sock.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
    assert not made.sock.getsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR)
    made.close()


def test_a_change_is_worked_out_once_for_all_who_wait(busily, monkeypatch) -> None:
    house = busily()
    changes = house.server.current_share().changes
    cursor = changes.poll("a", "", 0)["cursor"]
    waiting = [changes.poll(f"device {n}", cursor, 30) for n in range(50)]
    counted = []
    since = changes._since
    monkeypatch.setattr(changes, "_since", lambda number: counted.append(number) or since(number))
    changes.note("folder")
    assert [one.result()["folders"] for one in waiting] == [["folder"]] * 50
    assert len(counted) == 1


def test_an_upload_of_somebody_else_is_not_held_for_who_asks_for_it(tmp_path: Path) -> None:
    store = FolderStore(tmp_path, StoreSettings())
    try:
        uploads = Uploads(store, 10, 10, Tally())
        mine = uploads.begin(Caller("one", Permission.WRITE), "f", 10, PutOptions()).id
        uploads.close()  # as a restart does
        with pytest.raises(UnknownUpload):
            uploads.get(Caller("two", Permission.WRITE), mine)
        assert not uploads._held
        assert uploads.get(Caller("one", Permission.WRITE), mine).id == mine
        uploads.close()
    finally:
        store.close()
