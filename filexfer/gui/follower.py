"""Looks at the open folder again when it may have changed: files arrive in it, or somebody comes back to the window."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, QTimer

from filexfer.core import paths
from filexfer.core.model import Direction, Job
from filexfer.gui.browser import Browser
from filexfer.gui.location import Location

#: A folder that changes all the time is listed again this often, in milliseconds.
PAUSE_MS = 700


class Follower(QObject):
    """Never while a name is edited or something is dragged over the list: rows would move away under the hand."""

    def __init__(self, browser: Browser, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._browser = browser
        self._timer = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._timer.timeout.connect(self._look)
        browser.moved.connect(self._timer.stop)

    def notice(self, jobs: Sequence[Job]) -> None:
        """Look again soon where a job puts files into the open folder."""
        here = self._browser.here
        if here is not None and not self._timer.isActive() and any(_concerns(job, here) for job in jobs):
            self._timer.start()

    def look_soon(self) -> None:
        if self._browser.here is not None and not self._timer.isActive():
            self._timer.start()

    def _look(self) -> None:
        if self._browser.held():
            self._timer.start()
        else:
            self._browser.refresh()


def _concerns(job: Job, here: Location) -> bool:
    if job.spec.direction is not Direction.PUT or job.spec.server != here.server:
        return False
    if not (job.files_done or job.state.ended):
        return False
    return any(paths.parent(target) == here.path or f"{here.path}/".startswith(f"{target}/") for _, target in job.spec.items)
