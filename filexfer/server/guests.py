"""What guests, who show no credentials and may come from everywhere, take of a server together: half of the workers and three
quarters of the memory for calls, so that paired devices find some left whatever they do; those of one household as many workers
as are left to the others: half of them for the first, and something for whoever comes next. Rules: `Crowd` uses it with its lock
held; nobody waits who may have a worker; who waits is called in turn, household by household, and from then on a worker is
theirs, until they come and have left, or do not come."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import TypeAlias

#: Called when there is a worker again; whether that was still of use.
Resume: TypeAlias = Callable[[], bool]
#: Whose they are, and they.
Called: TypeAlias = deque[tuple[str, Resume]]


class Guests:
    """Those whose requests are served just now, or were called to be.

    Args:
        workers: that there are, for everybody.
        memory: bytes that calls and answers of everybody may hold.
    """

    def __init__(self, workers: int, memory: int) -> None:
        self._most = max(1, workers // 2)
        self._most_memory = memory * 3 // 4
        self._all = 0
        self._held = 0
        self._each: dict[str, int] = {}
        self._waiting: dict[str, deque[Resume]] = {}

    def enter(self, who: str) -> bool:
        """A worker for one more request of `who`; False where there is none."""
        if self._each.get(who, 0) >= self._most - self._all:
            return False
        self._all += 1
        self._each[who] = self._each.get(who, 0) + 1
        return True

    def leave(self, who: str, held: int) -> Called:
        """A worker less for `who`, whose request held so many bytes; answers who waited for it, each to be called."""
        self._all -= 1
        self._held -= held
        left = self._each[who] - 1
        if left:
            self._each[who] = left
        else:
            del self._each[who]
        return self._next()

    def charge(self, count: int) -> bool:
        """So many bytes more (or fewer); False where that is too much."""
        if count > 0 and self._held + count > self._most_memory:
            return False
        self._held += count
        return True

    def wait(self, who: str, resume: Resume) -> bool:
        """Have `resume` called once `who` has a worker; False where it has one now."""
        if self.enter(who):
            return False
        self._waiting.setdefault(who, deque()).append(resume)
        return True

    def _next(self) -> Called:
        """Those who wait and have a worker now; no longer among those who wait."""
        called: Called = deque()
        while (who := next(filter(self.enter, self._waiting), None)) is not None:
            queue = self._waiting.pop(who)
            called.append((who, queue.popleft()))
            if queue:
                self._waiting[who] = queue  # at the end: in turn
        return called
