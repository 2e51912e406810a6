"""What an agent remembers, in a small JSON file (`core.kept`), as a thread-safe mapping."""

from __future__ import annotations

import threading
from pathlib import Path

from filexfer.core import kept


class Memory:
    """One JSON object on disk. Thread-safe; values are what JSON can hold."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._lock = threading.Lock()  # guards the values and the writing of the file
        self._values: dict[str, object] = kept.read(file)

    def get(self, key: str, default: object = None) -> object:
        with self._lock:
            return self._values.get(key, default)

    def put(self, changes: dict[str, object]) -> None:
        """Remember `changes`; durable when it returns. Raises `StorageFailed`, and then nothing has changed."""
        with self._lock:
            values = self._values | changes
            kept.write(self._file, values)
            self._values = values
