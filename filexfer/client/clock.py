"""The engine's clock: ten times a second, while anything is going on, it looks for jobs that changed and tells subscribers.
Progress is published here and nowhere else."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TypeAlias

from filexfer.core.model import Job

#: Seconds between two looks.
TICK = 0.1
#: The same while it waits for what still runs to end.
CLOSING_TICK = 0.01

Subscriber: TypeAlias = Callable[[list[Job]], None]


class Clock:
    """Args:
    look: answers the jobs that changed since it was last called, and whether any is running. Called on the clock's thread.
    """

    def __init__(self, look: Callable[[], tuple[list[Job], bool]]) -> None:
        self._look = look
        self._wake = threading.Event()
        # Guards everything below.
        self._lock = threading.Lock()
        self._subscribers: list[Subscriber] = []
        self._thread: threading.Thread | None = None
        self._closing = threading.Event()

    def subscribe(self, subscriber: Subscriber) -> Callable[[], None]:
        """Have `subscriber` called with the jobs that changed. Returns what ends it."""
        with self._lock:
            self._subscribers.append(subscriber)

        def end() -> None:
            with self._lock:
                if subscriber in self._subscribers:
                    self._subscribers.remove(subscriber)

        return end

    def stir(self) -> None:
        """Something changed: look."""
        with self._lock:
            if self._thread is None and not self._closing.is_set():
                self._thread = threading.Thread(target=self._run, name="clock", daemon=True)
                self._thread.start()
        self._wake.set()

    def tell(self, jobs: list[Job]) -> None:
        """Tell all subscribers, on this thread, that these jobs are so now."""
        with self._lock:
            subscribers = list(self._subscribers)
        for subscriber in subscribers if jobs else ():
            subscriber(jobs)

    def close(self, timeout: float) -> None:
        """Stop once nothing runs any more; wait for that so many seconds."""
        self._closing.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join(timeout)

    def _run(self) -> None:
        while True:
            self._wake.wait()
            self._wake.clear()
            changed, busy = self._look()
            closing = self._closing.is_set()
            self.tell(changed)
            if closing and not busy:
                return
            if busy:
                self._wake.set()
            if closing:
                time.sleep(CLOSING_TICK)
            elif busy or changed:
                # Cut short by `close`: a command that has done its work must not wait for the rest of a tick.
                self._closing.wait(TICK)
