"""What all parts of one running job share: its spec, its line to the server, its figures, its notes in the history, and the
wish to stop."""

from __future__ import annotations

import hashlib
import os
import threading
import time
from collections.abc import Callable, Iterable
from typing import NamedTuple

from filexfer.client.activity import Figures
from filexfer.client.growth import Growth
from filexfer.client.history import History
from filexfer.client.link import Link
from filexfer.client.notes import FileRow
from filexfer.client.patterns import Filter
from filexfer.client.session import Session
from filexfer.client.throttle import Throttle, take
from filexfer.core.errors import (
    BadDigest,
    Busy,
    Cancelled,
    ConnectionFailed,
    ConnectionLost,
    FilexferError,
    LoginNeeded,
    NoSpace,
    ShuttingDown,
    TrustError,
)
from filexfer.core.model import BATCH_BYTES, FileState, Job, Outcome, Saved

#: Errors that would meet every other file too: they end the job, not the file.
FATAL = (ConnectionFailed, ConnectionLost, ShuttingDown, TrustError, NoSpace, Cancelled)
#: What a block may meet that was sent or asked for without patience: it is moved once more, with it.
AGAIN = (BadDigest, Busy, ConnectionFailed, ConnectionLost, LoginNeeded, ShuttingDown)
#: Rows that are noted at once, and seconds that a row waits for others at most.
_ROWS, _SECONDS = 512, 0.5
#: Seconds of a round trip from which on more is kept under way, and bytes that a batch may hold under any limit.
_FAR, _LEAST_BATCH = 0.002, 64 << 10
#: Most connections for blocks, whatever a server would take, and bytes that all of these may take here, from the first ones on.
_MOST, _MOST_BYTES = 16, 32 << 20


class RunSettings(NamedTuple):
    """How a job runs.

    Attributes:
        near, far: connections over which the blocks of large files move, and batches of small files that are under way at
            once; far where the server takes longer than two milliseconds to answer.
        small_file: bytes up to which a file travels in a batch.
        patience: seconds that a server may be gone in mid-job.
    """

    near: int = 2
    far: int = 4
    small_file: int = 512 << 10
    patience: float = 15.0


class Run:
    """One run of a job.

    Attributes:
        stop: set once it is to stop, for whatever reason.
    """

    def __init__(
        self, job: Job, history: History, session: Session, throttles: tuple[Throttle, ...], settings: RunSettings
    ) -> None:
        self.job = job
        self.spec = job.spec
        self.settings = settings
        self.stop = threading.Event()
        self.link = Link(session, self.stop, settings.patience)
        self.figures = Figures(job)
        self.filter = Filter(job.spec.include, job.spec.exclude)
        self._history = history
        self._throttles = throttles
        self._nonce = history.nonce(job.id)
        #: What earlier runs of the job noted.
        self._done = history.notes.done(job.id)
        # Guards _rows, _noted and _fatal.
        self._lock = threading.Lock()
        self._rows: list[FileRow] = []
        self._noted = time.monotonic()
        self._fatal: Exception | None = None
        self._stoppers: list[Callable[[], None]] = []

    # Stopping

    def halt(self) -> None:
        """Stop at the next step. From any thread."""
        self.stop.set()
        for stopper in list(self._stoppers):
            stopper()

    def on_halt(self, stopper: Callable[[], None]) -> None:
        self._stoppers.append(stopper)

    def check(self) -> None:
        """Raise `Cancelled` where the job is to stop."""
        if self.stop.is_set():
            raise Cancelled()

    def throttle(self, size: int) -> None:
        take(self._throttles, size, self.stop)

    @property
    def limit(self) -> int:
        """Bytes per second that `throttle` lets pass, 0 for any."""
        return min((throttle.rate for throttle in self._throttles if throttle.rate), default=0)

    @property
    def is_limited(self) -> bool:
        """Whether `throttle` may wait."""
        return self.limit > 0

    @property
    def breadth(self) -> int:
        """How much is under way at once: blocks of large files, batches of small ones."""
        return self.settings.far if self.link.session.connections.round_trip > _FAR else self.settings.near

    @property
    def streams(self) -> int:
        """Connections over which the blocks of one file move at once. Within one machine a second one only takes processors away
        from the first."""
        return 1 if self.link.session.connections.within_machine else max(_MOST, self.breadth)

    @property
    def block_threads(self) -> int:
        """Threads that move the blocks of large files. Within one machine no more than half of the processors, which the server
        shares: more of them, beside batches, wait for each other."""
        within = self.link.session.connections.within_machine
        return max(1, min(self.breadth, (os.cpu_count() or 1) // 2)) if within else self.breadth

    def growth(self, held: int) -> Growth:
        """How many threads move blocks, each of which holds so many bytes: more than at first only where the server is far, and
        as many as it says that its caller may well have."""
        first, connections = self.block_threads, self.link.session.connections
        stated = self.link.session.info().get("connections")
        most = first
        if isinstance(stated, int) and connections.round_trip > _FAR and not connections.within_machine:
            most = max(first, min(_MOST, _MOST_BYTES // held, stated))
        return Growth(first, most, connections.round_trip)

    def moved(self) -> int | None:
        """See `pool.Way`: a limit decides alone."""
        return None if self.is_limited else self.link.session.connections.moved

    def has_room(self) -> bool:
        return self.link.session.connections.has_room()

    @property
    def batch_bytes(self) -> int:
        """The most that a batch should hold: under a limit less, so that it is felt as even."""
        limit = self.limit
        return max(_LEAST_BATCH, limit // 4) if limit else BATCH_BYTES

    def give_up(self, error: Exception) -> None:
        """An error that ends the whole job."""
        with self._lock:
            self._fatal = self._fatal or error
        self.halt()

    @property
    def fatal(self) -> Exception | None:
        return self._fatal

    # Keys and parts

    def key(self, *facts: object) -> str:
        """What names an act of this job at a server or store: the same facts give the same key when the job is taken up again."""
        text = "\0".join([self._nonce, *map(str, facts)])
        return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()

    def begun(self, folder: str, upload_id: str) -> None:
        self._history.note_part(self.job.id, folder, upload_id)

    def over(self, folder: str, upload_id: str) -> None:
        self._history.forget_part(self.job.id, folder, upload_id)

    def parts_in(self, folder: str) -> list[str]:
        """Uploads into a local folder that this job began and did not bring to an end."""
        return [upload for where, upload in self._history.parts(self.job.id) if where == folder]

    # What became of files

    def done(self, rows: list[FileRow]) -> None:
        """These files are published. Their bytes are counted by whoever moved them."""
        self.figures.done(len(rows))
        self.note(rows, at_once=True)

    def published(self, row: FileRow, saved: Saved) -> None:
        """The receiving side's answer for one file."""
        if saved.outcome is Outcome.SKIPPED:
            self.figures.skipped(1)
            self.note([row._replace(state=FileState.SKIPPED)])
        else:
            self.done([row])

    def there(self, item: int, files: Iterable[tuple[str, int]]) -> None:
        """These (path, size) were there already. What this job itself brought there, before an interruption, counts as done."""
        found = list(files)
        mine = {path for path, _ in found if (item, path) in self._done}
        rows = [FileRow(item, path, size, FileState.SKIPPED) for path, size in found if path not in mine]
        self.figures.arrived(sum(size for _, size in found))
        self.figures.skipped(len(rows))
        self.figures.done(len(mine))
        self.note(rows)

    def skipped(self, item: int, path: str, size: int, why: str) -> None:
        """A file is left out, for a reason that the person should know."""
        self.figures.arrived(size)
        self.figures.skipped(1)
        self.note([FileRow(item, path, size, FileState.SKIPPED, why)])

    def failed(self, item: int, path: str, size: int, error: Exception) -> None:
        """A file failed; the job goes on, unless the error is one that would meet all others."""
        if isinstance(error, FATAL):
            self.give_up(error)
            return
        if not isinstance(error, FilexferError):
            raise error
        self.figures.failed(1, error)
        self.note([FileRow(item, path, size, FileState.FAILED, str(error), type(error).__name__)])

    def note(self, rows: list[FileRow], at_once: bool = False) -> None:
        """Note what became of files. What was published is noted at once: after a crash it shall count as done by this job."""
        with self._lock:
            self._rows += rows
            now = time.monotonic()
            if not self._rows or (not at_once and len(self._rows) < _ROWS and now - self._noted < _SECONDS):
                return
            due, self._rows, self._noted = self._rows, [], now
        self._record(due)

    def flush(self) -> None:
        """Note what is not noted yet."""
        with self._lock:
            due, self._rows = self._rows, []
        if due:
            self._record(due)

    def _record(self, due: list[FileRow]) -> None:
        done = self._done
        again = [(row.item, row.path) for row in due if (row.item, row.path) in done] if done else ()
        self._history.notes.record(self.job.id, due, again)
