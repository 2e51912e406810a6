"""Servers that are away: jobs for them wait instead of failing, where somebody looks out for them. Holds no clock and no thread:
when such a server is back is told by whoever looks out."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Protocol

from filexfer.client.history import History
from filexfer.client.mine import Mine
from filexfer.client.perform import Performance
from filexfer.core.errors import ConnectionFailed, ConnectionLost, FilexferError, ShuttingDown, StorageFailed
from filexfer.core.model import SERVER, Job, JobState

#: A job whose connection breaks so often, though its server answers, and without anything arriving in between, has failed.
MOST_FRUITLESS = 5


def passes(error: Exception | None) -> bool:
    """Whether this is absence alone: a server that may be back without anybody doing anything here."""
    if isinstance(error, ConnectionFailed):
        return not error.lasting
    return isinstance(error, ConnectionLost | ShuttingDown)


class Lookout(Protocol):
    """Looks out for servers. All may be called from any thread, and answer at once."""

    def check(self, server: str) -> None:
        """Raise `ConnectionFailed` where `server` was found away a moment ago: it is not worth an attempt."""
        ...

    def watch(self, server: str, back: Callable[[bool], None]) -> None:
        """Call `back`, once and on another thread, as soon as `server` answers, whatever it answers; with whether it was found
        away before."""
        ...

    def hurry(self, server: str) -> None:
        """Look for it now."""
        ...

    def forget(self, server: str) -> None:
        """Nobody waits for it any more."""
        ...


class Away:
    """The servers for which jobs of one engine wait. Guarded by the queue's lock.

    Args:
        lookout: None where nobody looks out: then nothing waits.
        back: called by the lookout, on its thread: this server is back; was it away before?
    """

    def __init__(self, history: History, lookout: Lookout | None, back: Callable[[str, bool], None]) -> None:
        self._history = history
        self._lookout = lookout
        self._back = back
        self._servers: dict[str, FilexferError] = {}

    def check(self, server: str) -> None:
        """As of the lookout. The lock need not be held."""
        if self._lookout is not None:
            self._lookout.check(server)

    def takes(self, mine: Mine, how: Performance, before: Job) -> bool:
        """Whether a job waits from now on, whose run, begun as `before`, ended so."""
        if self._lookout is None or not isinstance(how.error, FilexferError) or not passes(how.error):
            return False
        if how.run is not None:
            mine.fruitless = 0 if _reached(mine.now()) > _reached(before) else mine.fruitless + 1
        if mine.fruitless > MOST_FRUITLESS:
            return False
        self.watch(mine.job.spec.server, how.error)
        return True

    def watch(self, server: str, error: FilexferError) -> None:
        """Look out for a server that is away because of this."""
        if server not in self._servers and self._lookout is not None:
            self._servers[server] = error
            self._lookout.watch(server, partial(self._back, server))

    def holds(self, mine: Mine) -> bool:
        """Whether a waiting job cannot begin now; one that cannot says why."""
        error = self._servers.get(mine.job.spec.server)
        if error is not None and not mine.is_held:
            mine.job = mine.job._replace(waits_for=SERVER, error=str(error), error_kind=type(error).__name__)
            # It waits all the same where that cannot be noted.
            with suppress(StorageFailed):
                self._history.save(mine.job)
        return error is not None

    def returned(self, server: str) -> FilexferError | None:
        """It is back, or that is to be found out by trying; None where nobody waited for it."""
        return self._servers.pop(server, None)

    def hurry(self, mine: Mine) -> None:
        """Somebody wants this job to begin now."""
        if self._lookout is not None:
            self._lookout.hurry(mine.job.spec.server)

    def left(self, server: str, others: list[Mine]) -> None:
        """A job for `server` waits no longer; these do, for whatever."""
        if server in self._servers and not any(mine.is_held and mine.job.spec.server == server for mine in others):
            del self._servers[server]
            if self._lookout is not None:
                self._lookout.forget(server)


def released(mine: Mine, state: JobState) -> Job:
    """A held job as it is once it is held no longer: what kept it is no error of it."""
    return mine.job._replace(state=state, waits_for="", error="", error_kind="")


def _reached(job: Job) -> tuple[int, int]:
    return job.bytes_done, job.files_done + job.files_skipped
