"""What a new version of a large file has in common with the old one at its target: that is taken over there and does not travel.
Tells where a block may lie in the old version; whether it does is told by its digest, on the side that copies it.

First it is looked for where it was (blocks that changed in place), then, where hardly anything is found so, by cutting both
versions by content (something was inserted or taken out), and what is not found so where it was: a block between two that changed
shares its outer pieces with them. Where samples show that nothing is found, the rest is sent as it is, unless looking takes so
much less than sending, by what either took so far, that it is worth a try."""

from __future__ import annotations

import contextlib
import threading
import time
from bisect import bisect_right
from collections import deque
from collections.abc import Iterator, Sequence
from enum import Enum
from functools import partial
from itertools import accumulate
from typing import Protocol

from filexfer.client.chunk_map import WINDOW, ChunkMap, Piece, average_for
from filexfer.client.run import FATAL
from filexfer.client.transfer import Bench
from filexfer.core.chunking import Cut
from filexfer.core.errors import FilexferError
from filexfer.core.model import Range
from filexfer.storage.store import REUSE_BYTES

#: Files below this size, in bytes, are moved whole: asking would take as long.
LEAST = 4 << 20
#: Blocks that are asked about in one call.
_TOGETHER = 16
#: Blocks that are tried first, all over the file: fewest and most.
_SAMPLES = 2, 8
#: Bytes at both ends that are cut to see whether anything is found: fewest and most.
_ENDS = 1 << 20, 4 << 20
#: Looking pays as long as it takes a fourth of the time that sending does.
_WORTH = 4
#: Bytes after which that is known.
_KNOWN = 4 << 20


class Sides(Protocol):
    """Both ends of one transfer."""

    def take(self, pieces: Sequence[Piece], bench: Bench) -> list[Range]:
        """Have these blocks taken from the old version; those that are other ones there."""
        ...

    def old(self, start: int, most: int, average: int) -> Cut:
        """The old version cut by content, see `chunking.cut`."""
        ...

    def new(self, start: int, most: int, average: int) -> Cut: ...


class _Way(Enum):
    SEND = "send"
    IN_PLACE = "in place"
    BY_CONTENT = "by content"
    FAILED = "failed"


class _Costs:
    """Bytes that were handled in one way, and the seconds that it took. Thread-safe."""

    def __init__(self) -> None:
        # Guards both.
        self._lock = threading.Lock()
        self._bytes, self._seconds = 0, 0.0

    def add(self, size: int, seconds: float) -> None:
        with self._lock:
            self._bytes += size
            self._seconds += seconds

    def each(self) -> float | None:
        """Seconds a byte; None while too little is known."""
        with self._lock:
            return self._seconds / self._bytes if self._bytes >= _KNOWN else None


class Delta:
    """Of one transfer, and in what order it is done. `begin` first, alone; `take` and `sent` from several threads.

    Args:
        old_size, new_size, block_size: bytes.
        breadth: exchanges that are under way at once.
    """

    def __init__(self, sides: Sides, old_size: int, new_size: int, block_size: int, breadth: int) -> None:
        self._sides = sides
        self._old_size, self._new_size = old_size, new_size
        self._block_size = block_size
        self._breadth = breadth
        self._average = average_for(max(old_size, new_size))
        self._way = _Way.SEND
        # How samples were found again. By content, that is gone on with whatever it costs.
        self._told = _Way.SEND
        # Held by the one thread that makes the map.
        self._mapping = threading.Lock()
        self._map: ChunkMap | None = None
        self._cut, self._sent = _Costs(), _Costs()
        self._due: set[Range] = set()
        self._parts: Iterator[Range] = iter(())
        self._rest: deque[Range] = deque()

    def begin(self, missing: Sequence[Range], bench: Bench) -> None:
        """Look whether anything fits, and how."""
        count = sum(self._blocks_in(part.length) for part in missing)
        # Where it is taken up again, those that differ are left over from before: few samples might meet only such.
        fewest = _SAMPLES[0] if _length(missing) == self._new_size else _SAMPLES[1]
        with self._or_send():
            if self._fit_in_place(missing, max(fewest, min(_SAMPLES[1], count // _TOGETHER)), bench):
                self._told = _Way.IN_PLACE
            elif self._average and self._ends_fit():
                self._told = _Way.BY_CONTENT
            self._way = self._told
        together = max(1, min(_TOGETHER, REUSE_BYTES // self._block_size, count // 8))
        # One after the other: how many there are is said by the other side.
        self._parts = (some for part in missing for some in _split(part, together * self._block_size))

    def __iter__(self) -> Delta:
        return self

    def __next__(self) -> Range:
        """What comes next: a part to be taken over (`is_due`), or a block to be sent. One thread at a time."""
        if self._rest:
            return self._rest.popleft()
        part = next(self._parts)
        self._due.add(part)
        return part

    def is_due(self, part: Range) -> bool:
        return part in self._due

    @property
    def looks(self) -> bool:
        """Anything was found so far."""
        return self._way in (_Way.IN_PLACE, _Way.BY_CONTENT)

    @property
    def has_rest(self) -> bool:
        """There are blocks to be sent that `__next__` did not tell yet."""
        return bool(self._rest)

    def take(self, part: Range, bench: Bench) -> int:
        """Have what can be taken over there of a part that is due; how many bytes that were. The rest comes next. Raises what
        ends a job (`run.FATAL`)."""
        rest = [part]
        with self._or_send():
            looked = self._way is _Way.IN_PLACE
            if looked:
                rest = self._in_place(rest, bench)
            elif self._way is _Way.SEND and self._pays():
                self._way = _Way.BY_CONTENT
            if self._way is _Way.BY_CONTENT:
                rest = [left for one in rest for left in self._by_content(one, bench)]
                if not looked and self._told is not _Way.SEND:
                    rest = self._in_place(rest, bench)
        self._due.discard(part)
        self._rest += (block for one in rest for block in _split(one, self._block_size))
        return part.length - _length(rest)

    def sent(self, size: int, seconds: float) -> None:
        """So many bytes went over the wire in one exchange."""
        self._sent.add(size, seconds / self._breadth)

    @contextlib.contextmanager
    def _or_send(self) -> Iterator[None]:
        """Where taking over fails, for whatever reason, everything is sent: that says whether the transfer fails too."""
        try:
            yield
        except FATAL:
            raise
        except FilexferError:
            self._way = _Way.FAILED

    # In place

    def _fit_in_place(self, missing: Sequence[Range], most: int, bench: Bench) -> bool:
        """Whether any of at most so many blocks, all over the file, is where it was."""
        samples = [Piece(block, block.start) for block in self._samples(missing, most)]
        return bool(samples) and len(self._sides.take(samples, bench)) < len(samples)

    def _samples(self, missing: Sequence[Range], most: int) -> Iterator[Range]:
        """Some of the blocks that the old version could have where they were."""
        old, size = self._old_size, self._block_size
        counts = [self._blocks_in(part.length) if part.end <= old else max(0, old - part.start) // size for part in missing]
        ends = list(accumulate(counts))
        total = ends[-1] if ends else 0
        # By odd steps: every other block may have changed.
        for number in range(0, total, max(1, total // most) | 1)[:most]:
            at = bisect_right(ends, number)
            part = missing[at]
            start = part.start + (number - ends[at] + counts[at]) * size
            yield Range(start, min(start + size, part.end))

    def _blocks_in(self, length: int) -> int:
        return -(-length // self._block_size)

    def _in_place(self, parts: Sequence[Range], bench: Bench) -> list[Range]:
        """What of these is not where it was."""
        old = self._old_size
        whole = old - old % self._block_size
        cuts = [(part.start, part.end if part.end <= old else max(part.start, whole), part.end) for part in parts]
        there = [Range(start, at) for start, at, _ in cuts if start < at]
        rest = self._sides.take([Piece(part, part.start) for part in there], bench) if there else []
        if self._average and self._map is None and 2 * _length(rest) > _length(there):
            # Something may have been inserted or taken out before it.
            self._way = _Way.BY_CONTENT
        return rest + [Range(at, end) for _, at, end in cuts if at < end]

    # By content

    def _ends_fit(self) -> bool:
        """Whether anything at either end of the file is found again there."""
        size = max(_ENDS[0], min(_ENDS[1], self._new_size // 64))
        return self._fits(0, 0, size) or self._fits(max(0, self._old_size - size), max(0, self._new_size - size), size)

    def _fits(self, old: int, new: int, size: int) -> bool:
        began = time.monotonic()
        there, here = self._sides.old(old, size, self._average), self._sides.new(new, size, self._average)
        self._cut.add(size, time.monotonic() - began)
        return not set(_marks(there)).isdisjoint(_marks(here))

    def _by_content(self, part: Range, bench: Bench) -> list[Range]:
        pieces = self._mapped(part)
        rest = self._sides.take(pieces, bench) if pieces else []
        at = part.start
        for piece, _ in pieces:
            rest += [Range(at, piece.start)] if at < piece.start else []
            at = piece.end
        return [*rest, Range(at, part.end)] if at < part.end else rest

    def _mapped(self, part: Range) -> list[Piece]:
        """The pieces of `part` that lie in the old version. One thread looks ahead, so that the others need not wait."""
        known = self._map
        if self._mapping.acquire(blocking=known is None or known.end < part.end):
            try:
                known = self._look_ahead(part)
            finally:
                self._mapping.release()
        assert known is not None, "who cannot go on without it has waited for it"
        return known.pieces(part, self._block_size)

    def _look_ahead(self, part: Range) -> ChunkMap:
        if self._map is None:
            # Other threads may be at parts before this one.
            start = max(0, part.start - WINDOW)
            old, new = partial(self._sides.old, average=self._average), partial(self._sides.new, average=self._average)
            self._map = ChunkMap(old, new, self._old_size, self._new_size, start)
        known = self._map
        for needed in (part.end, part.end + WINDOW):
            while known.end < min(needed, self._new_size):
                looked, began = known.end, time.monotonic()
                known.look()
                self._cut.add(known.end - looked, time.monotonic() - began)
                if needed > part.end:
                    break
        if not known.found and self._told is not _Way.BY_CONTENT and not self._pays():
            self._way = self._told
        return known

    def _pays(self) -> bool:
        """Whether sending takes so much longer than cutting by content that this is worth a try."""
        cut, sent = self._cut.each(), self._sent.each()
        return cut is not None and sent is not None and sent > _WORTH * cut


def _length(parts: Sequence[Range]) -> int:
    return sum(part.length for part in parts)


def _split(part: Range, size: int) -> Iterator[Range]:
    for start in range(part.start, part.end, size):
        yield Range(start, min(start + size, part.end))


def _marks(cut: Cut) -> Iterator[bytes]:
    return (cut.digests[at : at + 32] for at in range(0, len(cut.digests), 32))
