"""Transfers as a whole: their order, search, speed limit, what comes after them, receipts, and a killed agent."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QMimeData, QModelIndex, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDesktopServices, QDropEvent
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QApplication, QListView

from filexfer.client.session import Session
from filexfer.core.model import Direction, Job, JobSpec, JobState
from filexfer.gui.kit.bridge import JobNews
from filexfer.gui.transfers.job_delegate import BUTTONS
from filexfer.gui.transfers.jobs_model import MIME, JobsModel
from filexfer.gui.transfers.limit_menu import MB, LimitDialog
from filexfer.gui.transfers.receipt_dialog import ReceiptDialog
from filexfer.gui.transfers.transfers import action_words, offered
from tests.gui.conftest import MakeWindow, OwnAgent, Place
from tests.gui.person import Person, nameless

MIB = 1 << 20
CONTROL = Qt.KeyboardModifier.ControlModifier


def _random_file(path: Path, size: int) -> Path:
    path.write_bytes(os.urandom(size))
    return path


@pytest.fixture
def stalled(agent: OwnAgent) -> Iterator[OwnAgent]:
    """Transfers hardly move, until the test is over."""
    with agent.session() as session:
        session.call("limit_set", {"rate": 10_000})
        yield agent
        session.call("limit_set", {"rate": 0})


def _titles(person: Person) -> list[str]:
    return [person.window.jobs.title(job) for job in person.jobs]


def _send(person: Person, place: Place, folder: Path, names: str) -> None:
    """One transfer for each name, one after the other."""
    person.go(place.location)
    for name in names.split():
        person.drop([_random_file(folder / name, 2 * MIB)], person.in_pane)
        person.wait(partial(person.job, name))


def _asked(session: Session, method: str) -> dict[str, Any]:
    answer = session.call(method)
    assert isinstance(answer, dict)
    return answer


# Order


def test_keys_give_a_transfer_another_place(person: Person, place: Place, tmp_path: Path, stalled: OwnAgent) -> None:
    _send(person, place, tmp_path, "a b c d e")
    view = person.window.transfers.view
    view.setFocus()
    view.setCurrentIndex(person.window.jobs.index(4))
    person.key(Qt.Key.Key_Up, CONTROL)
    person.wait(lambda: _titles(person) == ["a", "b", "c", "e", "d"])
    assert view.currentIndex().row() == 3, "the keyboard stays with it"
    person.key(Qt.Key.Key_Up, CONTROL)
    person.wait(lambda: _titles(person) == ["a", "b", "e", "c", "d"])
    person.key(Qt.Key.Key_Down, CONTROL)
    person.wait(lambda: _titles(person) == ["a", "b", "c", "e", "d"])
    view.setCurrentIndex(person.window.jobs.index(0))
    person.key(Qt.Key.Key_Up, CONTROL)
    with stalled.session() as session:
        queued = sorted(_asked(session, "job_list")["jobs"], key=lambda job: job["position"])
    assert [job["name"] for job in queued] == ["a", "b", "c", "e", "d"], "the agent has the same order, and the first stays first"


def test_a_dragged_transfer_goes_where_it_is_dropped(person: Person, place: Place, tmp_path: Path, stalled: OwnAgent) -> None:
    _send(person, place, tmp_path, "a b c d")
    view, model = person.window.transfers.view, person.window.jobs
    view.setFocus()
    mime = model.mimeData([model.index(3)])
    above_first = view.visualRect(model.index(0)).topLeft() + QPoint(20, 2)
    view.scrollTo(model.index(0))
    move = Qt.DropAction.MoveAction
    event = QDropEvent(QPointF(above_first), move, mime, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    view.dropEvent(event)
    person.wait(lambda: _titles(person) == ["d", "a", "b", "c"])


def test_of_waiting_transfers_the_first_in_the_list_runs_next(
    person: Person, place: Place, tmp_path: Path, stalled: OwnAgent
) -> None:
    _send(person, place, tmp_path, "a b c d e")
    person.wait(lambda: [job.state for job in person.jobs] == [JobState.RUNNING] * 3 + [JobState.WAITING] * 2)
    person.window.transfers.view.acted.emit("sooner", person.job("e"))
    person.wait(lambda: _titles(person) == ["a", "b", "c", "e", "d"])
    person.press("pause", "a")
    person.wait_job("e", JobState.RUNNING)
    job = person.job("d")
    assert job is not None
    assert job.state is JobState.WAITING


# Models


@pytest.fixture
def model(look: QApplication) -> Iterator[JobsModel]:
    made = JobsModel()
    tester = QAbstractItemModelTester(made, QAbstractItemModelTester.FailureReportingMode.Fatal)
    yield made
    del tester


def _job(number: int, state: JobState = JobState.RUNNING, done: int = 0, total: int = 100) -> Job:
    spec = JobSpec(Direction.PUT, "http://a:1/", ((f"/h/{number}", f"{number}"),))
    finished = number if state.ended else 0
    return Job(
        number, spec, state, f"job {number}", files_total=1, bytes_total=total, bytes_done=done, position=float(number),
        finished_ns=finished,
    )  # fmt: skip


def _news(*jobs: Job, removed: tuple[int, ...] = (), fresh: bool = False) -> JobNews:
    return JobNews(list(jobs), list(removed), fresh)


def test_a_place_in_the_queue_lies_between_the_neighbours(model: JobsModel) -> None:
    model.take(_news(*(_job(number) for number in (1, 2, 3)), _job(4, JobState.DONE, 100), fresh=True))
    assert model.position_at(3, 0) == 0.0
    assert model.position_at(3, 1) == 1.5
    assert model.position_at(1, 3) == 4.0
    assert model.position_at(1, 9) == 4.0, "below what has ended is behind what has not"
    assert [model.position_at(2, row) for row in (1, 2)] == [None, None], "it stands there already"
    assert model.position_at(4, 0) is None
    assert model.position_at(77, 0) is None


@pytest.mark.parametrize("raw", [b"", b"x", b"-1", b"999999999999999999999", b"4", "²".encode()])
def test_what_is_no_transfer_of_ours_is_not_moved(model: JobsModel, raw: bytes) -> None:
    model.take(_news(_job(1), _job(2), _job(4, JobState.DONE, 100), fresh=True))
    asked: list[object] = []
    model.moved.connect(lambda *what: asked.append(what))
    mime = QMimeData()
    mime.setData(MIME, raw)
    assert model.dropMimeData(mime, Qt.DropAction.MoveAction, 0, 0, QModelIndex()) is False
    assert asked == []
    assert not model.flags(model.index(2)) & Qt.ItemFlag.ItemIsDragEnabled, "what has ended has no place in the queue"


def test_a_search_hides_the_others_while_they_go_on_changing(model: JobsModel) -> None:
    view = QListView()
    view.setModel(model)
    model.take(_news(*(_job(number) for number in range(1, 7)), fresh=True))
    model.show_only([2, 5, 99])
    assert [job.id for job in model.jobs()] == [2, 5]
    model.take(_news(_job(1, done=50), _job(5, JobState.DONE, 100), _job(8), removed=(3, 2)))
    assert [job.id for job in model.jobs()] == [5]
    assert len(model.all()) == 5
    model.show_only(None)
    assert [job.id for job in model.jobs()] == [1, 4, 6, 8, 5]


def test_the_overall_figure_does_not_fall_when_quick_ones_are_done_or_totals_grow(model: JobsModel) -> None:
    assert model.percent is None
    model.take(_news(_job(1, done=50), _job(2, done=0), fresh=True))
    assert model.percent == 25
    model.take(_news(_job(1, JobState.DONE, 100)))
    assert model.percent == 50
    model.take(_news(_job(2, done=10, total=1000)))
    assert model.percent == 50, "the scan found more; that is no step back"
    model.take(_news(_job(2, done=1000, total=1000)))
    assert model.percent == 99, "100 % means committed"
    model.take(_news(_job(3)))
    assert model.percent is not None
    model.take(_news(_job(2, JobState.DONE, 1000, 1000), _job(3, JobState.FAILED, 50)))
    assert model.percent is None
    model.take(_news(_job(4, done=30)))
    assert model.percent == 30, "what was before is over"


_EVENTS = st.lists(
    st.tuples(st.sampled_from(list(JobState)), st.integers(0, 300), st.integers(0, 300), st.booleans()), min_size=1, max_size=30
)


@settings(deadline=None, max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(_EVENTS)
@example([(JobState.WAITING, 1, 1, False), (JobState.WAITING, 0, 0, False), (JobState.WAITING, 0, 1, False)])
def test_no_stream_of_events_makes_a_bar_lie(look: QApplication, events: list[tuple[JobState, int, int, bool]]) -> None:
    """Whatever an agent tells, a bar neither falls while its job goes on, nor is it full before the job is done."""
    model = JobsModel()
    going, shown, overall = False, 0.0, -1
    for state, done, total, scanning in events:
        job = _job(1, state, done, total)._replace(scanning=scanning)
        model.take(_news(job))
        now = model.fraction(model.job(0))
        assert 0.0 <= now <= 1.0
        assert (now == 1.0) == (state is JobState.DONE)
        goes_on = state in (JobState.RUNNING, JobState.PAUSED)
        assert not (going and goes_on) or now >= shown
        if not state.ended and model.percent is not None:
            assert overall <= model.percent <= 99
        overall = model.percent if not state.ended and model.percent is not None else overall if not state.ended else -1
        going, shown = goes_on, now


# Search


def test_the_search_finds_transfers_by_the_names_of_their_files(person: Person, place: Place, tmp_path: Path) -> None:
    tree = tmp_path / "holiday"
    tree.mkdir()
    (tree / "IMG_2041.jpg").write_bytes(b"x")
    _random_file(tmp_path / "notes.txt", 10)
    person.go(place.location)
    person.drop([tree], person.in_pane)
    person.wait_job("holiday", JobState.DONE)
    person.drop([tmp_path / "notes.txt"], person.in_pane)
    person.wait_job("notes.txt", JobState.DONE)
    search = person.window.transfers.head.search
    person.type(search, "img_2041")
    person.wait(lambda: _titles(person) == ["holiday"])
    person.drop([_random_file(tmp_path / "new IMG_2041", 10)], person.in_pane)
    person.wait(lambda: len(person.jobs) == 2)
    person.type(search, "nothing of that name")
    person.wait(lambda: person.jobs == [])
    QTest.keyClick(search, Qt.Key.Key_Escape)
    person.wait(lambda: len(person.jobs) == 3)


# All of them


def test_all_that_failed_is_tried_again_by_one_button(person: Person, place: Place, tmp_path: Path) -> None:
    person.go(place.location)
    names = ["one", "two"]
    for name in names:
        person.drop([tmp_path / name], person.in_pane)
        person.wait_job(name, JobState.FAILED)
    for name in names:
        _random_file(tmp_path / name, 10)
    assert person.window.transfers.head.retry.isVisible()
    person.click(person.window.transfers.head.retry)
    for name in names:
        person.wait_job(name, JobState.DONE)
    person.wait(lambda: not person.window.transfers.head.retry.isVisible())


def test_the_speed_limit_is_chosen_shown_and_held(person: Person, agent: OwnAgent) -> None:
    head = person.window.transfers.head
    head.limits.choose(5 * MB)
    person.wait(lambda: "limit 5.0 MB/s" in head.words)
    head.limits.own.trigger()
    dialog = person.dialog()
    assert isinstance(dialog, LimitDialog)
    assert nameless(dialog) == []
    QTest.keyClicks(dialog.field, "2.5")  # in place of what stands there
    assert dialog.go is not None
    person.click(dialog.go)
    person.wait(lambda: "limit 2.5 MB/s" in head.words)
    assert head.limits.own.isChecked()
    with agent.session() as session:
        assert _asked(session, "agent_info")["rate"] == 2_500_000
    head.limits.choose(0)
    person.wait(lambda: "limit" not in head.words)


def test_a_limit_is_shown_by_the_next_window_too(open_window: MakeWindow, stalled: OwnAgent) -> None:
    person = open_window(stalled)
    person.wait(lambda: "limit 10.0 kB/s" in person.window.transfers.head.words)


def test_what_another_session_of_the_agent_chooses_is_shown_without_a_look(person: Person, agent: OwnAgent) -> None:
    head = person.window.transfers.head
    with agent.session() as other:
        other.call("limit_set", {"rate": 2_500_000})
        person.wait(lambda: "limit 2.5 MB/s" in head.words)
        assert head.limits.own.isChecked()
        other.call("limit_set", {"rate": 0})
        person.wait(lambda: "limit" not in head.words)
        other.call("finish_set", {"action": "sleep"})
        person.wait(lambda: "sleeps when finished" in head.words)
        assert head.finish.choices["sleep"].isChecked()
        other.call("finish_set", {"action": "nothing"})
        person.wait(lambda: "sleeps" not in head.words)


def test_the_sleep_when_all_is_finished_is_chosen_counts_down_and_is_called_off(
    person: Person, place: Place, tmp_path: Path, agent: OwnAgent
) -> None:
    transfers = person.window.transfers
    transfers.head.finish.choices["sleep"].trigger()
    person.wait(lambda: "sleeps when finished" in transfers.head.words)
    assert transfers.finish.words == ""
    person.go(place.location)
    person.drop([_random_file(tmp_path / "last", 1000)], person.in_pane)
    person.wait(lambda: "goes to sleep in" in transfers.finish.words)
    person.click(transfers.finish.stay)
    person.wait(lambda: transfers.finish.words == "" and "sleeps" not in transfers.head.words)
    with agent.session() as session:
        assert session.call("finish_state") == {"action": "nothing", "seconds": -1.0, "problem": ""}


# One of them


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[QUrl]:
    """What the system was asked to open."""
    urls: list[QUrl] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", urls.append)
    return urls


def test_what_was_fetched_is_opened_under_the_name_that_it_got(
    person: Person, place: Place, tmp_path: Path, opened: list[QUrl], agent: OwnAgent
) -> None:
    (place.folder / "a.txt").write_bytes(b"theirs")
    (tmp_path / "a.txt").write_bytes(b"mine, another one")
    spec = {
        "direction": "get", "server": place.location.server, "on_conflict": "rename",
        "items": [[f"{place.location.path}/a.txt", str(tmp_path / "a.txt")]],
    }  # fmt: skip
    with agent.session() as session:
        session.call("job_add", spec)
    person.wait_job("a.txt", JobState.DONE)
    view = person.window.transfers.view
    view.setFocus()
    view.setCurrentIndex(person.window.jobs.index(0))
    person.key(Qt.Key.Key_O)
    person.wait(lambda: opened)
    file = Path(opened[0].toLocalFile())
    assert file != tmp_path / "a.txt"
    assert file.read_bytes() == b"theirs"


def test_a_receipt_is_saved_and_checked_from_the_window(person: Person, place: Place, tmp_path: Path) -> None:
    tree = tmp_path / "holiday"
    tree.mkdir()
    _random_file(tree / "a", 1000)
    _random_file(tree / "b", 2 * MIB)
    person.go(place.location)
    person.drop([tree], person.in_pane)
    job = person.wait_job("holiday", JobState.DONE)
    person.window.transfers.view.acted.emit("receipt", job)
    person.choose_in_dialog(tmp_path / "receipt.sha256")
    dialog = _receipt(person)
    assert "2 file(s) are the same" in dialog.words or "2 files are the same" in dialog.words
    assert "receipt.sha256" in dialog.words
    assert nameless(dialog) == []
    dialog.close()
    person.wait(lambda: person.window.findChild(ReceiptDialog) is None)
    (place.folder / "holiday" / "a").write_bytes(b"x" * 1000)
    person.window.transfers.head.verify.trigger()
    person.choose_in_dialog(tmp_path / "receipt.sha256")
    dialog = _receipt(person)
    assert [dialog.differences.item(row).text() for row in range(dialog.differences.count())] == [
        "holiday/a: other content there"
    ]
    dialog.close()


def _receipt(person: Person) -> ReceiptDialog:
    person.wait(lambda: (one := person.window.findChild(ReceiptDialog)) is not None and one.done_)
    found = person.window.findChild(ReceiptDialog)
    assert isinstance(found, ReceiptDialog)
    return found


@pytest.mark.parametrize("state", JobState)
def test_every_act_that_is_offered_has_words_and_a_key_or_menu_entry(look: QApplication, state: JobState) -> None:
    job = Job(1, JobSpec(Direction.GET, "", (("a", "/a"),)), state, files_done=1)
    acts = offered(job)
    assert len(set(acts)) == len(acts)
    assert all(action_words(action) for action in acts)
    assert [action for action, _ in BUTTONS[state]] == acts[: len(BUTTONS[state])]
    assert ("sooner" in acts) == (not state.ended)
    assert ("receipt" in acts) == (state in (JobState.DONE, JobState.FAILED))


# Killed in the middle


def test_a_killed_agent_comes_back_with_the_same_list_and_goes_on(
    open_window: MakeWindow, home: Path, place: Place, tmp_path: Path
) -> None:
    own = OwnAgent(home / "killed")
    own.find()
    try:
        with own.session() as session:
            session.call("limit_set", {"rate": 2 * MIB})
            pid = _asked(session, "agent_info")["pid"]
        person = open_window(own)
        person.wait(lambda: person.window.servers.known)
        person.go(place.location)
        person.drop([_random_file(tmp_path / "before", 10)], person.in_pane)
        person.wait_job("before", JobState.DONE)
        _send(person, place, tmp_path, "one two three four")
        person.press("pause", "four")
        person.wait_job("four", JobState.PAUSED)
        person.wait(lambda: sum(job.bytes_done for job in person.jobs) >= 2 * MIB)
        before = {job.id: person.window.jobs.title(job) for job in person.jobs}
        reached = {job.id: person.window.jobs.fraction(job) for job in person.jobs}
        os.kill(pid, signal.SIGKILL)
        person.wait(lambda: person.window.errors.words != "")
        person.wait(lambda: person.window.errors.words == "" and len(person.jobs) == 5, 30)
        assert {job.id: person.window.jobs.title(job) for job in person.jobs} == before
        assert all(person.window.jobs.fraction(job) >= reached[job.id] - 0.5 for job in person.jobs)
        with own.session() as session:
            assert _asked(session, "agent_info")["pid"] != pid
            session.call("limit_set", {"rate": 0})
        person.wait_job("before", JobState.DONE)
        person.wait_job("four", JobState.PAUSED)
        person.press("resume", "four")
        for name in before.values():
            person.wait_job(name, JobState.DONE)
            assert (place.folder / name).read_bytes() == (tmp_path / name).read_bytes()
    finally:
        own.stop()


def test_the_transfers_have_names_for_screen_readers(person: Person) -> None:
    assert nameless(person.window.transfers) == []
