"""Computers nearby: a person looks for them, sees them in the side bar, on the first page and in the dialog, and pairs with one.
Real agents and servers announce themselves on the loopback interface alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QApplication, QListView, QMenu

from filexfer.core.errors import Forbidden
from filexfer.core.places import computer_name
from filexfer.gui.kit.icons import Icons
from filexfer.gui.kit.location import Location
from filexfer.gui.kit.notice import Notice
from filexfer.gui.kit.settings import Memory
from filexfer.gui.servers.connect_dialog import ConnectDialog
from filexfer.gui.servers.devices_dialog import DevicesDialog
from filexfer.gui.servers.letting_back import LettingBack
from filexfer.gui.servers.nearby import Near
from filexfer.gui.servers.pair_dialog import PairDialog
from filexfer.gui.servers.servers_model import NearModel, Saved, Servers, Share, SideModel
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
    person.wait_paired(dialog)
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


def _paired(person: Person, attic: SecureServer, permission: str) -> ConnectDialog:
    """The dialog that has just paired with the other computer."""
    person.window.pair_with(attic.address)
    dialog = person.dialog()
    assert isinstance(dialog, ConnectDialog)
    person.type(dialog.field, attic.invite(permission)["code"])
    person.click(dialog.go)
    person.wait_paired(dialog)
    return dialog


def test_after_pairing_the_other_one_may_be_let_in_here_by_a_code(person: Person, attic: SecureServer) -> None:
    dialog = _paired(person, attic, "write")
    assert dialog.done_page.button.text() == "Also let it reach this computer…"
    person.click(dialog.done_page.button)
    person.wait(lambda: isinstance(QApplication.activeModalWidget(), PairDialog))
    code = QApplication.activeModalWidget()
    assert isinstance(code, PairDialog)
    person.wait(lambda: code.inviting.state == "open")
    assert person.window.servers.share.on, "it takes sharing"
    person.wait(lambda: person.rows == ["hello.txt"])
    code.reject()


def test_one_that_we_may_manage_is_told_by_itself_and_where_that_fails_there_is_a_code(
    person: Person, attic: SecureServer, looker: OwnAgent
) -> None:
    # Both are this machine here, and nobody may be sent to a door of the machine that they run on: the other one refuses.
    dialog = _paired(person, attic, "manage")
    person.click(dialog.done_page.button)
    person.wait(lambda: dialog.done_page.words.startswith("It could not be told"))
    assert dialog.done_page.button.text() == "Show a code"
    with looker.session() as session:
        assert session.call("device_list") == []
    dialog.reject()


def test_the_invitation_goes_over_and_is_taken_back_where_it_was_not_used(icons: Icons) -> None:
    bridge, page = Asked(), Notice(icons)
    servers = Servers(bridge)
    servers.share = Share(on=True, permission="read")
    back = LettingBack(bridge, servers, Location("https://attic:1/", "", "attic"), page)
    by_hand: list[bool] = []
    back.by_hand.connect(lambda: by_hand.append(True))
    back.offer("", "manage")
    page.button.click()
    assert bridge.asked[-1][1] == ("", "invite_create", [{"permission": "read"}])
    bridge.asked[-1][2]["done"]({"id": "7", "link": "filexfer://x"})
    assert bridge.asked[-1][1] == ("https://attic:1/", "server_pair", [{"link": "filexfer://x"}])
    told = bridge.asked[-1][2]
    told["done"]({"name": "x"})
    assert page.words == "“attic” and this computer reach each other."
    told["failed"](Forbidden())
    assert bridge.asked[-1][1:2] == (("", "invite_cancel", ["7"]),)
    assert page.words.startswith("It could not be told")
    page.button.click()
    assert by_hand == [True]


def test_rows_of_computers_nearby_say_what_they_are(look: QApplication) -> None:
    servers = Servers(Asked())
    servers.saved = (Saved("studio", "https://s:1/", "offline"), Saved("old", "https://o:1/", "online"))
    side, near = SideModel(servers), NearModel(servers)
    testers = [QAbstractItemModelTester(model, Failure) for model in (side, near)]
    servers.nearby.opened = True
    servers.nearby.problem = "There is no network."
    servers.nearby.changed.emit()
    assert near.index(0).data() == "There is no network."
    assert near.index(0).flags() == Qt.ItemFlag.NoItemFlags
    servers.nearby.problem = ""
    servers.nearby.found = (
        Near("evil\u202e", "https://e:1/", ("https://e:1/",)),
        Near("st", "https://s:9/", ("https://s:9/",), "studio", "offline"),
        Near("new", "https://n:1/", ("https://n:1/",), "", "other version"),
    )
    servers.nearby.changed.emit()
    rows = [side.row(place) for place in range(side.rowCount())]
    texts = [row.text for row in rows]
    assert texts[2:] == ["NEARBY", "evil\u202e", "studio", "new", "SAVED", "old"]
    assert [row.can_pair for row in rows[3:6]] == [True, False, False]
    assert rows[4].address == "https://s:1/", "where it is saved, and not where somebody says it is"
    assert "\u202e" not in str(side.index(3).data())
    assert side.index(5).data(Qt.ItemDataRole.AccessibleTextRole) == "new, another version"
    assert servers.name_of("https://n:1/") == "new"
    assert near.rowCount() == 3
    del testers


def test_what_was_opened_is_open_at_the_next_start_and_a_hint_is_no_button(
    open_window: MakeWindow, looker: OwnAgent, tmp_path: Path
) -> None:
    Memory(tmp_path / "again" / "window.ini").nearby = True
    person = open_window(looker, tmp_path / "again")
    assert person.window.servers.nearby.opened
    listed = person.window.pane.welcome.nearby
    person.wait(lambda: listed.model.rowCount() > 0)
    if listed.model.row(0).hint:
        _press(listed.view, 0)
        assert QApplication.activeModalWidget() is None


def test_the_menu_of_a_computer_nearby_offers_what_can_be_done_with_it(person: Person) -> None:
    nearby, side = person.window.servers.nearby, _side(person)
    nearby.set_open(True)
    nearby._timer.stop()
    person.wait(lambda: not nearby._waiting)
    nearby.found = (Near("attic", "https://192.0.2.9:1/", ("https://192.0.2.9:1/",)),)
    nearby.changed.emit()
    view = person.window.sidebar.view
    view.customContextMenuRequested.emit(view.visualRect(side.index(side.row_of("https://192.0.2.9:1/"))).center())
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    assert [action.text() for action in menu.actions() if not action.isSeparator()] == ["Copy address", "Pair…"]
    menu.close()


def test_devices_of_a_computer_that_we_may_manage_are_listed_invited_and_revoked_from_here(
    person: Person, attic: SecureServer
) -> None:
    _paired(person, attic, "manage").reject()
    person.wait(lambda: any(one.state == "online" for one in person.window.servers.saved))
    person.window.sidebar.devices_wanted.emit(attic.address)
    devices = person.dialog()
    assert isinstance(devices, DevicesDialog)
    assert "studio" in devices.windowTitle()
    person.wait(lambda: devices.model.rowCount() == 1)
    devices.pair_wanted.emit()
    person.wait(lambda: isinstance(QApplication.activeModalWidget(), PairDialog))
    code = QApplication.activeModalWidget()
    assert isinstance(code, PairDialog)
    person.wait(lambda: code.inviting.state == "open")
    invite = code.inviting.invite
    assert invite is not None
    assert attic.call("invite_status", invite.id)["state"] == "open", "it is an invitation of that computer"
    code.reject()
    person.wait(lambda: attic.call("invite_status", invite.id)["state"] == "cancelled")


def test_one_that_does_not_let_us_manage_says_so(person: Person, attic: SecureServer) -> None:
    _paired(person, attic, "write").reject()
    person.window.sidebar.devices_wanted.emit(attic.address)
    devices = person.dialog()
    assert isinstance(devices, DevicesDialog)
    person.wait(lambda: devices.trouble.text() or devices.notice.words)
    assert devices.model.rowCount() == 0
    devices.reject()
