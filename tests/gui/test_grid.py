"""A folder as a grid of thumbnails, the panel at the side, and the large preview, as a person uses them."""

from __future__ import annotations

import io
import os
import time
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit

from filexfer.core.digests import digest
from filexfer.gui.files.grid_delegate import CELL_HEIGHT, CELL_WIDTH
from filexfer.gui.files.grid_view import GridView
from filexfer.gui.files.listing import NAME, SIZE
from filexfer.gui.files.preview import PreviewDialog
from tests.gui.conftest import MakeWindow, OwnAgent, Place, Watch
from tests.gui.person import LEFT, Person, nameless

CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
NOTHING = Qt.KeyboardModifier.NoModifier


def picture(colour: str = "red", size: tuple[int, int] = (400, 200), kind: str = "PNG") -> bytes:
    made = io.BytesIO()
    Image.new("RGB", size, colour).save(made, kind)
    return made.getvalue()


def put(folder: Path, name: str, content: bytes) -> None:
    (folder / name).write_bytes(content)
    os.utime(folder / name, (time.time() - 100,) * 2)


def _fill(folder: Path) -> None:
    (folder / "albums").mkdir()
    put(folder / "albums", "inside", b"")
    put(folder, "a.png", picture("red"))
    put(folder, "b.jpg", picture("blue", (200, 400), "JPEG"))
    put(folder, "c.txt", b"first line\nzweite Zeile\x1b[31m\n")
    put(folder, "d.png", b"no picture at all, whatever it is called \xff\xfe\x00")
    for number in range(40):
        put(folder, f"f{number:02}", b"x" * number)


@pytest.fixture
def grid(person: Person, place: Place) -> GridView:
    _fill(place.folder)
    person.go(place.location)
    person.click(person.window.toolbar.as_grid)
    assert person.window.pane.page == "list"
    assert person.window.looking.grid.isVisible()
    return person.window.looking.grid


def cell(grid: GridView, person: Person, name: str) -> QRect:
    grid.scrollTo(person.window.listing.index(person.rows.index(name), 0))
    return grid.row_rect(person.rows.index(name))


def click(grid: GridView, person: Person, name: str, modifier: Qt.KeyboardModifier = NOTHING) -> None:
    QTest.mouseClick(grid.viewport(), LEFT, modifier, cell(grid, person, name).center())


def shows(grid: GridView, rect: QRect, colour: str) -> bool:
    """Whether there is something in `rect` that is nearly all red, or blue."""
    image = grid.viewport().grab(rect).toImage()
    pixels = [image.pixelColor(x, y).getRgb() for x in range(0, image.width(), 4) for y in range(0, image.height(), 4)]
    strong, other = (0, 2) if colour == "red" else (2, 0)
    return any(pixel[strong] > 240 and pixel[1] < 20 and pixel[other] < 20 for pixel in pixels)  # type: ignore[index]


def test_the_grid_shows_thumbnails_once_they_are_there(person: Person, grid: GridView) -> None:
    person.wait(lambda: shows(grid, cell(grid, person, "a.png"), "red"))
    person.wait(lambda: shows(grid, cell(grid, person, "b.jpg"), "blue"))
    assert not shows(grid, cell(grid, person, "d.png"), "red")


def test_cells_fill_the_width_and_never_overlap(person: Person, grid: GridView) -> None:
    rects = [grid.row_rect(row) for row in range(grid.columns * 2)]
    assert all(rect.width() >= CELL_WIDTH and rect.height() == CELL_HEIGHT for rect in rects)
    assert not any(one.intersects(other) for number, one in enumerate(rects) for other in rects[:number])
    assert rects[grid.columns - 1].right() == grid.viewport().width() - 1
    assert [grid.row_at(rect.center()) for rect in rects] == list(range(grid.columns * 2))
    assert grid.row_at(QPoint(5, -5)) == -1


def test_from_right_to_left_the_first_cell_stands_at_the_right(person: Person, grid: GridView) -> None:
    grid.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    assert grid.row_rect(0).right() == grid.viewport().width() - 1
    assert grid.row_at(grid.row_rect(1).center()) == 1
    grid.setCurrentIndex(person.window.listing.index(0, 0))
    grid.setFocus()
    person.key(Qt.Key.Key_Left)
    assert grid.currentIndex().row() == 1


def test_the_arrow_keys_go_where_they_point(person: Person, grid: GridView) -> None:
    grid.setFocus()
    grid.setCurrentIndex(person.window.listing.index(0, 0))
    rows = len(person.rows)
    for key, row in (
        (Qt.Key.Key_Right, 1),
        (Qt.Key.Key_Down, 1 + grid.columns),
        (Qt.Key.Key_Left, grid.columns),
        (Qt.Key.Key_Up, 0),
        (Qt.Key.Key_Up, 0),
        (Qt.Key.Key_End, rows - 1),
        (Qt.Key.Key_Down, rows - 1),
        (Qt.Key.Key_Home, 0),
    ):
        person.key(key)
        assert grid.currentIndex().row() == row, key
    assert person.window.view.names() == [person.rows[0]]


def test_shift_and_control_select_as_in_the_list(person: Person, grid: GridView) -> None:
    click(grid, person, "a.png")
    click(grid, person, "d.png", SHIFT)
    assert person.window.view.names() == ["a.png", "b.jpg", "c.txt", "d.png"]
    click(grid, person, "b.jpg", CONTROL)
    assert person.window.view.names() == ["a.png", "c.txt", "d.png"]
    assert person.window.view.ranges() == [(1, 1), (3, 4)]
    grid.setFocus()
    person.key(Qt.Key.Key_A, CONTROL)
    assert person.window.view.ranges() == [(0, len(person.rows) - 1)]
    person.click(person.window.toolbar.as_list)
    assert person.window.view.chosen() == len(person.rows), "what is selected stays so in the other view"
    assert person.window.view.selectionModel().isRowSelected(3)


def test_a_rubber_band_selects_what_it_covers(person: Person, grid: GridView) -> None:
    person.window.resize(1120, 900)
    person.window.resize_parts(760, 100)
    person.wait(lambda: grid.viewport().height() > 2 * CELL_HEIGHT)
    grid.verticalScrollBar().setValue(grid.verticalScrollBar().maximum())
    last = grid.row_rect(len(person.rows) - 1)
    assert last.right() < grid.viewport().width() - 40, "there is an empty place to begin at"
    start, end = QPoint(last.right() + 30, last.center().y()), grid.row_rect(len(person.rows) - 2).center()
    QTest.mousePress(grid.viewport(), LEFT, NOTHING, start)
    for step in range(1, 11):
        QTest.mouseMove(grid.viewport(), start + (end - start) * step / 10)
    QTest.mouseRelease(grid.viewport(), LEFT, NOTHING, end)
    assert person.window.view.names() == person.rows[-2:]


def test_a_click_beside_all_cells_selects_nothing(person: Person, grid: GridView) -> None:
    click(grid, person, "a.png")
    grid.verticalScrollBar().setValue(grid.verticalScrollBar().maximum())
    last = grid.row_rect(len(person.rows) - 1)
    QTest.mouseClick(grid.viewport(), LEFT, NOTHING, QPoint(last.right() + 30, last.center().y()))
    assert person.window.view.chosen() == 0


def test_a_grid_is_sorted_by_the_menu(person: Person, grid: GridView) -> None:
    sort = person.window.looking.choice.sort
    sort.aboutToShow.emit()
    assert sort.by[NAME].isChecked()
    sort.by[SIZE].trigger()
    sort.downwards.trigger()
    person.wait(lambda: person.rows[1:3] == ["b.jpg", "a.png"] or person.rows[1:3] == ["a.png", "b.jpg"])
    header = person.window.view.horizontalHeader()
    assert (header.sortIndicatorSection(), header.sortIndicatorOrder()) == (SIZE, Qt.SortOrder.DescendingOrder)


def test_double_click_and_enter_open_a_folder_and_backspace_goes_up(person: Person, grid: GridView, place: Place) -> None:
    point = cell(grid, person, "albums").center()
    QTest.mouseClick(grid.viewport(), LEFT, NOTHING, point)
    QTest.mouseDClick(grid.viewport(), LEFT, NOTHING, point)
    person.wait(lambda: person.window.browser.here == place.location.into("albums") and person.settled)
    person.key(Qt.Key.Key_Backspace)
    person.wait(lambda: person.window.browser.here == place.location and person.settled)
    assert grid.isVisible()
    assert person.window.view.names() == ["albums"], "where we come from is selected"
    grid.setFocus()
    person.key(Qt.Key.Key_Return)
    person.wait(lambda: person.window.browser.here == place.location.into("albums"))


def test_a_name_is_typed_ahead_and_edited_in_the_grid(person: Person, grid: GridView, place: Place) -> None:
    grid.setFocus()
    QTest.keyClicks(grid, "f3")
    person.wait(lambda: person.window.view.names() == ["f30"])
    assert grid.viewport().rect().contains(grid.row_rect(person.rows.index("f30")))
    person.key(Qt.Key.Key_F2)
    editor = grid.findChild(QLineEdit, "inline")
    assert editor is not None
    assert grid.row_rect(person.rows.index("f30")).contains(editor.geometry())
    editor.selectAll()
    QTest.keyClicks(editor, "renamed")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    person.wait(lambda: (place.folder / "renamed").exists() and "renamed" in person.rows)
    person.window.actions_["rename"].trigger()
    assert grid.state() == GridView.State.EditingState, "the menu edits where people look"


def test_a_file_dropped_on_a_folder_of_the_grid_goes_into_it(
    person: Person, grid: GridView, place: Place, tmp_path: Path
) -> None:
    (tmp_path / "new.txt").write_text("new")
    person.drop([tmp_path / "new.txt"], grid.viewport().mapTo(person.window, cell(grid, person, "albums").center()))
    person.wait(lambda: (place.folder / "albums" / "new.txt").exists())


def test_only_what_is_seen_is_asked_for(person: Person, place: Place) -> None:
    for number in range(200):
        put(place.folder, f"p{number:03}.png", picture(size=(30, 20)))
    person.go(place.location)
    person.click(person.window.toolbar.as_grid)
    looking = person.window.looking
    person.wait(lambda: looking.thumbnails.here and not looking.thumbnails.waiting)
    seen = len(looking.grid.seen())
    assert 0 < looking.thumbnails.here <= seen < 100
    looking.grid.verticalScrollBar().setValue(looking.grid.verticalScrollBar().maximum())
    person.wait(lambda: looking.thumbnails.here > seen and not looking.thumbnails.waiting)
    assert looking.thumbnails.here <= seen + len(looking.grid.seen()), "what lay between was never looked at"


def test_how_a_folder_is_shown_is_remembered(open_window: MakeWindow, agent: OwnAgent, place: Place) -> None:
    _fill(place.folder)
    first = open_window(agent)
    first.go(place.location)
    first.key(Qt.Key.Key_2, CONTROL)
    first.key(Qt.Key.Key_I, CONTROL)
    assert first.window.looking.panel.isVisible()
    first.window.close()
    second = open_window(agent)
    second.wait(lambda: second.window.looking.grid.isVisible() and second.window.looking.panel.isVisible())
    second.key(Qt.Key.Key_1, CONTROL)
    assert second.window.view.isVisible()


# ---- the panel


def test_the_panel_tells_what_is_selected(person: Person, place: Place) -> None:
    _fill(place.folder)
    person.go(place.location)
    person.click(person.window.toolbar.panel)
    panel = person.window.looking.panel
    person.wait(lambda: "Select a file" in panel.content.page)
    person.click_row("b.jpg")
    person.wait(lambda: panel.content.page == "picture")
    assert panel.pixels.text() == "200 × 400"
    assert panel.amount.text().endswith("B")
    assert panel.name.text().replace("\u200b", "") == "b.jpg"
    person.click_row("c.txt")
    person.wait(lambda: panel.content.page == "text")
    assert panel.content.text.toPlainText() == "first line\nzweite Zeile\\x1b[31m\n"
    assert not panel.pixels.isVisible()
    person.click_row("d.png")
    person.wait(lambda: panel.content.page == "")
    person.click_row("albums")
    person.wait(lambda: not panel.amount.isVisible())
    person.click_row("f02")
    person.click_row("f04", SHIFT)
    person.wait(lambda: panel.name.text() == "3 items selected")
    assert not panel.content.isVisible()
    assert panel.amount.text() == "9 B"


def test_a_digest_comes_on_demand_and_is_copied_whole(person: Person, place: Place) -> None:
    content = os.urandom(3 << 20)
    put(place.folder, "large.bin", content)
    person.go(place.location)
    person.click(person.window.toolbar.panel)
    panel = person.window.looking.panel
    person.click_row("large.bin")
    person.wait(lambda: panel.compute.isVisible())
    person.click(panel.compute)
    person.wait(lambda: panel.digest.isVisible())
    expected = digest(content).removeprefix("blake3:")
    assert panel.digest.text() == f"{expected[:8]}…"
    person.click(panel.copy)
    assert QGuiApplication.clipboard().text() == expected


def test_a_picture_that_cannot_be_read_says_why_in_the_panel(person: Person, place: Place) -> None:
    put(place.folder, "broken.png", picture()[:60])
    person.go(place.location)
    person.click(person.window.toolbar.panel)
    person.click_row("broken.png")
    person.wait(lambda: "no picture" in person.window.looking.panel.content.page)


# ---- the large preview


def _preview(person: Person) -> PreviewDialog:
    person.wait(lambda: person.window.findChild(PreviewDialog) is not None)
    found = person.window.findChild(PreviewDialog)
    assert found is not None
    return found


def test_space_previews_and_the_arrow_keys_go_on(person: Person, place: Place) -> None:
    _fill(place.folder)
    person.go(place.location)
    person.click_row("a.png")
    person.window.view.setFocus()
    person.key(Qt.Key.Key_Space)
    dialog = _preview(person)
    person.wait(lambda: dialog.content.page == "picture")
    assert dialog.windowTitle() == "a.png"
    assert "400 × 200" in dialog.facts.text()
    assert dialog.content.picture.place().size() == QSize(400, 200), "never larger than it is"
    QTest.keyClick(dialog, Qt.Key.Key_Down)
    QTest.keyClick(dialog, Qt.Key.Key_Down)
    person.wait(lambda: dialog.content.page == "text")
    assert person.window.view.names() == ["c.txt"]
    QTest.keyClick(dialog, Qt.Key.Key_Space)
    person.wait(lambda: person.window.findChild(PreviewDialog) is None)
    QTest.keyClick(person.window.view, Qt.Key.Key_Space)
    _preview(person).close()


def test_a_space_within_a_typed_name_previews_nothing(person: Person, place: Place) -> None:
    for name in ("my dog", "my cat", "mycat"):
        put(place.folder, name, b"")
    person.go(place.location)
    person.window.view.setFocus()
    QTest.keyClicks(person.window.view, "my d")
    person.wait(lambda: person.window.view.names() == ["my dog"])
    assert person.window.findChild(PreviewDialog) is None


def test_a_large_picture_is_made_smaller_to_fit(person: Person, place: Place) -> None:
    put(place.folder, "wide.jpg", picture("green", (3000, 1000), "JPEG"))
    person.go(place.location)
    person.click_row("wide.jpg")
    person.window.looking.show_preview()
    dialog = _preview(person)
    person.wait(lambda: dialog.content.page == "picture")
    assert "3000 × 1000" in dialog.facts.text()
    place_ = dialog.content.picture.place()
    assert dialog.content.picture.rect().contains(place_)
    assert place_.width() > 600
    dialog.close()


# ---- manners


def test_pictures_are_decoded_away_from_the_main_thread(person: Person, place: Place, watch: Watch) -> None:
    _fill(place.folder)
    watch.armed = True
    person.go(place.location)
    person.click(person.window.toolbar.as_grid)
    grid = person.window.looking.grid
    person.wait(lambda: shows(grid, cell(grid, person, "a.png"), "red"))
    person.click(person.window.toolbar.panel)
    click(grid, person, "a.png")
    person.wait(lambda: person.window.looking.panel.content.page == "picture")
    click(grid, person, "c.txt")
    person.wait(lambda: person.window.looking.panel.content.page == "text")
    person.window.looking.show_preview()
    dialog = _preview(person)
    person.wait(lambda: dialog.content.page == "text")
    dialog.close()
    watch.armed = False
    assert watch.seen == []


def test_all_of_it_has_names_for_screen_readers(person: Person, grid: GridView) -> None:
    person.click(person.window.toolbar.panel)
    click(grid, person, "c.txt")
    person.wait(lambda: person.window.looking.panel.content.page == "text")
    person.window.looking.show_preview()
    assert nameless(person.window) == []
    assert nameless(_preview(person)) == []
    _preview(person).close()
    assert isinstance(QApplication.instance(), QApplication)
    assert isinstance(grid.grab().toImage(), QImage)
