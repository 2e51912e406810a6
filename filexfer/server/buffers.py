"""Receive buffers, used again: fresh memory costs a page fault every four kilobytes, more than the copy into it."""

from __future__ import annotations

from collections import deque


class Buffers:
    """Buffers of `size` bytes (an attribute); at most `keep` idle ones are kept."""

    def __init__(self, size: int, keep: int) -> None:
        self.size = size
        self._idle: deque[bytearray] = deque(maxlen=keep)  # its append and pop are atomic

    def take(self) -> bytearray:
        """A buffer with whatever was in it."""
        try:
            return self._idle.pop()
        except IndexError:
            return bytearray(self.size)

    def give(self, buffer: bytearray) -> None:
        """Give a buffer back; nothing may look at it any more."""
        self._idle.append(buffer)
