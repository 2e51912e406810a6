"""A file that comes as a stream, its size told by its end: written in order, published whole, forgotten if it breaks off."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Sequence

from filexfer.core import digests, paths
from filexfer.core.digests import Bytes
from filexfer.core.errors import BadOffset, InvalidPath, UnknownUpload
from filexfer.core.model import Outcome, PutOptions, Range, Saved
from filexfer.storage import confine, content, trees
from filexfer.storage.failures import sync_failed
from filexfer.storage.publish import MOVED, Stored
from filexfer.storage.shared import Shared

#: So often, in bytes, it is looked at whether there is still room.
_LOOK = 16 << 20


class _Streamed(Stored):
    """A stream at its end (`publish.New`)."""

    __slots__ = ()

    def announce(self, path: str, outcome: Outcome, folder: int, name: bytes) -> None:
        """A stream keeps no journal: after a crash it is old or new, and its client sends it again."""


class Stream:
    """See `store.Upload`. One thread writes at a time; the others wait."""

    size: int | None = None

    def __init__(self, shared: Shared, path: str | None, options: PutOptions) -> None:
        self.id = secrets.token_hex(16)
        self.path = path
        self.block_size = shared.settings.block_size
        self.owner = ""  # it does not outlive the call that brings it
        self._shared = shared
        self._options = options
        # Guards everything below.
        self._lock = threading.RLock()
        self._end = 0
        self._looked = 0
        self._over = False  # published or forgotten
        self._saved: Saved | None = None
        with shared.acts(path or ""):
            shared.space.check(0)
            self._name = shared.area.fresh_name()
            self._file: int | None = shared.area.create(shared.area.batch, self._name)
            self._folder = shared.area.folder(shared.area.batch)

    @property
    def committed(self) -> bool:
        """See `store.Upload`."""
        return self._saved is not None

    def missing(self) -> list[Range]:
        return []

    def write(self, offset: int, data: Bytes, digest: str = "") -> None:
        """See `store.Upload.write`."""
        view = data if isinstance(data, bytes) else memoryview(data).cast("B")
        if digest:
            digests.check(view, digest)
        with self._shared.acts(self.path or ""), self._lock:
            file = self._opened()
            if offset != self._end:
                raise BadOffset(f"A stream is written in order; the next byte is {self._end}.")
            if self._end >= self._looked + _LOOK:
                self._looked = self._end
                self._shared.space.check(len(view))
            content.write_whole(self._shared.fs, file, view, offset)
            self._end += len(view)

    def reuse(self, offset: int, source_offset: int, length: int, etag: str, digest: str) -> None:
        raise BadOffset("A stream takes nothing over from what is there. Name its size when beginning the upload.")

    def reuse_blocks(self, offset: int, source_offset: int, marks: Sequence[bytes]) -> list[Range]:
        raise BadOffset("A stream takes nothing over from what is there. Name its size when beginning the upload.")

    def commit(self, path: str | None = None, options: PutOptions | None = None) -> Saved:
        """See `store.Upload.commit`."""
        target, options = path if path is not None else self.path or "", options or self._options
        with self._shared.acts(target), self._lock:
            if self._saved is None:
                parts = paths.split(target)
                if not parts:
                    raise InvalidPath("A file needs a name.")
                self._complete(options)
                new = _Streamed(self._shared.fs, self._folder, self._name, self._end, options.mtime_ns)
                with self._shared.tree.walk() as walk:
                    saved = self._shared.publisher.place(new, walk, parts, options)
                    if saved.outcome not in MOVED:
                        trees.remove(self._shared.fs, self._name, self._folder)
                    walk.sync()
                    walk.check(parts[:-1])
                    self._shared.publisher.trash.settle()
                self._saved, self._over = saved, True
            return self._saved

    def abort(self) -> None:
        """See `store.Upload.abort`."""
        if self._over:
            return
        with self._shared.acts(self.path or ""), self._lock:
            self._over = True
            if self._file is not None:
                descriptor, self._file = self._file, None
                self._shared.fs.close(descriptor)
            trees.remove(self._shared.fs, self._name, self._folder)

    def close(self) -> None:
        """A stream cannot be resumed, so this forgets it unless it is committed."""
        self.abort()

    def _opened(self) -> int:
        if self._file is None:
            raise UnknownUpload("This stream has ended. Begin it again.")
        return self._file

    def _complete(self, options: PutOptions) -> None:
        """Check, sync and close the content; again, if an attempt to name it failed."""
        if self._file is None:
            try:
                self._file = confine.open_own(self._shared.fs, self._name, self._folder)
            except FileNotFoundError:
                raise UnknownUpload("This stream has ended. Begin it again.") from None
        if self._shared.fs.fstat(self._file).st_size != self._end:
            self._shared.fs.truncate(self._file, self._end)  # what a write that failed half-way left
        if options.digest:
            content.check(self._shared.fs, self._file, options.digest)
        if options.mtime_ns is not None:
            self._shared.fs.set_times(self._file, options.mtime_ns)
        try:
            self._shared.fs.sync(self._file)
        except OSError as error:
            self.abort()
            raise sync_failed(error) from error
        descriptor, self._file = self._file, None
        self._shared.fs.close(descriptor)
