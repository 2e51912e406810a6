"""Whole jobs over lines that break, fall silent, creep, lose answers: what arrives is identical, nothing is applied twice, and
nothing of ours stays behind on either side. Over TLS too."""

from __future__ import annotations

import itertools
import math
import os
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from filexfer.client.credentials import Credentials
from filexfer.client.engine import Engine, EngineSettings
from filexfer.client.history import History
from filexfer.client.run import RunSettings
from filexfer.client.session import connect
from filexfer.core.model import Conflict, Direction, JobSpec, JobState
from filexfer.core.places import control_socket
from filexfer.protocol import wire
from filexfer.server import Server, Settings
from tests.client.places import snapshot, until
from tests.client.places import tree as made
from tests.faults.relay import Relay

MIB = 1 << 20
#: Files that are there before, with other content, and are replaced.
OLD = {"large": b"old" * 5000, **{f"small/{number}": b"old" for number in range(0, 120, 10)}}


def contents() -> dict[str, bytes]:
    return {"large": os.urandom(6 * MIB), **{f"small/{number}": b"%03d" % number * 1500 for number in range(120)}}


@dataclass
class House:
    """A server behind a bad line, and an engine with little patience for silence."""

    folder: Path
    server: Server
    relay: Relay
    engine: Engine

    def run(self, direction: Direction, here: Path, disturb: Callable[[Relay], Callable[[], bool] | None]) -> None:
        """Move a tree while `disturb` is done to the line four times on the way: what has passed by then, not time, says when."""
        there = self.folder / "t"
        pair = (str(here), "t") if direction is Direction.PUT else ("t", str(here))
        spec = JobSpec(direction, self.relay.address, (pair,), on_conflict=Conflict.OVERWRITE)
        marks = [1 * MIB, 3 * MIB, 4 * MIB, 5 * MIB, math.inf]
        self.relay.allow(marks[0])
        job_id = self.engine.add(spec)
        for mark, following in itertools.pairwise(marks):
            until(lambda mark=mark: self.relay.up + self.relay.down >= mark, "more has passed")  # type: ignore[misc]
            felt = disturb(self.relay)
            self.relay.allow(following)
            if felt:
                until(felt, "it was felt")
                self.relay.flow()
        job = self.engine.wait(job_id, 60)
        assert (job.state, job.error, job.files_failed, job.files_done) == (JobState.DONE, "", 0, 121)
        assert snapshot(here) == snapshot(there)

    def replaced(self) -> list[str]:
        return sorted(item.path for item in self.server.current_share().store.trash.list())


@pytest.fixture(params=["http", "https"])
def house(memory: Path, request: pytest.FixtureRequest) -> Iterator[House]:
    state = memory / "state"
    server = Server(
        memory / "share",
        [f"{request.param}://127.0.0.1:0"],
        "write",
        settings=Settings(stall_seconds=0.5),
        state=state,
        control=control_socket(state),
    )
    with server, Relay(server.addresses[0]) as relay:
        history = History(memory / "history" / "history.sqlite")
        with connect(server.control_address) as owner:
            device = wire.struct(owner.call("device_add", "device", "write")) if request.param == "https" else None
        known = Credentials(wire.text(device["pin"]), wire.text(device["token"])) if device else None
        engine = Engine(
            history,
            settings=EngineSettings(run=RunSettings(patience=30.0)),
            connect=lambda address: connect(address, timeout=0.3, credentials=known),
        )
        yield House(memory / "share", server, relay, engine)
        engine.close()
        history.close()


def stall(relay: Relay) -> Callable[[], bool]:
    before = len(relay.lines)
    relay.stall()
    # Its silence was met: somebody has tried it anew.
    return lambda: len(relay.lines) > before


def creep(relay: Relay) -> Callable[[], bool]:
    before = relay.crept
    relay.pause = 0.002
    return lambda: relay.crept > before


#: What each does, and what shows that it was felt, where that is to be waited for.
DISTURBANCES: dict[str, Callable[[Relay], Callable[[], bool] | None]] = {
    "cut": lambda relay: relay.end("cut"),
    "reset": lambda relay: relay.end("reset"),
    "the latest dies first": lambda relay: relay.end("cut", reversed(relay.alive())),
    "one of them dies": lambda relay: relay.end("reset", relay.alive()[:1]),
    "they vanish": lambda relay: relay.end("vanished"),
    "silence": stall,
    "byte by byte": creep,
    "answers are cut": lambda relay: relay.lose_answers(2),
    "answers are cut within": lambda relay: relay.lose_answers(2, "reset", 150),
    "answers vanish": lambda relay: relay.lose_answers(1, "vanished"),
}


@pytest.mark.parametrize("direction", [Direction.PUT, Direction.GET])
@pytest.mark.parametrize("name", list(DISTURBANCES))
def test_a_job_over_a_bad_line_ends_identical_and_applies_nothing_twice(
    house: House, memory: Path, name: str, direction: Direction
) -> None:
    here, there = memory / "here", house.folder / "t"
    made(here if direction is Direction.PUT else there, contents())
    made(there if direction is Direction.PUT else here, OLD)
    house.run(direction, here, DISTURBANCES[name])
    # Those that broke were replaced; one that is slow is not given up.
    if name.startswith("answers"):
        assert len(house.relay.lines) > house.relay.lost > 0
    else:
        assert name == "byte by byte" or len(house.relay.lines) > 3
    if direction is Direction.PUT:
        assert house.replaced() == sorted(f"t/{name}" for name in OLD)
        assert house.server.current_share().store.uploads() == []
    else:
        assert not (here / ".filexfer").exists()


@pytest.mark.parametrize("house", ["http"], indirect=True)
def test_one_byte_a_second_is_given_up_and_harms_nobody(house: House) -> None:
    """The peer of a body that creeps is told nothing and cut off; others are served meanwhile."""
    (house.folder / "f").write_bytes(b"here")
    address = house.server.addresses[0]
    port = int(address.rstrip("/").rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), 20) as slow, connect(address) as other:
        slow.sendall(b"PUT /files/creeping HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n")
        rounds = 0
        try:
            while slow.send(b"x"):
                rounds += 1
                assert other.stat("f").size == 4
                assert rounds < 500
                time.sleep(0.05)
        except ConnectionError:
            pass
    until(lambda: house.server.current_share().store.uploads() == [], "nothing of it is kept")
    assert not (house.folder / "creeping").exists()
