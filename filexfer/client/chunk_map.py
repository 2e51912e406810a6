"""Where pieces of a new version lie in the old one, by cutting both by content. Made window by window, ahead of where the
transfer is, so that nothing waits for all of a large file to be read. One thread makes it, others may look meanwhile."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from operator import itemgetter
from typing import NamedTuple

from filexfer.core import chunking
from filexfer.core.chunking import Cut
from filexfer.core.model import Range

#: Bytes of a file that are cut at once, on either side.
WINDOW = 32 << 20
#: Pieces that are kept of an old version, at most about: larger files are cut into larger pieces.
_KEPT = 32 << 10

_BEGIN = itemgetter(0)

#: Cuts a version from an offset on, over so many bytes.
Cutter = Callable[[int, int], Cut]


class Piece(NamedTuple):
    """Whole blocks of the new version, and where the same bytes are thought to begin in the old one."""

    part: Range
    source: int


def average_for(size: int) -> int:
    """The average piece for files of `size` bytes; 0 where they are too large to be cut."""
    average = chunking.LEAST
    while average * _KEPT < size:
        average *= 2
    return average if average <= chunking.MOST else 0


class ChunkMap:
    """Args:
        old, new: cut the two versions.
        old_size, new_size: bytes.
        start: from where on the new version is to be found again.

    Attributes:
        found: bytes of the new version that were found in the old one.
        end: up to where the new version was looked at.
    """

    def __init__(self, old: Cutter, new: Cutter, old_size: int, new_size: int, start: int) -> None:
        self._old, self._new = old, new
        self._old_size, self._new_size = old_size, new_size
        # What was inserted moved the rest back by as much as the file grew, at most; what was taken out, likewise. No more is
        # looked through for it than there is to be found.
        self._ahead = max(0, min(old_size - new_size, new_size))
        self._old_end = max(0, min(old_size, start - max(0, new_size - old_size)))
        self._where: dict[bytes, int] = {}
        self._what: dict[int, bytes] = {}
        # Parts of the new version, in order, that are the same in the old one: begin, end, and begin there. Others read it.
        self._same: list[tuple[int, int, int]] = []
        self.end = start
        self.found = 0

    def look(self) -> None:
        """Look at one window more of the new version. Raises what cutting does."""
        wanted = min(self._old_size, self.end + self._ahead + 2 * WINDOW)
        while self._old_end < wanted:
            self._keep(self._old(self._old_end, WINDOW))
        self._find(self._new(self.end, WINDOW))

    def pieces(self, part: Range, block_size: int) -> list[Piece]:
        """Of the blocks in `part`, which begins with one, those that lie in the old version; neighbours together."""
        made: list[Piece] = []
        for start in range(part.start, part.end, block_size):
            end = min(start + block_size, part.end)
            at = bisect_right(self._same, start, key=_BEGIN) - 1
            if at < 0 or self._same[at][1] < end:
                continue
            source = self._same[at][2] + start - self._same[at][0]
            last = made[-1] if made else None
            if last and last.part.end == start and last.source + last.part.length == source:
                made[-1] = Piece(Range(last.part.start, end), last.source)
            else:
                made.append(Piece(Range(start, end), source))
        return made

    def _keep(self, cut: Cut) -> None:
        at = self._old_end
        for number, length in enumerate(cut.lengths):
            mark = cut.digests[32 * number : 32 * number + 32]
            self._where.setdefault(mark, at)
            self._what[at] = mark
            at += length
        # A version that ends earlier than was said is followed no further.
        self._old_end = at if cut.lengths else self._old_size

    def _find(self, cut: Cut) -> None:
        at = self.end
        begin, end, source = self._same[-1] if self._same else (0, -1, 0)
        for number, length in enumerate(cut.lengths):
            mark = cut.digests[32 * number : 32 * number + 32]
            if end == at and self._what.get(source + at - begin) == mark:
                end += length
                self._same[-1] = (begin, end, source)
                self.found += length
            elif (there := self._where.get(mark)) is not None:
                begin, end, source = at, at + length, there
                self._same.append((begin, end, source))
                self.found += length
            at += length
        self.end = at if cut.lengths else self._new_size
