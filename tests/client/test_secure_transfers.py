"""Whole transfers over https: identical trees, interruptions of every kind, and what becomes of a job whose server does not know
it any more, or shows another key."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from filexfer.client.engine import Engine, EngineSettings
from filexfer.client.history import History
from filexfer.client.run import RunSettings
from filexfer.client.session import connect
from filexfer.client.vault import Vault
from filexfer.core.errors import KeyChanged, LoginNeeded
from filexfer.core.model import Direction, JobSpec, JobState
from filexfer.core.places import state_folder
from tests.client.house import House
from tests.client.places import MOVE, Process, Relay, SecurelyServed, snapshot, tree, until
from tests.client.test_resume import MIB, large_tree, rerun, whole

MIXED = {
    "a.txt": b"hello",
    "empty": None,
    "deep/er/est/leaf": b"x" * 70_000,
    "deep/zero": b"",
    "large.bin": os.urandom(5_300_000),
    "sub/exact.bin": os.urandom(2 << 20),
    **{f"many/{number}": b"%d" % number * 500 for number in range(300)},
}


@pytest.fixture
def vault() -> Vault:
    """This user's own, which is looked into where nobody says otherwise."""
    return Vault(state_folder())


@pytest.fixture
def house(tmp_path: Path, vault: Vault) -> Iterator[House]:
    with House(tmp_path) as made:
        vault.keep(made.address, made.device())
        yield made


@pytest.fixture
def served(tmp_path: Path) -> Iterator[SecurelyServed]:
    server = SecurelyServed(tmp_path / "share", tmp_path / "house")
    yield server
    server.close()


@pytest.fixture
def relay(served: SecurelyServed, vault: Vault) -> Iterator[Relay]:
    made = Relay(served.address)
    vault.keep(made.address, served.device())
    yield made
    made.close()


@pytest.mark.parametrize("lanes", ["auto", "xmlrpc"])
def test_a_tree_crosses_both_ways_identical(house: House, tmp_path: Path, lanes: str) -> None:
    source = tree(tmp_path / "source", MIXED)
    history = History(tmp_path / "h/history")
    engine = Engine(history, connect=lambda server: connect(server, lanes=lanes))  # type: ignore[arg-type]
    for direction, pair in ((Direction.PUT, (str(source), "in/side")), (Direction.GET, ("in/side", str(tmp_path / "back")))):
        job = engine.wait(engine.add(JobSpec(direction, house.address, (pair,))), 50)
        assert (job.state, job.files_done, job.error) == (JobState.DONE, 305, "")
    assert snapshot(source) == snapshot(house.share / "in/side") == snapshot(tmp_path / "back")
    engine.close()
    history.close()


@pytest.mark.parametrize("direction", [Direction.PUT, Direction.GET])
def test_a_client_killed_in_the_middle_goes_on_where_it_was(relay: Relay, tmp_path: Path, direction: Direction) -> None:
    here, there = tmp_path / "here", tmp_path / "share/t"
    source = large_tree(here if direction is Direction.PUT else there)
    pair = (str(here), "t") if direction is Direction.PUT else ("t", str(here))
    if direction is Direction.GET:
        with connect(relay.address) as session:
            until(lambda: not session.stat("t/large").etag.startswith("W/"), "its version is a strong one")
    process = Process(MOVE, tmp_path / "h/history", direction.value, relay.address, *pair, 30 * MIB)
    while int(process.line().split()[0]) < 15 * MIB:
        pass
    process.kill()
    before = relay.up + relay.down
    whole(rerun(tmp_path / "h/history", direction, relay.address, *pair), 901)
    total = sum(path.stat().st_size for path in source.rglob("*") if path.is_file())
    assert relay.up + relay.down - before < total * 0.75
    assert snapshot(here) == snapshot(there)


@pytest.mark.parametrize("direction", [Direction.PUT, Direction.GET])
def test_a_server_killed_in_mid_job_and_started_again_is_waited_for(
    served: SecurelyServed, vault: Vault, engine: Engine, tmp_path: Path, direction: Direction
) -> None:
    vault.keep(served.address, served.device())
    here, there = tmp_path / "here", tmp_path / "share/t"
    large_tree(here if direction is Direction.PUT else there)
    pair = (str(here), "t") if direction is Direction.PUT else ("t", str(here))
    job_id = engine.add(JobSpec(direction, served.address, (pair,), limit=40 * MIB))
    until(lambda: engine.job(job_id).bytes_done > 12 * MIB, "half of it is done")
    served.kill()
    served.again()
    whole(engine.wait(job_id, 50), 901)
    assert snapshot(here) == snapshot(there)


def test_a_connection_that_is_cut_again_and_again_ends_identical(relay: Relay, engine: Engine, tmp_path: Path) -> None:
    source = large_tree(tmp_path / "source")
    job_id = engine.add(JobSpec(Direction.PUT, relay.address, ((str(source), "t"),), limit=40 * MIB))
    for number in range(1, 6):
        until(lambda: engine.job(job_id).bytes_done > number * 4 * MIB, "a step of it is done")  # noqa: B023
        relay.cut()
    whole(engine.wait(job_id, 50), 901)
    assert snapshot(source) == snapshot(tmp_path / "share/t")


@pytest.mark.parametrize("direction", [Direction.PUT, Direction.GET])
def test_a_device_revoked_in_mid_job_ends_it_in_words_and_pairing_anew_lets_it_go_on(
    house: House, vault: Vault, engines: Callable[..., Engine], tmp_path: Path, direction: Direction
) -> None:
    here, there = tmp_path / "here", house.share / "t"
    large_tree(here if direction is Direction.PUT else there)
    pair = (str(here), "t") if direction is Direction.PUT else ("t", str(here))
    # Patience for a server that is gone does not count here.
    engine = engines(EngineSettings(run=RunSettings(patience=3600.0)))
    job_id = engine.add(JobSpec(direction, house.address, (pair,), limit=40 * MIB))
    until(lambda: engine.job(job_id).bytes_done > 8 * MIB, "a part of it is done")
    assert house.owner.call("device_revoke", "device") is True
    job = engine.wait(job_id, 20)
    assert (job.state, job.error_kind) == (JobState.FAILED, LoginNeeded.__name__)
    assert "air" in job.error
    vault.keep(house.address, house.device("again"))
    engine.retry(job_id)
    job = engine.wait(job_id, 50)
    assert (job.state, job.files_failed, job.files_done + job.files_skipped) == (JobState.DONE, 0, 901)
    assert snapshot(here) == snapshot(there)


def test_another_key_in_mid_job_ends_it_in_words(
    served: SecurelyServed, vault: Vault, engines: Callable[..., Engine], tmp_path: Path
) -> None:
    vault.keep(served.address, served.device())
    source = large_tree(tmp_path / "source")
    engine = engines(EngineSettings(run=RunSettings(patience=3600.0)))
    job_id = engine.add(JobSpec(Direction.PUT, served.address, ((str(source), "t"),), limit=40 * MIB))
    until(lambda: engine.job(job_id).bytes_done > 8 * MIB, "a part of it is done")
    served.kill()
    (tmp_path / "house/identity.pem").unlink()
    served.again()
    job = engine.wait(job_id, 20)
    assert (job.state, job.error_kind) == (JobState.FAILED, KeyChanged.__name__)
    assert "another key" in job.error
    vault.keep(served.address, served.device())
    engine.retry(job_id)
    assert engine.wait(job_id, 50).state is JobState.DONE
    assert snapshot(source) == snapshot(tmp_path / "share/t")


def test_without_pairing_a_job_ends_at_once_in_words(engine: Engine, tmp_path: Path) -> None:
    source = tree(tmp_path / "source", {"a": b"a"})
    job = engine.wait(engine.add(JobSpec(Direction.PUT, "https://127.0.0.1:1/", ((str(source), "t"),))), 20)
    assert (job.state, job.error_kind) == (JobState.FAILED, LoginNeeded.__name__)
    assert "filexfer pair" in job.error


def test_a_job_is_paused_and_goes_on(house: House, engine: Engine, tmp_path: Path) -> None:
    source = large_tree(tmp_path / "source")
    job_id = engine.add(JobSpec(Direction.PUT, house.address, ((str(source), "t"),), limit=40 * MIB))
    until(lambda: engine.job(job_id).bytes_done > 4 * MIB, "a part of it is done")
    engine.pause(job_id)
    assert engine.wait(job_id, 10).state is JobState.PAUSED
    engine.resume(job_id)
    whole(engine.wait(job_id, 50), 901)
    assert snapshot(source) == snapshot(house.share / "t")
