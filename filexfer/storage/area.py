"""The hidden folder `.filexfer` of a share: made at the first write, gone again once it is empty.

    uploads/   <id>.data, <id>.journal, <id>.done       see upload.py
    batch-X/   files on their way in, of one process     locked by it; what a dead process left is swept away
    trash/     see trash.py

Several processes may use one folder at once. So each descriptor kept here can be of a folder that another process has just
removed for being empty; making a file in it then says ENOENT, and the folder is made anew.
"""

from __future__ import annotations

import contextlib
import itertools
import secrets
import threading
from collections.abc import Iterator

from filexfer.core import paths
from filexfer.core.errors import StorageFailed
from filexfer.storage import confine, content, naming, trees
from filexfer.storage.walk import Tree

_AREA = paths.encode(paths.AREA)
_BATCH = b"batch-"
_TRIES = 20

UPLOADS = b"uploads"
TRASH = b"trash"


class Area:
    """Descriptors of the hidden folder and of those in it.

    Attributes:
        batch: name of the folder in which this process' files grow.
    """

    def __init__(self, tree: Tree) -> None:
        self._fs = tree.fs
        self._tree = tree
        self.batch = _BATCH + secrets.token_hex(8).encode()
        # Guards `_open`.
        self._lock = threading.Lock()
        self._open: dict[bytes, int] = {}
        self._names = itertools.count(1)

    def fresh_name(self) -> bytes:
        """A name that no other file of the batch folder has."""
        return b"%d" % next(self._names)

    def itself(self) -> int:
        """The descriptor of the hidden folder, made if it is missing."""
        with self._lock:
            if _AREA in self._open and not self._fs.fstat(self._open[_AREA]).st_nlink:
                self._drop(_AREA)  # another process removed it
            if _AREA not in self._open:
                self._open[_AREA] = self._enter(_AREA, self._tree.root)
            return self._open[_AREA]

    def folder(self, name: bytes) -> int:
        """The descriptor of `uploads`, `trash` or `self.batch`, made if it is missing."""
        found = self._open.get(name)
        return found if found is not None else self._make(name)

    def existing(self, name: bytes) -> int | None:
        """Like `folder`, but None where it does not exist."""
        with self._lock:
            known = self._open.get(name)
            if known is not None:
                if self._fs.fstat(known).st_nlink:
                    return known
                # Another process removed it, and may have made a new one since.
                self._drop(name)
                self._drop(_AREA)
            try:
                if _AREA not in self._open:
                    self._open[_AREA] = confine.open_folder(self._fs, _AREA, self._tree.root)
                if name not in self._open:
                    self._open[name] = self._opened(name, self._open[_AREA])
            except FileNotFoundError:
                return None
            return self._open[name]

    def create(self, where: bytes, name: bytes, *, append: bool = False) -> int:
        """A new file for reading and writing in folder `where`."""
        for _ in range(_TRIES):
            folder = self.folder(where)
            try:
                return confine.open_own(self._fs, name, folder, create=True, append=append)
            except FileNotFoundError:
                self._forget(where, folder)
        raise self._vanished()

    def place(self, where: bytes, name: bytes, data: bytes, *, sync: bool = False) -> None:
        """A new file in folder `where` that appears with all of `data`; `FileExistsError` if it is there."""
        own = self.fresh_name()
        descriptor = self.create(self.batch, own)
        try:
            try:
                content.write_whole(self._fs, descriptor, data, 0)
                if sync:
                    self._fs.sync(descriptor)
            finally:
                self._fs.close(descriptor)
            self._move(own, where, name)
        except BaseException:
            with contextlib.suppress(OSError):
                self._fs.unlink(own, self.folder(self.batch))
            raise

    def _move(self, own: bytes, where: bytes, name: bytes) -> None:
        for _ in range(_TRIES):
            folder = self.folder(where)
            try:
                return naming.rename_new(self._fs, own, self.folder(self.batch), name, folder)
            except FileNotFoundError:
                self._forget(where, folder)
        raise self._vanished()

    def sweep(self) -> None:
        """Remove what the batches of dead processes left."""
        if self.existing(_AREA) is None:
            return
        area = self._open[_AREA]
        for name in trees.names(self._fs, area):
            if name.startswith(_BATCH) and name != self.batch:
                self._sweep_batch(name, area)

    def close(self) -> None:
        """Close the descriptors, and remove what is empty."""
        with self._lock:
            area = self._open.pop(_AREA, None)
            if area is None:
                return
            if self.batch in self._open:
                with contextlib.suppress(OSError):
                    trees.clear(self._fs, self._open[self.batch])
            for name in (self.batch, UPLOADS, TRASH):
                if name in self._open:
                    self._fs.close(self._open.pop(name))
                # Not empty, not there, or removed by another process: all as it should be.
                with contextlib.suppress(OSError):
                    self._fs.remove_folder(name, area)
            self._fs.close(area)
            with contextlib.suppress(OSError):
                self._fs.remove_folder(_AREA, self._tree.root)

    def _make(self, name: bytes) -> int:
        with self._lock:
            for _ in range(_TRIES):
                area = self._open.get(_AREA)
                try:
                    if area is None:
                        area = self._open[_AREA] = self._enter(_AREA, self._tree.root)
                    if name not in self._open:
                        self._open[name] = self._enter(name, area)
                        if name != self.batch:  # what lies there is to outlive a power cut
                            self._fs.sync_folder(area)
                            self._fs.sync_folder(self._tree.root)
                    return self._open[name]
                except FileNotFoundError:
                    self._drop(_AREA)
        raise self._vanished()

    def _enter(self, name: bytes, parent: int) -> int:
        try:
            return self._opened(name, parent)
        except FileNotFoundError:
            with contextlib.suppress(FileExistsError):
                # Readable by nobody else: a file in it may be one that is not shared with everybody later.
                self._fs.make_folder(name, parent, 0o700)
            return self._opened(name, parent)

    def _vanished(self) -> StorageFailed:
        self._tree.check()
        return StorageFailed("The folder's hidden area vanishes as soon as it is made. See what else works on this folder.")

    def _opened(self, name: bytes, parent: int) -> int:
        opened = confine.open_folder(self._fs, name, parent)
        if name == self.batch:
            try:
                # A file system without locks sweeps nothing either, see `_sweep_batch`.
                with contextlib.suppress(OSError):
                    self._fs.lock(opened)
            except BaseException:
                self._fs.close(opened)
                raise
        return opened

    def _forget(self, name: bytes, folder: int) -> None:
        with self._lock:
            # Unless another thread was quicker and this is a new one already.
            if self._open.get(name) == folder:
                self._drop(name)

    def _drop(self, name: bytes) -> None:
        dropped = self._open.pop(name, None)
        if dropped is not None:
            self._fs.close(dropped)

    def _sweep_batch(self, name: bytes, area: int) -> None:
        with contextlib.suppress(OSError), self._borrowed(name, area) as folder:
            if self._fs.lock(folder):
                trees.clear(self._fs, folder)
                self._fs.remove_folder(name, area)

    @contextlib.contextmanager
    def _borrowed(self, name: bytes, parent: int) -> Iterator[int]:
        folder = confine.open_folder(self._fs, name, parent)
        try:
            yield folder
        finally:
            self._fs.close(folder)
