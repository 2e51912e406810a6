"""Which blocks of a file are there, and what they hold. Grows with what arrives, not with what was promised. No I/O, no lock."""

from __future__ import annotations

from filexfer.core.errors import BadOffset
from filexfer.core.model import Range

_DIGEST = 32


class Blocks:
    """The blocks of a file of `size` bytes, `block_size` bytes each but the last.

    Attributes:
        received: bytes of the blocks that are there.
    """

    __slots__ = ("_block_size", "_digests", "_there", "count", "received", "size")

    def __init__(self, size: int, block_size: int) -> None:
        self.size = size
        self.count = -(-size // block_size)
        self.received = 0
        self._block_size = block_size
        self._there = bytearray()
        self._digests = bytearray()

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
        if number >= len(self._there) or not self._there[number]:
            return None
        return bytes(self._digests[number * _DIGEST : (number + 1) * _DIGEST])

    def add(self, number: int, digest: bytes) -> None:
        """Block `number`, not there before, is there now."""
        if number >= len(self._there):
            grown = min(max(number + 1, 2 * len(self._there)), self.count)
            self._digests.extend(bytes((grown - len(self._there)) * _DIGEST))
            self._there.extend(bytes(grown - len(self._there)))
        self._there[number] = 1
        self._digests[number * _DIGEST : (number + 1) * _DIGEST] = digest
        self.received += self.span(number).length

    def missing(self) -> list[Range]:
        """What is not there, as few ranges as possible, in order."""
        found: list[Range] = []
        there, number = self._there, 0
        while number < self.count:
            start = there.find(0, number) if number < len(there) else number
            if start < 0:
                start = len(there)
            if start >= self.count:
                break
            end = there.find(1, start) if start < len(there) else -1
            number = self.count if end < 0 else end
            found.append(Range(start * self._block_size, min(number * self._block_size, self.size)))
        return found
