"""Making a receipt of files that are here and there, and checking both sides by one later. Every file is read: here by us, there
by the server, which gives the digests of its blocks; no content travels."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, TypeVar

from filexfer.client.local import OpenFile
from filexfer.client.manifest import Head, Row
from filexfer.client.run import FATAL
from filexfer.client.session import Session
from filexfer.client.words import local_error
from filexfer.core import digests, paths
from filexfer.core.errors import Changed, FilexferError, InvalidPath, NotFound, NotWellFormed
from filexfer.core.model import BLOCK_SIZE, Direction, FileState, Job, JobFile
from filexfer.protocol import wire
from filexfer.protocol.faults import error_of

_T = TypeVar("_T")

#: Files, and bytes, of which the server is asked in one call. Bytes bound how long it reads before it answers.
_FILES, _BYTES = 200, 64 << 20


class Pair(NamedTuple):
    """A file on both sides: whole local path, path in the share, and size in bytes as far as it is known."""

    here: str
    there: str
    size: int


@dataclass(slots=True)
class Counts:
    """How far it is: files, bytes, and how many of the files differ."""

    files: int = 0
    bytes: int = 0
    differing: int = 0


#: Told after each file, and each block of a large one; what it raises ends the work.
Tick = Callable[[Counts], object]
#: Told each file that is not as it should be, and in which way.
Differs = Callable[[str, str], object]

MISSING_HERE, MISSING_THERE = "missing here", "missing there"
OTHER_HERE, OTHER_THERE, UNLIKE = "other content here", "other content there", "not the same on both sides"


class Reader:
    """Reads files of this disk, one at a time, with one block's buffer."""

    def __init__(self, tick: Callable[[int], object]) -> None:
        self._tick = tick
        self._buffer = memoryview(bytearray(BLOCK_SIZE))

    def read(self, place: str) -> tuple[str, str, int]:
        """A file's SHA-256 (hex), what its blocks' digests make together (blake3, hex), and its size. Raises `NotFound`, and
        `StorageFailed` for what cannot be read."""
        whole, blocks, size = digests.hasher("sha256"), digests.hasher(), 0
        try:
            with contextlib.closing(OpenFile(place)) as file:
                while count := self._fill(file, size):
                    whole.update(self._buffer[:count])
                    block = digests.hasher()
                    block.update(self._buffer[:count])
                    blocks.update(block.digest())
                    size += count
                    self._tick(count)
        except OSError as error:
            raise local_error(error, place) from error
        return whole.digest().hex(), blocks.digest().hex(), size

    def _fill(self, file: OpenFile, offset: int) -> int:
        filled = 0
        while filled < len(self._buffer) and (count := file.read_at(self._buffer[filled:], offset + filled)):
            filled += count
        return filled


def pair_of(file: JobFile, direction: Direction) -> Pair | None:
    """The two ends of a file of a job; None where they are not said to be the same now."""
    if file.state not in (FileState.DONE, FileState.SKIPPED) or file.error:
        return None
    here, there = (file.source, file.target) if direction is Direction.PUT else (file.target, file.source)
    return Pair(here, there, file.size)


def head_of(job: Job, server: str, ends: Iterable[tuple[str, str]]) -> Head:
    """What a receipt of this job is about: the folders that hold all of these `ends`, pairs of a whole local path and a path in
    the share."""
    here = there = ""
    for local, remote in ends:
        folders = os.path.dirname(local), "/" + paths.parent(remote)
        here = os.path.commonpath([here or folders[0], folders[0]])
        there = os.path.commonpath([there or folders[1], folders[1]])
    made = datetime.now().astimezone().isoformat(timespec="seconds")
    return Head(server, here, there.replace(os.sep, "/").lstrip("/"), job.name, made)


def make(session: Session, pairs: Iterable[Pair], head: Head, tick: Tick, differs: Differs) -> Iterator[Row]:
    """The rows of a receipt: of those pairs that are the same on both sides; `differs` is told the others. Raises what ends the
    session."""
    counts = Counts()
    reader = Reader(lambda count: _count(counts, count, tick))
    for some in _together(pairs, lambda pair: pair.size):
        for pair, theirs in zip(some, _theirs(session, [(pair.there, pair.size) for pair in some]), strict=True):
            row = _row(pair, theirs, head, reader)
            counts.files += 1
            if isinstance(row, Row):
                yield row
            else:
                counts.differing += 1
                differs(pair.here, row)
            tick(counts)


def _row(pair: Pair, theirs: str | FilexferError, head: Head, reader: Reader) -> Row | str:
    """A row, or how the two sides differ."""
    if isinstance(theirs, FilexferError):
        return _trouble(theirs, MISSING_THERE, UNLIKE)
    try:
        whole, blocks, size = reader.read(pair.here)
    except FilexferError as error:
        return _trouble(error, MISSING_HERE, UNLIKE)
    if blocks != theirs:
        return UNLIKE
    path = os.path.relpath(pair.here, head.here).replace(os.sep, "/")
    return Row(path, whole, pair.there, blocks, size)


def check(session: Session | None, head: Head, rows: Iterable[Row], here: bool, tick: Tick, differs: Differs) -> Counts:
    """Check the files of a receipt: on this disk where `here`, and on the server where there is a `session`."""
    counts = Counts()
    reader = Reader(lambda count: _count(counts, count, tick))
    for some in _together(rows, lambda row: max(row.size, 0)):
        asked = [(row.there or paths.join(head.there, row.path), row.size) for row in some]
        answers: Iterable[str | FilexferError | None] = _theirs(session, asked) if session else [None] * len(some)
        for row, theirs in zip(some, answers, strict=True):
            wrong = [*_wrong_there(row, theirs), *(_wrong_here(row, head, reader) if here else ())]
            counts.files += 1
            counts.differing += bool(wrong)
            if not here:
                counts.bytes += max(row.size, 0)
            for what in wrong:
                differs(row.path, what)
            tick(counts)
    return counts


def _wrong_there(row: Row, theirs: str | FilexferError | None) -> Iterator[str]:
    if isinstance(theirs, FilexferError):
        yield _trouble(theirs, MISSING_THERE, OTHER_THERE)
    elif theirs is not None and theirs != row.blocks:
        yield OTHER_THERE


def _wrong_here(row: Row, head: Head, reader: Reader) -> Iterator[str]:
    try:
        if reader.read(os.path.join(head.here, row.path.replace("/", os.sep)))[0] != row.sha256:
            yield OTHER_HERE
    except FilexferError as error:
        yield _trouble(error, MISSING_HERE, OTHER_HERE)


def _trouble(error: FilexferError, missing: str, other: str) -> str:
    if isinstance(error, NotFound):
        return missing
    return other if isinstance(error, Changed | InvalidPath) else str(error)


def _count(counts: Counts, count: int, tick: Tick) -> None:
    counts.bytes += count
    tick(counts)


def _together(some: Iterable[_T], size_of: Callable[[_T], int]) -> Iterator[list[_T]]:
    """Such as are asked about in one call."""
    found: list[_T] = []
    size = 0
    for one in some:
        found.append(one)
        size += size_of(one)
        if len(found) >= _FILES or size >= _BYTES:
            yield found
            found, size = [], 0
    if found:
        yield found


def _theirs(session: Session, files: list[tuple[str, int]]) -> Iterator[str | FilexferError]:
    """For each (path, size) what the digests of its blocks over there make together, or why there are none. Raises what ends
    the session."""
    calls = [{"methodName": "file_digests", "params": [paths.to_wire(path)]} for path, _ in files]
    answers = wire.sequence(session.call("system.multicall", calls), "The answer to a multicall")
    for (path, size), answer in zip(files, answers, strict=True):
        try:
            yield _joined(session, path, size, answer)
        except FATAL:
            raise
        except FilexferError as error:
            yield error


def _joined(session: Session, path: str, size: int, answer: object) -> str:
    first = _value(answer)
    if wire.number(first.get("size"), "size") != size:
        raise Changed()
    if first.get("block_size") != BLOCK_SIZE:
        raise NotWellFormed("cannot be compared: the server cuts files into other blocks. Update it.")
    made = digests.hasher()
    if wire.number(first.get("next"), "next") < 0:
        made.update(wire.binary(first.get("digests"), "digests"))
    else:
        for one in session.digests(path, size):
            made.update(one)
    return made.digest().hex()


def _value(answer: object) -> dict[str, object]:
    """The struct in one answer of a multicall. Raises the error of a fault."""
    if isinstance(answer, dict):
        raise error_of(wire.number(answer.get("faultCode"), "faultCode"), wire.text(answer.get("faultString"), "faultString"))
    return wire.struct(wire.sequence(answer, "An answer")[0], "digests")
