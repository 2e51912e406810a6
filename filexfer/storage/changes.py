"""Changes of the tree itself: folders made, entries moved and deleted, times set. Each is durable when it returns."""

from __future__ import annotations

import errno
import itertools
import os
import stat
from collections.abc import Sequence

from filexfer.core import paths
from filexfer.core.errors import AlreadyExists, FilexferError, InvalidPath, IsAFolder, NotAFolder, NotEmpty
from filexfer.core.model import Conflict, Entry, Kind
from filexfer.storage import confine, trees
from filexfer.storage.failures import sync_failed, translate
from filexfer.storage.naming import CANDIDATES, numbered, rename_new
from filexfer.storage.shared import Shared
from filexfer.storage.store import Trashed
from filexfer.storage.versions import check_version, entry_of, kind_of
from filexfer.storage.walk import Parts, Walk


class Changes:
    """What `FolderStore` changes besides the content of files. For any thread."""

    def __init__(self, shared: Shared) -> None:
        self._shared = shared
        self._fs = shared.fs
        self._trash = shared.publisher.trash
        self._locks = shared.publisher.locks

    def make_folders(self, folders: Sequence[tuple[str, int | None]]) -> list[Entry | FilexferError]:
        """Make folders, one after the other, and synced together. See `FolderStore.make_folders`."""
        with self._shared.tree.walk() as walk:
            results = [self._attempt_folder(walk, path, mtime_ns) for path, mtime_ns in folders]
            walk.sync()
            for index, (path, _) in enumerate(folders):
                if isinstance(results[index], Entry):
                    try:
                        walk.check(paths.split(path))
                    except OSError as error:
                        results[index] = sync_failed(error)
        return results

    def _attempt_folder(self, walk: Walk, path: str, mtime_ns: int | None) -> Entry | FilexferError:
        try:
            parts = paths.split(path)
            folder = walk.folder(parts, make=True)
            if parts:
                walk.changed(parts[:-1])
            if mtime_ns is not None:
                self._fs.set_times(folder, mtime_ns)
                walk.changed(parts)
            return entry_of(parts[-1] if parts else "", self._fs.fstat(folder))
        except OSError as error:
            return translate(error, path)
        except FilexferError as error:
            return error

    def set_times(self, parts: Parts, mtime_ns: int) -> None:
        """Give a file or folder this mtime."""
        with self._shared.tree.walk() as walk:
            try:
                folder = walk.folder(parts)
                self._fs.set_times(folder, mtime_ns)
                self._fs.sync_folder(folder)
                return
            except NotAFolder:
                descriptor, _ = confine.open_file(self._fs, paths.encode(parts[-1]), walk.folder(parts[:-1]))
        try:
            self._fs.set_times(descriptor, mtime_ns)
            self._fs.sync(descriptor)
        finally:
            self._fs.close(descriptor)

    def delete(self, parts: Parts, etag: str, permanent: bool) -> str:
        """Delete a file or a whole folder; the id in the trash, or "" where it is gone for good."""
        if not parts:
            raise InvalidPath("The share itself cannot be deleted. Delete what is in it.")
        path, name = "/".join(parts), paths.encode(parts[-1])
        with self._shared.tree.walk() as walk, self._locks.hold(path):
            folder = walk.folder(parts[:-1])
            status = self._fs.stat(name, folder)
            confine.refuse_link(name, status)
            check_version(etag, status)
            trash_id, gone = "", None
            if self._trash.on and not permanent:
                trash_id = self._trash.take(name, folder, path, status)
            else:
                gone = self._vanish(name, folder, status)
            walk.changed(parts[:-1])
            _settle(walk, parts)
        self._trash.settle()
        if gone is not None:
            trees.remove(self._fs, gone, self._shared.area.folder(self._shared.area.batch))
        return trash_id

    def move(self, parts: Parts, to: Parts, on_conflict: Conflict, etag: str) -> Entry:
        """Rename or move; the entry it is then. A folder that holds something is never replaced."""
        if not parts or not to:
            raise InvalidPath("The share itself cannot be moved, nor be a target. Name something in it.")
        if to[: len(parts)] == parts and to != parts:
            raise InvalidPath("A folder cannot be moved into itself. Choose another target.")
        with (
            self._shared.tree.walk() as source,
            self._shared.tree.walk() as target,
            self._locks.hold("/".join(parts), "/".join(to)),
        ):
            folder, name = source.folder(parts[:-1]), paths.encode(parts[-1])
            status = self._fs.stat(name, folder)
            confine.refuse_link(name, status)
            check_version(etag, status)
            to_folder = _lasting(target, to)
            last = to[-1] if to == parts else self._move(name, folder, status, to, to_folder, on_conflict)
            entry = entry_of(last, self._fs.stat(paths.encode(last), to_folder))
            source.changed(parts[:-1])
            target.changed(to[:-1])
            # The target first: at no time does a power cut leave it in neither place.
            _settle(target, to)
            _settle(source, parts)
        self._trash.settle()
        return entry

    def put_back(self, folder: int, name: bytes, item: Trashed) -> str:
        """Move something from the trash to where it was, or to “name (1)” beside what is there now; returns the path."""
        parts = paths.split(item.path)
        with self._shared.tree.walk() as walk:
            to_folder = _lasting(walk, parts)
            last = self._first_free(name, folder, parts[-1], to_folder, item.kind is Kind.FOLDER, first=0)
            walk.changed(parts[:-1])
            _settle(walk, parts)
        return paths.join(*parts[:-1], last)

    def _move(self, name: bytes, folder: int, status: os.stat_result, to: Parts, to_folder: int, policy: Conflict) -> str:
        """Rename as the policy says; the last component it has then."""
        to_name = paths.encode(to[-1])
        try:
            rename_new(self._fs, name, folder, to_name, to_folder)
            return to[-1]
        except FileExistsError:
            old = self._fs.stat(to_name, to_folder)
        confine.refuse_link(to_name, old)
        one = (old.st_ino, old.st_dev) == (status.st_ino, status.st_dev) and (old.st_nlink == 1 or stat.S_ISDIR(old.st_mode))
        if one:  # the same name to this disk, as a rename of nothing but case is
            self._fs.rename(name, folder, to_name, to_folder)
            return to[-1]
        if policy is Conflict.RENAME:
            return self._first_free(name, folder, to[-1], to_folder, stat.S_ISDIR(status.st_mode), first=1)
        older = status.st_mtime_ns <= old.st_mtime_ns
        if policy is Conflict.SKIP or (policy is Conflict.NEWER and older):
            return to[-1]
        shown = paths.shown("/".join(to))
        if policy is Conflict.FAIL:
            raise AlreadyExists(f"“{shown}” is already there. Overwrite it, or choose another name.")
        if kind_of(old) is not kind_of(status):
            raise IsAFolder(f"“{shown}” is a folder.") if kind_of(old) is Kind.FOLDER else AlreadyExists()
        if kind_of(old) is Kind.FILE:
            self._trash.sync(self._trash.keep(to_name, to_folder, "/".join(to), old).change)
        try:
            self._fs.rename(name, folder, to_name, to_folder)
        except FileExistsError:  # what some systems say for a folder that is not empty
            raise NotEmpty(f"The folder “{shown}” is not empty. Delete what is in it first.") from None
        return to[-1]

    def _first_free(self, name: bytes, folder: int, wanted: str, to_folder: int, is_folder: bool, first: int) -> str:
        """Rename to the first of “wanted”, “wanted (1)”, … that is free."""
        for number in itertools.count(first):
            candidate = numbered(wanted, number, is_folder) if number else wanted
            try:
                rename_new(self._fs, name, folder, paths.encode(candidate), to_folder)
                return candidate
            except FileExistsError:
                if number >= CANDIDATES:
                    break
        raise AlreadyExists(f"There are {CANDIDATES} entries named like “{paths.shown(wanted)}”. Choose another name.")

    def _vanish(self, name: bytes, folder: int, status: os.stat_result) -> bytes | None:
        """Delete for good. A folder with content goes at once, out of sight; what it is called there is returned."""
        if not stat.S_ISDIR(status.st_mode):
            self._fs.unlink(name, folder)
            return None
        try:
            self._fs.remove_folder(name, folder)
            return None
        except OSError as error:
            if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
                raise
        area = self._shared.area
        gone = trees.GONE + area.fresh_name()
        try:
            self._fs.rename(name, folder, gone, area.folder(area.batch))
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
            raise NotEmpty("The folder lies on another disk that is mounted in the share. Delete what is in it first.") from None
        return gone


def _lasting(walk: Walk, parts: Parts) -> int:
    """The folder of a target, made if missing, and durable before anything moves there: else a power cut could take both."""
    folder = walk.folder(parts[:-1], make=True)
    _settle(walk, parts)
    return folder


def _settle(walk: Walk, parts: Parts) -> None:
    """Sync what changed; what fails is no success."""
    walk.sync()
    try:
        walk.check(parts[:-1])
    except OSError as error:
        raise sync_failed(error) from error
