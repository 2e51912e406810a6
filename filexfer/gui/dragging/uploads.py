"""Uploads begun in this window become acts that can be taken back, once they have ended and brought something."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject

from filexfer.core import paths
from filexfer.core.model import Conflict, Job, JobState
from filexfer.gui.files.undo import Act, Acts
from filexfer.gui.kit.location import Location

#: What was replaced lies in the trash there; the upload itself is not taken back.
_REPLACING = (Conflict.OVERWRITE, Conflict.NEWER)


class Uploads(QObject):
    """`known`: the jobs the window knows of."""

    def __init__(self, acts: Acts, known: Callable[[], Sequence[Job]], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._acts, self._known = acts, known
        self._under_way: dict[int, tuple[Location, int]] = {}

    def begun(self, job: int, into: Location, count: int) -> None:
        """An upload of so many items was begun here. It may have ended by now."""
        self._under_way[job] = into, count
        self.take(self._known())

    def take(self, jobs: Sequence[Job]) -> None:
        """What the agent tells of jobs."""
        for job in jobs if self._under_way else ():
            if job.state.ended and (begun := self._under_way.pop(job.id, None)) is not None:
                self._ended(job, *begun)

    def _ended(self, job: Job, into: Location, count: int) -> None:
        whole = job.state is JobState.DONE  # of folders alone, with no file in them
        if (job.files_done or (whole and not job.files_total)) and job.spec.on_conflict not in _REPLACING:
            name = paths.name(job.spec.items[0][1])
            self._acts.add(Act("upload", into, job=job.id, name=name, count=count))
