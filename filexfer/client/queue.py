"""The jobs that an engine works at: which run, which wait, and what a new state means for the others.

Rule: whoever calls holds the lock (`changed`), where not said otherwise. Threads: one for each running job (which has its own for
blocks and for the scan), one clock."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable

from filexfer.client import away, cleanup
from filexfer.client.activity import Gauge
from filexfer.client.clock import Clock
from filexfer.client.history import History
from filexfer.client.mine import Mine
from filexfer.client.perform import Performance, Performer
from filexfer.client.run import Run
from filexfer.client.session import Session
from filexfer.core.errors import Busy, FilexferError, StorageFailed
from filexfer.core.model import Job, JobState

#: Seconds between two notes of a running job's figures in the history.
_SAVE = 1.0
#: Seconds that steps under way may take to end by themselves before their connections are cut.
_GRACE = 1.0
#: Ended jobs of which an engine knows more than the history.
_REMEMBERED = 1000


class Queue:
    """Args:
        history: where the queue lives.
        owner: what this engine's jobs are claimed with.
        most: jobs that run at once; others wait.
        performer: does one job.
        connect: opens a session with a server.
        lookout: looks out for servers that are away; None: their jobs fail.

    Attributes:
        changed: guards everything below; notified when a job changes its state.
        mine: the jobs of this engine, by id.
        closing: nothing starts any more.
        clock: tells subscribers what changed.
        away: the servers that are waited for.
    """

    def __init__(
        self,
        history: History,
        owner: str,
        most: int,
        performer: Performer,
        connect: Callable[[str], Session],
        lookout: away.Lookout | None,
    ) -> None:
        self._history = history
        self._owner = owner
        self._most = most
        self._performer = performer
        self._connect = connect
        self.clock = Clock(self._look)
        self.changed = threading.Condition()  # guards everything below
        self.mine: dict[int, Mine] = {}
        self.closing = False
        self.away = away.Away(history, lookout, self._on_back)
        #: Of jobs that this engine brought to an end: when (`finished_ns`), `bytes_moved` and `bytes_reused`: those are not in
        #: the history.
        self._moved: dict[int, tuple[int, int, int]] = {}
        self._tidying: list[threading.Thread] = []

    def own(self, job_id: int) -> Mine:
        """The job as one of this engine, claimed if need be; one that has ended belongs to nobody. Raises `NotFound`, `Busy`."""
        mine = self.mine.get(job_id)
        if mine is None or mine.is_over:
            job = self._history.job(job_id)
            if not job.state.ended:
                self.claim(job_id)
                self._history.save(job)
            mine = self.mine[job_id] = Mine(self.known(job))
            self.clock.stir()
        return mine

    def claim(self, job_id: int) -> None:
        """Raises `Busy` where another living engine has the job."""
        if not self._history.claim(job_id, self._owner):
            raise Busy("Another window or command has this transfer. Do it there.")

    def known(self, job: Job) -> Job:
        """A job of the history, with what only this engine remembers of it. The lock need not be held."""
        finished_ns, moved, reused = self._moved.get(job.id, (0, 0, 0))
        return job._replace(bytes_moved=moved, bytes_reused=reused) if finished_ns and finished_ns == job.finished_ns else job

    def forget(self, job_id: int) -> Mine | None:
        """Know nothing of an ended job any more; what was known of it."""
        self._moved.pop(job_id, None)
        return self.mine.pop(job_id, None)

    def set(self, mine: Mine, state: JobState) -> None:
        """A new state, on disk too."""
        if mine.is_held:
            mine.job = away.released(mine, state)
            self.away.left(mine.job.spec.server, list(self.mine.values()))
        finished = time.time_ns() if state.ended else 0
        mine.job = mine.job._replace(state=state, finished_ns=finished)
        self._history.save(mine.job)
        self.changed.notify_all()
        self.clock.stir()

    def take_up(self, job: Job) -> None:
        """Have a job that is this engine's now go on, unless it is paused."""
        mine = self.mine.get(job.id)
        if mine is None or mine.is_over:
            mine = self.mine[job.id] = Mine(job)
        if mine.thread is not None and mine.wish is None:
            return
        mine.job = mine.job._replace(spec=job.spec)
        if job.state is JobState.PAUSED:
            self.clock.stir()
        else:
            self.requeue(mine)

    def requeue(self, mine: Mine) -> None:
        """Have it run as soon as it may."""
        if mine.thread is not None:
            # It is still stopping: it goes on as soon as it has.
            mine.wish = JobState.WAITING
            return
        self._history.notes.forget(mine.job.id)
        mine.job = mine.job._replace(error="", error_kind="", files_failed=0)
        self.set(mine, JobState.WAITING)
        self._start_waiting()

    def stop(self, mine: Mine, wish: JobState) -> None:
        """Have a running job end soon, in the state `wish`."""
        mine.wish = wish
        mine.stopped_at = time.monotonic()
        if mine.run is not None:
            mine.run.halt()
        self.clock.stir()

    def tidy(self, job: Job) -> None:
        """Drop what a job left half-written, if anything, on its own thread: a server may have to be asked. The lock need not
        be held."""
        if not self._history.parts(job.id):
            return
        arguments = (self._history, job, self._connect)
        thread = threading.Thread(target=cleanup.drop_parts, args=arguments, name=f"tidy-{job.id}", daemon=True)
        with self.changed:
            self._tidying = [one for one in self._tidying if one.is_alive()] + [thread]
            # Within the lock, so that `close` joins only what has begun.
            thread.start()

    def close(self, end: float) -> None:
        """Stop all, and wait for that until `end` (monotonic time). The lock is not held."""
        with self.changed:
            self.closing = True
            running = [mine for mine in self.mine.values() if mine.thread is not None]
            for mine in running:
                self.stop(mine, mine.wish or JobState.WAITING)
            while any(mine.thread for mine in running) and time.monotonic() < end:
                self.changed.wait(max(0.0, end - time.monotonic()))
        for thread in list(self._tidying):
            thread.join(max(0.0, end - time.monotonic()))
        self.clock.close(max(0.1, end - time.monotonic()))

    def _start_waiting(self) -> None:
        """Start as many waiting jobs as may run, the first in the queue first."""
        if self.closing:
            return
        running = sum(1 for mine in self.mine.values() if mine.thread is not None)
        waiting = [mine for mine in self.mine.values() if mine.thread is None and mine.job.state is JobState.WAITING]
        ready = [mine for mine in waiting if not self._is_held(mine)]
        for mine in sorted(ready, key=lambda mine: (mine.job.position, mine.job.id)):
            if running >= self._most:
                return
            try:
                self._start(mine)
                running += 1
            except StorageFailed as error:
                self._fail_unnoted(mine, error)

    def _start(self, mine: Mine) -> None:
        thread = threading.Thread(target=self._run, args=(mine, mine.job), name=f"job-{mine.job.id}", daemon=True)
        self.set(mine, JobState.RUNNING)
        mine.wish, mine.thread = None, thread
        thread.start()

    def _is_held(self, mine: Mine) -> bool:
        """Whether a waiting job has to wait on, for its server."""
        before = mine.job
        held = self.away.holds(mine)
        if mine.job is not before:
            self.changed.notify_all()
            self.clock.stir()
        return held

    def _on_back(self, server: str, was_away: bool) -> None:
        """The lookout tells that `server` is back. The lock is not held."""
        with self.changed:
            error = self.away.returned(server)
            if error is None or self.closing:
                return
            try:
                for mine in [mine for mine in self.mine.values() if mine.is_held and mine.job.spec.server == server]:
                    mine.fruitless = 0 if was_away else mine.fruitless
                    self.set(mine, JobState.WAITING)
                self._start_waiting()
            except StorageFailed:
                # A disk that is full for the moment: it is found to be back once more.
                self.away.watch(server, error)

    def _run(self, mine: Mine, job: Job) -> None:
        """What the thread of a job does. The lock is not held."""

        def begun(run: Run) -> None:
            with self.changed:
                mine.run, mine.gauge = run, Gauge(run.figures, lambda: run.limit)
                if mine.wish is not None:
                    run.halt()

        how = self._perform(job, begun)
        with self.changed:
            state = mine.end_state(how)
            if state is JobState.FAILED and not self.closing and self.away.takes(mine, how, job):
                state = JobState.WAITING
            ended = mine.job if how.run is None else how.run.figures.onto(mine.job, ended=state.ended)
            if state is JobState.FAILED and how.error is not None:
                ended = ended._replace(error=str(how.error), error_kind=type(how.error).__name__)
            mine.job = ended._replace(rate=0.0, seconds_left=-1.0, waits_for="")
            mine.run = mine.gauge = mine.thread = mine.wish = None
            self._settle(mine, state)

    def _perform(self, job: Job, begun: Callable[[Run], None]) -> Performance:
        try:
            self.away.check(job.spec.server)
        except FilexferError as error:
            return Performance(None, error)
        return self._performer.perform(job, begun)

    def _settle(self, mine: Mine, state: JobState) -> None:
        """The state that a run ended in; whatever becomes of the history, nobody may wait for it for ever."""
        try:
            if state is JobState.WAITING and not self.closing:
                # Its server is away, or it was resumed while it stopped: as if it had been later.
                self.requeue(mine)
                return
            if state in (JobState.CANCELLED, JobState.DONE):
                # Of a job that is done only parts remain that could not be resumed.
                self.tidy(mine.job)
            self.set(mine, state)
        except StorageFailed as error:
            self._fail_unnoted(mine, error)
        self._start_waiting()

    def _fail_unnoted(self, mine: Mine, error: StorageFailed) -> None:
        """A job's new state cannot be noted."""
        failed = mine.job._replace(state=JobState.FAILED, error=str(error), error_kind=type(error).__name__)
        # Not in the history: it stays this engine's.
        mine.job = failed._replace(finished_ns=0)
        self.changed.notify_all()
        self.clock.stir()

    def _look(self) -> tuple[list[Job], bool]:
        """For the clock: the jobs that changed since the last look. Cuts connections of those that do not stop, and notes
        figures on disk now and then. The lock is not held."""
        now = time.monotonic()
        changed, due = [], []
        with self.changed:
            for mine in self.mine.values():
                job = mine.gauge.onto(mine.job) if mine.gauge is not None else mine.job
                if mine.run is not None and mine.wish is not None and now - mine.stopped_at > _GRACE:
                    mine.run.link.session.close()
                elif mine.run is not None and now - mine.saved > _SAVE:
                    mine.saved = now
                    due.append(job)
                if job != mine.told:
                    mine.told = job
                    changed.append(job)
            for mine in [mine for mine in self.mine.values() if mine.is_over]:
                # Told; from now on the history answers for it.
                del self.mine[mine.job.id]
                self._moved[mine.job.id] = (mine.job.finished_ns, mine.job.bytes_moved, mine.job.bytes_reused)
            while len(self._moved) > _REMEMBERED:
                del self._moved[next(iter(self._moved))]
            # Within the lock, so that no older figures are written over those of the end.
            for job in due:
                # A disk that is full for the moment does not stop the clock.
                with contextlib.suppress(StorageFailed):
                    self._history.save(job)
            return changed, any(mine.thread is not None for mine in self.mine.values())
