"""The app by its keyboard alone: no mouse, no method called, only keys that go to the window which has the focus."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtGui import QAction, QGuiApplication, QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QDialog, QFileDialog, QLineEdit

from filexfer.core.model import JobState
from filexfer.gui.dragging.sheet import Sheet
from filexfer.gui.files.preview import PreviewDialog
from filexfer.gui.kit.menu import Menu, marked
from filexfer.gui.preferences import Preferences
from filexfer.gui.servers.connect_dialog import ConnectDialog
from filexfer.gui.shortcuts_dialog import ShortcutsDialog
from tests.gui.conftest import MakeWindow, OtherServer, OwnAgent, Place
from tests.gui.keys import choose, focused, press, write
from tests.gui.person import Person
from tests.gui.test_system import MakeDesk, make_desk

__all__ = ["make_desk"]  # a fixture

RETURN, TAB, SPACE, DOWN = Qt.Key.Key_Return, Qt.Key.Key_Tab, Qt.Key.Key_Space, Qt.Key.Key_Down


def _copy_in_another_program(*files: Path) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(file)) for file in files])
    QGuiApplication.clipboard().setMimeData(mime)


def _connect(person: Person, address: str) -> None:
    """By the connect dialog, as somebody does who has just started the app."""
    press("Ctrl+N")
    assert isinstance(person.dialog(), ConnectDialog)
    write(address)
    press(RETURN)
    person.wait(lambda: QApplication.activeModalWidget() is None and person.settled and person.window.browser.here is not None)


def _open_place(person: Person, place: Place) -> None:
    _connect(person, place.location.server)
    press("Ctrl+L")
    write(f"/{place.location.path}")
    press(RETURN)
    person.wait(lambda: person.window.browser.here is not None and person.window.browser.here.path == place.location.path)
    person.wait(lambda: person.settled)


def _to(person: Person, part: object) -> None:
    """Step from part to part of the window with F6."""
    for _ in range(7):
        if part is focused():
            return
        press("F6")
    raise AssertionError("F6 does not lead there")


def _step_to(person: Person, name: str) -> None:
    """In the list of files, by typing what its name begins with."""
    person.wait(lambda: name in person.rows)
    _to(person, person.window.view.front)
    press(Qt.Key.Key_Home)
    write(name[:3])
    person.wait(lambda: person.window.view.names() == [name])


def _path_into_file_dialog(person: Person, path: Path) -> None:
    person.wait(lambda: isinstance(QApplication.activeModalWidget(), QFileDialog))
    assert isinstance(focused(), QLineEdit), "the field for the name has the keyboard"
    press("Ctrl+A")
    write(str(path))

    def accepted() -> bool:
        if isinstance(QApplication.activeModalWidget(), QFileDialog):
            press(RETURN)  # the dialog may not know the file yet
        return not isinstance(QApplication.activeModalWidget(), QFileDialog)

    person.wait(accepted)


@pytest.fixture(autouse=True)
def empty_clipboard(look: QApplication) -> Iterator[None]:
    """What one test copies is not pasted by another."""
    yield
    QGuiApplication.clipboard().clear()


def test_files_are_pasted_renamed_taken_back_deleted_and_fetched(person: Person, place: Place, tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_bytes(b"dear all")
    _open_place(person, place)
    _copy_in_another_program(tmp_path / "letter.txt")
    press("Ctrl+V")
    person.wait_job("letter.txt", JobState.DONE)
    _step_to(person, "letter.txt")
    press(Qt.Key.Key_Right, "F2")
    person.wait(lambda: isinstance(focused(), QLineEdit))
    press("Ctrl+A")
    write("final.txt")
    press(RETURN)
    person.wait(lambda: person.rows == ["final.txt"])
    press("Ctrl+Z")
    person.wait(lambda: person.rows == ["letter.txt"])
    _step_to(person, "letter.txt")
    press(Qt.Key.Key_Delete)
    person.wait(lambda: person.rows == [])
    press("Ctrl+Z")
    person.wait(lambda: person.rows == ["letter.txt"])
    _step_to(person, "letter.txt")
    press("Ctrl+D")
    (tmp_path / "fetched").mkdir()
    _path_into_file_dialog(person, tmp_path / "fetched")
    person.wait(lambda: (tmp_path / "fetched" / "letter.txt").exists())
    person.wait(lambda: len([job for job in person.jobs if job.state is JobState.DONE]) == 2)
    assert (tmp_path / "fetched" / "letter.txt").read_bytes() == b"dear all"


def test_files_are_uploaded_from_the_menu_by_their_letters(person: Person, place: Place, tmp_path: Path) -> None:
    (tmp_path / "report.pdf").write_bytes(b"%PDF")
    _open_place(person, place)
    bar = person.window.toolbar
    _to(person, bar.breadcrumb.parts[-1])
    while focused() is not bar.upload:
        press(TAB)
    choose(person, SPACE, "u")
    _path_into_file_dialog(person, tmp_path / "report.pdf")
    person.wait_job("report.pdf", JobState.DONE)
    person.wait(lambda: person.rows == ["report.pdf"])


def test_folders_are_made_entered_and_left(person: Person, place: Place) -> None:
    _open_place(person, place)
    press("Ctrl+Shift+N")
    person.dialog()
    press("Ctrl+A")
    write("photos")
    press(RETURN)
    _step_to(person, "photos")
    press(RETURN)
    here = person.window.browser
    person.wait(lambda: here.here is not None and here.here.path == f"{place.location.path}/photos" and person.settled)
    press("Alt+Up")
    person.wait(lambda: person.rows == ["photos"] and person.window.view.names() == ["photos"])
    assert focused() is person.window.view
    press("Alt+Left")
    person.wait(lambda: here.here is not None and here.here.path.endswith("/photos") and person.settled)
    press("Alt+Left")
    person.wait(lambda: person.rows == ["photos"])
    _to(person, person.window.view)
    press(RETURN)
    person.wait(lambda: person.rows == [])
    press(Qt.Key.Key_Backspace)
    person.wait(lambda: person.rows == ["photos"])


def test_a_transfer_is_paused_moved_on_and_cancelled(person: Person, place: Place, tmp_path: Path, agent: OwnAgent) -> None:
    (tmp_path / "film.mp4").write_bytes(os.urandom(6_000_000))
    _open_place(person, place)
    with agent.session() as session:
        session.call("limit_set", {"rate": 200_000})
        try:
            _copy_in_another_program(tmp_path / "film.mp4")
            press("Ctrl+V")
            person.wait_job("film.mp4", JobState.RUNNING)
            _to(person, person.window.transfers.view)
            press(SPACE)
            person.wait_job("film.mp4", JobState.PAUSED)
            press(SPACE)
            person.wait_job("film.mp4", JobState.RUNNING, JobState.WAITING)
            press(Qt.Key.Key_Delete)
            person.wait_job("film.mp4", JobState.CANCELLED)
            choose(person, "Shift+F10", "r")  # Remove from the list
            person.wait(lambda: person.jobs == [])
        finally:
            session.call("limit_set", {"rate": 0})
    assert not (place.folder / "film.mp4").exists()


def test_the_side_bar_opens_computers_and_their_menus(person: Person, studio: OtherServer) -> None:
    person.window.activateWindow()
    side = person.window.sidebar.view
    _to(person, side)
    press(RETURN)
    person.wait(lambda: person.window.browser.here is not None and person.window.browser.here.server == "")
    _connect(person, studio.address)
    _to(person, side)
    choose(person, "Shift+F10", "c")  # Copy address
    assert QGuiApplication.clipboard().text() == studio.address


def test_the_sheet_is_answered_by_keys_and_enter_overwrites_nothing(person: Person, place: Place, tmp_path: Path) -> None:
    (place.folder / "plan.txt").write_bytes(b"theirs")
    (tmp_path / "plan.txt").write_bytes(b"ours, and longer")
    _open_place(person, place)
    _copy_in_another_program(tmp_path / "plan.txt")
    press("Ctrl+V")
    person.wait(lambda: isinstance(QApplication.activeModalWidget(), Sheet))
    press(RETURN)
    person.wait(lambda: len(list(place.folder.iterdir())) >= 2 and person.jobs and person.jobs[0].state is JobState.DONE)
    assert (place.folder / "plan.txt").read_bytes() == b"theirs"
    press("Ctrl+V")
    person.wait(lambda: isinstance(QApplication.activeModalWidget(), Sheet))
    press("Alt+R")  # Replace what is there
    press("Alt+S")
    person.wait(lambda: (place.folder / "plan.txt").read_bytes() == b"ours, and longer")


def test_pictures_details_and_previews_are_looked_at(person: Person, place: Place) -> None:
    for name in ("one.txt", "two.txt"):
        (place.folder / name).write_text(f"this is {name}\n" * 500)
    _open_place(person, place)
    _to(person, person.window.view)
    press(Qt.Key.Key_End)
    person.wait(lambda: person.window.view.names() == ["two.txt"])
    press(Qt.Key.Key_Home)
    person.wait(lambda: person.window.view.names() == ["one.txt"])
    write("t")
    person.wait(lambda: person.window.view.names() == ["two.txt"])
    press(Qt.Key.Key_Up, "Ctrl+2")  # whoever has moved on types no word any more: the space below is none
    grid = person.window.looking.grid
    person.wait(lambda: focused() is grid)
    press("Ctrl+I")
    person.wait(lambda: person.window.looking.panel.content.page == "text")
    press(SPACE)
    person.wait(lambda: isinstance(QApplication.activeWindow(), PreviewDialog))
    preview = QApplication.activeWindow()
    assert isinstance(preview, PreviewDialog)
    person.wait(lambda: preview.content.page == "text")
    press(Qt.Key.Key_Right)
    person.wait(lambda: person.window.view.names() == ["two.txt"] and "two.txt" in preview.content.text.toPlainText())
    press(TAB)
    assert focused() is preview.content.text
    press(Qt.Key.Key_End, Qt.Key.Key_PageDown)
    person.wait(lambda: preview.content.text.verticalScrollBar().value() > 0)
    press(Qt.Key.Key_Escape)
    person.wait(lambda: focused() is grid)
    press("Ctrl+I", "Ctrl+1")
    person.wait(lambda: focused() is person.window.view)


def test_preferences_are_changed_by_keys(make_desk: MakeDesk, agent: OwnAgent) -> None:
    desk = make_desk(agent)
    desk.window.activateWindow()
    before = desk.memory.notifications
    press("Ctrl+,")
    dialog = desk.dialog()
    assert isinstance(dialog, Preferences)
    for _ in range(9):
        if dialog.notes.hasFocus():
            break
        press(TAB)
    press(SPACE)
    assert desk.memory.notifications is not before
    press(Qt.Key.Key_Escape)
    desk.wait(lambda: QApplication.activeModalWidget() is None)


def test_the_menu_opens_with_f10_and_leads_to_the_list_of_keys(person: Person) -> None:
    person.window.activateWindow()
    menu = person.window.toolbar.more.menu()
    assert isinstance(menu, Menu)
    letter = next(letter for letter, action in menu.letters().items() if action is person.window.keyboard.list)
    choose(person, "F10", letter)
    person.wait(lambda: isinstance(QApplication.activeModalWidget(), ShortcutsDialog))
    press(Qt.Key.Key_Escape)
    person.wait(lambda: QApplication.activeModalWidget() is None)
    press("F1")
    person.wait(lambda: isinstance(QApplication.activeModalWidget(), ShortcutsDialog))
    press(Qt.Key.Key_Escape)


def test_every_key_of_the_window_is_in_the_list(make_desk: MakeDesk, agent: OwnAgent) -> None:
    window = make_desk(agent).window
    listed = {key for _, lines in window.keyboard.groups() for _, key in lines}
    words = [words for _, lines in window.keyboard.groups() for words, _ in lines]
    assert all(words)
    native = [
        (action.text(), key.toString(key.SequenceFormat.NativeText))
        for action in window.findChildren(QAction)
        for key in action.shortcuts()[:1]
    ]
    native += [(one.accessibleName(), one.shortcut().toString()) for one in window.findChildren(QAbstractButton)]
    native += [(one.objectName(), one.key().toString()) for one in window.findChildren(QShortcut)]
    assert [(text, key) for text, key in native if key and key not in listed and not key.startswith("Alt+")] == []
    assert len(native) > 20
    keys = [key for _, key in native if key]
    assert {key for key in keys if keys.count(key) > 1} == set(), "one key would do two things, and so nothing"


def test_every_entry_of_every_menu_has_its_letter(make_desk: MakeDesk, agent: OwnAgent, place: Place) -> None:
    window = make_desk(agent).window
    menus = window.findChildren(Menu)
    assert len(menus) >= 6
    for menu in menus:
        entries = [action for action in menu.actions() if not action.isSeparator()]
        assert set(map(id, menu.letters().values())) == set(map(id, entries)), menu.title()


def test_letters_of_a_menu_begin_words_where_they_can_and_differ() -> None:
    assert marked(["Open", "Download…", "Download to “x”", "Delete"]) == [
        ("o", "&Open"), ("d", "&Download…"), ("t", "Download &to “x”"), ("e", "D&elete"),
    ]  # fmt: skip
    assert marked(["打开", "下载…"]) == [("a", "打开(&A)"), ("b", "下载(&B)…")]
    assert marked(["&&a"]) == [("a", "&&&a")]
    assert [letter for letter, _ in marked(["–"] * 27)][-2:] == ["z", ""]


def test_a_dialog_that_was_left_gives_the_keyboard_back(person: Person, place: Place) -> None:
    (place.folder / "kept").touch()
    _open_place(person, place)
    for key in ("Ctrl+N", "Ctrl+Shift+N", "Alt+Return", "F1", "Shift+Del"):
        _step_to(person, "kept")
        press(key)
        dialog = person.dialog()
        assert isinstance(dialog, QDialog), key
        assert dialog.isAncestorOf(focused()), key
        press(Qt.Key.Key_Escape)
        person.wait(lambda: QApplication.activeModalWidget() is None)
        person.wait(lambda: focused() is person.window.view)
    assert (place.folder / "kept").exists()


def test_a_row_found_late_is_selected_alone_whatever_key_is_held_by_then(person: Person, place: Place) -> None:
    (place.folder / "kept").touch()
    _open_place(person, place)
    _step_to(person, "kept")
    QTest.keyPress(person.window.windowHandle(), Qt.Key.Key_Control, Qt.KeyboardModifier.ControlModifier)
    try:
        for _ in range(2):  # as the answers for the second and the third letter come
            person.window.view.go_to(0)
            assert person.window.view.names() == ["kept"]
    finally:
        QTest.keyRelease(person.window.windowHandle(), Qt.Key.Key_Control)


def test_f6_goes_round_all_parts_both_ways(person: Person, place: Place, open_window: MakeWindow) -> None:
    (place.folder / "a").touch()
    _open_place(person, place)
    _to(person, person.window.view)
    there, back = [focused()], [focused()]
    for seen, key in ((there, "F6"), (back, "Shift+F6")):
        for _ in range(12):
            press(key)
            if focused() is person.window.view:
                break
            seen.append(focused())
    assert len(there) >= 4
    assert there[1:] == back[:0:-1]


def test_enter_presses_the_button_that_has_the_keyboard(open_window: MakeWindow, agent: OwnAgent, place: Place) -> None:
    person = open_window(agent)
    person.window.activateWindow()
    person.wait(person.window.pane.welcome.send.button.hasFocus)
    press(RETURN)
    assert isinstance(person.dialog(), ConnectDialog)
    write(place.location.server)
    press(RETURN)
    person.wait(lambda: QApplication.activeModalWidget() is None and person.settled and person.window.browser.here is not None)


def test_enter_is_for_what_has_the_keyboard_when_it_goes_down_not_for_what_gets_it_by_that(
    open_window: MakeWindow, agent: OwnAgent, place: Place
) -> None:
    person = open_window(agent)
    person.window.activateWindow()
    person.wait(person.window.pane.welcome.send.button.hasFocus)
    pressed: list[QAbstractButton] = []
    for button in person.window.findChildren(QAbstractButton):
        button.clicked.connect(lambda *_, button=button: pressed.append(button))
    person.window.toolbar.breadcrumb.edit()
    write(place.location.server)
    press(RETURN)
    person.wait(lambda: person.settled and person.window.browser.here is not None)
    assert not pressed


def test_the_next_start_gives_the_keyboard_to_the_folder_that_was_open(
    open_window: MakeWindow, agent: OwnAgent, place: Place
) -> None:
    (place.folder / "a.txt").touch()
    first = open_window(agent)
    first.go(place.location)
    first.window.close()
    again = open_window(agent)
    again.window.activateWindow()
    again.wait(lambda: again.rows == ["a.txt"])
    assert focused() is again.window.view
