"""Moves the blocks of large files with a few threads, several blocks of one file or several files at a time. Each thread has the
next block begun before the last one is over. Knows nothing of what a block is: that is the transfer's business (`upload.py`,
`download.py`)."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from typing import NamedTuple, Protocol

from filexfer.client.growth import Growth
from filexfer.client.transfer import Active, Bench, Blocks, Finish, NotMoved, Transfer
from filexfer.core.model import Range

#: Blocks that a thread has begun and not ended: one on its way, and the next behind it.
_UNDER_WAY = 2
#: Seconds between two looks at how much has moved.
_LOOK = 0.1


class Way(Protocol):
    """To the server."""

    def moved(self) -> int | None:
        """Bytes that moved over it so far; None while that does not depend on how many threads there are."""
        ...

    def has_room(self) -> bool:
        """Whether it does not look full. May take a while."""
        ...


class _Step(NamedTuple):
    """A block of a transfer that is to be moved, or a transfer that is to be begun (None for the block)."""

    active: Active
    block: Range | None


class Pool:
    """Args:
    growth: how many threads there are. Those beyond the first ones only move blocks, can be done without, and may end early.
    bench: makes what a new thread works with.
    way: to the server.
    """

    def __init__(self, growth: Growth, bench: Callable[[], Bench], way: Way) -> None:
        self._first = growth.count
        self._bench = bench
        self._way = way
        # Guards everything below.
        self._changed = threading.Condition()
        self._growth = growth
        self._waiting: deque[Transfer] = deque()
        self._active: list[Active] = []
        self._threads: list[threading.Thread] = []
        self._watcher: threading.Thread | None = None
        self._over = threading.Event()
        self._idle = 0
        self._closing = False
        self._stopping = False
        self._crash: BaseException | None = None

    def submit(self, transfer: Transfer) -> None:
        """Have `transfer` done. Waits while many others wait. After `stop` it is only suspended."""
        with self._changed:
            while len(self._waiting) >= 2 * self._first and not self._stopping:
                self._changed.wait()
            if self._stopping:
                transfer.suspend()
                return
            self._waiting.append(transfer)
            self._start()
            if self._watcher is None and not self._growth.settled:
                self._watcher = threading.Thread(target=self._watch, name="growth", daemon=True)
                self._watcher.start()
            self._changed.notify_all()

    def finish(self) -> None:
        """Wait until everything submitted is done, or stopped. Raises what crashed a thread."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        for thread in self._threads:  # more may come meanwhile
            thread.join()
        self._over.set()
        for transfer in [active.transfer for active in self._active] + list(self._waiting):
            transfer.suspend()
        if self._crash is not None:
            raise self._crash

    def stop(self) -> None:
        """Begin no further step. From any thread; `finish` then waits only for those under way."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()

    def _start(self) -> None:
        """Have as many threads as there should be. With the lock."""
        while len(self._threads) < self._growth.count:
            number = len(self._threads)
            thread = threading.Thread(target=self._run, args=(number,), name=f"blocks-{number}", daemon=True)
            thread.start()
            self._threads.append(thread)

    def _watch(self) -> None:
        """What a thread of its own does until it is settled how many the others are, or they have ended."""
        while not self._growth.settled and not self._over.wait(_LOOK):
            if self._should_grow():
                has_room = self._way.has_room()
                with self._changed:
                    if not has_room:
                        self._growth.settle(self._growth.count)
                    elif self._all_busy:
                        self._grow()

    def _should_grow(self) -> bool:
        moved = self._way.moved()
        with self._changed:
            if moved is not None and self._all_busy:
                return self._growth.look(time.monotonic(), moved)
            self._growth.disturb()
            return False

    def _grow(self) -> None:
        self._growth.grow()
        try:
            self._start()
        except RuntimeError:  # the system gives no more threads
            self._growth.settle(len(self._threads))

    @property
    def _all_busy(self) -> bool:
        """Whether all threads have something to do, and there is a block for one more."""
        return not self._idle and not self._stopping and any(active.upcoming is not None for active in self._active)

    def _run(self, number: int) -> None:
        bench = self._bench()
        bench.spare = number >= self._first
        under_way: deque[tuple[_Step, Finish]] = deque()
        try:
            while True:
                step = self._next(number, bench, wait=not under_way) if len(under_way) < _UNDER_WAY else None
                if step is not None:
                    self._begin(step, bench, under_way)
                elif under_way:
                    self._finish(*under_way.popleft(), bench)
                else:
                    return
        except BaseException as error:
            # A fault of our own: the thread that waits in `finish` must meet it.
            self._crash = error
            self.stop()
        finally:
            bench.worker.doing = ""
            bench.pipe.drop()
            with self._changed:
                for active in self._active:
                    active.leave(bench)
                self._changed.notify_all()

    def _next(self, number: int, bench: Bench, wait: bool) -> _Step | None:
        """The next step for a thread. Unless it may `wait`, only a block, and None where there is none just now."""
        with self._changed:
            while not self._stopping and number < self._growth.count:
                for active in self._active:
                    block = active.take(bench)
                    if block is not None:
                        return _Step(active, block)
                if not wait:
                    return None
                if self._waiting and not bench.spare:
                    active = Active(self._waiting.popleft())
                    self._active.append(active)
                    self._changed.notify_all()
                    return _Step(active, None)
                if self._closing and not self._active:
                    return None
                self._idle += 1
                self._changed.wait()
                self._idle -= 1
            return None

    def _begin(self, step: _Step, bench: Bench, under_way: deque[tuple[_Step, Finish]]) -> None:
        active, block = step
        try:
            if block is not None:
                under_way.append((step, active.transfer.start(block, bench)))
                return
            found = active.transfer.begin(bench)
        except Exception as error:
            self._settle(active, bench, error)
        else:
            self._settle(active, bench, None, found)

    def _finish(self, step: _Step, finish: Finish, bench: Bench) -> None:
        try:
            finish()
        except NotMoved:
            self._give_back(step, bench)
        except Exception as error:
            self._settle(step.active, bench, error)
        else:
            self._settle(step.active, bench)

    def _give_back(self, step: _Step, bench: Bench) -> None:
        """Have the first threads move this block, and whatever else there is: more of them are not welcome."""
        with self._changed:
            step.active.leave(bench, step.block)
            self._growth.settle(self._first)
            over = step.active.over and not self._stopping
            self._changed.notify_all()
        if over:
            self._end(step.active, bench)

    def _settle(self, active: Active, bench: Bench, error: Exception | None = None, found: Blocks | None = None) -> None:
        """A step of a transfer is over: it failed with `error`, or told of blocks."""
        with self._changed:
            if found is not None:
                active.set(found)
                self._changed.notify_all()
            active.error = active.error or error
            active.pending -= 1
            over = active.over and not self._stopping
        if over:
            self._end(active, bench)

    def _end(self, active: Active, bench: Bench) -> None:
        """Nobody else is at this transfer any more."""
        more: Blocks = ()
        try:
            if active.error is not None:
                raise active.error
            more = active.transfer.end(bench)
        except Exception as error:
            active.transfer.fail(error)
        with self._changed:
            active.set(more)
            if active.upcoming is None:
                self._active.remove(active)
            self._changed.notify_all()
