"""Pictures of what the window has around it: preferences, the doctor, what other starts bring, the end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtWidgets import QMessageBox

from filexfer.client.words import connect_error
from filexfer.gui.desktop import Desktop
from filexfer.gui.dragging.send_dialog import SendDialog
from filexfer.gui.integrate_dialog import IntegrateDialog
from filexfer.gui.kit import resources
from filexfer.gui.kit.icons import Icons
from filexfer.gui.kit.settings import Memory
from filexfer.gui.platform.system import Integration, Placed, this_system
from filexfer.gui.preferences import Preferences
from filexfer.gui.servers.doctor_dialog import DoctorDialog
from filexfer.gui.shortcuts_dialog import ShortcutsDialog
from filexfer.gui.single import Handover
from tests.gui.pictures.photographer import Photographer, modal


@contextmanager
def _desktop(p: Photographer) -> Iterator[Desktop]:
    memory = Memory(p.state / "desktop.ini")
    desktop = Desktop(p.window, p.window._bridge, memory, Icons(resources.folder()), this_system())
    yield desktop
    desktop.close()


def around(p: Photographer) -> None:
    window = p.window
    p.go("")
    with _desktop(p) as desktop:
        desktop.show_preferences()
        preferences = modal(Preferences)
        p.wait(lambda: preferences.login.isEnabled() and preferences.limit.isEnabled())
        p.shoot_dialog("preferences", Preferences)
        desktop.show_integrate()
        integrate = modal(IntegrateDialog)
        p.wait(lambda: integrate.put.isVisible() and integrate.put.isEnabled())
        p.shoot_dialog("integrate", IntegrateDialog)
        desktop.show_integrate()
        integrated = modal(IntegrateDialog)
        p.wait(integrated.put.isEnabled)
        integrated._show(Integration(Placed.HERE, "/home/anna/Apps/filexfer.AppImage"))
        p.shoot_dialog("integrated", IntegrateDialog)
        window.keyboard.list.trigger()
        p.shoot_dialog("keyboard-shortcuts", ShortcutsDialog)
        for name, address in (("doctor-closed", "https://127.0.0.1:1/"), ("doctor-unpaired", p.attic.address)):
            desktop.show_doctor(address)
            p.wait(modal(DoctorDialog).copy.isEnabled)
            p.shoot_dialog(name, DoctorDialog)
        desktop.take(Handover(tuple(f"/home/anna/Pictures/IMG_{number}.jpg" for number in range(6))))
        p.shoot_dialog("send", SendDialog)
        window.errors.show_error(connect_error(TimeoutError(), "https://attic-pi:8765/"))
        p.shoot("find-out-why")
        window.errors.clear()
        window.servers.set_share(on=True)
        p.wait(lambda: window.servers.share.on)
        window.close()
        p.shoot_dialog("closing", QMessageBox)
        p.shoot_menu("tray-menu", desktop.tray.menu)
        p.shoot_menu("whole-menu", window.toolbar.more.menu())
        window.servers.set_share(on=False)
        p.wait(lambda: not window.servers.share.on)


GROUPS = (around,)
