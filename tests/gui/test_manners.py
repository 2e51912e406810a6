"""What holds for the whole window: no input or output on its main thread, names for screen readers, what it remembers."""

from __future__ import annotations

import os
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QLineEdit

from filexfer.core.model import JobState
from filexfer.gui.files.listing import SIZE
from tests.gui.conftest import MakeWindow, OwnAgent, Place, Watch
from tests.gui.person import Person, nameless


def test_the_main_thread_neither_opens_lists_connects_nor_spawns(
    person: Person, place: Place, tmp_path: Path, watch: Watch
) -> None:
    tree = tmp_path / "tree"
    tree.mkdir()
    for number in range(300):
        (tree / f"f{number}").write_bytes(b"x" * 100)
    (place.folder / "inside").mkdir()
    watch.armed = True
    person.go(place.location)
    person.drop([tree], person.in_pane)
    person.wait_job("tree", JobState.DONE)
    person.double_click_row("tree")
    person.wait(lambda: len(person.rows) == 300)
    person.type(person.window.toolbar.filter, "f29")
    person.wait(lambda: len(person.rows) == 11)
    person.click(person.window.toolbar.back)
    person.wait(lambda: "inside" in person.rows)
    person.connect("http://127.0.0.1:1")
    dialog = person.dialog()
    person.wait(lambda: dialog.go.isEnabled() and dialog.trouble.text())
    dialog.reject()
    person.click(person.window.transfers.sweep)
    person.wait(lambda: person.jobs == [])
    watch.armed = False
    assert watch.seen == []


def test_the_watch_sees_what_it_is_there_for(watch: Watch) -> None:
    watch.armed = True
    os.listdir("/")
    watch.armed = False
    assert len(watch.seen) == 1


def test_every_control_that_takes_focus_has_a_name(person: Person, place: Place) -> None:
    (place.folder / "a").touch()
    person.go(place.location)
    person.window.connect_to()
    dialog = person.dialog()
    for root in (person.window, dialog):
        assert nameless(root) == []
    dialog.reject()


def test_the_tab_key_reaches_the_list_the_side_bar_and_the_transfers(person: Person, place: Place, tmp_path: Path) -> None:
    (place.folder / "a").touch()
    person.go(place.location)
    (tmp_path / "b").touch()
    person.drop([tmp_path / "b"], person.in_pane)
    person.wait_job("b", JobState.DONE)
    person.window.activateWindow()
    person.window.view.setFocus()
    reached = set()
    for _ in range(40):
        reached.add(QApplication.focusWidget())
        QTest.keyClick(QApplication.focusWidget() or person.window, Qt.Key.Key_Tab)
    wanted = {person.window.view, person.window.sidebar.view, person.window.transfers.view, person.window.toolbar.filter}
    assert wanted <= reached


def test_the_window_remembers_its_size_its_columns_and_its_order(
    open_window: MakeWindow, agent: OwnAgent, place: Place, tmp_path: Path
) -> None:
    for name, size in (("a", 1), ("b", 30), ("c", 2)):
        (place.folder / name).write_bytes(b"x" * size)
    first = open_window(agent)
    first.go(place.location)
    first.window.resize(1000, 666)
    header = first.window.view.horizontalHeader()
    header.resizeSection(SIZE, 150)
    header.setSortIndicator(SIZE, Qt.SortOrder.DescendingOrder)
    first.wait(lambda: first.rows == ["b", "c", "a"])
    first.window.close()
    second = open_window(agent)
    second.wait(lambda: second.rows == ["b", "c", "a"])
    assert second.window.size().height() == 666
    assert second.window.view.horizontalHeader().sectionSize(SIZE) == 150
    assert second.window.view.horizontalHeader().sortIndicatorOrder() == Qt.SortOrder.DescendingOrder


def test_the_error_bar_copies_its_details_and_goes_with_escape(person: Person) -> None:
    from PySide6.QtGui import QGuiApplication

    from filexfer.core.errors import NoSpace

    person.window.errors.show_error(NoSpace())
    buttons = [button for button in person.window.errors.findChildren(QAbstractButton) if button.text() == "Copy details"]
    person.click(buttons[0])
    text = QGuiApplication.clipboard().text()
    assert text.startswith("NoSpace: There is not enough free space.")
    assert "filexfer" in text
    person.window.activateWindow()
    person.key(Qt.Key.Key_Escape)
    person.wait(lambda: person.window.errors.words == "")


def test_names_in_sentences_are_plain_text(person: Person, place: Place) -> None:
    (place.folder / "<b>bold<").mkdir()
    person.go(place.location.into("<b>bold<"))
    labels = [label for label in person.window.findChildren(QLabel) if "<b>" in label.text()]
    assert all(label.textFormat() == Qt.TextFormat.PlainText for label in labels)
    assert not [field for field in person.window.findChildren(QLineEdit) if "<b>" in field.text()]
