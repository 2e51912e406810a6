"""What leaves the window without a drag: selections fetched ahead, Ctrl+C, *Paste into folder…*; where a drop may be saved."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, Qt
from PySide6.QtGui import QGuiApplication

from filexfer.core.model import JobState
from filexfer.gui.dragging import drops
from filexfer.gui.platform.direct_save import local_path
from tests.gui.conftest import OwnAgent, Place, Watch
from tests.gui.person import Person

CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


def staged(person: Person) -> list[str]:
    return person.window.actions_.staged.files(person.window.view)


def clipboard() -> QMimeData:
    found = QGuiApplication.clipboard().mimeData()
    assert found is not None
    return found


def test_what_is_selected_is_soon_here_as_real_files(person: Person, place: Place, agent: OwnAgent, watch: Watch) -> None:
    content = os.urandom(200_000)
    (place.folder / "a.bin").write_bytes(content)
    (place.folder / "b.bin").write_bytes(b"b")
    person.go(place.location)
    watch.armed = True
    person.click_row("a.bin")
    assert staged(person) == [], "no path before its file is complete"
    person.wait(lambda: staged(person))
    watch.armed = False
    assert watch.seen == []
    (path,) = map(Path, staged(person))
    assert path.is_relative_to(agent.state)
    assert (path.name, path.read_bytes()) == ("a.bin", content)
    person.click_row("b.bin", CTRL)
    assert staged(person) == [], "they were fetched for another selection"
    person.wait(lambda: len(staged(person)) == 2)


def test_folders_and_large_files_are_not_fetched_ahead(person: Person, place: Place, agent: OwnAgent) -> None:
    (place.folder / "folder").mkdir()
    with (place.folder / "large").open("wb") as file:
        file.truncate(17 << 20)
    (place.folder / "small").write_bytes(b"x")
    person.go(place.location)
    person.click_row("large")
    person.click_row("folder", CTRL)
    person.bot.wait(500)
    person.click_row("small")
    person.wait(lambda: staged(person))
    assert not list((agent.state / "staged").glob("*/large"))


def test_a_file_that_changed_is_fetched_anew(person: Person, place: Place) -> None:
    (place.folder / "a").write_bytes(b"old")
    person.go(place.location)
    person.click_row("a")
    person.wait(lambda: staged(person))
    (place.folder / "a").write_bytes(b"newer")
    person.window.browser.refresh()
    person.wait(lambda: person.window.listing.entry(0) is not None and person.column(1) == ["5 B"])
    person.click_row("a")
    person.wait(lambda: [Path(path).read_bytes() for path in staged(person)] == [b"newer"])


def test_copied_files_can_be_pasted_into_a_folder_here(person: Person, place: Place, tmp_path: Path) -> None:
    content = os.urandom(300_000)
    (place.folder / "folder").mkdir()
    (place.folder / "folder" / "inside").write_bytes(content)
    person.go(place.location)
    actions = person.window.actions_
    assert not actions["paste_into"].isEnabled()
    person.click_row("folder")
    actions["copy"].trigger()
    assert clipboard().text() == f"{place.location.server}{place.location.path}/folder"
    assert not clipboard().hasUrls()
    person.go(place.location.into("folder"))
    actions["paste_into"].trigger()
    target = tmp_path / "target"
    target.mkdir()
    person.choose_in_dialog(target)
    person.wait_job("folder", JobState.DONE)
    assert (target / "folder" / "inside").read_bytes() == content


def test_what_was_copied_becomes_files_on_the_clipboard_once_it_is_here(person: Person, place: Place) -> None:
    (place.folder / "note.txt").write_bytes(b"small")
    person.go(place.location)
    person.click_row("note.txt")
    person.window.actions_["copy"].trigger()
    person.wait(lambda: clipboard().hasUrls())
    (url,) = clipboard().urls()
    assert Path(url.toLocalFile()).read_bytes() == b"small"
    assert bytes(clipboard().data("x-special/gnome-copied-files").data()) == b"copy\n" + bytes(url.toEncoded().data())


def test_pasting_what_lies_on_a_server_says_where_it_can_go(person: Person, place: Place) -> None:
    (place.folder / "folder").mkdir()
    person.go(place.location)
    person.click_row("folder")
    person.window.actions_["copy"].trigger()
    person.window.actions_["paste"].trigger()
    assert "Paste into folder…" in person.window.errors.words


def test_what_another_program_copies_takes_its_place(person: Person, place: Place) -> None:
    (place.folder / "folder").mkdir()
    person.go(place.location)
    person.click_row("folder")
    person.window.actions_["copy"].trigger()
    assert person.window.actions_["paste_into"].isEnabled()
    QGuiApplication.clipboard().setText("something else")
    person.wait(lambda: not person.window.actions_["paste_into"].isEnabled())


def test_our_own_rows_are_no_files_to_upload(place: Place) -> None:
    mime = QMimeData()
    mime.setUrls([drops.url_of("/tmp/staged")])
    assert drops.has_files(mime)
    mime.setData(drops.ROWS, drops.rows_of(place.location))
    assert not drops.has_files(mime)


@pytest.mark.parametrize(
    ("uri", "path"),
    [
        (b"file:///home/a/b%20c", "/home/a/b c"),
        (b"file://localhost/x", "/x"),
        (b"FILE://LOCALHOST/x", "/x"),
        (b"file:///stray%FF", "/stray\udcff"),
        (b"file://elsewhere.example/x", ""),
        (b"trash:///x", ""),
        (b"file:/x", ""),
        (b"file://", ""),
        (b"file:///a%00b", ""),
        (b"relative/x", ""),
        (b"", ""),
    ],
)
def test_a_place_is_taken_only_on_this_computer(uri: bytes, path: str) -> None:
    assert local_path(uri) == path
