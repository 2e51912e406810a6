"""Rows dragged within the window: onto a folder, a part of the path, the side bar; with the mouse from beginning to end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QDrag, QDragEnterEvent, QDragMoveEvent, QDropEvent, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from filexfer.gui.dragging import drag_out
from filexfer.gui.kit.location import Location
from tests.gui.conftest import OtherServer, Place
from tests.gui.person import LEFT, Person

CONTROL = Qt.KeyboardModifier.ControlModifier


class Hand(QDrag):
    """A drag that goes from stop to stop (points in the window; None: not there yet) and lets go at the last. The platform of
    these tests has no drags of its own; what arrives at the window is what others send. The last test drags for real."""

    person: Person
    stops: Sequence[Callable[[], QPoint | None]]

    def exec(self, *actions: Qt.DropAction) -> Qt.DropAction:
        handle, point, accepted = self.person.window.windowHandle(), QPoint(), False
        for number, stop in enumerate(self.stops):
            point = self._wait_for(stop)
            for kind in (QDragMoveEvent if number else QDragEnterEvent, QDragMoveEvent):
                event = kind(point, actions[0], self.mimeData(), LEFT, Qt.KeyboardModifier.NoModifier)
                QApplication.sendEvent(handle, event)
                accepted = event.isAccepted()
        if not accepted:
            self.person.drag_away()
            return Qt.DropAction.IgnoreAction
        none = Qt.KeyboardModifier.NoModifier
        drop = QDropEvent(QPointF(point), actions[0], self.mimeData(), LEFT, none, QEvent.Type.Drop)
        QApplication.sendEvent(handle, drop)
        return drop.dropAction() if drop.isAccepted() else Qt.DropAction.IgnoreAction

    def _wait_for(self, stop: Callable[[], QPoint | None]) -> QPoint:
        found: list[QPoint] = []

        def seen() -> bool:
            point = stop()
            if point is not None:
                found.append(point)
            return bool(found)

        self.person.wait(seen)
        return found[-1]


@pytest.fixture(autouse=True)
def hand(person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drag_out, "QDrag", Hand)
    Hand.person = person


def _drag(person: Person, name: str, *stops: Callable[[], QPoint | None]) -> None:
    """Press on a row and move: then the drag begins."""
    Hand.stops = stops
    port = person.window.view.viewport()
    start = person.row_point(name)
    QTest.mousePress(port, LEFT, Qt.KeyboardModifier.NoModifier, start)
    away = QPointF(start + QPoint(0, QApplication.startDragDistance() + 4))
    far, none = QPointF(port.mapToGlobal(away)), Qt.MouseButton.NoButton
    QApplication.sendEvent(port, QMouseEvent(QEvent.Type.MouseMove, away, far, none, LEFT, Qt.KeyboardModifier.NoModifier))
    QTest.mouseRelease(port, LEFT, Qt.KeyboardModifier.NoModifier, away.toPoint())


def _names(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


@pytest.fixture
def filled(place: Place, person: Person) -> Place:
    (place.folder / "to" / "deeper").mkdir(parents=True)
    (place.folder / "to" / "there").touch()
    for name in ("a", "b", "c"):
        (place.folder / name).write_bytes(name.encode())
    person.go(place.location)
    return place


def _part(person: Person, name: str) -> QPoint:
    crumb = person.window.toolbar.breadcrumb
    part = next(part for part in crumb.parts if part.accessibleName() == name)
    return part.mapTo(person.window, part.rect().center())


def test_a_row_dragged_onto_a_folder_is_in_it_and_comes_back(person: Person, filled: Place) -> None:
    said: list[str] = []

    def over() -> QPoint:
        said.append(person.window.pane.outline.words)
        return person.on_row("to")

    person.click_row("a")
    _drag(person, "a", over, over, over)
    person.wait(lambda: person.rows == ["to", "b", "c"])
    assert said[-1] == "Move “a” to “to”"
    assert _names(filled.folder / "to") == ["a", "deeper", "there"]
    assert person.window.pane.undo_bar.words == "“a” is in “to” now."
    assert not person.window.pane.outline.isVisible()
    person.click(person.window.pane.undo_bar.button)
    person.wait(lambda: person.rows == ["to", "a", "b", "c"])


def test_all_that_is_selected_goes_along(person: Person, filled: Place) -> None:
    person.click_row("a")
    person.click_row("c", CONTROL)
    _drag(person, "c", lambda: person.on_row("to"), lambda: person.on_row("to"))
    person.wait(lambda: person.rows == ["to", "b"])
    assert _names(filled.folder / "to") == ["a", "c", "deeper", "there"]


def test_a_name_that_is_in_use_there_keeps_both_where_they_are(person: Person, filled: Place) -> None:
    (filled.folder / "to" / "a").write_bytes(b"another")
    person.click_row("a")
    _drag(person, "a", lambda: person.on_row("to"), lambda: person.on_row("to"))
    person.wait(lambda: person.window.errors.words)
    assert "already" in person.window.errors.words
    assert (filled.folder / "a").read_bytes() == b"a"
    assert (filled.folder / "to" / "a").read_bytes() == b"another"


def test_let_go_on_the_list_or_outside_it_stays_where_it_is(person: Person, filled: Place) -> None:
    person.click_row("a")
    _drag(person, "a", lambda: person.in_pane, lambda: person.in_pane)
    _drag(person, "a", lambda: person.on_row("b"), lambda: person.on_row("b"))
    person.bot.wait(300)
    assert _names(filled.folder) == ["a", "b", "c", "to"]
    assert person.window.actions_.changes.acts.last is None
    assert not person.window.errors.words
    assert not person.jobs, "the staged copy of a row is not uploaded"


def test_a_folder_does_not_go_into_itself(person: Person, filled: Place) -> None:
    person.click_row("to")
    seen: list[str] = []

    def into_itself() -> QPoint:
        seen.append(person.window.pane.outline.words)
        return person.on_row("to")

    _drag(person, "to", into_itself, into_itself, into_itself)
    assert seen[-1] == "A folder cannot be moved into itself"
    assert _names(filled.folder / "to") == ["deeper", "there"]
    assert not person.window.errors.words


def test_a_folder_hovered_over_opens_and_takes_the_row(person: Person, filled: Place) -> None:
    person.click_row("a")

    def in_sprung() -> QPoint | None:
        here = person.window.browser.here
        return person.in_pane if here == filled.location.into("to") and person.settled else None

    _drag(person, "a", lambda: person.on_row("to"), in_sprung, in_sprung)
    person.wait(lambda: person.rows == ["deeper", "a", "there"])
    assert _names(filled.folder) == ["b", "c", "to"]


def test_a_part_of_the_path_takes_rows(person: Person, filled: Place) -> None:
    person.go(filled.location.into("to"))
    person.click_row("there")
    name = filled.folder.name
    _drag(person, "there", lambda: _part(person, name), lambda: _part(person, name))
    person.wait(lambda: person.rows == ["deeper"])
    assert (filled.folder / "there").exists()
    assert person.window.pane.undo_bar.words == f"“there” is in “{name}” now."


def test_the_side_bar_takes_rows_of_its_computer_to_the_top_of_its_share(
    person: Person, filled: Place, studio: OtherServer
) -> None:
    person.window.servers.save("studio", studio.address)
    side = person.window.sidebar
    person.wait(lambda: side._model.row_of(studio.address) >= 0)

    def on(address: str) -> QPoint:
        rect = side.view.visualRect(side._model.index(side._model.row_of(address)))
        return side.view.viewport().mapTo(person.window, rect.center())

    person.click_row("a")
    _drag(person, "a", lambda: on(studio.address), lambda: on(studio.address))
    person.wait(lambda: (studio.folder / "a").exists())
    (studio.folder / "a").unlink()
    person.wait(lambda: person.rows == ["to", "b", "c"])
    person.click_row("b")
    _drag(person, "b", lambda: on(""), lambda: on(""))
    person.wait(lambda: person.window.errors.words)
    assert "Download" in person.window.errors.words
    assert (filled.folder / "b").exists()


def test_a_thousand_selected_rows_are_moved_though_not_all_are_here(person: Person, place: Place) -> None:
    (place.folder / "0").mkdir()
    names: Sequence[str] = [f"f{number:04d}" for number in range(1200)]
    for name in names:
        (place.folder / name).touch()
    person.go(place.location)
    person.window.view.selectAll()
    person.click_row("0", CONTROL)
    assert person.window.view.chosen() == 1200
    person.window.view.scrollToTop()
    _drag(person, names[3], lambda: person.on_row("0"), lambda: person.on_row("0"))
    person.wait(lambda: len(_names(place.folder / "0")) == 1200)
    person.wait(lambda: person.rows == ["0"])


def test_rows_of_another_folder_cannot_be_forged(person: Person, filled: Place) -> None:
    """What claims to be our rows, from another program, is nothing to us."""
    from PySide6.QtCore import QMimeData

    from filexfer.gui.dragging import drops
    from filexfer.gui.dragging.dragged import read

    mime = QMimeData()
    mime.setData(drops.ROWS, drops.rows_of(Location("http://elsewhere/", "x")))
    assert read(mime, None) is None
    assert read(mime, person.window.actions_.drag_out.lifted) is None
