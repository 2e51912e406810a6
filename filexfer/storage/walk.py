"""The folders that one act touches: found from the root downwards, opened once, synced where something changed, then closed."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import TracebackType

from filexfer.core import paths
from filexfer.storage.confine import open_folder
from filexfer.storage.fsops import FsOps

Parts = tuple[str, ...]

#: Folders whose descriptors one walk keeps, so that a batch opens each of its folders once.
_KEPT = 64


@dataclass(slots=True)
class Tree:
    """The shared folder.

    Attributes:
        root: its descriptor.
        fresh: folders that were made and whose names are not durable yet. Whoever puts something into one of them has to sync
            these names too, whoever made it. Changed by single operations of the set only.
    """

    fs: FsOps
    root: int
    fresh: set[Parts] = field(default_factory=set)

    def walk(self) -> Walk:
        return Walk(self)


class Walk:
    """The folders that one act touches: opened once, synced where something changed in them, closed at the end.

    For one thread. A descriptor that `folder` gives is good until its next call.
    """

    __slots__ = ("_changed", "_failed", "_fresh", "_fs", "_open", "_root")

    def __init__(self, tree: Tree) -> None:
        self._fs = tree.fs
        self._root = tree.root
        self._fresh = tree.fresh
        self._open: dict[Parts, int] = {}
        self._changed: set[Parts] = set()
        self._failed: dict[Parts, OSError] = {}

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
        depth = len(parts) - 1
        while depth and parts[:depth] not in self._open:
            depth -= 1
        found = self._open[parts[:depth]] if depth else self._root
        for end in range(depth + 1, len(parts) + 1):
            found = self._enter(parts[:end], found, make)
        return found

    def changed(self, parts: Parts) -> None:
        """Something was made, renamed or removed in this folder, the last one `folder` gave, so `sync` has to sync it."""
        self._changed.add(parts)
        if self._fresh:
            self._changed.update(parts[: end - 1] for end in range(1, len(parts) + 1) if parts[:end] in self._fresh)

    def sync(self) -> None:
        """Sync every folder that changed. What fails is told by `check`."""
        # The deepest first: a folder is complete before its own name is made durable.
        for parts in sorted(self._changed, key=len, reverse=True):
            self._sync(parts)

    def check(self, parts: Parts) -> None:
        """Raise the error met when this folder, or one above it, was synced."""
        if self._failed:
            for end in range(len(parts) + 1):
                if parts[:end] in self._failed:
                    raise self._failed[parts[:end]]

    def _enter(self, parts: Parts, parent: int, make: bool) -> int:
        name = paths.encode(parts[-1])
        try:
            opened = open_folder(self._fs, name, parent)
        except FileNotFoundError:
            if not make:
                raise
            try:
                self._fs.make_folder(name, parent)
            except FileExistsError:
                pass  # another thread was quicker
            self._fresh.add(parts)
            self._changed.add(parts[:-1])
            opened = open_folder(self._fs, name, parent)
        self._open[parts] = opened
        if len(self._open) > _KEPT:
            self._forget(next(iter(self._open)))
        return opened

    def _forget(self, parts: Parts) -> None:
        if parts in self._changed:
            self._sync(parts)
        self._fs.close(self._open.pop(parts))

    def _sync(self, parts: Parts) -> None:
        self._changed.discard(parts)
        made = [below for below in self._fresh.copy() if below[:-1] == parts]
        try:
            # Let go of already, which a path of very many folders brings about: walked to once more.
            folder = self._open.get(parts, self._root) if not parts or parts in self._open else self.folder(parts)
            self._fs.sync_folder(folder)
        except OSError as error:
            self._failed.setdefault(parts, error)
        else:
            self._fresh.difference_update(made)
