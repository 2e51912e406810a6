"""6,000 rows selected at once: fetched, deleted, moved, copied, dragged out, by small calls and without a stall."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMessageBox

from filexfer.client.session import Session
from filexfer.core.model import JobState
from filexfer.gui.dragging import drag_out
from filexfer.gui.kit.location import Location
from filexfer.protocol import xmlrpc
from tests.gui.conftest import OtherServer
from tests.gui.lateness import Probe
from tests.gui.person import LEFT, Person
from tests.gui.test_moving import Hand

COUNT = 6_000
CONTROL = Qt.KeyboardModifier.ControlModifier
#: Bytes that any one call may take (names of a thousand rows that are to stay selected), and seconds that the main thread may
#: compute at a stretch.
LARGEST, STALL = 48 << 10, 0.05
#: Seconds that the agent and the server may take beside others' work.
LONG = 240.0


class Line:
    """What the window sends. Attribute: largest (bytes of the largest call, and its method)."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.largest = (0, "")
        call = Session.call

        def measured(session: Session, method: str, *params: object, **options: object) -> object:
            self.largest = max(self.largest, (sum(map(len, xmlrpc.encode_call(method, params))), method))
            return call(session, method, *params, **options)

        monkeypatch.setattr(Session, "call", measured)


@pytest.fixture
def line(monkeypatch: pytest.MonkeyPatch) -> Line:
    return Line(monkeypatch)


class Crowd:
    """Attributes: folder (on the other computer, with `COUNT` files and a folder in it), into (an empty one here)."""

    def __init__(self, room: Path) -> None:
        self.folder, self.into = room / "share" / "crowd", room / "here"
        self.into.mkdir()
        (self.folder / "a folder").mkdir(parents=True)
        opened = os.open(self.folder, os.O_RDONLY)
        for number in range(COUNT):
            file = os.open(f"{number}.txt", os.O_CREAT | os.O_WRONLY, dir_fd=opened)
            os.write(file, b"%d" % number)
            os.close(file)
        os.close(opened)


@pytest.fixture
def room() -> Iterator[Path]:
    """In memory where that can be: disks of test machines take minutes for so many files."""
    within = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="fxm", dir=within) as folder:
        yield Path(folder)


@pytest.fixture
def crowd(room: Path, person: Person, line: Line) -> Iterator[Crowd]:
    """The folder open; the list has the keyboard."""
    crowd = Crowd(room)
    server = OtherServer(room / "share", room / "state")
    person.go(Location(server.address, "crowd", "studio"))
    person.wait(lambda: person.window.listing.rowCount() == COUNT + 1, LONG)
    person.window.activateWindow()
    person.window.view.setFocus()
    with Probe() as probe:
        yield crowd
    person.window.browser.open(None)
    server.stop()
    assert max(probe.work) < STALL, f"the main thread computed for {max(probe.work):.3f} s at a stretch"
    assert line.largest[0] < LARGEST, line.largest


def _on_row(person: Person, row: int) -> QPoint:
    """A row of the list, near its top, in the window."""
    viewport = person.window.view.viewport()
    return viewport.mapTo(person.window, person.window.view.visualRect(person.window.listing.index(row, 0)).center())


def _select_all(person: Person) -> None:
    QTest.keyClick(person.window.view, Qt.Key.Key_A, CONTROL)
    assert person.window.view.chosen() == COUNT + 1


def _count(folder: Path) -> int:
    return sum(1 for _ in os.scandir(folder)) if folder.is_dir() else 0


def _without(person: Person, row: int) -> None:
    """All but one."""
    _select_all(person)
    person.window.view.scrollToTop()
    view = person.window.view
    QTest.mouseClick(view.viewport(), LEFT, CONTROL, view.visualRect(person.window.listing.index(row, 0)).center())
    assert person.window.view.chosen() == COUNT


def _wait_ended(person: Person, title: str) -> None:
    person.wait(lambda: (job := person.job(title)) is not None and job.state.ended, LONG)
    job = person.job(title)
    assert job is not None
    assert job.state is JobState.DONE, job.error


def test_all_are_downloaded_in_one_transfer(person: Person, crowd: Crowd) -> None:
    _select_all(person)
    person.window.actions_["download_to"].trigger()
    person.choose_in_dialog(crowd.into)
    _wait_ended(person, crowd.folder.name)
    assert _count(crowd.into) == COUNT + 1
    assert (crowd.into / f"{COUNT - 1}.txt").read_bytes() == str(COUNT - 1).encode()


def test_all_but_one_are_copied_and_pasted_into_a_folder(person: Person, crowd: Crowd) -> None:
    _without(person, 1)
    QTest.keyClick(person.window.view, Qt.Key.Key_C, CONTROL)
    person.wait(lambda: person.window.actions_["paste_into"].isEnabled())
    assert QGuiApplication.clipboard().text().endswith(crowd.folder.name), "of very many the address of their folder"
    person.window.actions_["paste_into"].trigger()
    person.choose_in_dialog(crowd.into)
    _wait_ended(person, f"a folder and {COUNT - 1} more")
    assert _count(crowd.into) == COUNT
    assert not (crowd.into / "0.txt").exists()
    assert (crowd.into / f"{COUNT - 1}.txt").read_bytes() == str(COUNT - 1).encode()


def test_all_are_deleted_and_come_back(person: Person, crowd: Crowd) -> None:
    _select_all(person)
    QTest.keyClick(person.window.view, Qt.Key.Key_Delete)
    person.wait(lambda: person.window.listing.rowCount() == 0, LONG)
    bar = person.window.pane.undo_bar
    person.wait(lambda: bar.words == "6,001 items are in the trash now.", LONG)
    person.click(bar.button)
    person.wait(lambda: bar.words == "Taken back.", LONG)
    person.wait(lambda: person.window.listing.rowCount() == COUNT + 1, LONG)
    assert (crowd.folder / f"{COUNT - 1}.txt").read_bytes() == str(COUNT - 1).encode()
    assert not person.window.errors.words


def test_all_are_deleted_for_good_after_a_question(person: Person, crowd: Crowd) -> None:
    _select_all(person)
    QTest.keyClick(person.window.view, Qt.Key.Key_Delete, Qt.KeyboardModifier.ShiftModifier)
    box = person.dialog()
    assert isinstance(box, QMessageBox)
    assert "6,001" in box.text()
    yes = next(button for button in box.buttons() if box.buttonRole(button) is QMessageBox.ButtonRole.DestructiveRole)
    person.click(yes)
    person.wait(lambda: person.window.pane.undo_bar.words == "6,001 items were deleted for good.", LONG)
    assert _count(crowd.folder) == 0
    assert not person.window.actions_["undo"].isEnabled()


def test_all_but_a_folder_are_moved_into_it_and_back(person: Person, crowd: Crowd, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drag_out, "QDrag", Hand)
    said: list[str] = []

    def over() -> QPoint:
        said.append(person.window.pane.outline.words)
        return _on_row(person, 0)

    Hand.person, Hand.stops = person, [over, over, over]
    _without(person, 0)
    person.window.actions_.drag_out.start(person.window.view)
    assert said[-1] == "Move 6,000 items to “a folder”"
    bar = person.window.pane.undo_bar
    person.wait(lambda: bar.words == "6,000 items are in “a folder” now.", LONG)
    assert _count(crowd.folder / "a folder") == COUNT
    person.click(bar.button)
    person.wait(lambda: bar.words == "Taken back.", LONG)
    assert _count(crowd.folder) == COUNT + 1
    assert _count(crowd.folder / "a folder") == 0


def test_all_are_dragged_out_and_go_where_they_are_wanted(person: Person, crowd: Crowd, monkeypatch: pytest.MonkeyPatch) -> None:
    actions = person.window.actions_
    _select_all(person)
    Hand.person, Hand.stops = person, [lambda: person.in_pane]
    monkeypatch.setattr(drag_out, "QDrag", Hand)
    actions.drag_out.start(person.window.view)
    lifted = actions.drag_out.lifted
    assert lifted is not None
    assert lifted.count == COUNT + 1
    # As a file manager tells it that speaks the direct save protocol.
    lifted.then(lambda here, chosen: actions.drag_out.told.emit(here, chosen, str(crowd.into), ""))
    _wait_ended(person, crowd.folder.name)
    assert _count(crowd.into) == COUNT + 1
