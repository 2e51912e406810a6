"""Worker threads: started when needed, bounded, each doing one task at a time. Rules: at most half of them work for one peer;
peers that wait are served in turn, so that a crowd from one address delays nobody else."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable

_log = logging.getLogger("filexfer.server")

Task = Callable[[], None]


class Pool:
    """At most `workers` threads. A thread without work for `idle` seconds ends."""

    def __init__(self, workers: int, idle: float) -> None:
        self._most = workers
        self._share = max(1, workers // 2)
        self._idle_seconds = idle
        self._lock = threading.Lock()  # guards everything below
        self._work = threading.Condition(self._lock)
        self._ended = threading.Condition(self._lock)
        self._queues: dict[str, deque[Task]] = {}  # of the peers that may have another worker; first in, first served
        self._held: dict[str, deque[Task]] = {}  # of those that have their half
        self._busy: dict[str, int] = {}  # workers at work for a peer
        self._ready = 0  # tasks in `_queues`
        self._threads = 0
        self._sleeping = 0
        self._closing = False

    @property
    def pressed(self) -> bool:
        """Whether tasks wait for a worker; then no worker should wait for a slow friend. Read without the lock: a hint."""
        return self._ready > self._sleeping

    def submit(self, peer: str, task: Task) -> None:
        """Have `task` done by a worker on behalf of `peer`. It must not raise."""
        with self._lock:
            queues = self._held if self._busy.get(peer, 0) >= self._share else self._queues
            queue = queues.get(peer)
            if queue is None:
                queue = queues[peer] = deque()
            queue.append(task)
            if queues is self._held:
                return
            self._ready += 1
            if self._ready <= self._sleeping:
                self._work.notify()
            elif self._threads < self._most:
                self._start()

    def _start(self) -> None:
        """Start one more worker, with the lock."""
        try:
            threading.Thread(target=self._run, name="filexfer-worker", daemon=True).start()
        except RuntimeError:
            # The system gives no more threads. Those there are come to this task too; without any the next one tries again.
            _log.warning("No thread can be started; %d are at work.", self._threads)
        else:
            self._threads += 1

    def close(self, deadline: float) -> bool:
        """Let the workers finish what they are at until `deadline` (monotonic); True when all have ended."""
        with self._lock:
            self._closing = True
            self._queues.clear()
            self._held.clear()
            self._ready = 0
            self._work.notify_all()
            while self._threads:
                left = deadline - time.monotonic()
                if left <= 0 or not self._ended.wait(left):
                    break
            return not self._threads

    def _run(self) -> None:
        while job := self._next():
            peer, task = job
            try:
                task()
            except BaseException:
                # A worker outlives every task, even one that met MemoryError; the task's own owner has closed its connection.
                _log.exception("A worker met an error that its task did not handle.")
            finally:
                self._finished(peer)
            del job, task  # not kept alive while this thread sleeps

    def _next(self) -> tuple[str, Task] | None:
        with self._lock:
            while not self._queues:
                if self._closing or not self._sleep():
                    self._threads -= 1
                    self._ended.notify_all()
                    return None
            peer = next(iter(self._queues))
            queue = self._queues.pop(peer)
            task = queue.popleft()
            self._ready -= 1
            busy = self._busy[peer] = self._busy.get(peer, 0) + 1
            if queue and busy < self._share:
                self._queues[peer] = queue  # at the end: in turn
            elif queue:
                self._held[peer] = queue
                self._ready -= len(queue)
            return peer, task

    def _sleep(self) -> bool:
        """Wait for work, with the lock; False when there was none for too long."""
        self._sleeping += 1
        notified = self._work.wait(self._idle_seconds)
        self._sleeping -= 1
        return notified or bool(self._queues)

    def _finished(self, peer: str) -> None:
        with self._lock:
            left = self._busy[peer] - 1
            if left:
                self._busy[peer] = left
            else:
                del self._busy[peer]
            queue = self._held.pop(peer, None)
            if queue:
                self._queues[peer] = queue
                self._ready += len(queue)
