"""Batches of small files to a server: read and digested here, sent as one index and one Binary, a few under way at once, all from
one thread: more threads would only quarrel over the interpreter's lock."""

from __future__ import annotations

import os
from functools import partial
from typing import TypeAlias

from blake3 import blake3

from filexfer.client.activity import LIMIT, READING, Worker
from filexfer.client.filling import Filling
from filexfer.client.local import OpenFolder
from filexfer.client.notes import FileRow
from filexfer.client.pipeline import Call, Pipeline
from filexfer.client.run import Run
from filexfer.client.upload import changed
from filexfer.client.words import local_error
from filexfer.core.errors import FilexferError, NotWellFormed
from filexfer.core.model import BATCH_BYTES, BATCH_FILES, FileState, Outcome
from filexfer.protocol.batches import Index, outcomes_of, pack_index

#: Name, path below the item, path in the share, size, mtime_ns. A plain tuple: a tree has a hundred thousand of them.
Row: TypeAlias = tuple[str, str, str, int, int]
#: What became of each file, and where those are that found their name taken.
_Results: TypeAlias = tuple[list[Outcome | FilexferError], dict[int, str]]

_REREADS = 3


class Batch:
    """What travels in one call. Lists are by file, in order."""

    __slots__ = ("data", "digests", "items", "mtimes", "paths", "sizes", "targets")

    def __init__(self) -> None:
        self.items: list[int] = []
        self.paths: list[str] = []
        self.targets: list[str] = []
        self.sizes: list[int] = []
        self.mtimes: list[int] = []
        self.digests: list[bytes] = []
        self.data: list[bytes] = []

    def params(self, policy: str) -> tuple[object, ...]:
        index = Index(self.targets, self.sizes, self.mtimes, self.digests)
        return pack_index(index), b"".join(self.data), {"on_conflict": policy}


class Segment:
    """Small files of one local folder: number of their item, the folder's place, and the files."""

    __slots__ = ("files", "item", "place")

    def __init__(self, item: int, place: str) -> None:
        self.item = item
        self.place = place
        self.files: list[Row] = []


class Batches:
    """Gathers small files and sends them. For one thread.

    Args:
        pipeline: what they are sent through.
        most_bytes, most_files: that the server takes in one call.
    """

    def __init__(self, run: Run, worker: Worker, pipeline: Pipeline, most_bytes: int, most_files: int) -> None:
        self._run = run
        self._worker = worker
        self._filling = Filling(min(most_bytes, BATCH_BYTES), min(most_files, BATCH_FILES), run.batch_bytes)
        self._segments: list[Segment] = []
        self._policy = run.spec.on_conflict.value
        self._pipeline = pipeline

    def add(self, item: int, place: str, row: Row) -> None:
        """One more small file; sends what is gathered once it is enough."""
        if self._filling.ends(place, row[3]):
            self.flush()
        if not self._segments or self._segments[-1].place != place or self._segments[-1].item != item:
            self._segments.append(Segment(item, place))
        self._segments[-1].files.append(row)
        self._filling.add(place, row[3])

    def flush(self) -> None:
        """Send what is gathered, without waiting for the answer."""
        if not self._segments:
            return
        segments, self._segments = self._segments, []
        self._filling.next(self._run.batch_bytes)
        self._run.check()
        self._worker.doing = READING
        batch = Batch()
        for segment in segments:
            self._read(segment, batch)
        if not batch.paths:
            return
        self._worker.doing = LIMIT
        self._run.throttle(sum(batch.sizes))
        read, settle = partial(_results, batch), partial(self._answered, batch)
        self._pipeline.send(Call("files_put", partial(batch.params, self._policy), read, settle))

    def _read(self, segment: Segment, batch: Batch) -> None:
        try:
            folder = OpenFolder(segment.place)
        except OSError as error:
            failure = local_error(error, segment.place)
            for _, path, _, size, _ in segment.files:
                self._run.failed(segment.item, path, size, failure)
            return
        try:
            self._read_files(segment, folder, batch)
        finally:
            folder.close()

    def _read_files(self, segment: Segment, folder: OpenFolder, batch: Batch) -> None:
        for name, path, target, size, mtime_ns in segment.files:
            try:
                file = folder.open_file(name)
                try:
                    data = os.read(file, size + 1)
                    status = os.fstat(file)
                    if not len(data) == size == status.st_size or status.st_mtime_ns != mtime_ns:
                        data, now, mtime_ns = _reread(file, os.path.join(segment.place, name))
                        self._run.figures.found(0, now - size)
                        size = now
                finally:
                    os.close(file)
            except OSError as error:
                self._run.failed(segment.item, path, size, local_error(error, os.path.join(segment.place, name)))
                continue
            except FilexferError as error:
                self._run.failed(segment.item, path, size, error)
                continue
            batch.items.append(segment.item)
            batch.paths.append(path)
            batch.targets.append(target)
            batch.sizes.append(size)
            batch.mtimes.append(mtime_ns)
            batch.digests.append(blake3(data).digest())
            batch.data.append(data)

    def _answered(self, batch: Batch, answer: _Results | FilexferError) -> None:
        if not isinstance(answer, FilexferError):
            self._settle(batch, *answer)
            return
        # The call as a whole was refused: that is these files' failure and no other's.
        for item, path, size in zip(batch.items, batch.paths, batch.sizes, strict=True):
            self._run.failed(item, path, size, answer)

    def _settle(self, batch: Batch, results: list[Outcome | FilexferError], renamed: dict[int, str]) -> None:
        rows: list[FileRow] = []
        moved = 0
        for number, result in enumerate(results):
            item, path, size = batch.items[number], batch.paths[number], batch.sizes[number]
            if isinstance(result, FilexferError):
                self._run.failed(item, path, size, result)
                continue
            moved += size
            if result is Outcome.SKIPPED:
                self._run.figures.skipped(1)
                self._run.note([FileRow(item, path, size, FileState.SKIPPED)])
            else:
                rows.append(FileRow(item, path, size, FileState.DONE, "", "", renamed.get(number, "")))
        self._run.figures.travelled(moved)
        self._run.figures.arrived(moved)
        self._run.done(rows)


def _results(batch: Batch, answer: object) -> _Results:
    results, renamed = outcomes_of(answer)
    if len(results) != len(batch.paths):
        raise NotWellFormed("The server did not say what became of each file. Update the server.")
    return results, renamed


def _reread(file: int, place: str) -> tuple[bytes, int, int]:
    """The content of a small file that is not as the scan saw it, read until it holds still: data, size, mtime_ns."""
    for _ in range(_REREADS):
        before = os.fstat(file)
        if before.st_size > BATCH_BYTES:
            break
        os.lseek(file, 0, os.SEEK_SET)
        data = os.read(file, before.st_size + 1)
        after = os.fstat(file)
        if (before.st_mtime_ns, before.st_size, len(data)) == (after.st_mtime_ns, after.st_size, before.st_size):
            return data, len(data), after.st_mtime_ns
    raise changed(place)
