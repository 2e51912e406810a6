"""The acts under way on one store. When it is closed none begins any more, and what they stand on is let go after the last one: a
descriptor closed under a running act could be another folder's by its next call."""

from __future__ import annotations

import threading
from collections.abc import Callable
from types import TracebackType

from filexfer.core.errors import ShuttingDown
from filexfer.storage.failures import translate


class Acts:
    """`with acts(path):` around everything a store is asked to do; an `OSError` in it becomes what `failures.translate` says."""

    __slots__ = ("_ended", "_let_go", "_lock", "_mine", "_running")

    def __init__(self, let_go: Callable[[], None]) -> None:
        """`let_go` is called once, after `end` and the last act."""
        self._let_go = let_go
        # Guards the two below.
        self._lock = threading.Lock()
        self._running = 0
        self._ended = False
        # How many acts this thread is in.
        self._mine = threading.local()

    def __call__(self, path: str = "") -> Act:
        return Act(self, path)

    def end(self) -> None:
        """No act begins any more. Does not wait for those that run."""
        with self._lock:
            last = not self._ended and not self._running
            self._ended = True
        if last:
            self._let_go()

    def begin(self) -> None:
        """Raises `ShuttingDown` after `end`, but within an act of this thread: that one is to come to its own end."""
        nested = getattr(self._mine, "depth", 0)
        with self._lock:
            if self._ended and not nested:
                raise ShuttingDown("The folder is not shared any more. Try again when it is back.")
            self._running += 1
        self._mine.depth = nested + 1

    def over(self) -> None:
        self._mine.depth -= 1
        with self._lock:
            self._running -= 1
            last = self._ended and not self._running
        if last:
            self._let_go()


class Act:
    """One of them."""

    __slots__ = ("_acts", "_path")

    def __init__(self, acts: Acts, path: str) -> None:
        self._acts = acts
        self._path = path

    def __enter__(self) -> None:
        self._acts.begin()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None, /) -> None:
        self._acts.over()
        if isinstance(error, OSError):
            raise translate(error, self._path) from error
