"""Failures to prove who one is, counted by the address they come from: beyond a bound it has to wait. Rules: nobody else waits
for it, and the table itself is bounded."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable

from filexfer.core.errors import SlowDown
from filexfer.server.neighbours import household

_MINUTE = 60.0
#: Addresses remembered. One more, and the one whose minute began first is forgotten.
_ADDRESSES = 4096


class Attempts:
    """At most `most` failures of one address in a minute."""

    def __init__(self, most: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = most
        self._clock = clock
        self._lock = threading.Lock()  # guards the table: address -> (when its minute began, failures in it)
        self._failures: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def check(self, peer: str) -> None:
        """Raise `SlowDown` while `peer` has failed too often."""
        with self._lock:
            began, count = self._failures.get(household(peer), (0.0, 0))
        if count >= self._most and self._clock() - began < _MINUTE:
            raise SlowDown()

    def failed(self, peer: str) -> None:
        """Count one more failure."""
        whom, now = household(peer), self._clock()
        with self._lock:
            began, count = self._failures.get(whom, (now, 0))
            if now - began >= _MINUTE:
                del self._failures[whom]
                began, count = now, 0
            self._failures[whom] = began, count + 1
            if len(self._failures) > _ADDRESSES:
                self._failures.popitem(last=False)

    def __len__(self) -> int:
        return len(self._failures)
