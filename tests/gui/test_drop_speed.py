"""The window while many small files are dropped and cross: never frozen."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from filexfer.core.model import JobState
from tests.gui.conftest import Place, Watch
from tests.gui.lateness import Probe, busy
from tests.gui.person import Person

#: Seconds that the window may be later than beside idle processes that compute as much, and that it may compute at a stretch.
STALL = 0.05


def _trees(top: Path, files: int) -> Path:
    for number in range(files):
        folder = top / f"d{number // 500}"
        if number % 500 == 0:
            folder.mkdir(parents=True)
        (folder / str(number)).write_bytes(b"small")
    return top


def _singles(top: Path, files: int) -> list[Path]:
    top.mkdir()
    made = [top / f"{number}.txt" for number in range(files)]
    for file in made:
        file.write_bytes(b"small")
    return made


def _check(
    person: Person, place: Place, dropped: list[Path], watch: Watch, files: int, seconds: float, title: str = "tree"
) -> float:
    """Drop them and wait until they are there; how late the main thread was at worst."""
    person.go(place.location)
    watch.armed = True
    with Probe() as probe:
        person.drop(dropped, person.in_pane)
        person.wait(lambda: (job := person.job(title)) is not None and job.state.ended, seconds)
    watch.armed = False
    job = person.job(title)
    assert job is not None
    assert QApplication.activeModalWidget() is None, "there was nothing to decide"
    assert (job.state, job.files_done, job.bytes_done) == (JobState.DONE, files, 5 * files)
    assert watch.seen == []
    assert max(probe.work) < STALL, f"the main thread computed for {max(probe.work):.3f} s at a stretch"
    return probe.worst


def _check_tree(person: Person, place: Place, tree: Path, watch: Watch, files: int, seconds: float) -> None:
    """The same, and not later than beside others' work. One by one they take longer to cross than that stays the same: there what
    the thread computes tells."""
    with busy(2), Probe() as control:
        QTest.qWait(3000)
    worst = _check(person, place, [tree], watch, files, seconds)
    assert worst < control.worst + STALL, f"{worst:.3f} s late, {control.worst:.3f} s beside others' work"


@pytest.mark.alone
def test_the_window_is_not_held_up_while_many_small_files_are_dropped_and_cross(
    person: Person, place: Place, tmp_path: Path, watch: Watch
) -> None:
    _check_tree(person, place, _trees(tmp_path / "tree", 10_000), watch, 10_000, 60)


@pytest.mark.soak
def test_nor_while_a_hundred_thousand_are(person: Person, place: Place, tmp_path: Path, watch: Watch) -> None:
    _check_tree(person, place, _trees(tmp_path / "tree", 100_000), watch, 100_000, 250)


@pytest.mark.alone
def test_nor_while_many_are_dropped_one_by_one(person: Person, place: Place, tmp_path: Path, watch: Watch) -> None:
    _check(person, place, _singles(tmp_path / "files", 10_000), watch, 10_000, 120, "0.txt and 9999 more")
    assert person.window.pane.undo_bar.words == "10,000 items were uploaded."
