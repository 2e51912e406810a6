"""The queue and its workers: adds jobs, runs some at once, pauses, resumes, cancels, retries, and tells on a clock how far they
came.

Threads: one for each running job (which has its own for blocks and for the scan), one clock. The history on disk is what other
processes see; what this engine's own jobs do just now is in memory."""

from __future__ import annotations

import hashlib
import json
import os
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from filexfer.client import cleanup, session
from filexfer.client.activity import Gauge
from filexfer.client.history import History
from filexfer.client.owner import Owner
from filexfer.client.run import Run, RunSettings
from filexfer.client.session import Session
from filexfer.client.throttle import Throttle
from filexfer.core import paths
from filexfer.core.errors import BadParameters, Busy, FilexferError, InternalError
from filexfer.core.model import Direction, Job, JobFile, JobSpec, JobState

#: Seconds between two looks at running jobs, and between two notes of their figures in the history.
_TICK, _SAVE = 0.1, 1.0
#: Seconds that steps under way may take to end by themselves before their connections are cut.
_GRACE = 1.0


@dataclass(frozen=True, slots=True)
class EngineSettings:
    """How an engine works.

    Attributes:
        jobs: that run at once; others wait.
        run: how each of them runs.
    """

    jobs: int = 3
    run: RunSettings = field(default_factory=RunSettings)


class _Mine:
    """A job of this engine. Guarded by the engine's lock.

    Attributes:
        told: the snapshot last given to subscribers.
        run, gauge, thread: while it runs.
        wish: the state that it is to end in, once it is asked to stop.
    """

    __slots__ = ("gauge", "job", "run", "saved", "session", "stopped_at", "thread", "told", "wish")

    def __init__(self, job: Job) -> None:
        self.job = job
        self.told: Job | None = None
        self.run: Run | None = None
        self.session: Session | None = None
        self.gauge: Gauge | None = None
        self.thread: threading.Thread | None = None
        self.wish: JobState | None = None
        self.stopped_at = 0.0
        self.saved = 0.0


class Engine:
    """Args:
    history: where the queue lives; the engine does not close it.
    settings: how it works.
    connect: opens a session with a server.
    """

    def __init__(
        self,
        history: History,
        *,
        settings: EngineSettings = EngineSettings(),
        connect: Callable[[str], Session] = session.connect,
    ) -> None:
        self._history = history
        self._settings = settings
        self._connect = connect
        self._owner = Owner(history.owners)
        self._throttle = Throttle()
        # Guards everything below; notified when a job changes its state.
        self._changed = threading.Condition()
        self._mine: dict[int, _Mine] = {}
        self._subscribers: list[Callable[[list[Job]], None]] = []
        self._closing = False
        self._wake = threading.Event()
        self._clock: threading.Thread | None = None

    # Asking

    def job(self, job_id: int) -> Job:
        """How a job stands now. Raises `NotFound`."""
        with self._changed:
            mine = self._mine.get(job_id)
            if mine is not None:
                return self._now(mine)
        return self._history.job(job_id)

    def jobs(self) -> list[Job]:
        """All jobs of the history, in the order of the queue."""
        known = self._history.jobs()
        with self._changed:
            now = [self._now(self._mine[job.id]) if job.id in self._mine else job for job in known]
        return sorted(now, key=lambda job: (job.position, job.id))

    def files(self, job_id: int, failed_only: bool = False, offset: int = 0, limit: int = 1000) -> tuple[list[JobFile], int]:
        """One page of what became of a job's files, and how many there are in all."""
        with self._changed:
            mine = self._mine.get(job_id)
            run = mine.run if mine is not None else None
        if run is not None:
            run.flush()
        return self._history.files(self._history.job(job_id), failed_only, offset, limit)

    def wait(self, job_id: int, timeout: float | None = None) -> Job:
        """Wait until a job has ended or is paused, or `timeout` seconds have passed; how it stands then."""
        deadline = None if timeout is None else time.monotonic() + timeout
        while True:
            with self._changed:
                mine = self._mine.get(job_id)
                while mine is not None and not _rests(mine):
                    left = None if deadline is None else deadline - time.monotonic()
                    if left is not None and left <= 0:
                        break
                    self._changed.wait(left)
                if mine is not None:
                    return self._now(mine)
            # Another process has it.
            job = self._history.job(job_id)
            left = 0.2 if deadline is None else min(0.2, deadline - time.monotonic())
            if job.state.ended or job.state is JobState.PAUSED or left <= 0:
                return job
            time.sleep(left)

    def subscribe(self, f: Callable[[list[Job]], None]) -> Callable[[], None]:
        """Have `f` called with the jobs that changed, ten times a second, on the clock's thread. Returns what ends it."""
        with self._changed:
            self._subscribers.append(f)
        self._stir()

        def end() -> None:
            with self._changed:
                if f in self._subscribers:
                    self._subscribers.remove(f)

        return end

    # Telling

    def add(self, spec: JobSpec, *, run_again: bool = True) -> int:
        """Put a job into the queue; its id. The same spec that is not finished is taken up where it stands.

        Args:
            run_again: whether a spec that is done is done again (what is there already is not sent); else its id is given.

        Raises `BadParameters`, `InvalidPath` for a spec that cannot be; `Busy` where another process is at it just now.
        """
        _check(spec)
        key = _key(spec)
        known = self._history.unfinished(key)
        if known is not None:
            if not self._history.claim(known.id, self._owner.name):
                raise Busy(f"This transfer is under way already, as number {known.id}, in another window or command.")
            self._take_up(known, again=True)
            return known.id
        done = None if run_again else self._history.finished(key)
        if done is not None:
            return done.id
        job = self._history.add(key, spec, _name(spec), self._owner.name)
        self._take_up(job, again=False)
        return job.id

    def adopt(self) -> list[int]:
        """Take over the jobs of engines that ended before these did; their ids. Paused ones stay paused."""
        adopted = []
        for job in self._history.orphans():
            with self._changed:
                if job.id in self._mine:
                    continue
            if self._history.claim(job.id, self._owner.name):
                if job.state is JobState.PAUSED:
                    with self._changed:
                        self._mine[job.id] = _Mine(job)
                    self._stir()
                else:
                    self._take_up(job, again=True)
                adopted.append(job.id)
        return adopted

    def pause(self, job_id: int) -> None:
        """Stop a job at its next block, keeping all that arrived."""
        with self._changed:
            mine = self._own(job_id)
            if mine.job.state is JobState.WAITING:
                self._set(mine, JobState.PAUSED)
            elif mine.job.state is JobState.RUNNING:
                self._stop(mine, JobState.PAUSED)

    def resume(self, job_id: int) -> None:
        """Go on with a paused job."""
        with self._changed:
            mine = self._own(job_id)
            if mine.job.state is JobState.PAUSED or mine.wish is JobState.PAUSED:
                self._requeue(mine)

    def retry(self, job_id: int) -> None:
        """Try again what failed of a job, and what a cancelled one did not do."""
        with self._changed:
            mine = self._own(job_id)
            if mine.job.state in (JobState.FAILED, JobState.CANCELLED):
                self._requeue(mine)

    def cancel(self, job_id: int) -> None:
        """End a job and drop what it left half-written, here and there. Files that are whole stay."""
        with self._changed:
            mine = self._own(job_id)
            if mine.job.state is JobState.RUNNING:
                self._stop(mine, JobState.CANCELLED)
            elif not mine.job.state.ended:
                self._set(mine, JobState.CANCELLED)
                self._tidy(mine.job)

    def move(self, job_id: int, position: float) -> None:
        """Give a job another place in the queue; smaller is sooner."""
        with self._changed:
            mine = self._own(job_id)
            mine.job = replace(mine.job, position=float(position))
            self._history.save(self._now(mine))
        self._stir()

    def clear(self, ids: Sequence[int] = ()) -> None:
        """Forget ended jobs: these, or all. What a failed one left half-written is dropped."""
        ended = [job for job in self.jobs() if job.state.ended and (not ids or job.id in ids)]
        for job in ended:
            self._tidy(job, forget=True)
        with self._changed:
            for job in ended:
                self._mine.pop(job.id, None)

    def limit(self, bytes_per_second: int) -> None:
        """Let all jobs together move at most so much; 0 for no limit."""
        self._throttle.set(bytes_per_second)

    def close(self, deadline: float = 5.0) -> None:
        """Stop. Running jobs stay in the history so that they can be adopted or added again."""
        with self._changed:
            self._closing = True
            running = [mine for mine in self._mine.values() if mine.thread is not None]
            for mine in running:
                self._stop(mine, mine.wish or JobState.WAITING)
        self._wake.set()
        end = time.monotonic() + deadline
        for mine in running:
            if mine.thread is not None:
                mine.thread.join(max(0.0, end - time.monotonic()))
        if self._clock is not None:
            self._clock.join(max(0.1, end - time.monotonic()))
        self._history.release(self._owner.name)
        self._owner.close()

    # Inside; the lock is held unless said otherwise

    def _now(self, mine: _Mine) -> Job:
        return mine.run.figures.onto(mine.job) if mine.run is not None else mine.job

    def _own(self, job_id: int) -> _Mine:
        """The job as one of this engine, claimed if need be. Raises `NotFound`, `Busy`."""
        mine = self._mine.get(job_id)
        if mine is None:
            job = self._history.job(job_id)
            if not self._history.claim(job_id, self._owner.name):
                raise Busy("Another window or command has this transfer. Do it there.")
            if job.state is JobState.RUNNING:
                # Its engine died at it.
                job = replace(job, state=JobState.WAITING)
            mine = self._mine[job_id] = _Mine(job)
            self._history.save(job)
        return mine

    def _set(self, mine: _Mine, state: JobState) -> None:
        """A new state, on disk too."""
        finished = time.time_ns() if state.ended else 0
        mine.job = replace(mine.job, state=state, finished_ns=finished, rate=0.0, seconds_left=-1.0, waits_for="")
        self._history.save(mine.job)
        self._changed.notify_all()
        self._stir()

    def _take_up(self, job: Job, again: bool) -> None:
        """Have a job run that is this engine's now. The lock is not held."""
        with self._changed:
            mine = self._mine.setdefault(job.id, _Mine(job))
            if mine.thread is None or mine.wish is not None:
                if again:
                    self._requeue(mine)
                else:
                    self._start_waiting()

    def _requeue(self, mine: _Mine) -> None:
        if mine.thread is not None:
            # It is still stopping: it goes on as soon as it has.
            mine.wish = JobState.WAITING
            return
        self._history.forget_failures(mine.job.id)
        mine.job = replace(mine.job, error="", error_kind="", files_failed=0)
        self._set(mine, JobState.WAITING)
        self._start_waiting()

    def _stop(self, mine: _Mine, wish: JobState) -> None:
        mine.wish = wish
        mine.stopped_at = time.monotonic()
        if mine.run is not None:
            mine.run.halt()
        self._stir()

    def _start_waiting(self) -> None:
        """Start as many waiting jobs as may run, the first in the queue first."""
        if self._closing:
            return
        running = sum(1 for mine in self._mine.values() if mine.thread is not None)
        waiting = [mine for mine in self._mine.values() if mine.thread is None and mine.job.state is JobState.WAITING]
        for mine in sorted(waiting, key=lambda one: (one.job.position, one.job.id))[: max(0, self._settings.jobs - running)]:
            mine.wish = None
            mine.thread = threading.Thread(target=self._run, args=(mine,), name=f"job-{mine.job.id}", daemon=True)
            self._set(mine, JobState.RUNNING)
            mine.thread.start()

    def _tidy(self, job: Job, forget: bool = False) -> None:
        """Drop what a job left half-written; on a thread of its own where a server must be asked."""

        def work() -> None:
            cleanup.drop_parts(self._history, job, self._connect)
            if forget:
                self._history.remove([job.id])

        if any(not folder for folder, _ in self._history.parts(job.id)):
            threading.Thread(target=work, name=f"tidy-{job.id}", daemon=True).start()
        else:
            work()

    # A running job; on its own thread, the lock not held unless taken

    def _run(self, mine: _Mine) -> None:
        job = mine.job
        error: Exception | None = None
        try:
            self._move(mine)
        except FilexferError as failure:
            error = failure
        except Exception as failure:
            # A fault of ours: the job must not stay “running”, and the log must have it.
            threading.excepthook(
                threading.ExceptHookArgs((type(failure), failure, failure.__traceback__, threading.current_thread()))
            )
            error = InternalError(f"filexfer met an error of its own ({type(failure).__name__}: {failure}). Please report it.")
        run = mine.run
        if run is not None:
            run.flush()
            run.link.session.close()
            error = run.fatal or error
        with self._changed:
            state = self._ended(mine, error)
            if run is not None:
                job = run.figures.onto(job, ended=state.ended)
            mine.job = replace(mine.job, **_figures(job))
            if error is not None and state is JobState.FAILED:
                mine.job = replace(mine.job, error=str(error), error_kind=type(error).__name__)
            mine.run, mine.gauge, mine.thread, mine.wish = None, None, None, None
            self._set(mine, state)
            self._start_waiting()
        if state is JobState.CANCELLED:
            self._tidy(mine.job)

    def _ended(self, mine: _Mine, error: Exception | None) -> JobState:
        """The state that a run ends in."""
        run = mine.run
        complete = run is not None and error is None and not run.stop.is_set()
        if complete or (mine.wish is None and error is not None):
            failed = error is not None or (run is not None and run.figures.any_failed)
            return JobState.FAILED if failed else JobState.DONE
        if mine.wish is None:
            return JobState.FAILED
        return mine.wish

    def _move(self, mine: _Mine) -> None:
        throttles = (self._throttle, Throttle(mine.job.spec.limit))
        opened = self._connect(mine.job.spec.server)
        run = Run(mine.job, self._history, opened, throttles, self._settings.run)
        with self._changed:
            mine.run, mine.gauge = run, Gauge(run.figures)
            if mine.wish is not None:
                run.halt()
        run.check()
        if mine.job.spec.direction is Direction.PUT:
            from filexfer.client.put import Putting

            Putting(run).move()
        else:
            from filexfer.client.get import Getting

            Getting(run).move()

    # The clock

    def _stir(self) -> None:
        """Something changed: have the clock look."""
        self._wake.set()
        if self._clock is None and not self._closing:
            self._clock = threading.Thread(target=self._tick, name="clock", daemon=True)
            self._clock.start()

    def _tick(self) -> None:
        while True:
            self._wake.wait()
            with self._changed:
                closing = self._closing
                changed, subscribers, busy = self._look(), list(self._subscribers), any(m.thread for m in self._mine.values())
                if not busy:
                    self._wake.clear()
            for subscriber in subscribers if changed else ():
                subscriber(changed)
            if closing and not busy:
                return
            if closing or busy or changed:
                time.sleep(_TICK)

    def _look(self) -> list[Job]:
        """The jobs that changed since the last look; cuts connections of those that do not stop, notes figures on disk."""
        now = time.monotonic()
        changed = []
        for mine in self._mine.values():
            job = mine.gauge.onto(mine.job) if mine.gauge is not None else mine.job
            if mine.run is not None and mine.wish is not None and now - mine.stopped_at > _GRACE:
                mine.run.link.session.close()
            if mine.run is not None and now - mine.saved > _SAVE:
                mine.saved = now
                self._history.save(job)
            if job != mine.told:
                mine.told = job
                changed.append(job)
        return changed


def _rests(mine: _Mine) -> bool:
    return mine.thread is None and (mine.job.state.ended or mine.job.state is JobState.PAUSED)


_FIGURES = (
    "files_total files_done files_skipped files_failed bytes_total bytes_done bytes_moved error error_kind scanning".split()
)


def _figures(job: Job) -> dict[str, Any]:
    return {name: getattr(job, name) for name in _FIGURES}


def _key(spec: JobSpec) -> str:
    """What makes two specs the same work."""
    facts = (spec.direction.value, spec.server, spec.items, spec.on_conflict.value, spec.exclude, spec.include, spec.checksum)
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()


def _name(spec: JobSpec) -> str:
    """What a list calls the job: its first source's name, and how many more there are."""
    source, target = spec.items[0]
    local = source if spec.direction is Direction.PUT else target
    name = os.path.basename(local.rstrip(os.sep)) or paths.name(source) or spec.server
    return name if len(spec.items) == 1 else f"{name} and {len(spec.items) - 1} more"


def _check(spec: JobSpec) -> None:
    if not spec.items:
        raise BadParameters("A transfer names at least one file or folder.")
    for source, target in spec.items:
        local, remote = (source, target) if spec.direction is Direction.PUT else (target, source)
        if not os.path.isabs(local):
            raise BadParameters(f"“{paths.shown(local)}” is not an absolute path of this computer.")
        paths.split(remote)
