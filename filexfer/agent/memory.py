"""What an agent remembers in a small JSON file: written whole, beside, then renamed, so that a crash leaves the old or the new.
A file that cannot be read is set aside, never overwritten: somebody may still want what is in it."""

from __future__ import annotations

import json
import logging
import os
import threading
from pathlib import Path

from filexfer.core.errors import StorageFailed

_log = logging.getLogger("filexfer.agent")


class Memory:
    """One JSON object on disk. Thread-safe; values are what JSON can hold."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._lock = threading.Lock()  # guards the values and the writing of the file
        self._values: dict[str, object] = _read(file)

    def get(self, key: str, default: object = None) -> object:
        with self._lock:
            return self._values.get(key, default)

    def put(self, changes: dict[str, object]) -> None:
        """Remember `changes`; durable when it returns. Raises `StorageFailed`, and then nothing has changed."""
        with self._lock:
            values = self._values | changes
            _write(self._file, json.dumps(values, indent=1, sort_keys=True, ensure_ascii=True))
            self._values = values


def _read(file: Path) -> dict[str, object]:
    try:
        content = file.read_bytes()
    except FileNotFoundError:
        return {}
    try:
        values = json.loads(content.decode("utf-8"))
    except (ValueError, RecursionError):
        values = None
    if isinstance(values, dict):
        return values
    aside = file.with_name(file.name + ".broken")
    file.replace(aside)
    _log.warning("%s could not be read. It was renamed to %s, and a new one begun.", file, aside.name)
    return {}


def _write(file: Path, text: str) -> None:
    beside = file.with_name(file.name + ".new")
    try:
        fd = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with open(fd, "w", encoding="utf-8") as out:
            out.write(text + "\n")
            out.flush()
            os.fsync(out.fileno())
        beside.replace(file)
        _sync_folder(file.parent)
    except OSError as error:
        raise StorageFailed(
            f"{file.name} could not be saved: {error.strerror or error}. Make room on the disk, then try again."
        ) from None


def _sync_folder(folder: Path) -> None:
    if os.name != "posix":
        return
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
