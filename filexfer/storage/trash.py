"""The share's own trash: what is deleted or overwritten goes here, bounded in age and size, and can come back.

    <id>          the file, link or whole folder, as it was
    <id>.path     a link whose target is the path it had: one call, and as durable as a name. Where links do not exist, a file
                  with the path in it. Nobody ever follows it.

An id is `time-size-kindXXXXXXXX`: deleted when (nanoseconds, hexadecimal), bytes (hexadecimal), a letter and chance. So names
alone say what has to go first.
"""

from __future__ import annotations

import errno
import math
import os
import re
import secrets
import stat
import threading
import time
from collections.abc import Callable
from typing import NamedTuple

from filexfer.core import paths
from filexfer.core.clock import SteadyClock
from filexfer.core.errors import NotFound, StorageFailed
from filexfer.core.model import Kind
from filexfer.storage import area, confine, scan, trees
from filexfer.storage.acts import Acts
from filexfer.storage.area import Area
from filexfer.storage.fsops import FsOps, refuse
from filexfer.storage.naming import present
from filexfer.storage.store import StoreSettings, Trashed
from filexfer.storage.versions import kind_of

_LETTERS = {Kind.FILE: "f", Kind.FOLDER: "d", Kind.LINK: "l", Kind.OTHER: "o"}
_KINDS = {letter: kind for kind, letter in _LETTERS.items()}
_ID = re.compile("[0-9a-f]{16}-[0-9a-f]+-[fdlo][0-9a-f]{8}")
_PATH = b".path"
#: A link's target has at most so many bytes on the POSIX systems there are (PATH_MAX less its NUL; 1024 on macOS).
_LINK_BYTES = 1023
_NO_LINKS = (errno.EPERM, errno.EACCES, errno.ENOSYS, errno.EOPNOTSUPP, errno.ENOTSUP, errno.ENAMETOOLONG)
#: Seconds after which a path noted without its item is one that a crash left.
_STALE = 3600.0


class Kept(NamedTuple):
    """What `Trash.keep` has done: the item it made ("" for none), and the change that `Trash.sync` makes durable."""

    item: str
    change: int


class Trash:
    """What was deleted and overwritten in one share. For any thread.

    Attributes:
        on: False where the owner wants none: then `keep` does nothing.
    """

    def __init__(
        self,
        fs: FsOps,
        own: Area,
        settings: StoreSettings,
        acts: Acts,
        put_back: Callable[[int, bytes, Trashed], str],
        clock: SteadyClock,
    ) -> None:
        """`put_back(folder, name, item)` moves something out of here to its path, or near it, and tells where it is then."""
        self.on = settings.trash
        self._fs = fs
        self._area = own
        self._settings = settings
        self._acts = acts
        self._put_back = put_back
        self._clock = clock
        # Guards `_bytes` (what lies here, None while unknown) and the three after it: how often names here changed, up to which
        # change they are durable, and up to which they may be lost since their sync failed.
        self._lock = threading.Lock()
        self._bytes: int | None = None
        self._changes = self._durable = self._lost = 0
        # Held by the one that syncs; taken before `_lock`.
        self._syncing = threading.Lock()
        # Held while items leave: an item is restored or dropped, not both.
        self._moving = threading.RLock()

    def keep(self, name: bytes, folder: int, path: str, status: os.stat_result) -> Kept:
        """Keep the file `name`, which is about to be replaced: a second name for it, or a copy of it. It is durable once `sync`
        was told the change."""
        if not self.on:
            return Kept("", 0)
        item, trash = self._begin(path, kind_of(status), status.st_size)
        try:
            self._fs.link(name, folder, item, trash)
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EIO):
                raise
            trees.copy(self._fs, name, folder, item, trash)
        return Kept(item.decode(), self._added(status.st_size))

    def forget(self, item: str) -> None:
        """Drop what `keep` made a moment ago: nothing was replaced after all."""
        with self._moving:
            folder = self._area.folder(area.TRASH)
            if present(self._fs, item.encode(), folder) is None:
                return  # there was too much here, and it has gone already
            trees.remove(self._fs, item.encode(), folder)
            trees.remove(self._fs, item.encode() + _PATH, folder)
            self._added(-_size(item))

    def take(self, name: bytes, folder: int, path: str, status: os.stat_result) -> str:
        """Move `name` out of `folder` into the trash, durably but for the sync of `folder`; returns its id."""
        size = status.st_size
        if stat.S_ISDIR(status.st_mode):
            size = scan.size(self._fs, confine.open_folder(self._fs, name, folder))
        item, trash = self._begin(path, kind_of(status), size)
        # The note first: a power cut must not leave a tree here of which nobody knows where it was.
        self._fs.sync_folder(trash)
        try:
            self._fs.rename(name, folder, item, trash)
        except OSError as error:
            self._fs.unlink(item + _PATH, trash)
            if error.errno != errno.EXDEV:
                raise
            raise StorageFailed("It lies on another disk than the share's trash. Delete it permanently.") from None
        # Before the caller syncs `folder`: at no time does a power cut leave it in neither place.
        self.sync(self._added(size))
        return item.decode()

    def list(self) -> list[Trashed]:
        """What lies in the trash, the latest first."""
        with self._acts():
            folder = self._area.existing(area.TRASH)
            found = [] if folder is None else [self._told(item, folder) for item in _items(self._fs, folder)]
        return [item for item in reversed(found) if item]

    def restore(self, trash_id: str) -> str:
        """Put an item back to the path it had, or to “name (1)” beside what is there now; returns the path. Raises `NotFound`."""
        with self._acts(), self._moving:
            folder = self._area.existing(area.TRASH)
            item = self._told(trash_id, folder) if folder is not None and _ID.fullmatch(trash_id) else None
            if folder is None or item is None:
                raise NotFound("This is no longer in the trash.")
            path = self._put_back(folder, trash_id.encode(), item)
            trees.remove(self._fs, trash_id.encode() + _PATH, folder)
            self._added(-item.size)
            self.settle()
        return path

    def empty(self) -> None:
        """Delete for good everything that lies here."""
        self._drop(-1, 0.0)

    def sweep(self) -> None:
        """Drop what is too old or too much."""
        self._drop(self._settings.trash_bytes, self._settings.trash_age)

    def make_room(self, wanted: int) -> None:
        """Drop the oldest items, until `wanted` bytes of them are gone; none if all together are less."""
        left = self._total() - wanted
        if left >= 0:
            self._drop(left, math.inf)

    def settle(self) -> None:
        """Make what left durable too, and drop what is too much now. Ends every act that calls `keep` or `take`."""
        with self._lock:
            changes = self._changes if self._changes > self._lost else 0
            full = (self._bytes or 0) > self._settings.trash_bytes
        self.sync(changes)
        if full:
            self.sweep()

    def sync(self, change: int) -> None:
        """Return once this change, and all before it, are durable. Raises `OSError` where a sync that was to make them so has
        failed, whoever called it: the next one would succeed and prove nothing of them."""
        with self._syncing:
            with self._lock:
                durable, lost, now = self._durable, self._lost, self._changes
            if change <= durable:
                return
            if change <= lost:
                refuse(errno.EIO)
            try:
                self._fs.sync_folder(self._area.folder(area.TRASH))
            except OSError:
                with self._lock:
                    self._lost = now
                raise
            with self._lock:
                self._durable = now

    def _begin(self, path: str, kind: Kind, size: int) -> tuple[bytes, int]:
        """An id for something new, its path noted; and the folder where it goes."""
        # The later of the two: a clock that is wrong must not make it old.
        when = max(time.time_ns(), int(self._clock.now() * 1e9))
        item = f"{when:016x}-{size:x}-{_LETTERS[kind]}{secrets.token_hex(4)}".encode()
        raw, trash = paths.encode(path), self._area.folder(area.TRASH)
        try:
            if len(raw) > _LINK_BYTES:
                raise OSError(errno.ENAMETOOLONG, "")
            self._fs.make_link(raw, item + _PATH, trash)
        except OSError as error:
            if error.errno not in _NO_LINKS:
                raise
            self._area.place(area.TRASH, item + _PATH, raw, sync=True)
        return item, trash

    def _path_of(self, item: str, folder: int) -> str:
        name = item.encode() + _PATH
        if stat.S_ISLNK(self._fs.stat(name, folder).st_mode):
            return paths.decode(self._fs.read_link(name, folder))
        note = confine.open_own(self._fs, name, folder)
        try:
            buffer = bytearray(paths.PATH_BYTES)
            return paths.decode(bytes(buffer[: self._fs.read_at(note, buffer, 0)]))
        finally:
            self._fs.close(note)

    def _told(self, item: str, folder: int) -> Trashed | None:
        """The item as others see it; None if it is not there (any more)."""
        if present(self._fs, item.encode(), folder) is None:
            return None
        try:
            path = self._path_of(item, folder)
        except FileNotFoundError:
            path = item  # a power cut took its note: it can be restored all the same
        when, size, kind = item.split("-")
        return Trashed(item, path, _KINDS[kind[0]], int(size, 16), int(when, 16))

    def _total(self) -> int:
        with self._acts():
            folder = self._area.existing(area.TRASH)
            return 0 if folder is None else sum(_size(item) for item in _items(self._fs, folder))

    def _added(self, size: int) -> int:
        """Names changed here, by so many bytes; the number of this change, for `sync`."""
        # Counted from the names the first time, with this one among them.
        total = self._total() if self._bytes is None else 0
        with self._lock:
            self._bytes = total if self._bytes is None else self._bytes + size
            self._changes += 1
            return self._changes

    def _drop(self, kept_bytes: int, age: float) -> None:
        """Remove items, the oldest first, as long as more than `kept_bytes` lie here or the next is older than `age` seconds."""
        with self._acts(), self._moving:
            folder = self._area.existing(area.TRASH)
            if folder is None:
                return
            items = _items(self._fs, folder)
            left = sum(map(_size, items))
            limit = (self._clock.now() - age) * 1e9
            for item in items:
                if left <= kept_bytes and int(item[:16], 16) > limit:
                    break
                trees.remove(self._fs, item.encode(), folder)
                trees.remove(self._fs, item.encode() + _PATH, folder)
                left -= _size(item)
            with self._lock:
                self._bytes = left
            self._tidy(folder)

    def _tidy(self, folder: int) -> None:
        """Remove what a crash left: trees half removed, and paths noted long ago for items that never came."""
        held = set(trees.names(self._fs, folder))
        for name in held:
            item = name.removesuffix(_PATH)
            stale = item not in held and _ID.fullmatch(item.decode("latin-1")) and self._age(item) > _STALE
            if stale or name.startswith(trees.GONE):
                trees.remove(self._fs, name, folder)

    def _age(self, item: bytes) -> float:
        """Seconds since the item of this id was deleted."""
        return self._clock.now() - int(item[:16], 16) / 1e9


def _items(fs: FsOps, folder: int) -> list[str]:
    """Ids of what lies in the trash, the oldest first."""
    return sorted(name.decode() for name in trees.names(fs, folder) if _ID.fullmatch(name.decode("latin-1")))


def _size(item: str) -> int:
    return int(item.split("-")[1], 16)
