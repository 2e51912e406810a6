"""The `finish_*` methods: what is done when all transfers are finished: nothing, or the computer goes to sleep, once. Rules: half
a minute passes before it sleeps, in which a new transfer or a person can keep it awake; a wish is forgotten once fulfilled."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable, Sequence

from filexfer.core.errors import BadParameters, FilexferError
from filexfer.core.model import Job, JobState
from filexfer.protocol.members import check_names, struct
from filexfer.server.access import Caller

_log = logging.getLogger("filexfer.agent")

NOTHING, SLEEP = "nothing", "sleep"
#: Seconds between the last transfer's end and the sleep.
DELAY = 30.0
_BUSY = (JobState.WAITING, JobState.RUNNING)
#: Not CANCELLED: whoever cancels or pauses the last one is there.
_FINISHED = (JobState.DONE, JobState.FAILED)


class Afterwards:
    """The methods. `changed` is to be subscribed at the engine; `jobs` tells all transfers, other processes' too; `suspend` puts
    this computer to sleep, and raises a `FilexferError` where it cannot; `tell` hears of another `finish`, the action."""

    def __init__(
        self,
        jobs: Callable[[], Iterable[Job]],
        suspend: Callable[[], None],
        tell: Callable[..., None],
        delay: float = DELAY,
    ) -> None:
        self._jobs = jobs
        self._suspend = suspend
        self._tell = tell
        self._delay = delay
        # Guards all below.
        self._lock = threading.Lock()
        self._action = NOTHING
        self._problem = ""
        #: When that was chosen, in nanoseconds since the epoch.
        self._since = 0
        self._due = 0.0
        self._timer: threading.Timer | None = None

    def close(self) -> None:
        with self._lock:
            self._action = NOTHING
            self._put_off()

    def changed(self, jobs: Sequence[Job]) -> None:
        """These jobs have changed; called on the engine's clock."""
        with self._lock:
            if any(_is_busy(job) for job in jobs):
                self._put_off()
            if self._action != SLEEP or self._timer is not None:
                return
            # Asked for and not kept: one that is cleared at once is never told to have ended.
            ended = any(job.is_held or (job.state in _FINISHED and job.finished_ns > self._since) for job in jobs)
            if ended and not self._is_busy():
                self._get_ready()

    def _is_busy(self) -> bool:
        return any(_is_busy(job) for job in self._jobs())

    def finish_state(self, caller: Caller) -> dict[str, object]:
        """What is done when all transfers are finished: {action: nothing or sleep, seconds: until then, -1 while transfers run or
        there is nothing to do, problem: why it did not work the last time}."""
        with self._lock:
            return self._struct()

    def finish_set(self, caller: Caller, wish: object) -> dict[str, object]:
        """Choose it: {action}. `nothing` also stops a sleep that is about to come. Answers as `finish_state`."""
        given = struct(wish, "wish")
        check_names(given, ("action",))
        action = given.get("action")
        if action not in (NOTHING, SLEEP):
            raise BadParameters("When all is finished, the action is “nothing” or “sleep”.")
        with self._lock:
            self._action, self._problem, self._since = str(action), "", time.time_ns()
            if action == NOTHING:
                self._put_off()
            # With the lock held: of two wishes the last one that is told is the one that holds.
            self._tell(finish=self._action)
            return self._struct()

    def _struct(self) -> dict[str, object]:
        left = max(0.0, self._due - time.monotonic()) if self._timer is not None else -1.0
        return {"action": self._action, "seconds": left, "problem": self._problem}

    def _get_ready(self) -> None:
        """Begin to count down, with the lock held."""
        self._due = time.monotonic() + self._delay
        self._timer = threading.Timer(self._delay, self._sleep)
        self._timer.daemon = True
        self._timer.start()

    def _put_off(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _sleep(self) -> None:
        with self._lock:
            if self._timer is None or self._action != SLEEP:
                return
            self._timer = None
            if self._is_busy():
                # Of another process, which tells nobody: the wish stays.
                return
            self._action = NOTHING
        try:
            self._suspend()
        except FilexferError as error:
            _log.warning("This computer did not go to sleep: %s", error)
            with self._lock:
                self._problem = str(error)
        # Only now: whoever hears of it asks what became of it.
        with self._lock:
            self._tell(finish=self._action)


def _is_busy(job: Job) -> bool:
    # For a server that is away this computer stays awake no more than for one that was given up.
    return job.state in _BUSY and not job.is_held
