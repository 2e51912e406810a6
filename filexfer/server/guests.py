"""What guests, who show no credentials and may come from everywhere, take of a server together: half of the workers and three
quarters of the memory for calls, so that paired devices find some left whatever they do; those of one household as many workers
as are left to the others: half of them for the first, and something for whoever comes next. Rules: `Crowd` uses it with its lock
held; who waits is called in turn, household by household, and overtaken only by a household that has fewer workers."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence

#: Called when there is a worker again; whether that was still of use.
Resume = Callable[[], bool]


class Guests:
    """Those whose requests are served just now.

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

    def enter(self, who: str, called: bool) -> bool:
        """One more request of `who`; False where there are too many, or others wait that have no more than `who`, unless it was
        `called`."""
        if not self._has_room(who) or not (called or self._may_pass(who)):
            return False
        self._all += 1
        self._each[who] = self._each.get(who, 0) + 1
        return True

    def leave(self, who: str, held: int) -> None:
        """A request of `who` is over, which held so many bytes."""
        self._all -= 1
        self._held -= held
        left = self._each[who] - 1
        if left:
            self._each[who] = left
        else:
            del self._each[who]

    def charge(self, count: int) -> bool:
        """So many bytes more (or fewer); False where that is too much."""
        if count > 0 and self._held + count > self._most_memory:
            return False
        self._held += count
        return True

    def wait(self, who: str, resume: Resume) -> bool:
        """Have `resume` come from `following` once there is room; False where there is already."""
        if self._has_room(who) and self._may_pass(who):
            return False
        self._waiting.setdefault(who, deque()).append(resume)
        return True

    def following(self) -> Resume | None:
        """Who waits, and is next; no longer among those who wait. All of them, where nobody is left who would call the next."""
        who = self._first()
        if who is None:
            return None
        if not self._all:
            waiting, self._waiting = self._waiting, {}
            return lambda: _call_all([resume for queue in waiting.values() for resume in queue])
        queue = self._waiting.pop(who)
        resume = queue.popleft()
        if queue:
            self._waiting[who] = queue  # at the end: in turn
        return resume

    def _first(self) -> str | None:
        """The household that waits and may have a worker now."""
        return next((one for one in self._waiting if self._has_room(one)), None) if self._waiting else None

    def _may_pass(self, who: str) -> bool:
        """Whether none is before `who`. One with fewer workers is not to wait for those of others to be called, and to come: a
        crowd of them would always be about to."""
        first = self._first()
        return first is None or self._each.get(who, 0) < self._each.get(first, 0)

    def _has_room(self, who: str) -> bool:
        return self._each.get(who, 0) < self._most - self._all


def _call_all(waiting: Sequence[Resume]) -> bool:
    for resume in waiting:
        resume()
    return True
