"""Taking back what was done: deleting, renaming, moving, making folders; and what is said where something changed since."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit

from filexfer.core.model import Entry, Kind
from filexfer.gui.files.undo import KEPT, Act, Acts, Step
from filexfer.gui.kit.location import Location
from tests.gui.conftest import OtherServer, Place
from tests.gui.person import Person

CONTROL = Qt.KeyboardModifier.ControlModifier


def _undo(person: Person) -> None:
    """Ctrl+Z, where the keyboard is."""
    person.window.activateWindow()
    person.wait(person.window.isActiveWindow)
    person.window.view.setFocus()
    QTest.keyClick(person.window.view, Qt.Key.Key_Z, CONTROL)


def _rename(person: Person, old: str, new: str) -> None:
    person.click_row(old)
    person.key(Qt.Key.Key_F2)
    editor = person.window.view.findChild(QLineEdit, "inline")
    assert editor is not None
    person.type(editor, new)
    QTest.keyClick(editor, Qt.Key.Key_Return)
    person.wait(lambda: person.settled and person.window.view.names() == [new])
    assert QApplication.activeModalWidget() is None, "the Return that ended the name opens nothing"


def _make_folder(person: Person, name: str) -> None:
    person.window.actions_["new_folder"].trigger()
    dialog = person.dialog()
    field = dialog.findChild(QLineEdit)
    assert field is not None
    person.type(field, name)
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    person.wait(lambda: name in person.rows)


def _delete(person: Person, *names: str) -> None:
    person.click_row(names[0])
    for name in names[1:]:
        person.click_row(name, CONTROL)
    person.window.activateWindow()
    person.wait(person.window.isActiveWindow)
    QTest.keyClick(person.window.view, Qt.Key.Key_Delete)
    person.wait(lambda: not set(names) & set(person.rows))


def test_delete_asks_nobody_says_what_it_did_and_is_taken_back(person: Person, place: Place) -> None:
    (place.folder / "album").mkdir()
    (place.folder / "album" / "one.jpg").write_bytes(b"one")
    (place.folder / "a.txt").write_bytes(b"text")
    (place.folder / "b.txt").touch()
    person.go(place.location)
    _delete(person, "a.txt", "album")
    assert person.rows == ["b.txt"]
    bar = person.window.pane.undo_bar
    assert bar.words == "2 items are in the trash now."
    person.click(bar.button)
    person.wait(lambda: person.rows == ["album", "a.txt", "b.txt"])
    assert (place.folder / "a.txt").read_bytes() == b"text"
    assert (place.folder / "album" / "one.jpg").read_bytes() == b"one"
    person.wait(lambda: sorted(person.window.view.names()) == ["a.txt", "album"])
    assert bar.words == "Taken back."
    assert bar.button.isHidden()


def test_the_bar_goes_by_itself(person: Person, place: Place) -> None:
    (place.folder / "a").touch()
    person.go(place.location)
    _delete(person, "a")
    bar = person.window.pane.undo_bar
    assert bar.words == "“a” is in the trash now."
    assert bar._timer.interval() == 10_000
    person.window.view.setFocus()
    bar._timer.setInterval(50)
    bar._timer.start()
    person.wait(lambda: not bar.words)
    _undo(person)  # Ctrl+Z works all the same
    person.wait(lambda: person.rows == ["a"])


def test_what_was_deleted_comes_back_beside_what_took_its_name(person: Person, place: Place) -> None:
    (place.folder / "a.txt").write_bytes(b"old")
    person.go(place.location)
    _delete(person, "a.txt")
    (place.folder / "a.txt").write_bytes(b"new")
    _undo(person)
    person.wait(lambda: len(person.rows) == 2)
    assert (place.folder / "a.txt").read_bytes() == b"new"
    other = next(name for name in person.rows if name != "a.txt")
    assert (place.folder / other).read_bytes() == b"old"
    assert person.window.pane.undo_bar.words == f"“a.txt” came back as “{other}”: its name is in use."


def test_what_is_no_longer_in_the_trash_is_said(person: Person, place: Place, studio: OtherServer) -> None:
    (place.folder / "a.txt").touch()
    person.go(place.location)
    _delete(person, "a.txt")
    studio.call("trash_empty")
    _undo(person)
    person.wait(lambda: person.window.errors.words)
    assert person.window.errors.words == "“a.txt” is not there any more."
    assert not person.window.actions_["undo"].isEnabled()


def test_changes_are_taken_back_one_after_the_other_the_last_first(person: Person, place: Place) -> None:
    (place.folder / "a.txt").write_bytes(b"text")
    person.go(place.location)
    person.window.view.setFocus()
    assert not person.window.actions_["undo"].isEnabled()
    _rename(person, "a.txt", "b.txt")
    _rename(person, "b.txt", "c.txt")
    assert person.window.pane.undo_bar.words == "“b.txt” is called “c.txt” now."
    _make_folder(person, "new")
    _delete(person, "c.txt")
    assert person.window.actions_["undo"].text() == "Undo deleting"
    _undo(person)
    person.wait(lambda: person.rows == ["new", "c.txt"])
    assert person.window.actions_["undo"].text() == "Undo creating a folder"
    _undo(person)
    person.wait(lambda: person.rows == ["c.txt"])
    _undo(person)
    person.wait(lambda: person.rows == ["b.txt"])
    _undo(person)
    person.wait(lambda: person.rows == ["a.txt"])
    assert (place.folder / "a.txt").read_bytes() == b"text"
    assert not person.window.errors.words
    assert not person.window.actions_["undo"].isEnabled()


def test_a_renamed_file_that_changed_since_is_left_alone(person: Person, place: Place) -> None:
    (place.folder / "a.txt").write_bytes(b"old")
    person.go(place.location)
    _rename(person, "a.txt", "b.txt")
    (place.folder / "b.txt").write_bytes(b"somebody's work")
    _undo(person)
    person.wait(lambda: person.window.errors.words)
    assert person.window.errors.words == "“b.txt” has changed since. It was left as it is."
    assert [file.name for file in place.folder.iterdir()] == ["b.txt"]


def test_a_file_is_not_renamed_back_over_another(person: Person, place: Place) -> None:
    (place.folder / "a.txt").write_bytes(b"one")
    person.go(place.location)
    _rename(person, "a.txt", "b.txt")
    (place.folder / "a.txt").write_bytes(b"two")
    _undo(person)
    person.wait(lambda: person.window.errors.words)
    assert person.window.errors.words == "The name “a.txt” is in use again. “b.txt” was left as it is."
    assert (place.folder / "a.txt").read_bytes() == b"two"
    assert (place.folder / "b.txt").read_bytes() == b"one"


def test_a_new_folder_goes_only_while_it_is_empty(person: Person, place: Place) -> None:
    person.go(place.location)
    _make_folder(person, "new")
    (place.folder / "new" / "precious").touch()
    _undo(person)
    person.wait(lambda: person.window.errors.words)
    assert person.window.errors.words == "“new” is not empty any more. It was left as it is."
    assert (place.folder / "new" / "precious").exists()


def test_making_a_folder_that_is_there_already_is_nothing_to_take_back(person: Person, place: Place) -> None:
    (place.folder / "old").mkdir()
    person.go(place.location)
    _make_folder(person, "old")
    person.wait(lambda: person.window.view.names() == ["old"])
    assert person.window.actions_.changes.acts.last is None


def test_several_moved_files_come_back_but_those_that_changed(person: Person, place: Place) -> None:
    (place.folder / "to").mkdir()
    for name in ("a", "b", "c"):
        (place.folder / name).write_bytes(b"x")
    person.go(place.location)
    entries = [Entry(name, Kind.FILE, 1, 0) for name in ("a", "b", "c")]
    person.window.actions_.changes.move(place.location, entries, place.location.into("to"))
    person.wait(lambda: person.rows == ["to"])
    assert person.window.pane.undo_bar.words == "3 items are in “to” now."
    (place.folder / "to" / "b").write_bytes(b"changed")
    _undo(person)
    person.wait(lambda: person.rows == ["to", "a", "c"])
    assert person.window.errors.words == "1 item was not taken back. “b” has changed since. It was left as it is."


def test_without_a_connection_it_can_be_tried_again(person: Person, home: Path) -> None:
    server = OtherServer(home / "undo", home / "undo-state")
    port = int(server.address.rstrip("/").rpartition(":")[2])
    (server.folder / "x").write_bytes(b"x")
    person.go(Location(server.address, "", "undo"))
    _delete(person, "x")
    server.stop()
    _undo(person)
    # That the server went away the list says too, and sooner.
    person.wait(person.window.actions_["undo"].isEnabled)
    assert person.window.errors.words
    again = OtherServer(home / "undo", home / "undo-state", port=port)
    _undo(person)
    person.wait(lambda: (again.folder / "x").exists())
    again.stop()


def test_the_last_twenty_are_kept() -> None:
    acts = Acts()
    for number in range(KEPT + 5):
        acts.add(Act("rename", Location("", ""), [Step(f"a{number}", f"b{number}")]))
    taken = [act.steps[0].origin for act in iter(acts.take, None)]
    assert taken == [f"a{number}" for number in range(KEPT + 4, 4, -1)]


def _upload(person: Person, *files: Path) -> None:
    person.drop(files, person.in_pane)
    person.wait(lambda: (act := person.window.actions_.changes.acts.last) is not None and act.what == "upload")


def test_an_upload_is_taken_back(person: Person, place: Place, tmp_path: Path) -> None:
    (tmp_path / "album").mkdir()
    (tmp_path / "album" / "one.jpg").write_bytes(b"one")
    (tmp_path / "b.txt").write_bytes(b"text")
    (place.folder / "before").touch()
    person.go(place.location)
    _upload(person, tmp_path / "album", tmp_path / "b.txt")
    assert person.window.pane.undo_bar.words == "2 items were uploaded."
    person.wait(lambda: person.rows == ["album", "b.txt", "before"])
    _undo(person)
    person.wait(lambda: person.rows == ["before"])
    assert not (place.folder / "album").exists()
    assert (tmp_path / "b.txt").exists()
    assert not person.window.errors.words


def test_an_uploaded_file_that_changed_since_is_left_alone(person: Person, place: Place, tmp_path: Path) -> None:
    (tmp_path / "b.txt").write_bytes(b"text")
    person.go(place.location)
    _upload(person, tmp_path / "b.txt")
    assert person.window.pane.undo_bar.words == "“b.txt” was uploaded."
    (place.folder / "b.txt").write_bytes(b"TEXT")
    _undo(person)
    person.wait(lambda: person.window.errors.words)
    assert person.window.errors.words == "“b.txt” has changed since it was uploaded. It was left as it is."
    assert (place.folder / "b.txt").read_bytes() == b"TEXT"


def test_an_upload_that_was_renamed_afterwards_is_still_followed(person: Person, place: Place, tmp_path: Path) -> None:
    (tmp_path / "b.txt").write_bytes(b"text")
    person.go(place.location)
    _upload(person, tmp_path / "b.txt")
    person.wait(lambda: person.rows == ["b.txt"])
    _rename(person, "b.txt", "c.txt")
    _undo(person)
    person.wait(lambda: person.rows == ["b.txt"])
    _undo(person)
    person.wait(lambda: person.rows == [])
