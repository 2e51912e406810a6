"""Looking around on another computer: connect, open, sort, filter, go back, change things, and what is said when it fails."""

from __future__ import annotations

import os
from pathlib import Path

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QDialog, QLineEdit, QMessageBox

from filexfer.gui.files.listing import PAGE_ROWS, SIZE
from filexfer.gui.kit.location import Location
from tests.gui.conftest import OtherServer, OwnAgent, Place
from tests.gui.person import Person

CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def _fill(folder: Path) -> None:
    (folder / "Zoo").mkdir()
    (folder / "albums").mkdir()
    (folder / "albums" / "one.jpg").write_bytes(b"x" * 10)
    for name, size in (("b.txt", 3000), ("a.txt", 20), ("img10.png", 5), ("img9.png", 7)):
        (folder / name).write_bytes(b"x" * size)


def test_the_first_start_shows_two_cards_and_shares_nothing(person: Person, agent: OwnAgent) -> None:
    assert person.window.pane.page == "welcome"
    assert person.window.windowTitle() == "filexfer"
    with agent.session() as session:
        assert session.call("server_list")["share"]["addresses"] == []


def test_a_typed_address_opens_the_server_and_is_saved(person: Person, place: Place, studio: OtherServer) -> None:
    _fill(place.folder)
    person.connect(f"{studio.address}{place.location.path}")
    person.wait(lambda: person.rows)
    assert person.rows[:2] == ["albums", "Zoo"]
    person.wait(lambda: [saved.name for saved in person.window.servers.saved] == ["studio"])
    assert person.window.windowTitle() == f"studio › {place.location.path} – filexfer"


def test_folders_come_first_and_names_in_the_order_people_count(person: Person, place: Place) -> None:
    _fill(place.folder)
    person.go(place.location)
    assert person.rows == ["albums", "Zoo", "a.txt", "b.txt", "img9.png", "img10.png"]
    assert person.column(SIZE)[:4] == ["–", "–", "20 B", "3.0 kB"]


def test_a_click_on_a_column_sorts_by_it(person: Person, place: Place) -> None:
    _fill(place.folder)
    person.go(place.location)
    header = person.window.view.horizontalHeader()
    x = header.sectionViewportPosition(SIZE) + 20
    QTest.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(x, 10))
    person.wait(lambda: person.rows[2:] == ["img10.png", "img9.png", "a.txt", "b.txt"])
    QTest.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(x, 10))
    person.wait(lambda: person.rows[2:] == ["b.txt", "a.txt", "img9.png", "img10.png"])
    assert person.rows[:2] == ["Zoo", "albums"] or person.rows[:2] == ["albums", "Zoo"]


def test_typing_in_the_filter_narrows_the_list_and_clearing_widens_it(person: Person, place: Place) -> None:
    _fill(place.folder)
    person.go(place.location)
    person.type(person.window.toolbar.filter, "IMG")
    person.wait(lambda: person.rows == ["img9.png", "img10.png"])
    person.type(person.window.toolbar.filter, "nothing like it")
    person.wait(lambda: "nothing like it" in person.window.pane.page)
    person.click(person.window.pane.notice.button)
    person.wait(lambda: len(person.rows) == 6)
    assert person.window.toolbar.filter.text() == ""


def test_double_click_back_forward_and_up_go_where_they_say(person: Person, place: Place) -> None:
    _fill(place.folder)
    person.go(place.location)
    person.double_click_row("albums")
    person.wait(lambda: person.rows == ["one.jpg"])
    person.click(person.window.toolbar.back)
    person.wait(lambda: "albums" in person.rows)
    assert person.window.view.names() == ["albums"], "where we come from is selected"
    person.click(person.window.toolbar.forward)
    person.wait(lambda: person.rows == ["one.jpg"])
    person.key(Qt.Key.Key_Backspace)
    person.wait(lambda: "albums" in person.rows)
    assert person.window.browser.here == place.location


def test_a_folder_is_opened_by_keyboard_alone(person: Person, place: Place) -> None:
    _fill(place.folder)
    person.go(place.location)
    person.window.view.setFocus()
    QTest.keyClicks(person.window.view, "zo")
    person.wait(lambda: person.window.view.names() == ["Zoo"])
    person.key(Qt.Key.Key_Return)
    person.wait(lambda: person.window.browser.here == place.location.into("Zoo"))
    person.wait(lambda: person.window.pane.page == "This folder is empty.")


def test_what_is_pressed_before_a_typed_name_is_found_is_done_to_it(person: Person, place: Place) -> None:
    for name in ("first", "second"):
        (place.folder / name).touch()
    person.go(place.location)
    person.click_row("first")
    view = person.window.view
    QTest.keyClicks(view, "sec")
    assert view.names() == ["first"], "nobody knows the row yet"
    QTest.keyClick(view, Qt.Key.Key_Delete)
    person.wait(lambda: person.rows == ["first"])
    person.click_row("first")
    QTest.keyClicks(view, "zzz")
    QTest.keyClick(view, Qt.Key.Key_Delete)
    person.wait(lambda: not view._ahead._waiting.isActive())
    person.wait(lambda: person.settled)
    assert [one.name for one in place.folder.iterdir()] == ["first"], (
        "what is not found is not deleted, nor what was there before"
    )


def test_a_part_of_the_breadcrumb_opens_its_folder(person: Person, place: Place) -> None:
    (place.folder / "a" / "b" / "c").mkdir(parents=True)
    person.go(place.location.at(f"{place.location.path}/a/b/c"))
    part = next(part for part in person.window.toolbar.breadcrumb.parts if part.accessibleName() == "a")
    person.click(part)
    person.wait(lambda: person.rows == ["b"])


def test_a_path_can_be_typed_where_the_breadcrumb_is(person: Person, place: Place) -> None:
    _fill(place.folder)
    person.go(place.location)
    person.window.view.setFocus()
    person.key(Qt.Key.Key_L, CONTROL)
    field = QApplication.focusWidget()
    assert isinstance(field, QLineEdit)
    person.type(field, f"/{place.location.path}/albums/")
    QTest.keyClick(field, Qt.Key.Key_Return)
    person.wait(lambda: person.rows == ["one.jpg"])


def test_thousands_of_rows_are_fetched_as_they_are_looked_at(person: Person, place: Place) -> None:
    for number in range(PAGE_ROWS * 4):
        (place.folder / f"f{number:05d}").touch()
    person.go(place.location)
    assert person.window.listing.rowCount() == PAGE_ROWS * 4
    assert person.window.listing.known(PAGE_ROWS * 4 - 1, PAGE_ROWS * 4 - 1) == []
    person.window.view.scrollToBottom()
    person.wait(lambda: person.window.listing.known(PAGE_ROWS * 4 - 1, PAGE_ROWS * 4 - 1))
    assert person.rows[-1] == f"f{PAGE_ROWS * 4 - 1:05d}"


def test_hostile_names_are_shown_harmlessly_and_can_be_opened(person: Person, place: Place) -> None:
    raw = b"evil\x1b[31m\xff"
    os.mkdir(os.fsencode(place.folder) + b"/" + raw)
    (place.folder / "plain").touch()
    person.go(place.location)
    assert person.rows == ["evil\\x1b[31m\\xff", "plain"]
    person.double_click_row("evil\\x1b[31m\\xff")
    person.wait(lambda: person.window.pane.page == "This folder is empty.")
    assert os.fsencode(person.window.browser.here.path).endswith(raw)


def test_f2_renames_in_place(person: Person, place: Place) -> None:
    _fill(place.folder)
    person.go(place.location)
    person.click_row("b.txt")
    person.key(Qt.Key.Key_F2)
    editor = person.window.view.findChild(QLineEdit, "inline")
    assert editor is not None
    person.wait(lambda: editor.selectedText() == "b")
    QTest.keyClicks(editor, "better")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    person.wait(lambda: "better.txt" in person.rows)
    assert (place.folder / "better.txt").stat().st_size == 3000
    person.wait(lambda: person.window.view.names() == ["better.txt"])


def test_renaming_onto_a_name_that_is_there_is_refused_in_words(person: Person, place: Place) -> None:
    _fill(place.folder)
    person.go(place.location)
    person.click_row("b.txt")
    person.key(Qt.Key.Key_F2)
    editor = person.window.view.findChild(QLineEdit, "inline")
    person.type(editor, "a.txt")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    person.wait(lambda: person.window.errors.words)
    assert "already" in person.window.errors.words
    assert (place.folder / "a.txt").stat().st_size == 20
    assert "b.txt" in person.rows


def test_a_new_folder_is_made_and_selected(person: Person, place: Place) -> None:
    person.go(place.location)
    person.window.view.setFocus()
    person.window.actions_["new_folder"].trigger()
    dialog = person.dialog()
    field = dialog.findChild(QLineEdit)
    assert field is not None
    person.type(field, "a/b")
    assert not dialog.go.isEnabled()
    person.type(field, "2026")
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    person.wait(lambda: person.rows == ["2026"])
    assert (place.folder / "2026").is_dir()
    person.wait(lambda: person.window.view.names() == ["2026"])


def test_deleting_for_good_asks_first(person: Person, place: Place) -> None:
    _fill(place.folder)
    person.go(place.location)
    person.click_row("a.txt")
    person.click_row("albums", CONTROL)
    person.key(Qt.Key.Key_Delete, SHIFT)
    box = person.dialog()
    assert isinstance(box, QMessageBox)
    assert "2" in box.text()
    assert box.defaultButton().text() == "Cancel", "Enter deletes nothing for good"
    box.reject()
    assert (place.folder / "a.txt").exists()
    person.window.view.setFocus()
    person.key(Qt.Key.Key_Delete, SHIFT)
    person.click(_erase_button(person))
    person.wait(lambda: person.rows == ["Zoo", "b.txt", "img9.png", "img10.png"])
    assert not (place.folder / "a.txt").exists()
    assert person.window.actions_.changes.acts.last is None, "it cannot be taken back"


def test_rows_that_move_while_the_question_stands_do_not_change_what_is_deleted(person: Person, place: Place) -> None:
    for name in ("a", "b", "c"):
        (place.folder / name).touch()
    person.go(place.location)
    person.click_row("b")
    person.key(Qt.Key.Key_Delete, SHIFT)
    button = _erase_button(person)
    for name in ("0", "1"):
        (place.folder / name).touch()
    person.window.browser.refresh()
    person.wait(lambda: person.rows == ["0", "1", "a", "b", "c"])
    person.click(button)
    person.wait(lambda: person.rows == ["0", "1", "a", "c"])


def _erase_button(person: Person) -> QAbstractButton:
    box = person.dialog()
    assert isinstance(box, QMessageBox)
    return next(button for button in box.buttons() if button.text() == "Delete for good")


def test_a_list_looked_at_again_leaves_a_name_that_is_edited_alone(person: Person, place: Place) -> None:
    (place.folder / "b").touch()
    person.go(place.location)
    person.click_row("b")
    person.key(Qt.Key.Key_F2)
    editor = person.window.view.findChild(QLineEdit, "inline")
    (place.folder / "a").touch()
    person.window.follower.look_soon()
    person.bot.wait(1000)
    assert person.rows == ["b"]
    person.type(editor, "c")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    person.wait(lambda: person.rows == ["a", "c"])


def test_hidden_files_are_shown_when_asked_for(person: Person, place: Place) -> None:
    (place.folder / ".secret").touch()
    (place.folder / "seen").touch()
    person.go(place.location)
    assert person.rows == ["seen"]
    person.window.actions_["hidden"].trigger()
    person.wait(lambda: person.rows == [".secret", "seen"])
    person.window.actions_["hidden"].trigger()
    person.wait(lambda: person.rows == ["seen"])


def test_a_copied_link_is_one_the_command_line_takes(person: Person, place: Place, studio: OtherServer) -> None:
    (place.folder / "a b.txt").touch()
    person.go(place.location)
    person.click_row("a b.txt")
    person.window.actions_["copy_link"].trigger()
    assert QGuiApplication.clipboard().text() == f"{studio.address}{place.location.path}/a%20b.txt"


def test_copied_paths_are_those_in_the_share(person: Person, place: Place) -> None:
    for name in ("a b.txt", "c"):
        (place.folder / name).touch()
    person.go(place.location)
    person.key(Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    person.window.actions_["copy_path"].trigger()
    assert QGuiApplication.clipboard().text() == f"{place.location.path}/a b.txt\n{place.location.path}/c"


def test_what_another_program_changed_is_seen_on_refresh(person: Person, place: Place) -> None:
    person.go(place.location)
    (place.folder / "new").touch()
    person.window.actions_["refresh"].trigger()
    person.wait(lambda: person.rows == ["new"])


def test_a_refused_address_is_explained_in_the_dialog(person: Person) -> None:
    person.connect("http://127.0.0.1:1")
    dialog = person.dialog()
    person.wait(lambda: dialog.trouble.text() and dialog.go.isEnabled())
    assert "127.0.0.1" in dialog.trouble.text()
    assert isinstance(dialog, QDialog)
    person.type(dialog.field, "http://me:secret@host")
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    assert "password" in dialog.trouble.text()
    assert "secret" not in dialog.trouble.text()
    dialog.reject()
    assert person.window.pane.page == "welcome"


def test_a_server_that_is_gone_is_said_and_tried_again(person: Person, home: Path) -> None:
    server = OtherServer(home / "brief", home / "brief-state")
    port = int(server.address.rstrip("/").rpartition(":")[2])
    (server.folder / "x").touch()
    person.go(Location(server.address, "", "brief"))
    server.stop()
    person.window.actions_["refresh"].trigger()
    person.wait(lambda: "cannot be opened" in person.window.pane.page)
    again = OtherServer(home / "brief", home / "brief-state", port=port)
    person.click(person.window.pane.notice.button)
    person.wait(lambda: person.rows == ["x"])
    again.stop()


def test_a_folder_that_is_not_there_is_said(person: Person, place: Place) -> None:
    person.window.browser.open(place.location.into("no such"))
    person.wait(lambda: "cannot be opened" in person.window.pane.page)
    (place.folder / "file").touch()
    person.window.browser.open(place.location.into("file"))
    person.wait(lambda: "file” cannot be opened" in person.window.pane.page)
