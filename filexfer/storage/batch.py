"""Many small files at once: written into our area, synced together, then named one by one, then each touched folder synced once.

Until everything is written and synced nothing in the share changes. What is to be replaced is put into the trash first, all of
it, and that synced once. A file that fails harms no other of its batch. Folders that are new come whole (`new_folders`).
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Sequence

from filexfer.core import digests, paths
from filexfer.core.digests import Bytes
from filexfer.core.errors import FilexferError, InvalidPath
from filexfer.core.model import Outcome, Saved
from filexfer.storage import confine, content, trees
from filexfer.storage.failures import sync_failed, translate
from filexfer.storage.fsops import FsOps
from filexfer.storage.new_folders import NewFolder, NewFolders
from filexfer.storage.publish import MOVED, Keep
from filexfer.storage.shared import Shared
from filexfer.storage.store import Small
from filexfer.storage.walk import Parts, Walk

#: Up to so many files are synced one by one: syncing the whole file system would wait for everybody's writes.
_SYNCED_EACH = 3


class _Written:
    """A small file that lies in the area (`publish.New`); `home`: in which new folder, None for the batch folder."""

    __slots__ = ("data", "folder", "fs", "home", "mtime_ns", "name", "parts", "size", "small")

    def __init__(
        self,
        fs: FsOps,
        folder: int,
        name: bytes,
        size: int,
        mtime_ns: int | None,
        data: Bytes,
        small: Small,
        parts: Parts,
        home: NewFolder | None,
    ) -> None:
        self.fs = fs
        self.folder = folder
        self.name = name
        self.size = size
        self.mtime_ns = mtime_ns
        self.data = data
        self.small = small
        self.parts = parts
        self.home = home

    def same_as(self, descriptor: int) -> bool:
        return content.equal_to(self.fs, descriptor, self.data)

    def announce(self, path: str, outcome: Outcome, folder: int, name: bytes) -> None:
        """A batch keeps no journal: after a crash its client sends it again."""


class _Later(Exception):
    """What was to be replaced, `old`, lies in the trash as `item`; the rename comes when that is durable for all of them."""

    def __init__(self, old: os.stat_result, item: str) -> None:
        super().__init__()
        self.old = old
        self.item = item


class Batch:
    """What `Store.put` does with one batch."""

    def __init__(self, shared: Shared, versions: bool) -> None:
        self._shared = shared
        self._fs = shared.fs
        self._area = shared.area
        self._trash = shared.publisher.trash
        self._versions = versions
        self._folders: NewFolders | None = None
        #: What is kept of each path that waits for its rename and as which item, and the last change of the trash for them.
        self._kept: dict[Parts, tuple[os.stat_result, str]] = {}
        self._change = 0

    def put(self, files: Sequence[Small]) -> list[Saved | FilexferError]:
        """Store `files`; a result or error for each."""
        if not self._fs.syncs_at_once or len(files) <= _SYNCED_EACH:
            return self._name([self._attempt_write(small, True) for small in files])
        with self._shared.tree.walk() as look:
            self._folders = folders = NewFolders(self._shared, look)
            try:
                return self._put_at_once(files, folders)
            finally:
                folders.close()

    def _put_at_once(self, files: Sequence[Small], folders: NewFolders) -> list[Saved | FilexferError]:
        written = [self._attempt_write(small, False) for small in files]
        kept = [new for new in written if isinstance(new, _Written)]
        try:
            if kept:
                folders.settle()
                self._fs.sync_all(kept[0].folder)
        except OSError as error:
            failure = sync_failed(error)
            self._remove(kept)
            return [failure if isinstance(new, _Written) else new for new in written]
        return self._name(written)

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
        # A version can be asked for only where something is: that is found out in its place.
        home = self._folders.home(parts[:-1]) if self._folders is not None and not options.etag else None
        descriptor, folder, name, home = self._create(parts, home)
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
            if home is not None:
                home.spoiled = True
            with contextlib.suppress(OSError):
                trees.remove(self._fs, name, folder)
            raise
        if home is not None:
            home.holds = True
        return _Written(self._fs, folder, name, len(data), options.mtime_ns, data, small, parts, home)

    def _create(self, parts: Parts, home: NewFolder | None) -> tuple[int, int, bytes, NewFolder | None]:
        """A file for the content of `parts`: its descriptor, in which folder it lies, what it is called there, and its `home`."""
        if home is not None:
            name = paths.encode(parts[-1])
            try:
                return confine.open_own(self._fs, name, home.descriptor, create=True), home.descriptor, name, home
            except FileExistsError:
                pass  # it waits until the other one is placed
            except OSError:
                home.spoiled = True  # else one of the same name that comes later would be first
        name = self._area.fresh_name()
        descriptor = self._area.create(self._area.batch, name)
        return descriptor, self._area.folder(self._area.batch), name, None

    def _sync(self, descriptor: int) -> None:
        try:
            self._fs.sync(descriptor)
        except OSError as error:
            raise sync_failed(error) from error

    def _name(self, written: Sequence[_Written | FilexferError]) -> list[Saved | FilexferError]:
        with self._shared.tree.walk() as walk:
            if self._folders is not None:
                self._folders.place(walk)
            alone = len(written) == 1
            placed = [self._place_first(new, walk, alone) if isinstance(new, _Written) else new for new in written]
            results = self._replace(written, placed, walk)
            walk.sync()
            self._trash.settle()
            for index, new in enumerate(written if walk.any_failed else ()):
                if isinstance(new, _Written):
                    try:
                        walk.check(new.parts[:-1])
                    except OSError as error:
                        results[index] = sync_failed(error)
        return results

    def _replace(
        self, written: Sequence[_Written | FilexferError], placed: list[Saved | FilexferError | None], walk: Walk
    ) -> list[Saved | FilexferError]:
        """Place those that replace another file, now that it is durable in the trash."""
        failure = None
        try:
            self._trash.sync(self._change)
        except OSError as error:
            failure = sync_failed(error)
        results: list[Saved | FilexferError] = []
        for new, result in zip(written, placed, strict=True):
            if result is None and isinstance(new, _Written):
                if failure is not None:
                    self._remove([new])
                result = failure or self._place_kept(new, walk)
            assert result is not None, "only once is a file put off"
            results.append(result)
        return results

    def _keep_first(self, name: bytes, folder: int, path: str, old: os.stat_result) -> None:
        kept = self._trash.keep(name, folder, path, old)
        self._change = max(self._change, kept.change)
        raise _Later(old, kept.item)

    def _place_kept(self, new: _Written, walk: Walk) -> Saved | FilexferError:
        """Place what replaces a file that is kept already; another one there by now is kept as well."""
        known, item = self._kept.pop(new.parts, (None, ""))

        def keep(name: bytes, folder: int, path: str, old: os.stat_result) -> None:
            if known is None or _identity(known) != _identity(old):
                self._shared.publisher.keep(name, folder, path, old)

        result = self._place(new, walk, keep)
        if item and isinstance(result, Saved) and result.outcome is Outcome.SAME:
            # The same batch, sent twice since its first answer was lost, was quicker: it has kept the old version too.
            self._trash.forget(item)
        return result

    def _place_first(self, new: _Written, walk: Walk, alone: bool) -> Saved | FilexferError | None:
        """Name one file; None if that has to wait for the sync of the trash."""
        if new.home is not None and new.home.placed:
            return self._at_home(new)
        if new.parts in self._kept:
            return None  # twice in one batch: one after the other
        try:
            return self._place(new, walk, None if alone else self._keep_first)
        except _Later as later:
            self._kept[new.parts] = later.old, later.item
            return None

    def _at_home(self, new: _Written) -> Saved | FilexferError:
        """What to answer of a file that came to its place with its folder."""
        try:
            return self._shared.publisher.saved(new, new.folder, new.name, new.small.path, Outcome.CREATED, self._versions)
        except OSError as error:
            return translate(error, new.small.path)

    def _place(self, new: _Written, walk: Walk, keep: Keep | None) -> Saved | FilexferError:
        publisher = self._shared.publisher
        try:
            if new.home is not None:
                self._take_out(new)
            saved = publisher.place(new, walk, new.parts, new.small.options, keep, self._versions)
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

    def _take_out(self, new: _Written) -> None:
        """Out of its new folder, which cannot be placed, to a name that no other file has."""
        name, folder = self._area.fresh_name(), self._area.folder(self._area.batch)
        self._fs.rename(new.name, new.folder, name, folder)
        new.name, new.folder, new.home = name, folder, None

    def _remove(self, kept: Sequence[_Written]) -> None:
        for new in kept:
            if new.home is not None and new.home.placed:
                continue  # that is its place already
            with contextlib.suppress(OSError):  # goes with the batch folder at the latest
                trees.remove(self._fs, new.name, new.folder)


def _identity(status: os.stat_result) -> tuple[int, ...]:
    """What stays as it is when a file gets a second name, and changes with its content."""
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns
