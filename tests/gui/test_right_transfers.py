"""Transfers: what is said of one that brought nothing, and acts meant for one that reach no other."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from filexfer.core.model import Conflict, Direction, Job, JobSpec, JobState
from filexfer.gui.dragging.uploads import Uploads
from filexfer.gui.files.undo import Acts
from filexfer.gui.kit.bridge import JobNews
from filexfer.gui.kit.icons import Icons
from filexfer.gui.transfers.jobs_model import JobsModel
from filexfer.gui.transfers.receipt_dialog import ReceiptDialog
from filexfer.gui.transfers.transfers import JobsView
from tests.gui.test_right_rows import HERE, Agent, agent_

__all__ = ["agent_"]  # a fixture


def test_an_upload_that_brought_nothing_is_not_said_to_be_there(look: QApplication) -> None:
    acts = Acts()
    uploads = Uploads(acts, lambda: ())
    spec = JobSpec(Direction.PUT, HERE.server, (("/x/a", "folder/a"),), Conflict.RENAME)
    for number, state in enumerate((JobState.FAILED, JobState.CANCELLED, JobState.DONE)):
        uploads.begun(number, HERE, 1)
        uploads.take([Job(number, spec, state)])
        assert (acts.last is not None) == (state is JobState.DONE)


def test_a_button_that_is_held_down_acts_on_no_transfer_that_took_its_place(icons: Icons, qtbot: QtBot) -> None:
    def job(number: int, state: JobState) -> Job:
        spec = JobSpec(Direction.PUT, HERE.server, ((f"/x/{number}", f"{number}"),))
        return Job(number, spec, state, f"job {number}", position=float(number), finished_ns=number)

    model = JobsModel()
    model.take(JobNews([job(number, JobState.RUNNING) for number in (1, 2)], [], True))
    view = JobsView(model, icons)
    qtbot.addWidget(view)
    view.resize(600, 300)
    view.show()
    acted: list[tuple[str, int]] = []
    view.acted.connect(lambda action, job: acted.append((action, job.id)))
    point = view.button_point(0, "cancel")
    QTest.mousePress(view.viewport(), Qt.MouseButton.LeftButton, pos=point)
    model.take(JobNews([job(1, JobState.DONE)], [], False))
    QTest.mouseRelease(view.viewport(), Qt.MouseButton.LeftButton, pos=point)
    assert acted == []
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=point)
    assert acted == [("cancel", 2)]


@pytest.mark.parametrize("begun_first", [True, False])
def test_a_receipt_given_up_by_escape_is_given_up(agent_: Agent, look: QApplication, begun_first: bool) -> None:
    dialog = ReceiptDialog(agent_)  # type: ignore[arg-type]  # as far as it is asked
    dialog.verify("/x/receipt")
    if begun_first:
        agent_.answer("receipt_verify", {"receipt": 7})
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    if not begun_first:
        agent_.answer("receipt_verify", {"receipt": 7})
    assert agent_.asked[-1] == ("receipt_cancel", (7,))


def test_delete_held_down_reaches_one_transfer_and_no_other(icons: Icons, qtbot: QtBot) -> None:
    spec = JobSpec(Direction.PUT, HERE.server, (("/x/a", "a"),))
    model = JobsModel()
    model.take(JobNews([Job(number, spec, JobState.RUNNING, position=float(number)) for number in (1, 2)], [], True))
    view = JobsView(model, icons)
    qtbot.addWidget(view)
    view.setCurrentIndex(model.index(0))
    acted: list[str] = []
    view.acted.connect(lambda action, job: acted.append(action))
    for repeated in (False, True, True):
        none = Qt.KeyboardModifier.NoModifier
        QApplication.sendEvent(view, QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Delete, none, "", repeated))
    assert acted == ["cancel"]
