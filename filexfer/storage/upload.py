"""An upload in blocks that survives crashes of this side and of the other: verified, written, noted; at the end published whole.

The order of things, on which the promises rest:
    a block     checked, written, then noted in the journal
    checkpoint  data synced, then the journal says so, then the journal synced
    commit      writers shut out and waited for, data synced, rename announced in the journal and that synced, renamed, folders
                synced
A sync that failed is not tried again: the system may have dropped what it could not write and forgotten that it did. The upload
ends.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator, Sequence

from filexfer.core import digests, paths
from filexfer.core.digests import Bytes
from filexfer.core.errors import BadDigest, BadOffset, Changed, FilexferError, InvalidPath, TooLarge, UnknownUpload
from filexfer.core.model import PutOptions, Range, Saved
from filexfer.storage import content, journal, recovery, upload_commit, upload_files, version_there
from filexfer.storage.blocks import Blocks
from filexfer.storage.failures import Unsynced, sync_failed
from filexfer.storage.shared import Shared
from filexfer.storage.store import REUSE_BYTES
from filexfer.storage.turns import Turns
from filexfer.storage.upload_files import UploadFiles
from filexfer.storage.walk import Parts


class FolderUpload:
    """See `store.Upload`. Made by `FolderStore`, which keeps one object for an id; any number of threads may use it."""

    def __init__(self, shared: Shared, upload_id: str) -> None:
        self.id = upload_id
        self.path: str | None = None
        self.size: int | None = None
        self.block_size = shared.settings.block_size
        self.owner = ""
        self._shared = shared
        # Held by the one thread that makes a checkpoint; only ever tried.
        self._checking = threading.Lock()
        # Everything below belongs to who holds the lock of `_turns`, or is alone there.
        self._turns = Turns()
        self._options = PutOptions()
        self._files: UploadFiles | None = None
        self._saved: Saved | None = None
        self._failed: FilexferError | None = None
        self._blocks = Blocks(0, self.block_size)
        self._noted = 0  # notes of blocks in the journal
        self._unsynced = 0  # bytes written since the last checkpoint
        self._synced_at = 0.0

    def begin(self, path: str | None, size: int, options: PutOptions, owner: str) -> None:
        """Go on with what is there of this upload, or begin it. Raises `NoSpace`, `Busy`."""
        with self._shared.acts(path or ""), self._alone():
            self._failed = None
            with contextlib.suppress(UnknownUpload):
                self._open()
            if self._saved is not None and not recovery.still_there(self._shared, self._saved):
                upload_files.forget_answer(self._shared.fs, self._shared.area, self.id)
                self._saved = None
            if self._files is None and self._saved is None:
                self._create(journal.Head(path, size, self._shared.settings.block_size, options, time.time_ns(), owner))
            else:
                self._shared.space.check(0)
                self._take_options(options)

    @property
    def committed(self) -> bool:
        """See `store.Upload`."""
        return self._saved is not None

    def open(self) -> None:
        """Go on with it; raises `UnknownUpload`, `Busy`."""
        self.missing()

    def missing(self) -> list[Range]:
        """See `store.Upload.missing`."""
        with self._shared.acts(self.path or ""), self._turns.lock:
            self._turns.wait()
            self._open()
            return [] if self._saved else self._blocks.missing()

    def write(self, offset: int, data: Bytes, digest: str = "") -> None:
        """See `store.Upload.write`."""
        view = data if isinstance(data, bytes) else memoryview(data).cast("B")
        made = self._digests(view, digest)
        with self._shared.acts(self.path or ""):
            files, fresh = self._claim(offset, len(view), made)
            if files is None:
                return
            try:
                self._store(files, fresh, offset, view)
                due = self._note(files, fresh)
            finally:
                self._turns.leave(fresh)
            if due:
                self._checkpoint()

    def reuse(self, offset: int, source_offset: int, length: int, etag: str, digest: str) -> None:
        """See `store.Upload.reuse`."""
        if length > REUSE_BYTES:
            raise TooLarge(f"At most {REUSE_BYTES >> 20} MiB are taken over in one call. Make several calls.")
        if source_offset < 0 or length <= 0 or self.path is None:
            raise BadOffset()
        buffer = memoryview(bytearray(length))
        with version_there.opened(self._shared, self.path, etag) as (source, size):
            # Systems refuse to read at places where no file can be.
            if source_offset >= size or content.read_into(self._shared.fs, source, buffer, source_offset) < length:
                raise Changed()
        self.write(offset, buffer, digest)

    def reuse_blocks(self, offset: int, source_offset: int, marks: Sequence[bytes]) -> list[Range]:
        """See `store.Upload.reuse_blocks`."""
        if source_offset < 0 or not marks or self.path is None:
            raise BadOffset()
        if len(marks) * self.block_size > REUSE_BYTES:
            raise TooLarge(f"At most {REUSE_BYTES >> 20} MiB are taken over in one call. Make several calls.")
        with self._shared.acts(self.path):
            spans = self._spans(offset, len(marks))
            return version_there.take_blocks(self, self._shared, spans, source_offset - offset, marks)

    def commit(self, path: str | None = None, options: PutOptions | None = None) -> Saved:
        """See `store.Upload.commit`."""
        target = self.path if path is None else path
        with self._shared.acts(target or ""), self._alone():
            self._open()
            if self._files is not None:
                self._publish(self._files, paths.split(target or ""), options or self._options)
            assert self._saved is not None
            return self._saved

    def abort(self) -> None:
        """See `store.Upload.abort`."""
        with self._shared.acts(self.path or ""), self._alone():
            self._failed = None
            with contextlib.suppress(UnknownUpload):
                self._open()
            if self._files is not None:
                try:
                    self._files.remove()
                finally:
                    self._put_down()

    def close(self) -> None:
        """See `store.Upload.close`."""
        if self._files is None:
            return
        with self._shared.acts(self.path or ""), self._alone():
            if self._files is not None and self._unsynced:
                self._sync(self._files, self._shared.fs.sync_data)
            self._put_down()

    def close_if_idle(self) -> None:
        """Close it unless some thread is at it."""
        if self._turns.idle():
            self.close()

    # -- what is there already ------------------------------------------------------------------------------------

    def _spans(self, offset: int, count: int) -> list[Range]:
        """The `count` blocks that lie at `offset`."""
        with self._turns.lock:
            self._turns.wait()
            self._open()
            if self._files is None:
                raise UnknownUpload("This upload is committed already.")
            length = min(count * self.block_size, self._blocks.size - offset)
            numbers = self._blocks.numbers(offset, length)
            if len(numbers) != count:
                raise BadOffset("There are more digests than blocks until the end of the file.")
            return [self._blocks.span(number) for number in numbers]

    # -- blocks ---------------------------------------------------------------------------------------------------

    def _digests(self, view: bytes | memoryview, digest: str) -> list[bytes]:
        """blake3 of each block in `view`, after `digest` of the whole was found right."""
        size = self.block_size
        made = [digests.hasher() for _ in range(0, len(view), size)]
        for number, hasher in enumerate(made):
            hasher.update(view if len(made) == 1 else view[number * size : (number + 1) * size])
        found = [hasher.digest() for hasher in made]
        if digest and len(found) == 1 and digests.algorithm_of(digest) == digests.DEFAULT:
            if found[0].hex() != digest.lower().partition(":")[2]:
                raise BadDigest()
        elif digest:
            digests.check(view, digest)
        return found

    def _claim(self, offset: int, length: int, made: Sequence[bytes]) -> tuple[UploadFiles | None, dict[int, bytes]]:
        """Take the blocks that are not there yet for this thread alone; None if all are. Waits for threads that are at one."""
        with self._turns.lock:
            numbers = range(0)
            while True:
                self._turns.wait(numbers)
                self._open()
                if self._files is None:
                    raise UnknownUpload("This upload is committed already.")
                numbers = self._blocks.numbers(offset, length)
                if self._turns.free(numbers):
                    break
            fresh = {}
            for number, digest in zip(numbers, made, strict=True):
                there = self._blocks.digest(number)
                if there is None:
                    fresh[number] = digest
                elif there != digest:
                    raise Changed("Another content of this block is here already. Begin the upload again.")
            if not fresh:
                return None, fresh
            self._turns.enter(fresh)
            return self._files, fresh

    def _store(self, files: UploadFiles, fresh: dict[int, bytes], offset: int, view: bytes | memoryview) -> None:
        if len(fresh) * self.block_size >= len(view):
            content.write_whole(self._shared.fs, files.data, view, offset)
            return
        for number in fresh:
            span = self._blocks.span(number)
            content.write_whole(self._shared.fs, files.data, view[span.start - offset : span.end - offset], span.start)

    def _note(self, files: UploadFiles, fresh: dict[int, bytes]) -> bool:
        """Note written blocks; whether a checkpoint is due."""
        with self._turns.lock:
            for number, digest in fresh.items():
                files.append(journal.block(number, digest))
                self._blocks.add(number, digest)
                self._noted += 1
                self._unsynced += self._blocks.span(number).length
            self._shared.space.promise(self.id, self._blocks.size - self._blocks.received)
            settings, waited = self._shared.settings, time.monotonic() - self._synced_at
            return self._unsynced >= settings.checkpoint_bytes or waited >= settings.checkpoint_seconds

    # -- durability -----------------------------------------------------------------------------------------------

    def _checkpoint(self) -> None:
        if not self._checking.acquire(blocking=False):
            return  # another thread is just doing it
        try:
            with self._turns.lock:
                files = self._files
                if files is None or not self._turns.free(()):
                    return
                self._turns.enter()
            try:
                self._sync(files, self._shared.fs.sync_data)
            finally:
                self._turns.leave()
        except FilexferError:
            with self._alone():
                pass  # which drops what failed
            raise
        finally:
            self._checking.release()

    def _sync(self, files: UploadFiles, sync: Callable[[int], None], *, journal_too: bool = True) -> None:
        """Make durable what is noted so far, and say so in the journal. A failure ends the upload."""
        with self._turns.lock:
            noted, self._unsynced, self._synced_at = self._noted, 0, time.monotonic()
        try:
            sync(files.data)
            with self._turns.lock:
                files.append(journal.checkpoint(noted))
            if journal_too:
                files.sync_journal()
        except OSError as error:
            raise self._ended(error) from error

    def _ended(self, error: OSError) -> FilexferError:
        """A sync failed, and so did this upload; what to raise, now and as long as somebody holds it."""
        with self._turns.lock:
            self._failed = sync_failed(error)
            return self._failed

    # -- beginning and ending -------------------------------------------------------------------------------------

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """Be the only one here. What a failed sync left is dropped, before and after."""
        with self._turns.alone():
            try:
                self._drop_failed()
                yield
            finally:
                self._drop_failed()

    def _drop_failed(self) -> None:
        if self._failed is not None and self._files is not None:
            with contextlib.suppress(OSError):
                self._files.remove()
            self._put_down()

    def _open(self) -> None:
        """Take up the files, unless they are or it is committed. After a sync that failed, raise that again."""
        if self._failed is not None:
            raise self._failed
        if self._files is not None or self._saved is not None:
            return
        try:
            files = UploadFiles.open(self._shared.fs, self._shared.area, self.id)
        except UnknownUpload:
            answer = recovery.answer(self._shared, self.id)
            if answer is None:
                raise
            self._saved, self.owner = answer
            self.path, self.size = self._saved.path, self._saved.size
        else:
            self._take_up(files)

    def _create(self, head: journal.Head) -> None:
        self._shared.space.check(head.size)
        files = UploadFiles.create(self._shared.fs, self._shared.area, self.id, head)
        try:
            self._take_up(files)
        except BaseException:
            with contextlib.suppress(OSError):
                files.remove()
            raise

    def _take_options(self, options: PutOptions) -> None:
        """They hold from now on, for whoever goes on with it after this process too."""
        if self._files is not None and options != self._options:
            self._files.append(journal.options(options))
        self._options = options

    def _take_up(self, files: UploadFiles) -> None:
        head, announced = files.told.head, files.told.publishing
        assert head is not None
        blocks = Blocks(head.size, head.block_size)
        try:
            saved = recovery.published(self._shared, files, head.size, announced) if announced else None
            if saved is None:
                if files.data < 0 and not files.open_data():
                    files.begin_anew()
                recovery.verified(self._shared.fs, files, blocks)
                files.told.blocks.clear()  # they are in `blocks`, which is smaller
        except Unsynced as error:
            with contextlib.suppress(OSError):
                files.remove()
            files.close()
            raise self._ended(error) from error
        except BaseException:
            files.close()
            raise
        self.path, self.size, self.block_size, self._options = head.path, head.size, head.block_size, head.options
        self.owner = head.owner
        self._blocks, self._noted = blocks, files.told.noted
        self._unsynced, self._synced_at = 0, time.monotonic()
        if saved is not None:
            self._done(files, saved)
            return
        self._files = files
        self._shared.space.promise(self.id, head.size - blocks.received)

    def _publish(self, files: UploadFiles, parts: Parts, options: PutOptions) -> None:
        if not parts:
            raise InvalidPath("A file needs a name.")
        lacking = self._blocks.size - self._blocks.received
        if lacking:
            raise BadOffset(f"{lacking} bytes of the file are still missing. Send them, then commit again.")
        if options.digest:
            content.check(self._shared.fs, files.data, options.digest)
        if options.mtime_ns is not None:
            self._shared.fs.set_times(files.data, options.mtime_ns)
        # The announcement that follows syncs the journal.
        self._sync(files, self._shared.fs.sync, journal_too=False)
        try:
            saved = upload_commit.publish(self._shared, files, self._blocks.size, parts, options)
        except Unsynced as error:
            raise self._ended(error) from error
        except BaseException:
            # What came of it is told by the journal, when it is opened again.
            self._put_down()
            raise
        self._done(files, saved)

    def _done(self, files: UploadFiles, saved: Saved) -> None:
        files.finish(saved, self._shared.answers)
        self._saved = saved
        self._put_down()

    def _put_down(self) -> None:
        self._shared.space.release(self.id)
        self._blocks = Blocks(0, self.block_size)
        files, self._files = self._files, None
        if files is not None:
            files.close()
