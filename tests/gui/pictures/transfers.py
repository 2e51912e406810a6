"""Pictures of transfers: the sheet before one, the list with one of each state, its details, receipts, limits, narrow windows."""

from __future__ import annotations

import os
import shutil

from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from filexfer.core.model import Conflict, JobState
from filexfer.gui.dragging.sheet import Sheet
from filexfer.gui.kit.location import Location
from filexfer.gui.transfers.job_details import JobDetails
from filexfer.gui.transfers.limit_menu import LimitDialog
from filexfer.gui.transfers.receipt_dialog import ReceiptDialog
from tests.gui.pictures.photographer import Photographer, modal
from tests.gui.pictures.scene import MIB


def sheet(p: Photographer) -> None:
    """What was dropped is there in part, in another form, and not all of it will travel."""
    holiday, there = p.source / "holiday", p.server.folder / "Music & more" / "holiday"
    there.mkdir(exist_ok=True)
    for number in range(9):
        (there / f"{number}.jpg").write_bytes(b"another one")
    shutil.copy2(holiday / "20.jpg", there)
    (holiday / "latest").symlink_to("39.jpg")
    (holiday / ".DS_Store").touch()
    p.window.actions_.upload([str(holiday)], Location(p.server.address, "Music & more", "studio"))
    p.wait(lambda: isinstance(QApplication.activeModalWidget(), Sheet))
    sheet = modal(Sheet)
    # New, same, changed, links: all forty and the link have been looked at.
    p.wait(lambda: sheet.rows.lines["new"][1].text() == "30")
    QTest.qWait(300)
    p.shoot("sheet", sheet)
    sheet.show_names.click()
    sheet.choices[Conflict.OVERWRITE].click()
    p.shoot("sheet-names", sheet)
    sheet.reject()
    shutil.rmtree(there)
    for name in ("latest", ".DS_Store"):
        (holiday / name).unlink()


def transfers(p: Photographer) -> None:
    """One job of each state, under a limit that keeps them so."""
    p.window.browser.open(None)
    p.shoot("no-transfers", p.window.transfers)
    p.go("Documents")
    window, address, here = p.window, p.server.address, p.window.browser.here
    assert here is not None
    upload = window.actions_.upload
    upload([str(p.source / "notes.txt")], here)
    upload([str(p.source / "gone.txt"), str(p.source / "notes.txt")], Location(address, "Music & more", "studio"))
    p.wait(lambda: len(window.jobs.jobs()) == 2 and not window.jobs.active)
    upload([str(p.source / "notes.txt")], Location("http://127.0.0.1:1/", "", "attic-pi"))
    p.wait(lambda: len(window.jobs.active) == 1)
    with p.agent.session() as session:
        session.call("limit_set", {"rate": 2 * MIB})
        upload([str(p.source / "holiday")], here)
        upload([str(p.source / "disk.iso")], here)
        p.wait(lambda: len(window.jobs.active) == 3)
        sent = [job.id for job in window.jobs.active if job.spec.server == address]
        p.wait(lambda: all(job.bytes_done > 0 for job in window.jobs.active if job.id in sent))
        session.call("job_pause", sent[0])
        upload([str(p.source / "disk.iso")], Location(address, "Music & more", "studio"))
        p.wait(lambda: any(job.state is JobState.PAUSED for job in window.jobs.active))
        QTest.qWait(1500)
        window.resize(1120, 860)
        window.resize_parts(360, 420)
        p.shoot("transfers")
        _menus(p)
        _details(p)
        _receipts(p)
        _narrow(p)
        for job in window.jobs.jobs():
            session.call("job_cancel", job.id)
        p.wait(lambda: not window.jobs.active)
        session.call("limit_set", {"rate": 0})
        session.call("job_clear", [])


def _menus(p: Photographer) -> None:
    head, view = p.window.transfers.head, p.window.transfers.view
    p.shoot_menu("more-about-transfers", head.more.menu())
    p.shoot_menu("speed-limit-menu", head.limits)
    point = view.visualRect(p.window.jobs.index(0)).center()
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, point, view.viewport().mapToGlobal(point))
    QApplication.sendEvent(view.viewport(), event)
    p.shoot_open_menu("menu-of-a-transfer")
    head.limits.own.trigger()
    p.shoot_dialog("speed-limit", LimitDialog)
    head.search.setText("no such file")
    p.wait(lambda: not p.window.jobs.jobs())
    p.shoot("nothing-found", p.window.transfers)
    head.search.clear()
    p.wait(p.window.jobs.jobs)


def _details(p: Photographer) -> None:
    failed = next(job for job in p.window.jobs.jobs() if job.state is JobState.FAILED)
    p.window.transfers.details.emit(failed)
    details = p.window.findChild(JobDetails)
    assert details is not None
    p.wait(lambda: details.table.model().rowCount())
    p.shoot("files-of-a-transfer", details)
    details.close()


def _receipts(p: Photographer) -> None:
    """Made of what was sent, and checked after a file was changed."""
    done = next(job for job in p.window.jobs.jobs() if job.state is JobState.DONE)
    receipt, notes = p.source.parent / "notes.sha256", p.source / "notes.txt"
    dialog = ReceiptDialog(p.window._bridge, p.window)
    dialog.make(done.id, str(receipt))
    p.wait(lambda: dialog.done_)
    p.shoot("receipt", dialog)
    dialog.close()
    before = notes.stat()
    notes.write_text("changed since")
    dialog = ReceiptDialog(p.window._bridge, p.window)
    dialog.verify(str(receipt))
    p.wait(lambda: dialog.done_)
    p.shoot("checked-by-a-receipt", dialog)
    dialog.close()
    notes.write_text("notes")
    os.utime(notes, ns=(before.st_atime_ns, before.st_mtime_ns))


def _narrow(p: Photographer) -> None:
    p.window.resize(700, 520)
    p.shoot("narrow")
    p.go("", "", p.window.servers.name_of(""))
    p.shoot("narrow-share")
    p.window.browser.open(None)
    p.shoot("narrow-first-start")
    p.window.resize(1120, 720)


GROUPS = (sheet, transfers)
