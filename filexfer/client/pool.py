"""Moves the blocks of large files with a few threads, several blocks of one file or several files at a time. Each thread has the
next block begun before the last one is over. Knows nothing of what a block is: that is the transfer's business (`upload.py`,
`download.py`)."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable
from typing import Protocol, TypeAlias

from filexfer.client.activity import Worker
from filexfer.client.pipe import Pipe
from filexfer.core.model import Range

Blocks: TypeAlias = Iterable[Range]
Finish: TypeAlias = Callable[[], None]

#: Blocks that a thread has begun and not ended: one on its way, and the next behind it.
_UNDER_WAY = 2


class Bench:
    """What one thread works with: a buffer of one block, its connection, and its line in the job's figures."""

    def __init__(self, worker: Worker, size: int, pipe: Pipe) -> None:
        self.worker = worker
        self.pipe = pipe
        self.buffer = memoryview(bytearray(size))


class Transfer(Protocol):
    """One large file. `begin` comes first, alone; `start` from several threads; `end` when no block is under way.

    Attributes:
        streams: how many threads move its blocks at once, at most.
    """

    streams: int

    def begin(self, bench: Bench) -> Blocks:
        """Open both ends; the blocks that are to be moved, none longer than the bench's buffer."""
        ...

    def start(self, block: Range, bench: Bench) -> Finish:
        """Begin to move a block. What it answers brings that to an end: called by the same thread, in the order of the starts,
        when `bench.buffer` may hold another block."""
        ...

    def end(self, bench: Bench) -> Blocks:
        """Publish; or, if that shows that blocks are missing, these."""
        ...

    def fail(self, error: Exception) -> None:
        """It came to nothing: called once, instead of what would come next."""
        ...

    def suspend(self) -> None:
        """It is stopped in the middle: let go of what is open, keep what arrived."""
        ...


class _Active:
    """A transfer under way. Guarded by the pool's condition.

    Attributes:
        upcoming: the next block for a thread; None where no thread can take one: all are taken, or `begin` has not told them yet.
        pending: steps under way.
    """

    __slots__ = ("_benches", "_blocks", "error", "pending", "transfer", "upcoming")

    def __init__(self, transfer: Transfer) -> None:
        self.transfer = transfer
        self._benches: set[Bench] = set()
        self.upcoming: Range | None = None
        self.pending = 1
        self.error: Exception | None = None

    def set(self, blocks: Blocks) -> None:
        self._blocks = iter(blocks)
        self.upcoming = next(self._blocks, None)

    def take(self, bench: Bench) -> Range | None:
        """The next block, for a thread that is among those of this transfer, or may join them."""
        block = None if self.error else self.upcoming
        if block is not None:
            if bench not in self._benches:
                if len(self._benches) >= self.transfer.streams:
                    return None
                self._benches.add(bench)
            self.upcoming = next(self._blocks, None)
            self.pending += 1
        return block

    @property
    def over(self) -> bool:
        return not self.pending and (self.upcoming is None or self.error is not None)


class Pool:
    """Args:
    threads: how many blocks move at once, at most.
    bench: makes what a new thread works with.
    """

    def __init__(self, threads: int, bench: Callable[[], Bench]) -> None:
        self._most = threads
        self._bench = bench
        # Guards everything below.
        self._changed = threading.Condition()
        self._waiting: deque[Transfer] = deque()
        self._active: list[_Active] = []
        self._threads: list[threading.Thread] = []
        self._closing = False
        self._stopping = False
        self._crash: BaseException | None = None

    def submit(self, transfer: Transfer) -> None:
        """Have `transfer` done. Waits while many others wait. After `stop` it is only suspended."""
        with self._changed:
            while len(self._waiting) >= 2 * self._most and not self._stopping:
                self._changed.wait()
            if self._stopping:
                transfer.suspend()
                return
            self._waiting.append(transfer)
            while len(self._threads) < self._most:
                thread = threading.Thread(target=self._run, name=f"blocks-{len(self._threads)}", daemon=True)
                self._threads.append(thread)
                thread.start()
            self._changed.notify_all()

    def finish(self) -> None:
        """Wait until everything submitted is done, or stopped. Raises what crashed a thread."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        for thread in self._threads:
            thread.join()
        for transfer in [active.transfer for active in self._active] + list(self._waiting):
            transfer.suspend()
        if self._crash is not None:
            raise self._crash

    def stop(self) -> None:
        """Begin no further step. From any thread; `finish` then waits only for those under way."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()

    def _run(self) -> None:
        bench = self._bench()
        under_way: deque[tuple[_Active, Finish]] = deque()
        try:
            while True:
                step = self._next(bench, wait=not under_way) if len(under_way) < _UNDER_WAY else None
                if step is not None:
                    self._begin(*step, bench, under_way)
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

    def _next(self, bench: Bench, wait: bool) -> tuple[_Active, Range | None] | None:
        """The next step for a thread: a block, or a transfer to begin (None for the block). Unless it may `wait`, only a block,
        and None where there is none just now."""
        with self._changed:
            while not self._stopping:
                for active in self._active:
                    block = active.take(bench)
                    if block is not None:
                        return active, block
                if not wait:
                    return None
                if self._waiting:
                    active = _Active(self._waiting.popleft())
                    self._active.append(active)
                    self._changed.notify_all()
                    return active, None
                if self._closing and not self._active:
                    return None
                self._changed.wait()
            return None

    def _begin(self, active: _Active, block: Range | None, bench: Bench, under_way: deque[tuple[_Active, Finish]]) -> None:
        try:
            if block is not None:
                under_way.append((active, active.transfer.start(block, bench)))
                return
            found = active.transfer.begin(bench)
        except Exception as error:
            self._settle(active, bench, error)
        else:
            self._settle(active, bench, None, found)

    def _finish(self, active: _Active, finish: Finish, bench: Bench) -> None:
        try:
            finish()
        except Exception as error:
            self._settle(active, bench, error)
        else:
            self._settle(active, bench)

    def _settle(self, active: _Active, bench: Bench, error: Exception | None = None, found: Blocks | None = None) -> None:
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

    def _end(self, active: _Active, bench: Bench) -> None:
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
