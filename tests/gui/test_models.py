"""The models under Qt's own tester, while they change as they do in use."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from PySide6.QtCore import QAbstractItemModel, QItemSelectionModel, QModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication, QListView
from pytestqt.qtbot import QtBot

from filexfer.core.errors import ConnectionLost, FilexferError
from filexfer.core.model import Direction, Entry, FileState, Job, JobFile, JobSpec, JobState, Kind
from filexfer.gui.files.file_view import FileView
from filexfer.gui.files.listing import PAGE_ROWS, PAGES, ListingModel, Page
from filexfer.gui.kit.bridge import Bridge, JobNews
from filexfer.gui.kit.icons import Icons
from filexfer.gui.kit.resources import folder
from filexfer.gui.transfers.job_details import JobFilesModel
from filexfer.gui.transfers.jobs_model import JOB, JobsModel
from filexfer.protocol import wire


@pytest.fixture
def tested(look: QApplication) -> Sequence[QAbstractItemModelTester]:
    """Keeps the testers alive; they end the test by a warning when a model lies."""
    return []


def _watch(testers: list[QAbstractItemModelTester], model: QAbstractItemModel) -> None:
    testers.append(QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal))


def page(offset: int, count: int, total: int, complete: bool = True, version: int = 1) -> Page:
    entries = [Entry(f"f{row:06d}.txt", Kind.FILE, row, row) for row in range(offset, offset + count)]
    columns = wire.columns_of(wire.pack(entries))
    return Page(offset, columns, total, complete, "", version)


def test_a_listing_grows_and_fills_as_pages_arrive(tested: list[QAbstractItemModelTester]) -> None:
    model = ListingModel()
    _watch(tested, model)
    wanted: list[int] = []
    model.page_wanted.connect(wanted.append)
    model.show(PAGE_ROWS * 2 + 10, [page(0, PAGE_ROWS, PAGE_ROWS * 2 + 10)])
    assert model.index(3, 0).data() == "f000003.txt"
    assert model.index(PAGE_ROWS + 3, 0).data() is None
    assert model.index(PAGE_ROWS + 4, 0).data() is None
    assert wanted.count(PAGE_ROWS) == 1, "a page is asked for once"
    model.add_page(page(PAGE_ROWS, PAGE_ROWS, PAGE_ROWS * 3))
    assert model.rowCount() == PAGE_ROWS * 3
    assert model.index(PAGE_ROWS + 3, 0).data() == f"f{PAGE_ROWS + 3:06d}.txt"
    model.show(0, [])
    assert model.rowCount() == 0


def test_a_listing_keeps_only_some_pages(tested: list[QAbstractItemModelTester]) -> None:
    model = ListingModel()
    total = PAGE_ROWS * (PAGES + 5)
    model.show(total, [page(0, PAGE_ROWS, total)])
    for number in range(1, PAGES + 5):
        model.add_page(page(number * PAGE_ROWS, PAGE_ROWS, total))
    wanted: list[int] = []
    model.page_wanted.connect(wanted.append)
    assert model.entry(0) is None
    assert wanted == [0]
    assert model.entry(total - 1) is not None


def test_a_name_is_asked_to_be_changed_only_if_it_is_another_one(tested: list[QAbstractItemModelTester]) -> None:
    model = ListingModel()
    model.show(2, [page(0, 2, 2)])
    asked: list[tuple[int, str]] = []
    model.renamed.connect(lambda row, name: asked.append((row, name)))
    assert not model.setData(model.index(1, 0), "f000001.txt")
    assert not model.setData(model.index(1, 0), "")
    model.setData(model.index(1, 0), "new.txt")
    assert asked == [(1, "new.txt")]


def test_selecting_100000_rows_is_read_as_one_range(look: QApplication, qtbot: QtBot) -> None:
    model = ListingModel()
    view = FileView(model, Icons(folder()))
    qtbot.addWidget(view)
    model.show(100_000, [page(0, PAGE_ROWS, 100_000)])
    view.show()
    qtbot.waitExposed(view)
    qtbot.keyClick(view, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert view.ranges() == [(0, 99_999)]
    assert view.chosen() == 100_000
    assert len(view.names(limit=7)) == 7
    select = view.selectionModel()
    select.select(model.index(50, 0), QItemSelectionModel.SelectionFlag.Deselect | QItemSelectionModel.SelectionFlag.Rows)
    assert view.ranges() == [(0, 49), (51, 99_999)]


def _job(number: int, state: JobState, done: int = 0, finished: int = 0) -> Job:
    spec = JobSpec(Direction.PUT, "http://a:1/", ((f"/h/{number}", f"{number}"),))
    return Job(
        number, spec, state, f"job {number}", files_total=10, bytes_total=100, bytes_done=done,
        finished_ns=finished, position=float(number),
    )  # fmt: skip


def test_jobs_come_go_and_change_places_without_a_lie(tested: list[QAbstractItemModelTester]) -> None:
    model = JobsModel()
    _watch(tested, model)
    view = QListView()
    view.setModel(model)
    dice = random.Random(7)
    known: dict[int, Job] = {}
    for step in range(400):
        changed = {dice.randrange(40): dice.choice(list(JobState)) for _ in range(dice.randrange(4))}
        gone = [number for number in dice.sample(sorted(known), min(len(known), dice.randrange(3))) if number not in changed]
        jobs = [_job(number, state, dice.randrange(101), step if state.ended else 0) for number, state in changed.items()]
        for job in jobs:
            known[job.id] = job
        for number in gone:
            del known[number]
        model.take(JobNews(jobs, gone, fresh=step % 97 == 0 and not (known.clear() or known.update({j.id: j for j in jobs}))))
        assert {job.id: job for job in model.jobs()} == known
        assert [model.index(row).data(JOB) for row in range(model.rowCount())] == model.jobs()
        ended = [job.state.ended for job in model.jobs()]
        assert ended == sorted(ended), "what has ended stands below"


def test_a_selected_job_stays_selected_when_it_moves(tested: list[QAbstractItemModelTester]) -> None:
    model = JobsModel()
    view = QListView()
    view.setModel(model)
    model.take(JobNews([_job(number, JobState.RUNNING) for number in (1, 2, 3)], [], True))
    view.setCurrentIndex(model.index(0))
    model.take(JobNews([_job(1, JobState.DONE, 100, 5)], [], False))
    assert view.currentIndex().data(JOB).id == 1
    assert view.currentIndex().row() == 2


def test_a_bar_never_runs_backwards_and_is_full_only_when_all_is_committed(look: QApplication) -> None:
    model = JobsModel()
    model.take(JobNews([_job(1, JobState.RUNNING, 60)], [], True))
    model.take(JobNews([_job(1, JobState.RUNNING, 40)], [], False))
    assert model.fraction(model.job(0)) == 0.6
    model.take(JobNews([_job(1, JobState.RUNNING, 100)], [], False))
    assert model.fraction(model.job(0)) < 1.0
    model.take(JobNews([_job(1, JobState.DONE, 100, 1)], [], False))
    assert model.fraction(model.job(0)) == 1.0


def test_a_job_tells_its_state_to_screen_readers(look: QApplication) -> None:
    model = JobsModel()
    model.take(JobNews([_job(1, JobState.PAUSED, 50)], [], True))
    assert "Paused" in model.index(0).data(Qt.ItemDataRole.AccessibleTextRole)


class Asked(Bridge):
    """A bridge that only notes what it is asked, so that a test answers when and how it likes."""

    def __init__(self) -> None:
        super().__init__(lambda: "")
        self.answers: list[Callable[[object], object]] = []
        self.failures: list[Callable[[FilexferError], object]] = []

    def ask(self, method: str, *params: object, **after: Any) -> None:
        self.answers.append(after["done"])
        self.failures.append(after["failed"])


def _files(offset: int, count: int, total: int) -> tuple[list[JobFile], int]:
    return [JobFile(f"f{number:04}", "", 1, FileState.DONE) for number in range(offset, offset + count)], total


def test_the_files_of_a_job_are_asked_for_again_after_an_error(look: QApplication) -> None:
    bridge = Asked()
    said: list[FilexferError] = []
    bridge.failed.connect(said.append)
    model = JobFilesModel(bridge, 1)
    model.show(False)
    bridge.failures[0](ConnectionLost())
    assert len(said) == 1
    assert model.canFetchMore(QModelIndex())
    model.fetchMore(QModelIndex())
    bridge.answers[1](_files(0, 3, 3))
    assert model.rowCount() == 3


def test_the_files_of_a_job_are_listed_once_though_the_choice_was_switched_quickly(
    look: QApplication,
) -> None:
    bridge = Asked()
    model = JobFilesModel(bridge, 1)
    for failed_only in (False, True, False):
        model.show(failed_only)
    # The first question was the same as the last one, but its answer is of a list that is gone.
    bridge.answers[0](_files(0, 200, 600))
    assert model.rowCount() == 0
    bridge.answers[2](_files(0, 200, 600))
    model.fetchMore(QModelIndex())
    bridge.answers[3](_files(200, 200, 600))
    assert [model.index(row, 0).data() for row in (0, 199, 200, 399)] == ["f0000", "f0199", "f0200", "f0399"]
    assert model.rowCount() == 400
