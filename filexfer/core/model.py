"""What is talked about: entries, ranges, permissions, policies and jobs. Frozen values, no behaviour beyond themselves."""

from __future__ import annotations

from enum import Enum, IntEnum
from typing import NamedTuple

#: The unit of transfer, verification and resume, in bytes. Measured: larger blocks fall out of the processor's cache.
BLOCK_SIZE = 1 << 20

#: A file up to this size travels in a batch with others, in bytes.
SMALL_FILE = 256 << 10

#: Most bytes of contents, and most files, that one batch carries.
BATCH_BYTES = 2 << 20
BATCH_FILES = 512


class Kind(Enum):
    """What an entry of a folder is."""

    FILE = "file"
    FOLDER = "folder"
    LINK = "link"
    OTHER = "other"


class Permission(IntEnum):
    """What a caller may do; each level holds those below it. WATCH sees how the server does, and nothing of its share."""

    NONE = 0
    WATCH = 1
    READ = 2
    WRITE = 3
    MANAGE = 4


class Conflict(Enum):
    """What to do where something of that name is already there."""

    FAIL = "fail"
    OVERWRITE = "overwrite"
    RENAME = "rename"
    SKIP = "skip"
    NEWER = "newer"


class Outcome(Enum):
    """What became of a file that was put."""

    CREATED = "created"
    REPLACED = "replaced"
    RENAMED = "renamed"
    SAME = "same"
    SKIPPED = "skipped"


class Entry(NamedTuple):
    """One file, folder or link of a share.

    Attributes:
        name: its name; in a recursive listing its path below the listed folder. Undecodable bytes are surrogates.
        size: bytes; 0 for what is not a regular file.
        mtime_ns: modification time, nanoseconds since the epoch.
        etag: version, empty in listings. `W/` before it means weak: changed too recently to be told apart by times.
    """

    name: str
    kind: Kind
    size: int
    mtime_ns: int
    etag: str = ""


class Range(NamedTuple):
    """Bytes `[start, end)` of a file."""

    start: int
    end: int

    @property
    def length(self) -> int:
        return self.end - self.start


class Saved(NamedTuple):
    """A file that was put: where it ended up, what became of it, and its version now."""

    path: str
    outcome: Outcome
    size: int
    mtime_ns: int
    etag: str


class PutOptions(NamedTuple):
    """How a file is put.

    Attributes:
        on_conflict: what to do where the name is taken.
        mtime_ns: modification time to give it; None for now.
        digest: `algorithm:hex` of the content, checked before publishing; empty for none.
        key: names the act, so that a repetition is answered and not done again; empty for none.
        etag: with OVERWRITE, only if the version there is still this one; empty for any.
    """

    on_conflict: Conflict = Conflict.FAIL
    mtime_ns: int | None = None
    digest: str = ""
    key: str = ""
    etag: str = ""


class Direction(Enum):
    """Which way a job moves files."""

    PUT = "put"
    GET = "get"


class JobState(Enum):
    """Where a job stands. DONE: everything committed. FAILED: ended with at least one file not moved."""

    WAITING = "waiting"
    RUNNING = "running"
    PAUSED = "paused"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def ended(self) -> bool:
        return self in (JobState.DONE, JobState.FAILED, JobState.CANCELLED)


#: `Job.waits_for` of a job in the state WAITING whose server is away: it begins by itself when that is back.
SERVER = "server"


class FileState(Enum):
    """What became of one file of a job."""

    WAITING = "waiting"
    DONE = "done"
    SKIPPED = "skipped"
    FAILED = "failed"


class JobSpec(NamedTuple):
    """What to move.

    Attributes:
        server: an address (`protocol.address`), without a path.
        items: pairs (source, target). PUT: (absolute local path, path in the share); GET: the other way. A target is the
            full new path, its last name included; a source may be a file or a folder. GET: where a local target ends with a
            separator, what the folder holds goes into that one, which keeps its time.
        exclude, include: glob patterns against the name and against the path below the source; the first match of
            include, then of exclude, decides.
        checksum: compare contents, not size and time, to tell whether a file is already there.
        limit: bytes per second, 0 for none.
    """

    direction: Direction
    server: str
    items: tuple[tuple[str, str], ...]
    on_conflict: Conflict = Conflict.FAIL
    exclude: tuple[str, ...] = ()
    include: tuple[str, ...] = ()
    checksum: bool = False
    limit: int = 0


class Job(NamedTuple):
    """A snapshot of a job: what it is and how far it came. `bytes_done` counts bytes the receiving side has verified,
    `files_done` files that are published and durable.

    Attributes:
        scanning: the totals still grow.
        bytes_moved: bytes that travelled in this run; what was there already is in `bytes_done` only. Not remembered.
        bytes_reused: bytes of these files that were taken from their old versions there, in this run. Not remembered.
        rate: bytes per second, smoothed; 0 when not running.
        seconds_left: estimate, -1 if there is none.
        waits_for: what holds it up just now: "reading" (the disk it comes from), "network", "disk" (the one it goes to), "limit"
            (its own bound on speed), "server" (which is away) or "".
        error: sentence of what stopped it, of the first file that failed, or why the server for which it waits is not reached.
        error_kind: class name, in `core.errors`, of that error, so that fronts can tell a conflict from a lost connection.
        created_ns, finished_ns: nanoseconds since the epoch; 0 for not yet.
        position: order in the queue, smallest first.
    """

    id: int
    spec: JobSpec
    state: JobState
    name: str = ""
    scanning: bool = False
    files_total: int = 0
    files_done: int = 0
    files_skipped: int = 0
    files_failed: int = 0
    bytes_total: int = 0
    bytes_done: int = 0
    bytes_moved: int = 0
    bytes_reused: int = 0
    rate: float = 0.0
    seconds_left: float = -1.0
    waits_for: str = ""
    error: str = ""
    error_kind: str = ""
    created_ns: int = 0
    finished_ns: int = 0
    position: float = 0.0

    @property
    def is_held(self) -> bool:
        """It waits for its server, which is away."""
        return self.state is JobState.WAITING and self.waits_for == SERVER


class JobFile(NamedTuple):
    """One file of a job: its source path, target path, size in bytes, state and, if it failed, why (a sentence, and the
    class name of the error in `core.errors`)."""

    source: str
    target: str
    size: int
    state: FileState
    error: str = ""
    error_kind: str = ""
