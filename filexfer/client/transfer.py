"""One large file as a pool of threads sees it (`pool.py`): what it does itself (`Transfer`), who is at its blocks (`Active`), and
what each of them works with (`Bench`)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import chain
from typing import Protocol, TypeAlias

from filexfer.client.activity import Worker
from filexfer.client.pipe import Pipe
from filexfer.core.model import Range

Blocks: TypeAlias = Iterable[Range]
Finish: TypeAlias = Callable[[], None]


class NotMoved(Exception):
    """A block did not move over the connection of a thread that the others can do without: it is for one of them."""


class Bench:
    """What one thread works with: a buffer of one block, its connection, and its line in the job's figures.

    Attributes: spare (its thread was added to the first ones).
    """

    def __init__(self, worker: Worker, size: int, pipe: Pipe) -> None:
        self.worker = worker
        self.pipe = pipe
        self.buffer = memoryview(bytearray(size))
        self.spare = False

    def insist(self) -> None:
        """Said before a block that did not move is moved with patience. Raises `NotMoved` where others are to do that."""
        if self.spare:
            raise NotMoved()


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


class Active:
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

    def leave(self, bench: Bench, block: Range | None = None) -> None:
        """A thread takes no more of its blocks, and gives this one back."""
        self._benches.discard(bench)
        if block is not None:
            self.pending -= 1
            if self.upcoming is not None:
                self._blocks = chain((self.upcoming,), self._blocks)
            self.upcoming = block

    @property
    def over(self) -> bool:
        return not self.pending and (self.upcoming is None or self.error is not None)
