"""What closing the window means: with nothing under way it closes; with transfers or sharing under way it asks once whether they
go on in the background. Without a tray icon closing never hides the window: what cannot be seen could not be opened again."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QApplication, QCheckBox, QMessageBox

from filexfer.gui.kit.bridge import Bridge
from filexfer.gui.kit.question import Question
from filexfer.gui.kit.settings import Memory
from filexfer.gui.window import Window

#: How long the background process may take to end, in milliseconds.
STOPPING_MS = 8000


class Closing(QObject):
    """`tray_there` tells whether there is an icon by which a hidden window is opened again."""

    def __init__(self, window: Window, bridge: Bridge, memory: Memory, tray_there: Callable[[], bool]) -> None:
        super().__init__(window)
        self._window, self._bridge, self._memory, self._tray_there = window, bridge, memory, tray_there
        self._leaving = False
        self._box: QMessageBox | None = None
        window.installEventFilter(self)

    @property
    def has_work(self) -> bool:
        """Whether the background process is busy for its user."""
        return bool(self._window.jobs.active) or self._window.servers.share.on

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._window and event.type() == QEvent.Type.Show:
            QApplication.setQuitOnLastWindowClosed(True)
        if watched is not self._window or event.type() != QEvent.Type.Close or self._leaving or not self.has_work:
            return False
        choice = self._memory.closing
        if choice == "keep" and not self._tray_there():
            return False
        event.ignore()
        if choice == "keep":
            self._hide()
        elif choice == "stop":
            self.stop()
        else:
            self._ask()
        return True

    def leave(self) -> None:
        """Close the window and ask nothing: the session ends, or a signal says so. The background process goes on."""
        if self._leaving:
            return
        self._leaving = True
        self._window.close()
        QApplication.quit()

    def stop(self) -> None:
        """Stop the background process, then quit. Transfers go on when filexfer is started again."""
        self._window.setEnabled(False)
        self._bridge.stop_agent(self.leave)
        # One that hangs keeps nobody here.
        QTimer.singleShot(STOPPING_MS, self, self.leave)

    def _hide(self) -> None:
        self._memory.save()
        # The box that asked is the last window then, and its end is not ours.
        QApplication.setQuitOnLastWindowClosed(False)
        self._window.hide()

    def _keep(self) -> None:
        if self._tray_there():
            self._hide()
        else:
            self.leave()

    def _ask(self) -> None:
        if self._box is not None:
            return
        more = self.tr("This can go on in the background. What is stopped goes on where it was when filexfer is started again.")
        box = self._box = Question(self.tr("Close filexfer"), self._what(), more, self._window)
        keep = box.addButton(self.tr("Keep running in the background"), QMessageBox.ButtonRole.AcceptRole)
        stop = box.add_risk(self.tr("Stop and quit"))
        box.setDefaultButton(keep)
        again = QCheckBox(self.tr("Do this every time"))
        again.setChecked(True)
        box.setCheckBox(again)
        box.finished.connect(self._answered)
        keep.clicked.connect(partial(self._choose, "keep", again))
        stop.clicked.connect(partial(self._choose, "stop", again))
        box.open()

    def _what(self) -> str:
        jobs = len(self._window.jobs.active)
        if jobs and self._window.servers.share.on:
            return self.tr("Transfers are under way, and this computer is sharing.")
        return self.tr("Transfers are under way.") if jobs else self.tr("This computer is sharing.")

    def _answered(self) -> None:
        self._box = None

    def _choose(self, choice: str, again: QCheckBox) -> None:
        if again.isChecked():
            self._memory.closing = choice
            self._memory.save()
        if choice == "keep":
            self._keep()
        else:
            self.stop()
