"""What a server has done since it was started, in plain numbers; `metrics` and `health` tell of them. Rules: whoever does a deed
counts it, once for a request, a sync or a file, never for a byte; nothing is kept by device, path or address, and what a peer
makes up is no name of a row, so that there are only so many."""

from __future__ import annotations

import threading
import time
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from filexfer.protocol import http
from filexfer.protocol.faults import CODES

if TYPE_CHECKING:
    from filexfer.server.answers import Answer
    from filexfer.server.house import Request

#: Upper ends, in seconds, of the steps in which times are counted; what takes longer stands behind the last one.
REQUEST_STEPS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 60.0)
SYNC_STEPS = (0.0001, 0.0005, 0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0, 30.0)
#: The row of what was not understood, or not permitted.
UNKNOWN = "unknown"
_LANES = ("xmlrpc", "raw", "watching")
_CODES = frozenset(CODES.values())
#: Faults of somebody else: of another server, or of a function that was registered.
_OTHER = 0


class Times:
    """How often something took how long. Attributes: counts (for each step, and one for what took longer), total (seconds)."""

    __slots__ = ("_steps", "counts", "total")

    def __init__(self, steps: tuple[float, ...]) -> None:
        self._steps = steps
        self.counts = [0] * (len(steps) + 1)
        self.total = 0.0

    def add(self, seconds: float) -> None:
        self.counts[bisect_left(self._steps, seconds)] += 1
        self.total += seconds


class Totals(NamedTuple):
    """All of it, as it was at one moment.

    Attributes:
        requests: by what was asked for (a method's name, or an act of the raw lane, or `UNKNOWN`) and what came of it: done,
            fault, refused (by a plain status), lost (the peer went before it had all of the answer).
        faults: by code; 0 stands for all that are not ours.
        seconds: by what was asked for: the counts of `REQUEST_STEPS`, and their sum.
        received, sent: bytes of bodies, by lane (xmlrpc, raw, watching).
        syncs: the counts of `SYNC_STEPS`, and their sum. `failed_syncs`; `sync_failed_ns`: when one failed last, 0 for never, and
            `since_sync_failed`: how many seconds ago.
        greeted, ungreeted: TLS handshakes that were done, and that failed.
        uploads: in blocks, by what became of them: opened, committed, aborted.
        files, bytes: stored.
    """

    requests: dict[tuple[str, str], int]
    faults: dict[int, int]
    seconds: dict[str, tuple[list[int], float]]
    received: dict[str, int]
    sent: dict[str, int]
    syncs: tuple[list[int], float]
    failed_syncs: int
    sync_failed_ns: int
    since_sync_failed: float
    greeted: int
    ungreeted: int
    uploads: dict[str, int]
    files: int
    bytes: int


class Tally:
    """Used by every thread."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._began = clock()
        self._lock = threading.Lock()  # guards all below, and is held for a few additions at a time
        self._requests: Counter[tuple[str, str]] = Counter()
        self._faults: Counter[int] = Counter()
        self._seconds: dict[str, Times] = {}
        self._received = dict.fromkeys(_LANES, 0)
        self._sent = dict.fromkeys(_LANES, 0)
        self._syncs = Times(SYNC_STEPS)
        self._failed_syncs = 0
        self._sync_failed = (0, float("-inf"))
        self._greetings = [0, 0]
        self._uploads: Counter[str] = Counter()
        self._files = self._bytes = 0

    @property
    def uptime(self) -> float:
        """Seconds since it was made."""
        return self._clock() - self._began

    def answered(self, request: Request, answer: Answer, whole: bool) -> None:
        """`request` is over; `whole`: its peer has all of the answer, as far as we know."""
        act = request.act or UNKNOWN
        outcome = _outcome(answer) if whole else "lost"
        lane = lane_of(request)
        seconds = time.perf_counter() - request.began
        with self._lock:
            self._requests[act, outcome] += 1
            if answer.fault:
                self._faults[answer.fault if answer.fault in _CODES else _OTHER] += 1
            times = self._seconds.get(act)
            if times is None:
                times = self._seconds[act] = Times(REQUEST_STEPS)
            times.add(seconds)
            self._received[lane] += request.body.taken

    def misread(self) -> None:
        """Something came that is no request."""
        with self._lock:
            self._requests[UNKNOWN, "refused"] += 1

    def sent(self, request: Request, count: int) -> None:
        """So many bytes of the body of an answer have left."""
        with self._lock:
            self._sent[lane_of(request)] += count

    def synced(self, seconds: float, failed: bool) -> None:
        """The disk was told to make something durable."""
        with self._lock:
            self._syncs.add(seconds)
            if failed:
                self._failed_syncs += 1
                self._sync_failed = (time.time_ns(), self._clock())

    def greeted(self, well: bool) -> None:
        """A TLS handshake has ended."""
        with self._lock:
            self._greetings[0 if well else 1] += 1

    def upload(self, what: str) -> None:
        """An upload was opened, committed or aborted."""
        with self._lock:
            self._uploads[what] += 1

    def stored(self, files: int, size: int) -> None:
        """So many files were put, of so many bytes."""
        with self._lock:
            self._files += files
            self._bytes += size

    def totals(self) -> Totals:
        with self._lock:
            failed_ns, failed = self._sync_failed
            return Totals(
                dict(self._requests),
                dict(self._faults),
                {act: (list(times.counts), times.total) for act, times in self._seconds.items()},
                dict(self._received),
                dict(self._sent),
                (list(self._syncs.counts), self._syncs.total),
                self._failed_syncs,
                failed_ns,
                self._clock() - failed,
                self._greetings[0],
                self._greetings[1],
                dict(self._uploads),
                self._files,
                self._bytes,
            )


def lane_of(request: Request) -> str:
    """By which lane that came, whether or not it was let through."""
    target = request.head.target
    if target.startswith((http.FILES, http.UPLOADS)):
        return "raw"
    return "watching" if target in (http.HEALTH, http.METRICS) else "xmlrpc"


def _outcome(answer: Answer) -> str:
    if answer.fault:
        return "fault"
    return "refused" if 400 <= answer.status < 500 else "done"
