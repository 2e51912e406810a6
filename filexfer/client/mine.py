"""A job as the engine that works at it knows it: the snapshot, and what runs for it just now."""

from __future__ import annotations

import threading

from filexfer.client.activity import Gauge
from filexfer.client.perform import Performance
from filexfer.client.run import Run
from filexfer.core.model import Job, JobState


class Mine:
    """A job of this engine. Guarded by the engine's lock.

    Attributes:
        told: the snapshot last given to subscribers.
        run, gauge, thread: while it runs.
        wish: the state that it is to end in, once it is asked to stop; that was at `stopped_at` (monotonic).
        saved: when its figures were last noted (monotonic).
        fruitless: runs in a row that were broken off by an absent server and brought nothing.
    """

    __slots__ = ("fruitless", "gauge", "job", "run", "saved", "stopped_at", "thread", "told", "wish")

    def __init__(self, job: Job) -> None:
        self.job = job
        self.told: Job | None = None
        self.run: Run | None = None
        self.gauge: Gauge | None = None
        self.thread: threading.Thread | None = None
        self.wish: JobState | None = None
        self.stopped_at = self.saved = 0.0
        self.fruitless = 0

    def now(self) -> Job:
        return self.run.figures.onto(self.job) if self.run is not None else self.job

    @property
    def is_held(self) -> bool:
        """It waits for its server to be back."""
        return self.thread is None and self.job.is_held

    @property
    def rests(self) -> bool:
        return self.thread is None and (self.job.state.ended or self.job.state is JobState.PAUSED)

    @property
    def is_over(self) -> bool:
        """It has ended, which the history knows, and belongs to nobody: any engine may take it up again."""
        return self.thread is None and self.job.finished_ns > 0

    def end_state(self, how: Performance) -> JobState:
        """The state that a run ends in. A wish to stop that came after the work was done changes nothing."""
        if how.complete:
            return JobState.FAILED if how.run is not None and how.run.figures.any_failed else JobState.DONE
        return self.wish or JobState.FAILED
