"""What changed among the jobs since a cursor, and what holds for all of them: a log with one place a job, its newest change last.
Any number of windows follow it, each with a cursor of its own; none of them can hold up the engine. Rule: at most 200 rows in
100 ms for each."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from filexfer.agent.servers import OWN
from filexfer.core.model import Job
from filexfer.protocol.wire import job_struct
from filexfer.server.deferred import Deferred

PAGE = 200
TICK = 0.1

#: Longest poll in seconds, and how many removed jobs are remembered for windows that were away.
LONGEST_POLL = 50.0
REMOVED = 10_000

#: How many pairs of a job's spec an event holds: a window shows the first, and 5,000 would travel at each tick.
ITEMS = 20


@dataclass(frozen=True, slots=True)
class Brief:
    """A job as windows get it: the own share as `""`, of the spec's items the first `ITEMS`, and how many there are."""

    job: Job
    items_total: int

    def struct(self) -> dict[str, object]:
        return job_struct(self.job) | {"items_total": self.items_total}


def brief(job: Job) -> Brief:
    items = job.spec.items
    server = "" if job.spec.server == OWN else job.spec.server
    return Brief(job._replace(spec=job.spec._replace(server=server, items=items[:ITEMS])), len(items))


#: What the log knows of a job: the version of its last change, and the job, None where it is gone.
_Known: TypeAlias = tuple[int, Brief | None]


class Events:
    """The log. A cursor is the version of the newest change its holder knows; versions begin with the time, in microseconds,
    so that those of an earlier run are older than all of this one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()  # guards all below
        self._version = time.time_ns() // 1000
        self._floor = self._version  # what was removed up to here is no longer known
        self._log: dict[int, _Known] = {}  # by job id, in the order of their last change
        self._gone = 0  # how many of them are gone
        self._for_all: dict[str, object] = {"limit": 0, "finish": "nothing"}
        self._own: set[int] = set()  # jobs that this process's engine works at, as it told
        self._waiting: list[tuple[int, Deferred]] = []
        self._handed: dict[int, float] = {}  # cursors with more behind them: when they were handed out

    @property
    def version(self) -> int:
        with self._lock:
            return self._version

    @property
    def followed(self) -> bool:
        """Whether somebody waits for news now."""
        return bool(self._waiting)

    def changed(self, jobs: Sequence[Job]) -> None:
        """The engine tells: these jobs are so now. Whoever waits is told.

        It may tell late what it saw before a job was cleared."""
        self._note([(job.id, brief(job)) for job in jobs], own=True, fits=lambda known: known is None or known[1] is not None)

    def added(self, job: Job) -> None:
        """A job was put into the queue. What the engine told of it meanwhile is newer."""
        self._note([(job.id, brief(job))], own=True, fits=lambda known: known is None or known[1] is None)

    def removed(self, ids: Iterable[int]) -> None:
        self._note([(job_id, None) for job_id in ids])

    def noticed(self, jobs: Iterable[Job], version: int) -> None:
        """The history was looked at when the log stood at `version`: take over what it says of other processes' jobs."""
        now = {job.id: brief(job) for job in jobs}
        with self._lock:
            newer = {job_id for job_id, (known, _) in self._log.items() if known > version}
            gone = [job_id for job_id, (_, job) in self._log.items() if job is not None and job_id not in now]
            # One that was cleared may stay in the history for a while, until what it left at a server is dropped.
            news = [
                (job_id, job)
                for job_id, job in now.items()
                if job_id not in self._own and (job_id not in self._log or self._log[job_id][1] not in (None, job))
            ]
        self._note([change for change in [*news, *((job_id, None) for job_id in gone)] if change[0] not in newer])

    def for_all(self, **now: object) -> None:
        """What holds for all jobs is so now: `limit` in bytes per second, 0 for none; `finish`: what is done when all ended."""
        with self._lock:
            self._for_all |= now
            self._version += 1
            ready = self._ready()
        _tell(ready)

    def _note(
        self,
        changes: Sequence[tuple[int, Brief | None]],
        own: bool = False,
        fits: Callable[[_Known | None], bool] = lambda known: True,
    ) -> None:
        """Put changes into the log: those which `fits` says do for what it knows of the job."""
        with self._lock:
            for job_id, job in changes:
                if not fits(self._log.get(job_id)):
                    continue
                before = self._log.pop(job_id, None)
                self._gone += (job is None) - (before is not None and before[1] is None)
                self._version += 1
                self._log[job_id] = (self._version, job)
                if own and job is not None and not job.job.state.ended:
                    self._own.add(job_id)
                else:
                    # An ended one belongs to nobody: another process may take it up again.
                    self._own.discard(job_id)
            self._forget_oldest()
            ready = self._ready()
        _tell(ready)

    def _ready(self) -> list[tuple[Deferred, dict[str, object]]]:
        """Who waits for what there is now, and their answers, with the lock held."""
        ready = [(deferred, self._answer(cursor)) for cursor, deferred in self._waiting if cursor < self._version]
        self._waiting = [waiter for waiter in self._waiting if waiter[0] >= self._version]
        return ready

    def _forget_oldest(self) -> None:
        if self._gone <= REMOVED:
            return
        for job_id in [job_id for job_id, (_, job) in self._log.items() if job is None][: self._gone - REMOVED]:
            self._floor = max(self._floor, self._log.pop(job_id)[0])
            self._gone -= 1

    def poll(self, cursor: int, timeout: float) -> dict[str, object] | Deferred:
        """As `job_events` answers: at once where there is something new, else as soon as there is."""
        with self._lock:
            if not self._floor <= cursor <= self._version:
                return self._answer(cursor)
            if cursor < self._version:
                wait = self._handed.get(cursor, 0.0) + TICK - time.monotonic()
                return Deferred(wait, lambda: self._now(cursor)) if wait > 0 else self._answer(cursor)
            if timeout <= 0:
                return self._answer(cursor)
            deferred = Deferred(min(timeout, LONGEST_POLL), lambda: self._now(cursor))
            self._waiting.append((cursor, deferred))
        deferred.on_end(lambda: self._leave(deferred))
        return deferred

    def _leave(self, deferred: Deferred) -> None:
        with self._lock:
            self._waiting = [waiter for waiter in self._waiting if waiter[1] is not deferred]

    def _now(self, cursor: int) -> dict[str, object]:
        with self._lock:
            return self._answer(cursor)

    def _answer(self, cursor: int) -> dict[str, object]:
        """What is new since `cursor`, oldest first, with the lock held."""
        reset = not self._floor <= cursor <= self._version
        news = self._since(0 if reset else cursor)
        if reset:
            news = [change for change in news if change[2] is not None]
        page, more = news[:PAGE], len(news) > PAGE
        following = page[-1][1] if more else self._version
        if more:
            self._pace(following)
        return {
            "cursor": following,
            "jobs": [job.struct() for _, _, job in page if job is not None],
            "removed": [job_id for job_id, _, job in page if job is None],
            "reset": reset,
            "more": more,
            **self._for_all,
        }

    def _since(self, cursor: int) -> Sequence[tuple[int, int, Brief | None]]:
        found = []
        for job_id in reversed(self._log):
            version, job = self._log[job_id]
            if version <= cursor:
                break
            found.append((job_id, version, job))
        return found[::-1]

    def _pace(self, cursor: int) -> None:
        now = time.monotonic()
        self._handed = {known: when for known, when in self._handed.items() if now - when < TICK}
        self._handed[cursor] = now


def _tell(ready: Iterable[tuple[Deferred, dict[str, object]]]) -> None:
    for deferred, answer in ready:
        deferred.resolve(answer)
