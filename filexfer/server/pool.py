"""Worker threads: started when needed, bounded, each doing one task at a time. Rules: at most half of them work for one network
(most often that is one address); networks that wait are served in turn, and in each its addresses, so that a crowd from one
address delays nobody else; a few are kept back for the owner of this machine, whatever others do."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable

_log = logging.getLogger("filexfer.server")

Task = Callable[[], None]


class _Network:
    """Addresses that may all be one peer's, see `neighbours.network`. `queues` are tasks of those that may have another worker,
    in turn; `held` of those that have their part; `ready` is how many tasks are in `queues`."""

    __slots__ = ("at_work", "busy", "held", "queues", "ready")

    def __init__(self) -> None:
        self.busy = 0
        self.ready = 0
        self.at_work: dict[str, int] = {}  # workers, by address
        self.queues: dict[str, deque[Task]] = {}
        self.held: dict[str, deque[Task]] = {}

    def add(self, address: str, task: Task, part: int) -> None:
        held = self.at_work.get(address, 0) >= part
        queues = self.held if held else self.queues
        queue = queues.get(address)
        if queue is None:
            queue = queues[address] = deque()
        queue.append(task)
        if not held:
            self.ready += 1

    def take(self, part: Callable[[str], int]) -> tuple[str, Task]:
        """The next task, and the address it is for."""
        address = next(iter(self.queues))
        queue = self.queues.pop(address)
        task = queue.popleft()
        self.ready -= 1
        self.busy += 1
        busy = self.at_work[address] = self.at_work.get(address, 0) + 1
        if queue and busy < part(address):
            self.queues[address] = queue  # at the end: in turn
        elif queue:
            self.held[address] = queue
            self.ready -= len(queue)
        return address, task

    def done(self, address: str) -> None:
        """A worker is through with a task."""
        self.busy -= 1
        left = self.at_work[address] - 1
        if left:
            self.at_work[address] = left
        else:
            del self.at_work[address]
        queue = self.held.pop(address, None)
        if queue:
            self.queues[address] = queue
            self.ready += len(queue)

    def clear(self) -> None:
        self.queues.clear()
        self.held.clear()
        self.ready = 0


class Pool:
    """At most `workers` threads, and `kept` more for the owner's tasks. A thread without work for `idle` seconds ends."""

    def __init__(self, workers: int, idle: float, kept: int = 0) -> None:
        self._most = workers
        self._kept = kept
        self._share = max(1, workers // 2)
        self._idle_seconds = idle
        self._lock = threading.Lock()  # guards everything below
        self._work = threading.Condition(self._lock)
        self._ended = threading.Condition(self._lock)
        self._networks: dict[str, _Network] = {}  # with something to do, or at it
        self._turn: dict[str, None] = {}  # those with a task that may be begun; first in, first served
        self._ready = 0  # such tasks
        self._busy = 0  # workers at tasks of networks
        self._owners: deque[Task] = deque()
        self._threads = 0
        self._sleeping = 0
        self._closing = False

    @property
    def pressed(self) -> bool:
        """Whether tasks wait for a worker; then no worker should wait for a slow friend. Read without the lock: a hint."""
        return self._ready > self._sleeping

    def submit(self, network: str, task: Task, address: str = "") -> None:
        """Have `task` done by a worker on behalf of `address`, which is one of `network`; left out, there is but one in it.
        The task must not raise."""
        address = address or network
        with self._lock:
            place = self._networks.get(network)
            if place is None:
                place = self._networks[network] = _Network()
            before = self._startable(place)
            place.add(address, task, self._part(network, address))
            self._recount(network, place, before)
            if self._startable(place) > before:
                self._wake()

    def submit_for_owner(self, task: Task) -> None:
        """Have `task` done on behalf of the owner of this machine: before all others, and by a worker kept back if need be. It
        must not raise."""
        with self._lock:
            self._owners.append(task)
            self._wake()

    def close(self, deadline: float) -> bool:
        """Let the workers finish what they are at until `deadline` (monotonic); True when all have ended."""
        with self._lock:
            self._closing = True
            for place in self._networks.values():
                place.clear()
            self._turn.clear()
            self._owners.clear()
            self._ready = 0
            self._work.notify_all()
            while self._threads:
                left = deadline - time.monotonic()
                if left <= 0 or not self._ended.wait(left):
                    break
            return not self._threads

    # ---- with the lock

    def _part(self, network: str, address: str) -> int:
        """How many workers one address has at most: the rest of a network has some of its half in any case."""
        return self._share if address == network else max(1, self._share * 3 // 4)

    def _startable(self, place: _Network) -> int:
        return place.ready if place.busy < self._share else 0

    def _recount(self, network: str, place: _Network, before: int) -> None:
        """Tasks of `place` came or went, of which `before` could be begun."""
        ready = self._startable(place)
        self._ready += ready - before
        if ready:
            self._turn[network] = None  # it keeps its turn, if it has one
        elif before:
            self._turn.pop(network, None)

    def _wanted(self) -> int:
        """Workers that tasks could have now."""
        return len(self._owners) + min(self._ready, self._most - self._busy)

    def _wake(self) -> None:
        """Have one more worker, if there is a task that one could begin."""
        wanted = self._wanted()
        if not wanted:
            return
        if wanted <= self._sleeping:
            self._work.notify()
        elif self._threads < self._most + self._kept:
            self._start()

    def _start(self) -> None:
        try:
            threading.Thread(target=self._run, name="filexfer-worker", daemon=True).start()
        except RuntimeError:
            # The system gives no more threads. Those there are come to this task too; without any the next one tries again.
            _log.warning("No thread can be started; %d are at work.", self._threads)
        else:
            self._threads += 1

    def _sleep(self) -> bool:
        """Wait for work; False when there was none for too long."""
        self._sleeping += 1
        notified = self._work.wait(self._idle_seconds)
        self._sleeping -= 1
        return notified or self._wanted() > 0

    # ---- on a worker

    def _run(self) -> None:
        while job := self._next():
            network, address, task = job
            try:
                task()
            except BaseException:
                # A worker outlives every task, even one that met MemoryError; the task's own owner has closed its connection.
                _log.exception("A worker met an error that its task did not handle.")
            finally:
                if network is not None:
                    self._finished(network, address)
            del job, task  # not kept alive while this thread sleeps

    def _next(self) -> tuple[str | None, str, Task] | None:
        with self._lock:
            while not self._wanted():
                if self._closing or not self._sleep():
                    self._threads -= 1
                    self._ended.notify_all()
                    return None
            if self._owners:
                task = self._owners.popleft()
                if self._wanted():
                    self._wake()  # this thread may have come for something else
                return None, "", task
            return self._take()

    def _take(self) -> tuple[str, str, Task]:
        network = next(iter(self._turn))
        del self._turn[network]
        place = self._networks[network]
        before = self._startable(place)
        address, task = place.take(lambda one: self._part(network, one))
        self._busy += 1
        self._recount(network, place, before)
        return network, address, task

    def _finished(self, network: str, address: str) -> None:
        with self._lock:
            self._busy -= 1
            place = self._networks[network]
            before = self._startable(place)
            place.done(address)
            self._recount(network, place, before)
            if not place.busy and not place.ready:
                del self._networks[network]
