"""Counts open connections, in all and by address, and says when there are too many. Rule: what is beyond a bound is logged once
a minute, not once a connection."""

from __future__ import annotations

import errno
import logging
import threading
import time

_log = logging.getLogger("filexfer.server")
_LOG_EVERY = 60.0


class Census:
    """At most `most` connections, at most `most_each` of one address."""

    def __init__(self, most: int, most_each: int) -> None:
        self._most = most
        self._most_each = most_each
        self._lock = threading.Lock()  # guards the counts
        self._all = 0
        self._each: dict[str, int] = {}
        self._logged = float("-inf")

    def enter(self, peer: str) -> str | None:
        """Count one more connection of `peer`; or answer where there is no room: "all" or "peer"."""
        with self._lock:
            count = self._each.get(peer, 0)
            if count >= self._most_each:
                return "peer"
            if self._all >= self._most:
                return "all"
            self._all += 1
            self._each[peer] = count + 1
            return None

    def leave(self, peer: str) -> None:
        """One connection of `peer` is gone."""
        with self._lock:
            self._all -= 1
            left = self._each[peer] - 1
            if left:
                self._each[peer] = left
            else:
                del self._each[peer]

    def refused(self, peer: str) -> None:
        self._log(f"Too many connections: one of {peer or 'a UNIX socket'} was turned away.")

    def exhausted(self, error: Exception) -> None:
        files = isinstance(error, OSError) and error.errno in (errno.EMFILE, errno.ENFILE)
        advice = " Raise the limit of open files." if files else ""
        self._log(f"No connection can be accepted for a moment: {error or type(error).__name__}.{advice}")

    def _log(self, text: str) -> None:
        now = time.monotonic()
        if now - self._logged >= _LOG_EVERY:
            self._logged = now
            _log.warning(text)
