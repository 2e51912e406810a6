"""Transfers as a flat list: what still runs or waits in the queue's order, then what has ended, newest first.

Rules: changes only by `take` and `show_only`, at most some 200 rows a tick; a bar never runs backwards while a job runs, nor does
the figure of all together while none is added.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from PySide6.QtCore import QAbstractListModel, QMimeData, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from filexfer.core import paths
from filexfer.core.model import Direction, Job, JobState
from filexfer.gui.kit import words
from filexfer.gui.kit.bridge import JobNews
from filexfer.gui.kit.controls import tip
from filexfer.gui.kit.sentences import said
from filexfer.gui.kit.words import Words

Index = QModelIndex | QPersistentModelIndex
#: The role under which a row's `Job` is handed out.
JOB = Qt.ItemDataRole.UserRole
#: What is dragged when a transfer is: its number.
MIME = "application/x-filexfer-job"
#: What the agent calls a job of several items (`client.specs.name`).
_MANY = re.compile(r"(.*) and (\d+) more", re.DOTALL)


class Whole:
    """How far all transfers came together since there last was nothing to do. Those that have ended count as whole: else the
    figure would fall when a quick one is done."""

    def __init__(self) -> None:
        self._counted: set[int] = set()
        self.percent: int | None = None

    def weigh(self, jobs: Mapping[int, Job], fraction: Callable[[Job], float]) -> None:
        """`jobs` are so now. Those that wait for a server that is away may do so for days."""
        going = {number for number, job in jobs.items() if not job.state.ended and not job.is_held}
        if not going:
            self._counted, self.percent = set(), None
            return
        grown, self._counted = bool(going - self._counted), self._counted & jobs.keys() | going
        counted = [jobs[number] for number in self._counted]
        total = sum(job.bytes_total for job in counted)
        if not total:
            # A job that begins anew does not know yet how much there is.
            self.percent = None if grown else self.percent
            return
        done = sum((1.0 if job.state.ended else fraction(job)) * job.bytes_total for job in counted)
        now = min(99, int(done * 100 / total))
        self.percent = now if grown or self.percent is None else max(now, self.percent)


class JobsModel(QAbstractListModel):
    """All jobs the agent knows. Signals: `moved(number, position)` when
    a person gave one another place in the queue; `taken()` after each news."""

    moved = Signal(int, float)
    taken = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs: dict[int, Job] = {}
        self._order: list[int] = []
        self._rows: dict[int, int] = {}
        self._reached: dict[int, float] = {}
        self._only: frozenset[int] | None = None
        self._whole = Whole()
        self._name_of: Mapping[str, str] = {}

    @property
    def name_of(self) -> Mapping[str, str]:
        """Names of servers by address, for people."""
        return self._name_of

    @name_of.setter
    def name_of(self, names: Mapping[str, str]) -> None:
        if names != self._name_of:
            self._name_of = names
            if self._order:
                self.dataChanged.emit(self.index(0), self.index(len(self._order) - 1))

    def take(self, news: JobNews) -> None:
        """Show what the agent told."""
        self._take(news)
        self.taken.emit()

    def _take(self, news: JobNews) -> None:
        if news.fresh:
            self.beginResetModel()
            self._jobs.clear()
            self._reached.clear()
            self._whole = Whole()
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
        for row in sorted(self._rows[job.id] for job in news.jobs if job.id in self._rows):
            self.dataChanged.emit(self.index(row), self.index(row))

    def job(self, row: int) -> Job:
        return self._jobs[self._order[row]]

    def row(self, number: int) -> int:
        """Where a job stands; -1 where it is not shown."""
        return self._rows.get(number, -1)

    def jobs(self) -> list[Job]:
        """Those that are shown, in their order."""
        return [self._jobs[number] for number in self._order]

    def all(self) -> Collection[Job]:
        """Those that are not shown too."""
        return self._jobs.values()

    def show_only(self, numbers: Collection[int] | None) -> None:
        """Show only these, which a search has found; None for all."""
        only = None if numbers is None else frozenset(numbers)
        if only != self._only:
            self.beginResetModel()
            self._only = only
            self._set_order(self._sorted())
            self.endResetModel()

    def position_at(self, number: int, row: int) -> float | None:
        """The position in the queue that puts a job above what stands in `row` now; None where it is there already, or has
        ended."""
        going = [job for job in self.jobs() if not job.state.ended]
        before = [job for job in going[:row] if job.id != number]
        after = [job for job in going[row:] if job.id != number]
        if number not in self._rows or self._jobs[number].state.ended or self._rows[number] == len(before):
            return None
        if not before:
            return after[0].position - 1.0
        return (before[-1].position + after[0].position) / 2 if after else before[-1].position + 1.0

    def fraction(self, job: Job) -> float:
        """How far it came, 0 to 1; 1 only when all is committed."""
        return 1.0 if job.state is JobState.DONE else min(self._reached.get(job.id, 0.0), 0.99)

    def title(self, job: Job) -> str:
        """Its name for people."""
        first = job.spec.items[0] if job.spec.items else ("", "")
        name = job.name or paths.name(first[0] or first[1])
        many = _MANY.fullmatch(name) if len(job.spec.items) > 1 else None
        if many is None:
            return paths.shown(name)
        return Words.tr("{name} and {n} more").format(name=paths.shown(many[1]), n=many[2])

    def facts(self, job: Job) -> str:
        """How it stands, in a line."""
        name = self._name_of.get(job.spec.server, "")
        return words.job_facts(job, paths.shown(name))

    def place(self, job: Job) -> str:
        """Where it goes to, or comes from: `to studio › Photos`."""
        server = self._name_of.get(job.spec.server, job.spec.server)
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
        return [job for job in self._jobs.values() if not job.state.ended]

    @property
    def percent(self) -> int | None:
        """How far all came together that was begun since there last was nothing to do; None where there is nothing to tell."""
        return self._whole.percent

    def _keep(self, news: JobNews) -> None:
        for job in news.jobs:
            self._jobs[job.id] = job
            done, total = (job.bytes_done, job.bytes_total) if job.bytes_total else (job.files_done, job.files_total)
            fraction = min(1.0, done / total) if total else 0.0
            going = job.is_held or job.state in (JobState.RUNNING, JobState.PAUSED)
            self._reached[job.id] = max(self._reached.get(job.id, 0.0), fraction) if going else fraction
        self._whole.weigh(self._jobs, self.fraction)

    def _sorted(self) -> list[int]:
        shown = [number for number in self._jobs if self._only is None or number in self._only]
        return sorted(shown, key=lambda number: self._place(self._jobs[number]))

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
                self._jobs.pop(number, None)
                self._reached.pop(number, None)
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

    # Dragging, to give one another place.

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = super().flags(index)
        if not index.isValid():
            return flags | Qt.ItemFlag.ItemIsDropEnabled
        ended = index.row() < len(self._order) and self.job(index.row()).state.ended
        return flags if ended else flags | Qt.ItemFlag.ItemIsDragEnabled

    def supportedDropActions(self) -> Qt.DropAction:
        return Qt.DropAction.MoveAction

    def mimeTypes(self) -> list[str]:
        return [MIME]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        mime = QMimeData()
        if indexes:
            mime.setData(MIME, str(self.job(indexes[0].row()).id).encode())
        return mime

    def dropMimeData(self, mime: QMimeData, action: Qt.DropAction, row: int, column: int, parent: Index) -> bool:
        """Tell what is wanted. The row moves when the agent says so; to Qt, nothing was moved."""
        row = parent.row() if row < 0 and parent.isValid() else row
        number = bytes(mime.data(MIME).data())
        if number.isdigit():
            position = self.position_at(int(number), len(self._order) if row < 0 else row)
            if position is not None:
                self.moved.emit(int(number), position)
        return False

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
            return ", ".join(filter(None, (self.title(job), words.job_state(job), self.facts(job), _error(job))))
        if role == Qt.ItemDataRole.ToolTipRole:
            return tip(self._tip(job))
        return None

    def _tip(self, job: Job) -> str:
        return "\n".join(filter(None, (self.title(job), self.place(job), self.facts(job), _error(job))))


def _error(job: Job) -> str:
    return said(paths.shown(job.error))
