"""Many small files at once: written into our area, synced together, then named one by one, then each touched folder synced once.

Until everything is written and synced nothing in the share changes. A file that fails harms no other of its batch.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass

from filexfer.core import digests, paths
from filexfer.core.digests import Bytes
from filexfer.core.errors import FilexferError, InvalidPath
from filexfer.core.model import Outcome, Saved
from filexfer.storage import content, trees
from filexfer.storage.failures import sync_failed, translate
from filexfer.storage.fsops import FsOps
from filexfer.storage.publish import MOVED
from filexfer.storage.shared import Shared
from filexfer.storage.store import Small
from filexfer.storage.walk import Parts, Walk

#: Up to so many files are synced one by one: syncing the whole file system would wait for everybody's writes.
_SYNCED_EACH = 3


@dataclass(slots=True)
class _Written:
    """A small file that lies in the area (`publish.New`)."""

    fs: FsOps
    folder: int
    name: bytes
    size: int
    mtime_ns: int | None
    data: Bytes
    small: Small
    parts: Parts

    def same_as(self, descriptor: int) -> bool:
        return content.equal_to(self.fs, descriptor, self.data)

    def announce(self, path: str, outcome: Outcome, folder: int, name: bytes) -> None:
        """A batch keeps no journal: after a crash its client sends it again."""


class Batch:
    """What `Store.put` does with one batch."""

    def __init__(self, shared: Shared) -> None:
        self._shared = shared
        self._fs = shared.fs
        self._area = shared.area

    def put(self, files: Sequence[Small]) -> list[Saved | FilexferError]:
        """Store `files`; a result or error for each."""
        one_by_one = not self._fs.syncs_at_once or len(files) <= _SYNCED_EACH
        written = [self._attempt_write(small, one_by_one) for small in files]
        kept = [new for new in written if isinstance(new, _Written)]
        try:
            if kept and not one_by_one:
                self._fs.sync_all(kept[0].folder)
        except OSError as error:
            failure = sync_failed(error)
            self._remove(kept)
            return [failure if isinstance(new, _Written) else new for new in written]
        return self._name(written, one_by_one)

    def _attempt_write(self, small: Small, sync: bool) -> _Written | FilexferError:
        try:
            return self._write(small, sync)
        except OSError as error:
            return translate(error, small.path)
        except FilexferError as error:
            return error

    def _write(self, small: Small, sync: bool) -> _Written:
        parts = paths.split(small.path)
        if not parts:
            raise InvalidPath("A file needs a name.")
        data = small.data if isinstance(small.data, bytes) else memoryview(small.data).cast("B")
        options = small.options
        if options.digest:
            digests.check(data, options.digest)
        name = self._area.fresh_name()
        descriptor = self._area.create(self._area.batch, name)
        folder = self._area.folder(self._area.batch)
        try:
            try:
                if len(data):
                    content.write_whole(self._fs, descriptor, data, 0)
                if options.mtime_ns is not None:
                    self._fs.set_times(descriptor, options.mtime_ns)
                if sync:
                    self._sync(descriptor)
            finally:
                self._fs.close(descriptor)
        except BaseException:
            with contextlib.suppress(OSError):
                trees.remove(self._fs, name, folder)
            raise
        return _Written(self._fs, folder, name, len(data), options.mtime_ns, data, small, parts)

    def _sync(self, descriptor: int) -> None:
        try:
            self._fs.sync(descriptor)
        except OSError as error:
            raise sync_failed(error) from error

    def _name(self, written: Sequence[_Written | FilexferError], careful: bool) -> list[Saved | FilexferError]:
        with self._shared.tree.walk() as walk:
            results = [self._place(new, walk, careful) if isinstance(new, _Written) else new for new in written]
            walk.sync()
            self._shared.publisher.trash.settle()
            for index, new in enumerate(written):
                if isinstance(new, _Written):
                    try:
                        walk.check(new.parts[:-1])
                    except OSError as error:
                        results[index] = sync_failed(error)
        return results

    def _place(self, new: _Written, walk: Walk, careful: bool) -> Saved | FilexferError:
        try:
            saved = self._shared.publisher.place(new, walk, new.parts, new.small.options, careful=careful)
        except OSError as error:
            result: Saved | FilexferError = translate(error, new.small.path)
        except FilexferError as error:
            result = error
        else:
            if saved.outcome in MOVED:
                return saved
            result = saved
        self._remove([new])
        return result

    def _remove(self, kept: Sequence[_Written]) -> None:
        for new in kept:
            with contextlib.suppress(OSError):  # goes with the batch folder at the latest
                trees.remove(self._fs, new.name, new.folder)
