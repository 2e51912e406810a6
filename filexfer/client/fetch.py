"""Batches of small files from a server: asked for by path, some under way at once, each checked against its digest, then stored
together with one sync. From one thread. What a batch does not bring is asked for again."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

from blake3 import blake3

from filexfer.client.activity import DISK, LIMIT, Worker
from filexfer.client.download import Wanted
from filexfer.client.filling import Filling
from filexfer.client.notes import FileRow
from filexfer.client.pipeline import Call, Pipeline
from filexfer.client.run import FATAL, Run
from filexfer.core import errors
from filexfer.core.model import BATCH_BYTES, BATCH_FILES, FileState, Outcome, PutOptions
from filexfer.protocol.batches import Contents, contents_of, joined_paths
from filexfer.storage.folder import FolderStore
from filexfer.storage.store import Small


class Place(NamedTuple):
    """Where files of an item go: a store, and the folder that it is of."""

    store: FolderStore
    root: str


class Fetches:
    """Gathers small files and fetches them. For one thread."""

    def __init__(self, run: Run, worker: Worker, most_bytes: int, most_files: int) -> None:
        self._run = run
        self._worker = worker
        self._filling = Filling(min(most_bytes, BATCH_BYTES), min(most_files, BATCH_FILES), run.batch_bytes)
        self._files: list[Wanted] = []
        self._pipeline = Pipeline(run, worker)

    def add(self, file: Wanted) -> None:
        """One more small file; asks for what is gathered once it is enough."""
        folder = file.target.rpartition("/")[0]
        if self._filling.ends(folder, file.size) or (self._files and self._files[0].store is not file.store):
            self.flush()
        self._files.append(file)
        self._filling.add(folder, file.size)

    def flush(self) -> None:
        """Ask for what is gathered, without waiting for the answer."""
        if not self._files:
            return
        files, size, self._files = self._files, self._filling.bytes, []
        self._filling.next(self._run.batch_bytes)
        self._run.check()
        self._worker.doing = LIMIT
        self._run.throttle(size)
        self._ask(files)

    def _ask(self, files: list[Wanted]) -> None:
        self._pipeline.send(Call("files_get", partial(_params, files), partial(_contents, files), partial(self._answered, files)))

    def finish(self) -> None:
        """Fetch the rest and wait for all answers."""
        self.flush()
        self._pipeline.finish()

    def abandon(self) -> None:
        """Drop what is under way."""
        self._pipeline.abandon()

    def _answered(self, files: list[Wanted], answer: tuple[Contents, bytes | bytearray] | errors.FilexferError) -> None:
        if isinstance(answer, errors.FilexferError):
            # The call as a whole was refused: that is these files' failure and no other's.
            self._fail(files, answer)
            return
        contents, data = answer
        rest = files[len(contents.sizes) :]
        if rest:
            self._ask(rest)
        self._store(files, contents, memoryview(data))

    def _fail(self, files: list[Wanted], error: errors.FilexferError) -> None:
        for file in files:
            self._run.failed(file.item, file.path, file.size, error)

    def _store(self, files: list[Wanted], contents: Contents, data: memoryview) -> None:
        self._worker.doing = DISK
        policy = self._run.spec.on_conflict
        smalls: list[Small] = []
        kept: list[Wanted] = []
        at = moved = 0
        for number, (size, mtime_ns, digest) in enumerate(zip(contents.sizes, contents.mtimes, contents.digests, strict=True)):
            file, content = files[number], data[at : at + size]
            at += size
            error = contents.errors.get(number)
            if error is None and blake3(content).digest() != digest:
                error = errors.BadDigest("The bytes that arrived do not have the digest that the server gave. Try again.")
            if error is not None:
                self._run.failed(file.item, file.path, file.size, error)
                continue
            if size != file.size:
                # It changed since it was listed.
                self._run.figures.found(0, size - file.size)
            kept.append(file)
            smalls.append(Small(file.target, content, PutOptions(policy, mtime_ns)))
            moved += size
        self._run.figures.travelled(moved)
        self._settle(kept, smalls)

    def _settle(self, files: list[Wanted], smalls: list[Small]) -> None:
        if not files:
            return
        rows: list[FileRow] = []
        stored = 0
        try:
            results = files[0].store.put(smalls, versions=False)
        except FATAL:
            raise
        except errors.FilexferError as error:
            self._fail(files, error)
            return
        for file, small, result in zip(files, smalls, results, strict=True):
            size = len(small.data)
            if isinstance(result, errors.FilexferError):
                self._run.failed(file.item, file.path, size, result)
                continue
            stored += size
            if result.outcome is Outcome.SKIPPED:
                self._run.figures.skipped(1)
                self._run.note([FileRow(file.item, file.path, size, FileState.SKIPPED)])
            else:
                renamed = "" if result.path == file.target else f"{file.root}/{result.path}"
                rows.append(FileRow(file.item, file.path, size, FileState.DONE, "", "", renamed))
        self._run.figures.arrived(stored)
        self._run.done(rows)


def _contents(files: list[Wanted], answer: object) -> tuple[Contents, bytes | bytearray]:
    contents, data = contents_of(answer)
    if not 0 < len(contents.sizes) <= len(files):
        raise errors.NotWellFormed("The server answered other files than were asked for. Update the server.")
    return contents, data


def _params(files: list[Wanted]) -> tuple[object, ...]:
    return joined_paths([file.source for file in files]), {"packed": True}
