"""Listings: entries of a folder as they are asked for, whole trees depth first, in bounded memory and descriptors.

Links are entries and never followed; names reserved for our own area are left out; what vanishes meanwhile is left out too.
"""

from __future__ import annotations

from collections.abc import Iterator

from filexfer.core import paths
from filexfer.core.errors import InvalidPath, NotAFolder
from filexfer.core.model import Entry, Kind
from filexfer.storage import confine
from filexfer.storage.failures import translating
from filexfer.storage.fsops import FsOps
from filexfer.storage.trees import decoded
from filexfer.storage.versions import entry_of
from filexfer.storage.walk import Tree

#: Levels of a tree that are open at once, two descriptors each; what is left of those above is kept as a list of entries. Few, as
#: a server holds many listings that others may have left in the middle.
_LEVELS = 4


def scan(fs: FsOps, folder: int, recursive: bool = False, path: str = "") -> Iterator[Entry]:
    """The entries of the open folder `path`, which is closed at the end."""
    found = _scan(fs, folder, recursive, path)
    next(found)  # begun: a generator that never was would not come to its `finally`
    return found


def size(fs: FsOps, folder: int) -> int:
    """Bytes of all files below the open `folder`, which is closed at the end."""
    return sum(entry.size for entry in scan(fs, folder, recursive=True))


def _scan(fs: FsOps, folder: int, recursive: bool, path: str) -> Iterator[Entry]:
    try:
        with translating(path):
            yield Entry("", Kind.FOLDER, 0, 0)
            yield from _tree(fs, folder) if recursive else _entries(fs, folder, "")
    finally:
        fs.close(folder)


def _entries(fs: FsOps, folder: int, prefix: str) -> Iterator[Entry]:
    with fs.scan(folder) as found:
        for item in found:
            name = decoded(item.name)
            if paths.is_reserved(name):
                continue
            try:
                yield entry_of(prefix + name, fs.scan_stat(item), etag=False)
            except FileNotFoundError:
                continue
            except OSError:
                # Listed all the same: a name that cannot be looked at must not hide the others.
                yield Entry(prefix + name, Kind.OTHER, 0, 0)


class _Level:
    """A folder that is being listed. `folder` is its descriptor, None once what is left of it is kept as a list."""

    __slots__ = ("entries", "folder", "prefix")

    def __init__(self, prefix: str, folder: int | None, entries: Iterator[Entry]) -> None:
        self.prefix = prefix
        self.folder = folder
        self.entries = entries


def _tree(fs: FsOps, root: int) -> Iterator[Entry]:
    levels = [_Level("", root, _entries(fs, root, ""))]
    try:
        while levels:
            level = levels[-1]
            entry = next(level.entries, None)
            if entry is None:
                _leave(fs, levels.pop(), root)
                continue
            if entry.kind is not Kind.FOLDER:
                yield entry
                continue
            try:
                levels.append(_enter(fs, root, level, entry.name))
            except PermissionError:
                # Not told as a folder: a download of it must not pass for whole.
                yield Entry(entry.name, Kind.OTHER, 0, entry.mtime_ns)
                continue
            except (FileNotFoundError, NotAFolder, InvalidPath):
                continue  # gone, or something else by now
            if len(levels) > _LEVELS:
                _fold(fs, levels[-_LEVELS], root)
            yield entry
    finally:
        for level in levels:
            _leave(fs, level, root)


def _enter(fs: FsOps, root: int, level: _Level, path: str) -> _Level:
    if level.folder is not None:
        folder = confine.open_folder(fs, paths.encode(paths.name(path)), level.folder)
    else:
        with Tree(fs, root).walk() as walk:
            folder = confine.open_again(fs, walk.folder(tuple(path.split("/"))))
    return _Level(path + "/", folder, _entries(fs, folder, path + "/"))


def _fold(fs: FsOps, level: _Level, root: int) -> None:
    """Keep what is left of `level` as a list, and give its descriptor back."""
    if level.folder is not None:
        level.entries = iter(list(level.entries))
        _close(fs, level, root)


def _leave(fs: FsOps, level: _Level, root: int) -> None:
    close = getattr(level.entries, "close", None)
    if close is not None:
        close()
    _close(fs, level, root)


def _close(fs: FsOps, level: _Level, root: int) -> None:
    if level.folder is not None and level.folder != root:
        fs.close(level.folder)
    level.folder = None
