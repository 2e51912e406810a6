"""The files of one upload in the area: made, locked, read after a restart, and what becomes of them at the end.

<id>.data       the content as far as it came
<id>.journal    see journal.py; locked by the process that is at the upload
<id>.done       the journal of a committed upload, kept to answer again
"""

from __future__ import annotations

import contextlib
import errno
from collections.abc import Iterator

from filexfer.core.errors import Busy, FilexferError, UnknownUpload
from filexfer.core.model import Saved
from filexfer.storage import area as areas
from filexfer.storage import confine, content, journal, trees
from filexfer.storage.area import Area
from filexfer.storage.failures import Unsynced
from filexfer.storage.fsops import FsOps
from filexfer.storage.naming import present

DATA = b".data"
JOURNAL = b".journal"
DONE = b".done"

#: Seconds after which content without a journal is what a crash left.
_STALE = 3600.0


class UploadFiles:
    """The open files of one upload. Not for two threads at once, but for `data`.

    Attributes:
        told: what the journal said when it was opened.
        data: descriptor of the content.
        announced: the journal may tell of a rename.
    """

    def __init__(self, fs: FsOps, folder: int, name: bytes, descriptor: int, told: journal.Told) -> None:
        self.told = told
        self.data = -1
        self.announced = told.publishing is not None
        self._fs = fs
        self._folder = folder
        self._name = name
        self._journal = descriptor
        self._end = told.end
        self._named = False

    @classmethod
    def open(cls, fs: FsOps, area: Area, upload_id: str) -> UploadFiles:
        """The upload of this id, locked. Raises `UnknownUpload`, `Busy` while another process is at it."""
        folder, name = area.existing(areas.UPLOADS), upload_id.encode()
        if folder is None:
            raise UnknownUpload()
        try:
            descriptor = _locked(fs, name + JOURNAL, folder)
        except FileNotFoundError:
            raise UnknownUpload() from None
        return cls._read(fs, folder, name, descriptor)

    @classmethod
    def create(cls, fs: FsOps, area: Area, upload_id: str, head: journal.Head) -> UploadFiles:
        """A new upload, locked, with empty content. Raises `Busy` if another process was quicker."""
        name = upload_id.encode() + JOURNAL
        try:
            area.place(areas.UPLOADS, name, journal.head(head))
        except FileExistsError:
            # No upload, else it would have been opened: what a crash or another version left.
            fs.unlink(name, area.folder(areas.UPLOADS))
            area.place(areas.UPLOADS, name, journal.head(head))
        made = None
        try:
            made = cls.open(fs, area, upload_id)
            # Content alone counts for nothing.
            with contextlib.suppress(FileNotFoundError):
                fs.unlink(made.place[1], made.place[0])
            made.begin_anew()
        except Busy:
            raise
        except BaseException:
            # Nobody knows of it yet, so nobody would drop it.
            with contextlib.suppress(OSError, FilexferError):
                (made or cls.open(fs, area, upload_id)).remove()
            raise
        return made

    @classmethod
    def _read(cls, fs: FsOps, folder: int, name: bytes, descriptor: int) -> UploadFiles:
        try:
            told = journal.read(fs, descriptor)
            if told.head is None:
                raise UnknownUpload()
            # What a crash cut off must not be read together with what is written over it.
            if fs.fstat(descriptor).st_size != told.end:
                fs.truncate(descriptor, told.end)
        except BaseException:
            fs.close(descriptor)
            raise
        return cls(fs, folder, name, descriptor, told)

    def begin_anew(self) -> None:
        """Empty content, and a journal that tells of no block."""
        if self._end != self.told.begin:
            self.told = journal.Told(self.told.head, begin=self.told.begin, end=self.told.begin)
            self._end = self.told.end
            self._fs.truncate(self._journal, self._end)
            if self.told.head is not None:
                self.append(journal.options(self.told.head.options))
        self.data = confine.open_own(self._fs, self._name + DATA, self._folder, create=True)

    def open_data(self) -> bool:
        """Open the content; False if it is not there."""
        try:
            self.data = confine.open_own(self._fs, self._name + DATA, self._folder)
        except FileNotFoundError:
            return False
        return True

    @property
    def place(self) -> tuple[int, bytes]:
        """Folder and name of the content."""
        return self._folder, self._name + DATA

    def announce(self, record: journal.Publishing) -> None:
        """Note, durably, that the content is about to be renamed."""
        self.announced = True
        self.append(journal.publishing(record))
        self.sync_journal()

    def append(self, record: bytes) -> None:
        """One more record. If it fails, the next one takes its place."""
        content.write_whole(self._fs, self._journal, record, self._end)
        self._end += len(record)

    def sync_journal(self) -> None:
        """Make the journal durable, its name too. Raises `Unsynced`."""
        try:
            self._fs.sync_data(self._journal)
            if not self._named:
                self._fs.sync_folder(self._folder)
                self._named = True
        except OSError as error:
            raise Unsynced(error.errno, error.strerror) from error

    def close_data(self) -> None:
        if self.data >= 0:
            descriptor, self.data = self.data, -1
            self._fs.close(descriptor)

    def close(self) -> None:
        """Let go of everything, the lock too."""
        self.close_data()
        if self._journal >= 0:
            descriptor, self._journal = self._journal, -1
            self._fs.close(descriptor)

    def finish(self, saved: Saved, answers: bool) -> None:
        """It is published: drop what is left of the content, and keep the answer if `answers`."""
        # It is done, whatever comes now; a crash before the end of this is put right by the next opening.
        with contextlib.suppress(OSError):
            trees.remove(self._fs, self._name + DATA, self._folder)
            if answers:
                self.append(journal.done(saved))
                self.close()  # Windows renames no open file
                self._fs.rename(self._name + JOURNAL, self._folder, self._name + DONE, self._folder)
            else:
                self._fs.unlink(self._name + JOURNAL, self._folder)
        self.close()

    def remove(self) -> None:
        """Forget the upload."""
        if self.announced:
            # Content that is gone would tell, after a crash, that the rename came about. (If this fails there are two faults.)
            with contextlib.suppress(OSError):
                self._fs.truncate(self._journal, 0)
                self._fs.sync_data(self._journal)
        try:
            # The content first: without it the journal counts for nothing, without the journal nobody would find it.
            trees.remove(self._fs, self._name + DATA, self._folder)
            trees.remove(self._fs, self._name + JOURNAL, self._folder)
        finally:
            self.close()


def committed(fs: FsOps, area: Area, upload_id: str) -> journal.Told | None:
    """What the journal of a committed upload says; None if it is none or that is forgotten."""
    folder = area.existing(areas.UPLOADS)
    return None if folder is None else _peek(fs, upload_id.encode() + DONE, folder)


def forget_answer(fs: FsOps, area: Area, upload_id: str) -> None:
    trees.remove(fs, upload_id.encode() + DONE, area.folder(areas.UPLOADS))


def begun(fs: FsOps, area: Area) -> Iterator[tuple[str, journal.Told, int]]:
    """Every upload not committed: its id, what its journal says, when it was last touched (nanoseconds since the epoch)."""
    folder = area.existing(areas.UPLOADS)
    for name in [] if folder is None else trees.names(fs, folder):
        if folder is not None and name.endswith(JOURNAL):
            status = present(fs, name, folder)
            told = _peek(fs, name, folder)
            if status and told and told.head:
                yield name.removesuffix(JOURNAL).decode(), told, status.st_mtime_ns


def expire(fs: FsOps, area: Area, upload_age: float, answer_age: float, now: float) -> None:
    """Remove uploads nobody touched for `upload_age` seconds, answers older than `answer_age`, and what crashes left.

    `now`: seconds since the epoch.
    """
    folder = area.existing(areas.UPLOADS)
    for name in [] if folder is None else trees.names(fs, folder):
        status = present(fs, name, folder) if folder is not None else None
        if folder is None or status is None:
            continue
        age = now - status.st_mtime
        alone = name.endswith(DATA) and present(fs, name.removesuffix(DATA) + JOURNAL, folder) is None
        if (name.endswith(DONE) and age > answer_age) or (alone and age > _STALE):
            trees.remove(fs, name, folder)
        elif name.endswith(JOURNAL) and age > upload_age:
            with contextlib.suppress(Busy, FileNotFoundError):
                files = UploadFiles(fs, folder, name.removesuffix(JOURNAL), _locked(fs, name, folder), journal.Told())
                files.announced = True
                files.remove()


def _peek(fs: FsOps, name: bytes, folder: int) -> journal.Told | None:
    try:
        descriptor = confine.open_own(fs, name, folder)
    except FileNotFoundError:
        return None
    try:
        return journal.read(fs, descriptor)
    finally:
        fs.close(descriptor)


def _locked(fs: FsOps, name: bytes, folder: int) -> int:
    """Open a journal and lock it; `FileNotFoundError` if it is not there, `Busy` if another process has it."""
    descriptor = confine.open_own(fs, name, folder)
    try:
        _lock(fs, descriptor)
        # Between opening and locking its owner may have ended the upload, and another one begun it anew.
        if fs.fstat(descriptor).st_ino != fs.stat(name, folder).st_ino:
            raise Busy("Another process has just ended this upload. Try again.")
    except BaseException:
        fs.close(descriptor)
        raise
    return descriptor


def _lock(fs: FsOps, descriptor: int) -> None:
    try:
        if not fs.lock(descriptor):
            raise Busy("Another process is at this upload. Wait for it, or stop it.")
    except OSError as error:
        # A file system without locks: then nobody but its owner's care keeps two processes from one upload.
        if error.errno not in (errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOTSUP, errno.ENOSYS):
            raise
