"""Worker threads: started when needed, bounded, each doing one task at a time. Rules: at most half of them work for one network
(most often that is one address); networks that wait are served in turn, and in each its addresses, so that a crowd from one
address delays nobody else; a few are kept back for the owner of this machine, whatever others do.

Few tasks are fresh at a time, for each holds memory, and of these one computes: threads that share one interpreter take it from
each other at every system call, which costs more than what they do in between. So another is begun only while those that are
fresh are away, with a disk, a peer or work in C. A task is fresh until it ends, rests, or has lasted for a slice; then another is
begun beside it in any case, so that nothing slow keeps others waiting. One exception: where there are two networks, one that asks
for a single thing does not wait for the other, which may be a crowd."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from threading import get_ident
from typing import NamedTuple

from filexfer.server.networks import Network, Task

_log = logging.getLogger("filexfer.server")


class AtWork(NamedTuple):
    """What the workers do at one moment: how many there are, at requests, and how many requests wait to be begun."""

    threads: int
    busy: int
    queued: int


#: Tasks that wait.
_MANY = 16
#: Where more networks are there each waits for others anyway, and threads that compute beside each other would only take the
#: interpreter from each other.
_FEW = 2


class _Fresh:
    """A task that is fresh: since when (monotonic), whose, and whether it is away."""

    __slots__ = ("away", "place", "since")

    def __init__(self, since: float, place: Network) -> None:
        self.since = since
        self.place = place
        self.away = False


class Pool:
    """At most `workers` threads, and `kept` more for the owner's tasks. A thread without work for `idle` seconds ends. At most
    `at_once` tasks are fresh, about half of them of one network; each for `slice_seconds`."""

    def __init__(self, workers: int, idle: float, kept: int = 0, at_once: int = 0, slice_seconds: float = 0.01) -> None:
        self._most = workers
        self._kept = kept
        self._share = max(1, workers // 2)
        self._most_fresh = at_once or workers
        self._fresh_share = (self._most_fresh + 1) // 2
        self._slice = slice_seconds
        self._idle_seconds = idle
        self._lock = threading.Lock()  # guards everything below
        self._work = threading.Condition(self._lock)
        self._ended = threading.Condition(self._lock)
        self._networks: dict[str, Network] = {}  # with something to do, or at it
        self._turn: dict[str, None] = {}  # those with a task that a worker may come for; first in, first served
        self._queued = 0  # tasks that are not begun
        self._fresh: dict[int, _Fresh] = {}  # by thread, the oldest first
        self._watching = False  # a worker sleeps no longer than the oldest of them is fresh
        self._busy = 0  # workers at tasks of networks
        self._owners: deque[Task] = deque()
        self._threads = 0
        self._sleeping = 0  # workers, those too that are about to begin
        self._closing = False

    def pressed(self, network: str) -> bool:
        """Whether tasks wait that have a right to be begun in the place of one of `network`; then no worker of its should wait
        for a slow friend. Read without the lock: a hint."""
        place = self._networks.get(network)
        return (bool(self._turn) and len(self._networks) > _FEW) or (place is not None and place.waits)

    @property
    def crowded(self) -> bool:
        """Whether many more tasks wait than can be begun. Read without the lock: a hint."""
        return self._queued > _MANY

    def at_work(self) -> AtWork:
        with self._lock:
            return AtWork(self._threads, self._busy, self._queued)

    def submit(self, network: str, task: Task, address: str = "") -> None:
        """Have `task` done by a worker on behalf of `address`, which is one of `network`; left out, there is but one in it.
        The task must not raise."""
        address = address or network
        with self._lock:
            place = self._networks.get(network)
            if place is None:
                place = self._networks[network] = Network()
            place.add(address, task, self._part(network, address))
            self._queued += 1
            self._line_up(network, place)
            self._wake()

    def submit_for_owner(self, task: Task) -> None:
        """Have `task` done on behalf of the owner of this machine: before all others, and by a worker kept back if need be. It
        must not raise."""
        with self._lock:
            self._owners.append(task)
            self._wake()

    def rest(self) -> None:
        """The task of this thread waits for somebody: others may be begun."""
        with self._lock:
            if self._fresh.pop(get_ident(), None):
                self._wake()

    def away(self, away: bool) -> None:
        """The task of this thread does not compute while it is `away`: another may be begun beside it."""
        with self._lock:
            fresh = self._fresh.get(get_ident())
            if fresh is not None:
                fresh.away = away
                if away:
                    self._wake()

    def again(self, network: str) -> bool:
        """Whether this thread, which has a task of `network`, may go on with something new in the place of those that wait. False
        where they have a right to be next."""
        with self._lock:
            place = self._networks[network]
            self._fresh.pop(get_ident(), None)
            others_first = self._turn and not self._computing()
            if others_first or place.waits or not self._room() or not self._fits(place):
                return False
            self._begin(place)
            return True

    def close(self, deadline: float) -> bool:
        """Let the workers finish what they are at until `deadline` (monotonic); True when all have ended."""
        with self._lock:
            self._closing = True
            for place in self._networks.values():
                place.clear()
            self._turn.clear()
            self._owners.clear()
            self._queued = 0
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

    def _line_up(self, network: str, place: Network) -> None:
        """Tasks of `place` came or went: it keeps its turn, gets one, or has none."""
        if place.ready and place.busy < self._share:
            self._turn[network] = None
        else:
            self._turn.pop(network, None)

    def _computing(self) -> list[Network]:
        return [fresh.place for fresh in self._fresh.values() if not fresh.away]

    def _room(self) -> bool:
        """Whether a task could become fresh now."""
        return len(self._fresh) < self._most_fresh and (len(self._networks) <= _FEW or not self._computing())

    def _fits(self, place: Network) -> bool:
        """Whether one of `place` could, for which there is room."""
        if sum(fresh.place is place for fresh in self._fresh.values()) >= self._fresh_share:
            return False
        computing = self._computing()
        return not computing or (place.queued <= 1 and place not in computing)

    def _first(self) -> str | None:
        """The network whose turn it is to have a task begun now."""
        if self._busy >= self._most or not self._room():
            return None
        return next((network for network in self._turn if self._fits(self._networks[network])), None)

    def _wanted(self) -> int:
        """Workers that tasks could have now; of tasks of networks one, which calls the next."""
        return len(self._owners) + (self._first() is not None)

    def _wake(self) -> None:
        """Have one more worker, if there is a task that one could begin, or will be when those at work are fresh no more."""
        wanted = self._wanted()
        if not wanted and (self._watching or not self._queued):
            return
        if max(1, wanted) <= self._sleeping:
            self._work.notify()
        elif self._threads < self._most + self._kept:
            self._start()

    def _begin(self, place: Network) -> None:
        """The task of this thread is fresh."""
        self._fresh[get_ident()] = _Fresh(time.monotonic(), place)
        if self._queued:
            self._wake()

    def _fade_old(self) -> bool:
        """Those whose slice is over are fresh no more; whether there were any."""
        oldest = time.monotonic() - self._slice
        old = [thread for thread, fresh in self._fresh.items() if fresh.since <= oldest]
        for thread in old:
            del self._fresh[thread]
        for _ in old[1:]:
            self._wake()  # this thread begins one of those that wait itself
        return bool(old)

    def _start(self) -> None:
        try:
            threading.Thread(target=self._run, name="filexfer-worker", daemon=True).start()
        except RuntimeError:
            # The system gives no more threads. Those there are come to this task too; without any the next one tries again.
            _log.warning("No thread can be started; %d are at work.", self._threads)
        else:
            self._threads += 1
            self._sleeping += 1

    def _sleep(self) -> bool:
        """Wait for work; False when there was none for too long."""
        watches = self._queued > 0 and not self._watching and bool(self._fresh)
        seconds = self._idle_seconds
        if watches:
            oldest = next(iter(self._fresh.values()))
            seconds, self._watching = max(0.0, oldest.since + self._slice - time.monotonic()), True
        self._sleeping += 1
        notified = self._work.wait(seconds)
        self._sleeping -= 1
        if watches:
            self._watching = False
        # One that was called at the very end of its sleep stays too, if only to watch.
        return notified or watches or bool(self._queued or self._owners)

    # ---- on a worker

    def _run(self) -> None:
        job = self._next(begins=True)
        while job:
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
            job = self._next()

    def _next(self, begins: bool = False) -> tuple[str | None, str, Task] | None:
        with self._lock:
            self._sleeping -= begins
            while (network := self._first()) is None and not self._owners:
                if self._queued and self._fade_old():
                    continue
                if self._closing or not self._sleep():
                    self._threads -= 1
                    self._ended.notify_all()
                    return None
            if network is None or self._owners:
                task = self._owners.popleft()
                self._wake()  # this thread may have come for something else, or to watch
                return None, "", task
            return self._take(network)

    def _take(self, network: str) -> tuple[str, str, Task]:
        place = self._networks[network]
        del self._turn[network]
        address, task = place.take(lambda one: self._part(network, one))
        self._busy += 1
        self._queued -= 1
        self._line_up(network, place)
        self._begin(place)
        return network, address, task

    def _finished(self, network: str, address: str) -> None:
        with self._lock:
            self._fresh.pop(get_ident(), None)
            self._busy -= 1
            place = self._networks[network]
            place.done(address)
            self._line_up(network, place)
            if not place.busy and not place.ready:
                del self._networks[network]
