"""The sheet before an upload runs: when it is shown, what it says, what its keys and choices do. And pictures that are pasted."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from filexfer.client.session import connect
from filexfer.core.model import Conflict, JobState
from filexfer.gui.dragging import paste_image, planning
from filexfer.gui.dragging.sheet import Sheet
from filexfer.gui.kit.location import Location
from filexfer.server import Server
from filexfer.storage.folder import FolderStore
from tests.gui.conftest import Place
from tests.gui.person import Person, nameless


def put(path: Path, content: bytes, mtime: int = 10**9) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    os.utime(path, (mtime, mtime))
    return path


def contents(folder: Path) -> list[bytes]:
    return sorted(path.read_bytes() for path in folder.rglob("*") if path.is_file() and ".filexfer" not in path.parts)


def sheet(person: Person) -> Sheet:
    """The sheet that is open, once all is counted."""
    found = person.dialog()
    assert isinstance(found, Sheet)
    person.wait(lambda: "looking" not in found.amount.text())
    return found


def lines(sheet: Sheet) -> dict[str, tuple[str, str]]:
    """Of each line that is shown how many, and which."""
    return {group: (count.text(), names.text()) for group, (label, count, names) in sheet.rows.lines.items() if label.isVisible()}


@pytest.fixture
def changed(person: Person, place: Place, tmp_path: Path) -> Path:
    """A file of which another version is there, in the open folder."""
    put(place.folder / "a.txt", b"theirs", 2 * 10**9)
    person.go(place.location)
    return put(tmp_path / "a.txt", b"mine, longer")


def test_what_needs_no_decision_shows_no_sheet(person: Person, place: Place, tmp_path: Path) -> None:
    put(tmp_path / "tree" / "a", b"1")
    put(place.folder / "tree" / "b", b"2")
    person.go(place.location)
    person.drop([tmp_path / "tree"], person.in_pane)
    while not (job := person.job("tree")) or job.state is not JobState.DONE:
        assert QApplication.activeModalWidget() is None
        QTest.qWait(10)
    assert contents(place.folder) == [b"1", b"2"]


def test_the_sheet_tells_new_same_and_different_files_and_what_will_not_travel(
    person: Person, place: Place, tmp_path: Path
) -> None:
    tree = tmp_path / "tree"
    for name in ("new", "deep/new2", "same", "changed", "blocked"):
        put(tree / name, b"mine")
    (tree / "link").symlink_to("new")
    put(place.folder / "tree" / "same", b"mine")
    put(place.folder / "tree" / "changed", b"theirs")
    (place.folder / "tree" / "blocked").mkdir()
    person.go(place.location)
    person.drop([tree, tmp_path / "gone"], person.in_pane)
    found = sheet(person)
    assert lines(found) == {
        "new": ("2", ""),
        "same": ("1", ""),
        "changed": ("1", "tree/changed"),
        "blocked": ("1", "tree/blocked"),
        "links": ("1", "tree/link"),
        "unreadable": ("1", "gone"),
    }
    assert found.amount.text().startswith("5 files · 20 B")
    assert "free there" in found.room.text()
    assert not found.leave_out.isVisible()
    assert found.choice is Conflict.RENAME
    assert nameless(found) == []
    assert person.jobs == [], "nothing begins before it is decided"
    found.reject()


def test_enter_keeps_both(person: Person, place: Place, changed: Path) -> None:
    person.drop([changed], person.in_pane)
    QTest.keyClick(sheet(person), Qt.Key.Key_Return)
    person.wait_job("a.txt", JobState.DONE)
    assert contents(place.folder) == [b"mine, longer", b"theirs"]
    assert (place.folder / "a.txt").read_bytes() == b"theirs"


@pytest.mark.parametrize("choice", [Conflict.OVERWRITE, Conflict.NEWER])
@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter])
def test_enter_never_replaces(person: Person, place: Place, changed: Path, choice: Conflict, key: Qt.Key) -> None:
    os.utime(changed, (3 * 10**9, 3 * 10**9))
    person.drop([changed], person.in_pane)
    found = sheet(person)
    person.click(found.choices[choice])
    for widget in (found, found.choices[choice], found.go, found.cancel):
        widget.setFocus()
        QTest.keyClick(widget, key)
    assert found.isVisible()
    assert person.jobs == []
    assert contents(place.folder) == [b"theirs"]
    # By hand it is replaced, and what was there lies in the trash.
    person.click(found.go)
    person.wait_job("a.txt", JobState.DONE)
    assert contents(place.folder) == [b"mine, longer"]
    with connect(place.location.server) as session:
        assert f"{place.location.path}/a.txt" in [one["path"] for one in session.call("trash_list")]  # type: ignore[attr-defined]


def test_what_is_there_can_be_left_alone(person: Person, place: Place, changed: Path) -> None:
    person.drop([changed], person.in_pane)
    found = sheet(person)
    person.click(found.choices[Conflict.SKIP])
    QTest.keyClick(found, Qt.Key.Key_Return)
    job = person.wait_job("a.txt", JobState.DONE)
    assert job.files_skipped == 1
    assert contents(place.folder) == [b"theirs"]


def test_cancel_and_escape_begin_nothing(person: Person, place: Place, changed: Path) -> None:
    person.drop([changed], person.in_pane)
    person.click(sheet(person).cancel)
    person.drop([changed], person.in_pane)
    QTest.keyClick(sheet(person), Qt.Key.Key_Escape)
    person.wait(lambda: QApplication.activeModalWidget() is None)
    put(place.folder.parent / "other", b"")
    person.drop([put(changed.parent / "b.txt", b"b")], person.in_pane)
    person.wait_job("b.txt", JobState.DONE)
    assert [person.window.jobs.title(job) for job in person.jobs] == ["b.txt"]
    assert contents(place.folder) == [b"b", b"theirs"]


@pytest.mark.parametrize("out", [True, False])
def test_what_systems_keep_in_folders_stays_out_by_a_visible_switch(
    person: Person, place: Place, tmp_path: Path, out: bool
) -> None:
    for name in (".DS_Store", "deep/Thumbs.db", "deep/a"):
        put(tmp_path / "tree" / name, b"x")
    person.go(place.location)
    person.drop([tmp_path / "tree"], person.in_pane)
    found = sheet(person)
    assert found.leave_out.isVisible()
    assert found.leave_out.isChecked()
    assert ".DS_Store, Thumbs.db" in found.leave_out.text()
    assert not found.choices[Conflict.RENAME].isVisible(), "nothing is in the way"
    if not out:
        person.click(found.leave_out)
    person.click(found.go)
    person.wait_job("tree", JobState.DONE)
    assert (place.folder / "tree" / "deep" / "a").exists()
    assert [(place.folder / "tree" / name).exists() for name in (".DS_Store", "deep/Thumbs.db")] == [not out, not out]


class Slow:
    """A server in this process whose listings of one folder wait until they are let go. Attributes: folder, location."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        folder.mkdir()
        self.gate = threading.Event()
        self.server = Server(folder, ["http://127.0.0.1:0"], guest="write").start()
        self.location = Location(self.server.addresses[0], "", "slow")
        scan = FolderStore.scan

        def wait(store: FolderStore, path: str, recursive: bool) -> object:
            if path == "slow":
                assert self.gate.wait(20)
            return scan(store, path, recursive)

        monkeypatch.setattr(FolderStore, "scan", wait)


@pytest.fixture
def slow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Slow]:
    made = Slow(tmp_path / "server", monkeypatch)
    yield made
    made.gate.set()
    made.server.close()


def test_the_sheet_is_there_while_the_counts_still_grow_and_starts_at_once(
    person: Person, tmp_path: Path, slow: Slow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(planning, "SLOW_MS", 60_000)  # it is there for the decision, not because it takes long
    put(slow.folder / "a.txt", b"theirs")
    put(slow.folder / "slow" / "b", b"theirs")
    first, second = put(tmp_path / "a.txt", b"mine"), put(tmp_path / "slow" / "b", b"mine").parent
    person.go(slow.location)
    person.drop([first, second], person.in_pane)
    found = person.dialog()
    assert isinstance(found, Sheet)
    assert "still looking" in found.amount.text()
    person.wait(lambda: found.amount.text().startswith("2 files"))
    assert lines(found)["changed"] == ("1", "a.txt")
    person.click(found.go)
    person.wait(lambda: len(person.jobs) == 1)
    slow.gate.set()
    person.wait(lambda: person.jobs[0].state is JobState.DONE)
    assert contents(slow.folder) == [b"mine", b"mine", b"theirs", b"theirs"]


def test_a_long_look_without_a_decision_is_told_and_then_begins_by_itself(
    person: Person, tmp_path: Path, slow: Slow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(planning, "SLOW_MS", 50)
    put(slow.folder / "slow" / "there", b"theirs")
    folder = put(tmp_path / "slow" / "b", b"mine").parent
    person.go(slow.location)
    person.drop([folder], person.in_pane)
    found = person.dialog()
    assert isinstance(found, Sheet)
    assert "still looking" in found.amount.text()
    slow.gate.set()
    person.wait_job("slow", JobState.DONE)
    person.wait(lambda: QApplication.activeModalWidget() is None)
    assert contents(slow.folder) == [b"mine", b"theirs"]


def test_a_drop_on_a_server_that_is_gone_ends_in_the_list(person: Person, tmp_path: Path) -> None:
    file = put(tmp_path / "a.txt", b"mine")
    person.window.actions_.upload([str(file)], Location("http://127.0.0.1:1/", "", "gone"))
    person.wait(lambda: person.job("a.txt") is not None)
    assert QApplication.activeModalWidget() is None


# Pictures of the clipboard


def picture(width: int, height: int, noise: bool) -> QImage:
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.red)
    if noise:
        bits = image.bits()
        bits[:] = os.urandom(len(bits))
    return image


@pytest.mark.parametrize("large", [False, True])
def test_a_pasted_picture_becomes_a_file(person: Person, place: Place, large: bool) -> None:
    image = picture(1200, 800, noise=True) if large else picture(40, 30, noise=False)
    person.go(place.location)
    QGuiApplication.clipboard().setImage(image)
    person.window.actions_["paste"].trigger()
    person.wait(lambda: len(person.rows) == 1)
    (name,) = person.rows
    assert name.startswith("Pasted 20")
    file = place.folder / name
    assert (file.stat().st_size > paste_image.ONE_CALL) is large
    arrived = QImage(str(file))
    assert arrived.convertToFormat(image.format()) == image
    # Another one in the same second: nothing is replaced.
    QGuiApplication.clipboard().setImage(picture(1200 if large else 41, 801, noise=large))
    person.window.actions_["paste"].trigger()
    person.wait(lambda: len(person.rows) == 2)
    assert QImage(str(file)) == arrived


def test_a_picture_with_the_address_it_came_from_is_pasted_as_a_picture(person: Person, place: Place) -> None:
    mime = QMimeData()
    mime.setImageData(picture(20, 20, noise=False))
    mime.setUrls([QUrl("https://example.org/x.png")])
    person.go(place.location)
    QGuiApplication.clipboard().setMimeData(mime)
    person.window.actions_["paste"].trigger()
    person.wait(lambda: len(person.rows) == 1)
    assert person.window.errors.words == ""


def test_a_picture_that_cannot_be_stored_is_told(person: Person, place: Place) -> None:
    person.go(place.location)
    place.folder.rmdir()
    place.folder.write_bytes(b"a file now")
    QGuiApplication.clipboard().setImage(picture(20, 20, noise=False))
    person.window.actions_["paste"].trigger()
    person.wait(lambda: person.window.errors.words)
