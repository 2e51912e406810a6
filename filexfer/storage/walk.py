"""The folders that one act touches: found from the root downwards, opened once, synced where something changed, then closed."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from types import TracebackType

from filexfer.core import paths
from filexfer.core.errors import StorageFailed
from filexfer.storage.confine import open_folder
from filexfer.storage.failures import Unsynced
from filexfer.storage.fsops import FsOps
from filexfer.storage.versions import mark_of

Parts = tuple[str, ...]

#: Folders whose descriptors one walk keeps, so that a batch opens each of its folders once.
_KEPT = 64

#: From so many changed folders on, syncing the whole disk at once is quicker than each.
_MANY = 8


class Tree:
    """The shared folder, and which names in it are not durable yet.

    Attributes:
        root: its descriptor; -1 once it is closed, so that nothing reaches what may have that number then.
        own: marks of the files that were placed and of the folders that were made, see `StoreSettings.once`; None where nobody
            asks.
    """

    __slots__ = ("_doubted", "_fresh", "_lock", "fs", "own", "root")

    def __init__(self, fs: FsOps, root: int, own: set[int] | None = None) -> None:
        self.fs = fs
        self.root = root
        self.own = own
        # Guards the two below.
        self._lock = threading.Lock()
        #: Folder in which a folder was made that is not durable yet -> a token of the last time that happened.
        self._fresh: dict[Parts, object] = {}
        #: Folders of which a sync failed.
        self._doubted: set[Parts] = set()

    def walk(self) -> Walk:
        """For one act. Raises `StorageFailed` where the folder itself was removed."""
        self.check()
        return Walk(self)

    def check(self) -> None:
        """Raise `StorageFailed` where the folder itself was removed: it would look as if it had become empty."""
        if not self.fs.fstat(self.root).st_nlink:
            raise StorageFailed("The shared folder is gone: somebody has removed it. Put it back, then share it again.")

    def made_in(self, parts: Parts) -> None:
        """A folder was made in this one."""
        with self._lock:
            self._fresh[parts] = object()

    def mark(self, folder: int) -> None:
        """This store made the folder of this descriptor."""
        if self.own is not None:
            self.own.add(mark_of(self.fs.fstat(folder)))

    def fresh_above(self, parts: Parts) -> list[Parts]:
        """The folders above `parts` in which somebody made the next one on this way without having synced it yet. Whoever puts
        something there has to sync them too."""
        if not self._fresh:
            return []
        with self._lock:
            return [parts[:end] for end in range(len(parts)) if parts[:end] in self._fresh]

    def doubt(self, folders: Iterable[Parts]) -> None:
        """Syncing these failed. Another sync would succeed, and prove nothing of the names that were in them before."""
        with self._lock:
            self._doubted.update(folders)

    def doubted(self, parts: Parts) -> bool:
        return parts in self._doubted

    def tokens(self, folders: list[Parts]) -> dict[Parts, object]:
        """To be asked before folders are synced, and told to `durable` afterwards."""
        with self._lock:
            return {parts: self._fresh[parts] for parts in folders if parts in self._fresh}

    def durable(self, tokens: dict[Parts, object]) -> None:
        """These were synced; what was made there since is not covered."""
        with self._lock:
            for parts, token in tokens.items():
                if self._fresh.get(parts) is token:
                    del self._fresh[parts]


class Walk:
    """The folders of one act. For one thread. A descriptor that `folder` gives is good until its next call."""

    __slots__ = ("_changed", "_failed", "_fs", "_made", "_open", "_root", "_tree")

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._fs = tree.fs
        self._root = tree.root
        self._open: dict[Parts, int] = {}
        self._changed: set[Parts] = set()
        self._failed: dict[Parts, OSError] = {}
        #: What `made_here` said.
        self._made: dict[Parts, bool] = {}

    def __enter__(self) -> Walk:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None, /) -> None:
        while self._open:
            self._fs.close(self._open.popitem()[1])

    def folder(self, parts: Parts, make: bool = False) -> int:
        """The descriptor of a folder; with `make`, missing ones on the way are made."""
        if not parts:
            return self._root
        known = self._open.get(parts)
        if known is not None:
            return known
        # From the nearest folder that is open already, downwards.
        near = parts[:-1]
        if near not in self._open:
            near = max((above for above in self._open if above == parts[: len(above)]), key=len, default=())
        found = self._open.get(near, self._root)
        for end in range(len(near) + 1, len(parts) + 1):
            found = self._enter(parts[:end], found, make)
        return found

    def changed(self, parts: Parts) -> None:
        """Something was made, renamed or removed in this folder, the last one `folder` gave, so `sync` has to sync it."""
        self._changed.add(parts)
        self._changed.update(self._tree.fresh_above(parts))

    def doubted(self, parts: Parts) -> bool:
        """Whether a sync of this folder failed: a name in it counts as durable only once it was made again."""
        return self._tree.doubted(parts)

    def made_here(self, parts: Parts) -> bool:
        """Whether this folder, the last one `folder` gave, is one that this store made, as far as `Tree.own` tells."""
        known = self._made.get(parts)
        if known is None:
            own = self._tree.own
            known = self._made[parts] = own is not None and mark_of(self._fs.fstat(self.folder(parts))) in own
        return known

    def sync(self) -> None:
        """Sync every folder that changed. What fails is told by `check`."""
        # Those whose descriptor was let go can only be synced with all others.
        at_once = self._fs.syncs_at_once and (len(self._changed) > _MANY or any(p and p not in self._open for p in self._changed))
        if at_once:
            tokens = self._tree.tokens(list(self._changed))
            for parts in self._changed & self._open.keys():
                self._sync_other_disk(parts)
            try:
                self._fs.sync_all(self._root)
            except OSError as error:
                self._failed.setdefault((), error)
                self._tree.doubt(self._changed)
            else:
                self._tree.durable(tokens)
        else:
            # The deepest first: a folder is complete before its own name is made durable.
            for parts in sorted(self._changed, key=len, reverse=True):
                self._sync(parts)
        self._changed.clear()

    @property
    def any_failed(self) -> bool:
        """Whether `check` raises for any folder."""
        return bool(self._failed)

    def check(self, parts: Parts) -> None:
        """Raise `Unsynced` if syncing this folder, or one above it, failed."""
        if self._failed:
            for end in range(len(parts) + 1):
                error = self._failed.get(parts[:end])
                if error is not None:
                    raise Unsynced(error.errno, error.strerror) from error

    def _enter(self, parts: Parts, parent: int, make: bool) -> int:
        name, new = paths.encode(parts[-1]), False
        try:
            opened = open_folder(self._fs, name, parent)
        except FileNotFoundError:
            if not make:
                raise
            try:
                self._fs.make_folder(name, parent)
                new = True
            except FileExistsError:
                pass  # another thread was quicker
            self._tree.made_in(parts[:-1])
            self._changed.add(parts[:-1])
            opened = open_folder(self._fs, name, parent)
        self._open[parts] = opened
        if new:
            self._tree.mark(opened)
        if len(self._open) > _KEPT:
            self._let_go(next(iter(self._open)))
        return opened

    def _let_go(self, parts: Parts) -> None:
        if parts in self._changed:
            if self._fs.syncs_at_once:
                self._sync_other_disk(parts)
            else:
                self._sync(parts)
                self._changed.discard(parts)
        self._fs.close(self._open.pop(parts))

    def _sync(self, parts: Parts) -> None:
        tokens = self._tree.tokens([parts])
        try:
            # One that is no longer open changed at another act's hands: its name is not durable, see `Tree.fresh_above`.
            self._fs.sync_folder(self._open[parts] if parts in self._open else self.folder(parts))
        except OSError as error:
            self._failed.setdefault(parts, error)
            self._tree.doubt([parts])
        else:
            self._tree.durable(tokens)

    def _sync_other_disk(self, parts: Parts) -> None:
        """Sync a folder by itself if syncing the disk of the share would leave it out."""
        if self._fs.fstat(self._open[parts]).st_dev != self._fs.fstat(self._root).st_dev:
            self._sync(parts)
