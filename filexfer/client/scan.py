"""Looks through a local tree before it is sent, folder by folder, lazily. Follows no link inside the tree, opens no file."""

from __future__ import annotations

import os
import stat
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sized
from typing import Generic, Protocol, TypeAlias, TypeVar

from filexfer.client.patterns import Filter
from filexfer.client.words import local_error
from filexfer.core import paths
from filexfer.core.errors import FilexferError, InvalidPath

#: Name, size in bytes, mtime_ns. A plain tuple: a tree has a hundred thousand of them.
Found: TypeAlias = tuple[str, int, int]

#: So many files may be known and not yet sent before the scan waits. Bounds memory to some 20 MB.
AHEAD = 100_000

LINK = "A symbolic link. Links are not followed; send what it points to by its own name."
SPECIAL = "Not a regular file (a pipe, socket or device). Such things are not sent."
RESERVED = "A folder that filexfer keeps for itself. It is not sent."


class Folder:
    """One scanned folder; or, as if it were one, a single file that was named as a source.

    Attributes:
        path: below the source, `""` for the source itself.
        place: absolute, where its files lie.
        item: number of the pair that it belongs to, for the caller.
        single: the source is its one file.
        mtime_ns: its own, nanoseconds since the epoch.
        files: regular files that the patterns keep, by name.
        skipped: (name, size 0, why) of what is left out though nobody asked for it.
        error: set where it could not be read.
        folders: number of folders in it that are entered.
    """

    __slots__ = ("error", "files", "folders", "item", "mtime_ns", "path", "place", "single", "skipped")

    def __init__(self, path: str, place: str) -> None:
        self.path = path
        self.place = place
        self.item = 0
        self.single = False
        self.mtime_ns = 0
        self.files: list[Found] = []
        self.skipped: list[tuple[str, str]] = []
        self.folders = 0
        self.error: FilexferError | None = None


def walk(root: str, keep: Filter) -> Iterator[Folder]:
    """The folders of the tree at `root` (absolute, a folder), parents first, names in order. What cannot be read is
    reported in `Folder.error`; nothing is raised."""
    waiting = [""]
    while waiting:
        path = waiting.pop()
        found = Folder(path, os.path.join(root, path) if path else root)
        below = _read(found, keep)
        found.folders = len(below)
        yield found
        waiting.extend(reversed(below))


def single(source: str) -> Folder:
    """The file at `source`; what a link given by name points to is meant. Raises `NotFound`, `InvalidPath`, `StorageFailed`."""
    try:
        place = os.path.realpath(source)
        status = os.stat(place)
    except OSError as error:
        raise local_error(error, source) from error
    if not stat.S_ISREG(status.st_mode):
        raise InvalidPath(f"“{paths.shown(source)}” is no regular file and no folder. It cannot be sent.")
    found = Folder("", os.path.dirname(place))
    found.single = True
    found.files.append((os.path.basename(place), status.st_size, status.st_mtime_ns))
    return found


def _read(found: Folder, keep: Filter) -> list[str]:
    """Fill `found` from the disk; answers the paths of the folders to enter."""
    below = []
    place = found.place
    prefix = found.path + "/" if found.path else ""
    try:
        found.mtime_ns = os.stat(place, follow_symlinks=not found.path).st_mtime_ns
        with os.scandir(place) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    if paths.is_reserved(entry.name):
                        found.skipped.append((entry.name, RESERVED))
                    elif keep.all or keep.enters(prefix + entry.name):
                        below.append(prefix + entry.name)
                elif keep.all or keep.keeps(prefix + entry.name):
                    _take(entry, found)
    except OSError as error:
        found.error = local_error(error, place)
        return []
    found.files.sort()
    below.sort()
    return below


def _take(entry: os.DirEntry[str], found: Folder) -> None:
    try:
        status = entry.stat(follow_symlinks=False)
    except FileNotFoundError:
        return  # Deleted since the folder was read: as if it had never been there.
    if stat.S_ISREG(status.st_mode):
        found.files.append((entry.name, status.st_size, status.st_mtime_ns))
    else:
        found.skipped.append((entry.name, LINK if stat.S_ISLNK(status.st_mode) else SPECIAL))


class _Piece(Protocol):
    @property
    def files(self) -> Sized: ...

    @property
    def skipped(self) -> Sized: ...


def _weight(piece: _Piece) -> int:
    return len(piece.files) + len(piece.skipped) + 1


_P = TypeVar("_P", bound=_Piece)


class Ahead(Generic[_P]):
    """Runs a scan on a thread of its own, so that the totals are known early; iterate over it for the folders.

    Args:
        folders: the scan.
        seen: called on that thread with each folder.
    """

    def __init__(self, folders: Iterator[_P], seen: Callable[[_P], None]) -> None:
        self._folders = folders
        self._seen = seen
        # Guards _ready, _known, _ended, _closed.
        self._changed = threading.Condition()
        self._ready: deque[_P] = deque()
        self._known = 0
        self._ended = False
        self._closed = False
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="scan", daemon=True)

    def __enter__(self) -> Ahead[_P]:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self._thread.join()

    def __iter__(self) -> Iterator[_P]:
        while True:
            with self._changed:
                while not self._ready and not self._ended:
                    self._changed.wait()
                if not self._ready:
                    if self._failure is not None:
                        raise self._failure
                    return
                folder = self._ready.popleft()
                self._known -= _weight(folder)
                self._changed.notify_all()
            yield folder

    def _run(self) -> None:
        try:
            for folder in self._folders:
                self._seen(folder)
                if not self._hand_over(folder):
                    return
        except BaseException as error:
            # Whatever it is, the thread that iterates must meet it.
            self._failure = error
        finally:
            with self._changed:
                self._ended = True
                self._changed.notify_all()

    def _hand_over(self, folder: _P) -> bool:
        with self._changed:
            while self._known > AHEAD and not self._closed:
                self._changed.wait()
            self._ready.append(folder)
            self._known += _weight(folder)
            self._changed.notify_all()
            return not self._closed
