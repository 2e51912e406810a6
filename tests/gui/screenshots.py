"""Writes a picture of every page, light and dark, to `build/screenshots/`: `python -m tests.gui.screenshots [FOLDER]`.

Everything on them is real: an agent, a second server, files and transfers. Look at each with the eyes of a stranger.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import TypeVar

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PIL import Image, ImageOps
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMessageBox, QWidget

from filexfer.client.pairing import pair
from filexfer.client.vault import Vault
from filexfer.core.errors import ConnectionFailed, NoSpace
from filexfer.core.model import Conflict, JobState
from filexfer.gui import app, resources, words
from filexfer.gui.connect_dialog import ConnectDialog
from filexfer.gui.desktop import Desktop
from filexfer.gui.devices_dialog import DevicesDialog
from filexfer.gui.doctor_dialog import DoctorDialog
from filexfer.gui.icons import Icons
from filexfer.gui.job_details import JobDetails
from filexfer.gui.limit_menu import LimitDialog
from filexfer.gui.location import Location
from filexfer.gui.pair_dialog import PairDialog
from filexfer.gui.platform.system import this_system
from filexfer.gui.preferences import Preferences
from filexfer.gui.preview import PreviewDialog
from filexfer.gui.properties import Properties
from filexfer.gui.receipt_dialog import ReceiptDialog
from filexfer.gui.send_dialog import SendDialog
from filexfer.gui.settings import Memory
from filexfer.gui.sheet import Sheet
from filexfer.gui.single import Handover
from filexfer.gui.trash_dialog import TrashDialog
from filexfer.gui.window import Window
from filexfer.protocol.address import parse
from filexfer.protocol.pairing import parse_code
from tests.gui.conftest import OtherServer, OwnAgent, SecureServer

DAY = 86_400
MIB = 1 << 20
FILES = {
    "IMG_2041.jpg": 4_200_000, "IMG_2042.jpg": 4_012_345, "IMG_2043.jpg": 3_900_000, "beach.mp4": 12_000_000, "notes.txt": 812,
    "plan.pdf": 231_000, "backup-2026-01.tar.gz": 9_100_000, "song.flac": 3_100_000, "main.py": 5312,
    "a very long name that somebody chose without thinking of those who read it in a narrow column (final, 2).docx": 77_000,
    "evil\x1b[31m\u202egnp.exe": 12,
}  # fmt: skip


def furnish(share: Path) -> None:
    """Fill the other computer's share."""
    for depth, name in enumerate(("Documents", "Music & more", "Photos", "empty")):
        (share / name).mkdir()
        os.utime(share / name, (os.path.getmtime(share) - depth * 20 * DAY,) * 2)
    (share / "Photos" / "2026").mkdir()
    for number in range(300):
        (share / "Photos" / "2026" / f"IMG_{number:04d}.jpg").write_bytes(b"x" * (number * 37))
    _pictures(share / "Photos" / "2025")
    for age, (name, size) in enumerate(FILES.items()):
        with (share / name).open("wb") as file:
            file.truncate(size)
        os.utime(share / name, (os.path.getmtime(share) - age * age * DAY / 3,) * 2)


def _pictures(folder: Path) -> None:
    """Some that can be looked at, upright and wide, and files of other kinds beside them."""
    (folder / "raw").mkdir(parents=True)
    sizes = ((3000, 2000), (2000, 3000), (2400, 2400), (3200, 1200), (60, 40))
    for number in range(28):
        tone = Image.linear_gradient("L").rotate(number * 37, expand=False)
        colours = ((number * 67) % 256, (number * 113) % 256, 180), (250, 240 - number * 5, (number * 31) % 256)
        ImageOps.colorize(tone, *colours).resize(sizes[number % 5]).save(folder / f"IMG_{2000 + number}.jpg", quality=60)
    (folder / "a name that is rather long and has to be broken (final version, 2).jpg").write_bytes(b"x")
    (folder / "notes.txt").write_text("\n".join(f"{n}. What we saw that day, and who was there" for n in range(1, 60)))
    (folder / "film.mp4").write_bytes(b"x" * 40_000)


class Photographer:
    """Opens a window and goes through its pages. Attributes: window."""

    def __init__(self, agent: OwnAgent, server: OtherServer, home: Path, target: Path, scheme: str) -> None:
        self.agent, self.server, self.target, self.scheme = agent, server, target, scheme
        self.state = state = home / f"window-{scheme}"
        self.attic = SecureServer(home / f"attic-{scheme}", home / f"attic-state-{scheme}")
        self.window: Window = app.make_window(agent.open, state)
        self.window.start()
        self.window.show()
        self.wait(lambda: self.window.servers.known)

    def wait(self, seen: Callable[[], object], seconds: float = 20.0) -> None:
        end = time.monotonic() + seconds
        while not seen():
            if time.monotonic() > end:
                raise TimeoutError(f"{self.scheme}: waited in vain; the window says “{self.window.errors.words}”")
            QTest.qWait(20)

    def shoot(self, name: str, widget: QWidget | None = None) -> None:
        QTest.qWait(150)
        (widget or self.window).grab().save(str(self.target / f"{name}-{self.scheme}.png"))

    def go(self, path: str, server: str | None = None, name: str = "studio") -> None:
        self.window.browser.open(Location(self.server.address if server is None else server, path, name))
        self.wait(lambda: self.window.browser.settled)
        QTest.qWait(150)

    def drag(self, point: QPoint) -> None:
        mime = QMimeData()
        mime.setUrls([QUrl.fromLocalFile(__file__)])
        for kind in (QDragEnterEvent, QDragMoveEvent):
            event = kind(point, Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
            QApplication.sendEvent(self.window.windowHandle(), event)

    def pages(self) -> None:
        self.shoot("01-first-start")
        self.nearby()
        self.browsing()
        self.looking()
        self.dropping()
        self.troubles()
        self.dialogs()
        self.share()
        self.inviting()
        self.on_the_desktop()
        self.connecting()
        self.untrusted()

    def nearby(self) -> None:
        """Somebody announces itself; the connect dialog finds it too."""
        nearby = self.window.servers.nearby
        nearby.set_open(True)
        self.shoot("40-nearby-looking")
        self.wait(lambda: nearby.near(self.attic.address) is not None)
        self.shoot("41-nearby-first-start")
        self.window.connect_to()
        self.shoot("42-nearby-connect", _modal(ConnectDialog))
        _modal(ConnectDialog).reject()
        self.window.pair_with(self.attic.address)
        self.shoot("43-nearby-pair", _modal(ConnectDialog))
        _modal(ConnectDialog).reject()
        nearby.set_open(False)

    def browsing(self) -> None:
        self.go("")
        self.window.view.setFocus()
        self.window.view.select_names(["IMG_2042.jpg", "IMG_2043.jpg"])
        self.shoot("02-browsing")
        self.go("Photos/2026")
        self.window.toolbar.filter.setText("IMG_02")
        self.wait(lambda: self.window.browser.filter and self.window.browser.settled)
        self.shoot("03-filter")
        self.go("empty")
        self.shoot("04-empty-folder")

    def looking(self) -> None:
        """The grid, the panel at the side and the large preview."""
        self.go("Photos/2025")
        looking = self.window.looking
        looking.choice.as_grid.trigger()
        looking.choice.panel.trigger()
        self.window.view.select_names(["IMG_2003.jpg"])
        self.wait(lambda: looking.thumbnails.here > 5 and not looking.thumbnails.waiting)
        self.wait(lambda: looking.panel.content.page == "picture")
        self.shoot("60-grid")
        self.window.resize(1120, 900)
        looking.choice.as_list.trigger()
        self.window.view.select_names(["notes.txt"])
        self.wait(lambda: looking.panel.content.page == "text")
        looking.panel.compute.click()
        self.wait(lambda: looking.panel.digest.isVisible())
        self.shoot("61-panel")
        self.window.view.select_names(["IMG_2001.jpg", "IMG_2002.jpg"])
        self.shoot("62-several-selected")
        looking.choice.panel.trigger()
        self.window.view.select_names(["IMG_2000.jpg"])
        looking.show_preview()
        preview = self.window.findChild(PreviewDialog)
        assert preview is not None
        self.wait(lambda: preview.content.page == "picture")
        self.shoot("63-preview", preview)
        preview.close()
        self.window.resize(1120, 720)

    def dropping(self) -> None:
        self.go("")
        pane, view = self.window.pane, self.window.view
        self.drag(pane.mapTo(self.window, QPoint(400, pane.height() - 60)))
        self.shoot("05-drop")
        row = view.visualRect(self.window.listing.index(1, 0)).center()
        self.drag(view.viewport().mapTo(self.window, row))
        self.shoot("06-drop-on-folder")
        self.go("Photos/2026")
        part = self.window.toolbar.breadcrumb.parts[1]
        self.drag(part.mapTo(self.window, part.rect().center()))
        self.shoot("60-drop-on-breadcrumb")
        side = self.window.sidebar.view
        self.drag(side.viewport().mapTo(self.window, side.visualRect(side.model().index(1, 0)).center()))
        self.shoot("61-drop-on-computer")
        QApplication.sendEvent(self.window.windowHandle(), QDragLeaveEvent())
        self.undoing()

    def undoing(self) -> None:
        """Deleting, what is said of it, and the trash it went to."""
        for names in (["IMG_0001.jpg"], ["IMG_0002.jpg", "IMG_0003.jpg"]):
            self.window.view.select_names(names)
            self.window.actions_["delete"].trigger()
            self.wait(lambda names=names: self.window.listing.row_of(names[0]) < 0)
        self.shoot("62-undo")
        self.window.actions_["trash"].trigger()
        trash = _modal(TrashDialog)
        self.wait(lambda: trash.model.rowCount() == 3)
        self.shoot("63-trash", trash)
        trash.table.selectAll()
        trash.restore.click()
        self.wait(lambda: trash.model.rowCount() == 0)
        self.shoot("64-trash-empty", trash)
        trash.reject()
        self.go("")
        for name, names in (("65-properties", ["plan.pdf"]), ("66-properties-of-several", ["Photos", "notes.txt"])):
            self.window.view.select_names(names)
            self.window.actions_["properties"].trigger()
            QTest.qWait(400)
            self.shoot(name, _modal(Properties))
            _modal(Properties).reject()
        self.window.pane.undo_bar.hide()

    def troubles(self) -> None:
        self.go("Photos", "http://127.0.0.1:1/", "attic-pi")
        self.wait(lambda: "cannot" in self.window.pane.page)
        self.shoot("07-no-connection")
        self.go("")
        self.window.errors.show_error(NoSpace())
        self.window.view.select_names(["plan.pdf"])
        QTest.keyClick(self.window.view, Qt.Key.Key_F2)
        self.shoot("08-error-and-rename")
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Escape)
        self.window.errors.clear()

    def dialogs(self) -> None:
        self.window.connect_to()
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, ConnectDialog)
        dialog.field.setText("http://127.0.0.1:1")
        QTest.keyClick(dialog, Qt.Key.Key_Return)
        self.wait(lambda: dialog.go.isEnabled())
        self.shoot("09-connect", dialog)
        dialog.reject()
        for name, action in (("10-new-folder", "new_folder"), ("11-delete", "erase")):
            self.window.view.select_names(["IMG_2042.jpg", "IMG_2043.jpg"])
            self.window.actions_[action].trigger()
            box = QApplication.activeModalWidget()
            assert box is not None
            self.shoot(name, box)
            box.close()
        self.window.toolbar.more.menu().popup(QPoint(0, 0))
        self.shoot("12-menu", self.window.toolbar.more.menu())
        self.window.toolbar.more.menu().close()

    def share(self) -> None:
        self.go("", "", words.Words.tr("This computer"))
        self.shoot("13-not-shared")
        self.window.servers.set_share(on=True)
        self.wait(lambda: self.window.servers.share.on)
        self.shoot("14-shared")
        self.window.servers.set_share(guest="read")
        self.wait(lambda: self.window.servers.share.guest == "read")
        self.shoot("19-shared-with-guests")
        self.window.servers.set_share(guest="none")

    def inviting(self) -> None:
        """Devices come here: invited, paired, listed."""
        self.window.share.show_devices()
        devices = _modal(DevicesDialog)
        self.wait(lambda: devices.notice.words or devices.model.rowCount())
        self.shoot("20-no-devices", devices)
        devices.reject()
        self.window.share.pair_device()
        dialog = _modal(PairDialog)
        self.wait(lambda: dialog.inviting.state == "open")
        self.shoot("21-pair-a-device", dialog)
        near = next(address for address in self.window.servers.share.addresses if "//127." in address)
        with tempfile.TemporaryDirectory() as folder:
            pair((parse(near), parse_code(dialog.code.text())), "Anna's laptop", Vault(Path(folder)), 20.0)
        self.wait(lambda: dialog.inviting.state == "used")
        self.shoot("22-paired", dialog)
        dialog.inviting.state = "expired"
        dialog.inviting.changed.emit()
        self.shoot("23-code-expired", dialog)
        dialog.reject()
        with self.agent.session() as session:
            session.call("device_add", "phone with a name that is longer than anybody would expect", "write")
            session.call("device_add", "build-server", "manage")
            self.window.share.show_devices()
            devices = _modal(DevicesDialog)
            self.wait(lambda: devices.model.rowCount())
            devices.table.selectRow(0)
            self.shoot("24-devices", devices)
            devices.revoke.click()
            self.shoot("25-revoke", _modal(QMessageBox))
            _modal(QMessageBox).reject()
            devices.reject()
            for device in session.call("device_list"):
                session.call("device_revoke", device["id"])
        self.window.servers.set_share(on=False)
        self.wait(lambda: not self.window.servers.share.on)

    def connecting(self) -> None:
        """We go to others: by a link, by a code, by an address that needs one."""
        invite = self.attic.invite()
        self.window.connect_to()
        dialog = _modal(ConnectDialog)
        self.shoot("26-connect", dialog)
        QTest.keyClicks(dialog.field, invite["code"].lower())
        self.shoot("27-connect-code", dialog)
        dialog.field.setText(invite["link"])
        self.shoot("28-connect-link", dialog)
        dialog.field.setText(self.attic.address)
        QTest.keyClick(dialog, Qt.Key.Key_Return)
        self.wait(lambda: dialog.second.isVisible())
        self.shoot("29-connect-needs-code", dialog)
        dialog.field.setText(invite["link"])
        dialog.name.setText("attic")
        QTest.keyClick(dialog, Qt.Key.Key_Return)
        self.wait(lambda: dialog.done_page.words)
        self.shoot("30-connected", dialog)
        dialog.reject()

    def on_the_desktop(self) -> None:
        """What the window has around it: preferences, the doctor, what other starts bring, the end."""
        window = self.window
        memory, icons = Memory(self.state / "desktop.ini"), Icons(resources.folder())
        desktop = Desktop(window, window._bridge, memory, icons, this_system())
        self.go("")
        desktop.show_preferences()
        preferences = _modal(Preferences)
        self.wait(lambda: preferences.login.isEnabled() and preferences.limit.isEnabled())
        self.shoot("60-preferences", preferences)
        preferences.reject()
        for name, address in (("61-doctor-closed", "https://127.0.0.1:1/"), ("62-doctor-unpaired", self.attic.address)):
            desktop.show_doctor(address)
            doctor = _modal(DoctorDialog)
            self.wait(doctor.copy.isEnabled)
            self.shoot(name, doctor)
            doctor.reject()
        desktop.take(Handover(tuple(f"/home/anna/Pictures/IMG_{number}.jpg" for number in range(6))))
        self.shoot("63-send", _modal(SendDialog))
        _modal(SendDialog).reject()
        window.errors.show_error(ConnectionFailed("https://attic-pi:8765/ does not answer. Check that the computer is on."))
        self.shoot("64-find-out-why")
        window.errors.clear()
        window.servers.set_share(on=True)
        self.wait(lambda: window.servers.share.on)
        window.close()
        self.shoot("65-closing", _modal(QMessageBox))
        _modal(QMessageBox).reject()
        self.shoot("66-tray-menu", desktop.tray.menu)
        window.servers.set_share(on=False)
        self.wait(lambda: not window.servers.share.on)
        desktop.close()

    def untrusted(self) -> None:
        """Computers that do not know us, or show another key."""
        self.attic.call("device_revoke", self.attic.call("device_list")[0]["id"])
        self.go("", self.attic.address, "attic")
        self.wait(lambda: "needs pairing" in self.window.pane.page)
        self.wait(lambda: self.window.servers.ask() or self.state("attic") == "needs pairing")
        self.shoot("31-needs-pairing")
        self.window.pair_with(self.attic.address)
        dialog = _modal(ConnectDialog)
        QTest.keyClicks(dialog.field, "abcdefgh")
        self.shoot("32-pair-with", dialog)
        dialog.field.setText(self.attic.invite()["link"])
        QTest.keyClick(dialog, Qt.Key.Key_Return)
        self.wait(lambda: dialog.done_page.words)
        dialog.reject()
        self.attic = self.attic.new_key()
        self.go("", self.attic.address, "attic")
        self.window.browser.refresh()
        self.wait(lambda: "another key" in self.window.pane.page)
        self.wait(lambda: self.window.servers.ask() or self.state("attic") == "key changed")
        self.shoot("33-key-changed")
        self.window.pair_with(self.attic.address)
        self.shoot("34-pair-again", _modal(ConnectDialog))
        _modal(ConnectDialog).reject()
        self.attic.stop()
        self.window.servers.forget("attic")

    def state(self, name: str) -> str:
        return next((one.state for one in self.window.servers.saved if one.name == name), "")

    def sheet(self, source: Path) -> None:
        """What was dropped is there in part, in another form, and not all of it will travel."""
        holiday, there = source / "holiday", self.server.folder / "Music & more" / "holiday"
        there.mkdir(exist_ok=True)
        for number in range(9):
            (there / f"{number}.jpg").write_bytes(b"another one")
        shutil.copy2(holiday / "20.jpg", there)
        (holiday / "latest").symlink_to("39.jpg")
        (holiday / ".DS_Store").touch()
        self.window.actions_.upload([str(holiday)], Location(self.server.address, "Music & more", "studio"))
        self.wait(lambda: isinstance(QApplication.activeModalWidget(), Sheet))
        sheet = _modal(Sheet)
        self.wait(lambda: "looking" not in sheet.amount.text())
        self.shoot("50-sheet", sheet)
        sheet.show_names.click()
        sheet.choices[Conflict.OVERWRITE].click()
        self.shoot("51-sheet-names", sheet)
        sheet.reject()
        shutil.rmtree(there)
        for name in ("latest", ".DS_Store"):
            (holiday / name).unlink()

    def _about_transfers(self, source: Path) -> None:
        """The receipt of one, the speed limit, and what is done to all."""
        done = next(job for job in self.window.jobs.jobs() if job.state is JobState.DONE)
        receipt = source.parent / "notes.sha256"
        dialog = ReceiptDialog(self.window._bridge, self.window)
        dialog.make(done.id, str(receipt))
        self.wait(lambda: dialog.done_)
        self.shoot("70-receipt", dialog)
        dialog.close()
        notes = source / "notes.txt"
        before = notes.stat()
        notes.write_text("changed since")
        dialog = ReceiptDialog(self.window._bridge, self.window)
        dialog.verify(str(receipt))
        self.wait(lambda: dialog.done_)
        self.shoot("71-checked-by-a-receipt", dialog)
        dialog.close()
        notes.write_text("notes")
        os.utime(notes, ns=(before.st_atime_ns, before.st_mtime_ns))
        head = self.window.transfers.head
        head.limits.own.trigger()
        self.shoot("72-speed-limit", _modal(LimitDialog))
        _modal(LimitDialog).reject()
        head.search.setText("no such file")
        self.wait(lambda: not self.window.jobs.jobs())
        self.shoot("73-nothing-found", self.window.transfers)
        head.search.clear()
        self.wait(self.window.jobs.jobs)

    def transfers(self, source: Path) -> None:
        """Stage one job of each state, under a limit that keeps them so."""
        self.go("Documents")
        address, here = self.server.address, self.window.browser.here
        assert here is not None
        upload = self.window.actions_.upload
        upload([str(source / "notes.txt")], here)
        upload([str(source / "gone.txt"), str(source / "notes.txt")], Location(address, "Music & more", "studio"))
        self.wait(lambda: len(self.window.jobs.jobs()) == 2 and not self.window.jobs.active)
        with self.agent.session() as session:
            session.call("limit_set", {"rate": 2 * MIB})
            upload([str(source / "holiday")], here)
            upload([str(source / "disk.iso")], here)
            self.wait(lambda: len(self.window.jobs.active) == 2)
            self.wait(lambda: all(job.bytes_done > 0 for job in self.window.jobs.active))
            session.call("job_pause", self.window.jobs.active[1].id)
            upload([str(source / "disk.iso")], Location(address, "Music & more", "studio"))
            self.wait(lambda: any(job.state is JobState.PAUSED for job in self.window.jobs.active))
            QTest.qWait(1500)
            self.window.resize(1120, 860)
            self.window.resize_parts(360, 420)
            self.shoot("15-transfers")
            failed = next(job for job in self.window.jobs.jobs() if job.state is JobState.FAILED)
            self.window.transfers.details.emit(failed)
            details = self.window.findChild(JobDetails)
            assert details is not None
            self.wait(lambda: details.table.model().rowCount())
            self.shoot("16-files-of-a-transfer", details)
            details.close()
            self._about_transfers(source)
            self.window.resize(700, 520)
            self.shoot("17-narrow")
            self.go("", "", words.Words.tr("This computer"))
            self.shoot("35-narrow-share")
            self.window.browser.open(None)
            self.shoot("18-narrow-first-start")
            for job in self.window.jobs.jobs():
                session.call("job_cancel", job.id)
            self.wait(lambda: not self.window.jobs.active)
            session.call("limit_set", {"rate": 0})
            session.call("job_clear", [])


_D = TypeVar("_D", bound=QWidget)


def _modal(kind: type[_D]) -> _D:
    """The dialog that is open."""
    dialog = QApplication.activeModalWidget()
    assert isinstance(dialog, kind)
    return dialog


def main() -> None:
    target = Path(sys.argv[1] if len(sys.argv) > 1 else "build/screenshots")
    target.mkdir(parents=True, exist_ok=True)
    # Nobody but ourselves is found, or finds us.
    os.environ["FILEXFER_MDNS"] = "127.0.0.1"
    application = QApplication(sys.argv[:1])
    theme = app.prepare(application)
    with ExitStack() as parts:
        home = Path(parts.enter_context(tempfile.TemporaryDirectory(prefix="fxs", ignore_cleanup_errors=True)))
        source = home / "source"
        (source / "holiday").mkdir(parents=True)
        (source / "notes.txt").write_text("notes")
        for number in range(40):
            (source / "holiday" / f"{number}.jpg").write_bytes(os.urandom(MIB // 2))
        (source / "disk.iso").write_bytes(os.urandom(40 * MIB))
        server = OtherServer(home / "studio", home / "server-state")
        parts.callback(server.stop)
        furnish(server.folder)
        agent = OwnAgent(home / "agent")
        parts.callback(agent.stop)
        with agent.session() as session:
            session.call("share_set", {"folder": str(home / "Public")})
            session.call("server_save", {"name": "studio", "address": server.address})
            session.call("server_save", {"name": "attic-pi", "address": "http://127.0.0.1:1/"})
        for scheme, value in (("light", Qt.ColorScheme.Light), ("dark", Qt.ColorScheme.Dark)):
            theme.apply(value)
            photographer = Photographer(agent, server, home, target, scheme)
            parts.callback(photographer.attic.stop)
            photographer.pages()
            photographer.sheet(source)
            photographer.transfers(source)
            photographer.window.close()
    print(f"{len(list(target.glob('*.png')))} pictures in {target}")


if __name__ == "__main__":
    main()
