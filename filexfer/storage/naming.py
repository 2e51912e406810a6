"""Single names: what is there, renaming without replacing, “name (1)”, and the locks that keep our threads from one name."""

from __future__ import annotations

import contextlib
import errno
import os
import threading
from collections.abc import Iterator

from filexfer.core import paths
from filexfer.storage.fsops import FsOps

_NO_SUCH_CALL = (errno.ENOSYS, errno.EINVAL, errno.EOPNOTSUPP, errno.ENOTSUP)
_NO_LINKS = (*_NO_SUCH_CALL, errno.EPERM, errno.EMLINK, errno.EACCES)

#: Names “x (1)”, “x (2)”, … that are tried.
CANDIDATES = 10_000


class PathLocks:
    """A lock for each path somebody is busy with: guards the look at a name and what follows against our other threads."""

    __slots__ = ("_free", "_guard", "_held", "_waiting")

    def __init__(self) -> None:
        # Guards what follows: the paths that are held, and how many threads wait for one of them.
        self._guard = threading.Lock()
        self._held: set[str] = set()
        self._waiting = 0
        self._free = threading.Condition(self._guard)

    def acquire(self, path: str) -> None:
        with self._guard:
            while path in self._held:
                self._waiting += 1
                try:
                    self._free.wait()
                finally:
                    self._waiting -= 1
            self._held.add(path)

    def release(self, path: str) -> None:
        with self._guard:
            self._held.remove(path)
            if self._waiting:
                self._free.notify_all()

    @contextlib.contextmanager
    def hold(self, *paths_: str) -> Iterator[None]:
        """Hold several paths, in one order for everybody, so that nobody waits in a circle."""
        wanted = sorted(set(paths_))
        for path in wanted:
            self.acquire(path)
        try:
            yield
        finally:
            for path in wanted:
                self.release(path)


def rename_new(fs: FsOps, name: bytes, folder: int, to: bytes, to_folder: int) -> None:
    """Rename without replacing; `FileExistsError` if `to` is taken. The caller holds the lock of `to`.

    In this order: `renameat2` (`renameatx_np`), which cannot lose a race; a hard link and unlinking, which cannot either; and,
    where a file system has neither (FAT), a look and a rename under the lock, so that only another program can come in between.
    """
    try:
        return fs.rename_new(name, folder, to, to_folder)
    except OSError as error:
        if error.errno not in _NO_SUCH_CALL:
            raise
    try:
        fs.link(name, folder, to, to_folder)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
    else:
        return fs.unlink(name, folder)
    if present(fs, to, to_folder) is not None:
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))
    return fs.rename(name, folder, to, to_folder)


def present(fs: FsOps, name: bytes, folder: int) -> os.stat_result | None:
    """The status of what is there, None for nothing."""
    try:
        return fs.stat(name, folder)
    except FileNotFoundError:
        return None


def numbered(name: str, number: int, folder: bool = False) -> str:
    """`name` as “name (1).ext”, shortened where that would be too long for a disk."""
    stem, dot, extension = name.rpartition(".")
    if folder or not stem or len(extension) > 16:
        stem, dot, extension = name, "", ""
    tail = f" ({number}){dot}{extension}"
    room = paths.COMPONENT_BYTES - len(paths.encode(tail))
    while len(paths.encode(stem)) > room:
        stem = stem[:-1]
    return stem + tail
