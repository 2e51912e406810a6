"""Giving new content its name: old or new at every instant, never between.

The content lies complete and synced in our area. Here it gets its name as the policy says, and its folder is marked for syncing.
"""

from __future__ import annotations

import contextlib
import errno
import itertools
import os
from collections.abc import Callable
from typing import NamedTuple, Protocol, TypeAlias

from filexfer.core import paths
from filexfer.core.errors import AlreadyExists, IsAFolder
from filexfer.core.model import Conflict, Kind, Outcome, PutOptions, Saved
from filexfer.storage import confine, content, trees
from filexfer.storage.fsops import FsOps
from filexfer.storage.naming import CANDIDATES, PathLocks, numbered, present, rename_new
from filexfer.storage.trash import Trash
from filexfer.storage.versions import check_version, etag_of, kind_of, mark_of, mtime_of
from filexfer.storage.walk import Parts, Walk

_AREA = paths.encode(paths.AREA)
#: Outcomes after which new content no longer lies where it was.
MOVED = (Outcome.CREATED, Outcome.REPLACED, Outcome.RENAMED)


class New(Protocol):
    """Content that waits for its name: the file `name` in `folder`, complete, synced and closed.

    Attributes:
        size: bytes.
        mtime_ns: the time it carries already, None if that is of no interest.
    """

    @property
    def folder(self) -> int: ...

    @property
    def name(self) -> bytes: ...

    @property
    def size(self) -> int: ...

    @property
    def mtime_ns(self) -> int | None: ...

    def same_as(self, descriptor: int) -> bool:
        """Whether the open file, which has the same size, has the same content."""
        ...

    def announce(self, path: str, outcome: Outcome, folder: int, name: bytes) -> None:
        """Told before each attempt to rename `name` in `folder` to `path`, to note it for recovery."""
        ...


#: What has a file (name, folder, path, status) kept before it is replaced: durable in the trash when it returns.
Keep: TypeAlias = Callable[[bytes, int, str, os.stat_result], None]


class Stored:
    """What most new content is (`New` but for `announce`): one file of our area, read anew to compare it."""

    __slots__ = ("folder", "fs", "mtime_ns", "name", "size")

    def __init__(self, fs: FsOps, folder: int, name: bytes, size: int, mtime_ns: int | None) -> None:
        self.fs = fs
        self.folder = folder
        self.name = name
        self.size = size
        self.mtime_ns = mtime_ns

    def same_as(self, descriptor: int) -> bool:
        own = confine.open_own(self.fs, self.name, self.folder)
        try:
            return content.equal(self.fs, own, descriptor)
        finally:
            self.fs.close(own)


class _Act(NamedTuple):
    """How one file is placed.

    Attributes:
        doubted: what its folder held before may not be durable, see `Walk.doubted`.
        ours: this store made its folder.
        version: whether the answer is to tell the version.
    """

    options: PutOptions
    keep: Keep
    doubted: bool
    ours: bool
    version: bool


class Publisher:
    """Places new content in the tree. For any thread; each call with a `Walk` of its own.

    Attributes:
        own: `Tree.own`: what is known by these marks is not replaced.
    """

    __slots__ = ("fs", "locks", "own", "trash")

    def __init__(self, fs: FsOps, trash: Trash, locks: PathLocks, own: set[int] | None = None) -> None:
        self.fs = fs
        self.trash = trash
        self.locks = locks
        self.own = own

    def place(
        self, new: New, walk: Walk, parts: Parts, options: PutOptions, keep: Keep | None = None, version: bool = True
    ) -> Saved:
        """Give `new` the name `parts` as `options.on_conflict` says. Its folder is marked in `walk`, which the caller syncs.

        `keep` takes the place of `Publisher.keep`; what it raises is raised, and nothing is replaced. Without `version` what
        was placed may be told without its etag, which takes a look at it.
        After `SAME` and `SKIPPED` the content still lies where it was.
        Raises `AlreadyExists`, `IsAFolder`, `InvalidPath` (a link), `Changed`, and `OSError`.
        """
        above = parts[:-1]
        folder = walk.folder(above, make=True)
        act = _Act(options, keep or self.keep, walk.doubted(above), walk.made_here(above), version)
        try:
            saved = self._place(new, folder, parts, act)
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
            saved = self._place_beside(new, folder, parts, act)
        walk.changed(above)
        return saved

    def keep(self, name: bytes, folder: int, path: str, status: os.stat_result) -> None:
        """Have this file durable in the trash."""
        self.trash.sync(self.trash.keep(name, folder, path, status).change)

    def _place(self, new: New, folder: int, parts: Parts, act: _Act) -> Saved:
        path = "/".join(parts)
        name = paths.encode(parts[-1])
        self.locks.acquire(path)
        try:
            if not (act.options.etag and act.options.on_conflict is Conflict.OVERWRITE):
                try:
                    return self._create(new, folder, name, path, Outcome.CREATED, act)
                except FileExistsError:
                    pass
            old = present(self.fs, name, folder)
            if old is None:
                check_version(act.options.etag, None)
                return self._create(new, folder, name, path, Outcome.CREATED, act)
            return self._same(new, folder, name, path, old, act) or self._resolve(new, folder, parts, old, act)
        finally:
            self.locks.release(path)

    def _create(self, new: New, folder: int, name: bytes, path: str, outcome: Outcome, act: _Act) -> Saved:
        new.announce(path, outcome, new.folder, new.name)
        self._mark(new, act)
        rename_new(self.fs, new.name, new.folder, name, folder)
        return self.saved(new, folder, name, path, outcome, act.version)

    def _mark(self, new: New, act: _Act) -> None:
        # Before it has its name: a twin that meets it there shall know it. In a folder of ours it is known by that.
        if self.own is not None and not act.ours:
            self.own.add(mark_of(self.fs.stat(new.name, new.folder)))

    def took(self, status: os.stat_result) -> None:
        """A file that was there already is one of those that were asked for: it counts as placed."""
        # With a second name it may be another one of those, too.
        if self.own is not None and status.st_nlink == 1:
            self.own.add(mark_of(status))

    def saved(self, new: New, folder: int, name: bytes, path: str, outcome: Outcome, version: bool) -> Saved:
        """What to answer of `new`, which is `name` in `folder` now."""
        if not version and new.mtime_ns is not None:
            return Saved(path, outcome, new.size, new.mtime_ns, "")
        status = self.fs.stat(name, folder)
        return Saved(path, outcome, status.st_size, mtime_of(status), etag_of(status))

    def _resolve(self, new: New, folder: int, parts: Parts, old: os.stat_result, act: _Act) -> Saved:
        """Other content is there."""
        path, name = "/".join(parts), paths.encode(parts[-1])
        policy = act.options.on_conflict
        confine.refuse_link(name, old)
        if policy is Conflict.RENAME:
            return self._rename(new, folder, parts, act)
        twin = self.own is not None and kind_of(old) is Kind.FILE and (act.ours or mark_of(old) in self.own)
        if twin and policy is not Conflict.SKIP:
            raise AlreadyExists(
                f"This disk holds “{paths.shown(path)}” for the same name as that of another file of this transfer. "
                "Rename one of the two where they come from, then try again."
            )
        newer = new.mtime_ns is None or new.mtime_ns > old.st_mtime_ns
        if policy is Conflict.SKIP or (policy is Conflict.NEWER and not newer and kind_of(old) is Kind.FILE):
            return Saved(path, Outcome.SKIPPED, old.st_size, mtime_of(old), etag_of(old))
        if kind_of(old) is Kind.FOLDER:
            raise IsAFolder(f"“{paths.shown(path)}” is a folder. Choose another name for the file.")
        if policy is Conflict.FAIL or kind_of(old) is not Kind.FILE:
            raise AlreadyExists(f"“{paths.shown(path)}” is already there. Overwrite it, or choose another name.")
        check_version(act.options.etag, old)
        act.keep(name, folder, path, old)
        return self._replace(new, folder, name, path, act)

    def _replace(self, new: New, folder: int, name: bytes, path: str, act: _Act) -> Saved:
        new.announce(path, Outcome.REPLACED, new.folder, new.name)
        self._mark(new, act)
        self.fs.rename(new.name, new.folder, name, folder)
        return self.saved(new, folder, name, path, Outcome.REPLACED, act.version)

    def _rename(self, new: New, folder: int, parts: Parts, act: _Act) -> Saved:
        for number in itertools.count(1):
            candidate = numbered(parts[-1], number)
            name, path = paths.encode(candidate), paths.join(*parts[:-1], candidate)
            try:
                return self._create(new, folder, name, path, Outcome.RENAMED, act)
            except FileExistsError:
                if number == CANDIDATES:
                    break
            old = present(self.fs, name, folder)
            same = old and self._same(new, folder, name, path, old, act)
            if same:
                return same
        raise AlreadyExists(f"There are {CANDIDATES} files named like “{paths.shown(parts[-1])}”. Choose another name.")

    def _same(self, new: New, folder: int, name: bytes, path: str, old: os.stat_result, act: _Act) -> Saved | None:
        """What to answer if the content is there already; None if it is not. `fail` leaves its mtime as it is."""
        if kind_of(old) is not Kind.FILE or old.st_size != new.size:
            return None
        descriptor, status = confine.open_file(self.fs, name, folder)
        try:
            if status.st_size != new.size or not new.same_as(descriptor):
                return None
            if new.mtime_ns is not None and _takes_time(act.options.on_conflict, new.mtime_ns, status.st_mtime_ns):
                with contextlib.suppress(PermissionError):  # another account's file, and the content is right
                    self.fs.set_times(descriptor, new.mtime_ns)
            # Somebody else may have written it a moment ago, and our success says that it is durable.
            durable = not act.doubted and self._is_synced(descriptor)
            status = self.fs.fstat(descriptor)
        finally:
            self.fs.close(descriptor)
        if not durable:
            # Our own copy is durable and takes its place: another sync of this one would succeed and prove nothing.
            self._take_time(new, status.st_mtime_ns)
            return self._replace(new, folder, name, path, act)
        self.took(status)
        return Saved(path, Outcome.SAME, status.st_size, mtime_of(status), etag_of(status))

    def _is_synced(self, descriptor: int) -> bool:
        try:
            self.fs.sync(descriptor)
        except OSError:
            return False
        return True

    def _take_time(self, new: New, mtime_ns: int) -> None:
        """Give `new` this mtime, durably."""
        own = confine.open_own(self.fs, new.name, new.folder)
        try:
            self.fs.set_times(own, mtime_ns)
            self.fs.sync(own)
        finally:
            self.fs.close(own)

    def _place_beside(self, new: New, folder: int, parts: Parts, act: _Act) -> Saved:
        """The target lies on another disk that is mounted in the share: copy there, hidden, and go on from that copy."""
        with contextlib.suppress(FileExistsError):
            self.fs.make_folder(_AREA, folder, 0o700)
        try:
            with trees.opened(self.fs, _AREA, folder) as beside:
                trees.remove(self.fs, new.name, beside)  # left by an attempt that was cut off
                try:
                    trees.copy(self.fs, new.name, new.folder, new.name, beside)
                    saved = self._place(_Beside(new, beside), folder, parts, act)
                finally:
                    with contextlib.suppress(OSError):
                        trees.remove(self.fs, new.name, beside)
                if saved.outcome in MOVED:
                    self.fs.unlink(new.name, new.folder)
        finally:
            with contextlib.suppress(OSError):
                self.fs.remove_folder(_AREA, folder)
        return saved


class _Beside(NamedTuple):
    """New content after it was copied to the disk of its target."""

    original: New
    folder: int

    @property
    def name(self) -> bytes:
        return self.original.name

    @property
    def size(self) -> int:
        return self.original.size

    @property
    def mtime_ns(self) -> int | None:
        return self.original.mtime_ns

    def same_as(self, descriptor: int) -> bool:
        return self.original.same_as(descriptor)

    def announce(self, path: str, outcome: Outcome, folder: int, name: bytes) -> None:
        self.original.announce(path, outcome, folder, name)


def _takes_time(policy: Conflict, new_ns: int, old_ns: int) -> bool:
    """Whether a file whose content is right already takes the mtime of the new one."""
    return (policy is Conflict.OVERWRITE and new_ns != old_ns) or (policy is Conflict.NEWER and new_ns > old_ns)
