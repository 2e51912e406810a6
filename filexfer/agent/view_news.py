"""Which views are other ones now, for whoever waits to hear of it: a log with one place a view, its newest change last."""

from __future__ import annotations

import re
import secrets
import threading

from filexfer.protocol import faults
from filexfer.server.deferred import Deferred

#: Longest poll, in seconds.
LONGEST_POLL = 50.0
_NUMBER = re.compile(r"[0-9]{1,20}", re.ASCII)


class ViewNews:
    """A cursor is `life.number`; for one of another life everything is new."""

    def __init__(self) -> None:
        self._life = secrets.token_hex(4)
        self._lock = threading.Lock()  # guards all below
        self._number = 0
        self._log: dict[int, tuple[int, dict[str, object]]] = {}  # view -> number of its change, and its state; in order
        self._waiting: dict[Deferred, int] = {}  # -> number from which on it wants to hear

    def note(self, view: int, state: dict[str, object]) -> None:
        """This view is so now. Whoever waits is told."""
        with self._lock:
            self._number += 1
            self._log.pop(view, None)
            self._log[view] = (self._number, state)
            ready = [(deferred, self._since(number)) for deferred, number in self._waiting.items()]
        for deferred, answer in ready:
            deferred.resolve(answer)

    def forget(self, view: int) -> None:
        with self._lock:
            self._log.pop(view, None)

    def poll(self, cursor: str, timeout: float) -> dict[str, object] | Deferred:
        """`{cursor, views}`: at once where there is something new, else as soon as there is."""
        life, _, digits = cursor.partition(".")
        with self._lock:
            number = int(digits) if life == self._life and _NUMBER.fullmatch(digits) else -1
            if number != self._number or timeout <= 0:
                return self._since(number)
            deferred = Deferred(min(timeout, LONGEST_POLL), lambda: self._now(number))
            self._waiting[deferred] = number
        deferred.on_end(lambda: self._leave(deferred))
        return deferred

    def close(self) -> None:
        with self._lock:
            waiting = list(self._waiting)
        for deferred in waiting:
            deferred.expire()

    def _leave(self, deferred: Deferred) -> None:
        with self._lock:
            self._waiting.pop(deferred, None)

    def _now(self, number: int) -> dict[str, object]:
        with self._lock:
            return self._since(number)

    def _since(self, number: int) -> dict[str, object]:
        """The answer, with the lock."""
        views = [state for at, state in self._log.values() if at > number]
        return {"cursor": f"{self._life}.{self._number}", "views": views}


def fault_of(error: BaseException | None) -> int:
    """The code of what keeps a view from being looked at again; 0 for nothing."""
    return 0 if error is None else faults.code_of(error)
