"""One large file on its way from a server into a folder here: a part file with its journal (`storage`), blocks checked against
their digests, published by the commit. Nothing the server says is believed: not names, sizes, lengths or bytes."""

from __future__ import annotations

import os
import time
from typing import NamedTuple

from filexfer.client.activity import DISK, LIMIT, NETWORK, Tally
from filexfer.client.delta import LEAST, Delta
from filexfer.client.delta_sides import FetchingSides
from filexfer.client.lanes import Block, Lane
from filexfer.client.notes import FileRow
from filexfer.client.run import AGAIN, FATAL, Run
from filexfer.client.transfer import Bench, Blocks, Finish
from filexfer.client.transport import Connection
from filexfer.client.upload import TRIES, cut, nothing
from filexfer.core import paths
from filexfer.core.errors import BadDigest, BadParameters, Changed, FilexferError
from filexfer.core.model import Entry, FileState, Kind, PutOptions, Range
from filexfer.protocol import wire
from filexfer.storage.folder import FolderStore, upload_id
from filexfer.storage.store import Upload


class Wanted(NamedTuple):
    """A file to fetch: its item and path below it as the history has them, its path in the share, the store it goes to (whose
    folder is `root`) and its path there, and its size as the listing had it."""

    item: int
    path: str
    source: str
    store: FolderStore
    root: str
    target: str
    size: int


class Fetching:
    """A `pool.Transfer`."""

    def __init__(self, run: Run, lane: Lane, wanted: Wanted) -> None:
        self.streams = run.streams
        self._run = run
        self._lane = lane
        self._wanted = wanted
        self._entry = Entry("", Kind.FILE, wanted.size, 0)
        self._upload: Upload | None = None
        self._tally = Tally(run.figures)
        self._delta: Delta | None = None

    def begin(self, bench: Bench) -> Blocks:
        bench.worker.doing = NETWORK
        entry = wire.entry_of(self._run.link.call("file_stat", paths.to_wire(self._wanted.source)))
        if entry.kind is not Kind.FILE or entry.size < 0:
            raise Changed("It is not a file any more. Look at the folder's list again.")
        self._run.figures.found(0, entry.size - self._wanted.size)
        self._entry = entry
        # What arrived of a version that times cannot tell from another must not be mixed with it: no resuming then.
        version = entry.etag if entry.etag and not _weak(entry.etag) else os.urandom(16).hex()
        key = self._run.key(self._wanted.source, entry.size, entry.mtime_ns, self._wanted.target, version)
        bench.worker.doing = DISK
        options = PutOptions(self._run.spec.on_conflict, entry.mtime_ns, key=key)
        # Noted before it is made: else a crash in between would leave a part that nobody drops.
        part = upload_id(self._wanted.target, entry.size, key)
        self._run.begun(self._wanted.root, part)
        try:
            self._upload = self._wanted.store.upload(self._wanted.target, entry.size, options)
        except FilexferError:
            self._run.over(self._wanted.root, part)
            raise
        block_size = min(self._upload.block_size, len(bench.buffer))
        self._tally.resize(entry.size, block_size)
        missing = self._upload.missing()
        self._tally.found(sum(part.length for part in missing))
        old_size = self._old_size()
        if min(entry.size, old_size) < LEAST or block_size != self._upload.block_size:
            return cut(missing, block_size)
        self._delta = self._beside(self._upload, old_size)
        self._delta.begin(missing, bench)
        if self._delta.looks:
            # Most of it is not fetched, but read there and copied here.
            self.streams = max(self.streams, self._run.breadth)
        return self._delta

    def _old_size(self) -> int:
        """Bytes of the file that is at the target, 0 for none."""
        try:
            there = self._wanted.store.stat(self._wanted.target)
        except FilexferError:
            return 0
        return there.size if there.kind is Kind.FILE else 0

    def _beside(self, upload: Upload, old_size: int) -> Delta:
        """What takes blocks over from the version that is here."""
        wanted, entry, link = self._wanted, self._entry, self._run.link
        sides = FetchingSides(link, wanted.source, entry.etag, entry.size, wanted.store, upload, wanted.target, old_size)
        return Delta(sides, old_size, entry.size, upload.block_size, min(self.streams, self._run.breadth))

    def start(self, block: Range, bench: Bench) -> Finish:
        if self._delta is not None and self._delta.is_due(block):
            self._tally.reused(self._delta.take(block, bench))
            return nothing
        if self._run.is_limited:
            return lambda: self._when_let(block, bench)
        if block.length > self._lane.most:
            return lambda: self._patiently(block, bench)
        bench.worker.doing = NETWORK
        asked = bench.pipe.ask(lambda connection: self._ask(connection, block))
        return lambda: self._finish(block, bench, asked)

    def _when_let(self, block: Range, bench: Bench) -> None:
        """Under a limit nothing is asked for ahead: the server would give up on an answer that waits for the next one's turn."""
        bench.worker.doing = LIMIT
        self._run.throttle(block.length)
        self._patiently(block, bench)

    def _ask(self, connection: Connection, block: Range) -> None:
        self._lane.ask_read(connection, self._wanted.source, self._entry.etag, block.start, block.length)

    def _finish(self, block: Range, bench: Bench, asked: Connection | None) -> None:
        buffer = bench.buffer[: block.length]
        if asked is None or not self._has_arrived(block.start, buffer, bench, asked):
            bench.insist()
            self._patiently(block, bench)
            return
        if self._delta is not None:
            self._delta.sent(block.length, bench.pipe.passed)
        self._tally.moved(block.length)

    def _has_arrived(self, offset: int, buffer: memoryview, bench: Bench, asked: Connection) -> bool:
        """Whether the block that was asked for came as it should, and is saved."""
        bench.worker.doing = NETWORK
        try:
            found = bench.pipe.answer(asked, lambda connection: self._lane.told_read(connection, offset, buffer))
            bench.worker.answered(bench.pipe.passed, found.worked)
            self._check_version(found)
            bench.worker.doing = DISK
            self._save(offset, found)
        except AGAIN:
            return False
        return True

    def _patiently(self, block: Range, bench: Bench) -> None:
        buffer = bench.buffer[: block.length]
        for attempt in range(TRIES):
            bench.worker.doing = NETWORK
            began = time.monotonic()
            try:
                found = self._read(block.start, buffer)
                bench.worker.answered(time.monotonic() - began, found.worked)
                bench.worker.doing = DISK
                self._save(block.start, found)
                break
            except BadDigest as error:
                if attempt == TRIES - 1:
                    raise BadDigest("The bytes that arrived do not have the digest that the server gave. Try again.") from error
        self._tally.moved(block.length)

    def _read(self, offset: int, buffer: memoryview) -> Block:
        wanted, etag = self._wanted.source, self._entry.etag
        found = self._run.link.patiently(lambda: self._lane.read(wanted, etag, offset, buffer))
        self._check_version(found)
        return found

    def _check_version(self, found: Block) -> None:
        etag = self._entry.etag
        if found.etag and etag and found.etag.removeprefix("W/") != etag.removeprefix("W/"):
            shown = paths.shown(self._wanted.source)
            raise Changed(f"“{shown}” changed on the server while it was fetched. Fetch it again when it is at rest.")

    def _save(self, offset: int, found: Block) -> None:
        assert self._upload is not None
        if not found.digest:
            # To the store this would mean: do not check.
            raise BadDigest()
        try:
            self._upload.write(offset, found.data, found.digest)
        except BadParameters as error:
            raise BadDigest() from error

    def end(self, bench: Bench) -> Blocks:
        assert self._upload is not None
        if self._delta is not None and self._delta.has_rest:
            return self._delta
        if _weak(self._entry.etag):
            bench.worker.doing = NETWORK
            now = wire.entry_of(self._run.link.call("file_stat", paths.to_wire(self._wanted.source)))
            if (now.size, now.mtime_ns) != (self._entry.size, self._entry.mtime_ns):
                raise Changed("It changed on the server while it was fetched. Fetch it again when it is at rest.")
        bench.worker.doing = DISK
        saved = self._upload.commit()
        self._run.over(self._wanted.root, self._upload.id)
        self._upload.close()
        self._tally.published()
        renamed = "" if saved.path == self._wanted.target else f"{self._wanted.root}/{saved.path}"
        row = FileRow(self._wanted.item, self._wanted.path, self._entry.size, FileState.DONE, renamed=renamed)
        self._run.published(row, saved)
        return ()

    def fail(self, error: Exception) -> None:
        if self._upload is not None:
            if isinstance(error, FATAL) or not isinstance(error, FilexferError):
                self._upload.close()
            else:
                self._upload.abort()
                self._run.over(self._wanted.root, self._upload.id)
        self._run.failed(self._wanted.item, self._wanted.path, self._wanted.size, error)

    def suspend(self) -> None:
        if self._upload is not None:
            self._upload.close()


def _weak(etag: str) -> bool:
    return etag.startswith("W/")
