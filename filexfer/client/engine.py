"""The queue and its workers: adds jobs, runs some at once, pauses, resumes, cancels, retries.

Threads: one for each running job (which has its own for blocks and for the scan), one clock. The history on disk is what other
processes see; what this engine's own jobs do just now is in memory."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import NamedTuple

from filexfer.client import cleanup, session, specs
from filexfer.client.activity import Gauge
from filexfer.client.clock import Clock
from filexfer.client.history import History
from filexfer.client.mine import Mine
from filexfer.client.owner import Owner
from filexfer.client.perform import Performer
from filexfer.client.run import Run, RunSettings
from filexfer.client.session import Session
from filexfer.client.throttle import Throttle
from filexfer.core.errors import Busy, StorageFailed
from filexfer.core.model import Job, JobFile, JobSpec, JobState

#: Seconds between two notes of a running job's figures in the history.
_SAVE = 1.0
#: Seconds that steps under way may take to end by themselves before their connections are cut.
_GRACE = 1.0
#: Ended jobs of which an engine knows more than the history.
_REMEMBERED = 1000
#: Seconds between two looks at a job that another process has.
_POLL = 0.2


class EngineSettings(NamedTuple):
    """How an engine works.

    Attributes:
        jobs: that run at once; others wait.
        run: how each of them runs.
    """

    jobs: int = 3
    run: RunSettings = RunSettings()


DEFAULTS = EngineSettings()


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
        settings: EngineSettings = DEFAULTS,
        connect: Callable[[str], Session] = session.connect,
    ) -> None:
        self._history = history
        self._most = settings.jobs
        self._connect = connect
        self._owner = Owner(history.owners)
        self.throttle = Throttle()  # of all that moves files here, jobs or not
        self._performer = Performer(history, connect, self.throttle, settings.run)
        self._clock = Clock(self._look)
        # Guards everything below; notified when a job changes its state.
        self._changed = threading.Condition()
        self._mine: dict[int, Mine] = {}
        #: Of jobs that this engine brought to an end: when (`finished_ns`), and `bytes_moved`, which is not in the history.
        self._moved: dict[int, tuple[int, int]] = {}
        self._tidying: list[threading.Thread] = []
        self._closing = False
        history.forget_old()

    # Asking

    def job(self, job_id: int) -> Job:
        """How a job stands now. Raises `NotFound`."""
        with self._changed:
            mine = self._mine.get(job_id)
            if mine is not None:
                return mine.now()
        return self._known(self._history.job(job_id))

    def jobs(self) -> list[Job]:
        """All jobs of the history, in the order of the queue."""
        known = self._history.jobs()
        with self._changed:
            now = [self._mine[job.id].now() if job.id in self._mine else self._known(job) for job in known]
        return sorted(now, key=lambda job: (job.position, job.id))

    def files(self, job_id: int, failed_only: bool = False, offset: int = 0, limit: int = 1000) -> tuple[list[JobFile], int]:
        """One page of what became of a job's files, and how many there are in all."""
        with self._changed:
            mine = self._mine.get(job_id)
            run = mine.run if mine is not None else None
        if run is not None:
            run.flush()
        return self._history.notes.page(self._history.job(job_id), failed_only, offset, limit)

    def failure_kinds(self, job_id: int) -> set[str]:
        """Names of the error classes that files of a job failed with. What a running one met last may be missing."""
        return self._history.notes.failure_kinds(job_id)

    def wait(self, job_id: int, timeout: float | None = None) -> Job:
        """Wait until a job has ended or is paused, or `timeout` seconds have passed; how it stands then."""
        deadline = float("inf") if timeout is None else time.monotonic() + timeout
        while True:
            with self._changed:
                mine = self._mine.get(job_id)
                while mine is not None and not mine.rests and time.monotonic() < deadline:
                    self._changed.wait(min(deadline - time.monotonic(), threading.TIMEOUT_MAX))
                if mine is not None:
                    return mine.now()
            # Another process has it.
            job = self._known(self._history.job(job_id))
            left = min(_POLL, deadline - time.monotonic())
            if job.state.ended or job.state is JobState.PAUSED or left <= 0:
                return job
            time.sleep(left)

    def subscribe(self, f: Callable[[list[Job]], None]) -> Callable[[], None]:
        """Have `f` called with the jobs that changed, ten times a second, on the clock's thread. Returns what ends it."""
        return self._clock.subscribe(f)

    # Telling

    def add(self, spec: JobSpec, *, run_again: bool = True) -> int:
        """Put a job into the queue; its id. The same spec that is not finished is taken up where it stands.

        Args:
            run_again: whether a spec that is done is done again (what is there already is not sent); else its id is given.

        Raises `BadParameters`, `InvalidPath` for a spec that cannot be; `Busy` where another process is at it just now.
        """
        specs.check(spec)
        key = specs.key(spec)
        known = self._history.unfinished(key)
        if known is None and not run_again:
            done = self._history.finished(key)
            if done is not None:
                return done.id
        if known is None:
            job = self._history.add(key, spec, specs.name(spec), self._owner.name)
        elif self._history.claim(known.id, self._owner.name):
            # How fast it may go may be said otherwise now.
            job = replace(known, spec=spec, state=JobState.WAITING)
        else:
            raise Busy(f"This transfer is under way already, as number {known.id}, in another window or command.")
        self._take_up(job)
        return job.id

    def adopt(self) -> list[int]:
        """Take over the jobs of engines that ended before these did; their ids. Paused ones stay paused."""
        adopted = []
        for job in self._history.orphans():
            with self._changed:
                known = job.id in self._mine
            if not known and self._history.claim(job.id, self._owner.name):
                self._take_up(job)
                adopted.append(job.id)
        return adopted

    def pause(self, job_id: int) -> None:
        """Stop a job at its next block, keeping all that arrived."""
        with self._changed:
            mine = self._own(job_id)
            if mine.thread is not None:
                self._stop(mine, JobState.PAUSED)
            elif mine.job.state is JobState.WAITING:
                self._set(mine, JobState.PAUSED)

    def resume(self, job_id: int) -> None:
        """Go on with a paused job."""
        with self._changed:
            mine = self._own(job_id)
            if JobState.PAUSED in (mine.job.state, mine.wish):
                self._requeue(mine)

    def retry(self, job_id: int) -> None:
        """Try again what failed of a job, and what a cancelled one did not do."""
        with self._changed:
            mine = self._own(job_id)
            if mine.thread is None and mine.job.state in (JobState.FAILED, JobState.CANCELLED):
                self._claim(job_id)
                self._requeue(mine)

    def cancel(self, job_id: int) -> None:
        """End a job and drop what it left half-written, here and there. Files that are whole stay."""
        with self._changed:
            mine = self._own(job_id)
            if mine.thread is not None:
                self._stop(mine, JobState.CANCELLED)
                return
            if mine.job.state.ended:
                return
            self._tidy(mine.job)
            self._set(mine, JobState.CANCELLED)

    def move(self, job_id: int, position: float) -> None:
        """Give a job another place in the queue; smaller is sooner."""
        with self._changed:
            mine = self._own(job_id)
            mine.job = replace(mine.job, position=float(position))
            self._history.save(mine.now())
        self._clock.stir()

    def clear(self, ids: Sequence[int] = ()) -> None:
        """Forget ended jobs: these, or all. What a failed one left half-written is dropped."""
        ended = [job for job in self.jobs() if job.state.ended and (not ids or job.id in ids)]
        with self._changed:
            ended = [job for job in ended if job.id not in self._mine or self._mine[job.id].rests]
            gone = [self._mine.pop(job.id) for job in ended if job.id in self._mine]
            for job in ended:
                self._moved.pop(job.id, None)
        # Who follows hears of every end, also of one that is cleared before the clock looks again.
        self._clock.tell([mine.job for mine in gone if mine.told != mine.job])
        self._history.remove([job.id for job in ended])
        for job in ended:
            self._tidy(job)

    def limit(self, bytes_per_second: int) -> None:
        """Let all jobs together move at most so much; 0 for no limit."""
        self.throttle.set(bytes_per_second)

    def close(self, deadline: float = 5.0) -> None:
        """Stop. Running jobs stay in the history so that they can be adopted or added again."""
        end = time.monotonic() + deadline
        with self._changed:
            self._closing = True
            running = [mine for mine in self._mine.values() if mine.thread is not None]
            for mine in running:
                self._stop(mine, mine.wish or JobState.WAITING)
            while any(mine.thread for mine in running) and time.monotonic() < end:
                self._changed.wait(max(0.0, end - time.monotonic()))
        for thread in list(self._tidying):
            thread.join(max(0.0, end - time.monotonic()))
        self._clock.close(max(0.1, end - time.monotonic()))
        self._history.release(self._owner.name)
        self._owner.close()

    # Inside; the lock is held where not said otherwise

    def _own(self, job_id: int) -> Mine:
        """The job as one of this engine, claimed if need be; one that has ended belongs to nobody. Raises `NotFound`, `Busy`."""
        mine = self._mine.get(job_id)
        if mine is None or mine.is_over:
            job = self._history.job(job_id)
            if not job.state.ended:
                self._claim(job_id)
                self._history.save(job)
            mine = self._mine[job_id] = Mine(self._known(job))
            self._clock.stir()
        return mine

    def _claim(self, job_id: int) -> None:
        if not self._history.claim(job_id, self._owner.name):
            raise Busy("Another window or command has this transfer. Do it there.")

    def _known(self, job: Job) -> Job:
        """A job of the history, with what only this engine remembers of it."""
        finished_ns, moved = self._moved.get(job.id, (0, 0))
        return replace(job, bytes_moved=moved) if finished_ns and finished_ns == job.finished_ns else job

    def _set(self, mine: Mine, state: JobState) -> None:
        """A new state, on disk too."""
        finished = time.time_ns() if state.ended else 0
        mine.job = replace(mine.job, state=state, finished_ns=finished)
        self._history.save(mine.job)
        self._changed.notify_all()
        self._clock.stir()

    def _take_up(self, job: Job) -> None:
        """Have a job that is this engine's now go on, unless it is paused. The lock is not held."""
        with self._changed:
            mine = self._mine.get(job.id)
            if mine is None or mine.is_over:
                mine = self._mine[job.id] = Mine(job)
            if mine.thread is not None and mine.wish is None:
                return
            mine.job = replace(mine.job, spec=job.spec)
            if job.state is JobState.PAUSED:
                self._clock.stir()
            else:
                self._requeue(mine)

    def _requeue(self, mine: Mine) -> None:
        if mine.thread is not None:
            # It is still stopping: it goes on as soon as it has.
            mine.wish = JobState.WAITING
            return
        self._history.notes.forget(mine.job.id)
        mine.job = replace(mine.job, error="", error_kind="", files_failed=0)
        self._set(mine, JobState.WAITING)
        self._start_waiting()

    def _stop(self, mine: Mine, wish: JobState) -> None:
        mine.wish = wish
        mine.stopped_at = time.monotonic()
        if mine.run is not None:
            mine.run.halt()
        self._clock.stir()

    def _start_waiting(self) -> None:
        """Start as many waiting jobs as may run, the first in the queue first."""
        if self._closing:
            return
        running = sum(1 for mine in self._mine.values() if mine.thread is not None)
        waiting = [mine for mine in self._mine.values() if mine.thread is None and mine.job.state is JobState.WAITING]
        for mine in sorted(waiting, key=lambda mine: (mine.job.position, mine.job.id))[: max(0, self._most - running)]:
            mine.wish = None
            mine.thread = threading.Thread(target=self._run, args=(mine, mine.job), name=f"job-{mine.job.id}", daemon=True)
            self._set(mine, JobState.RUNNING)
            mine.thread.start()

    def _run(self, mine: Mine, job: Job) -> None:
        """What the thread of a job does. The lock is not held."""

        def begun(run: Run) -> None:
            with self._changed:
                mine.run, mine.gauge = run, Gauge(run.figures)
                if mine.wish is not None:
                    run.halt()

        how = self._performer.perform(job, begun)
        with self._changed:
            state = mine.end_state(how)
            ended = mine.job if how.run is None else how.run.figures.onto(mine.job, ended=state.ended)
            if state is JobState.FAILED and how.error is not None:
                ended = replace(ended, error=str(how.error), error_kind=type(how.error).__name__)
            mine.job = replace(ended, rate=0.0, seconds_left=-1.0, waits_for="")
            mine.run = mine.gauge = mine.thread = mine.wish = None
            self._settle(mine, state)

    def _settle(self, mine: Mine, state: JobState) -> None:
        """The state that a run ended in; whatever becomes of the history, nobody may wait for it for ever."""
        try:
            if state is JobState.WAITING and not self._closing:
                # It was resumed while it stopped: as if it had been later.
                self._requeue(mine)
                return
            if state in (JobState.CANCELLED, JobState.DONE):
                # Of a job that is done only parts remain that could not be resumed.
                self._tidy(mine.job)
            self._set(mine, state)
            self._start_waiting()
        except StorageFailed as error:
            failed = replace(mine.job, state=JobState.FAILED, error=str(error), error_kind=type(error).__name__)
            # Not in the history: it stays this engine's.
            mine.job = replace(failed, finished_ns=0)
            self._changed.notify_all()
            self._clock.stir()

    def _tidy(self, job: Job) -> None:
        """Drop what a job left half-written, if anything, on a thread of its own: a server may have to be asked."""
        if not self._history.parts(job.id):
            return
        arguments = (self._history, job, self._connect)
        thread = threading.Thread(target=cleanup.drop_parts, args=arguments, name=f"tidy-{job.id}", daemon=True)
        with self._changed:
            self._tidying = [one for one in self._tidying if one.is_alive()] + [thread]
            # Within the lock, so that `close` joins only what has begun.
            thread.start()

    def _look(self) -> tuple[list[Job], bool]:
        """For the clock: the jobs that changed since the last look. Cuts connections of those that do not stop, and notes
        figures on disk now and then. The lock is not held."""
        now = time.monotonic()
        changed, due = [], []
        with self._changed:
            for mine in self._mine.values():
                job = mine.gauge.onto(mine.job) if mine.gauge is not None else mine.job
                if mine.run is not None and mine.wish is not None and now - mine.stopped_at > _GRACE:
                    mine.run.link.session.close()
                elif mine.run is not None and now - mine.saved > _SAVE:
                    mine.saved = now
                    due.append(job)
                if job != mine.told:
                    mine.told = job
                    changed.append(job)
            for mine in [mine for mine in self._mine.values() if mine.is_over]:
                # Told; from now on the history answers for it.
                del self._mine[mine.job.id]
                self._moved[mine.job.id] = (mine.job.finished_ns, mine.job.bytes_moved)
            while len(self._moved) > _REMEMBERED:
                del self._moved[next(iter(self._moved))]
            # Within the lock, so that no older figures are written over those of the end.
            for job in due:
                # A disk that is full for the moment does not stop the clock.
                with contextlib.suppress(StorageFailed):
                    self._history.save(job)
            return changed, any(mine.thread is not None for mine in self._mine.values())
