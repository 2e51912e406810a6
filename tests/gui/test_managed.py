"""A headless computer that lets us manage it, opened as if it were this one: its share, devices, transfers and limits, from the
side bar and from the head of its folder. Real servers in processes of their own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QMenu, QMessageBox, QToolButton

from filexfer.client.pairing import pair
from filexfer.client.vault import Vault
from filexfer.core.model import JobState
from filexfer.gui.kit.location import Location
from filexfer.gui.manage_dialog import ManageDialog
from filexfer.gui.servers.connect_dialog import ConnectDialog
from filexfer.gui.servers.devices_dialog import DevicesDialog
from filexfer.gui.servers.pair_dialog import PairDialog
from filexfer.gui.transfers.job_details import JobDetails
from filexfer.protocol.address import parse
from filexfer.protocol.pairing import parse_code
from filexfer.server import Server
from tests.gui.conftest import MakeWindow, OwnAgent, SecureServer
from tests.gui.keys import name, unreached, walk
from tests.gui.person import LEFT, Person, nameless


@pytest.fixture
def attic(tmp_path: Path) -> Iterator[SecureServer]:
    """The headless one, that knows nobody yet."""
    server = SecureServer(tmp_path / "attic", tmp_path / "attic-state")
    (server.folder / "hello.txt").write_text("hello")
    yield server
    server.stop()


@pytest.fixture
def person(open_window: MakeWindow, home: Path) -> Iterator[Person]:
    """Somebody whose agent knows no server."""
    own = OwnAgent(home / "manager")
    with own.session() as session:
        session.call("share_set", {"folder": str(home / "manager-share")})
        known: Any = session.call("server_list")
        for saved in known["servers"]:
            session.call("server_forget", saved["name"])
    person = open_window(own)
    person.wait(lambda: person.window.servers.known)
    yield person
    own.stop()


def _pair(person: Person, attic: SecureServer, permission: str) -> None:
    person.window._bridge.ask("server_pair", {"link": attic.invite(permission)["link"], "name": "attic"})
    person.wait(lambda: _ask(person) or any(one.state == "online" for one in person.window.servers.saved))


def _ask(person: Person) -> None:
    person.window.servers.ask()


def _managed(person: Person, attic: SecureServer) -> ManageDialog:
    person.window.manage(attic.address)
    dialog = person.dialog()
    assert isinstance(dialog, ManageDialog)
    person.wait(lambda: dialog.managed.state == "open")
    return dialog


def _choose(box: QComboBox, value: str) -> None:
    box.setCurrentIndex(box.findData(value))
    box.activated.emit(box.currentIndex())


def _share(attic: SecureServer) -> dict[str, Any]:
    return dict(attic.call("server_list")["share"])


def test_it_opens_from_its_menu_and_from_the_head_of_its_folder(person: Person, attic: SecureServer) -> None:
    _pair(person, attic, "manage")
    view = person.window.sidebar.view
    model: Any = view.model()
    view.customContextMenuRequested.emit(view.visualRect(model.index(model.row_of(attic.address))).center())
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    next(action for action in menu.actions() if action.text() == "Manage…").trigger()
    menu.close()
    dialog = person.dialog()
    assert isinstance(dialog, ManageDialog)
    assert dialog.windowTitle() == "Manage “attic”"
    dialog.reject()
    person.go(Location(attic.address, "", "attic"))
    bar = person.window.pane.manage
    person.wait(bar.isVisible)
    person.click(bar.button)
    person.wait(lambda: isinstance(QApplication.activeModalWidget(), ManageDialog))
    person.dialog().close()
    person.window.open_own_share()
    person.wait(lambda: not bar.isVisible())


def test_its_share_is_shown_and_what_guests_may_is_changed(person: Person, attic: SecureServer) -> None:
    _pair(person, attic, "manage")
    dialog = _managed(person, attic)
    panel = dialog.share
    assert panel._folder.toolTip() == str(attic.folder)
    assert panel.switch.isChecked()
    assert not panel.choose.isVisible(), "the folder is chosen on that computer alone"
    assert panel.passing.isVisible(), "its command line says what holds when it is started again"
    assert "free" in dialog.facts.text()
    assert QApplication.focusWidget() is panel.switch
    copy = panel.findChildren(QToolButton)[0]
    copy.setFocus()
    told: list[None] = []
    dialog.managed.changed.connect(lambda: told.append(None))
    person.wait(lambda: len(told) > 1)
    assert QApplication.focusWidget() is copy, "what has the keyboard keeps it while it is told anew"
    person.wait(lambda: "connections at once" in dialog.bounds.text())
    assert "4,096" in dialog.bounds.text()
    assert nameless(dialog) == []
    _choose(panel.guest, "read")
    person.wait(lambda: _share(attic)["guest"] == "read")
    person.wait(lambda: "everybody" in panel.state.text())
    _choose(panel.guest, "none")
    person.wait(lambda: "nobody else" in panel.state.text())
    assert _share(attic)["guest"] == "none"
    dialog.reject()


def test_all_of_it_is_reached_and_seen_by_keyboard_in_the_order_it_stands_in(person: Person, attic: SecureServer) -> None:
    _pair(person, attic, "manage")
    (attic.folder / "song").write_bytes(b"x")
    attic.call("job_add", {"direction": "get", "server": "", "items": [["song", str(attic.folder / "copy")]]})
    dialog = _managed(person, attic)
    person.wait(lambda: dialog.jobs.rowCount() == 1 and dialog.jobs.job(0).state is JobState.DONE)
    dialog.activateWindow()
    stops = walk(dialog)
    panel, head = dialog.share, dialog.transfers.head
    copy, close = panel.findChildren(QToolButton)[0], dialog.buttons.buttons()[0]
    shown = [panel.switch, panel.pair, panel.devices, panel.permission, panel.guest, copy]
    listed = [head.search, head.limit, dialog.transfers.sweep, dialog.transfers.view, dialog.limit, close]
    assert [stop.widget for stop in stops] == [*shown, *listed]
    assert [name(stop.widget) for stop in stops if not stop.shows] == []
    assert unreached(dialog, stops) == []
    dialog.reject()


def test_switching_its_sharing_off_is_asked_and_then_it_says_why_it_is_gone(person: Person, attic: SecureServer) -> None:
    _pair(person, attic, "manage")
    dialog = _managed(person, attic)
    for answer in ("Cancel", "Stop sharing"):
        QTest.mouseClick(dialog.share.switch, LEFT)
        person.wait(lambda: isinstance(QApplication.activeModalWidget(), QMessageBox))
        box = QApplication.activeModalWidget()
        assert isinstance(box, QMessageBox)
        assert "neither" in box.informativeText()
        assert _share(attic)["on"] is True
        person.click(next(button for button in box.buttons() if button.text().replace("&", "") == answer))
        person.wait(lambda: not isinstance(QApplication.activeModalWidget(), QMessageBox))
        if answer == "Cancel":
            assert dialog.share.switch.isChecked(), "it shows what is true"
    person.wait(lambda: "not shared any more" in dialog.notice.words)
    assert _share(attic)["on"] is False
    attic.call("share_set", {"on": True})
    person.wait(lambda: dialog.managed.state == "open")
    dialog.reject()


def test_a_device_is_invited_there_by_code_and_link_and_revoked(person: Person, attic: SecureServer, tmp_path: Path) -> None:
    _pair(person, attic, "manage")
    dialog = _managed(person, attic)
    person.click(dialog.share.pair)
    person.wait(lambda: isinstance(QApplication.activeModalWidget(), PairDialog))
    code = QApplication.activeModalWidget()
    assert isinstance(code, PairDialog)
    person.wait(lambda: code.inviting.state == "open")
    assert code.permission.currentData() == _share(attic)["permission"]
    assert code.link.text().startswith("filexfer://")
    assert not code.qr._picture.isNull()
    pair((parse(attic.address), parse_code(code.code.text())), "phone", Vault(tmp_path / "phone"), 20.0)
    person.wait(lambda: "“phone” is paired" in code.notice.words)
    code.reject()
    person.click(dialog.share.devices)
    person.wait(lambda: isinstance(QApplication.activeModalWidget(), DevicesDialog))
    devices = QApplication.activeModalWidget()
    assert isinstance(devices, DevicesDialog)
    assert devices.windowTitle() == "Devices paired with “attic”"
    person.wait(lambda: devices.model.rowCount() == 2)
    person.wait(lambda: devices._me)
    me = next(row for row, device in enumerate(devices.model.devices) if device.name != "phone")
    devices.table.selectRow(me)
    person.click(devices.revoke)
    person.wait(lambda: isinstance(QApplication.activeModalWidget(), QMessageBox))
    box = QApplication.activeModalWidget()
    assert isinstance(box, QMessageBox)
    assert "That is this computer" in box.informativeText()
    box.reject()
    devices._revoke(next(device.id for device in devices.model.devices if device.name == "phone"))
    person.wait(lambda: devices.model.rowCount() == 1)
    assert "phone" not in [device["name"] for device in attic.call("device_list")]
    devices.reject()
    dialog.reject()


def test_its_transfers_and_their_limit_are_seen_and_changed(person: Person, attic: SecureServer, tmp_path: Path) -> None:
    _pair(person, attic, "manage")
    (tmp_path / "film").write_bytes(b"x" * (4 << 20))
    attic.call("limit_set", {"rate": 10_000})
    attic.call("job_add", {"direction": "put", "server": "", "items": [[str(tmp_path / "film"), "film"]]})
    dialog = _managed(person, attic)
    person.wait(lambda: dialog.jobs.rowCount() == 1)
    job = dialog.jobs.job(0)
    assert dialog.jobs.title(job) == "film"
    assert dialog.jobs.place(job) == "to attic"
    offered = dialog.transfers.view.offered(job)
    assert {"pause", "cancel", "details"} <= set(offered)
    assert not {"open", "reveal", "receipt"} & set(offered), "its files lie there and not here"
    assert not dialog.transfers.head.more.isVisible()
    view = dialog.transfers.view
    QTest.mouseClick(view.viewport(), LEFT, Qt.KeyboardModifier.NoModifier, view.button_point(0, "pause"))
    person.wait(lambda: dialog.jobs.job(0).state is JobState.PAUSED)
    assert attic.call("job_list")["jobs"][0]["state"] == "paused"
    # It reads a file that is not in the share: that it goes on, is for that computer alone.
    person.wait(lambda: view.button_point(0, "resume"))
    QTest.mouseClick(view.viewport(), LEFT, Qt.KeyboardModifier.NoModifier, view.button_point(0, "resume"))
    person.wait(lambda: "only files and folders in the share" in dialog.trouble.text())
    limits = dialog.transfers.head.limits
    person.wait(lambda: limits.rate == 10_000)
    limits.choose(5_000_000)
    person.wait(lambda: attic.call("agent_info")["rate"] == 5_000_000)
    person.wait(lambda: dialog.limit.text() == "Speed of its own transfers: 5.0 MB/s")
    QTest.mouseClick(view.viewport(), LEFT, Qt.KeyboardModifier.NoModifier, view.button_point(0, "cancel"))
    person.wait(lambda: dialog.jobs.job(0).state is JobState.CANCELLED)
    person.click(dialog.transfers.sweep)
    person.wait(lambda: dialog.jobs.rowCount() == 0)
    assert attic.call("job_list")["total"] == 0
    assert person.jobs == [], "they are not this computer's"
    dialog.reject()


def test_the_files_of_one_of_its_transfers_are_listed(person: Person, attic: SecureServer, tmp_path: Path) -> None:
    _pair(person, attic, "manage")
    (tmp_path / "song").write_bytes(b"x")
    attic.call("job_add", {"direction": "put", "server": "", "items": [[str(tmp_path / "song"), "song"]]})
    dialog = _managed(person, attic)
    person.wait(lambda: dialog.jobs.rowCount() == 1 and dialog.jobs.job(0).state is JobState.DONE)
    dialog.transfers.view.doubleClicked.emit(dialog.jobs.index(0))
    person.wait(lambda: dialog.findChild(JobDetails) is not None)
    details = dialog.findChild(JobDetails)
    assert isinstance(details, JobDetails)
    person.wait(lambda: details.table.model().rowCount() == 1)
    details.close()
    dialog.reject()


def test_one_that_does_not_let_us_manage_says_what_to_do(person: Person, attic: SecureServer) -> None:
    _pair(person, attic, "write")
    person.go(Location(attic.address, "", "attic"))
    person.wait(lambda: person.window.pane._free.text())
    assert not person.window.pane.manage.isVisible()
    person.window.manage(attic.address)
    dialog = person.dialog()
    assert isinstance(dialog, ManageDialog)
    person.wait(lambda: dialog.managed.state == "refused")
    assert "does not let this computer manage it" in dialog.notice.words
    assert "filexfer invite --permission manage" in dialog.notice.accessibleName()
    person.click(dialog.notice.button)
    person.wait(lambda: isinstance(QApplication.activeModalWidget(), ConnectDialog))
    person.dialog().close()


def test_one_that_is_revoked_or_goes_away_meanwhile_says_so_and_comes_back(person: Person, attic: SecureServer) -> None:
    _pair(person, attic, "manage")
    dialog = _managed(person, attic)
    port = int(attic.address.rstrip("/").rpartition(":")[2])
    attic.stop()
    person.wait(lambda: "cannot be asked" in dialog.notice.words)
    again = SecureServer(attic.folder, attic.state, port)
    try:
        person.wait(lambda: dialog.managed.state == "open")
        again.call("device_revoke", again.call("device_list")[0]["id"])
        person.wait(lambda: dialog.managed.state == "refused")
    finally:
        again.stop()
    dialog.reject()


def test_a_server_without_an_agent_says_that_it_has_no_transfers_of_its_own(person: Person, tmp_path: Path) -> None:
    """A program of its own that shares a folder by the library."""
    with Server(tmp_path / "plain", ["https://127.0.0.1:0"], state=tmp_path / "plain-state", control=tmp_path / "c") as server:
        code = server._trust.invite(_manage())[0].code
        asked = {"address": server.addresses[0], "code": code, "name": "plain"}
        person.window._bridge.ask("server_pair", asked)
        person.wait(lambda: _ask(person) or person.window.servers.saved)
        person.window.manage(server.addresses[0])
        dialog = person.dialog()
        assert isinstance(dialog, ManageDialog)
        person.wait(lambda: dialog.managed.state == "open")
        assert not dialog.managed.has_agent
        assert dialog.devices.isVisible()
        assert not dialog.share.isVisible()
        assert not dialog.transfers.isVisible()
        person.wait(lambda: "connections at once" in dialog.bounds.text())
        assert nameless(dialog) == []
        dialog.reject()


def _manage() -> Any:
    from filexfer.core.model import Permission

    return Permission.MANAGE
