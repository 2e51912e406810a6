"""A download whose own disk fails at the N-th call: nothing but whole files is ever visible, the job says what is wrong, and,
taken up again on a healed disk, it ends identical with nothing of ours left behind."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from filexfer.client.engine import Engine, EngineSettings
from filexfer.client.history import History
from filexfer.client.run import RunSettings
from filexfer.core.model import Conflict, Direction, Job, JobSpec, JobState
from filexfer.server import Server
from filexfer.storage import confine
from filexfer.storage.fsops import FsOps
from tests.faults.acts import left_for_ever
from tests.faults.breaking import FAULTS, Breaking, steps

FAULTS_HERE = {
    "no room at one call": "NoSpace",
    "no room from one call on": "NoSpace",
    "i/o error at one call": "StorageFailed",
    "disk gone from one call on": "StorageFailed",
    "too many open files at one call": "Busy",
    "read-only from one call on": "Forbidden",
    "no memory at one call": "InternalError",
}
BIG = os.urandom(2_500_000)
FILES = {"big": BIG, **{f"small/{number}": b"%d" % number * 500 for number in range(6)}}
OLD = b"what was there before"

Connected = Callable[[FsOps], None]


@pytest.fixture
def address(memory: Path) -> Iterator[str]:
    """A server of `FILES`."""
    for name, data in FILES.items():
        path = memory / "share" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        os.utime(path, (1.6e9, 1.6e9))
    with Server(memory / "share", ["http://127.0.0.1:0"], "read") as server:
        yield server.addresses[0]


@pytest.fixture
def engine(memory: Path) -> Iterator[Engine]:
    history = History(memory / "history" / "history.sqlite")
    made = Engine(history, settings=EngineSettings(run=RunSettings(near=1, far=1, patience=0.0)))
    yield made
    made.close()
    history.close()


@pytest.mark.parametrize("fault", list(FAULTS_HERE))
@pytest.mark.parametrize("source", ["big", "small"])
@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_download_whose_disk_fails_shows_whole_files_only_and_goes_on(
    memory: Path, address: str, engine: Engine, monkeypatch: pytest.MonkeyPatch, source: str, fault: str
) -> None:
    fs = Breaking(FAULTS[fault])
    monkeypatch.setattr(confine, "native_ops", lambda: fs)
    for step in steps():
        target = memory / f"to {step}"
        target.mkdir()
        here = target / "big" if source == "big" else target
        there = target / ("big" if source == "big" else "0")
        there.write_bytes(OLD)
        spec = JobSpec(Direction.GET, address, ((source, str(here)),), on_conflict=Conflict.OVERWRITE)
        fs.begin(step)
        job = engine.wait(engine.add(spec), 30)
        fs.end()
        check_visible(target)
        check_told(job, engine, fault, fs.met)
        if not fs.met:
            break
        if job.state is not JobState.DONE:
            job = engine.wait(engine.add(spec), 30)
        assert (job.state, job.error) == (JobState.DONE, ""), f"not gone on with after {fs.met} went wrong"
        assert visible(target) == wanted(source)
        # What could not be removed expires.
        assert contents(target) == wanted(source) or left_for_ever(target) == []
    assert step > 5


def wanted(source: str) -> dict[str, bytes]:
    return {name.removeprefix("small/"): data for name, data in FILES.items() if name.startswith(source)}


def contents(target: Path) -> dict[str, bytes]:
    """Every file, ours too."""
    return {str(path.relative_to(target)): path.read_bytes() for path in target.rglob("*") if path.is_file()}


def visible(target: Path) -> dict[str, bytes]:
    return {name: data for name, data in contents(target).items() if not name.startswith(".filexfer")}


def check_visible(target: Path) -> None:
    whole = {**FILES, **wanted("small")}
    for name, data in visible(target).items():
        assert data in (OLD, whole[name]), f"{name} is neither old nor new"


def check_told(job: Job, engine: Engine, fault: str, met: str) -> None:
    kinds = engine.failure_kinds(job.id) | ({job.error_kind} - {""})
    if job.state is JobState.DONE:
        assert kinds == set()
    else:
        assert job.state is JobState.FAILED
        assert kinds == {FAULTS_HERE[fault]}, f"when {met} goes wrong"
