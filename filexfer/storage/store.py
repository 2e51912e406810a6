"""The seam: what the rest of filexfer knows of storage. `FolderStore` fills it for a folder; an object store could as well.

Paths are those of `core.paths`. Every method may be called from any thread, raises only `core.errors`, and returns when what it
did would survive a power cut. The texts of its errors hold no absolute path.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from types import TracebackType
from typing import NamedTuple, Protocol

from filexfer.core.digests import Bytes
from filexfer.core.errors import FilexferError
from filexfer.core.model import BLOCK_SIZE, Entry, Kind, PutOptions, Range, Saved

_DAY = 86_400.0
#: Most bytes that an upload takes over from an old version in one call.
REUSE_BYTES = 16 << 20


class StoreSettings(NamedTuple):
    """How a store behaves. Times are seconds, sizes bytes.

    Attributes:
        trash: keep what is deleted and overwritten; False makes both final.
        trash_age: items older than this are dropped from the trash.
        trash_bytes: most that the trash holds; the oldest items are dropped first.
        keep_free: space left to the operating system; with the value None 256 MiB, at most a fiftieth of the disk.
        upload_age: an upload nobody touched for so long is dropped.
        answer_age: for so long a repeated commit is answered again.
        block_size: unit of verification and resume of new uploads.
        once: what this store has published, it does not replace, nor what lies in a folder that it made: two names of one
            transfer that the disk holds for one (`File` and `file`, composed and decomposed) are a conflict, whatever the policy.
        checkpoint_bytes, checkpoint_seconds: after so much or so long what was written is synced and vouched for.
    """

    trash: bool = True
    trash_age: float = 30 * _DAY
    trash_bytes: int = 20 << 30
    keep_free: int | None = None
    upload_age: float = 7 * _DAY
    answer_age: float = _DAY
    block_size: int = BLOCK_SIZE
    once: bool = False
    checkpoint_bytes: int = 64 << 20
    checkpoint_seconds: float = 2.0


class Small(NamedTuple):
    """A small file of a batch: where to, its whole content, and how."""

    path: str
    data: Bytes
    options: PutOptions = PutOptions()


class Trashed(NamedTuple):
    """What lies in the trash: its id, the path it had, and when it was deleted (nanoseconds since the epoch). `size` counts
    the bytes of all files of a folder."""

    id: str
    path: str
    kind: Kind
    size: int
    deleted_ns: int


class Condition(NamedTuple):
    """How the disk under a store is: bytes that may still be written, of all it has; and whether names can be added."""

    free: int
    total: int
    writable: bool


class OpenUpload(NamedTuple):
    """An upload that is begun and not committed. `received` is in bytes, `touched_ns` the time of its last block."""

    id: str
    path: str
    size: int
    received: int
    touched_ns: int


class Reader(Protocol):
    """An open regular file. Any number of threads may read at once."""

    entry: Entry

    def read_into(self, buffer: memoryview, offset: int) -> int:
        """Fill `buffer` from `offset` on; returns the bytes read, fewer than asked only at the end of the file as
        `entry` promises it. Raises `Changed` where the file has become shorter than that."""
        ...

    def fileno(self) -> int | None:
        """The descriptor, for `sendfile`; None where there is none."""
        ...

    def close(self) -> None: ...

    def __enter__(self) -> Reader: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None, /
    ) -> None: ...


class Reading(Protocol):
    """What `Store.reading` gives. For one thread."""

    def open(self, path: str, version: bool = True) -> Reader:
        """As `Store.open`; without `version` the entry has no etag."""
        ...


class Upload(Protocol):
    """A file on its way in. Invisible under its name until committed.

    Attributes:
        id: names it for `Store.resume`.
        path: where it will go; None until told at commit.
        size: bytes; None for a stream, whose size is what was written.
        block_size: bytes; offsets of `write` are multiples of it, unless it is a stream.
        owner: whose it is, as told when it was begun.
        committed: it is published, as far as is known; a commit only answers again then.
    """

    id: str
    path: str | None
    size: int | None
    block_size: int
    owner: str

    @property
    def committed(self) -> bool: ...

    def missing(self) -> list[Range]:
        """What is still to be written; empty for a stream."""
        ...

    def write(self, offset: int, data: Bytes, digest: str = "") -> None:
        """Write whole blocks (the last may be short), from any thread, in any order; a stream only in order.

        Blocks already there with the same content are left as they are. `digest` (`algorithm:hex` of `data`) is checked first.
        Raises `BadOffset`, `BadDigest`, `Changed` (other content is already there), `NoSpace`, `StorageFailed`.
        """
        ...

    def reuse(self, offset: int, source_offset: int, length: int, etag: str, digest: str) -> None:
        """Take a piece from the version now at `path`, if that is still `etag` (`Changed`) and the piece has `digest`."""
        ...

    def reuse_blocks(self, offset: int, source_offset: int, marks: Sequence[bytes]) -> list[Range]:
        """Take the blocks from `offset` on, as many as there are `marks` (blake3 of each), from the version now at `path`, where
        they begin at `source_offset`, at most 16 MiB. Those that have other content there are not taken, and answered. Raises
        `BadOffset`, `TooLarge`, `NotFound` and what `write` does."""
        ...

    def commit(self, path: str | None = None, options: PutOptions | None = None) -> Saved:
        """Publish it, durably. Waits for writers under way and shuts out others; a repetition answers the same.

        `path` and `options` replace those it was begun with. Raises `BadOffset` while blocks are missing, `BadDigest`, and as
        `on_conflict` says `AlreadyExists`, `IsAFolder`, `Changed`; after these it can be committed again in another way.
        """
        ...

    def abort(self) -> None:
        """Forget it. No error if it is gone already."""
        ...

    def close(self) -> None:
        """Let go of its descriptors and keep it for later; a later call through this object takes them up again. A stream,
        which cannot be resumed, is forgotten."""
        ...


class Store(Protocol):
    """A tree of files and folders."""

    def stat(self, path: str) -> Entry:
        """One entry with its etag; a link is told as a link. Raises `NotFound`, `NotAFolder`, `InvalidPath`."""
        ...

    def scan(self, path: str, recursive: bool = False) -> Iterator[Entry]:
        """The entries of a folder in no order, read as they are asked for; `recursive`: depth first, a folder before what is in
        it, names being paths below `path`. Links are entries and never followed. Closing the iterator ends the scan."""
        ...

    def open(self, path: str) -> Reader:
        """Open a regular file. Raises `NotFound`, `IsAFolder`, `InvalidPath` for links, `Forbidden`."""
        ...

    def reading(self) -> AbstractContextManager[Reading]:
        """To open many files, one after the other: what they have in common is done once."""
        ...

    def put(self, files: Sequence[Small], versions: bool = True) -> list[Saved | FilexferError]:
        """Store many small files with one sync; a result or an error for each, in order. Without `versions` their etags may be
        left empty, which is quicker."""
        ...

    def upload(self, path: str | None, size: int | None, options: PutOptions = PutOptions(), owner: str = "") -> Upload:
        """Begin an upload, or go on with the one of the same `options.key`, path and size. Without a path it is named at
        commit; without a size it is a stream. `owner` is kept with it, and means nothing here. Raises
        `NoSpace`, `InvalidPath`, `Busy` (another process is at it)."""
        ...

    def resume(self, upload_id: str) -> Upload:
        """The upload of this id, committed ones too while their answer is kept; raises `UnknownUpload`."""
        ...
