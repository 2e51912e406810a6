"""One large file on its way to a server: opened by key, so that what arrived before an interruption is not sent again; its blocks
digested, sent, verified there; published by the commit. A source that changes while it is read is noticed and not published."""

from __future__ import annotations

import os
import stat
import threading
import time
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from filexfer.client.activity import DISK, LIMIT, NETWORK, READING, Tally
from filexfer.client.delta import LEAST, Delta
from filexfer.client.delta_sides import SendingSides
from filexfer.client.lanes import Lane
from filexfer.client.local import OpenFile
from filexfer.client.notes import FileRow
from filexfer.client.run import AGAIN, FATAL, Run
from filexfer.client.transfer import Bench, Blocks, Finish
from filexfer.client.transport import Connection
from filexfer.client.words import local_error
from filexfer.core import paths
from filexfer.core.digests import digest
from filexfer.core.errors import BadDigest, BadOffset, Changed, FilexferError, NotWellFormed, UnknownUpload
from filexfer.core.model import FileState, PutOptions, Range, Saved
from filexfer.protocol import wire

#: How often a block that arrived damaged, or got lost over there, is sent again.
TRIES = 3


class Source(NamedTuple):
    """A local file to send: its item and path below it as the history has them, where it lies, where it goes, and its size and
    mtime_ns as the scan saw them; `there` are the bytes of the version that it goes over, 0 for none."""

    item: int
    path: str
    place: str
    target: str
    size: int
    mtime_ns: int
    there: int = 0


def changed(place: str) -> Changed:
    return Changed(f"“{paths.shown(place)}” changed while it was read. Send it again when it is at rest.")


class Sending:
    """A `pool.Transfer`."""

    def __init__(self, run: Run, lane: Lane, source: Source) -> None:
        self.streams = run.streams
        self._run = run
        self._lane = lane
        self._source = source
        self._file: OpenFile | None = None
        self._state: tuple[int, int] = (source.size, source.mtime_ns)
        self._upload = ""
        self._block_size = 0
        self._most = 0
        self._tally = Tally(run.figures)
        self._delta: Delta | None = None
        self._losses = 0
        self._rounds = 0
        # Guards _upload against two threads that both find it lost.
        self._reopening = threading.Lock()

    def begin(self, bench: Bench) -> Blocks:
        bench.worker.doing = READING
        try:
            self._file = OpenFile(self._source.place)
            status = os.fstat(self._file.descriptor)
        except OSError as error:
            raise local_error(error, self._source.place) from error
        if not stat.S_ISREG(status.st_mode):
            raise changed(self._source.place)
        self._run.figures.found(0, status.st_size - self._source.size)
        self._state = (status.st_size, status.st_mtime_ns)
        bench.worker.doing = NETWORK
        self._most = len(bench.buffer)
        missing = self._open()
        blocks = self._blocks(missing)
        if min(status.st_size, self._source.there) < LEAST:
            return blocks
        self._delta = self._beside(self._file)
        self._delta.begin(missing, bench)
        if self._delta.looks:
            # Most of it is not sent, but read here and copied there.
            self.streams = max(self.streams, self._run.breadth)
        return self._delta

    def _beside(self, file: OpenFile) -> Delta:
        """What takes blocks over from the version that is there."""
        source, size, block_size = self._source, self._state[0], self._block_size
        link = self._run.link
        sides = SendingSides(link, lambda: self._upload, file, source.place, size, source.target, source.there, block_size)
        return Delta(sides, source.there, size, block_size, min(self.streams, self._run.breadth))

    def _open(self, salt: str = "") -> list[Range]:
        """Begin, or go on; what is missing over there. `salt` makes another key where the first stands for what is gone."""
        size, mtime_ns = self._state
        key = self._run.key(self._source.place, size, mtime_ns, self._source.target, salt)
        options = wire.options_struct(PutOptions(self._run.spec.on_conflict, mtime_ns, key=key))
        self._losses = self._run.link.losses
        answer = wire.struct(self._run.link.call("upload_open", paths.to_wire(self._source.target), size, options))
        self._upload = wire.text(answer.get("upload_id"), "upload_id")
        self._block_size = wire.number(answer.get("block_size"), "block_size")
        if not 0 < self._block_size <= self._most:
            raise NotWellFormed(f"The server wants files in blocks of {self._block_size} bytes, which cannot be. Update it.")
        self._run.begun("", self._upload)
        self._tally.resize(size, self._block_size)
        return wire.ranges_of(answer.get("missing"))

    def _blocks(self, missing: Sequence[Range]) -> Blocks:
        self._tally.found(sum(part.length for part in missing))
        return cut(missing, self._block_size)

    def _opened(self) -> OpenFile:
        assert self._file is not None, "moved before it was begun"
        return self._file

    def start(self, block: Range, bench: Bench) -> Finish:
        if self._delta is not None and self._delta.is_due(block):
            self._tally.reused(self._delta.take(block, bench))
            return nothing
        if self._run.is_limited:
            return lambda: self._when_let(block, bench)
        data = self._read(block, bench)
        mark = digest(data)
        bench.worker.doing = NETWORK
        upload = self._upload
        asked = bench.pipe.ask(lambda connection: self._lane.ask_write(connection, upload, block.start, data, mark))
        return lambda: self._finish(block, bench, asked)

    def _when_let(self, block: Range, bench: Bench) -> None:
        """Under a limit nothing is sent ahead: the server would close the connection before the next one's turn, and an answer
        that nobody has read be lost."""
        bench.worker.doing = LIMIT
        self._run.throttle(block.length)
        self._patiently(block, bench)

    def _finish(self, block: Range, bench: Bench, asked: Connection | None) -> None:
        if asked is None or not self._has_arrived(bench, asked):
            bench.insist()
            self._patiently(block, bench)
            return
        if self._delta is not None:
            self._delta.sent(block.length, bench.pipe.passed)
        self._tally.moved(block.length)

    def _patiently(self, block: Range, bench: Bench) -> None:
        data = self._read(block, bench)
        bench.worker.doing = NETWORK
        began = time.monotonic()
        worked = self._send(block.start, data, digest(data))
        bench.worker.answered(time.monotonic() - began, worked)
        self._tally.moved(block.length)

    def _has_arrived(self, bench: Bench, asked: Connection) -> bool:
        """Whether the server has taken the block that was sent."""
        bench.worker.doing = NETWORK
        try:
            worked = bench.pipe.answer(asked, self._lane.told_write)
        except (*AGAIN, UnknownUpload):
            return False
        bench.worker.answered(bench.pipe.passed, worked)
        return True

    def _read(self, block: Range, bench: Bench) -> memoryview:
        bench.worker.doing = READING
        data = bench.buffer[: block.length]
        try:
            count = self._opened().read_at(data, block.start)
        except OSError as error:
            raise local_error(error, self._source.place) from error
        if count != block.length:
            raise changed(self._source.place)
        return data

    def _send(self, offset: int, data: memoryview, mark: str) -> float:
        """Send a block until it has arrived; the seconds that the server was at it."""
        for attempt in range(TRIES):
            upload = self._upload
            try:
                return self._run.link.patiently(lambda: self._lane.write(upload, offset, data, mark))  # noqa: B023
            except BadDigest:
                if attempt == TRIES - 1:
                    raise
            except UnknownUpload:
                if attempt == TRIES - 1:
                    raise
                self._reopen(upload)
        raise AssertionError("the last try returns or raises")

    def _reopen(self, lost: str) -> None:
        """The server does not know the upload any more. What else it has forgotten shows at the commit."""
        with self._reopening:
            if self._upload == lost:
                self._begin_anew()

    def _begin_anew(self) -> list[Range]:
        self._run.over("", self._upload)
        return self._open(os.urandom(4).hex())

    def end(self, bench: Bench) -> Blocks:
        if self._delta is not None and self._delta.has_rest:
            return self._delta
        bench.worker.doing = READING
        status = os.fstat(self._opened().descriptor)
        if (status.st_size, status.st_mtime_ns) != self._state:
            raise changed(self._source.place)
        bench.worker.doing = DISK
        # A server that was killed meanwhile may have forgotten blocks that were not yet synced.
        try:
            missing = self._missing() if self._run.link.losses != self._losses else []
            if not missing:
                self._published(wire.saved_of(self._run.link.call("upload_commit", self._upload)))
                return ()
        except BadOffset:
            missing = self._missing()
            if not missing:
                raise
        except UnknownUpload:
            # One that lost its power may have forgotten all of it.
            missing = self._begin_anew()
        self._rounds += 1
        if self._rounds > TRIES:
            raise NotWellFormed("The server loses blocks that it has confirmed. Look at its disk, and update it.")
        return self._blocks(missing)

    def _missing(self) -> list[Range]:
        self._losses = self._run.link.losses
        answer = wire.struct(self._run.link.call("upload_status", self._upload))
        return wire.ranges_of(answer.get("missing"))

    def _published(self, saved: Saved) -> None:
        self._run.over("", self._upload)
        self._tally.published()
        size, source = self._state[0], self._source
        renamed = "" if saved.path == source.target else saved.path
        self._run.published(FileRow(source.item, source.path, size, FileState.DONE, renamed=renamed), saved)
        self._close()

    def fail(self, error: Exception) -> None:
        self._close()
        if self._upload and not isinstance(error, FATAL) and isinstance(error, FilexferError):
            try:
                self._run.link.call("upload_abort", self._upload)
                self._run.over("", self._upload)
            except FilexferError:
                pass  # The note on it stays: it is dropped with the job, or expires.
        self._run.failed(self._source.item, self._source.path, self._source.size, error)

    def suspend(self) -> None:
        self._close()

    def _close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None


def nothing() -> None:
    """What is left to be done where all is."""


def cut(missing: Sequence[Range], block_size: int) -> Iterator[Range]:
    """The blocks that lie in these ranges."""
    for part in missing:
        for start in range(part.start, part.end, block_size):
            yield Range(start, min(start + block_size, part.end))
