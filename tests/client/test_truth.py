"""What is told of a transfer is what happened: nothing is lost silently, nobody else is blamed, no figure is wrong."""

from __future__ import annotations

import fcntl
import os
import threading
import time
from pathlib import Path

import pytest

from filexfer.client import owner
from filexfer.client.activity import Figures
from filexfer.client.owner import Owner, is_alive
from filexfer.client.throttle import Throttle, take
from filexfer.core.model import Direction, Job, JobSpec, JobState

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
