"""How many connections large files move over: more where more move more, by what is measured; never so that it harms."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from filexfer.client import connections, growth, pool, run
from filexfer.client.engine import Engine, EngineSettings
from filexfer.client.growth import Growth
from filexfer.client.run import RunSettings
from filexfer.core.model import Direction, JobSpec, JobState
from filexfer.server import Server
from filexfer.server.settings import Settings
from tests.client.conftest import Share
from tests.client.narrow import Narrow, narrow

_MIB = 1 << 20
_BOTH = pytest.mark.parametrize("direction", list(Direction))


# By figures alone


def _counts(growth: Growth, rate_of: dict[int, float], seconds: int) -> list[int]:
    """How many there are, second by second, where so many move so much."""
    moved, found = 0.0, []
    for now in range(seconds):
        if growth.look(float(now), int(moved)):
            growth.grow()
        moved += rate_of[growth.count]
        found.append(growth.count)
    return found


def test_it_doubles_while_that_pays_up_to_the_most() -> None:
    found = _counts(Growth(4, 16, 0.1), {4: 1e6, 8: 2e6, 16: 4e6}, 40)
    assert sorted(set(found)) == [4, 8, 16]
    assert found == sorted(found)


def test_it_goes_back_where_more_move_no_more_and_stays_there() -> None:
    made = Growth(4, 16, 0.1)
    found = _counts(made, {4: 1e6, 8: 1.2e6}, 100)
    assert [count for at, count in enumerate(found) if found[at - 1 : at] != [count]] == [4, 8, 4]
    assert made.settled


def test_it_waits_for_round_trips_to_pass_before_it_measures() -> None:
    assert set(_counts(Growth(4, 16, 1.0), {4: 1e6}, 39)) == {4}
    assert 8 in _counts(Growth(4, 16, 1.0), {4: 1e6, 8: 2e6}, 50)


def test_what_moves_while_some_have_nothing_to_do_is_not_counted() -> None:
    made = Growth(4, 16, 0.1)
    for now in range(50):
        if now % 3 == 2:
            made.disturb()
        assert not made.look(float(now), now)


def test_one_that_may_not_grow_is_settled_from_the_start() -> None:
    assert Growth(4, 4, 0.1).settled
    assert not Growth(4, 5, 0.1).settled


# With a server


@pytest.fixture(autouse=True)
def far(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every server is a far one, and there is no time to lose; that a busy machine answers late means nothing."""
    monkeypatch.setattr(run, "_FAR", -1.0)
    monkeypatch.setattr(growth, "_LEAST", (0.1, 0.2))
    monkeypatch.setattr(pool, "_LOOK", 0.02)
    monkeypatch.setattr(connections, "_JITTER", 5.0)


@pytest.fixture
def roomy(tmp_path: Path) -> Iterator[Share]:
    """A server that lets guests have 16 connections, for small blocks."""
    folder = tmp_path / "roomy"
    folder.mkdir()
    settings = Settings(workers=128, block_size=_MIB // 4)
    with Server(folder, listen=["http://127.0.0.1:0"], guest="write", settings=settings) as server:
        yield Share(folder, server)


def _moved(engine: Engine, share: Share, way: Narrow, direction: Direction, tmp_path: Path, mib: int) -> None:
    """Move a large file over the way, and compare it."""
    here, there = tmp_path / "here", share.folder / "there"
    source, target = (here, there) if direction is Direction.PUT else (there, here)
    source.write_bytes(os.urandom(_MIB) * mib)
    item = (str(here), "there") if direction is Direction.PUT else ("there", str(here))
    job = engine.wait(engine.add(JobSpec(direction, way.address, (item,))), 60)
    assert (job.state, job.error) == (JobState.DONE, "")
    assert target.read_bytes() == source.read_bytes()


@_BOTH
def test_slow_connections_become_more_as_far_as_the_server_says(
    share: Share, engine: Engine, tmp_path: Path, direction: Direction
) -> None:
    with narrow(share.address, 4e6) as way:
        _moved(engine, share, way, direction, tmp_path, 24)
    assert way.busy(_MIB) == 8


def test_where_all_share_one_bound_those_that_were_added_go_again(roomy: Share, engine: Engine, tmp_path: Path) -> None:
    with narrow(roomy.address, 8e6, shared=True) as way:
        _moved(engine, roomy, way, Direction.PUT, tmp_path, 16)
    assert way.busy(_MIB // 8) == 8
    assert way.lately(3 * _MIB) == 4


def test_none_is_added_where_a_new_one_takes_longer_to_come_about(
    share: Share, engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "_JITTER", -1.0)
    with narrow(share.address, 2e6) as way:
        _moved(engine, share, way, Direction.PUT, tmp_path, 8)
    assert way.busy(_MIB // 8) == 4


def test_none_is_added_under_a_limit(share: Share, engine: Engine, tmp_path: Path) -> None:
    engine.limit(8 * _MIB)
    with narrow(share.address, 8e6) as way:
        _moved(engine, share, way, Direction.PUT, tmp_path, 8)
    assert way.busy(_MIB // 8) <= 4


@_BOTH
def test_those_that_are_refused_harm_nothing(
    share: Share, engines: Callable[..., Engine], tmp_path: Path, direction: Direction
) -> None:
    engine = engines(EngineSettings(run=RunSettings(patience=0.1)))
    with narrow(share.address, 4e6, most=6) as way:
        _moved(engine, share, way, direction, tmp_path, 16)
    assert way.refused
