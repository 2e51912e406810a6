"""Failures to prove who one is, counted by the address they come from: beyond a bound it has to wait. Rules: nobody else waits
for it, and the tables are bounded. Only what failed is counted and refused: whoever can prove it is let in whatever was counted,
for in a network of many machines one may fail in the name of all."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable

from filexfer.core.errors import SlowDown
from filexfer.server.neighbours import household, network

_MINUTE = 60.0
#: Addresses remembered. One more, and the one whose minute began first is forgotten.
_ADDRESSES = 4096
#: What all of a network may fail, in multiples of what one address of it may: one machine there can have all addresses.
_NETWORK = 10


class Attempts:
    """At most `most` failures of one address in a minute, and ten times as many of its network. Attributes: failures (that were
    counted since the start), held_off (that were told to wait)."""

    def __init__(self, most: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()  # guards all below
        self.failures = self.held_off = 0
        self._households = _Table(most)
        self._networks = _Table(most * _NETWORK)

    def check(self, peer: str) -> None:
        """Raise `SlowDown` while `peer` has failed too often."""
        now = self._clock()
        with self._lock:
            over = self._households.over(household(peer), now) or self._networks.over(network(peer), now)
            self.held_off += over
        if over:
            raise SlowDown()

    def failed(self, peer: str) -> None:
        """Count one more failure."""
        now = self._clock()
        with self._lock:
            self.failures += 1
            self._households.count(household(peer), now)
            self._networks.count(network(peer), now)

    def __len__(self) -> int:
        return max(len(self._households.failures), len(self._networks.failures))


class _Table:
    """Used with the lock of its owner. `failures`: address -> (when its minute began, failures in it)."""

    def __init__(self, most: int) -> None:
        self._most = most
        self.failures: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def over(self, whom: str, now: float) -> bool:
        began, count = self.failures.get(whom, (0.0, 0))
        return count >= self._most and now - began < _MINUTE

    def count(self, whom: str, now: float) -> None:
        began, count = self.failures.get(whom, (now, 0))
        if now - began >= _MINUTE:
            del self.failures[whom]
            began, count = now, 0
        self.failures[whom] = began, count + 1
        if len(self.failures) > _ADDRESSES:
            self.failures.popitem(last=False)
