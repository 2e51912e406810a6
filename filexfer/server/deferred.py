"""A result that comes later: a method returns it, its connection is parked and holds no worker until somebody resolves it.
Rules: the first outcome counts; the callback runs at once in the thread that brings it, outside the lock."""

from __future__ import annotations

import threading
from collections.abc import Callable


class Deferred:
    """A value to come. Attributes: timeout (seconds from now until `on_timeout` is asked for the value instead)."""

    def __init__(self, timeout: float, on_timeout: Callable[[], object]) -> None:
        self.timeout = timeout
        self._on_timeout = on_timeout
        self._lock = threading.Lock()  # guards the four below
        self._done = False
        self._value: object = None
        self._callback: Callable[[], None] | None = None
        self._on_end: list[Callable[[], None]] = []

    @property
    def done(self) -> bool:
        return self._done

    def resolve(self, value: object) -> bool:
        """Give the value, from any thread. Only the first one counts: whether this was it. An exception as value is raised to the
        caller."""
        with self._lock:
            if self._done:
                return False
            self._done = True
            self._value = value
            callback, ends = self._callback, self._on_end
        for end in ends:
            end()
        if callback:
            callback()
        return True

    def expire(self) -> None:
        """The time is over: resolve with what `on_timeout` says, unless a value came."""
        if self._done:
            return
        try:
            value = self._on_timeout()
        except Exception as error:
            # Not hidden: `result` raises it where the answer is made, and there it is told or logged.
            value = error
        self.resolve(value)

    def on_end(self, function: Callable[[], None]) -> None:
        """Have `function` called once it is over, however: resolved, timed out or its caller gone."""
        with self._lock:
            if not self._done:
                self._on_end.append(function)
                return
        function()

    def when_done(self, callback: Callable[[], None]) -> None:
        """Have `callback` called once, as soon as there is a value; at once if there is one already."""
        with self._lock:
            if not self._done:
                self._callback = callback
                return
        callback()

    def result(self) -> object:
        """The value; only after it is done."""
        if isinstance(self._value, Exception):
            raise self._value
        return self._value
