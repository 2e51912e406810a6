"""Whether local files and those on the server have the same content, by the digests of their blocks: neither travels. Small files
are asked about many at a time."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from filexfer.client.link import Link
from filexfer.client.local import OpenFile
from filexfer.client.run import FATAL
from filexfer.client.words import local_error
from filexfer.core import digests, paths
from filexfer.core.errors import FilexferError, NotWellFormed
from filexfer.core.model import BLOCK_SIZE
from filexfer.protocol import wire
from filexfer.protocol.faults import error_of

#: Small files asked about in one call.
_TOGETHER = 200
#: The largest block of a server that we read here at once.
_MOST_BLOCK = 8 * BLOCK_SIZE


class Pair(NamedTuple):
    """A local file, one on the server, and the size in bytes that both have."""

    place: str
    path: str
    size: int


class Comparison:
    """Compares over `link`; keeps one block's buffer, of the size that the server's blocks have."""

    def __init__(self, link: Link) -> None:
        self._link = link
        stated = link.session.info().get("block_size")
        self._block = stated if isinstance(stated, int) and 0 < stated <= _MOST_BLOCK else BLOCK_SIZE
        self._buffer = memoryview(bytearray(self._block))

    def equal(self, pairs: Sequence[Pair]) -> Iterator[bool | FilexferError]:
        """For each pair whether the contents are equal, or why that cannot be told. Raises what ends a job (`run.FATAL`)."""
        for at in range(0, len(pairs), _TOGETHER):
            some = pairs[at : at + _TOGETHER]
            small = iter(self._answers([pair for pair in some if pair.size <= BLOCK_SIZE]))
            for pair in some:
                answer = next(small) if pair.size <= BLOCK_SIZE else None
                try:
                    yield self._same(pair, answer)
                except FilexferError as error:
                    yield error

    def _answers(self, pairs: Sequence[Pair]) -> Sequence[object]:
        """As `_ask`; a call that is refused as a whole is an error of each file."""
        try:
            return self._ask(pairs)
        except FATAL:
            raise
        except FilexferError as error:
            return [error] * len(pairs)

    def _ask(self, pairs: Sequence[Pair]) -> list[object]:
        """The digests of each file, or the struct of a fault."""
        if not pairs:
            return []
        calls = [{"methodName": "file_digests", "params": [paths.to_wire(pair.path)]} for pair in pairs]
        answers = wire.sequence(self._link.call("system.multicall", calls), "answers")
        if len(answers) != len(pairs):
            raise NotWellFormed("The server did not answer for each file. Update the server.")
        return [answer[0] if isinstance(answer, list) and answer else answer for answer in answers]

    def _same(self, pair: Pair, answer: object) -> bool:
        if isinstance(answer, FilexferError):
            raise answer
        if answer is None:
            theirs = self._link.patiently(lambda: self._link.session.digests(pair.path, pair.size))
        else:
            given = wire.struct(answer, "file_digests")
            if "faultCode" in given:
                raise error_of(wire.number(given["faultCode"]), wire.text(given.get("faultString")))
            if wire.number(given.get("size"), "size") != pair.size:
                return False
            raw = wire.binary(given.get("digests"), "digests")
            theirs = [raw[at : at + 32] for at in range(0, len(raw), 32)]
        starts = range(0, pair.size, self._block)
        if len(theirs) != len(starts):
            return False
        try:
            with contextlib.closing(OpenFile(pair.place)) as file:
                return all(self._digest(file, start, pair.size) == mark for start, mark in zip(starts, theirs, strict=True))
        except OSError as error:
            raise local_error(error, pair.place) from error

    def _digest(self, file: OpenFile, start: int, size: int) -> bytes:
        view = self._buffer[: min(self._block, size - start)]
        made = digests.hasher()
        made.update(view[: file.read_at(view, start)])
        return made.digest()
