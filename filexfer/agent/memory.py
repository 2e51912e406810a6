"""What an agent remembers, in a small JSON file (`core.kept`), as a mapping that several threads and processes share: a command
may save a server while the agent runs. Rule: who changes the file holds its lock, and reads it anew before."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from filexfer.core import kept
from filexfer.core.errors import Busy, StorageFailed
from filexfer.core.locks import FileLock

#: Seconds that another process may hold the file; between two looks whether it still does.
PATIENCE, PAUSE = 5.0, 0.01

_Mark = tuple[int, int, int]


class Memory:
    """One JSON object on disk. Thread-safe; values are what JSON can hold, and not to be changed in place."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._lock = threading.Lock()  # guards all below
        self._held = FileLock(file.with_name(file.name + ".lock"))
        self._values: dict[str, object] = {}
        self._mark: _Mark | None = None
        self._look()

    def get(self, key: str, default: object = None) -> object:
        """What the file says now, whoever wrote it."""
        with self._lock:
            self._look()
            return self._values.get(key, default)

    def put(self, changes: Mapping[str, object]) -> None:
        """Remember `changes`; durable when it returns. Raises `StorageFailed`, `Busy`, and then nothing has changed."""
        self.change(lambda _: changes)

    def change(self, change: Callable[[Mapping[str, object]], Mapping[str, object]]) -> None:
        """Remember what `change` makes of what is remembered now; no other process gets in between. It may raise: then, as where
        the file cannot be written, nothing has changed."""
        with self._lock, self._alone():
            self._look()
            values = self._values | dict(change(self._values))
            kept.write(self._file, values)
            self._values, self._mark = values, _mark(self._file)

    def _look(self) -> None:
        """Read the file where it is another one than the one known. It is always written anew and renamed, so its inode tells."""
        mark = _mark(self._file)
        if mark is None or mark != self._mark:
            # The mark first: what is written meanwhile is then read once more.
            self._values, self._mark = kept.read(self._file), mark

    @contextmanager
    def _alone(self) -> Iterator[None]:
        until = time.monotonic() + PATIENCE
        try:
            self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            while not self._held.take():
                if time.monotonic() > until:
                    raise Busy(f"Another filexfer keeps {self._file.name} to itself. Try again in a moment.")
                time.sleep(PAUSE)
        except OSError as error:
            raise StorageFailed(f"{self._file.name} could not be saved: {error.strerror or error}.") from None
        try:
            yield
        finally:
            self._held.release()


def _mark(file: Path) -> _Mark | None:
    try:
        found = os.stat(file)
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size
