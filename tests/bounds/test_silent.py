"""Ten thousand connections that say nothing, and handshakes that never end: an honest client goes on as ever, from another
address and from the same one, memory and descriptors are bounded, and everything is given back."""

from __future__ import annotations

import resource
import socket
import time
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from filexfer.server import Settings
from tests.bounds.honest import MOST, Honest, whoever
from tests.bounds.stage import Stage, offending, staged

SILENT = 10_000
HANDSHAKES = 200
MEMORY = 300

pytestmark = pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="what a process holds is read from /proc")


def _crowds() -> list[int]:
    """How many connections each of some processes opens: as many as one may have."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    each = SILENT if hard == resource.RLIM_INFINITY else min(SILENT, hard - 256)
    if each < 500:
        pytest.skip(f"a process may have {hard} files here, too few for a crowd")
    sizes = [each] * (SILENT // each)
    return [*sizes, SILENT - sum(sizes)] if sum(sizes) < SILENT else sizes


def _until_given_back(stage: Stage, descriptors: int) -> None:
    end = time.monotonic() + 30
    while stage.descriptors() > descriptors:
        assert time.monotonic() < end, f"{stage.descriptors()} descriptors are left, {descriptors} there were"
        time.sleep(0.02)


@pytest.mark.parametrize("sends", ["", "GET /fil"], ids=["silent", "half a head"])
@pytest.mark.parametrize("addresses", [1, 10], ids=["one address", "ten addresses"])
def test_ten_thousand_silent_connections_and_handshakes_harm_nobody(addresses: int, sends: str) -> None:
    with (
        staged(tls=True) as stage,
        closing(Honest(stage.port, "127.0.0.1")) as elsewhere,
        closing(Honest(stage.port, "127.0.0.2")) as beside,
    ):
        calm, calm_beside = elsewhere.calm(), beside.calm()
        before = stage.descriptors()
        with ExitStack() as crowds:
            offenders = [
                crowds.enter_context(offending("silent", stage, count=count, addresses=addresses, sends=sends))
                for count in _crowds()
            ]
            crowds.enter_context(offending("silent", stage, count=HANDSHAKES, addresses=addresses, tls=True))
            assert elsewhere.slowed(calm) <= MOST
            if not sends:
                # Half a head is not idle, and has its time: who shares an address with a thousand of them waits for that.
                assert beside.slowed(calm_beside) <= MOST
            assert stage.memory("VmHWM") < MEMORY
            held = stage.descriptors()
        settings = Settings()
        print(f"{stage.memory('VmHWM')} MiB, {held} descriptors")
        assert sum(one.outcomes["opened"] for one in offenders) == SILENT
        assert held <= (settings.connections if addresses > 4 else settings.connections_per_address) + before + HANDSHAKES
        _until_given_back(stage, before + 2)
        assert stage.threads() <= 2 + settings.workers
        assert len([line for line in stage.log().splitlines() if "Too many connections" in line]) <= 1


def test_two_hundred_handshakes_that_stand_still_are_given_up_and_given_back() -> None:
    with staged(tls=True, handshake_seconds=0.5) as stage, closing(Honest(stage.port)) as honest:
        calm = honest.calm()
        before = stage.descriptors()
        # The first bytes of a record that says it has 500 more.
        with offending("silent", stage, count=HANDSHAKES, sends="\x16\x03\x01\x01\x7f", tls=True):
            assert honest.slowed(calm) <= MOST
            _until_given_back(stage, before + 2)
        assert honest.slowed(calm) <= MOST
        assert stage.memory("VmHWM") < MEMORY


#: MiB that one holds who has done its handshake and sent most of a record: there is no more to hold without rights.
_EACH = 60 / 1024
_GREETED = 400


def _most_of_a_record(port: int) -> socket.socket:
    with whoever().wrap_socket(socket.create_connection(("127.0.0.1", port), 20)) as greeted:
        sock = socket.socket(fileno=greeted.detach())
    sock.sendall(b"\x17\x03\x03" + (16_384 + 17).to_bytes(2, "big") + bytes(16_384))
    return sock


def test_who_greets_and_stays_holds_little_and_leaves_nothing() -> None:
    with staged(tls=True, handshakes=_GREETED, listing_seconds=1.0) as stage:
        with _most_of_a_record(stage.tls_port):
            base, before = stage.memory("VmRSS"), stage.descriptors()
        with ExitStack() as crowd:
            for _ in range(_GREETED):
                crowd.enter_context(_most_of_a_record(stage.tls_port))
            held = stage.memory("VmRSS") - base
            assert held < _GREETED * _EACH + 8
        _until_given_back(stage, before)
        end = time.monotonic() + 30
        while (left := stage.memory("VmRSS") - base) > held / 2:
            assert time.monotonic() < end, f"{left} of {held} MiB are left"
            time.sleep(0.05)
