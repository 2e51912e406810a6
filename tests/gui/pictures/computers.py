"""Pictures of computers: those nearby, this one's share and its devices, pairing with others, those that cannot be trusted."""

from __future__ import annotations

import tempfile
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMessageBox

from filexfer.client.pairing import pair
from filexfer.client.vault import Vault
from filexfer.gui.manage_dialog import PLAIN_HEIGHT, WIDTH, ManageDialog
from filexfer.gui.servers.connect_dialog import ConnectDialog
from filexfer.gui.servers.devices_dialog import DevicesDialog
from filexfer.gui.servers.pair_dialog import PairDialog
from filexfer.protocol.address import parse
from filexfer.protocol.pairing import parse_code
from tests.gui.pictures.photographer import Photographer, modal


def nearby(p: Photographer) -> None:
    """Somebody announces itself; the connect dialog finds it too."""
    window, nearby = p.window, p.window.servers.nearby
    window.browser.open(None)
    nearby.set_open(True)
    p.shoot("nearby-looking")
    p.wait(lambda: nearby.near(p.attic.address) is not None)
    p.shoot("nearby")
    window.connect_to()
    p.shoot_dialog("nearby-connect", ConnectDialog)
    window.pair_with(p.attic.address)
    p.shoot_dialog("nearby-pair", ConnectDialog)
    side = window.sidebar.view
    row = next(row for row in range(side.model().rowCount()) if window.sidebar._model.row(row).can_pair)
    p.drag(side.viewport().mapTo(window, side.visualRect(side.model().index(row, 0)).center()))
    p.shoot("nearby-drop-refused")
    p.drag_away()
    nearby.set_open(False)


def share(p: Photographer) -> None:
    window = p.window
    p.go("", "", window.servers.name_of(""))
    p.shoot("not-shared")
    window.servers.set_share(on=True)
    p.wait(lambda: window.servers.share.on)
    p.shoot("shared")
    window.servers.set_share(guest="read")
    p.wait(lambda: window.servers.share.guest == "read")
    p.shoot("shared-with-guests")
    window.servers.set_share(guest="none")


def inviting(p: Photographer) -> None:
    """A device comes here."""
    window = p.window
    window.share.show_devices()
    devices = modal(DevicesDialog)
    p.wait(lambda: devices.notice.words or devices.model.rowCount())
    p.shoot_dialog("no-devices", DevicesDialog)
    window.servers.set_share(on=True)
    p.wait(lambda: window.servers.share.on)
    window.share.pair_device()
    dialog = modal(PairDialog)
    p.wait(lambda: dialog.inviting.state == "open")
    p.shoot("pair-a-device", dialog)
    near = next(address for address in window.servers.share.addresses if "//127." in address)
    with tempfile.TemporaryDirectory() as folder:
        pair((parse(near), parse_code(dialog.code.text())), "Anna's laptop", Vault(Path(folder)), 20.0)
    p.wait(lambda: dialog.inviting.state == "used")
    p.shoot("paired", dialog)
    dialog.inviting.state = "expired"
    dialog.inviting.changed.emit()
    p.shoot("code-expired", dialog)
    dialog.reject()


def devices(p: Photographer) -> None:
    with p.agent.session() as session:
        session.call("device_add", "phone with a name that is longer than anybody would expect", "write")
        session.call("device_add", "build-server", "manage")
        p.window.share.show_devices()
        dialog = modal(DevicesDialog)
        p.wait(lambda: dialog.model.rowCount() > 1)
        dialog.table.selectRow(0)
        p.shoot("devices", dialog)
        dialog.revoke.click()
        p.shoot_dialog("revoke", QMessageBox)
        dialog.reject()
        for device in session.call("device_list"):
            session.call("device_revoke", device["id"])
    p.window.servers.set_share(on=False)
    p.wait(lambda: not p.window.servers.share.on)


def connecting(p: Photographer) -> None:
    """We go to others: by a link, by a code, by an address that needs one; and in vain."""
    window, invite = p.window, p.attic.invite()
    window.connect_to()
    dialog = modal(ConnectDialog)
    p.shoot("connect", dialog)
    dialog.field.setText("http://127.0.0.1:1")
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    p.wait(lambda: dialog.go.isEnabled())
    p.shoot("connect-in-vain", dialog)
    dialog.field.clear()
    QTest.keyClicks(dialog.field, invite["code"].lower())
    p.shoot("connect-code", dialog)
    dialog.field.setText(invite["link"])
    p.shoot("connect-link", dialog)
    dialog.field.setText(p.attic.address)
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    p.wait(lambda: dialog.second.isVisible())
    p.shoot("connect-needs-code", dialog)
    dialog.field.setText(invite["link"])
    dialog.name.setText("attic")
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    p.wait(lambda: dialog.done_page.words)
    p.shoot_dialog("connected", ConnectDialog)


def managing(p: Photographer) -> None:
    """One that lets us manage it; the same where it has no agent; and where it lets us not."""
    window = p.window

    def opened(state: str) -> ManageDialog:
        window.manage(p.attic.address)
        dialog = modal(ManageDialog)
        p.wait(lambda: dialog.managed.state == state)
        return dialog

    opened("refused")
    p.shoot_dialog("manage-refused", ManageDialog)
    p.attic.call("device_revoke", p.attic.call("device_list")[0]["id"])
    with p.agent.session() as session:
        session.call("server_pair", {"link": p.attic.invite("manage")["link"], "name": "attic"})
    p.go("", p.attic.address, "attic")
    p.wait(window.pane.manage.isVisible)
    p.shoot("may-manage")
    p.attic.call("limit_set", {"rate": 100_000})
    for name in ("IMG_2041.jpg", "film.mkv"):
        (p.home / name).write_bytes(bytes(40_000_000))
        p.attic.call("job_add", {"direction": "put", "server": "", "items": [[str(p.home / name), name]]})
    dialog = opened("open")
    p.wait(lambda: dialog.jobs.rowCount() == 2 and dialog.bounds.text())
    p.shoot("manage", dialog)
    dialog.share.switch.click()
    p.shoot_dialog("manage-stop", QMessageBox)
    dialog.managed._look_timer.stop()
    p.wait(lambda: not dialog.managed._looking)
    dialog.managed.has_agent = False
    dialog.managed.changed.emit()
    QTest.qWait(50)  # until what is hidden takes no room any more
    dialog.resize(WIDTH, PLAIN_HEIGHT)
    p.shoot_dialog("manage-plain", ManageDialog)
    for job in p.attic.call("job_list")["jobs"]:
        p.attic.call("job_cancel", job["id"])


def untrusted(p: Photographer) -> None:
    """Computers that do not know us, or show another key."""
    window = p.window
    p.attic.call("device_revoke", p.attic.call("device_list")[0]["id"])
    p.go("", p.attic.address, "attic")
    p.wait(lambda: p.offers("Pair…"))
    p.wait(lambda: window.servers.ask() or p.server_state("attic") == "needs pairing")
    p.shoot("needs-pairing")
    window.pair_with(p.attic.address)
    dialog = modal(ConnectDialog)
    QTest.keyClicks(dialog.field, "abcdefgh")
    p.shoot("pair-with", dialog)
    dialog.field.setText(p.attic.invite()["link"])
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    p.wait(lambda: dialog.done_page.words)
    dialog.reject()
    p.attic = p.attic.new_key()
    p.go("", p.attic.address, "attic")
    window.browser.refresh()
    p.wait(lambda: p.offers("Pair again…"))
    p.wait(lambda: window.servers.ask() or p.server_state("attic") == "key changed")
    p.shoot("key-changed")
    window.pair_with(p.attic.address)
    p.shoot_dialog("pair-again", ConnectDialog)
    window.sidebar._ask_forget(window.sidebar._model.row(window.sidebar._model.row_of(p.attic.address)))
    p.shoot_dialog("forget", QMessageBox)
    window.servers.forget("attic")


GROUPS = (nearby, share, inviting, devices, connecting, managing, untrusted)
