"""Interruptions: killed clients, killed servers, cut connections, pause. What was verified is not sent again; the end is
identical."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from filexfer.client.engine import Engine, EngineSettings
from filexfer.client.history import History
from filexfer.client.run import RunSettings
from filexfer.client.session import connect
from filexfer.core.model import BATCH_BYTES, Conflict, Direction, Job, JobSpec, JobState
from tests.client.conftest import Share
from tests.client.fake import FakeServer, contents, entry, listing
from tests.client.places import MOVE, Process, Relay, Served, snapshot, tree, until

MIB = 1 << 20
#: Bytes of one large file and of many small ones.
LARGE = 24 * MIB
SMALL = {f"small/{number % 7}/{number}": b"%06d" % number * 1000 for number in range(900)}


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    server = Served(tmp_path / "share")
    yield server
    server.close()


@pytest.fixture
def relay(served: Served) -> Iterator[Relay]:
    made = Relay(served.address)
    yield made
    made.close()


def large_tree(top: Path) -> Path:
    return tree(top, {"large": os.urandom(LARGE), **SMALL})


def kill_in_the_middle(
    history: Path,
    direction: str,
    address: str,
    source: str | Path,
    target: str | Path,
    least: int,
    policy: Conflict = Conflict.FAIL,
    limit: int = 30 * MIB,
) -> int:
    """Run a job in a process of its own, kill it once `least` bytes are done; how many were."""
    process = Process(MOVE, history, direction, address, source, target, str(limit), policy.value)
    done = 0
    while done < least:
        word, state = process.line().split()[:2]
        assert state in ("running", "waiting"), "it ended before it could be killed"
        done = int(word)
    process.kill()
    return done


def rerun(
    history: Path, direction: Direction, address: str, source: str | Path, target: str | Path, policy: Conflict = Conflict.FAIL
) -> Job:
    remembered = History(history)
    engine = Engine(remembered)
    job = engine.wait(engine.add(JobSpec(direction, address, ((str(source), str(target)),), policy)), 40)
    engine.close()
    assert len(remembered.jobs()) == 1
    remembered.close()
    return job


def whole(job: Job, files: int) -> None:
    """Everything arrived. What was published just before the kill, unnoticed, counts as found there: at most two batches."""
    assert (job.state, job.error, job.error_kind, job.files_failed) == (JobState.DONE, "", "", 0)
    assert job.files_done + job.files_skipped == job.files_total == files
    assert job.files_skipped <= 2 * (BATCH_BYTES // 6000)


def test_a_client_killed_in_mid_put_goes_on_where_it_was(relay: Relay, tmp_path: Path) -> None:
    source = large_tree(tmp_path / "source")
    done = kill_in_the_middle(tmp_path / "h/history", "put", relay.address, source, "t", 15 * MIB)
    before = relay.up
    whole(rerun(tmp_path / "h/history", Direction.PUT, relay.address, source, "t"), 901)
    total = sum(path.stat().st_size for path in source.rglob("*") if path.is_file())
    # Base64 of the small files' batches costs a third; a batch and a few blocks under way may be lost.
    assert relay.up - before < (total - done) * 1.4 + 6 * MIB
    assert relay.up - before < total * 0.7
    assert snapshot(source) == snapshot(tmp_path / "share/t")


def test_a_client_killed_in_mid_get_goes_on_where_it_was(relay: Relay, tmp_path: Path) -> None:
    source = large_tree(tmp_path / "share/t")
    with connect(relay.address) as session:
        # Of a file that has just been written nobody knows whether it is the same later.
        until(lambda: not session.stat("t/large").etag.startswith("W/"), "its version is a strong one")
    done = kill_in_the_middle(tmp_path / "h/history", "get", relay.address, "t", tmp_path / "back", 15 * MIB)
    before = relay.down
    whole(rerun(tmp_path / "h/history", Direction.GET, relay.address, "t", tmp_path / "back"), 901)
    total = sum(path.stat().st_size for path in source.rglob("*") if path.is_file())
    assert relay.down - before < (total - done) * 1.4 + 6 * MIB
    assert relay.down - before < total * 0.7
    assert snapshot(source) == snapshot(tmp_path / "back")


@pytest.mark.parametrize("direction", list(Direction))
def test_a_client_killed_in_mid_delta_leaves_the_old_version_whole_and_goes_on(
    relay: Relay, tmp_path: Path, direction: Direction
) -> None:
    here, there = tmp_path / "here" / "f", tmp_path / "share" / "f"
    source, target = (here, there) if direction is Direction.PUT else (there, here)
    here.parent.mkdir()
    blocks = [os.urandom(MIB) for _ in range(40)]
    target.write_bytes(old := b"".join(blocks))
    source.write_bytes(new := b"".join(os.urandom(MIB) if number % 5 in (1, 3) else block for number, block in enumerate(blocks)))
    os.utime(target, ns=(0, 10**18))
    with connect(relay.address) as session:
        until(lambda: not session.stat("f").etag.startswith("W/"), "its version is a strong one")
    ends = (here, "f") if direction is Direction.PUT else ("f", here)
    kill_in_the_middle(tmp_path / "h/history", direction.value, relay.address, *ends, 30 * MIB, Conflict.OVERWRITE, 10 * MIB)
    assert target.read_bytes() == old
    assert {path.name for path in target.parent.iterdir()} <= {"f", ".filexfer"}
    before = relay.up + relay.down
    job = rerun(tmp_path / "h/history", direction, relay.address, *ends, Conflict.OVERWRITE)
    assert (job.state, job.error, target.read_bytes() == new) == (JobState.DONE, "", True)
    # What differs is 16 MiB, and 10 at most had not arrived; blocks that were under way may be lost.
    assert relay.up + relay.down - before < 12 * MIB
    assert {path.name for path in target.parent.iterdir()} <= {"f", ".filexfer"}


@pytest.mark.parametrize("direction", [Direction.PUT, Direction.GET])
def test_a_server_killed_in_mid_job_and_started_again_is_waited_for(
    served: Served, engine: Engine, tmp_path: Path, direction: Direction
) -> None:
    here, there = tmp_path / "here", tmp_path / "share/t"
    source = large_tree(here if direction is Direction.PUT else there)
    pair = (str(here), "t") if direction is Direction.PUT else ("t", str(here))
    job_id = engine.add(JobSpec(direction, served.address, (pair,), limit=40 * MIB))
    until(lambda: engine.job(job_id).bytes_done > 12 * MIB, "half of it is done")
    served.kill()
    assert not engine.job(job_id).state.ended
    served.again()
    job = engine.wait(job_id, 40)
    assert (job.state, job.error, job.files_done) == (JobState.DONE, "", 901)
    assert snapshot(source) == snapshot(there if direction is Direction.PUT else here)


@pytest.mark.parametrize("direction", [Direction.PUT, Direction.GET])
def test_a_server_that_stays_away_ends_the_job_in_words_and_a_later_run_goes_on(
    served: Served, engines: Callable[..., Engine], tmp_path: Path, direction: Direction
) -> None:
    engine = engines(EngineSettings(run=RunSettings(patience=0.3)))
    here, there = tmp_path / "here", tmp_path / "share/t"
    source = large_tree(here if direction is Direction.PUT else there)
    pair = (str(here), "t") if direction is Direction.PUT else ("t", str(here))
    spec = JobSpec(direction, served.address, (pair,), limit=40 * MIB)
    job_id = engine.add(spec)
    until(lambda: engine.job(job_id).bytes_done > 12 * MIB, "half of it is done")
    served.kill()
    job = engine.wait(job_id, 20)
    assert job.state is JobState.FAILED
    assert job.error_kind in ("ConnectionFailed", "ConnectionLost")
    assert served.address in job.error
    assert job.files_failed == 0
    served.again()
    assert engine.add(spec) == job_id
    whole(engine.wait(job_id, 40), 901)
    assert snapshot(source) == snapshot(there if direction is Direction.PUT else here)


@pytest.mark.parametrize("direction", [Direction.PUT, Direction.GET])
def test_connections_that_break_again_and_again_lose_nothing(
    relay: Relay, engine: Engine, tmp_path: Path, direction: Direction
) -> None:
    here, there = tmp_path / "here", tmp_path / "share/t"
    source = large_tree(here if direction is Direction.PUT else there)
    pair = (str(here), "t") if direction is Direction.PUT else ("t", str(here))
    job_id = engine.add(JobSpec(direction, relay.address, (pair,), limit=60 * MIB))
    for share_done in (2, 5, 8, 11, 14, 17, 20, 23):
        until(lambda least=share_done: engine.job(job_id).bytes_done > least * MIB, "more is done")  # type: ignore[misc]
        relay.cut()
    job = engine.wait(job_id, 40)
    assert (job.state, job.error, job.files_done, job.files_failed) == (JobState.DONE, "", 901, 0)
    assert snapshot(source) == snapshot(there if direction is Direction.PUT else here)


@pytest.mark.parametrize("direction", [Direction.PUT, Direction.GET])
def test_a_paused_job_keeps_what_arrived_and_goes_on(relay: Relay, engine: Engine, tmp_path: Path, direction: Direction) -> None:
    here, there = tmp_path / "here", tmp_path / "share/t"
    source = large_tree(here if direction is Direction.PUT else there)
    pair = (str(here), "t") if direction is Direction.PUT else ("t", str(here))
    job_id = engine.add(JobSpec(direction, relay.address, (pair,), limit=40 * MIB))
    until(lambda: engine.job(job_id).bytes_done > 15 * MIB, "half of it is done")
    engine.pause(job_id)
    paused = engine.wait(job_id, 20)
    assert (paused.state, paused.rate, paused.waits_for) == (JobState.PAUSED, 0.0, "")
    passed = relay.up + relay.down
    engine.resume(job_id)
    job = engine.wait(job_id, 40)
    assert (job.state, job.error, job.files_done) == (JobState.DONE, "", 901)
    assert relay.up + relay.down - passed < (LARGE - 15 * MIB + 900 * 6000) * 1.4 + 6 * MIB
    assert snapshot(source) == snapshot(there if direction is Direction.PUT else here)


def test_a_job_waiting_for_its_turn_can_be_paused_and_moved_before_others(
    served: Served, engines: Callable[..., Engine], tmp_path: Path
) -> None:
    engine = engines(EngineSettings(jobs=1))
    tree(tmp_path / "source", {"slow": b"s" * 4 * MIB, "a": b"1", "b": b"2", "c": b"3"})
    first, *others = (
        engine.add(JobSpec(Direction.PUT, served.address, ((str(tmp_path / "source" / name), name),), limit=limit))
        for name, limit in (("slow", 2 * MIB), ("a", 0), ("b", 0), ("c", 0))
    )
    assert [engine.job(job_id).state for job_id in others] == [JobState.WAITING] * 3
    engine.pause(others[1])
    engine.move(others[2], engine.job(first).position - 1)
    assert [job.id for job in engine.jobs()] == [others[2], first, others[0], others[1]]
    ended = []
    engine.subscribe(lambda jobs: ended.extend(job.id for job in jobs if job.state is JobState.DONE))
    for job_id in (first, others[0], others[2]):
        assert engine.wait(job_id, 20).state is JobState.DONE
    assert engine.job(others[1]).state is JobState.PAUSED
    assert engine.job(others[2]).finished_ns < engine.job(others[0]).finished_ns
    engine.resume(others[1])
    assert engine.wait(others[1], 20).state is JobState.DONE


@pytest.mark.parametrize("direction", [Direction.PUT, Direction.GET])
def test_a_cancelled_job_leaves_nothing_half_written(
    served: Served, engine: Engine, tmp_path: Path, direction: Direction
) -> None:
    here, there = tmp_path / "here", tmp_path / "share/t"
    source = large_tree(here if direction is Direction.PUT else there)
    pair = (str(here), "t") if direction is Direction.PUT else ("t", str(here))
    job_id = engine.add(JobSpec(direction, served.address, (pair,), limit=40 * MIB))
    until(lambda: engine.job(job_id).bytes_done > 10 * MIB, "some of it is done")
    engine.cancel(job_id)
    assert engine.wait(job_id, 20).state is JobState.CANCELLED
    target = there if direction is Direction.PUT else here
    engine.close()
    whole = {path.relative_to(source): path.read_bytes() for path in source.rglob("*") if path.is_file()}
    for path in target.rglob("*"):
        assert not path.is_file() or path.read_bytes() == whole[path.relative_to(target)]
    areas = [tmp_path / "share/.filexfer/uploads", here / ".filexfer"]
    assert [path for area in areas if area.exists() for path in area.rglob("*") if path.suffix != ".done"] == []


@pytest.mark.parametrize("direction", [Direction.PUT, Direction.GET])
def test_a_job_cancelled_while_it_is_paused_leaves_nothing_half_written_either(
    served: Served, engine: Engine, tmp_path: Path, direction: Direction
) -> None:
    here, there = tmp_path / "here", tmp_path / "share/t"
    tree(here if direction is Direction.PUT else there, {"large": os.urandom(LARGE)})
    pair = (str(here), "t") if direction is Direction.PUT else ("t", str(here))
    job_id = engine.add(JobSpec(direction, served.address, (pair,), limit=40 * MIB))
    until(lambda: engine.job(job_id).bytes_done > 8 * MIB, "some of it is done")
    engine.pause(job_id)
    assert engine.wait(job_id, 20).state is JobState.PAUSED
    area = tmp_path / "share/.filexfer/uploads" if direction is Direction.PUT else here / ".filexfer"
    assert [path for path in area.rglob("*") if path.is_file()]
    engine.cancel(job_id)
    assert engine.job(job_id).state is JobState.CANCELLED
    engine.close()
    assert [path for path in area.rglob("*") if path.is_file()] == []


def test_closing_an_engine_leaves_its_job_for_another_to_adopt(
    served: Served, engines: Callable[..., Engine], tmp_path: Path
) -> None:
    source = large_tree(tmp_path / "source")
    first, second = engines(), engines()
    job_id = first.add(JobSpec(Direction.PUT, served.address, ((str(source), "t"),), limit=40 * MIB))
    until(lambda: first.job(job_id).bytes_done > 8 * MIB, "some of it is done")
    assert second.adopt() == []
    assert second.job(job_id).state is JobState.RUNNING
    first.close()
    assert second.job(job_id).state is JobState.PAUSED
    assert second.adopt() == [job_id]
    whole(second.wait(job_id, 40), 901)
    assert snapshot(source) == snapshot(tmp_path / "share/t")


def test_a_file_deleted_on_the_server_is_sent_again_though_its_upload_was_answered(
    share: Share, engine: Engine, tmp_path: Path
) -> None:
    tree(tmp_path / "source", {"large": os.urandom(3 * MIB), "bad": b""})
    # A second item that fails keeps the job, and so its keys.
    spec = JobSpec(Direction.PUT, share.address, ((str(tmp_path / "source"), "t"), (str(tmp_path / "none"), "n")))
    job_id = engine.add(spec)
    assert engine.wait(job_id, 20).state is JobState.FAILED
    (share.folder / "t/large").unlink()
    assert engine.add(spec) == job_id
    engine.wait(job_id, 20)
    assert snapshot(tmp_path / "source") == snapshot(share.folder / "t")


def test_an_upload_dropped_on_the_server_in_mid_transfer_is_begun_anew(share: Share, engine: Engine, tmp_path: Path) -> None:
    source = tree(tmp_path / "source", {"large": os.urandom(8 * MIB)})
    job_id = engine.add(JobSpec(Direction.PUT, share.address, ((str(source), "t"),), limit=8 * MIB))
    until(lambda: engine.job(job_id).bytes_done > 3 * MIB, "some of it is sent")
    (upload,) = (share.folder / ".filexfer/uploads").glob("*.data")
    with connect(share.address) as session:
        assert session.call("upload_abort", upload.stem) is True
    job = engine.wait(job_id, 20)
    assert (job.state, job.error, job.bytes_done) == (JobState.DONE, "", 8 * MIB)
    assert snapshot(source) == snapshot(share.folder / "t")


def test_the_history_survives_a_kill_at_any_moment(served: Served, tmp_path: Path) -> None:
    source = tree(tmp_path / "source", SMALL)
    history = tmp_path / "h/history"
    for _ in range(4):
        process = Process(MOVE, history, "put", served.address, source, "t", 3 * MIB)
        process.line()
        process.kill()
    with sqlite3.connect(history) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    database.close()
    whole(rerun(history, Direction.PUT, served.address, source, "t"), 900)
    assert snapshot(source) == snapshot(tmp_path / "share/t")


def test_a_listing_whose_connection_breaks_between_pages_is_gone_on_with(engine: Engine, tmp_path: Path) -> None:
    """A page that did not arrive is asked for again; nothing of the list is taken for its end."""
    asked: list[str] = []

    def page(path: object, options: dict[str, str]) -> object:
        number = int(options.get("cursor", "0"))
        asked.append(str(number))
        if number == 2 and asked.count("2") < 3:
            raise ConnectionAbortedError
        return listing([b"%d" % (number * 2), b"%d" % (number * 2 + 1)], [1, 1], next=str(number + 1) if number < 4 else "")

    with FakeServer(
        {
            "file_stat": lambda path: entry("t", 0, "folder"),
            "file_list": page,
            "files_get": lambda paths, options: contents([b"x"] * len(paths.split(b"\0"))),
        }
    ) as server:
        job = engine.wait(engine.add(JobSpec(Direction.GET, server.address, (("t", str(tmp_path / "in")),))), 20)
    assert (job.state, job.files_done, job.error) == (JobState.DONE, 10, "")
    assert asked == ["0", "1", "2", "2", "2", "3", "4"]
