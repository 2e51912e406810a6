"""How many connections the blocks of large files move over where the server is far: more than at first only where more move
clearly more. A connection that loses packets is slow by itself, however much room the network has, and many are not; where the
network is full they only take from each other, and from everybody else. Knows neither connections nor blocks."""

from __future__ import annotations

#: By how much the whole has to gain from twice as many. One that shares a full network with a few others would gain less.
_GAIN = 1.3
#: Round trips that connections have to get up to speed, and those over which they are measured then; seconds of each at least.
_STARTING, _MEASURED = 20, 20
_LEAST = 0.5, 1.0


class Growth:
    """Doubles how many there are while that pays, goes back where it did not, and leaves it at that.

    Args:
        first: how many there are before anything is known.
        most: how many there may be.
        round_trip: to the server and back, in seconds.

    Attributes: count (how many there should be now).
    """

    def __init__(self, first: int, most: int, round_trip: float) -> None:
        self.count = first
        self._most = most
        self._starting = max(_LEAST[0], _STARTING * round_trip)
        self._measured = max(_LEAST[1], _MEASURED * round_trip)
        #: How many there were before, and the bytes a second that they moved.
        self._before, self._rate = first, 0.0
        self._starts: float | None = None
        self._from: tuple[float, int] | None = None

    @property
    def settled(self) -> bool:
        """Whether `count` stays what it is."""
        return self._before == self.count == self._most

    def settle(self, count: int) -> None:
        """There are so many, and no more can be had."""
        self.count = self._most = self._before = count

    def disturb(self) -> None:
        """Not all of them have something to do: what moves now tells nothing of them."""
        self._starts = self._from = None

    def look(self, now: float, moved: int) -> bool:
        """By now (seconds) all of them together have moved so many bytes. Whether there should be more: then `grow`, or
        `settle`."""
        if self._starts is None:
            self._starts = now + self._starting
        if now < self._starts:
            return False
        if self._from is None:
            self._from = now, moved
        since, moved_before = self._from
        if now - since < self._measured:
            return False
        rate = (moved - moved_before) / (now - since)
        self.disturb()
        if self.count > self._before and rate < _GAIN * self._rate:
            self.settle(self._before)
            return False
        self._before, self._rate = self.count, rate
        return self.count < self._most

    def grow(self) -> None:
        self.count = min(2 * self.count, self._most)
