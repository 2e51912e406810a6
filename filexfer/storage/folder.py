"""A folder of this machine as a `Store`: what a server shares, and what a client downloads into.

Only this class is made by other rooms; it puts the pieces together and keeps the uploads that are open.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import secrets
import threading
import weakref
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack

from filexfer.core import digests, paths
from filexfer.core.clock import SteadyClock
from filexfer.core.errors import BadParameters, Busy, FilexferError, InvalidPath, NotFound, UnknownUpload
from filexfer.core.model import Conflict, Entry, PutOptions, Saved
from filexfer.storage import confine, scan, upload_files
from filexfer.storage.acts import Acts
from filexfer.storage.area import Area
from filexfer.storage.batch import Batch
from filexfer.storage.changes import Changes
from filexfer.storage.failures import translating
from filexfer.storage.fsops import FsOps, syncing_within
from filexfer.storage.naming import PathLocks
from filexfer.storage.notices import Notices
from filexfer.storage.publish import Publisher
from filexfer.storage.reader import FileReader, Reading
from filexfer.storage.shared import Shared
from filexfer.storage.space import Space
from filexfer.storage.store import Condition, OpenUpload, Small, StoreSettings, Trashed, Upload
from filexfer.storage.stream import Stream
from filexfer.storage.trash import Trash
from filexfer.storage.upload import FolderUpload
from filexfer.storage.versions import entry_of
from filexfer.storage.walk import Tree

_ID = re.compile("[0-9a-f]{32}")

#: Uploads whose descriptors stay open though nobody is at them.
_KEPT_OPEN = 64


class FolderStore:
    """See `store.Store`; besides, the folder's own acts.

    Attributes:
        trash: what was deleted and overwritten.
    """

    def __init__(
        self,
        root: str | os.PathLike[str],
        settings: StoreSettings = StoreSettings(),
        *,
        exclusive: bool = True,
        fs: FsOps | None = None,
    ) -> None:
        """`exclusive`: this folder is one server's, a second one is told `Busy`, and answers of commits are kept. Without it
        several processes may use the folder at once, and nothing of ours stays in it but what can be resumed.

        Raises `NotFound`, `NotAFolder`, `Forbidden`, `Busy`.
        """
        self._fs = fs = fs or confine.native_ops()
        with translating():
            self._tree = tree = Tree(fs, confine.open_root(fs, root), set() if settings.once else None)
        try:
            if exclusive:
                self._lock_share()
            area = Area(tree)
            self._acts = Acts(self._let_go)
            self._clock = SteadyClock()
            self.trash = Trash(fs, area, settings, self._acts, self._put_back, self._clock)
            space = Space(tree, settings.keep_free, self.trash.make_room)
            publisher = Publisher(fs, self.trash, PathLocks(), tree.own)
            self._shared = Shared(fs, tree, area, space, publisher, settings, self._acts, answers=exclusive)
            self._changes = Changes(self._shared)
            # Guards the three below: uploads somebody holds, those among them lately used, streams.
            self._lock = threading.Lock()
            self._uploads: weakref.WeakValueDictionary[str, FolderUpload] = weakref.WeakValueDictionary()
            self._recent: OrderedDict[str, FolderUpload] = OrderedDict()
            self._streams: weakref.WeakSet[Stream] = weakref.WeakSet()
            # A folder that can only be read is shared all the same.
            with contextlib.suppress(FilexferError):
                self.expire()
        except BaseException:
            fs.close(tree.root)
            raise

    def __enter__(self) -> FolderStore:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    # -- reading --------------------------------------------------------------------------------------------------

    def stat(self, path: str) -> Entry:
        """See `store.Store.stat`."""
        parts = paths.split(path)
        with self._acts(path), self._shared.tree.walk() as walk:
            if not parts:
                return entry_of("", self._fs.fstat(self._tree.root))
            return entry_of(parts[-1], self._fs.stat(paths.encode(parts[-1]), walk.folder(parts[:-1])))

    def scan(self, path: str, recursive: bool = False) -> Iterator[Entry]:
        """See `store.Store.scan`."""
        parts = paths.split(path)
        with self._acts(path), self._shared.tree.walk() as walk:
            folder = confine.open_again(self._fs, walk.folder(parts))
        return scan.scan(self._fs, folder, recursive, path)

    def listen(self, folders: Iterable[str]) -> Notices:
        """Have the system tell of what changes in these folders, not below them, whoever changes it; those that are not there
        are left out. Raises `StorageFailed` where it watches nothing more."""
        located: dict[str, str] = {}
        with self._acts(), ExitStack() as opened:
            for path in folders:
                with contextlib.suppress(FilexferError), self._acts(path), self._shared.tree.walk() as walk:
                    folder = confine.open_again(self._fs, walk.folder(paths.split(path)))
                    opened.callback(self._fs.close, folder)
                    located[path] = self._fs.location(folder)
            return Notices(located)

    def open(self, path: str) -> FileReader:
        """See `store.Store.open`."""
        with self.reading() as reading:
            return reading.open(path)

    @contextlib.contextmanager
    def reading(self) -> Iterator[Reading]:
        """See `store.Store.reading`."""
        with self._acts(), self._shared.tree.walk() as walk:
            yield Reading(self._fs, walk)

    def space(self) -> tuple[int, int]:
        """Bytes that may still be written, and all the disk has."""
        with self._acts():
            return self._shared.space.now()

    def condition(self) -> Condition:
        """How the disk is just now. May take as long as the disk likes; raises `NotFound` where the folder was deleted,
        `StorageFailed` and others where it cannot be read."""
        with self._acts():
            root = self._tree.root
            if self._fs.fstat(root).st_nlink == 0:
                raise NotFound("The shared folder was deleted. Make it again, then start the server anew.")
            folder = confine.open_again(self._fs, root)
            try:
                with self._fs.scan(folder) as entries:
                    next(entries, None)
            finally:
                self._fs.close(folder)
            return Condition(*self._shared.space.now(), self._fs.may_write(root))

    def sync_within(self, waiting: Callable[[], AbstractContextManager[object]]) -> None:
        """From now on, whatever is synced is synced within `waiting()`. Before anybody works with it."""
        syncing_within(self._fs, waiting)

    def own_area(self) -> tuple[int, int]:
        """Device and inode of the hidden folder, made if it is missing. Who has to open something in it by path compares them."""
        with self._acts():
            status = self._fs.fstat(self._shared.area.itself())
            self._fs.sync_folder(self._tree.root)  # what lies in it is to outlive a power cut
            return status.st_dev, status.st_ino

    def require(self, wanted: int) -> None:
        """Raise `NoSpace` unless so many more bytes find room; the trash gives way to them."""
        with self._acts():
            self._shared.space.check(wanted)

    # -- writing --------------------------------------------------------------------------------------------------

    def put(self, files: Sequence[Small], versions: bool = True) -> list[Saved | FilexferError]:
        """See `store.Store.put`."""
        with self._acts():
            self._shared.space.check(sum(len(small.data) for small in files))
            return Batch(self._shared, versions).put(files)

    def upload(self, path: str | None, size: int | None, options: PutOptions = PutOptions(), owner: str = "") -> Upload:
        """See `store.Store.upload`."""
        if path is not None and not paths.split(path):
            raise InvalidPath("A file needs a name.")
        if size is None:
            stream = Stream(self._shared, path, options)
            with self._lock:
                self._streams.add(stream)
            return stream
        if size < 0:
            raise BadParameters("The size of a file is not negative.")
        upload = self._upload(upload_id(path, size, options.key))
        upload.begin(path, size, options, owner)
        self._used(upload)
        return upload

    def resume(self, upload_id: str) -> FolderUpload:
        """See `store.Store.resume`."""
        if not _ID.fullmatch(upload_id):
            raise UnknownUpload()
        upload = self._upload(upload_id)
        upload.open()
        self._used(upload)
        return upload

    def uploads(self) -> list[OpenUpload]:
        """Uploads begun and not committed, the latest touched first."""
        with self._acts():
            found = [
                OpenUpload(upload_id, told.head.path or "", told.head.size, told.received(), touched)
                for upload_id, told, touched in upload_files.begun(self._fs, self._shared.area)
                if told.head
            ]
        return sorted(found, key=lambda upload: upload.touched_ns, reverse=True)

    def expire(self) -> None:
        """Drop uploads nobody goes on with, answers nobody asks for any more, old trash, and what crashes left."""
        settings = self._shared.settings
        with self._acts():
            self._shared.area.sweep()
            upload_files.expire(self._fs, self._shared.area, settings.upload_age, settings.answer_age, self._clock.now())
        self.trash.sweep()

    def took(self, status: os.stat_result) -> None:
        """What is there, with this status, is what was to come: nothing else may replace it (`StoreSettings.once`)."""
        self._shared.publisher.took(status)

    def make_folder(self, path: str) -> Entry:
        """Make a folder and those above it; no error if it is there."""
        [made] = self.make_folders([(path, None)])
        if isinstance(made, FilexferError):
            raise made
        return made

    def make_folders(self, folders: Sequence[tuple[str, int | None]]) -> list[Entry | FilexferError]:
        """Make folders, each a path and its mtime_ns (None leaves it) and with those above it, in this order: those within others
        come first, for what is made in a folder changes its time. All are synced at once; an entry or error for each."""
        with self._acts():
            return self._changes.make_folders(folders)

    def set_times(self, path: str, mtime_ns: int) -> None:
        """Give a file or folder this mtime, in nanoseconds since the epoch."""
        with self._acts(path):
            self._changes.set_times(paths.split(path), mtime_ns)

    def move(self, path: str, to: str, on_conflict: Conflict = Conflict.FAIL, etag: str = "") -> Entry:
        """Rename or move to the full new path `to`, if it is still version `etag` (`Changed`); the entry as it is then.

        Raises `NotFound`, `AlreadyExists`, `NotEmpty` (a folder with content is never replaced), `InvalidPath` (into
        itself, a link).
        """
        with self._acts(path):
            return self._changes.move(paths.split(path), paths.split(to), on_conflict, etag)

    def delete(self, path: str, etag: str = "", permanent: bool = False) -> str:
        """Delete a file, or a folder with all that is in it, if it is still version `etag` (`Changed`).

        Returns its id in the trash, or "" where it is gone for good.
        """
        with self._acts(path):
            return self._changes.delete(paths.split(path), etag, permanent)

    def close(self) -> None:
        """Close every upload, keeping it for later, and the folder, after the last act that is under way."""
        with self._lock:
            begun: list[Upload] = [*self._uploads.values(), *self._streams]
            self._recent.clear()
        for upload in begun:
            # One that fails here is told so when somebody goes on with it.
            with contextlib.suppress(FilexferError):
                upload.close()
        self._acts.end()

    # -- inside ---------------------------------------------------------------------------------------------------

    def _let_go(self) -> None:
        with contextlib.suppress(OSError):
            self._shared.area.close()
        root, self._tree.root = self._tree.root, -1
        self._fs.close(root)

    def _lock_share(self) -> None:
        with contextlib.suppress(OSError):  # a file system without locks
            if not self._fs.lock(self._tree.root):
                raise Busy("Another server shares this folder already. Stop it, or share another folder.")

    def _put_back(self, folder: int, name: bytes, item: Trashed) -> str:
        return self._changes.put_back(folder, name, item)

    def _upload(self, upload_id: str) -> FolderUpload:
        with self._lock:
            upload = self._uploads.get(upload_id)
            if upload is None:
                upload = self._uploads[upload_id] = FolderUpload(self._shared, upload_id)
            return upload

    def _used(self, upload: FolderUpload) -> None:
        """Keep it open, and close the one that was not used for the longest time if there are too many."""
        with self._lock:
            self._recent[upload.id] = upload
            self._recent.move_to_end(upload.id)
            oldest = self._recent.popitem(last=False)[1] if len(self._recent) > _KEPT_OPEN else None
        if oldest is not None:
            oldest.close_if_idle()


def upload_id(path: str | None, size: int, key: str) -> str:
    """The id of an upload: chance, or, where it has a key, what finds it again; known before it is begun, so that somebody can
    note whose it is."""
    if not key:
        return secrets.token_hex(16)
    return digests.digest(json.dumps([key, path, size]).encode()).partition(":")[2][:32]
