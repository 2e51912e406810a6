"""Who may be at the files of one upload: many writers, each at blocks of its own, or one thread that begins or ends it, alone."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Collection, Iterator


class Turns:
    """Attributes:
    lock: guards what is in here and whatever of an upload more than one writer touches. Never held while content is written
        or synced.
    """

    def __init__(self) -> None:
        # Guards what is said above: `_writing`, `_users`, `_shut`, and what writers share.
        self.lock = threading.Condition()
        # Held by the one that is or wants to be alone; taken before `lock`.
        self._ending = threading.RLock()
        self._writing: set[int] = set()
        self._users = 0
        self._shut = False

    def wait(self, numbers: Collection[int] = ()) -> None:
        """Wait until nobody is alone, nor at one of these blocks. The caller holds `lock`, and looks again at everything then."""
        self.lock.wait_for(lambda: not self._shut and self._writing.isdisjoint(numbers))

    def free(self, numbers: Collection[int]) -> bool:
        """Whether `wait` would not wait. The caller holds `lock`."""
        return not self._shut and self._writing.isdisjoint(numbers)

    def enter(self, numbers: Collection[int] = ()) -> None:
        """Be at these blocks, until `leave`. The caller holds `lock`, and `free` is true."""
        self._writing.update(numbers)
        self._users += 1

    def leave(self, numbers: Collection[int] = ()) -> None:
        with self.lock:
            self._writing.difference_update(numbers)
            self._users -= 1
            self.lock.notify_all()

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """Shut out others, and wait for those under way."""
        with self._ending:
            with self.lock:
                self._shut = True
                self.lock.wait_for(lambda: not self._users)
            try:
                yield
            finally:
                with self.lock:
                    self._shut = False
                    self.lock.notify_all()

    def idle(self) -> bool:
        """Whether nobody is here."""
        with self.lock:
            return not self._users and not self._shut
