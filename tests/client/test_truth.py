"""What is told of a transfer is what happened: nothing is lost silently, nobody else is blamed, no figure is wrong."""

from __future__ import annotations

import fcntl
import itertools
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from filexfer.client import owner
from filexfer.client.activity import Figures
from filexfer.client.compare import Comparison, Pair
from filexfer.client.engine import Engine
from filexfer.client.history import History
from filexfer.client.notes import FileRow
from filexfer.client.owner import Owner, is_alive
from filexfer.client.session import Session
from filexfer.client.throttle import Throttle, take
from filexfer.core.errors import InternalError, NotFound, StorageFailed
from filexfer.core.model import Direction, FileState, Job, JobSpec, JobState
from tests.client.conftest import Share
from tests.client.places import snapshot, tree, until

SPEC = JobSpec(Direction.PUT, "http://localhost:1/", (("/a", "b"),))

# Figures


def test_files_done_and_left_out_together_do_not_fall_when_a_job_goes_on() -> None:
    before = Job(1, SPEC, JobState.PAUSED, files_total=2000, files_done=500, files_skipped=1000)
    figures = Figures(before)
    begun = figures.onto(before)
    assert (begun.files_done, begun.files_skipped) == (500, 1000)
    # This time some that were left out before are done: no file counts twice.
    figures.done(1200)
    figures.skipped(100)
    later = figures.onto(before)
    assert (later.files_done, later.files_skipped) == (1200, 300)
    figures.skipped(700)
    assert figures.onto(before, ended=True).files_skipped == figures.onto(before).files_skipped == 800


# Limits


@pytest.mark.parametrize("rate", [0, 1 << 30])
def test_a_limit_that_is_lifted_or_raised_wakes_who_waits_for_it(rate: int) -> None:
    throttle, stop = Throttle(1000), threading.Event()
    take((throttle,), 1 << 20, stop)
    waiting = threading.Thread(target=take, args=((throttle,), 1 << 20, stop), daemon=True)
    waiting.start()
    waiting.join(0.1)
    assert waiting.is_alive()
    throttle.set(rate)
    waiting.join(20)
    assert not waiting.is_alive()


def test_of_two_limits_the_lower_one_holds() -> None:
    quick, slow, stop = Throttle(100_000), Throttle(10_000), threading.Event()
    began = time.monotonic()
    for _ in range(4):
        take((quick, slow), 1000, stop)
    # The first two leave at once, on the credit of a tenth of a second.
    assert time.monotonic() - began > 0.19


# Owners


def test_two_who_look_at_a_dead_owner_at_once_do_not_take_each_other_for_it(tmp_path: Path) -> None:
    mark = tmp_path / "1-dead.owner"
    mark.write_bytes(b"")
    looking = os.open(mark, os.O_RDWR)
    fcntl.flock(looking, fcntl.LOCK_SH)
    assert not is_alive(tmp_path, "1-dead")
    os.close(looking)
    assert not mark.exists()


def test_on_windows_a_mark_that_cannot_be_removed_is_a_living_owners(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(owner, "_held", owner.held_open)
    mark = Owner(tmp_path)

    def refuse(path: Path, missing_ok: bool = False) -> None:
        raise PermissionError(13, "The process cannot access the file because it is being used by another process", str(path))

    with monkeypatch.context() as windows:
        windows.setattr(Path, "unlink", refuse)
        assert is_alive(tmp_path, mark.name)
    mark.close()
    assert not is_alive(tmp_path, mark.name)
    (tmp_path / "7-x.owner").write_bytes(b"")
    assert not is_alive(tmp_path, "7-x")
    assert os.listdir(tmp_path) == []


# Jobs


def put(share: Share, source: Path, target: str = "t", **more: Any) -> JobSpec:
    return JobSpec(Direction.PUT, share.address, ((str(source), target),), **more)


def get(share: Share, source: str, target: Path, **more: Any) -> JobSpec:
    return JobSpec(Direction.GET, share.address, ((source, str(target)),), **more)


def test_a_job_resumed_while_it_still_stops_is_judged_anew(share: Share, engine: Engine, tmp_path: Path) -> None:
    source = tree(tmp_path / "source", {"a": b"ours", "large": os.urandom(4 << 20)})
    tree(share.folder / "t", {"a": b"another"})
    engine.limit(1 << 20)
    job_id = engine.add(put(share, source))
    until(lambda: engine.job(job_id).files_failed == 1 and engine.job(job_id).bytes_done, "the conflict is met")
    (share.folder / "t/a").unlink()
    engine.pause(job_id)
    engine.resume(job_id)
    engine.limit(0)
    job = engine.wait(job_id, 20)
    assert (job.state, job.error, job.files_failed, job.files_done) == (JobState.DONE, "", 0, 2)
    assert engine.files(job_id, failed_only=True) == ([], 0)


def test_a_job_that_failed_can_be_taken_up_by_another_engine(
    share: Share, engines: Callable[..., Engine], tmp_path: Path
) -> None:
    source = tree(tmp_path / "source", {"a": b"ours"})
    tree(share.folder / "t", {"a": b"another"})
    first, second = engines(), engines()
    job_id = first.add(put(share, source))
    assert first.wait(job_id, 20).state is JobState.FAILED
    (share.folder / "t/a").unlink()
    assert second.add(put(share, source)) == job_id
    assert second.wait(job_id, 20).state is JobState.DONE
    until(lambda: first.job(job_id).state is JobState.DONE, "the first one sees it")
    # And back, by number.
    (share.folder / "t/a").write_bytes(b"another")
    again = second.add(put(share, source))
    assert second.wait(again, 20).state is JobState.FAILED
    (share.folder / "t/a").unlink()
    first.retry(again)
    assert first.wait(again, 20).state is JobState.DONE


def test_an_engine_lets_go_of_ended_jobs_and_still_tells_all_of_them(share: Share, engine: Engine, tmp_path: Path) -> None:
    job_id = engine.add(put(share, tree(tmp_path / "source", {"a": b"1" * 1000})))
    ended = engine.wait(job_id, 20)
    until(lambda: not engine._queue.mine, "it is let go")
    assert engine.job(job_id) == engine.jobs()[0] == engine.wait(job_id) == ended
    assert ended.bytes_moved == 1000


def test_a_job_whose_end_cannot_be_noted_ends_for_who_waits(
    share: Share, engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save = History.save

    def fails(history: History, job: Job) -> None:
        if job.state.ended:
            raise StorageFailed("The history of transfers cannot be written: disk I/O error.")
        save(history, job)

    monkeypatch.setattr(History, "save", fails)
    job_id = engine.add(put(share, tree(tmp_path / "source", {"a": b"1"})))
    engine.wait(job_id, 20)
    until(lambda: not engine._queue.clock._wake.is_set(), "it is told")
    assert engine.wait(job_id, 5).state is JobState.FAILED
    monkeypatch.undo()
    engine.retry(job_id)
    assert engine.wait(job_id, 20).state is JobState.DONE


def test_jobs_that_ended_long_ago_or_before_many_others_are_forgotten_when_an_engine_starts(
    engines: Callable[..., Engine], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("filexfer.client.history._MOST_ENDED", 3)
    history = History(tmp_path / "history" / "history.sqlite")
    day, now = 24 * 3600 * 10**9, time.time_ns()
    ids = []
    for days, state in [
        (0, "waiting"),
        (89, "done"),
        (91, "failed"),
        (2, "done"),
        (1, "cancelled"),
        (500, "paused"),
        (3, "done"),
    ]:
        job = history.add(f"key {days}", SPEC, "name", "")
        ended = JobState(state).ended
        history.save(job._replace(state=JobState(state), finished_ns=now - days * day if ended else 0))
        history.notes.record(job.id, [FileRow(0, f"{days}", 1, FileState.DONE)])
        history.note_part(job.id, "", f"upload {days}")
        ids.append(job.id)
    # A part of a job that is cleared already, whose server could not be asked.
    history.note_part(999, "", "orphan")
    engine = engines()
    assert {job.id for job in engine.jobs()} == {ids[0], ids[3], ids[4], ids[5], ids[6]}
    for job_id in (ids[1], ids[2], 999):
        assert history.parts(job_id) == []
        assert list(history.notes._marks(job_id)) == []
    assert history.parts(ids[3]) == [("", "upload 2")]
    history.close()


# Single files


def test_nothing_but_folders_put_onto_a_file_is_a_failure(share: Share, engine: Engine, tmp_path: Path) -> None:
    source = tree(tmp_path / "source", {"d/e": None})
    (share.folder / "t").write_bytes(b"in the way")
    job = engine.wait(engine.add(put(share, source)), 20)
    assert (job.state, job.error_kind, job.files_failed, job.files_total) == (JobState.FAILED, "NotAFolder", 1, 1)
    assert [file.source for file in engine.files(job.id)[0]] == [str(source)]


@pytest.mark.parametrize("direction", [Direction.PUT, Direction.GET])
@pytest.mark.parametrize("size", [10, 3 << 20])
def test_a_file_that_cannot_be_compared_fails_and_the_others_go(
    share: Share, engine: Engine, tmp_path: Path, direction: Direction, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there = tmp_path / "here", share.folder / "t"
    for folder in (here, there):
        tree(folder, dict.fromkeys("abc", b"1" * size))
    new = here if direction is Direction.PUT else there
    (new / "d").write_bytes(b"new")
    compare = Comparison._same

    def unreadable(comparison: Comparison, pair: Pair, answer: object) -> bool:
        if pair.path == "t/a":
            raise NotFound("It went away.")
        return compare(comparison, pair, answer)

    monkeypatch.setattr(Comparison, "_same", unreadable)
    spec = put(share, here, checksum=True) if direction is Direction.PUT else get(share, "t", here, checksum=True)
    job = engine.wait(engine.add(spec), 20)
    assert (job.state, job.files_total, job.files_failed, job.files_skipped, job.files_done) == (JobState.FAILED, 4, 1, 2, 1)
    assert snapshot(here, times=False) == snapshot(there, times=False)


def test_a_comparison_refused_as_a_whole_fails_the_compared_files_only(
    share: Share, engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tree(tmp_path / "source", {"a": b"1", "b": b"2", "d/c": b"3"})
    tree(share.folder / "t", {"a": b"1", "b": b"2"})
    call = Session.call

    def refuse(session: Session, method: str, *params: object) -> object:
        if method == "system.multicall" and params[0][0]["methodName"] == "file_digests":  # type: ignore[index]
            raise InternalError("The server met an error of its own.")
        return call(session, method, *params)

    monkeypatch.setattr(Session, "call", refuse)
    job = engine.wait(engine.add(put(share, source, checksum=True)), 20)
    assert (job.state, job.files_failed, job.files_done) == (JobState.FAILED, 2, 1)
    assert {file.source for file in engine.files(job.id, failed_only=True)[0]} == {str(source / "a"), str(source / "b")}
    assert (share.folder / "t/d/c").read_bytes() == b"3"


def test_a_batch_that_is_refused_fails_its_own_files_and_no_other(
    share: Share, engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [f"{number:05}" for number in range(1500)]
    tree(share.folder / "t", dict.fromkeys(names, b"1"))
    end, call, count = Session.end, Session.call, itertools.count()
    refused: list[bool] = []

    def spoil(session: Session, *params: Any, **more: Any) -> Any:
        head, value = end(session, *params, **more)
        if isinstance(value, dict) and "digests" in value and next(count) == 1:
            refused.append(True)
            return head, InternalError("The server met an error of its own.")
        return head, value

    def refuse(session: Session, method: str, *params: object) -> object:
        if method == "files_get" and refused:
            refused.clear()
            raise InternalError("The server met an error of its own.")
        return call(session, method, *params)

    monkeypatch.setattr(Session, "end", spoil)
    monkeypatch.setattr(Session, "call", refuse)
    job = engine.wait(engine.add(get(share, "t", tmp_path / "here")), 30)
    failed, total = engine.files(job.id, failed_only=True)
    arrived = {path.name for path in (tmp_path / "here").iterdir()}
    assert (job.state, job.files_total, job.files_failed, job.files_done) == (JobState.FAILED, 1500, total, 1500 - total)
    assert {os.path.basename(file.source) for file in failed} == set(names) - arrived
    assert 1 < total < 1500


@pytest.mark.parametrize("answer", [{"outcomes": b""}, {"outcomes": b"s", "faults": [], "renamed": []}, 7])
def test_a_batch_that_is_answered_wrongly_fails_its_own_files_and_no_other(
    share: Share, engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: object
) -> None:
    source = tree(tmp_path / "source", dict.fromkeys([f"{number:05}" for number in range(1500)], b"1"))
    end, count = Session.end, itertools.count()

    def spoil(session: Session, *params: Any, **more: Any) -> Any:
        head, value = end(session, *params, **more)
        return head, answer if isinstance(value, dict) and "outcomes" in value and next(count) == 1 else value

    monkeypatch.setattr(Session, "end", spoil)
    job = engine.wait(engine.add(put(share, source)), 30)
    total = engine.files(job.id, failed_only=True)[1]
    assert (job.state, job.files_total, job.files_failed, job.files_done) == (JobState.FAILED, 1500, total, 1500 - total)
    assert 1 < total < 1500


def test_small_files_that_grow_after_they_were_listed_count_as_they_arrive(
    share: Share, engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree(share.folder / "t", dict.fromkeys("abc", b"1" * 10))
    begin = Session.begin

    def grow(session: Session, connection: Any, method: str, *params: Any) -> None:
        if method == "files_get":
            (share.folder / "t/b").write_bytes(b"2" * 1000)
        begin(session, connection, method, *params)

    monkeypatch.setattr(Session, "begin", grow)
    job = engine.wait(engine.add(get(share, "t", tmp_path / "here")), 20)
    assert (job.state, job.files_done, job.bytes_done, job.bytes_total) == (JobState.DONE, 3, 1020, 1020)


@pytest.mark.parametrize("direction", [Direction.PUT, Direction.GET])
def test_a_file_that_a_retry_moves_again_is_listed_once(
    share: Share, engine: Engine, tmp_path: Path, direction: Direction
) -> None:
    here, there = tmp_path / "here", share.folder / "t"
    source, target = (here, there) if direction is Direction.PUT else (there, here)
    tree(source, {"a": b"1", "b": b"22", "c": b"3", "large": b"l" * 600_000, "z/bad": b"new"})
    tree(target, {"z/bad": b"another"})
    job_id = engine.add(put(share, here) if direction is Direction.PUT else get(share, "t", here))
    assert (engine.wait(job_id, 20).files_done, engine.job(job_id).files_failed) == (4, 1)
    (target / "a").unlink()
    (target / "large").unlink()
    (target / "b").write_bytes(b"somebody else's")
    (source / "a").write_bytes(b"longer")
    engine.retry(job_id)
    assert engine.wait(job_id, 20).files_failed == 2
    files, total = engine.files(job_id)
    found = sorted((os.path.basename(file.source), file.size, file.state.value) for file in files)
    assert found == [("a", 6, "done"), ("b", 2, "failed"), ("bad", 3, "failed"), ("c", 1, "done"), ("large", 600_000, "done")]
    assert total == 5
