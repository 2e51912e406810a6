"""A limit on bytes per second: a token bucket that threads take from. Knows nothing of what is moved. A limit that is raised or
lifted holds at once, for those who wait already too."""

from __future__ import annotations

import threading
import time

#: Seconds of traffic that may pass at once after a rest. Short, so that a limit is felt as even.
BURST = 0.1
#: Seconds after which whoever waits looks whether the limit is another one now.
_SLICE = 0.25


class Throttle:
    """Attributes:
    rate: bytes per second; 0 for no limit.
    """

    def __init__(self, rate: int = 0) -> None:
        self.rate = rate
        # Guards _free_at: the moment up to which the line is spoken for; rate; and _turn, which counts the changes of the rate.
        self._lock = threading.Lock()
        self._free_at = 0.0
        self._turn = 0

    def set(self, rate: int) -> None:
        with self._lock:
            self.rate = max(0, rate)
            self._free_at = 0.0
            self._turn += 1

    @property
    def turn(self) -> int:
        """Another number after each change of the rate: what was booked before holds no longer."""
        return self._turn

    def delay(self, count: int) -> float:
        """Book `count` bytes; answers the seconds to wait before they may leave."""
        if not self.rate:
            return 0.0
        with self._lock:
            if not self.rate:
                return 0.0
            now = time.monotonic()
            start = max(self._free_at, now - BURST)
            self._free_at = start + count / self.rate
            return max(0.0, start - now)


def take(throttles: tuple[Throttle, ...], count: int, stop: threading.Event) -> None:
    """Wait until all `throttles` let `count` bytes pass, or `stop` is set."""
    for throttle in throttles:
        _take(throttle, count, stop)


def _take(throttle: Throttle, count: int, stop: threading.Event) -> None:
    turn = throttle.turn
    wait = throttle.delay(count)
    free_at = time.monotonic() + wait
    while wait > 0 and not stop.wait(min(wait, _SLICE)):
        if throttle.turn != turn:
            turn = throttle.turn
            free_at = time.monotonic() + throttle.delay(count)
        wait = free_at - time.monotonic()
