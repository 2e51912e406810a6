"""A new version of a large file over an old one: what both have in common does not travel, either way, and what arrives is the
new one whatever happens meanwhile."""

from __future__ import annotations

import itertools
import os
import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from filexfer.client.engine import Engine, EngineSettings
from filexfer.client.history import History
from filexfer.core.model import Conflict, Direction, Job, JobSpec, JobState
from tests.client.conftest import Share
from tests.client.places import Relay

MIB = 1 << 20
#: What calls and digests may take besides, in bytes.
TALK = 60_000

Engines = Callable[..., Engine]
Change = Callable[[bytes], bytes]


@pytest.fixture
def relay(share: Share) -> Iterator[Relay]:
    made = Relay(share.address)
    yield made
    made.close()


class Ends:
    """An old version where a file goes to, the new one where it comes from. Attributes: source, target (local places)."""

    def __init__(self, share: Share, relay: Relay, tmp_path: Path, direction: Direction) -> None:
        here, there = tmp_path / "here", share.folder
        here.mkdir(exist_ok=True)
        self.relay, self.direction = relay, direction
        self.source, self.target = (here / "f", there / "f") if direction is Direction.PUT else (there / "f", here / "f")
        self.pair = (str(here / "f"), "f") if direction is Direction.PUT else ("f", str(here / "f"))

    def lay(self, old: bytes, new: bytes) -> None:
        self.target.write_bytes(old)
        os.utime(self.target, ns=(0, 10**18))
        self.source.write_bytes(new)
        os.utime(self.source, ns=(0, 10**18 + 10**9))

    def spec(self, policy: Conflict = Conflict.OVERWRITE, checksum: bool = False, limit: int = 0) -> JobSpec:
        return JobSpec(self.direction, self.relay.address, (self.pair,), policy, checksum=checksum, limit=limit)

    def move(self, engine: Engine, policy: Conflict = Conflict.OVERWRITE, checksum: bool = False) -> tuple[Job, int]:
        """The job, and the bytes that travelled in its direction and in the other."""
        before = self.relay.up + self.relay.down
        job = engine.wait(engine.add(self.spec(policy, checksum)), 40)
        assert (job.state, job.error) == (JobState.DONE, "")
        return job, self.relay.up + self.relay.down - before

    def arrived(self) -> None:
        assert self.target.read_bytes() == self.source.read_bytes()
        assert self.target.stat().st_mtime_ns == self.source.stat().st_mtime_ns


@pytest.fixture(params=list(Direction), ids=lambda direction: direction.value)
def ends(request: pytest.FixtureRequest, share: Share, relay: Relay, tmp_path: Path) -> Ends:
    return Ends(share, relay, tmp_path, request.param)


def changed_in_place(*blocks: int) -> Change:
    def change(old: bytes) -> bytes:
        made = bytearray(old)
        for block in blocks:
            made[block * MIB + 5] ^= 1
        return bytes(made)

    return change


def moved_apart(old: bytes) -> bytes:
    """Insertions and deletions all over the file."""
    third = len(old) // 3
    return b"x" * 1000 + old[:third] + old[third + 70_001 : 2 * third] + os.urandom(300_000) + old[2 * third : -5]


CHANGES: dict[str, tuple[Change, int]] = {
    "some blocks changed in place": (changed_in_place(3, 17, 30), 3),
    "two of three blocks changed": (changed_in_place(*(at for at in range(33) if at % 3)), 22),
    "the last, short block changed": (lambda old: old[:-1] + b"y", 1),
    "nothing but the time": (lambda old: old, 0),
    "an insertion near the front": (lambda old: old[:700] + os.urandom(1000) + old[700:], 1),
    "an insertion in the middle": (lambda old: old[: 15 * MIB] + b"z" * 77 + old[15 * MIB :], 2),
    "a deletion near the front": (lambda old: old[100_000:], 2),
    "several insertions and deletions": (moved_apart, 7),
    "appended": (lambda old: old + os.urandom(3 * MIB), 5),
    "cut short": (lambda old: old[: 19 * MIB + 3], 1),
}


@pytest.mark.parametrize("name", CHANGES)
def test_only_blocks_that_changed_travel(ends: Ends, engine: Engine, name: str) -> None:
    change, blocks = CHANGES[name]
    old = random.Random(1).randbytes(33 * MIB + 12_345)
    new = change(old)
    ends.lay(old, new)
    job, passed = ends.move(engine)
    ends.arrived()
    assert passed < blocks * MIB + TALK
    assert job.bytes_moved + job.bytes_reused == job.bytes_done == len(new)
    assert job.bytes_moved <= blocks * MIB


def test_another_content_travels_once_and_hardly_more_is_asked(ends: Ends, engine: Engine) -> None:
    ends.lay(os.urandom(20 * MIB), os.urandom(20 * MIB))
    job, passed = ends.move(engine)
    ends.arrived()
    assert passed < 20 * MIB + TALK
    assert (job.bytes_moved, job.bytes_reused) == (20 * MIB, 0)


@pytest.mark.parametrize("policy", [Conflict.NEWER, Conflict.RENAME])
def test_other_policies_take_over_as_well(ends: Ends, engine: Engine, policy: Conflict) -> None:
    old = os.urandom(8 * MIB)
    ends.lay(old, changed_in_place(2)(old))
    _, passed = ends.move(engine, policy)
    assert passed < MIB + TALK
    if policy is Conflict.RENAME:
        assert ends.target.read_bytes() == old
        ends.target = next(path for path in ends.target.parent.iterdir() if path.is_file() and path != ends.target)
    ends.arrived()


def test_the_unchanged_file_costs_one_look(ends: Ends, engine: Engine, share: Share, monkeypatch: pytest.MonkeyPatch) -> None:
    called: list[str] = []
    from filexfer.client.session import Session

    begin = Session.begin

    def noted(self: Session, connection: object, method: str, *params: object) -> None:
        called.append(method)
        begin(self, connection, method, *params)  # type: ignore[arg-type]

    monkeypatch.setattr(Session, "begin", noted)
    ends.lay(b"", os.urandom(8 * MIB))
    ends.target.write_bytes(ends.source.read_bytes())
    os.utime(ends.target, ns=(0, ends.source.stat().st_mtime_ns))
    job, passed = ends.move(engine)
    assert (job.files_skipped, job.bytes_moved) == (1, 0)
    # Whether it is a folder is known only then: its list is asked for in the same breath.
    assert sorted(called) == ["file_list"] * (ends.direction is Direction.GET) + ["file_stat", "server_info"]
    assert passed < 5000


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    seed=st.integers(0, 1 << 30),
    edits=st.lists(
        st.tuples(st.sampled_from("insert delete change move".split()), st.floats(0, 1), st.integers(1, 1 << 21)), max_size=5
    ),
)
def test_whatever_was_edited_arrives(ends: Ends, engine: Engine, seed: int, edits: list[tuple[str, float, int]]) -> None:
    chance = random.Random(seed)
    # Parts of it are the same again and again, as in images of disks.
    old = b"".join(chance.choice([chance.randbytes(MIB // 2), bytes(MIB // 2)]) for _ in range(20)) + chance.randbytes(77)
    new = old
    for what, place, length in edits:
        at = int(place * len(new))
        fresh = chance.randbytes(length)
        piece = {"insert": fresh, "delete": b"", "change": fresh, "move": new[:length]}[what]
        new = new[:at] + piece + new[at + (0 if what in ("insert", "move") else length) :]
    ends.lay(old, new)
    ends.move(engine)
    ends.arrived()


def test_it_goes_on_after_an_interruption(ends: Ends, engines: Callable[..., Engine]) -> None:
    old = os.urandom(40 * MIB)
    new = changed_in_place(*range(0, 40, 2))(old)
    ends.lay(old, new)
    first = engines(EngineSettings())
    job_id = first.add(ends.spec(limit=10 * MIB))
    while first.job(job_id).bytes_done < 8 * MIB:
        first.wait(job_id, 0.01)
    first.pause(job_id)
    before = first.job(job_id).bytes_done
    assert before < len(new)
    ends.relay.cut_after(up=2 * MIB) if ends.direction is Direction.PUT else ends.relay.cut_after(down=2 * MIB)
    first.resume(job_id)
    job = first.wait(job_id, 40)
    assert (job.state, job.error) == (JobState.DONE, "")
    ends.arrived()
    assert job.bytes_done == len(new)


def test_an_old_version_that_changes_meanwhile_is_not_believed(
    ends: Ends, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    from filexfer.client.delta import Delta

    old = os.urandom(24 * MIB)
    ends.lay(old, changed_in_place(1)(old))
    take = Delta.take

    def late(self: Delta, part: object, bench: object) -> object:
        if ends.target.read_bytes() == old:
            ends.target.write_bytes(os.urandom(10 * MIB) + old[10 * MIB : 20 * MIB])
        return take(self, part, bench)  # type: ignore[arg-type]

    monkeypatch.setattr(Delta, "take", late)
    job, _ = ends.move(engine)
    ends.arrived()
    assert job.bytes_moved >= 14 * MIB
    assert job.bytes_moved + job.bytes_reused == len(old)


def test_an_old_version_that_is_taken_away_meanwhile_costs_nothing_but_bytes(
    ends: Ends, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    from filexfer.client.delta import Delta

    old = os.urandom(9 * MIB)
    ends.lay(old, changed_in_place(1)(old))
    begin = Delta.begin

    def late(self: Delta, *given: object) -> object:
        found = begin(self, *given)  # type: ignore[arg-type]
        ends.target.unlink(missing_ok=True)
        return found

    monkeypatch.setattr(Delta, "begin", late)
    ends.move(engine)
    ends.arrived()


def test_progress_counts_what_was_there_as_arrived_and_not_as_travelled(ends: Ends, engine: Engine) -> None:
    old = os.urandom(32 * MIB)
    ends.lay(old, changed_in_place(9)(old))
    seen: list[Job] = []
    end = engine.subscribe(lambda jobs: seen.extend(jobs))
    job, _ = ends.move(engine)
    end()
    for before, after in itertools.pairwise(seen):
        assert before.bytes_done <= after.bytes_done
        assert before.bytes_reused <= after.bytes_reused
    assert all(job.bytes_done < job.bytes_total for job in seen if not job.files_done and job.bytes_total)
    assert (job.bytes_moved, job.bytes_reused) == (MIB, 31 * MIB)


def test_the_history_takes_no_harm(engines: Engines, ends: Ends, tmp_path: Path) -> None:
    old = os.urandom(8 * MIB)
    ends.lay(old, changed_in_place(1)(old))
    engine = engines()
    job, _ = ends.move(engine)
    assert engine.job(job.id).bytes_reused == 7 * MIB
    history = History(tmp_path / "history" / "history.sqlite")
    assert history.job(job.id).bytes_done == 8 * MIB
    history.close()
