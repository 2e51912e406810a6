"""Pairing as people do it, from both sides of the window: codes, links and QR codes shown and taken, devices listed and revoked,
and what is said of a computer that does not know us or shows another key."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QMenu, QMessageBox, QWidget

from filexfer.client.pairing import pair
from filexfer.client.session import connect
from filexfer.client.vault import Vault
from filexfer.core.errors import ConnectionFailed, FilexferError, Forbidden, KeyringLocked, LoginNeeded, NotFound, PairingFailed
from filexfer.gui.kit.bridge import Bridge
from filexfer.gui.kit.location import Location
from filexfer.gui.servers.connect_dialog import ConnectDialog
from filexfer.gui.servers.devices_dialog import DevicesDialog
from filexfer.gui.servers.devices_model import Device, DevicesModel, read_devices
from filexfer.gui.servers.invitation import Invite, Inviting
from filexfer.gui.servers.pair_dialog import PairDialog
from filexfer.gui.servers.qr_code import QUIET, QrCode
from filexfer.gui.servers.servers_model import Saved, Servers, Share, SideModel
from filexfer.protocol.address import parse
from filexfer.protocol.pairing import parse_code, parse_link
from tests.gui.conftest import MakeWindow, OwnAgent, SecureServer, Watch
from tests.gui.person import LEFT, Person, nameless


@pytest.fixture(scope="module")
def own(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnAgent]:
    """An agent that shares on https."""
    agent = OwnAgent(home / "pairing")
    with agent.session() as session:
        session.call("share_set", {"folder": str(tmp_path_factory.mktemp("mine")), "on": True})
    yield agent
    agent.stop()


@pytest.fixture
def sharer(open_window: MakeWindow, own: OwnAgent) -> Person:
    """Somebody who looks at this computer's own share."""
    person = open_window(own)
    person.wait(lambda: person.window.servers.known)
    person.window.open_own_share()
    person.wait(lambda: person.window.share.isVisible() and person.settled)
    return person


@pytest.fixture
def attic(tmp_path: Path) -> Iterator[SecureServer]:
    """Another computer, that knows nobody yet."""
    server = SecureServer(tmp_path / "attic", tmp_path / "attic-state")
    yield server
    server.stop()


@pytest.fixture
def visitor(open_window: MakeWindow, agent: OwnAgent) -> Iterator[Person]:
    """Somebody who connects to other computers, and has saved none."""
    _forget_all(agent)
    person = open_window(agent)
    person.wait(lambda: person.window.servers.known)
    yield person
    _forget_all(agent)


def _forget_all(agent: OwnAgent) -> None:
    with agent.session() as session:
        for saved in session.call("server_list")["servers"]:
            session.call("server_forget", saved["name"])


def _pair_dialog(person: Person) -> PairDialog:
    person.click(person.window.share.pair)
    dialog = person.dialog()
    assert isinstance(dialog, PairDialog)
    person.wait(lambda: dialog.inviting.state == "open")
    return dialog


def _connect_dialog(person: Person) -> ConnectDialog:
    dialog = person.dialog()
    assert isinstance(dialog, ConnectDialog)
    return dialog


def _loopback(person: Person) -> str:
    return next(address for address in person.window.servers.share.addresses if "//127." in address)


def _pair_with(person: Person, code: str, vault: Vault) -> str:
    """Another device types the code; the address it did so at."""
    address = _loopback(person)
    pair((parse(address), parse_code(code)), "Anna's <b>laptop</b>", vault, 20.0)
    return address


# Others come here ---------------------------------------------------------------------------------------------------------------


def test_a_device_that_types_the_code_is_paired_with_the_permission_that_was_chosen(sharer: Person, tmp_path: Path) -> None:
    dialog = _pair_dialog(sharer)
    first = dialog.code.text()
    assert dialog.permission.currentData() == "write"
    dialog.permission.setCurrentIndex(dialog.permission.findData("read"))
    dialog.permission.activated.emit(dialog.permission.currentIndex())
    sharer.wait(lambda: dialog.code.text() not in ("", first))
    with pytest.raises(PairingFailed):
        _pair_with(sharer, first, Vault(tmp_path / "nobody"))
    vault = Vault(tmp_path / "laptop")
    address = _pair_with(sharer, dialog.code.text(), vault)
    sharer.wait(lambda: dialog.inviting.state == "used")
    assert "“Anna's <b>laptop</b>” is paired." in dialog.notice.words
    assert (dialog.code.text(), dialog.link.text()) == ("", "")
    assert "look and fetch" in dialog.notice.accessibleName()
    with connect(address, vault=vault) as session:
        session.call("file_list", "")
        with pytest.raises(Forbidden):
            session.call("folder_make", "by laptop")
    dialog.reject()


def test_a_monitor_is_invited_to_watch_and_the_dialog_says_what_to_run_there(sharer: Person, tmp_path: Path) -> None:
    dialog = _pair_dialog(sharer)
    first = dialog.code.text()
    assert not dialog.monitor.isVisible()
    dialog.permission.setCurrentText("only check that all is well")
    dialog.permission.activated.emit(dialog.permission.currentIndex())
    sharer.wait(lambda: dialog.code.text() not in ("", first))
    assert dialog.monitor.isVisible()
    assert "filexfer health" in dialog.monitor.text()
    vault = Vault(tmp_path / "monitor")
    address = _pair_with(sharer, dialog.code.text(), vault)
    sharer.wait(lambda: dialog.inviting.state == "used")
    assert "It may only check that all is well." in dialog.notice.accessibleName()
    with connect(address, vault=vault) as session:
        health: Any = session.call("server_health")
        assert health["state"] == "ok"
        with pytest.raises(Forbidden):
            session.call("file_list", "")
    dialog.reject()


def test_the_link_and_the_code_say_the_same_and_the_link_is_copied_whole(sharer: Person) -> None:
    dialog = _pair_dialog(sharer)
    invite = parse_link(dialog.link.text())
    assert invite.code == parse_code(dialog.code.text())
    assert len(dialog.code.text().split("-")) == 4
    assert dialog.address.text() == invite.address.authority
    sharer.click(dialog.copy_link)
    assert QGuiApplication.clipboard().text() == dialog.link.text()
    assert 0 < dialog.inviting.seconds <= 600
    assert "valid for" in dialog.left.text()
    dialog.reject()


def test_closing_the_dialog_takes_the_invitation_back(sharer: Person, own: OwnAgent) -> None:
    dialog = _pair_dialog(sharer)
    assert dialog.inviting.invite is not None
    number = dialog.inviting.invite.id
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    with own.session() as session:
        sharer.wait(lambda: session.call("invite_status", number)["state"] == "cancelled")


def test_return_does_not_throw_a_code_away(sharer: Person) -> None:
    dialog = _pair_dialog(sharer)
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    assert dialog.isVisible()
    assert dialog.inviting.state == "open"
    dialog.reject()


def _secrets_shown(code: str) -> list[str]:
    """Where in the whole application the code stands but in a field that shows it."""
    plain = code.replace("-", "")
    found = []
    for widget in QApplication.allWidgets():
        texts = (
            widget.windowTitle(), widget.accessibleName(), widget.accessibleDescription(), widget.toolTip(), widget.statusTip(),
            widget.whatsThis(), widget.objectName(), widget.windowIconText(),
        )  # fmt: skip
        found += [text for text in texts if code in text or plain in text]
    return found


def test_no_secret_stands_in_a_title_a_tool_tip_or_a_name(sharer: Person, attic: SecureServer) -> None:
    dialog = _pair_dialog(sharer)
    assert _secrets_shown(dialog.code.text()) == []
    assert nameless(dialog) == []
    assert dialog.code.text() not in repr(dialog.inviting.invite)
    dialog.reject()
    invite = attic.invite()
    sharer.window.connect_to(invite["link"])
    assert _secrets_shown(invite["code"]) == []
    assert nameless(_connect_dialog(sharer)) == []
    _connect_dialog(sharer).reject()


def test_devices_are_listed_and_revoked_after_a_question(sharer: Person, tmp_path: Path) -> None:
    dialog = _pair_dialog(sharer)
    vault = Vault(tmp_path / "laptop")
    address = _pair_with(sharer, dialog.code.text(), vault)
    sharer.wait(lambda: dialog.inviting.state == "used")
    dialog.reject()
    sharer.click(sharer.window.share.devices)
    devices = sharer.dialog()
    assert isinstance(devices, DevicesDialog)
    sharer.wait(lambda: devices.model.rowCount())
    assert nameless(devices) == []
    device = devices.model.device(0)
    assert device is not None
    # The newest of those that other tests have paired was seen last.
    row = [str(devices.model.index(0, column).data()) for column in range(3)]
    assert (row[0][:7], row[1]) == ("Anna's ", "look, fetch, send and change")
    assert row[2].startswith("today")
    with connect(address, vault=vault) as session:
        assert session.call("server_info")
        assert not devices.revoke.isEnabled()
        devices.table.setFocus()
        QTest.keyClick(devices.table, Qt.Key.Key_Down)
        devices.table.selectRow(0)
        QTest.keyClick(devices.table, Qt.Key.Key_Delete)
        box = sharer.dialog()
        assert isinstance(box, QMessageBox)
        assert "<b>laptop</b>" in box.text()
        assert box.textFormat() == Qt.TextFormat.PlainText
        # Return is no.
        QTest.keyClick(box, Qt.Key.Key_Return)
        sharer.wait(lambda: sharer.dialog() is devices)
        assert session.call("server_info")
        sharer.click(devices.revoke)
        box = sharer.dialog()
        assert isinstance(box, QMessageBox)
        yes = next(button for button in box.buttons() if button.text() == "Revoke")
        sharer.click(yes)
        sharer.wait(lambda: device.id not in [known.id for known in devices.model.devices])
        with pytest.raises(LoginNeeded):
            session.call("server_info")
    devices.reject()


def test_without_devices_the_list_says_so_and_offers_to_pair_one(open_window: MakeWindow, own: OwnAgent) -> None:
    person = open_window(own)
    person.wait(lambda: person.window.servers.known)
    with own.session() as session:
        for device in session.call("device_list"):
            session.call("device_revoke", device["id"])
    person.window.share.show_devices()
    devices = person.dialog()
    assert isinstance(devices, DevicesDialog)
    person.wait(lambda: "No device" in devices.notice.words)
    assert not devices.revoke.isVisible()
    person.click(devices.notice.button)
    person.wait(lambda: isinstance(QApplication.activeModalWidget(), PairDialog))
    dialog = person.dialog()
    assert isinstance(dialog, PairDialog)
    dialog.reject()


# What it shows, without a clock to wait for -------------------------------------------------------------------------------------


class Asked(Bridge):
    """A bridge that only notes what it is asked."""

    def __init__(self) -> None:
        super().__init__(lambda timeout: pytest.fail("nobody connects here"))
        self.asked: list[tuple[str, tuple[object, ...], dict[str, Any]]] = []

    def ask(self, method: str, *params: object, **after: Any) -> None:
        self.asked.append((method, params, after))

    @property
    def methods(self) -> list[str]:
        return [method for method, _, _ in self.asked]


def _answer(number: str = "1", seconds: float = 600) -> Invite:
    link = "filexfer://192.0.2.1:8765/?code=ABCDEFGHIJKLMNOP&pin=" + "A" * 43
    told = {
        "id": number, "code": "ABCD-EFGH-IJKL-MNOP", "link": link, "address": "https://192.0.2.1:8765/", "addresses": [],
        "seconds": seconds,
    }  # fmt: skip
    return Invite.read(told)


def test_an_invitation_that_comes_after_nobody_wants_it_is_cancelled(look: QApplication) -> None:
    bridge = Asked()
    inviting = Inviting(bridge)
    inviting.make("read")
    inviting.cancel()
    bridge.asked[0][2]["done"](_answer("late"))
    assert inviting.invite is None
    assert [(method, params) for method, params, _ in bridge.asked[1:]] == [("invite_cancel", ("late",))]


def test_the_countdown_ends_at_nothing_and_is_never_negative(look: QApplication) -> None:
    bridge = Asked()
    inviting = Inviting(bridge)
    inviting.make("read")
    bridge.asked[0][2]["done"](_answer(seconds=-5))
    assert (inviting.state, inviting.seconds) == ("open", 0)
    inviting._tick()
    assert bridge.methods[-1] == "invite_status"
    bridge.asked[-1][2]["done"]({"state": "expired", "seconds": 0, "device": ""})
    assert (inviting.state, inviting.invite) == ("expired", None)
    inviting.cancel()
    assert bridge.methods[-1] == "invite_status", "what is over is not cancelled"


@pytest.mark.parametrize(("error", "state"), [(NotFound(), "expired"), (ConnectionFailed(), "open")])
def test_an_agent_that_was_started_anew_does_not_know_the_code_one_that_is_gone_may(
    look: QApplication, error: FilexferError, state: str
) -> None:
    bridge = Asked()
    inviting = Inviting(bridge)
    inviting.make("read")
    bridge.asked[0][2]["done"](_answer())
    inviting._tick()
    bridge.asked[-1][2]["failed"](error)
    assert inviting.state == state
    inviting.cancel()


@pytest.mark.parametrize("silent", [False, True])
def test_a_code_ends_with_its_time_though_the_agent_is_gone(look: QApplication, silent: bool) -> None:
    bridge = Asked()
    inviting = Inviting(bridge)
    inviting.make("read")
    bridge.asked[0][2]["done"](_answer(seconds=-1))
    inviting._tick()
    assert inviting.state == "open", "it may have been used in its last second"
    if silent:
        inviting._tick()
    else:
        bridge.asked[-1][2]["failed"](ConnectionFailed())
    assert (inviting.state, inviting.invite) == ("expired", None)


def test_choosing_what_is_chosen_keeps_the_code(look: QApplication, icons: Any) -> None:
    bridge = Asked()
    dialog = PairDialog(Inviting(bridge), "read", icons)
    bridge.asked[0][2]["done"](_answer())
    dialog.permission.activated.emit(dialog.permission.currentIndex())
    assert (dialog.code.text(), bridge.methods) == ("ABCD-EFGH-IJKL-MNOP", ["invite_create"])
    dialog.permission.setCurrentIndex(dialog.permission.findData("manage"))
    dialog.permission.activated.emit(dialog.permission.currentIndex())
    assert bridge.methods == ["invite_create", "invite_cancel", "invite_create"]
    dialog.reject()


def test_a_revocation_that_failed_is_said_until_the_next_one(look: QApplication, icons: Any) -> None:
    bridge = Asked()
    devices = DevicesDialog(bridge, icons, can_pair=True)
    told = [Device("1", "phone", "read", 0)]
    devices.show()
    devices._ask()
    assert bridge.methods == ["device_list"], "it is asked for once at a time"
    bridge.asked[-1][2]["failed"](FilexferError("gone"))
    assert devices.trouble.text() == "gone"
    devices._ask()
    bridge.asked[-1][2]["done"](told)
    assert devices.trouble.isHidden(), "the list is there again"
    devices._revoke("1")
    bridge.asked[-1][2]["failed"](FilexferError("The disk is full."))
    devices._ask()
    bridge.asked[-1][2]["done"](told)
    assert (devices.trouble.isHidden(), devices.trouble.text()) == (False, "The disk is full.")
    devices.table.selectRow(0)
    devices._ask_revoke()
    asked = len(bridge.asked)
    devices._ask()
    assert len(bridge.asked) == asked, "a question is open"
    devices._revoke("1")
    assert devices.trouble.isHidden()
    devices.close()


def test_an_expired_code_is_replaced_by_a_new_one_and_a_refusal_is_said(look: QApplication, icons: Any) -> None:
    bridge = Asked()
    dialog = PairDialog(Inviting(bridge), "read", icons)
    bridge.asked[0][2]["done"](_answer())
    dialog.inviting._tick()
    bridge.asked[-1][2]["done"]({"state": "expired", "seconds": 0, "device": ""})
    assert "not valid any more" in dialog.notice.words
    assert dialog.notice.button.text() == "New code"
    dialog.notice.button.click()
    assert bridge.methods[-1] == "invite_create"
    bridge.asked[-1][2]["failed"](FilexferError("There is <b>no</b> network."))
    assert dialog.notice.button.text() == "Try again"
    assert "There is <b>no</b> network." in dialog.notice.accessibleName()
    dialog.reject()


def test_the_qr_code_is_painted_module_by_module_dark_on_light_with_its_quiet_zone(look: QApplication) -> None:
    modules = _answer().modules
    widget = QrCode(248, "QR")
    widget.show_modules(modules)
    picture = widget.grab().toImage()
    whole = len(modules) + 2 * QUIET
    edge = 248 // whole
    corner = round((248 - edge * whole) / 2)
    for y in range(whole):
        for x in range(whole):
            inside = QUIET <= x < whole - QUIET and QUIET <= y < whole - QUIET
            dark = inside and modules[y - QUIET][x - QUIET]
            if (x in (0, whole - 1)) and (y in (0, whole - 1)):
                continue  # the paper's round corners
            # All pixels of a module are of one colour.
            for place in (QPoint(0, 0), QPoint(edge - 1, edge - 1), QPoint(edge // 2, edge // 2)):
                seen = picture.pixelColor(QPoint(corner + x * edge, corner + y * edge) + place).name()
                assert seen == ("#000000" if dark else "#ffffff"), (x, y)


def test_the_list_of_devices_keeps_the_rules_of_models(look: QApplication) -> None:
    model = DevicesModel()
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    now = time.time_ns()
    one, two = Device("1", "phone", "read", 0), Device("2", "evil\x1b\u202e", "manage", now)
    for devices in ([], [one], [one, two], [two], []):
        model.take(devices)
        assert model.devices == devices
    model.take([one, two])
    model.take([two, Device("1", "phone", "write", now)])
    assert [model.index(row, 1).data() for row in (0, 1)] == [
        "look, fetch, send and change",
        "look, fetch, send, change and manage",
    ]
    model.take([one])
    assert model.index(0, 2).data() == "never"
    assert "\u202e" not in str(model.index(0, 0).data())
    del tester


def test_the_side_bar_says_how_each_computer_does(look: QApplication) -> None:
    servers = Servers(Asked())
    model = SideModel(servers)
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    states = ("connecting", "online", "offline", "needs pairing", "key changed")
    servers.saved = tuple(Saved(f"{state} {n}", f"https://h{n}:1/", state) for n, state in enumerate(states))
    servers.saved += (Saved("gone", "https://gone:1/", "offline", time.time_ns()), Saved("plain", "http://p:1/", "needs pairing"))
    servers.changed.emit()
    rows = [model.row(row) for row in range(model.rowCount()) if model.row(row).address]
    assert [row.word for row in rows] == [
        "connecting…",
        "online",
        "offline",
        "needs pairing",
        "key changed",
        "offline",
        "needs pairing",
    ]
    assert [row.text for row in rows if row.can_pair] == ["needs pairing 3"], "over plain http nobody is paired"
    (gone,) = (row for row in range(model.rowCount()) if model.row(row).text == "gone")
    assert "offline since today" in str(model.index(gone).data(Qt.ItemDataRole.AccessibleTextRole))
    assert "offline since today" in str(model.index(gone).data(Qt.ItemDataRole.ToolTipRole))
    del tester


def test_devices_seen_last_come_first() -> None:
    told = [{"id": str(n), "name": f"d{n}", "permission": "read", "created_ns": 1, "seen_ns": n % 3} for n in range(3)]
    assert [device.id for device in read_devices(told)] == ["2", "1", "0"]


# We go to others ---------------------------------------------------------------------------------------------------------------


def test_a_pasted_link_pairs_saves_and_opens(visitor: Person, attic: SecureServer) -> None:
    (attic.folder / "hello.txt").write_text("hello")
    visitor.click(visitor.window.sidebar.connect_button)
    dialog = _connect_dialog(visitor)
    QGuiApplication.clipboard().setText("\n  " + attic.invite()["link"] + " \n")
    dialog.field.setFocus()
    dialog.field.paste()
    assert dialog.second.isHidden()
    assert dialog.go.text() == "Pair"
    assert parse(attic.address).authority in dialog.lead.text()
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    visitor.wait(lambda: dialog.done_page.words == "“studio” is paired.")
    assert dialog.field.text() == ""
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    visitor.wait(lambda: visitor.rows == ["hello.txt"])
    assert [saved.name for saved in visitor.window.servers.saved] == ["studio"]


def test_a_second_press_of_enter_does_not_cancel_the_pairing_that_the_first_began(visitor: Person, attic: SecureServer) -> None:
    visitor.window.connect_to(attic.invite()["link"])
    dialog = _connect_dialog(visitor)
    dialog.activateWindow()
    visitor.wait(dialog.go.hasFocus)
    for _ in range(2):
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)
    visitor.wait(lambda: dialog.done_page.words == "“studio” is paired.")
    dialog.reject()


def test_a_typed_code_asks_for_an_address_and_pairs(visitor: Person, attic: SecureServer) -> None:
    visitor.click(visitor.window.sidebar.connect_button)
    dialog = _connect_dialog(visitor)
    code = attic.invite()["code"]
    visitor.type(dialog.field, code.lower().replace("-", "").replace("O", "0").replace("I", "1"))
    assert dialog.field.text() == code
    assert dialog.second.isVisible()
    assert not dialog.go.isEnabled()
    visitor.type(dialog.second, attic.address.removeprefix("https://"))
    visitor.click(dialog.go)
    visitor.wait_paired(dialog)
    dialog.reject()
    visitor.wait(lambda: [saved.address for saved in visitor.window.servers.saved] == [attic.address])


def test_a_host_that_looks_like_a_code_for_a_moment_is_an_address_again(visitor: Person) -> None:
    visitor.click(visitor.window.sidebar.connect_button)
    dialog = _connect_dialog(visitor)
    visitor.type(dialog.field, "livingroomserver")
    assert dialog.field.text() == "LIVI-NGRO-OMSE-RVER"
    QTest.keyClicks(dialog.field, ".local")
    assert dialog.field.text() == "livingroomserver.local"
    assert dialog.second.isHidden()
    dialog.reject()


def test_an_address_of_a_computer_that_does_not_know_us_asks_for_its_code(visitor: Person, attic: SecureServer) -> None:
    (attic.folder / "photos").mkdir(exist_ok=True)
    (attic.folder / "photos" / "one.jpg").touch()
    visitor.connect(attic.address.removeprefix("https://") + "photos")
    dialog = _connect_dialog(visitor)
    visitor.wait(lambda: dialog.second.isVisible())
    assert dialog.second.accessibleName() == "Code"
    assert "“127.0.0.1” does not know this computer" in dialog.lead.text()
    visitor.type(dialog.second, "ABCDEFGHIJKLMNOP")
    assert dialog.second.text() == "ABCD-EFGH-IJKL-MNOP"
    visitor.click(dialog.go)
    visitor.wait(lambda: dialog.second.property("wrong"))
    assert "new invitation" in dialog.trouble.text()
    code = attic.invite()["code"]
    visitor.type(dialog.second, code)
    visitor.click(dialog.go)
    visitor.wait_paired(dialog)
    visitor.click(dialog.go)
    visitor.wait(lambda: visitor.rows == ["one.jpg"])


def _row(person: Person, name: str) -> int:
    model = person.window.sidebar.view.model()
    return next((row for row in range(model.rowCount()) if model.index(row, 0).data() == name), -1)


def _word(person: Person, name: str) -> str:
    row = _row(person, name)
    index = person.window.sidebar.view.model().index(row, 0)
    return str(index.data(Qt.ItemDataRole.AccessibleTextRole)) if row >= 0 else ""


def test_a_saved_computer_that_needs_pairing_has_a_button_for_it(visitor: Person, attic: SecureServer, agent: OwnAgent) -> None:
    (attic.folder / "hello.txt").write_text("hello")
    with agent.session() as session:
        session.call("server_save", {"name": "attic-pi", "address": attic.address})
    visitor.window.servers.ask()
    visitor.wait(lambda: visitor.window.servers.ask() or _word(visitor, "attic-pi") == "attic-pi, needs pairing")
    view = visitor.window.sidebar.view
    QTest.mouseClick(view.viewport(), LEFT, pos=visitor.window.sidebar.button_point(_row(visitor, "attic-pi")))
    dialog = _connect_dialog(visitor)
    assert dialog.windowTitle() == "Pair with “attic-pi”"
    assert visitor.window.browser.here is None, "the button is not the row"
    visitor.click(dialog.hint.copy)
    assert QGuiApplication.clipboard().text() == "filexfer invite"
    code = attic.invite()["code"]
    dialog.field.setFocus()
    QTest.keyClicks(dialog.field, code.replace("-", "")[:6].lower())
    assert dialog.field.text() == code[:7]
    QTest.keyClick(dialog.field, Qt.Key.Key_Backspace)
    QTest.keyClick(dialog.field, Qt.Key.Key_Backspace)
    assert dialog.field.text() == code[:4]
    QTest.keyClicks(dialog.field, code[4:])
    assert dialog.field.text() == code
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    visitor.wait_paired(dialog)
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    visitor.wait(lambda: visitor.rows == ["hello.txt"])
    visitor.wait(lambda: _word(visitor, "attic-pi") == "attic-pi, online")


def test_opening_a_computer_that_does_not_know_us_offers_to_pair_by_keyboard_too(
    visitor: Person, attic: SecureServer, agent: OwnAgent
) -> None:
    with agent.session() as session:
        session.call("server_save", {"name": "attic-pi", "address": attic.address})
    visitor.window.servers.ask()
    visitor.wait(lambda: _row(visitor, "attic-pi") >= 0)
    view = visitor.window.sidebar.view
    view.setFocus()
    view.setCurrentIndex(view.model().index(_row(visitor, "attic-pi"), 0))
    QTest.keyClick(view, Qt.Key.Key_Return)
    visitor.wait(lambda: visitor.window.pane.page == "“attic-pi” needs pairing.")
    button = visitor.window.pane.notice.button
    button.setFocus()
    QTest.keyClick(button, Qt.Key.Key_Space)
    dialog = _connect_dialog(visitor)
    dialog.field.setText(attic.invite()["link"])
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    visitor.wait(lambda: dialog.done_page.words == "“attic-pi” is paired.")
    visitor.click(dialog.go)
    visitor.wait(lambda: "empty" in visitor.window.pane.page)


def _ways_on(root: QWidget) -> set[str]:
    return {button.text() for button in root.findChildren(QAbstractButton) if button.isVisible() and button.text()}


def test_forgetting_a_computer_asks_first(visitor: Person, attic: SecureServer, agent: OwnAgent) -> None:
    with agent.session() as session:
        session.call("server_pair", {"link": attic.invite()["link"], "name": "attic-pi"})
    visitor.window.servers.ask()
    visitor.wait(lambda: _row(visitor, "attic-pi") >= 0)
    sidebar = visitor.window.sidebar

    def asked() -> QMessageBox:
        point = sidebar.view.visualRect(sidebar.view.model().index(_row(visitor, "attic-pi"), 0)).center()
        sidebar.view.customContextMenuRequested.emit(point)
        menu = QApplication.activePopupWidget()
        assert isinstance(menu, QMenu)
        forget = next(action for action in menu.actions() if action.text() == "Forget…")
        forget.trigger()
        menu.close()
        box = visitor.dialog()
        assert isinstance(box, QMessageBox)
        return box

    box = asked()
    assert "“attic-pi”" in box.text()
    assert box.textFormat() == Qt.TextFormat.PlainText
    QTest.keyClick(box, Qt.Key.Key_Return)  # Return is no.
    with agent.session() as session:
        assert session.call("server_call", attic.address, "server_info")
    box = asked()
    visitor.click(next(button for button in box.buttons() if button.text() == "Forget"))
    visitor.wait(lambda: visitor.window.servers.saved == ())
    # There, too.
    visitor.wait(lambda: attic.call("device_list") == [])


@pytest.mark.parametrize("saved", [False, True])
def test_pairing_that_was_cancelled_is_undone_unless_it_was_pairing_anew(look: QApplication, icons: Any, saved: bool) -> None:
    bridge = Asked()
    servers = Servers(bridge)
    if saved:
        servers.saved = (Saved("studio", "https://192.0.2.1:8765/", "needs pairing"),)
    dialog = ConnectDialog(bridge, servers, icons, text=_answer().link)
    dialog.show()
    dialog.go.click()
    (method, _, after) = bridge.asked[-1]
    assert method == "server_pair"
    dialog.reject()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    bridge._deliver(after["done"], {"name": "studio", "address": "https://192.0.2.1:8765/", "permission": "read", "kept": "file"})
    forgotten = ("server_forget", ("studio",)) in [asked[:2] for asked in bridge.asked]
    assert forgotten != saved


def test_a_locked_keyring_is_no_reason_to_pair_but_to_try_again(visitor: Person) -> None:
    window = visitor.window
    window.browser.open(Location("https://192.0.2.1:8765/", "", "attic-pi"))
    window.pane._on_failed(KeyringLocked("The system's keyring does not answer. Unlock it and try again."))
    assert window.pane.page == "“attic-pi” cannot be opened."
    assert "Unlock it" in window.pane.notice.accessibleName()
    assert _ways_on(window.pane.notice) == {"Try again"}
    servers = Servers(Asked())
    servers.saved = (Saved("attic-pi", "https://h:1/", "keyring locked"),)
    model = SideModel(servers)
    (row,) = [model.row(row) for row in range(model.rowCount()) if model.row(row).address]
    assert (row.word, row.can_pair) == ("keyring locked", False)


@pytest.mark.parametrize("end", ["done", "failed"])
def test_what_is_saved_while_the_servers_are_asked_for_is_asked_for_after_that_answer(look: QApplication, end: str) -> None:
    bridge = Asked()
    servers = Servers(bridge)
    servers.ask()
    servers.save("attic-pi", "https://h:1/")
    saved = bridge.asked[1][2]["done"]
    saved(None)
    assert bridge.methods == ["server_list", "server_save"]
    bridge.asked[0][2][end]((Share(), ()))
    assert bridge.methods == ["server_list", "server_save", "server_list"]
    bridge.asked[2][2][end]((Share(), ()))
    assert len(bridge.asked) == 3


def test_another_key_is_told_and_there_is_no_way_but_pairing(
    visitor: Person, attic: SecureServer, agent: OwnAgent, home: Path
) -> None:
    with agent.session() as session:
        session.call("server_pair", {"link": attic.invite("manage")["link"], "name": "attic-pi"})
        session.call("server_call", "attic-pi:", "file_put", ["hello.txt", b"hello"])
    visitor.window.servers.ask()
    visitor.window.browser.open(Location(attic.address, "", "attic-pi"))
    visitor.wait(visitor.window.pane.manage.isVisible)
    other = attic.new_key()
    try:
        visitor.window.browser.open(Location(attic.address, "", "attic-pi"))
        visitor.wait(lambda: visitor.window.pane.page == "“attic-pi” shows another key.")
        notice = visitor.window.pane.notice
        assert "somebody may be in between" in notice.accessibleName()
        assert _ways_on(notice) == {"Pair again…"}
        assert not visitor.window.pane.manage.isVisible(), "what we may there is not known any more"
        visitor.wait(lambda: visitor.window.servers.ask() or _word(visitor, "attic-pi") == "attic-pi, key changed")
        visitor.click(notice.button)
        dialog = _connect_dialog(visitor)
        assert "shows another key" in dialog.lead.text()
        assert _ways_on(dialog) == {"Pair", "Cancel"}
        visitor.type(dialog.field, other.invite()["code"])
        visitor.click(dialog.go)
        visitor.wait_paired(dialog)
        visitor.click(dialog.go)
        visitor.wait(lambda: visitor.rows == ["hello.txt"])
    finally:
        other.stop()


def test_the_main_thread_waits_for_nothing_while_devices_are_paired(
    sharer: Person, attic: SecureServer, tmp_path: Path, watch: Watch
) -> None:
    link = attic.invite()["link"]
    vault = Vault(tmp_path / "laptop")
    watch.armed = True
    dialog = _pair_dialog(sharer)
    watch.armed = False  # the other device is of this test
    _pair_with(sharer, dialog.code.text(), vault)
    watch.armed = True
    sharer.wait(lambda: dialog.inviting.state == "used")
    dialog.reject()
    sharer.click(sharer.window.share.devices)
    devices = sharer.dialog()
    assert isinstance(devices, DevicesDialog)
    sharer.wait(lambda: devices.model.rowCount())
    devices.reject()
    sharer.window.connect_to(link)
    connecting = _connect_dialog(sharer)
    sharer.click(connecting.go)
    sharer.wait(lambda: connecting.done_page.words)
    sharer.click(connecting.go)
    sharer.wait(lambda: sharer.window.browser.here.server == attic.address and sharer.settled)
    watch.armed = False
    assert watch.seen == []
    sharer.window.servers.forget("studio")


# A link that the system opens ---------------------------------------------------------------------------------------------------

_PROGRAM = """
import json, sys
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

def look():
    app = QApplication.instance()
    while app.activeModalWidget() is None:
        QTest.qWait(20)
    QTest.qWait(500)
    dialog = app.activeModalWidget()
    titles = [widget.windowTitle() for widget in app.topLevelWidgets()]
    print(json.dumps([dialog.field.text(), dialog.go.isEnabled(), dialog.trouble.text(), titles, app.arguments()]))
    dialog.reject()
    app.closeAllWindows()
    return 0

QApplication.exec = staticmethod(look)
"""


@pytest.mark.parametrize(
    "start",
    [
        "from filexfer.cli.main import main; sys.exit(main(['app', sys.argv[1]]))",
        "from filexfer.gui.app import main; sys.exit(main(['filexfer-app', sys.argv[1]]))",
    ],
    ids=["filexfer app LINK", "filexfer-app LINK"],
)
def test_a_link_given_to_the_app_only_fills_in_the_dialog(own_home: Path, attic: SecureServer, start: str) -> None:
    invite = attic.invite()
    ran = subprocess.run(
        [sys.executable, "-c", _PROGRAM + start, invite["link"]],
        env=os.environ | {"QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ran.returncode == 0, ran.stderr
    field, ready, trouble, titles, arguments = json.loads(ran.stdout)
    assert (field, ready, trouble) == (invite["link"], True, "")
    code = parse_code(invite["code"])
    for text in (*titles, *arguments, ran.stderr):
        assert code not in text
    assert attic.call("invite_status", invite["id"])["state"] == "open"
    assert attic.call("device_list") == []


def test_what_is_no_link_is_refused_and_not_repeated(own_home: Path) -> None:
    command = [sys.executable, "-m", "filexfer", "app", "ABCD-EFGH-IJKL-MNOP"]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert ran.returncode == 2
    assert "filexfer://" in ran.stderr
    assert "ABCD" not in ran.stderr + ran.stdout
