"""Figures of a running job: counted where bytes move, read on a clock. Rates, time left and what it waits for are made here."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from filexfer.core.model import Direction, Job

#: Seconds over which a rate is smoothed, and before a first estimate of the time left is given.
SMOOTH, FIRST_ESTIMATE = 3.0, 1.0
#: Pieces over which a rate is smoothed at least, where they come slowly.
_PIECES = 4

READING, NETWORK, DISK, LIMIT = "reading", "network", "disk", "limit"
#: What may hold a job up. Of an exchange with the server a part belongs to the disk over there, as the server says.
_REASONS = (READING, NETWORK, DISK, LIMIT)


class Worker:
    """What one thread of a job does just now: READING, NETWORK, DISK, LIMIT or "". Written by that thread, read by the clock.

    Attributes:
        theirs: of its last exchange with the server, the share (0 to 1) of the time that the server was at it itself.
    """

    __slots__ = ("doing", "theirs")

    def __init__(self) -> None:
        self.doing = ""
        self.theirs = 0.0

    def answered(self, passed: float, worked: float) -> None:
        """An exchange took `passed` seconds, of which the server says that it was at it for `worked`."""
        self.theirs = min(1.0, worked / passed) if passed > 0 else 0.0


class Figures:
    """The counters of one run of a job. Thread-safe.

    Attributes:
        floor_bytes, floor_files: how far an earlier run of this job came; what is shown never falls below. The same holds of
            files done and skipped together: which of both a file counts as may be another one this time.
    """

    def __init__(self, before: Job) -> None:
        self.floor_bytes, self.floor_files = before.bytes_done, before.files_done
        self._floor_handled = before.files_done + before.files_skipped
        self._floor_totals = before.bytes_total, before.files_total
        self._far = DISK if before.spec.direction is Direction.PUT else READING
        # Guards all counters and the list of workers.
        self._lock = threading.Lock()
        self._scanning = True
        self._files_total = self._files_done = self._files_skipped = self._files_failed = 0
        self._bytes_total = self._bytes_done = 0
        self._travelled = self._reused = 0
        self._workers: list[Worker] = []
        self._error, self._error_kind = "", ""

    def worker(self) -> Worker:
        """A new thread's own."""
        made = Worker()
        with self._lock:
            self._workers.append(made)
        return made

    def found(self, files: int, size: int) -> None:
        """The scan found so many more."""
        with self._lock:
            self._files_total += files
            self._bytes_total += size

    def scanned(self) -> None:
        with self._lock:
            self._scanning = False

    def travelled(self, size: int) -> None:
        """Bytes went over the wire, whatever for: the rate is made of these."""
        with self._lock:
            self._travelled += size

    def reused(self, size: int) -> None:
        """Bytes of a file that is sent were taken from its old version: they did not travel."""
        with self._lock:
            self._reused += size

    def arrived(self, size: int) -> None:
        """Bytes are at the receiving side now, verified, or were there already."""
        with self._lock:
            self._bytes_done += size

    def done(self, files: int) -> None:
        with self._lock:
            self._files_done += files

    def skipped(self, files: int) -> None:
        with self._lock:
            self._files_skipped += files

    def failed(self, files: int, error: Exception) -> None:
        """Files failed; the first error of all is the job's."""
        with self._lock:
            self._files_failed += files
            if not self._error:
                self._error, self._error_kind = str(error), type(error).__name__

    @property
    def any_failed(self) -> bool:
        return self._files_failed > 0

    @property
    def wire_bytes(self) -> int:
        """Bytes that travelled in this run."""
        return self._travelled

    @property
    def handled_bytes(self) -> int:
        """Bytes that travelled in this run, or need not: the time left is made of these."""
        return self._travelled + self._reused

    def doing(self) -> dict[str, float]:
        """How much of what the threads do just now is what: shares whose sum is 1, or nothing."""
        with self._lock:
            busy = [(worker.doing, worker.theirs) for worker in self._workers if worker.doing]
        shares: dict[str, float] = {}
        for name, theirs in busy:
            ours = 1.0 - theirs if name == NETWORK else 1.0
            shares[name] = shares.get(name, 0.0) + ours / len(busy)
            shares[self._far] = shares.get(self._far, 0.0) + (1.0 - ours) / len(busy)
        return shares

    def onto(self, job: Job, ended: bool = False) -> Job:
        """`job` with the figures as they are now. Until the run has `ended` they do not fall below those of an earlier run."""
        with self._lock:
            bytes_total, files_total = self._bytes_total, self._files_total
            bytes_done, files_done, files_skipped = self._bytes_done, self._files_done, self._files_skipped
            if not ended:
                bytes_total, files_total = max(bytes_total, self._floor_totals[0]), max(files_total, self._floor_totals[1])
                bytes_done, files_done = max(bytes_done, self.floor_bytes), max(files_done, self.floor_files)
                files_skipped = max(0, max(self._files_done + files_skipped, self._floor_handled) - files_done)
            return job._replace(
                scanning=self._scanning and not ended,
                files_total=files_total,
                files_done=files_done,
                files_skipped=files_skipped,
                files_failed=self._files_failed,
                bytes_total=bytes_total,
                bytes_done=bytes_done,
                bytes_moved=self._travelled,
                bytes_reused=self._reused,
                error=self._error or job.error,
                error_kind=self._error_kind or job.error_kind,
            )


class Tally:
    """The bytes of one large file as they arrive. Its last block counts only once the file is published, so that a job never
    shows 100 % before; and what had to be sent twice counts once. Thread-safe."""

    def __init__(self, figures: Figures) -> None:
        self._figures = figures
        # Guards everything below.
        self._lock = threading.Lock()
        self._size = self._most = 0
        self._verified = self._shown = 0

    def resize(self, size: int, block_size: int) -> None:
        """What is known once the file is open."""
        with self._lock:
            self._size = size
            self._most = max(0, size - block_size)

    def found(self, missing: int) -> None:
        """So many bytes are missing over there; the others have arrived."""
        with self._lock:
            self._verified = self._size - missing
            self._show(min(self._verified, self._most))

    def moved(self, size: int) -> None:
        self._figures.travelled(size)
        with self._lock:
            self._verified += size
            self._show(min(self._verified, self._most))

    def reused(self, size: int) -> None:
        """They were taken from the old version."""
        self._figures.reused(size)
        with self._lock:
            self._verified += size
            self._show(min(self._verified, self._most))

    def published(self) -> None:
        with self._lock:
            self._show(self._size)

    def _show(self, size: int) -> None:
        if size > self._shown:
            self._figures.arrived(size - self._shown)
            self._shown = size


class Pace:
    """A rate, smoothed. Bytes come in pieces, over a slow line with seconds between them: a pause that is as usual is no
    slowness, a longer one lets the rate fall as time passes. A mean that forgets exponentially, divided by its own weight, so
    that the first seconds count in full."""

    def __init__(self) -> None:
        self._seen = 0
        self._quiet = self._gap = 0.0
        self._mean = self._weight = 0.0

    def look(self, total: int, passed: float) -> float:
        """Bytes per second, `passed` seconds after the last look, `total` bytes having travelled by now."""
        self._quiet += passed
        if total > self._seen:
            self._gap += (0.3 if self._gap else 1.0) * (self._quiet - self._gap)
            share = min(1.0, self._quiet / max(SMOOTH, _PIECES * self._gap))
            self._mean += share * ((total - self._seen) / self._quiet - self._mean)
            self._weight += share * (1.0 - self._weight)
            self._seen, self._quiet = total, 0.0
        usual = max(SMOOTH, 2 * self._gap)
        return min(1.0, usual / max(self._quiet, 1e-3)) * self._mean / self._weight if self._weight else 0.0


class Gauge:
    """Rate, time left and the reason of waiting, from figures that are looked at on a clock. `limit`: tells how many bytes per
    second there may be, 0 for any."""

    def __init__(self, figures: Figures, limit: Callable[[], int]) -> None:
        self._figures, self._limit = figures, limit
        self._began = self._last = time.monotonic()
        self._pace = Pace()
        self._progress = Pace()
        self._waits: dict[str, float] = {}

    def onto(self, job: Job) -> Job:
        """`job` with figures, rate, time left and what it waits for, as of now."""
        now = time.monotonic()
        passed = max(now - self._last, 1e-3)
        self._last = now
        rate = self._pace.look(self._figures.wire_bytes, passed)
        # The first piece goes at once: over a limit it looks fast, until the next one is due.
        limit = self._limit()
        rate = min(rate, limit) if limit else rate
        progress = self._progress.look(self._figures.handled_bytes, passed)
        self._see()
        job = self._figures.onto(job)
        left = -1.0
        if not job.scanning and now - self._began >= FIRST_ESTIMATE and progress > 0:
            left = max(0, job.bytes_total - job.bytes_done) / progress
        return job._replace(rate=rate, seconds_left=left, waits_for=self._waiting())

    def _see(self) -> None:
        """What the threads do just now, smoothed."""
        doing = self._figures.doing()
        for name in _REASONS:
            self._waits[name] = self._waits.get(name, 0.0) * 0.8 + doing.get(name, 0.0) * 0.2

    def _waiting(self) -> str:
        name = max(self._waits, key=lambda one: self._waits[one])
        return name if self._waits[name] > 0.5 else ""
