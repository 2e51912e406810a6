"""The engine as fronts have it: adds jobs, tells how they stand, pauses, resumes, cancels, retries; what runs when is up to
its `queue`. The history on disk is what other processes see; what this engine's own jobs do just now is in memory."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

from filexfer.client import session, specs
from filexfer.client.away import Lookout
from filexfer.client.history import History
from filexfer.client.owner import Owner
from filexfer.client.perform import Performer
from filexfer.client.queue import Queue
from filexfer.client.run import RunSettings
from filexfer.client.session import Session
from filexfer.client.throttle import Throttle
from filexfer.core.errors import Busy
from filexfer.core.model import Job, JobFile, JobSpec, JobState

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
    lookout: looks out for servers that are away, and jobs for them wait; None: those jobs fail.
    """

    def __init__(
        self,
        history: History,
        *,
        settings: EngineSettings = DEFAULTS,
        connect: Callable[[str], Session] = session.connect,
        lookout: Lookout | None = None,
    ) -> None:
        self._history = history
        self._owner = Owner(history.owners)
        self.throttle = Throttle()  # of all that moves files here, jobs or not
        performer = Performer(history, connect, self.throttle, settings.run)
        self._queue = Queue(history, self._owner.name, settings.jobs, performer, connect, lookout)
        history.forget_old()

    # Asking

    def job(self, job_id: int) -> Job:
        """How a job stands now. Raises `NotFound`."""
        with self._queue.changed:
            mine = self._queue.mine.get(job_id)
            if mine is not None:
                return mine.now()
        return self._queue.known(self._history.job(job_id))

    def jobs(self) -> list[Job]:
        """All jobs of the history, in the order of the queue."""
        known = self._history.jobs()
        with self._queue.changed:
            now = [self._queue.mine[job.id].now() if job.id in self._queue.mine else self._queue.known(job) for job in known]
        return sorted(now, key=lambda job: (job.position, job.id))

    def files(self, job_id: int, failed_only: bool = False, offset: int = 0, limit: int = 1000) -> tuple[list[JobFile], int]:
        """One page of what became of a job's files, and how many there are in all."""
        with self._queue.changed:
            mine = self._queue.mine.get(job_id)
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
            with self._queue.changed:
                mine = self._queue.mine.get(job_id)
                while mine is not None and not mine.rests and time.monotonic() < deadline:
                    self._queue.changed.wait(min(deadline - time.monotonic(), threading.TIMEOUT_MAX))
                if mine is not None:
                    return mine.now()
            # Another process has it.
            job = self._queue.known(self._history.job(job_id))
            left = min(_POLL, deadline - time.monotonic())
            if job.state.ended or job.state is JobState.PAUSED or left <= 0:
                return job
            time.sleep(left)

    def subscribe(self, f: Callable[[list[Job]], None]) -> Callable[[], None]:
        """Have `f` called with the jobs that changed, ten times a second, on the clock's thread. Returns what ends it."""
        return self._queue.clock.subscribe(f)

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
            job = known._replace(spec=spec, state=JobState.WAITING)
        else:
            raise Busy(f"This transfer is under way already, as number {known.id}, in another window or command.")
        with self._queue.changed:
            self._queue.take_up(job)
        return job.id

    def adopt(self) -> list[int]:
        """Take over the jobs of engines that ended before these did; their ids. Paused ones stay paused."""
        adopted = []
        for job in self._history.orphans():
            with self._queue.changed:
                known = job.id in self._queue.mine
            if not known and self._history.claim(job.id, self._owner.name):
                with self._queue.changed:
                    self._queue.take_up(job)
                adopted.append(job.id)
        return adopted

    def pause(self, job_id: int) -> None:
        """Stop a job at its next block, keeping all that arrived."""
        with self._queue.changed:
            mine = self._queue.own(job_id)
            if mine.thread is not None:
                self._queue.stop(mine, JobState.PAUSED)
            elif mine.job.state is JobState.WAITING:
                self._queue.set(mine, JobState.PAUSED)

    def resume(self, job_id: int) -> None:
        """Go on with a paused job, and look anew for the server that one waits for."""
        with self._queue.changed:
            mine = self._queue.own(job_id)
            if JobState.PAUSED in (mine.job.state, mine.wish):
                self._queue.requeue(mine)
            elif mine.is_held:
                self._queue.away.hurry(mine)

    def retry(self, job_id: int) -> None:
        """Try again what failed of a job, and what a cancelled one did not do; look anew for the server that one waits for."""
        with self._queue.changed:
            mine = self._queue.own(job_id)
            if mine.thread is None and mine.job.state in (JobState.FAILED, JobState.CANCELLED):
                self._queue.claim(job_id)
                self._queue.requeue(mine)
            elif mine.is_held:
                self._queue.away.hurry(mine)

    def cancel(self, job_id: int) -> None:
        """End a job and drop what it left half-written, here and there. Files that are whole stay."""
        with self._queue.changed:
            mine = self._queue.own(job_id)
            if mine.thread is not None:
                self._queue.stop(mine, JobState.CANCELLED)
                return
            if mine.job.state.ended:
                return
            self._queue.tidy(mine.job)
            self._queue.set(mine, JobState.CANCELLED)

    def move(self, job_id: int, position: float) -> None:
        """Give a job another place in the queue; smaller is sooner."""
        with self._queue.changed:
            mine = self._queue.own(job_id)
            mine.job = mine.job._replace(position=float(position))
            self._history.save(mine.now())
        self._queue.clock.stir()

    def clear(self, ids: Sequence[int] = ()) -> None:
        """Forget ended jobs: these, or all. What a failed one left half-written is dropped."""
        ended = [job for job in self.jobs() if job.state.ended and (not ids or job.id in ids)]
        with self._queue.changed:
            ended = [job for job in ended if job.id not in self._queue.mine or self._queue.mine[job.id].rests]
            gone = [mine for mine in [self._queue.forget(job.id) for job in ended] if mine is not None]
        # Who follows hears of every end, also of one that is cleared before the clock looks again.
        self._queue.clock.tell([mine.job for mine in gone if mine.told != mine.job])
        self._history.remove([job.id for job in ended])
        for job in ended:
            self._queue.tidy(job)

    def limit(self, bytes_per_second: int) -> None:
        """Let all jobs together move at most so much; 0 for no limit."""
        self.throttle.set(bytes_per_second)

    def close(self, deadline: float = 5.0) -> None:
        """Stop. Running jobs stay in the history so that they can be adopted or added again."""
        self._queue.close(time.monotonic() + deadline)
        self._history.release(self._owner.name)
        self._owner.close()
