"""The queue: what is told while a job runs, limits, one history under several engines, clearing."""

from __future__ import annotations

import itertools
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from filexfer.client.engine import Engine, EngineSettings
from filexfer.client.history import History
from filexfer.core.errors import Busy, NotFound, StorageFailed
from filexfer.core.model import Direction, Job, JobSpec, JobState
from filexfer.server.server import Server
from filexfer.server.settings import Settings
from tests.client.conftest import Share
from tests.client.places import MOVE, Process, Relay, snapshot, tree, until

MIB = 1 << 20


def spec(share: Share, source: Path, target: str = "t", limit: int = 0) -> JobSpec:
    return JobSpec(Direction.PUT, share.address, ((str(source), target),), limit=limit)


@pytest.mark.parametrize("direction", [Direction.PUT, Direction.GET])
def test_progress_never_goes_back_and_is_whole_only_when_all_is_published(
    share: Share, engine: Engine, tmp_path: Path, direction: Direction
) -> None:
    top = tmp_path / "source" if direction is Direction.PUT else share.folder / "t"
    tree(top, {"large": os.urandom(6 * MIB), "other": os.urandom(3 * MIB + 5), **{f"s{n}": b"x" * 5000 for n in range(300)}})
    pair = (str(top), "t") if direction is Direction.PUT else ("t", str(tmp_path / "back"))
    told: list[Job] = []
    job_id = 0
    seen: list[Job] = []
    end = engine.subscribe(lambda jobs: told.extend(jobs))
    job_id = engine.add(JobSpec(direction, share.address, (pair,), limit=8 * MIB))
    while not (job := engine.job(job_id)).state.ended:
        seen.append(job)
        engine.wait(job_id, 0.002)
    until(lambda: told and told[-1].state is JobState.DONE, "the end is told")
    end()
    for jobs in (seen, told):
        assert len(jobs) > 5
        for before, after in itertools.pairwise(jobs):
            assert (before.bytes_done, before.files_done) <= (after.bytes_done, after.files_done)
            assert before.bytes_done <= after.bytes_done
        for job in jobs:
            assert job.bytes_done <= job.bytes_total or job.scanning
            if job.bytes_done == job.bytes_total and not job.scanning and job.files_total:
                assert job.files_done == 302
    running = [job for job in told if job.state is JobState.RUNNING]
    assert any(job.rate > 0 for job in running)
    assert any(job.seconds_left > 0 for job in running)
    assert (told[-1].rate, told[-1].seconds_left, told[-1].waits_for) == (0.0, -1.0, "")
    assert job.bytes_moved == job.bytes_done == 9 * MIB + 5 + 300 * 5000


def test_progress_does_not_fall_when_a_job_is_taken_up_again(share: Share, engine: Engine, tmp_path: Path) -> None:
    source = tree(tmp_path / "source", {"large": os.urandom(10 * MIB), **{f"s{n}": b"x" * 5000 for n in range(300)}})
    job_id = engine.add(spec(share, source, limit=8 * MIB))
    until(lambda: engine.job(job_id).bytes_done > 5 * MIB, "half of it is done")
    engine.pause(job_id)
    before = engine.wait(job_id, 20)
    engine.resume(job_id)
    while not (job := engine.wait(job_id, 0.001)).state.ended:
        assert job.bytes_done >= before.bytes_done
        assert job.files_done >= before.files_done
    assert (job.files_done, job.bytes_done) == (301, job.bytes_total)


def test_only_jobs_that_changed_are_told_and_ten_times_a_second_at_most(share: Share, engine: Engine, tmp_path: Path) -> None:
    source = tree(tmp_path / "source", {"slow": b"s" * 3 * MIB, "quick": b"q"})
    quick = engine.add(spec(share, source / "quick", "quick"))
    engine.wait(quick, 20)
    told: list[tuple[float, list[int]]] = []
    until(lambda: not engine._queue.clock._wake.is_set(), "the clock rests")
    end = engine.subscribe(lambda jobs: told.append((time.monotonic(), [job.id for job in jobs])))
    slow = engine.add(spec(share, source / "slow", "slow", limit=4 * MIB))
    engine.wait(slow, 20)
    end()
    assert {job_id for _, ids in told for job_id in ids} == {slow}
    # Busy machines may make it rarer, never closer.
    assert all(after - before > 0.09 for (before, _), (after, _) in itertools.pairwise(told))


def test_a_subscriber_that_has_unsubscribed_hears_nothing(share: Share, engine: Engine, tmp_path: Path) -> None:
    heard: list[Job] = []
    engine.subscribe(heard.extend)()
    engine.wait(engine.add(spec(share, tree(tmp_path / "source", {"a": b"1"}))), 20)
    assert heard == []


@pytest.mark.parametrize("direction", [Direction.PUT, Direction.GET])
@pytest.mark.parametrize("of", ["job", "engine"])
def test_a_limit_on_bytes_per_second_holds(share: Share, engine: Engine, tmp_path: Path, direction: Direction, of: str) -> None:
    rate = 6 * MIB
    top = tmp_path / "source" if direction is Direction.PUT else share.folder / "t"
    tree(top, {"large": b"l" * 5 * MIB, **{f"{number}": b"s" * 10_000 for number in range(200)}})
    pair = (str(top), "t") if direction is Direction.PUT else ("t", str(tmp_path / "back"))
    engine.limit(rate if of == "engine" else 0)
    job = engine.wait(engine.add(JobSpec(direction, share.address, (pair,), limit=rate if of == "job" else 0)), 30)
    seconds = (job.finished_ns - job.created_ns) / 1e9
    # The first tenth of a second's worth, and one step for each thread, may pass at once.
    assert job.bytes_done / seconds < rate * 1.1 + 4 * MIB / seconds


@pytest.mark.parametrize("direction", [Direction.PUT, Direction.GET])
def test_under_a_limit_no_block_travels_twice_though_the_server_waits_for_nobody(
    engine: Engine, tmp_path: Path, direction: Direction
) -> None:
    folder = tmp_path / "share"
    top = tmp_path / "source" if direction is Direction.PUT else folder / "t"
    tree(top, {"large": os.urandom(4 * MIB)})
    folder.mkdir(exist_ok=True)
    pair = (str(top), "t") if direction is Direction.PUT else ("t", str(tmp_path / "back"))
    settings = Settings(idle_seconds=0.1)
    with Server(folder, listen=["http://127.0.0.1:0"], guest="write", settings=settings) as server:
        relay = Relay(server.addresses[0])
        job = engine.wait(engine.add(JobSpec(direction, relay.address, (pair,), limit=3 * MIB)), 30)
        relay.close()
    assert job.state is JobState.DONE
    assert relay.up + relay.down < 4.5 * MIB


def test_the_same_unfinished_spec_is_taken_up_and_not_doubled(share: Share, engine: Engine, tmp_path: Path) -> None:
    source = tree(tmp_path / "source", {"a": b"1"})
    first = engine.add(JobSpec(Direction.PUT, share.address, ((str(source), "t"), (str(tmp_path / "b"), "u"))))
    assert engine.wait(first, 20).state is JobState.FAILED
    tree(tmp_path / "b", {"x": b"2"})
    assert engine.add(JobSpec(Direction.PUT, share.address, ((str(source), "t"), (str(tmp_path / "b"), "u")))) == first
    job = engine.wait(first, 20)
    assert (job.state, job.error, job.files_done) == (JobState.DONE, "", 2)


def test_a_spec_that_is_done_runs_again_unless_told_not_to(share: Share, engine: Engine, tmp_path: Path) -> None:
    one = spec(share, tree(tmp_path / "source", {"a": b"1"}))
    first = engine.add(one)
    engine.wait(first, 20)
    assert engine.add(one, run_again=False) == first
    second = engine.add(one)
    assert second != first
    assert engine.wait(second, 20).files_skipped == 1


def test_two_engines_share_a_history_and_keep_off_each_others_jobs(
    share: Share, engines: Callable[..., Engine], tmp_path: Path
) -> None:
    one, other = engines(), engines()
    source = tree(tmp_path / "source", {"slow": b"s" * 4 * MIB})
    job_id = one.add(spec(share, source, limit=4 * MIB))
    with pytest.raises(Busy, match=f"number {job_id}"):
        other.add(spec(share, source))
    for act in (other.pause, other.cancel, other.retry, other.resume):
        with pytest.raises(Busy):
            act(job_id)
    assert other.adopt() == []
    assert other.job(job_id).state is JobState.RUNNING
    assert other.wait(job_id, 20).state is JobState.DONE
    assert one.job(job_id).state is JobState.DONE
    assert [job.id for job in other.jobs()] == [job.id for job in one.jobs()] == [job_id]


def test_a_killed_engines_job_is_told_as_paused_and_can_be_resumed_or_cancelled(
    share: Share, engines: Callable[..., Engine], tmp_path: Path
) -> None:
    source = tree(tmp_path / "source", {"slow": b"s" * 6 * MIB, "other": b"o" * 6 * MIB})
    for name in ("slow", "other"):
        process = Process(MOVE, tmp_path / "history/history.sqlite", "put", share.address, source / name, name, 3 * MIB)
        until(lambda one=process: int(one.line().split()[0]) > 2 * MIB, "some of it is done")  # type: ignore[misc]
        process.kill()
    engine = engines()
    first, second = engine.jobs()
    assert (first.state, second.state) == (JobState.PAUSED, JobState.PAUSED)
    engine.resume(first.id)
    assert engine.wait(first.id, 20).state is JobState.DONE
    assert (share.folder / "slow").read_bytes() == (source / "slow").read_bytes()
    engine.cancel(second.id)
    assert engine.job(second.id).state is JobState.CANCELLED
    engine.close()
    assert not [path for path in (share.folder / ".filexfer/uploads").iterdir() if path.suffix == ".data"]


def test_clearing_forgets_ended_jobs_only(share: Share, engine: Engine, tmp_path: Path) -> None:
    source = tree(tmp_path / "source", {"a": b"1", "slow": b"s" * 6 * MIB})
    done = engine.add(spec(share, source / "a", "a"))
    failed = engine.add(spec(share, source / "none", "none"))
    for job_id in (done, failed):
        engine.wait(job_id, 20)
    running = engine.add(spec(share, source / "slow", "slow", limit=6 * MIB))
    engine.clear([failed])
    assert [job.id for job in engine.jobs()] == [done, running]
    with pytest.raises(NotFound):
        engine.job(failed)
    engine.clear()
    assert [job.id for job in engine.jobs()] == [running]
    assert engine.wait(running, 20).state is JobState.DONE


def test_a_job_that_was_cancelled_can_be_tried_again(share: Share, engine: Engine, tmp_path: Path) -> None:
    source = tree(tmp_path / "source", {"slow": os.urandom(6 * MIB)})
    job_id = engine.add(spec(share, source, limit=6 * MIB))
    until(lambda: engine.job(job_id).bytes_done > MIB, "some of it is done")
    engine.cancel(job_id)
    assert engine.wait(job_id, 20).state is JobState.CANCELLED
    engine.retry(job_id)
    assert engine.wait(job_id, 20).state is JobState.DONE
    assert snapshot(source) == snapshot(share.folder / "t")


def test_only_so_many_jobs_run_at_once(share: Share, engines: Callable[..., Engine], tmp_path: Path) -> None:
    engine = engines(EngineSettings(jobs=2))
    source = tree(tmp_path / "source", {f"{number}": b"s" * 2 * MIB for number in range(5)})
    ids = [engine.add(spec(share, source / f"{number}", f"{number}", limit=8 * MIB)) for number in range(5)]
    most = 0
    while any(not engine.job(job_id).state.ended for job_id in ids):
        most = max(most, sum(job.state is JobState.RUNNING for job in engine.jobs()))
        engine.wait(ids[-1], 0.01)
    assert most == 2
    assert {engine.job(job_id).state for job_id in ids} == {JobState.DONE}


def test_a_job_whose_begin_cannot_be_noted_fails_alone_and_can_be_tried_again(
    share: Share, engines: Callable[..., Engine], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = engines(EngineSettings(jobs=1))
    source = tree(tmp_path / "source", {"large": os.urandom(4 * MIB)})
    first = engine.add(spec(share, source, "a", limit=4 * MIB))
    second, third = engine.add(spec(share, source, "b")), engine.add(spec(share, source, "c"))
    save = History.save

    def full(history: History, job: Job) -> None:
        if job.id == second and job.state is JobState.RUNNING:
            raise StorageFailed("The history of transfers cannot be written: database or disk is full.")
        save(history, job)

    monkeypatch.setattr(History, "save", full)
    assert engine.wait(first, 20).state is JobState.DONE
    assert engine.wait(third, 20).state is JobState.DONE
    failed = engine.wait(second, 5)
    assert (failed.state, failed.error_kind) == (JobState.FAILED, "StorageFailed")
    monkeypatch.undo()
    engine.retry(second)
    assert engine.wait(second, 20).state is JobState.DONE


def test_an_engine_closes_quickly_though_its_server_hangs(tmp_path: Path) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as silent:
        history = History(tmp_path / "h")
        engine = Engine(history)
        tree(tmp_path / "source", {"a": b"1"})
        address = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        job_id = engine.add(JobSpec(Direction.PUT, address, ((str(tmp_path / "source"), "t"),)))
        began = time.monotonic()
        engine.close(deadline=8)
        assert time.monotonic() - began < 7
        assert not [thread for thread in threading.enumerate() if thread.name == f"job-{job_id}"]
        assert history.job(job_id).state is JobState.PAUSED
        history.close()


def test_a_fault_of_our_own_fails_the_job_in_words(
    share: Share, engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from filexfer.client import upload

    def broken(data: object) -> str:
        raise MemoryError

    told = []
    monkeypatch.setattr(threading, "excepthook", told.append)
    monkeypatch.setattr(upload, "digest", broken)
    job = engine.wait(engine.add(spec(share, tree(tmp_path / "source", {"large": b"l" * 3 * MIB}))), 20)
    assert (job.state, job.error_kind) == (JobState.FAILED, "InternalError")
    assert "MemoryError" in job.error
    assert told
    monkeypatch.undo()
    engine.retry(job.id)
    assert engine.wait(job.id, 20).state is JobState.DONE
