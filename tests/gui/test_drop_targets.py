"""Files from elsewhere dropped onto a folder, a part of the path, a computer; and what happens while they hang there."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint

from filexfer.core.model import JobState
from filexfer.gui.dragging.drop_zone import SPRING_MS
from filexfer.gui.kit.location import Location
from tests.gui.conftest import OtherServer, Place
from tests.gui.person import Person


@pytest.fixture
def source(tmp_path: Path) -> Path:
    file = tmp_path / "from here.txt"
    file.write_bytes(b"content")
    return file


def _part(person: Person, name: str) -> QPoint:
    part = next(part for part in person.window.toolbar.breadcrumb.parts if part.accessibleName() == name)
    return part.mapTo(person.window, part.rect().center())


def _computer(person: Person, address: str) -> QPoint:
    side = person.window.sidebar
    person.wait(lambda: side._model.row_of(address) >= 0)
    rect = side.view.visualRect(side._model.index(side._model.row_of(address)))
    return side.view.viewport().mapTo(person.window, rect.center())


def test_a_part_of_the_path_takes_files_and_says_where_they_go(person: Person, place: Place, source: Path) -> None:
    (place.folder / "in").mkdir()
    person.go(place.location.into("in"))
    person.drag_over([source], _part(person, place.folder.name))
    assert person.window.pane.outline.words == f"Drop to upload to “studio › {place.folder.name}”"
    person.drag_away()
    assert person.window.pane.outline.words == ""
    person.drop([source], _part(person, place.folder.name))
    person.wait_job("from here.txt", JobState.DONE)
    assert (place.folder / "from here.txt").read_bytes() == b"content"


def test_a_computer_in_the_side_bar_takes_files(person: Person, place: Place, studio: OtherServer, source: Path) -> None:
    person.window.servers.save("studio", studio.address)
    person.go(place.location)
    person.drag_over([source], _computer(person, studio.address))
    assert person.window.pane.outline.words == "Drop to upload to “studio”"
    person.drop([source], _computer(person, studio.address))
    person.wait_job("from here.txt", JobState.DONE)
    assert (studio.folder / "from here.txt").read_bytes() == b"content"
    (studio.folder / "from here.txt").unlink()


def test_this_computers_own_share_takes_files_too(person: Person, home: Path, source: Path) -> None:
    person.drop([source], _computer(person, ""))
    person.wait(lambda: (home / "mine" / "from here.txt").exists())
    (home / "mine" / "from here.txt").unlink()


def test_a_head_in_the_side_bar_takes_nothing(person: Person, place: Place, source: Path) -> None:
    person.go(place.location)
    side = person.window.sidebar
    head = side.view.viewport().mapTo(person.window, side.view.visualRect(side._model.index(0)).center())
    person.drop([source], head)
    person.bot.wait(300)
    assert not person.jobs
    assert person.window.pane.outline.words == ""


def test_a_folder_opens_after_files_hung_over_it_for_a_while(person: Person, place: Place, source: Path) -> None:
    (place.folder / "in" / "deeper").mkdir(parents=True)
    person.go(place.location)
    assert SPRING_MS == 600
    person.drag_over([source], person.on_row("in"))
    assert person.window.browser.here == place.location
    person.wait(lambda: person.window.browser.here == place.location.into("in"))
    person.wait(lambda: person.rows == ["deeper"])
    assert person.window.pane.outline.words.endswith("in”") or "deeper" in person.window.pane.outline.words
    person.drop([source], person.in_pane)
    person.wait(lambda: (place.folder / "in" / "from here.txt").exists())


def test_moving_on_in_time_opens_nothing(person: Person, place: Place, source: Path) -> None:
    (place.folder / "in").mkdir()
    (place.folder / "file").touch()
    person.go(place.location)
    person.drag_over([source], person.on_row("in"))
    person.bot.wait(SPRING_MS // 3)
    person.drag_over([source], person.in_pane)
    person.bot.wait(SPRING_MS + 200)
    assert person.window.browser.here == place.location
    person.drag_over([source], person.on_row("in"))
    person.drag_away()
    person.bot.wait(SPRING_MS + 200)
    assert person.window.browser.here == place.location


def test_one_place_at_a_time_is_aimed_at(person: Person, place: Place, source: Path) -> None:
    (place.folder / "in").mkdir()
    person.go(place.location.into("in"))
    person.drag_over([source], _part(person, place.folder.name))
    person.drag_over([source], person.in_pane)
    assert person.window.pane.outline.words == f"Drop to upload to “studio › {place.folder.name} › in”"
    person.bot.wait(SPRING_MS + 200)
    assert person.window.browser.here == place.location.into("in"), "the part of the path did not open behind our back"
    person.drag_away()
    assert person.window.pane.outline.words == ""


def test_a_computer_hovered_over_opens(person: Person, place: Place, studio: OtherServer, source: Path) -> None:
    person.window.servers.save("studio", studio.address)
    person.go(place.location)
    person.drag_over([source], _computer(person, studio.address))
    person.wait(lambda: person.window.browser.here == Location(studio.address, "", "studio"))
    person.drag_away()


def test_the_list_scrolls_while_something_hangs_at_its_edges(person: Person, place: Place, source: Path) -> None:
    for number in range(200):
        (place.folder / f"f{number:03d}").touch()
    person.go(place.location)
    view = person.window.view
    port, bar = view.viewport(), view.verticalScrollBar()
    low = port.mapTo(person.window, QPoint(100, port.height() - 4))
    person.drag_over([source], low)
    person.wait(lambda: bar.value() > 300)
    person.drag_over([source], port.mapTo(person.window, QPoint(100, port.height() // 2)))
    person.wait(lambda: not person.window.dropping.scrolls)
    before = bar.value()
    person.drag_over([source], port.mapTo(person.window, QPoint(100, 4)))
    person.wait(lambda: bar.value() < before)
    person.drag_away()
    still = bar.value()
    person.bot.wait(200)
    assert bar.value() == still


def test_a_drop_while_nothing_is_open_is_answered_in_words(person: Person, source: Path) -> None:
    person.drag_over([source], person.in_pane)
    assert person.window.pane.outline.words == "Connect to a computer first, then drop files onto its folder"
    person.drop([source], person.in_pane)
    person.wait(lambda: person.window.errors.words)
    assert "Connect to a computer" in person.window.errors.words
