"""A flood of TLS handshakes from one address, done and abandoned or left half done, as fast as it can: an honest client goes on
as ever, over the connection it has and over new ones, and memory and descriptors are bounded."""

from __future__ import annotations

import time
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from filexfer.server import Settings
from filexfer.server.handshakes import _MANY, Handshakes
from tests.bounds.honest import MOST, Honest
from tests.bounds.stage import offending, staged
from tests.bounds.test_silent import _until_given_back

MEMORY = 150
FLOODS = 2
DEFAULT = Settings()


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="what a process holds is read from /proc")
@pytest.mark.parametrize(("kind", "keep"), [("abandoned", 0), ("half", 0), ("half", 450)])
def test_a_flood_of_handshakes_harms_nobody_else(kind: str, keep: int) -> None:
    with (
        staged(tls=True) as stage,
        closing(Honest(stage.port)) as calls,
        closing(Honest(stage.tls_port, tls=True)) as connects,
    ):
        calm, calm_connecting = calls.calm(), connects.calm()
        connects.close()
        before = stage.descriptors()
        began = time.monotonic()
        with ExitStack() as floods:
            offenders = [floods.enter_context(offending("handshakes", stage, kind=kind, keep=keep)) for _ in range(FLOODS)]
            slowed = [one.slowed(usual) for _ in range(3) for one, usual in ((calls, calm), (connects, calm_connecting))]
            held, peak = stage.descriptors(), stage.memory("VmHWM")
        took = time.monotonic() - began
        begun = sum(one.outcomes.get("done", 0) + one.outcomes.get("answered", 0) for one in offenders)
        old, new = max(slowed[::2]), max(slowed[1::2])
        print(f"{kind}, {keep} kept: {old:.2f} and {new:.2f} times as long, {peak} MiB; {begun} in {took:.1f} s")
        assert 50 < begun <= DEFAULT.handshakes * (took + 1.1)
        assert max(slowed) <= MOST
        assert peak < MEMORY
        assert held <= before + DEFAULT.connections_per_address + 8
        connects.close()
        _until_given_back(stage, before + 2)
        assert stage.threads() <= 2 + DEFAULT.workers
        assert len([line for line in stage.log().splitlines() if "handshakes" in line]) <= 1


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_as_many_as_a_second_has_begin_at_once_and_those_beyond_at_their_rate() -> None:
    handshakes = Handshakes(8, 5.0, Clock())
    assert [handshakes.wait("a") for _ in range(9)] == [0.0] * 9
    assert [handshakes.wait("a") for _ in range(4)] == [0.125, 0.25, 0.375, 0.5]
    assert handshakes.wait("b") == 0.0


def test_who_would_wait_too_long_is_to_go_and_does_not_delay_the_others_by_that() -> None:
    clock = Clock()
    handshakes = Handshakes(8, 2.0, clock)
    waits = [handshakes.wait("a") for _ in range(1000)]
    assert waits.count(None) == 1000 - 25
    clock.now += 1.0
    assert [handshakes.wait("a") for _ in range(9)].count(None) == 1
    clock.now += 60.0
    assert [handshakes.wait("a") for _ in range(9)] == [0.0] * 9


def test_however_many_are_let_wait_the_rate_is_kept() -> None:
    clock = Clock()
    handshakes = Handshakes(100, 1.0, clock)
    begins = []
    for _ in range(5000):
        clock.now += 0.002
        wait = handshakes.wait("a")
        if wait is not None:
            begins.append(clock.now + wait)
    assert 1000 <= len(begins) <= 1250  # ten seconds' worth, and what may come at once and wait
    assert begins == sorted(begins)
    assert all(later - earlier >= 0.99 for earlier, later in zip(begins[200:], begins[300:], strict=False))


def test_addresses_that_are_quiet_are_forgotten() -> None:
    clock = Clock()
    handshakes = Handshakes(100, 1.0, clock)
    for number in range(50_000):
        clock.now += 0.001
        handshakes.wait(f"address {number}")
    assert len(handshakes._even) <= _MANY + 1
