"""Many at once: a slow call delays nobody, waits hold no worker, bounds hold, deadlines end what stands, shutdown drains."""

from __future__ import annotations

import errno
import os
import re
import resource
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from xmlrpc.client import Binary, ServerProxy

import pytest

from filexfer.core.model import Permission
from filexfer.server import Deferred
from filexfer.server.pool import Pool

OVER_BOTH = pytest.mark.parametrize("scheme", ["http", "https"])

XML = {"Content_Type": "text/xml"}


def until(condition) -> None:
    """Wait for what another thread is about to do."""
    end = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < end, "it never came about"
        time.sleep(0.001)


def workers() -> int:
    return sum(1 for thread in threading.enumerate() if thread.name == "filexfer-worker")


@pytest.fixture
def gate_call(running):
    """A method `slow` of `running` that stays at work until it is let go."""
    at_work, go_on = threading.Semaphore(0), threading.Event()

    def slow():
        at_work.release()
        assert go_on.wait(30)
        return "slow"

    running.server.register_function(slow)
    yield at_work, go_on
    go_on.set()


@OVER_BOTH
def test_fifty_callers_do_not_wait_for_a_slow_call(running, gate_call) -> None:
    at_work, go_on = gate_call
    slow = running.wire()
    slow.send(_call("slow"))
    assert at_work.acquire(timeout=20)

    def caller(n: int) -> str:
        with ServerProxy(running.url, context=running.context()) as proxy:
            return proxy.file_put(f"{n}", Binary(b"%d" % n))["outcome"]

    with ThreadPoolExecutor(50) as crowd:
        assert list(crowd.map(caller, range(50))) == ["created"] * 50
    go_on.set()
    assert slow.reply().value == "slow"
    assert running.held() == {str(n): b"%d" % n for n in range(50)}


def test_one_peer_takes_at_most_half_of_the_workers(serve, tmp_path) -> None:
    running = serve(workers=8, listen=("http://localhost:0", f"unix:{tmp_path}/x.sock"))
    at_work, go_on = threading.Semaphore(0), threading.Event()

    def slow():
        at_work.release()
        return go_on.wait(30)

    running.server.register_function(slow)
    greedy = [running.wire() for _ in range(6)]
    for wire in greedy:
        wire.send(_call("slow"))
    for _ in range(2):
        assert at_work.acquire(timeout=20)
    # Another address is served at once, though four more of the first one wait.
    assert running.wire(running.server.addresses[1]).call("server_info").status == 200
    assert not at_work.acquire(blocking=False)
    go_on.set()
    assert [wire.reply().value for wire in greedy] == [True] * 6


def test_silent_connections_hold_no_worker(running) -> None:
    before = workers()
    wires = [running.wire() for _ in range(100)]
    assert wires[0].call("server_info").status == 200
    assert workers() - before <= 2
    assert all(wire.call("server_info").status == 200 for wire in wires)


@OVER_BOTH
def test_long_polls_hold_no_worker_and_are_answered_from_any_thread(serve) -> None:
    running = serve(workers=4)
    waiting: list[Deferred] = []

    def later(caller):
        waiting.append(Deferred(30, lambda: "late"))
        return waiting[-1]

    running.server.register_method("later", later, Permission.READ, (("string",),))
    wires = [running.wire() for _ in range(40)]
    for wire in wires:
        wire.send(_call("later"))
    until(lambda: len(waiting) == 40)
    assert running.wire().call("server_info").status == 200
    for n, deferred in enumerate(waiting):
        threading.Thread(target=deferred.resolve, args=(f"value {n}",)).start()
    assert sorted(wire.reply().value for wire in wires) == sorted(f"value {n}" for n in range(40))
    # The connections go on as ever.
    assert all(wire.call("server_info").status == 200 for wire in wires)


def test_a_long_poll_times_out_in_its_own_words(running) -> None:
    running.server.register_method("later", lambda caller: Deferred(0.02, lambda: "nothing came"), Permission.READ)
    assert running.wire().call("later").value == "nothing came"


@OVER_BOTH
def test_a_long_poll_that_was_resolved_before_it_was_parked_is_answered(running) -> None:
    def at_once(caller):
        deferred = Deferred(30, lambda: "late")
        deferred.resolve("early")
        return deferred

    running.server.register_method("at_once", at_once, Permission.READ)
    wire = running.wire()
    for _ in range(50):
        assert wire.call("at_once").value == "early"


def test_errors_of_a_long_poll_are_faults(running) -> None:
    def broken(caller):
        deferred = Deferred(30, lambda: "late")
        deferred.resolve(ValueError("secret"))
        return deferred

    running.server.register_method("broken", broken, Permission.READ)
    body = running.wire().call("broken").body
    assert b"-32603" in body
    assert b"secret" not in body


@OVER_BOTH
def test_a_request_behind_a_long_poll_waits_for_its_turn(running) -> None:
    held: list[Deferred] = []

    def later(caller):
        held.append(Deferred(30, lambda: "late"))
        return held[-1]

    running.server.register_method("later", later, Permission.READ)
    wire = running.wire()
    wire.send(_call("later"))
    until(lambda: held)
    wire.send(_call("server_info"))
    held[0].resolve("first")
    assert wire.reply().value == "first"
    assert wire.reply().value["protocol"] == 1


@OVER_BOTH
def test_who_sends_on_during_a_long_poll_fills_no_memory(running) -> None:
    held: list[Deferred] = []

    def later(caller):
        held.append(Deferred(30, lambda: "late"))
        return held[-1]

    running.server.register_method("later", later, Permission.READ)
    wire = running.wire(timeout=0.2)
    wire.send(_call("later"))
    until(lambda: held)
    with pytest.raises(TimeoutError):
        while True:
            wire.send(_call("server_info") * 1000)
    assert sum(len(one.channel.ahead) for one in list(running.server._arrivals.here())) < 100_000
    held[0].resolve("first")
    wire.sock.settimeout(20)
    assert wire.reply().value == "first"


@OVER_BOTH
def test_who_hangs_up_during_a_long_poll_ends_it(running) -> None:
    ended = threading.Event()

    def later(caller):
        deferred = Deferred(30, lambda: "late")
        deferred.on_end(ended.set)
        return deferred

    running.server.register_method("later", later, Permission.READ)
    wire = running.wire()
    wire.send(_call("later"))
    wire.sock.close()
    assert ended.wait(20)


def test_connections_beyond_the_bound_are_turned_away_at_once(serve, caplog) -> None:
    running = serve(connections_per_address=3)
    held = [running.wire() for _ in range(3)]
    for wire in held:
        # In the middle of a request each: not idle, so none gives way.
        wire.send(b"GET /fil")
    until(lambda: sum(1 for one in list(running.server._loop._parked) if not one.evictable) == 3)
    for _ in range(3):
        assert running.wire().reply().status == 503
    assert caplog.text.count("Too many connections") == 1
    for wire in held:
        wire.send(b"es/none HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert wire.reply().status == 404


@pytest.mark.parametrize("bound", ["connections", "connections_per_address"])
def test_an_idle_connection_gives_way_to_a_new_one(serve, bound: str) -> None:
    running = serve(**{bound: 3})
    wires = [running.wire() for _ in range(10)]
    assert wires[-1].call("server_info").status == 200
    assert wires[0].ended()


def test_running_out_of_descriptors_is_survived(serve) -> None:
    running = serve()
    assert running.wire().call("server_info").status == 200
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with socket.socket() as late:
        late.settimeout(20)
        filling = [os.dup(late.fileno())]
        try:
            # The limit is on numbers: those that are free below it are taken first.
            resource.setrlimit(resource.RLIMIT_NOFILE, (max(map(int, os.listdir("/proc/self/fd"))) + 1, hard))
            with pytest.raises(OSError, match="Too many open files"):
                while True:
                    filling.append(os.dup(late.fileno()))
            late.connect(("127.0.0.1", running.port))
            until(lambda: running.server._loop._paused)
        finally:
            for descriptor in filling:
                os.close(descriptor)
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        late.sendall(_call("server_info"))
        assert late.recv(100).startswith(b"HTTP/1.1 200")


@OVER_BOTH
def test_a_head_that_does_not_end_is_given_up(serve) -> None:
    running = serve(head_seconds=0.05, idle_seconds=30)
    wire = running.wire()
    wire.send(b"GET / HTTP/1.1\r\n")
    assert wire.reply().status == 408
    assert wire.ended()


@OVER_BOTH
def test_bytes_that_trickle_do_not_extend_the_deadline_of_a_head(serve) -> None:
    wire = serve(head_seconds=0.3, idle_seconds=30).wire()
    begun = time.monotonic()
    try:
        while time.monotonic() < begun + 20:
            wire.send(b"x")
            time.sleep(0.01)
    except OSError:
        pass
    assert time.monotonic() < begun + 20


@OVER_BOTH
def test_a_connection_that_says_nothing_is_closed(serve) -> None:
    assert serve(head_seconds=0.05).wire().ended()


@OVER_BOTH
def test_an_idle_connection_is_closed(serve) -> None:
    wire = serve(idle_seconds=0.05).wire()
    assert wire.call("server_info").status == 200
    assert wire.ended()


@OVER_BOTH
def test_a_body_that_stands_still_is_given_up(serve) -> None:
    running = serve(stall_seconds=0.05)
    for request in (
        b"PUT /files/f HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nx",
        b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/xml\r\nContent-Length: 100\r\n\r\n<",
    ):
        wire = running.wire()
        wire.send(request)
        assert wire.ended()
    assert running.held() == {}


@OVER_BOTH
def test_a_body_that_trickles_is_given_up(serve) -> None:
    running = serve(stall_seconds=0.1, body_rate=1 << 20)
    wire = running.wire()
    wire.send(b"PUT /files/f HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n")
    begun = time.monotonic()
    try:
        while time.monotonic() < begun + 20:
            wire.send(b"x")
            time.sleep(0.005)
    except OSError:
        pass
    assert time.monotonic() < begun + 20


@OVER_BOTH
def test_who_does_not_read_its_answer_is_given_up(serve) -> None:
    running = serve(stall_seconds=0.1)
    with (running.folder / "f").open("wb") as sparse:
        sparse.truncate(256 << 20)
    wire = running.wire()
    wire.send(b"GET /files/f HTTP/1.1\r\nHost: localhost\r\n\r\n")
    until(lambda: not running.server._arrivals.here())


@OVER_BOTH
def test_half_open_peers_leave_nothing_behind(serve) -> None:
    running = serve(head_seconds=0.1, idle_seconds=0.1, stall_seconds=0.1)
    wires = [running.wire() for _ in range(30)]
    for n, wire in enumerate(wires):
        wire.send([b"", b"GET", b"PUT /files/f HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n"][n % 3])
    # None of them closes, none answers: as after a pulled cable.
    until(lambda: not running.server._arrivals.here())
    assert running.server._loop._census._each == {}


@OVER_BOTH
def test_closing_lets_a_call_under_way_finish(running, gate_call) -> None:
    at_work, go_on = gate_call
    wire, idle = running.wire(), running.wire()
    wire.send(_call("slow"))
    assert at_work.acquire(timeout=20)
    until(lambda: len(running.server._loop._parked) == 1)  # the idle one is, at last
    closing = threading.Thread(target=running.server.close, args=(20,))
    closing.start()
    assert idle.ended()
    go_on.set()
    reply = wire.reply()
    assert reply.value == "slow"
    assert reply.headers["connection"] == "close"
    closing.join(20)
    assert not closing.is_alive()


@OVER_BOTH
def test_closing_cuts_off_at_its_deadline_and_keeps_what_was_received(serve) -> None:
    running = serve()
    upload = running.proxy().upload_open("f", 2 << 20, {"key": "k"})["upload_id"]
    wire = running.wire()
    wire.request(f"PUT /uploads/{upload}/0", bytes(1 << 20))
    wire.send(
        b"PUT /uploads/%s/%d HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\nxxx" % (upload.encode(), 1 << 20, 1 << 20)
    )
    until(
        lambda: any(
            one._request and one._request.head.length == 1 << 20 and one not in running.server._loop._parked
            for one in list(running.server._arrivals.here())
        )
    )
    running.server.close(0.05)
    assert wire.ended()
    assert running.held() == {}
    assert serve().proxy().upload_open("f", 2 << 20, {"key": "k"})["missing"] == [[1 << 20, 2 << 20]]


@OVER_BOTH
def test_closing_ends_long_polls(running) -> None:
    held: list[Deferred] = []

    def later(caller):
        held.append(Deferred(30, lambda: "late"))
        return held[-1]

    running.server.register_method("later", later, Permission.READ)
    wire = running.wire()
    wire.send(_call("later"))
    until(lambda: held and running.server._loop._parked)
    running.server.close(20)
    assert wire.ended()
    until(lambda: held[0].done)


def _call(method: str) -> bytes:
    body = f"<methodCall><methodName>{method}</methodName></methodCall>".encode()
    return b"POST /RPC2 HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/xml\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)


# ---- the pool by itself


def test_the_pool_starts_a_thread_for_each_task_up_to_its_bound() -> None:
    pool = Pool(3, 5.0)
    at_work, go_on = threading.Semaphore(0), threading.Event()

    def task() -> None:
        at_work.release()
        go_on.wait(20)

    for n in range(5):
        pool.submit(f"peer {n}", task)
    for _ in range(3):
        assert at_work.acquire(timeout=20)
    assert pool.pressed("peer 0")
    assert not at_work.acquire(blocking=False)
    go_on.set()
    for _ in range(2):
        assert at_work.acquire(timeout=20)
    assert pool.close(time.monotonic() + 20)


def test_peers_that_wait_are_served_in_turn() -> None:
    pool = Pool(1, 5.0)
    order, go_on, done = [], threading.Event(), threading.Event()
    pool.submit("first", lambda: go_on.wait(20))
    for n in range(3):
        pool.submit("crowd", lambda n=n: order.append(f"crowd {n}"))
    pool.submit("single", lambda: order.append("single"))
    pool.submit("crowd", done.set)
    go_on.set()
    assert done.wait(20)
    assert order.index("single") <= 1
    assert [one for one in order if one != "single"] == ["crowd 0", "crowd 1", "crowd 2"]
    pool.close(time.monotonic() + 20)


def test_a_worker_survives_a_task_that_raises(caplog) -> None:
    pool = Pool(1, 5.0)
    done = threading.Event()

    def fails() -> None:
        raise MemoryError

    pool.submit("a", fails)
    pool.submit("a", done.set)
    assert done.wait(20)
    assert "MemoryError" in caplog.text
    pool.close(time.monotonic() + 20)


def test_idle_workers_end_and_come_back() -> None:
    pool = Pool(4, 0.01)
    for _ in range(5):
        done = threading.Event()
        pool.submit("a", done.set)
        assert done.wait(20)
        until(lambda: pool._threads == 0)
    assert pool.close(time.monotonic() + 20)


def test_the_pool_loses_no_task_among_threads_that_come_and_go() -> None:
    pool = Pool(8, 0.001)
    count, lock = [0], threading.Lock()

    def task() -> None:
        with lock:
            count[0] += 1

    def feed(peer: str) -> None:
        for n in range(2000):
            pool.submit(peer, task)
            if n % 100 == 0:
                time.sleep(0.002)

    feeders = [threading.Thread(target=feed, args=(f"peer {n}",)) for n in range(3)]
    for feeder in feeders:
        feeder.start()
    for feeder in feeders:
        feeder.join()
    until(lambda: count[0] == 6000)
    assert re.fullmatch(r"\d+", str(pool._threads))
    assert pool.close(time.monotonic() + 20)
    assert pool._networks == {}


class Faltering:
    """A listening socket whose next calls of `accept` fail in these ways."""

    def __init__(self, sock: socket.socket, *failures: Exception) -> None:
        self._sock = sock
        self._failures = list(failures)

    def accept(self) -> tuple[socket.socket, object]:
        if self._failures:
            raise self._failures.pop(0)
        return self._sock.accept()

    def __getattr__(self, name: str) -> object:
        return getattr(self._sock, name)


@pytest.mark.parametrize(
    "failures",
    [
        [OSError(errno.EPROTO, "protocol error")],
        [OSError(errno.ENETDOWN, "network is down")] * 200,
        [MemoryError()],
        [RuntimeError("not foreseen")],
    ],
    ids=["one", "many", "no memory", "not foreseen"],
)
def test_what_accept_may_say_ends_nothing(serve, failures: list[Exception]) -> None:
    running = serve(listen=("http://127.0.0.1:0",))
    (listener,) = running.server._doors._listeners
    listener.sock = Faltering(listener.sock, *failures)
    assert running.wire().call("server_info").status == 200
    assert listener.sock._failures == []


@OVER_BOTH
def test_neither_an_act_on_the_loop_nor_a_connection_that_fails_there_ends_it(running, caplog) -> None:
    def fails() -> None:
        raise MemoryError

    wire, loop = running.wire(), running.server._loop
    wire.call("server_info")
    until(lambda: loop._parked)
    (parked,) = loop._parked
    parked.expired, parked.deadline = fails, 0.0
    loop._next_deadline = 0.0
    loop.call(fails)
    assert wire.ended()
    assert running.wire().call("server_info").status == 200
    assert "not foreseen" in caplog.text
