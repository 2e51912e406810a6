"""Transfers as a flat list: what still runs or waits in the queue's order, then what has ended, newest first.

Rules: changes only by `take`, at most some 200 rows a tick; a bar never runs backwards while a job runs.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from filexfer.core import paths
from filexfer.core.model import Direction, Job, JobState
from filexfer.gui import words
from filexfer.gui.bridge import JobNews
from filexfer.gui.controls import tip

Index = QModelIndex | QPersistentModelIndex
#: The role under which a row's `Job` is handed out.
JOB = Qt.ItemDataRole.UserRole


class JobsModel(QAbstractListModel):
    """All jobs the agent knows. `name_of`: names of servers by address, for people."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs: dict[int, Job] = {}
        self._order: list[int] = []
        self._rows: dict[int, int] = {}
        self._reached: dict[int, float] = {}
        self.name_of: Mapping[str, str] = {}

    def take(self, news: JobNews) -> None:
        """Show what the agent told."""
        if news.fresh:
            self.beginResetModel()
            self._jobs.clear()
            self._reached.clear()
            self._keep(news)
            self._set_order(self._sorted())
            self.endResetModel()
            return
        self._remove(news.removed)
        places = {job.id: self._place(self._jobs[job.id]) for job in news.jobs if job.id in self._jobs}
        before = list(self._order)
        self._keep(news)
        if any(self._place(job) != places.get(job.id) for job in news.jobs):
            self._arrange(before, self._sorted())
        for row in sorted(self._rows[job.id] for job in news.jobs):
            self.dataChanged.emit(self.index(row), self.index(row))

    def job(self, row: int) -> Job:
        return self._jobs[self._order[row]]

    def jobs(self) -> list[Job]:
        return [self._jobs[number] for number in self._order]

    def fraction(self, job: Job) -> float:
        """How far it came, 0 to 1; 1 only when all is committed."""
        return 1.0 if job.state is JobState.DONE else min(self._reached.get(job.id, 0.0), 0.99)

    def title(self, job: Job) -> str:
        """Its name for people."""
        first = job.spec.items[0] if job.spec.items else ("", "")
        name = job.name or paths.name(first[0] or first[1])
        return paths.shown(name)

    def place(self, job: Job) -> str:
        """Where it goes to, or comes from: `to studio › Photos`."""
        server = self.name_of.get(job.spec.server, job.spec.server)
        if job.spec.direction is Direction.PUT:
            above = paths.parent(job.spec.items[0][1]) if job.spec.items else ""
            return self.tr("to {place}").format(
                place=" › ".join(paths.shown(part) for part in (server, *above.split("/")) if part)
            )
        target = job.spec.items[0][1] if job.spec.items else ""
        return self.tr("from {server} to {folder}").format(
            server=paths.shown(server), folder=paths.shown(target.rpartition("/")[0] or "/")
        )

    @property
    def active(self) -> list[Job]:
        """Those that have not ended."""
        return [job for job in self.jobs() if not job.state.ended]

    @property
    def percent(self) -> int | None:
        """How far all that has not ended came together; None where there is nothing to tell."""
        active = [job for job in self.active if job.bytes_total]
        total = sum(job.bytes_total for job in active)
        return int(sum(self.fraction(job) * job.bytes_total for job in active) * 100 / total) if total else None

    def _keep(self, news: JobNews) -> None:
        for job in news.jobs:
            self._jobs[job.id] = job
            done, total = (job.bytes_done, job.bytes_total) if job.bytes_total else (job.files_done, job.files_total)
            fraction = min(1.0, done / total) if total else 0.0
            going = job.state in (JobState.RUNNING, JobState.PAUSED)
            self._reached[job.id] = max(self._reached.get(job.id, 0.0), fraction) if going else fraction

    def _sorted(self) -> list[int]:
        return sorted(self._jobs, key=lambda number: self._place(self._jobs[number]))

    @staticmethod
    def _place(job: Job) -> tuple[bool, float, int]:
        return (True, -job.finished_ns, -job.id) if job.state.ended else (False, job.position, job.id)

    def _set_order(self, order: list[int]) -> None:
        self._order = order
        self._rows = {number: row for row, number in enumerate(order)}

    def _remove(self, gone: list[int]) -> None:
        for number in gone:
            row = self._rows.get(number)
            if row is None:
                continue
            self.beginRemoveRows(QModelIndex(), row, row)
            del self._jobs[number]
            self._reached.pop(number, None)
            self._set_order([kept for kept in self._order if kept != number])
            self.endRemoveRows()

    def _arrange(self, before: list[int], after: list[int]) -> None:
        """Insert what is new, then move what changed its place."""
        known = set(before)
        order = list(before)
        for place, number in enumerate(after):
            if number not in known:
                row = min(place, len(order))
                self.beginInsertRows(QModelIndex(), row, row)
                order.insert(row, number)
                self._set_order(list(order))
                self.endInsertRows()
        if order != after:
            self.layoutAboutToBeChanged.emit()
            old = self.persistentIndexList()
            numbers = [self._order[index.row()] for index in old]
            self._set_order(after)
            self.changePersistentIndexList(old, [self.index(self._rows[number]) for number in numbers])
            self.layoutChanged.emit()

    # What Qt asks for.

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self._order)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self._order):
            return None
        job = self.job(index.row())
        if role == JOB:
            return job
        if role == Qt.ItemDataRole.DisplayRole:
            return self.title(job)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return ", ".join(part for part in (self.title(job), words.job_state(job), words.job_facts(job), job.error) if part)
        if role == Qt.ItemDataRole.ToolTipRole:
            return tip(self._tip(job))
        return None

    def _tip(self, job: Job) -> str:
        return "\n".join(
            part for part in (self.title(job), self.place(job), words.job_facts(job), paths.shown(job.error)) if part
        )
