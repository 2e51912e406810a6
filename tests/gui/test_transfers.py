"""Sending and fetching: drops, dialogs, the list of transfers and its buttons, and what is said when something fails."""

from __future__ import annotations

import filecmp
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from filexfer.core.model import JobState
from filexfer.gui.kit.location import Location
from tests.gui.conftest import MakeWindow, OtherServer, OwnAgent, Place
from tests.gui.person import Person

CONTROL = Qt.KeyboardModifier.ControlModifier
MIB = 1 << 20


def _random_file(path: Path, size: int) -> Path:
    path.write_bytes(os.urandom(size))
    return path


@pytest.fixture
def slowly(agent: OwnAgent) -> Iterator[OwnAgent]:
    """Transfers take their time: one mebibyte a second, until the test is over."""
    with agent.session() as session:
        session.call("limit_set", {"rate": MIB})
        yield agent
        session.call("limit_set", {"rate": 0})


def _hurry(agent: OwnAgent) -> None:
    with agent.session() as session:
        session.call("limit_set", {"rate": 0})


def test_a_dropped_file_and_folder_arrive_byte_for_byte(person: Person, place: Place, tmp_path: Path) -> None:
    file = _random_file(tmp_path / "big.bin", 3 * MIB + 17)
    tree = tmp_path / "holiday"
    (tree / "empty").mkdir(parents=True)
    (tree / "deep" / "er").mkdir(parents=True)
    _random_file(tree / "deep" / "er" / "x.jpg", 5000)
    (tree / "zero").touch()
    person.go(place.location)
    taken = person.drop([file, tree], person.in_pane)
    assert taken == Qt.DropAction.CopyAction, "a move would delete the source"
    person.wait(lambda: [job.state for job in person.jobs] == [JobState.DONE])
    assert (place.folder / "big.bin").read_bytes() == file.read_bytes()
    assert filecmp.dircmp(tree, place.folder / "holiday").left_only == []
    assert (place.folder / "holiday" / "deep" / "er" / "x.jpg").read_bytes() == (tree / "deep" / "er" / "x.jpg").read_bytes()
    assert (place.folder / "holiday" / "empty").is_dir()
    assert file.exists()
    person.wait(lambda: person.rows == ["holiday", "big.bin"])


def test_a_drop_onto_a_folders_row_goes_into_that_folder(person: Person, place: Place, tmp_path: Path) -> None:
    file = _random_file(tmp_path / "a.bin", 100)
    (place.folder / "inbox").mkdir()
    (place.folder / "other.txt").touch()
    person.go(place.location)
    point = person.on_row("inbox")
    person.drag_over([file], point)
    assert person.window.pane.outline.words == f"Drop to upload to “{place.location.words} › inbox”"
    person.drag_over([file], person.on_row("other.txt"))
    assert person.window.pane.outline.words == f"Drop to upload to “{place.location.words}”", "a file takes no drop"
    person.drag_away()
    assert person.window.pane.outline.words == ""
    person.drop([file], point)
    person.wait_job("a.bin", JobState.DONE)
    assert (place.folder / "inbox" / "a.bin").read_bytes() == file.read_bytes()
    assert not (place.folder / "a.bin").exists()


def test_a_drop_where_there_is_no_folder_is_answered_in_words(person: Person, tmp_path: Path) -> None:
    file = _random_file(tmp_path / "a.bin", 10)
    person.drag_over([file], person.in_pane)
    assert "Connect" in person.window.pane.outline.words
    person.drop([file], person.in_pane)
    assert "Connect to a computer" in person.window.errors.words
    assert person.jobs == []


def test_a_dropped_link_is_explained_and_the_files_beside_it_are_sent(person: Person, place: Place, tmp_path: Path) -> None:
    file = _random_file(tmp_path / "a.bin", 10)
    person.go(place.location)
    person.drop(["https://example.org/x.png", file], person.in_pane)
    assert "https://example.org/x.png" in person.window.errors.words
    person.wait_job("a.bin", JobState.DONE)
    assert (place.folder / "a.bin").exists()


def test_a_file_that_changed_arrives_beside_the_old_one(person: Person, place: Place, tmp_path: Path) -> None:
    (place.folder / "a.txt").write_bytes(b"theirs")
    file = tmp_path / "a.txt"
    file.write_bytes(b"mine, and longer")
    person.go(place.location)
    person.drop([file], person.in_pane)
    QTest.keyClick(person.dialog(), Qt.Key.Key_Return)
    person.wait_job("a.txt", JobState.DONE)
    assert (place.folder / "a.txt").read_bytes() == b"theirs"
    assert sorted(path.read_bytes() for path in place.folder.iterdir()) == [b"mine, and longer", b"theirs"]


def test_files_chosen_in_the_dialog_are_sent(person: Person, place: Place, tmp_path: Path) -> None:
    file = _random_file(tmp_path / "chosen.bin", 1000)
    person.go(place.location)
    person.window.actions_["upload_files"].trigger()
    person.choose_in_dialog(file)
    person.wait_job("chosen.bin", JobState.DONE)
    assert (place.folder / "chosen.bin").read_bytes() == file.read_bytes()


def test_pasted_files_are_sent_and_a_pasted_text_is_explained(person: Person, place: Place, tmp_path: Path) -> None:
    file = _random_file(tmp_path / "pasted.bin", 1000)
    person.go(place.location)
    person.window.view.setFocus()
    QGuiApplication.clipboard().setText("just words")
    person.window.actions_["paste"].trigger()
    assert "no files" in person.window.errors.words
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(file))])
    QGuiApplication.clipboard().setMimeData(mime)
    person.window.actions_["paste"].trigger()
    person.wait_job("pasted.bin", JobState.DONE)
    assert (place.folder / "pasted.bin").read_bytes() == file.read_bytes()


def test_what_is_selected_is_fetched_into_the_chosen_folder(person: Person, place: Place, tmp_path: Path) -> None:
    _random_file(place.folder / "big.bin", 2 * MIB + 5)
    (place.folder / "album" / "empty").mkdir(parents=True)
    _random_file(place.folder / "album" / "one.jpg", 1234)
    (place.folder / "left.txt").touch()
    downloads = tmp_path / "downloads"
    downloads.mkdir()
    person.go(place.location)
    person.click_row("big.bin")
    person.click_row("album", CONTROL)
    person.click(person.window.toolbar.download)
    person.choose_in_dialog(downloads)
    person.wait(lambda: [job.state for job in person.jobs] == [JobState.DONE])
    assert (downloads / "big.bin").read_bytes() == (place.folder / "big.bin").read_bytes()
    assert (downloads / "album" / "one.jpg").read_bytes() == (place.folder / "album" / "one.jpg").read_bytes()
    assert (downloads / "album" / "empty").is_dir()
    assert not (downloads / "left.txt").exists()
    # The folder is remembered: the next time needs no question.
    person.click_row("left.txt")
    action = person.window.actions_["download"]
    assert action.isVisible()
    assert "downloads" in action.text()
    action.trigger()
    person.wait_job("left.txt", JobState.DONE)
    assert (downloads / "left.txt").exists()


def test_all_of_a_long_list_is_fetched_though_only_its_top_was_seen(person: Person, place: Place, tmp_path: Path) -> None:
    for number in range(1200):
        (place.folder / f"f{number:04d}").touch()
    person.go(place.location)
    person.window.view.setFocus()
    person.key(Qt.Key.Key_A, CONTROL)
    person.click(person.window.toolbar.download)
    target = tmp_path / "all"
    target.mkdir()
    person.choose_in_dialog(target)
    person.wait(lambda: person.jobs and person.jobs[0].state is JobState.DONE)
    assert len(list(target.iterdir())) == 1200


def test_a_transfer_pauses_goes_on_and_ends_complete(person: Person, place: Place, tmp_path: Path, slowly: OwnAgent) -> None:
    file = _random_file(tmp_path / "slow.bin", 12 * MIB)
    person.go(place.location)
    person.drop([file], person.in_pane)
    person.wait(lambda: (job := person.job("slow.bin")) is not None and job.bytes_done > 0)
    assert "filexfer" in person.window.windowTitle()
    assert "%" in person.window.windowTitle()
    person.press("pause", "slow.bin")
    paused = person.wait_job("slow.bin", JobState.PAUSED)
    assert not (place.folder / "slow.bin").exists(), "nothing half-written is seen"
    _hurry(slowly)
    person.press("resume", "slow.bin")
    done = person.wait_job("slow.bin", JobState.DONE)
    assert done.bytes_done >= paused.bytes_done
    assert (place.folder / "slow.bin").read_bytes() == file.read_bytes()


def test_a_cancelled_transfer_leaves_nothing_and_can_be_tried_again(
    person: Person, place: Place, tmp_path: Path, slowly: OwnAgent
) -> None:
    file = _random_file(tmp_path / "no.bin", 12 * MIB)
    person.go(place.location)
    person.drop([file], person.in_pane)
    person.wait(lambda: (job := person.job("no.bin")) is not None and job.bytes_done > 0)
    person.press("cancel", "no.bin")
    person.wait_job("no.bin", JobState.CANCELLED)
    assert list(place.folder.iterdir()) == []
    _hurry(slowly)
    person.press("retry", "no.bin")
    person.wait_job("no.bin", JobState.DONE)
    assert (place.folder / "no.bin").read_bytes() == file.read_bytes()


def test_the_keyboard_pauses_resumes_and_clears(person: Person, place: Place, tmp_path: Path, slowly: OwnAgent) -> None:
    file = _random_file(tmp_path / "keys.bin", 12 * MIB)
    person.go(place.location)
    person.drop([file], person.in_pane)
    person.wait_job("keys.bin", JobState.RUNNING)
    view = person.window.transfers.view
    view.setFocus()
    view.setCurrentIndex(person.window.jobs.index(0))
    person.key(Qt.Key.Key_Space)
    person.wait_job("keys.bin", JobState.PAUSED)
    person.key(Qt.Key.Key_Space)
    person.wait_job("keys.bin", JobState.RUNNING)
    person.key(Qt.Key.Key_Delete)
    person.wait_job("keys.bin", JobState.CANCELLED)
    person.key(Qt.Key.Key_Delete)
    person.wait(lambda: person.jobs == [])


def test_a_missing_source_fails_in_words_and_succeeds_once_it_is_there(person: Person, place: Place, tmp_path: Path) -> None:
    person.go(place.location)
    missing = tmp_path / "missing.txt"
    person.drop([missing], person.in_pane)
    job = person.wait_job("missing.txt", JobState.FAILED)
    assert job.error.endswith(".")
    missing.write_text("here now")
    person.press("retry", "missing.txt")
    person.wait_job("missing.txt", JobState.DONE)
    assert (place.folder / "missing.txt").read_text() == "here now"


def test_a_file_where_a_folder_should_be_is_said(person: Person, place: Place, tmp_path: Path) -> None:
    file = _random_file(tmp_path / "a.bin", 10)
    (place.folder / "inbox").mkdir()
    person.go(place.location.into("inbox"))
    (place.folder / "inbox").rmdir()
    (place.folder / "inbox").write_text("now a file")
    person.drop([file], person.in_pane)
    job = person.wait_job("a.bin", JobState.FAILED)
    assert "file" in job.error
    assert (place.folder / "inbox").read_text() == "now a file"


def test_a_server_that_only_lets_look_refuses_in_words(person: Person, home: Path, tmp_path: Path) -> None:
    server = OtherServer(home / "readonly", home / "readonly-state", guest="read")
    try:
        file = _random_file(tmp_path / "a.bin", 10)
        person.go(Location(server.address, "", "readonly"))
        person.drop([file], person.in_pane)
        job = person.wait_job("a.bin", JobState.FAILED)
        assert "Ask the owner" in job.error
        assert list(server.folder.glob("[!.]*")) == []
    finally:
        server.stop()


def test_a_job_for_a_dead_server_waits_in_words_and_is_sent_on_demand(person: Person, home: Path, tmp_path: Path) -> None:
    server = OtherServer(home / "dead", home / "dead-state")
    file = _random_file(tmp_path / "a.bin", 10)
    person.go(Location(server.address, "", "dead"))
    server.kill()
    person.drop([file], person.in_pane)
    person.wait(lambda: (job := person.job("a.bin")) is not None and job.is_held)
    job = person.job("a.bin")
    assert job is not None
    assert job.error.endswith(".")
    again = OtherServer(home / "dead", home / "dead-state", port=int(server.address.rstrip("/").rpartition(":")[2]))
    person.window.transfers.view.acted.emit("retry", job)
    person.wait_job("a.bin", JobState.DONE)
    assert (again.folder / "a.bin").exists()
    again.stop()


def test_show_in_folder_opens_where_the_file_went(person: Person, place: Place, tmp_path: Path) -> None:
    file = _random_file(tmp_path / "a.bin", 10)
    (place.folder / "inbox").mkdir()
    person.go(place.location)
    person.drop([file], person.on_row("inbox"))
    person.wait_job("a.bin", JobState.DONE)
    person.press("reveal", "a.bin")
    person.wait(lambda: person.rows == ["a.bin"])
    person.wait(lambda: person.window.view.names() == ["a.bin"])


def test_what_has_ended_is_swept_from_the_list(person: Person, place: Place, tmp_path: Path) -> None:
    person.go(place.location)
    for name in ("a", "b"):
        person.drop([_random_file(tmp_path / name, 10)], person.in_pane)
        person.wait_job(name, JobState.DONE)
    person.press("clear", "a")
    person.wait(lambda: [person.window.jobs.title(job) for job in person.jobs] == ["b"])
    person.click(person.window.transfers.sweep)
    person.wait(lambda: person.jobs == [])
    assert not person.window.transfers.sweep.isEnabled()


def test_the_files_of_a_failed_transfer_tell_why_each_failed(person: Person, place: Place, tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    tree.mkdir()
    _random_file(tree / "good", 10)
    (tree / "pipe").symlink_to("good")
    person.go(place.location)
    person.drop([tree, tmp_path / "gone"], person.in_pane)
    person.wait(lambda: person.jobs and person.jobs[0].state.ended)
    job = person.jobs[0]
    assert job.state is JobState.FAILED
    person.window.transfers.view.acted.emit("details", job)
    person.wait(lambda: QApplication.activeWindow() is not person.window)
    details = QApplication.activeWindow()
    table = details.table
    person.wait(lambda: table.model().rowCount() > 0)
    outcomes = [str(table.model().index(row, 2).data()) for row in range(table.model().rowCount())]
    assert all(outcome.startswith("failed: ") for outcome in outcomes)
    person.click(details.failed)
    person.wait(lambda: table.model().rowCount() > len(outcomes))
    details.close()


def test_closing_the_window_in_mid_transfer_stops_nothing(
    open_window: MakeWindow, place: Place, tmp_path: Path, slowly: OwnAgent
) -> None:
    first = open_window(slowly)
    first.wait(lambda: first.window.servers.known)
    file = _random_file(tmp_path / "long.bin", 16 * MIB)
    first.go(place.location)
    first.drop([file], first.in_pane)
    first.wait(lambda: (job := first.job("long.bin")) is not None and job.bytes_done > 0)
    before = first.job("long.bin")
    assert before is not None
    first.window.close()
    second = open_window(slowly)
    after = second.wait_job("long.bin", JobState.RUNNING)
    assert after.id == before.id
    second.wait(lambda: (job := second.job("long.bin")) is not None and job.bytes_done > before.bytes_done)
    assert second.window.browser.here == place.location, "the folder that was open is open again"
    _hurry(slowly)
    second.wait_job("long.bin", JobState.DONE)
    assert (place.folder / "long.bin").read_bytes() == file.read_bytes()


def test_hovering_a_button_names_it(person: Person, place: Place, tmp_path: Path) -> None:
    person.go(place.location)
    person.drop([_random_file(tmp_path / "a", 10)], person.in_pane)
    person.wait_job("a", JobState.DONE)
    view = person.window.transfers.view
    point = view.button_point(0, "clear")
    assert view.under(point).action == "clear"
    assert view.under(QPoint(5, 5)).action == ""
