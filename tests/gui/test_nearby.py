"""Computers nearby: a person looks for them, sees them in the side bar, on the first page and in the dialog, and pairs with one. Real
agents and servers announce themselves on the loopback interface alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QApplication, QListView

from filexfer.core.places import computer_name
from filexfer.gui.connect_dialog import ConnectDialog
from filexfer.gui.location import Location
from filexfer.gui.nearby import Near, Nearby
from filexfer.gui.nearby_list import NearbyList
from filexfer.gui.servers_model import NearModel, RowsModel, Saved, Servers, SideModel
from filexfer.gui.settings import Memory
from tests.gui.conftest import MakeWindow, OwnAgent, SecureServer
from tests.gui.person import LEFT, Person
from tests.gui.test_pairing import Asked

Failure = QAbstractItemModelTester.FailureReportingMode.Fatal


@pytest.fixture
def over_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FILEXFER_MDNS", "127.0.0.1")


@pytest.fixture
def looker(over_loopback: None, home: Path) -> Iterator[OwnAgent]:
    """An agent of this test alone, that may look around on loopback."""
    agent = OwnAgent(home / "looker")
    with agent.session() as session:
        session.call("share_set", {"folder": str(home / "looker-share"), "on": False})
        known: Any = session.call("server_list")
        for saved in known["servers"]:
            session.call("server_forget", saved["name"])
    yield agent
    agent.stop()


@pytest.fixture
def attic(over_loopback: None, tmp_path: Path) -> Iterator[SecureServer]:
    """Another computer, that announces itself and knows nobody yet."""
    server = SecureServer(tmp_path / "attic", tmp_path / "attic-state")
    (server.folder / "hello.txt").write_text("hello")
    yield server
    server.stop()


@pytest.fixture
def person(open_window: MakeWindow, looker: OwnAgent) -> Person:
    person = open_window(looker)
    person.wait(lambda: person.window.servers.known)
    return person


def _press(view: QListView, row: int) -> None:
    view.scrollTo(view.model().index(row, 0))
    QTest.mouseClick(view.viewport(), LEFT, pos=view.visualRect(view.model().index(row, 0)).center())


def _head(person: Person) -> int:
    model = person.window.sidebar.view.model()
    return next(row for row in range(model.rowCount()) if model.index(row, 0).data() == "NEARBY")


def _side(person: Person) -> SideModel:
    model = person.window.sidebar.view.model()
    assert isinstance(model, SideModel)
    return model


def test_nobody_is_looked_for_before_nearby_is_opened_and_that_is_remembered(person: Person, tmp_path: Path) -> None:
    nearby = person.window.servers.nearby
    assert not nearby.opened
    assert not nearby._timer.isActive()
    _press(person.window.sidebar.view, _head(person))
    assert nearby.opened
    assert person.window._memory.nearby
    assert any(_side(person).row(row).hint or _side(person).row(row).near for row in range(_side(person).rowCount()))
    _press(person.window.sidebar.view, _head(person))
    assert not nearby.opened
    assert not nearby._timer.isActive()
    assert not person.window._memory.nearby


def test_the_section_opens_and_closes_by_keyboard_and_the_keyboard_stays(person: Person) -> None:
    view, nearby = person.window.sidebar.view, person.window.servers.nearby
    view.setFocus()
    view.setCurrentIndex(view.model().index(_head(person), 0))
    for opened in (True, False, True):
        person.key(Qt.Key.Key_Return if opened else Qt.Key.Key_Space)
        assert nearby.opened is opened
        assert view.currentIndex().row() == _head(person)
        said = view.currentIndex().data(Qt.ItemDataRole.AccessibleTextRole)
        assert said == ("NEARBY, open" if opened else "NEARBY, closed")


def test_a_computer_nearby_is_paired_with_by_a_code_and_opened(person: Person, attic: SecureServer) -> None:
    _press(person.window.sidebar.view, _head(person))
    side = _side(person)
    person.wait(lambda: side.row_of(attic.address) >= 0)
    row = side.row(side.row_of(attic.address))
    assert row.near
    assert row.text.startswith(computer_name())
    assert row.can_pair
    _press(person.window.sidebar.view, side.row_of(attic.address))
    dialog = person.dialog()
    assert isinstance(dialog, ConnectDialog)
    assert computer_name() in dialog.windowTitle()
    assert dialog.hint.isVisible()
    person.type(dialog.field, attic.invite()["code"])
    person.click(dialog.go)
    person.wait(lambda: dialog.done_page.words)
    person.click(dialog.go)
    person.wait(lambda: person.rows == ["hello.txt"])
    # It is in the list once: as what it is saved as, among those nearby.
    person.wait(lambda: not side.row(side.row_of(attic.address)).near)
    rows = [side.row(place) for place in range(side.rowCount())]
    assert [one.address for one in rows].count(attic.address) == 1
    (saved,) = person.window.servers.saved
    assert saved.address == attic.address
    person.wait(lambda: side.row(side.row_of(attic.address)).state == "online")


def test_the_first_page_finds_computers_too(person: Person, attic: SecureServer) -> None:
    welcome = person.window.pane.welcome
    assert not welcome.nearby.view.isVisible()
    person.click(welcome.nearby.look)
    assert person.window.servers.nearby.opened
    assert welcome.nearby.view.isVisible()
    assert welcome.nearby.view.hasFocus()
    person.wait(lambda: welcome.nearby.model.row_of(attic.address) >= 0)
    _press(welcome.nearby.view, welcome.nearby.model.row_of(attic.address))
    dialog = person.dialog()
    assert isinstance(dialog, ConnectDialog)
    assert computer_name() in dialog.windowTitle()
    dialog.reject()


def test_the_dialog_finds_computers_and_gives_way_to_the_one_that_pairs(person: Person, attic: SecureServer) -> None:
    person.click(person.window.sidebar.connect_button)
    first = person.dialog()
    assert isinstance(first, ConnectDialog)
    person.click(first.nearby.look)
    person.wait(lambda: first.nearby.model.row_of(attic.address) >= 0)
    _press(first.nearby.view, first.nearby.model.row_of(attic.address))
    second = person.dialog()
    assert isinstance(second, ConnectDialog)
    assert computer_name() in second.windowTitle()
    assert not second.nearby.isVisible()
    second.reject()
