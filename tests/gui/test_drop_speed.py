"""The window while many small files are dropped and cross: never frozen. A tenth of what `make bench` does."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from filexfer.core.model import JobState
from tests.gui.conftest import Place, Watch
from tests.gui.lateness import Probe, busy
from tests.gui.person import Person

FILES = 10_000
#: Seconds that the window may be later than beside idle processes that compute as much, and that it may compute at a stretch.
STALL = 0.05


@pytest.mark.alone
def test_the_window_is_not_held_up_while_many_small_files_are_dropped_and_cross(
    person: Person, place: Place, tmp_path: Path, watch: Watch
) -> None:
    for number in range(FILES):
        folder = tmp_path / "tree" / f"d{number // 500}"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / str(number)).write_bytes(b"small")
    person.go(place.location)
    with busy(2), Probe() as control:
        QTest.qWait(3000)
    watch.armed = True
    with Probe() as probe:
        person.drop([tmp_path / "tree"], person.in_pane)
        job = person.wait_job("tree", JobState.DONE, JobState.FAILED)
    watch.armed = False
    assert QApplication.activeModalWidget() is None, "there was nothing to decide"
    assert (job.state, job.files_done, job.bytes_done) == (JobState.DONE, FILES, 5 * FILES)
    assert watch.seen == []
    assert max(probe.work) < STALL, f"the main thread computed for {max(probe.work):.3f} s at a stretch"
    assert probe.worst < control.worst + STALL, f"{probe.worst:.3f} s late, {control.worst:.3f} s beside others' work"
