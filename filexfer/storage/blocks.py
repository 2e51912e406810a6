"""Which blocks of a file are there, and what they hold. Grows with what arrives, not with what was promised. No I/O, no lock."""

from __future__ import annotations

from collections.abc import Iterator

from filexfer.core.errors import BadOffset
from filexfer.core.model import Range

_DIGEST = 32
#: Neighbouring blocks that are kept together, from the first one of them on.
_GROUP = 256


class _Group:
    """Which of `_GROUP` blocks are there (a byte each, 1 or 0), and their digests."""

    __slots__ = ("digests", "there")

    def __init__(self) -> None:
        self.there = bytearray(_GROUP)
        self.digests = bytearray(_GROUP * _DIGEST)


class Blocks:
    """The blocks of a file of `size` bytes, `block_size` bytes each but the last.

    Attributes:
        received: bytes of the blocks that are there.
    """

    __slots__ = ("_block_size", "_groups", "count", "received", "size")

    def __init__(self, size: int, block_size: int) -> None:
        self.size = size
        self.count = -(-size // block_size)
        self.received = 0
        self._block_size = block_size
        self._groups: dict[int, _Group] = {}

    def numbers(self, offset: int, length: int) -> range:
        """The blocks that `[offset, offset + length)` covers; `BadOffset` unless these are whole ones."""
        end = offset + length
        whole = offset >= 0 and offset % self._block_size == 0 and (end % self._block_size == 0 or end == self.size)
        if not whole or length <= 0 or end > self.size:
            raise BadOffset(f"Blocks begin at multiples of {self._block_size} bytes, are whole, and end with the file.")
        return range(offset // self._block_size, -(-end // self._block_size))

    def span(self, number: int) -> Range:
        """Where block `number` lies."""
        start = number * self._block_size
        return Range(start, min(start + self._block_size, self.size))

    def digest(self, number: int) -> bytes | None:
        """blake3 of a block that is there, else None."""
        group, at = self._groups.get(number // _GROUP), number % _GROUP
        if group is None or not group.there[at]:
            return None
        return bytes(group.digests[at * _DIGEST : (at + 1) * _DIGEST])

    def add(self, number: int, digest: bytes) -> None:
        """Block `number`, not there before, is there now."""
        group, at = self._groups.get(number // _GROUP), number % _GROUP
        if group is None:
            group = self._groups[number // _GROUP] = _Group()
        group.there[at] = 1
        group.digests[at * _DIGEST : (at + 1) * _DIGEST] = digest
        self.received += self.span(number).length

    def missing(self) -> list[Range]:
        """What is not there, as few ranges as possible, in order."""
        found, behind = [], 0
        for start, end in self._runs():
            if start > behind:
                found.append(Range(behind * self._block_size, start * self._block_size))
            behind = end
        if behind < self.count:
            found.append(Range(behind * self._block_size, self.size))
        return found

    def _runs(self) -> Iterator[tuple[int, int]]:
        """From which to before which block they are there, in order; a new run begins with each group."""
        for number, group in sorted(self._groups.items()):
            end = 0
            while (start := group.there.find(1, end)) >= 0:
                end = group.there.find(0, start)
                end = _GROUP if end < 0 else end
                yield number * _GROUP + start, number * _GROUP + end
