"""Tells how a local tree and one on a server differ: names, kinds, sizes, contents by the digests of blocks. Changes nothing.

Digests come from the server for many files in one call, and only where sizes are equal; a local file is read once, by blocks.
"""

from __future__ import annotations

import io
import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from filexfer.client import scan
from filexfer.client.patterns import Filter
from filexfer.client.session import Session
from filexfer.client.words import local_error
from filexfer.core import digests, paths
from filexfer.core.errors import FilexferError, NotWellFormed
from filexfer.core.model import Entry, Kind
from filexfer.protocol import wire
from filexfer.protocol.faults import error_of

#: Files, and bytes, whose digests are asked for in one call. Bytes bound how long the server reads before it answers.
BATCH_FILES, BATCH_BYTES = 200, 64 << 20


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that differs: its path below what is compared, and how, in a few words."""

    path: str
    what: str


@dataclass(slots=True)
class Counts:
    """What was compared so far: files whose contents were, their bytes, and links and special files that were left out."""

    files: int = 0
    bytes: int = 0
    left_out: int = 0


class Comparison:
    """One comparison of `local` (absolute) with `remote` (a path in the share); iterate over `differences()` once."""

    def __init__(self, session: Session, local: str, remote: str, keep: Filter, tick: Callable[[Counts], None]) -> None:
        self._session = session
        self._local = local
        self._remote = remote
        self._keep = keep
        self._tick = tick
        self._waiting: list[tuple[str, int]] = []
        self._waiting_bytes = 0
        self.counts = Counts()

    def differences(self) -> Iterator[Difference]:
        """Everything that differs. Raises `NotFound` where one of the two is not there at all."""
        here, there = self._tops()
        if here is not there:
            yield Difference("", f"a {here.value} here, a {there.value} there")
        elif here is Kind.FOLDER:
            yield from self._folders()
        else:
            yield from self._file("", os.path.getsize(self._local), self._session.stat(self._remote))
        yield from self._contents()

    def _tops(self) -> tuple[Kind, Kind]:
        try:
            here = Kind.FOLDER if stat.S_ISDIR(os.stat(self._local).st_mode) else Kind.FILE
        except OSError as error:
            raise local_error(error, self._local) from error
        return here, self._session.stat(self._remote).kind if self._remote else Kind.FOLDER

    def _folders(self) -> Iterator[Difference]:
        there = {entry.name: entry for entry in listed(self._session, self._remote, self._keep)}
        for folder in scan.walk(self._local, self._keep):
            if folder.error is not None:
                yield Difference(folder.path, f"cannot be read here: {folder.error}")
            known = there.pop(folder.path, None) if folder.path else None
            if folder.path and (self._keep.keeps_empty if known is None else known.kind is not Kind.FOLDER):
                yield _unlike(folder.path, "folder", known)
            self.counts.left_out += len(folder.skipped)
            for name, _ in folder.skipped:
                there.pop(paths.join(folder.path, name), None)
            for name, size, _ in folder.files:
                path = paths.join(folder.path, name)
                yield from self._file(path, size, there.pop(path, None))
        for entry in there.values():
            if entry.kind in (Kind.LINK, Kind.OTHER):
                self.counts.left_out += 1
            elif entry.kind is Kind.FILE or self._keep.keeps_empty:
                yield Difference(entry.name, "missing here")

    def _file(self, path: str, size: int, there: Entry | None) -> Iterator[Difference]:
        if there is None or there.kind is not Kind.FILE:
            yield _unlike(path, "file", there)
        elif there.size != size:
            yield Difference(path, f"size: {size} bytes here, {there.size} there")
        else:
            self._waiting.append((path, size))
            self._waiting_bytes += size
            if len(self._waiting) >= BATCH_FILES or self._waiting_bytes >= BATCH_BYTES:
                yield from self._contents()

    def _contents(self) -> Iterator[Difference]:
        """Compare the digests of what waits."""
        waiting, self._waiting, self._waiting_bytes = self._waiting, [], 0
        if not waiting:
            return
        calls = [{"methodName": "file_digests", "params": [paths.to_wire(self._there(path))]} for path, _ in waiting]
        answers = wire.sequence(self._session.call("system.multicall", calls), "The answer to a multicall")
        for (path, size), answer in zip(waiting, answers, strict=True):
            try:
                same = self._same(path, size, _value(answer))
            except FilexferError as error:
                yield Difference(path, f"cannot be compared: {error}")
                continue
            self.counts.files += 1
            self.counts.bytes += size
            if not same:
                yield Difference(path, "content")
            self._tick(self.counts)

    def _same(self, path: str, size: int, first: dict[str, object]) -> bool:
        """Whether the local file has the digests of the server's, of which `first` is the first page."""
        block_size = wire.number(first.get("block_size"), "block_size")
        if wire.number(first.get("size"), "size") != size:
            return False
        remote = self._digests(path, first)
        place = os.path.join(self._local, path) if path else self._local
        return all(block == next(remote, None) for block in _blocks(place, block_size)) and next(remote, None) is None

    def _digests(self, path: str, page: dict[str, object]) -> Iterator[bytes]:
        while True:
            raw = wire.binary(page.get("digests"), "digests")
            yield from (raw[at : at + 32] for at in range(0, len(raw), 32))
            after = wire.number(page.get("next"), "next")
            if after < 0:
                return
            page = wire.struct(self._session.call("file_digests", paths.to_wire(self._there(path)), {"offset": after}), "digests")
            self._tick(self.counts)

    def _there(self, path: str) -> str:
        return paths.join(self._remote, path)


def listed(session: Session, top: str, keep: Filter) -> Iterator[Entry]:
    """What `keep` takes of the folder `top` of a share, with all that is below it."""
    entered = {"": True}
    for entry in session.list(top, recursive=True):
        inside = entered.get(paths.parent(entry.name), False)
        if entry.kind is Kind.FOLDER:
            inside = entered[entry.name] = inside and keep.enters(entry.name)
        if inside and (entry.kind is Kind.FOLDER or keep.keeps(entry.name)):
            yield entry


def _blocks(place: str, block_size: int) -> Iterator[bytes]:
    """The digests of a local file's blocks."""
    if not 0 < block_size <= 1 << 30:
        raise NotWellFormed(f"The server names a block size of {block_size} bytes. Update the server.")
    buffer = memoryview(bytearray(block_size))
    try:
        with open(place, "rb", buffering=0) as file:
            while filled := _fill(file, buffer):
                made = digests.hasher()
                made.update(buffer[:filled])
                yield made.digest()
    except OSError as error:
        raise local_error(error, place) from error


def _fill(file: io.RawIOBase, buffer: memoryview) -> int:
    """Read until `buffer` is full or the file ends; the bytes read."""
    filled = 0
    while filled < len(buffer) and (count := file.readinto(buffer[filled:])):
        filled += count
    return filled


def _value(answer: object) -> dict[str, object]:
    """The struct in one answer of a multicall. Raises the error of a fault."""
    if isinstance(answer, dict):
        raise error_of(wire.number(answer.get("faultCode"), "faultCode"), wire.text(answer.get("faultString"), "faultString"))
    return wire.struct(wire.sequence(answer, "An answer")[0], "digests")


def _unlike(path: str, here: str, there: Entry | None) -> Difference:
    return Difference(path, "missing there" if there is None else f"a {here} here, a {there.kind.value} there")
