"""What is logged of peers that go beyond a bound. Rule: each kind of it once a minute, with how many there were, however many
come: a log that a stranger can fill is a bound of its own that is missing."""

from __future__ import annotations

import logging
import threading
import time

_log = logging.getLogger("filexfer.server")

_EVERY = 60.0


class Complaints:
    """Logs each kind of trouble once in `every` seconds. Kinds are few and our own words, never a peer's."""

    def __init__(self, every: float = _EVERY) -> None:
        self._every = every
        self._lock = threading.Lock()  # guards the table: kind -> when it was told, how many there were since
        self._told: dict[str, tuple[float, int]] = {}

    def note(self, kind: str, who: str, text: str) -> None:
        """Somebody went beyond the bound called `kind`: say so, unless that was said a moment ago."""
        now = time.monotonic()
        with self._lock:
            at, more = self._told.get(kind, (float("-inf"), 0))
            if now - at < self._every:
                self._told[kind] = at, more + 1
                return
            self._told[kind] = now, 0
        before = f" It was the same with {more} others in the time before." if more else ""
        known = {"peer": who, "bound": kind, "others": more}
        _log.warning("Beyond a bound, by %s: %s%s", who or "a UNIX socket", text, before, extra=known)
