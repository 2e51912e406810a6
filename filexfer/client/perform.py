"""Runs one job on the thread that calls it, from opening the session to the last note in the history; says how it ended."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import NamedTuple

from filexfer.client.history import History
from filexfer.client.run import Run, RunSettings
from filexfer.client.session import Session
from filexfer.client.throttle import Throttle
from filexfer.core.errors import FilexferError, InternalError
from filexfer.core.model import Direction, Job


class Performance(NamedTuple):
    """How a run ended.

    Attributes:
        run: None where it did not get as far as that.
        error: what ended it before its time.
        complete: it came to its end, though single files may have failed.
    """

    run: Run | None
    error: Exception | None

    @property
    def complete(self) -> bool:
        return self.run is not None and self.error is None and not self.run.stop.is_set()


class Performer(NamedTuple):
    """What every job of an engine is done with."""

    history: History
    connect: Callable[[str], Session]
    throttle: Throttle
    settings: RunSettings

    def perform(self, job: Job, begun: Callable[[Run], None]) -> Performance:
        """Do `job`. `begun` is told the run before anything moves."""
        run: Run | None = None
        try:
            throttles = (self.throttle, Throttle(job.spec.limit))
            run = Run(job, self.history, self.connect(job.spec.server), throttles, self.settings)
            begun(run)
            run.check()
            _move(run)
            error: Exception | None = None
        except FilexferError as failure:
            error = failure
        except Exception as failure:
            error = _ours(failure)
        if run is not None:
            run.link.session.close()
            error = self._flushed(run) or run.fatal or error
        return Performance(run, error)

    def _flushed(self, run: Run) -> Exception | None:
        try:
            run.flush()
        except FilexferError as error:
            return error
        return None


def _move(run: Run) -> None:
    # Imported here: listing commands and paused queues start without them.
    if run.spec.direction is Direction.PUT:
        from filexfer.client.put import Putting

        Putting(run).move()
    else:
        from filexfer.client.get import Getting

        Getting(run).move()


def _ours(failure: Exception) -> InternalError:
    """A fault of our own: told to whoever collects those, and in words to the person."""
    threading.excepthook(threading.ExceptHookArgs((type(failure), failure, failure.__traceback__, threading.current_thread())))
    return InternalError(f"filexfer met an error of its own ({type(failure).__name__}: {failure}). Please report it.")
