"""The tasks of one network that wait for a worker, and who of it has some. Rule: `Pool` uses it with its lock held."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

Task = Callable[[], None]


class Network:
    """Addresses that may all be one peer's, see `neighbours.network`. `queues` are tasks of those that may have another worker,
    in turn; `held` of those that have their part; `ready` is how many tasks are in `queues`."""

    __slots__ = ("at_work", "busy", "held", "queues", "ready")

    def __init__(self) -> None:
        self.busy = 0
        self.ready = 0
        self.at_work: dict[str, int] = {}  # workers, by address
        self.queues: dict[str, deque[Task]] = {}
        self.held: dict[str, deque[Task]] = {}

    @property
    def waits(self) -> bool:
        """Whether some task does."""
        return bool(self.queues or self.held)

    @property
    def queued(self) -> int:
        """How many tasks do."""
        return self.ready + sum(map(len, self.held.values()))

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
