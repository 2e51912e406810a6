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
from collections.abc import Iterator, Sequence

from filexfer.core import digests, paths
from filexfer.core.digests import Bytes
from filexfer.core.errors import BadDigest, BadOffset, Changed, FilexferError, InvalidPath, TooLarge, UnknownUpload
from filexfer.core.model import PutOptions, Range, Saved
from filexfer.storage import confine, content, journal, upload_commit, upload_files
from filexfer.storage.blocks import Blocks
from filexfer.storage.failures import sync_failed, translating
from filexfer.storage.naming import present
from filexfer.storage.shared import Shared
from filexfer.storage.upload_files import UploadFiles
from filexfer.storage.versions import check_version, same_file

#: Most bytes `reuse` takes over in one call: they pass through memory.
_REUSE_BYTES = 16 << 20


class FolderUpload:
    """See `store.Upload`. Made by `FolderStore`, which keeps one object for an id; any number of threads may use it."""

    def __init__(self, shared: Shared, upload_id: str) -> None:
        self.id = upload_id
        self.path: str | None = None
        self.size: int | None = None
        self.block_size = shared.settings.block_size
        self._shared = shared
        # Held by the one thread that begins, commits, aborts or closes; taken before `_turn`.
        self._ending = threading.RLock()
        # Held by the one thread that makes a checkpoint; only ever tried.
        self._checking = threading.Lock()
        # Guards everything below, and is waited on for what is under way. Never held while content is written or synced.
        self._turn = threading.Condition()
        self._options = PutOptions()
        self._files: UploadFiles | None = None
        self._saved: Saved | None = None
        self._failed: FilexferError | None = None
        self._blocks = Blocks(0, self.block_size)
        self._writing: set[int] = set()  # blocks that some thread is at
        self._users = 0  # threads that are at the descriptors
        self._shut = False  # a commit, abort or close is under way
        self._noted = 0  # notes of blocks in the journal
        self._unsynced = 0  # bytes written since the last checkpoint
        self._synced_at = 0.0

    def begin(self, path: str | None, size: int, options: PutOptions) -> None:
        """Go on with what is there of this upload, or begin it. Raises `NoSpace`, `Busy`."""
        with self._ending, self._alone(), translating(path or ""):
            self._failed = None
            try:
                self._open()
            except UnknownUpload:
                pass
            else:
                if self._saved is None or self._still_there(self._saved):
                    self._options = options
                    return
                upload_files.forget_answer(self._shared.fs, self._shared.area, self.id)
                self._saved = None
            self._shared.space.check(size)
            head = journal.Head(path, size, self._shared.settings.block_size, options, time.time_ns())
            files = UploadFiles.create(self._shared.fs, self._shared.area, self.id, head)
            try:
                self._take_up(files)
            except BaseException:
                with contextlib.suppress(OSError):
                    files.remove()
                raise

    def open(self) -> None:
        """Go on with it; raises `UnknownUpload`, `Busy`."""
        self.missing()

    def missing(self) -> list[Range]:
        """See `store.Upload.missing`."""
        with self._turn, translating(self.path or ""):
            self._turn.wait_for(lambda: not self._shut)
            self._open()
            return [] if self._saved else self._blocks.missing()

    def write(self, offset: int, data: Bytes, digest: str = "") -> None:
        """See `store.Upload.write`."""
        view = data if isinstance(data, bytes) else memoryview(data).cast("B")
        made = self._digests(view, digest)
        with translating(self.path or ""):
            files, fresh = self._claim(offset, len(view), made)
            if not fresh:
                return
            try:
                self._store(files, fresh, offset, view)
            except BaseException:
                self._release(fresh)
                raise
            if self._note(files, fresh):
                self._checkpoint()

    def reuse(self, offset: int, source_offset: int, length: int, etag: str, digest: str) -> None:
        """See `store.Upload.reuse`."""
        if length > _REUSE_BYTES:
            raise TooLarge(f"At most {_REUSE_BYTES >> 20} MiB are taken over in one call. Make several calls.")
        if source_offset < 0 or length <= 0 or self.path is None:
            raise BadOffset()
        buffer = bytearray(length)
        parts = paths.split(self.path)
        with translating(self.path), self._shared.tree.walk() as walk:
            source, status = confine.open_file(self._shared.fs, paths.encode(parts[-1]), walk.folder(parts[:-1]))
            try:
                check_version(etag, status)
                if content.read_into(self._shared.fs, source, buffer, source_offset) < length:
                    raise Changed()
            finally:
                self._shared.fs.close(source)
        self.write(offset, buffer, digest)

    def commit(self, path: str | None = None, options: PutOptions | None = None) -> Saved:
        """See `store.Upload.commit`."""
        with self._ending, self._alone(), translating(path or self.path or ""):
            self._open()
            if self._saved is None:
                assert self._files is not None
                try:
                    saved = self._publish(self._files, self.path if path is None else path, options or self._options)
                except BaseException:
                    # What came of it is told by the journal, when it is opened again.
                    self._put_down()
                    raise
                self._done(self._files, saved)
                return saved
            return self._saved

    def abort(self) -> None:
        """See `store.Upload.abort`."""
        with self._ending, self._alone(), translating(self.path or ""):
            self._failed = None
            with contextlib.suppress(UnknownUpload):
                self._open()
            if self._files is not None:
                self._files.remove()
                self._put_down()

    def close(self) -> None:
        """See `store.Upload.close`."""
        with self._ending, self._alone(), translating(self.path or ""):
            if self._files is not None and self._unsynced:
                self._sync(self._files)
            self._put_down()

    def close_if_idle(self) -> bool:
        """Close it unless some thread is at it; whether it is closed now."""
        if not self._ending.acquire(blocking=False):
            return False
        try:
            with self._turn:
                idle = not self._users and not self._shut
            if idle:
                self.close()
            return idle
        finally:
            self._ending.release()

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
        """Take the blocks that are not there yet for this thread alone. Waits for threads that are at one of them."""
        with self._turn:
            while True:
                self._turn.wait_for(lambda: not self._shut)
                self._open()
                if self._saved is not None:
                    raise UnknownUpload("This upload is committed already.")
                numbers = self._blocks.numbers(offset, length)
                if self._writing.isdisjoint(numbers):
                    break
                self._turn.wait()
            fresh = {}
            for number, digest in zip(numbers, made, strict=True):
                there = self._blocks.digest(number)
                if there is None:
                    fresh[number] = digest
                elif there != digest:
                    raise Changed("Another content of this block is here already. Begin the upload again.")
            if fresh:
                self._writing.update(fresh)
                self._users += 1
            return self._files, fresh

    def _store(self, files: UploadFiles | None, fresh: dict[int, bytes], offset: int, view: bytes | memoryview) -> None:
        assert files is not None
        if len(fresh) * self.block_size >= len(view):
            content.write_whole(self._shared.fs, files.data, view, offset)
            return
        for number in fresh:
            span = self._blocks.span(number)
            content.write_whole(self._shared.fs, files.data, view[span.start - offset : span.end - offset], span.start)

    def _release(self, fresh: dict[int, bytes]) -> None:
        with self._turn:
            self._writing.difference_update(fresh)
            self._users -= 1
            self._turn.notify_all()

    def _note(self, files: UploadFiles | None, fresh: dict[int, bytes]) -> bool:
        """Note written blocks; whether a checkpoint is due."""
        assert files is not None
        settings, written = self._shared.settings, 0
        with self._turn:
            try:
                for number, digest in fresh.items():
                    files.append(journal.block(number, digest))
                    self._blocks.add(number, digest)
                    self._noted += 1
                    written += self._blocks.span(number).length
            finally:
                self._unsynced += written
                self._shared.space.used(self.id, written)
                self._release(fresh)
            waited = time.monotonic() - self._synced_at
            return self._unsynced >= settings.checkpoint_bytes or waited >= settings.checkpoint_seconds

    # -- durability -----------------------------------------------------------------------------------------------

    def _checkpoint(self) -> None:
        if not self._checking.acquire(blocking=False):
            return  # another thread is just doing it
        try:
            with self._turn:
                files = self._files
                if files is None or self._shut:
                    return
                self._users += 1
            try:
                self._sync(files)
            finally:
                self._release({})
        except FilexferError:
            with self._ending, self._alone():
                pass  # which drops what failed
            raise
        finally:
            self._checking.release()

    def _sync(self, files: UploadFiles) -> None:
        """Make durable what is noted so far, and say so in the journal. A failure ends the upload."""
        with self._turn:
            noted, self._unsynced, self._synced_at = self._noted, 0, time.monotonic()
        try:
            self._shared.fs.sync_data(files.data)
            with self._turn:
                files.append(journal.checkpoint(noted))
            files.sync_journal()
        except OSError as error:
            with self._turn:
                self._failed = sync_failed(error)
            raise self._failed from error

    # -- beginning and ending; the caller holds `_turn` or has shut out the others ---------------------------------

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """Shut out writers and wait for those under way. The caller holds `_ending`."""
        with self._turn:
            self._shut = True
            self._turn.wait_for(lambda: not self._users)
        try:
            self._drop_failed()
            yield
        finally:
            self._drop_failed()
            with self._turn:
                self._shut = False
                self._turn.notify_all()

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
            self._saved = upload_files.answer(self._shared.fs, self._shared.area, self.id)
            if self._saved is None:
                raise
            self.path, self.size = self._saved.path, self._saved.size
        else:
            self._take_up(files)

    def _take_up(self, files: UploadFiles) -> None:
        head, told = files.told.head, files.told
        assert head is not None
        try:
            saved = upload_commit.recovered(self._shared, files, head.size, told.publishing) if told.publishing else None
            if saved is None:
                if files.data < 0 and not files.open_data():
                    files.begin_anew()
                    told = files.told
                blocks = self._verified(files, told, Blocks(head.size, head.block_size))
                self._shared.space.promise(self.id, head.size - blocks.received)
        except BaseException:
            files.close()
            raise
        self.path, self.size, self.block_size, self._options = head.path, head.size, head.block_size, head.options
        if saved is not None:
            self._done(files, saved)
            return
        self._files, self._blocks, self._noted = files, blocks, told.noted
        self._unsynced, self._synced_at = 0, time.monotonic()

    def _verified(self, files: UploadFiles, told: journal.Told, blocks: Blocks) -> Blocks:
        """Fill `blocks` with those the journal notes: durable ones on its word, later ones if their content says so too."""
        there = self._shared.fs.fstat(files.data).st_size
        for number, (note, digest) in sorted(told.blocks.items()):
            if number < blocks.count:
                span = blocks.span(number)
                if span.end <= there and (note < told.durable or self._digest_of(files, span) == digest):
                    blocks.add(number, digest)
                    continue
            files.append(journal.lost(number))
        return blocks

    def _digest_of(self, files: UploadFiles, span: Range) -> bytes:
        buffer = bytearray(span.length)
        content.read_into(self._shared.fs, files.data, buffer, span.start)
        made = digests.hasher()
        made.update(buffer)
        return made.digest()

    def _still_there(self, saved: Saved) -> bool:
        """Whether what was committed is still what has that name."""
        parts = paths.split(saved.path)
        with contextlib.suppress(FilexferError, FileNotFoundError), self._shared.tree.walk() as walk:
            status = present(self._shared.fs, paths.encode(parts[-1]), walk.folder(parts[:-1]))
            return status is not None and same_file(saved.etag, status)
        return False

    def _publish(self, files: UploadFiles, path: str | None, options: PutOptions) -> Saved:
        parts = paths.split(path or "")
        if not parts:
            raise InvalidPath("A file needs a name.")
        lacking = sum(span.length for span in self._blocks.missing())
        if lacking:
            raise BadOffset(f"{lacking} bytes of the file are still missing. Send them, then commit again.")
        if options.digest:
            content.check(self._shared.fs, files.data, options.digest)
        if options.mtime_ns is not None:
            self._shared.fs.set_times(files.data, options.mtime_ns)
        self._sync(files)
        return upload_commit.publish(self._shared, files, self._blocks.size, parts, options)

    def _done(self, files: UploadFiles, saved: Saved) -> None:
        files.finish(saved, self._shared.answers)
        self._saved = saved
        self._put_down()

    def _put_down(self) -> None:
        self._shared.space.release(self.id)
        if self._files is not None:
            files, self._files = self._files, None
            files.close()
