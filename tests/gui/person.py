"""What a person does with a window: clicks, types, drags files onto it, looks at what it says."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QFileDialog, QLabel, QLineEdit, QWidget
from pytestqt.exceptions import TimeoutError
from pytestqt.qtbot import QtBot

from filexfer.core.model import Job, JobState
from filexfer.gui.dragging.planning import Planning
from filexfer.gui.dragging.sheet import Sheet
from filexfer.gui.kit.location import Location
from filexfer.gui.servers.connect_dialog import ConnectDialog
from filexfer.gui.window import Window

LEFT = Qt.MouseButton.LeftButton


class Person:
    """Attributes: window, bot."""

    def __init__(self, window: Window, bot: QtBot) -> None:
        self.window = window
        self.bot = bot

    def wait(self, seen: Callable[[], object], seconds: float = 20.0) -> None:
        """Look until `seen()` is true."""
        self.bot.waitUntil(lambda: bool(seen()), timeout=int(seconds * 1000))

    def wait_paired(self, dialog: ConnectDialog) -> None:
        """Look until the dialog says that it has paired. Where it never does, what it shows instead is told."""
        try:
            self.wait(lambda: dialog.done_page.words)
        except TimeoutError:
            shown = dialog.isVisible(), dialog.go.text(), dialog.go.isEnabled(), dialog.trouble.text(), len(dialog.field.text())
            raise AssertionError(f"not paired; visible, button, enabled, trouble, length of what was typed: {shown}") from None

    # Looking.

    @property
    def rows(self) -> list[str]:
        """Names in the list, in order."""
        model = self.window.listing
        return [str(model.index(row, 0).data()) for row in range(model.rowCount())]

    def column(self, number: int) -> list[str]:
        model = self.window.listing
        return [str(model.index(row, number).data()) for row in range(model.rowCount())]

    @property
    def jobs(self) -> list[Job]:
        return self.window.jobs.jobs()

    def job(self, title: str) -> Job | None:
        return next((job for job in self.jobs if self.window.jobs.title(job) == title), None)

    def wait_job(self, title: str, *states: JobState) -> Job:
        self.wait(lambda: (job := self.job(title)) is not None and job.state in states)
        job = self.job(title)
        assert job is not None
        return job

    def end_plans(self) -> None:
        """Call off what the window still asks about: a plan begins its transfer whenever it is ready, in the next test too."""

        def ended() -> bool:
            for sheet in self.window.findChildren(Sheet):
                if sheet.isVisible():
                    sheet.reject()
            return not self.window.findChildren(Planning)

        # A closed one hears of no plan's end.
        if self.window.isVisible():
            self.wait(ended)

    # Going somewhere.

    def go(self, location: Location) -> None:
        """Open a folder, and wait until it is there."""
        self.window.browser.open(location)
        self.wait(lambda: self.settled and self.window.browser.here == location)

    @property
    def settled(self) -> bool:
        """Whether the list shows what was asked for."""
        return self.window.browser.settled and self.window.browser.complete

    def connect(self, address: str) -> None:
        """Type an address into the connect dialog."""
        self.click(self.window.sidebar.connect_button)
        dialog = self.dialog()
        self.type(dialog.field, address)  # type: ignore[attr-defined]
        QTest.keyClick(dialog, Qt.Key.Key_Return)

    # Hands.

    def click(self, button: QAbstractButton) -> None:
        # A check box may be wider than what of it can be clicked.
        QTest.mouseClick(button, LEFT, pos=QPoint(12, button.height() // 2))

    def type(self, field: QLineEdit, text: str) -> None:
        field.setFocus()
        field.selectAll()
        QTest.keyClicks(field, text)

    def key(self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """Press a key where the keyboard is."""
        QTest.keyClick(QApplication.focusWidget() or self.window, key, modifier)

    def dialog(self) -> QWidget:
        """The dialog that is open, once it is."""
        self.wait(lambda: QApplication.activeModalWidget() is not None)
        dialog = QApplication.activeModalWidget()
        assert dialog is not None
        return dialog

    def choose_in_dialog(self, path: Path) -> None:
        """Paste a path into the file dialog that is open, and accept it once the dialog knows the file."""
        dialog = self.dialog()
        assert isinstance(dialog, QFileDialog)
        field = dialog.findChild(QLineEdit, "fileNameEdit")
        assert isinstance(field, QLineEdit)

        def accepted() -> bool:
            if QApplication.activeModalWidget() is dialog:
                field.setText(str(path))
                QTest.keyClick(field, Qt.Key.Key_Return)
            return QApplication.activeModalWidget() is not dialog

        self.wait(accepted)

    def row_point(self, name: str) -> QPoint:
        """The middle of a row, in the list's viewport."""
        self.wait(lambda: name in self.rows)
        view = self.window.view
        row = self.rows.index(name)
        view.scrollTo(self.window.listing.index(row, 0))
        return view.visualRect(self.window.listing.index(row, 0)).center()

    def click_row(self, name: str, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        QTest.mouseClick(self.window.view.viewport(), LEFT, modifier, self.row_point(name))

    def double_click_row(self, name: str) -> None:
        point = self.row_point(name)
        QTest.mouseClick(self.window.view.viewport(), LEFT, Qt.KeyboardModifier.NoModifier, point)
        QTest.mouseDClick(self.window.view.viewport(), LEFT, Qt.KeyboardModifier.NoModifier, point)

    def press(self, action: str, title: str) -> None:
        """Click a button of a transfer's row: pause, resume, cancel, retry, reveal, clear."""
        view = self.window.transfers.view
        self.wait(lambda: self.job(title) is not None)
        job = self.job(title)
        assert job is not None
        row = self.jobs.index(job)
        view.scrollTo(self.window.jobs.index(row))
        QTest.mouseClick(view.viewport(), LEFT, Qt.KeyboardModifier.NoModifier, view.button_point(row, action))

    # Dragging, through the window as the system hands it in.

    def drag_over(self, sources: Sequence[Path | str], point: QPoint) -> QMimeData:
        """Drag over the window, to `point` in it."""
        mime = QMimeData()
        mime.setUrls([QUrl.fromLocalFile(str(source)) if isinstance(source, Path) else QUrl(source) for source in sources])
        for kind in (QDragEnterEvent, QDragMoveEvent):
            event = kind(point, Qt.DropAction.CopyAction | Qt.DropAction.MoveAction, mime, LEFT, Qt.KeyboardModifier.NoModifier)
            QApplication.sendEvent(self.window.windowHandle(), event)
        return mime

    def drag_away(self) -> None:
        QApplication.sendEvent(self.window.windowHandle(), QDragLeaveEvent())

    def drop(self, sources: Sequence[Path | str], point: QPoint) -> Qt.DropAction:
        """Drag over the window and let go; what the window made of it, `IgnoreAction` where it did not accept."""
        mime = self.drag_over(sources, point)
        actions = Qt.DropAction.CopyAction | Qt.DropAction.MoveAction
        event = QDropEvent(QPointF(point), actions, mime, LEFT, Qt.KeyboardModifier.NoModifier, QEvent.Type.Drop)
        QApplication.sendEvent(self.window.windowHandle(), event)
        return event.dropAction() if event.isAccepted() else Qt.DropAction.IgnoreAction

    @property
    def in_pane(self) -> QPoint:
        """A point low in the list, below its rows."""
        pane = self.window.pane
        return pane.mapTo(self.window, QPoint(pane.width() // 2, pane.height() - 60))

    def on_row(self, name: str) -> QPoint:
        return self.window.view.viewport().mapTo(self.window, self.row_point(name))


def nameless(root: QWidget) -> list[QWidget]:
    """Controls that take the keyboard's focus and have no name for screen readers."""
    found = [one for one in root.findChildren(QWidget) if one.focusPolicy() & Qt.FocusPolicy.TabFocus and not one.isHidden()]
    return [widget for widget in found if not _name(widget)]


def _name(widget: QWidget) -> str:
    if widget.accessibleName():
        return widget.accessibleName()
    if isinstance(widget, QAbstractButton | QLabel):
        return widget.text()
    buddies = [label for label in widget.window().findChildren(QLabel) if label.buddy() is widget]
    return buddies[0].text() if buddies else ""
