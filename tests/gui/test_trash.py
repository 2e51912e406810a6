"""The trash of a share: what lies in it is put back, or goes for good after a question. And what is known of an entry."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QMessageBox, QPushButton

from filexfer.gui.files.properties import Properties
from filexfer.gui.files.trash_dialog import TrashDialog
from filexfer.gui.files.trash_model import NAME, PLACE, SIZE
from filexfer.gui.kit.location import Location
from tests.gui.conftest import OtherServer, Place
from tests.gui.person import Person, nameless


@pytest.fixture
def clean(studio: OtherServer) -> Iterator[None]:
    studio.call("trash_empty")
    yield
    studio.call("trash_empty")


def _dialog(person: Person) -> TrashDialog:
    person.window.actions_["trash"].trigger()
    dialog = person.dialog()
    assert isinstance(dialog, TrashDialog)
    return dialog


def _column(dialog: TrashDialog, column: int) -> list[str]:
    return [str(dialog.model.index(row, column).data()) for row in range(dialog.model.rowCount())]


def test_what_was_deleted_is_listed_and_put_back(person: Person, place: Place, studio: OtherServer, clean: None) -> None:
    (place.folder / "album").mkdir()
    (place.folder / "album" / "one").write_bytes(b"x" * 2000)
    (place.folder / "a.txt").write_bytes(b"text")
    person.go(place.location)
    for name in ("a.txt", "album"):
        studio.call("entry_delete", f"{place.location.path}/{name}")
    person.window.browser.refresh()
    dialog = _dialog(person)
    person.wait(lambda: dialog.model.rowCount() == 2)
    assert _column(dialog, NAME) == ["album/", "a.txt"], "the latest first"
    assert _column(dialog, PLACE) == [f"/{place.location.path}"] * 2
    assert _column(dialog, SIZE) == ["2.0 kB", "4 B"]
    assert not nameless(dialog)
    dialog.table.selectAll()
    person.click(dialog.restore)
    person.wait(lambda: (place.folder / "a.txt").exists() and (place.folder / "album" / "one").exists())
    person.wait(lambda: person.rows == ["album", "a.txt"])
    person.wait(lambda: dialog.notice.words == "The trash is empty.")
    assert not dialog.empty.isEnabled()
    dialog.reject()


def test_what_is_put_back_beside_another_is_said(person: Person, place: Place, studio: OtherServer, clean: None) -> None:
    (place.folder / "a.txt").write_bytes(b"old")
    studio.call("entry_delete", f"{place.location.path}/a.txt")
    (place.folder / "a.txt").write_bytes(b"new")
    person.go(place.location)
    dialog = _dialog(person)
    person.wait(lambda: dialog.model.rowCount() == 1)
    QTest.keyClick(dialog.table, Qt.Key.Key_Tab)
    person.click(dialog.restore)
    person.wait(lambda: "its name is in use" in dialog.trouble.text())
    assert (place.folder / "a.txt").read_bytes() == b"new"
    dialog.reject()


def test_emptying_asks_and_needs_the_permission(person: Person, place: Place, studio: OtherServer, clean: None) -> None:
    (place.folder / "a.txt").touch()
    studio.call("entry_delete", f"{place.location.path}/a.txt")
    person.go(place.location)
    dialog = _dialog(person)
    person.wait(lambda: dialog.model.rowCount() == 1)
    _answer(person, dialog, "Cancel")
    assert dialog.model.rowCount() == 1
    _answer(person, dialog, "Delete for good")
    # The other computer lets us write, not manage.
    person.wait(lambda: not dialog.trouble.isHidden())
    assert len(studio.call("trash_list")) == 1
    dialog.reject()


def test_the_own_trash_is_emptied(person: Person, agent: object, home: object, clean: None) -> None:
    own = Location("", "", "This computer")
    person.go(own)
    with agent.session() as session:  # type: ignore[attr-defined]
        session.call("file_put", "gone.txt", b"x")
        session.call("entry_delete", "gone.txt")
    dialog = _dialog(person)
    person.wait(lambda: "gone.txt" in _column(dialog, NAME))
    _answer(person, dialog, "Delete for good")
    person.wait(lambda: dialog.notice.words == "The trash is empty.")
    dialog.reject()


def _answer(person: Person, dialog: TrashDialog, text: str) -> None:
    person.click(dialog.empty)
    person.wait(lambda: isinstance(QApplication.activeModalWidget(), QMessageBox))
    box = QApplication.activeModalWidget()
    assert isinstance(box, QMessageBox)
    assert box.defaultButton().text() == "Cancel"
    person.click(next(button for button in box.buttons() if button.text() == text))


def test_properties_of_a_file_are_exact(person: Person, place: Place) -> None:
    (place.folder / "evil\x1b.txt").write_bytes(b"x" * 1_234_567)
    person.go(place.location)
    person.click_row("evil\\x1b.txt")
    person.window.actions_["properties"].trigger()
    dialog = person.dialog()
    assert isinstance(dialog, Properties)
    assert dialog.size_words.text() == "1.2 MB (1,234,567 bytes)"
    assert "evil\\x1b.txt" in _texts(dialog)
    assert place.location.words in _texts(dialog)
    assert not nameless(dialog)
    copy = next(button for button in dialog.findChildren(QPushButton) if button.text() == "Copy link")
    person.click(copy)
    assert "evil%1B.txt" in QApplication.clipboard().text()
    dialog.reject()


def test_properties_of_folders_count_what_is_in_them(person: Person, place: Place) -> None:
    for number in range(1500):
        file = place.folder / "album" / f"part{number % 3}" / str(number)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"xy")
    (place.folder / "a.txt").write_bytes(b"x" * 100)
    person.go(place.location)
    person.click_row("album")
    person.click_row("a.txt", Qt.KeyboardModifier.ControlModifier)
    person.window.actions_["properties"].trigger()
    dialog = person.dialog()
    assert isinstance(dialog, Properties)
    person.wait(lambda: dialog.contents.text() == "1,501 files, 4 folders")
    assert dialog.size_words.text() == "3.1 kB (3,100 bytes)"
    assert "2 items" in _texts(dialog)
    dialog.reject()


def _texts(dialog: QDialog) -> list[str]:
    return [label.text() for label in dialog.findChildren(QLabel)]
