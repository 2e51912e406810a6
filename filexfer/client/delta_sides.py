"""The two ends of a transfer that takes blocks over from an old version (`delta.Sides`). Sending: the server has the old version,
and copies what fits the digests that it is told. Fetching: it tells the digests, and the old version is here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from filexfer.client.activity import DISK, NETWORK, READING
from filexfer.client.chunk_map import Piece
from filexfer.client.link import Link
from filexfer.client.local import OpenFile
from filexfer.client.transfer import Bench
from filexfer.client.words import local_error
from filexfer.core import chunking, digests, paths
from filexfer.core.chunking import Cut
from filexfer.core.errors import Changed, NotWellFormed
from filexfer.core.model import Range
from filexfer.protocol import wire
from filexfer.protocol.faults import error_of

if TYPE_CHECKING:
    # Who sends has no store.
    from filexfer.storage.folder import FolderStore
    from filexfer.storage.store import Upload


class SendingSides:
    """Args:
    upload: names the upload as it is now.
    place, file: the new version, here.
    target, old_size: the old version, there.
    """

    def __init__(
        self, link: Link, upload: Callable[[], str], file: OpenFile, place: str, size: int, target: str, old_size: int, block: int
    ) -> None:
        self._link = link
        self._upload = upload
        self._file, self._place, self._size = file, place, size
        self._target, self._old_size = target, old_size
        self._block_size = block

    def take(self, pieces: Sequence[Piece], bench: Bench) -> list[Range]:
        bench.worker.doing = READING
        marks = [b"".join(self._mark(block, bench) for block in _blocks(part, self._block_size)) for part, _ in pieces]
        bench.worker.doing = NETWORK
        upload = self._upload()
        calls = [(upload, part.start, source, part.length, "", mark) for (part, source), mark in zip(pieces, marks, strict=True)]
        rest: list[Range] = []
        for (part, _), answer in zip(pieces, _answers(self._link, "upload_reuse", calls), strict=True):
            left = wire.ranges_of(answer)
            if any(one.start < part.start or one.end > part.end for one in left):
                raise NotWellFormed("The server tells of blocks that it was not asked about. Update the server.")
            rest += (block for one in left for block in _blocks(one, self._block_size))
        return rest

    def _mark(self, block: Range, bench: Bench) -> bytes:
        view = bench.buffer[: block.length]
        made = digests.hasher()
        made.update(view[: self._read(view, block.start)])
        return made.digest()

    def _read(self, view: memoryview, offset: int) -> int:
        try:
            return self._file.read_at(view, offset)
        except OSError as error:
            raise local_error(error, self._place) from error

    def old(self, start: int, most: int, average: int) -> Cut:
        return _cut_there(self._link, self._target, "", self._old_size, start, most, average)

    def new(self, start: int, most: int, average: int) -> Cut:
        return chunking.cut(self._read, start, self._size, average, most)


class FetchingSides:
    """Args:
    source, etag, size: the new version, there.
    upload: where it goes to, in `store`; the old version lies at its path and has `old_size` bytes.
    """

    def __init__(
        self, link: Link, source: str, etag: str, size: int, store: FolderStore, upload: Upload, path: str, old_size: int
    ) -> None:
        self._link = link
        self._source, self._etag, self._size = source, etag, size
        self._store, self._upload, self._path, self._old_size = store, upload, path, old_size

    def take(self, pieces: Sequence[Piece], bench: Bench) -> list[Range]:
        bench.worker.doing = NETWORK
        block_size = self._upload.block_size
        version = {"etag": self._etag} if self._etag else {}
        counts = [-(-part.length // block_size) for part, _ in pieces]
        calls = [
            (paths.to_wire(self._source), {"offset": part.start, "count": count, **version})
            for (part, _), count in zip(pieces, counts, strict=True)
        ]
        rest: list[Range] = []
        for (part, source), count, answer in zip(pieces, counts, _answers(self._link, "file_digests", calls), strict=True):
            given = wire.struct(answer, "file_digests")
            marks = wire.digests_of(given)
            if len(marks) != count or given.get("block_size") != block_size or given.get("algorithm") != digests.DEFAULT:
                raise NotWellFormed("The server tells other digests than it was asked for. Update the server.")
            bench.worker.doing = DISK
            rest += self._upload.reuse_blocks(part.start, source, marks)
        return rest

    def old(self, start: int, most: int, average: int) -> Cut:
        # Many of these may follow each other, and are stopped in between.
        return self._link.patiently(lambda: self._cut_here(start, most, average))

    def _cut_here(self, start: int, most: int, average: int) -> Cut:
        with self._store.open(self._path) as reader:
            if reader.entry.size != self._old_size:
                raise Changed()
            return chunking.cut(reader.read_into, start, self._old_size, average, most)

    def new(self, start: int, most: int, average: int) -> Cut:
        return _cut_there(self._link, self._source, self._etag, self._size, start, most, average)


def _blocks(part: Range, size: int) -> list[Range]:
    return [Range(start, min(start + size, part.end)) for start in range(part.start, part.end, size)]


def _answers(link: Link, method: str, calls: Sequence[tuple[object, ...]]) -> Sequence[object]:
    """The answers to calls of one method, made together. Raises the first fault of all."""
    if len(calls) == 1:
        return [link.call(method, *calls[0])]
    batch = [{"methodName": method, "params": list(params)} for params in calls]
    answers = wire.sequence(link.call("system.multicall", batch), "answers")
    if len(answers) != len(calls):
        raise NotWellFormed("The server did not answer each call. Update the server.")
    return [_answer(one) for one in answers]


def _answer(answer: object) -> object:
    if isinstance(answer, list) and len(answer) == 1:
        return answer[0]
    given = wire.struct(answer, "An answer")
    raise error_of(wire.number(given.get("faultCode")), wire.text(given.get("faultString")))


def _cut_there(link: Link, path: str, etag: str, size: int, start: int, most: int, average: int) -> Cut:
    options = {"chunking": chunking.name_of(average), "offset": start, "length": most} | ({"etag": etag} if etag else {})
    found, now = wire.chunks_of(link.call("file_digests", paths.to_wire(path), options), start, average)
    if now != size:
        raise Changed()
    if found.end - start > most + chunking.LONGEST * average:
        raise NotWellFormed("The server tells of more pieces than it was asked for. Update the server.")
    return found
