"""The open folder shows what happens on the server, without a hand moved; who looks at it stays where they are."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtWidgets import QLineEdit

from filexfer.gui.kit.location import Location
from tests.gui.conftest import OtherServer, Place
from tests.gui.person import Person


@pytest.fixture
def mortal_server(home: Path) -> Iterator[OtherServer]:
    """One that dies and comes back in a test."""
    server = OtherServer(home / "mortal-share", home / "mortal-state")
    yield server
    server.kill()
    shutil.rmtree(home / "mortal-share")
    shutil.rmtree(home / "mortal-state")


def again(server: OtherServer) -> None:
    """It comes back at its address."""
    server.__init__(server.folder, server.state, port=int(server.address.rstrip("/").rpartition(":")[2]))  # type: ignore[misc]


def test_what_happens_on_the_server_is_seen(person: Person, place: Place) -> None:
    (place.folder / "a").touch()
    person.go(place.location)
    (place.folder / "b").touch()
    person.wait(lambda: person.rows == ["a", "b"])
    (place.folder / "a").write_bytes(bytes(3000))
    person.wait(lambda: person.column(1)[0] == "3.0 kB")
    (place.folder / "b").rename(place.folder / "c")
    person.wait(lambda: person.rows == ["a", "c"])
    for name in ("a", "c"):
        (place.folder / name).unlink()
    person.wait(lambda: "empty" in person.window.pane.page)
    (place.folder / "d").mkdir()
    person.wait(lambda: person.window.pane.page == "list" and person.rows == ["d"])


def test_selection_current_row_and_place_stay_where_they_are(person: Person, place: Place) -> None:
    for n in range(1500):
        (place.folder / f"m{n}").touch()
    person.go(place.location)
    view, model = person.window.view, person.window.listing
    view.scrollTo(model.index(900, 0), view.ScrollHint.PositionAtTop)
    view.verticalScrollBar().setValue(view.verticalScrollBar().value() + 9)
    person.wait(lambda: person.window.browser.top_row == 900 and model.entry(900) is not None)
    for row in (902, 905):
        flags = QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows
        view.selectionModel().select(model.index(row, 0), flags)
    view.selectionModel().setCurrentIndex(model.index(905, 0), QItemSelectionModel.SelectionFlag.NoUpdate)
    before = view.rowViewportPosition(900)
    for n in range(40):
        (place.folder / f"before{n}").touch()
    person.wait(lambda: model.rowCount() == 1540 and view.chosen() == 2)
    person.wait(lambda: model.entry(940) is not None)
    assert view.names() == ["m902", "m905"]
    assert view.currentIndex().row() == 945
    entry = model.entry(940)
    assert entry is not None
    assert (entry.name, view.rowViewportPosition(940)) == ("m900", before)


def test_at_the_top_one_stays_at_the_top(person: Person, place: Place) -> None:
    for n in range(200):
        (place.folder / f"m{n}").touch()
    person.go(place.location)
    (place.folder / "a new one").touch()
    person.wait(lambda: person.rows[0] == "a new one")
    assert person.window.view.verticalScrollBar().value() == 0


def test_all_rows_selected_stay_all_rows(person: Person, place: Place) -> None:
    for n in range(1200):
        (place.folder / f"m{n}").touch()
    person.go(place.location)
    person.window.view.selectAll()
    (place.folder / "new").touch()
    person.wait(lambda: person.window.listing.rowCount() == 1201)
    assert person.window.view.chosen() == 1201


def test_a_selection_too_large_to_be_found_again_is_given_up_whole(person: Person, place: Place) -> None:
    for n in range(1200):
        (place.folder / f"m{n}").touch()
    person.go(place.location)
    view, model = person.window.view, person.window.listing
    view.selectAll()
    view.selectionModel().select(
        model.index(0, 0), QItemSelectionModel.SelectionFlag.Deselect | QItemSelectionModel.SelectionFlag.Rows
    )
    (place.folder / "new").touch()
    person.wait(lambda: model.rowCount() == 1201)
    assert view.chosen() == 0


def test_rows_wait_while_a_name_is_edited(person: Person, place: Place) -> None:
    (place.folder / "b").touch()
    person.go(place.location)
    person.click_row("b")
    person.key(Qt.Key.Key_F2)
    editor = person.window.view.findChild(QLineEdit, "inline")
    assert editor is not None
    with person.bot.waitSignal(person.window._bridge.views, timeout=20_000):
        (place.folder / "a").touch()
    assert person.rows == ["b"]
    person.key(Qt.Key.Key_Escape)
    person.wait(lambda: person.rows == ["a", "b"])


def test_a_server_that_went_away_and_came_back_needs_no_hand(person: Person, mortal_server: OtherServer) -> None:
    (mortal_server.folder / "a").touch()
    person.go(Location(mortal_server.address, "", "mortal"))
    mortal_server.kill()
    person.wait(lambda: person.window.errors.words)
    assert person.rows == ["a"]
    assert "looked at again by itself" in person.window.errors.words
    (mortal_server.folder / "b").touch()
    again(mortal_server)
    person.wait(lambda: person.rows == ["a", "b"])
    person.wait(lambda: not person.window.errors.words)


def test_a_folder_of_a_server_that_was_not_there_opens_once_it_is(person: Person, mortal_server: OtherServer) -> None:
    (mortal_server.folder / "a").touch()
    mortal_server.kill()
    person.window.browser.open(Location(mortal_server.address, "", "mortal"))
    person.wait(lambda: "cannot be opened" in person.window.pane.page)
    again(mortal_server)
    person.wait(lambda: person.window.pane.page == "list" and person.rows == ["a"])


def test_a_folder_deleted_there_is_told_and_shown_again_when_it_is_back(person: Person, place: Place) -> None:
    (place.folder / "sub").mkdir()
    (place.folder / "sub" / "a").touch()
    person.go(place.location)  # so that the folder above is looked after too
    person.go(place.location.into("sub"))
    (place.folder / "sub").rename(place.folder / "away")
    person.wait(lambda: "cannot be opened" in person.window.pane.page)
    (place.folder / "away").rename(place.folder / "sub")
    person.wait(lambda: person.window.pane.page == "list" and person.rows == ["a"])


def test_the_way_back_up_selects_the_folder_one_was_in_wherever_it_stands(person: Person, place: Place) -> None:
    for n in range(1200):
        (place.folder / f"d{n}").mkdir()
    person.go(place.location.into("d1100"))
    person.window.browser.up()
    person.wait(lambda: person.settled and person.window.view.names() == ["d1100"])
    view = person.window.view
    assert 0 <= view.rowViewportPosition(1100) <= view.viewport().height()
    assert os.path.basename(person.window.browser.here.path) == place.folder.name  # type: ignore[union-attr]


def test_in_the_grid_selection_and_place_stay_too(person: Person, place: Place) -> None:
    for n in range(600):
        (place.folder / f"m{n}").touch()
    person.go(place.location)
    window = person.window
    window.looking.choice.as_grid.trigger()
    grid, model, view = window.looking.grid, window.listing, window.view
    person.wait(lambda: view.front is grid and grid.isVisible())
    grid.verticalScrollBar().setValue(grid.verticalScrollBar().maximum() // 2 + 7)
    person.wait(lambda: model.entry(window.browser.top_row) is not None)
    row = window.browser.top_row + grid.columns
    entry = model.entry(row)
    assert entry is not None
    view.select_names([entry.name], scroll=False)
    before = grid.row_rect(row).top()
    assert grid.row_rect(window.browser.top_row).top() < 0
    for n in range(3 * grid.columns):
        (place.folder / f"before{n}").touch()
    person.wait(lambda: model.rowCount() == 600 + 3 * grid.columns)
    person.wait(lambda: view.names() == [entry.name])
    now = view.currentIndex().row()
    assert (now, grid.row_rect(now).top()) == (row + 3 * grid.columns, before)
    window.looking.choice.as_list.trigger()
