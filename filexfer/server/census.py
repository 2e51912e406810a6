"""Counts open connections, in all and by address, and says when there are too many."""

from __future__ import annotations

import errno
import threading
import time

from filexfer.server.complaints import Complaints


class Census:
    """At most `most` connections, at most `most_each` of one address.

    Attributes, for whoever looks:
        most: connections in all.
        accepted: connections that were admitted since the start; `turned_away`: those for which there was no room.
        crowded: monotonic time when there was last no room for one more in all, or no descriptor for it.
    """

    def __init__(self, most: int, most_each: int, complaints: Complaints) -> None:
        self._complaints = complaints
        self.most = most
        self.accepted = self.turned_away = 0
        self.crowded = float("-inf")
        self._most_each = most_each
        self._lock = threading.Lock()  # guards the counts
        self._all = 0
        self._each: dict[str, int] = {}

    def enter(self, peer: str) -> str | None:
        """Count one more connection of `peer`; or answer where there is no room: "all" or "peer"."""
        with self._lock:
            count = self._each.get(peer, 0)
            if count >= self._most_each:
                return "peer"
            if self._all >= self.most:
                return "all"
            self._all += 1
            self.accepted += 1
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

    @property
    def open(self) -> int:
        """Connections that are counted now."""
        return self._all

    def refused(self, peer: str, crowd: str) -> None:
        """One of `peer` was turned away, for there were too many of "all", or of its own."""
        self.turned_away += 1  # by the loop's thread only
        if crowd == "all":
            self.crowded = time.monotonic()
        self._complaints.note("connections", peer, "Too many connections: one was turned away.")

    def exhausted(self, error: Exception) -> None:
        self.crowded = time.monotonic()
        files = isinstance(error, OSError) and error.errno in (errno.EMFILE, errno.ENFILE)
        advice = " Raise the limit of open files." if files else ""
        text = f"No connection can be accepted for a moment: {error or type(error).__name__}.{advice}"
        self._complaints.note("descriptors", "all together", text)
