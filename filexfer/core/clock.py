"""The time of day for whoever drops what is old: it goes on evenly, whatever is done to the machine's clock meanwhile."""

from __future__ import annotations

import time


class SteadyClock:
    """The time of day as it was when this was made, and what passed since by the monotonic clock. A clock that jumps years ahead,
    as one does that was wrong at the start and is set right, must not make everything old at once."""

    def __init__(self) -> None:
        self._start = time.time() - time.monotonic()

    def now(self) -> float:
        """Seconds since the epoch."""
        return self._start + time.monotonic()
