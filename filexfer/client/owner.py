"""The mark of a living engine: a file that it holds locked. The system lets the lock go when the process ends, however it ends,
so that a job whose owner's file can be locked by somebody else is an orphan."""

from __future__ import annotations

import os
import sys
from pathlib import Path

if sys.platform == "win32":
    import msvcrt

    def _try_lock(descriptor: int) -> bool:
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
else:
    import fcntl

    def _try_lock(descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True


class Owner:
    """One engine's mark in `folder`.

    Attributes:
        name: what jobs note as their owner.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.name = f"{os.getpid()}-{os.urandom(4).hex()}"
        self._path = folder / f"{self.name}.owner"
        self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        if not _try_lock(self._descriptor):
            raise OSError(f"{self._path} cannot be locked")

    def close(self) -> None:
        """Let go; what it owned is an orphan now."""
        if self._descriptor >= 0:
            # First the name, so that nobody can find the file and hold it.
            self._path.unlink(missing_ok=True)
            os.close(self._descriptor)
            self._descriptor = -1


def is_alive(folder: Path, name: str) -> bool:
    """Whether the engine whose mark in `folder` is `name` still runs; the mark of a dead one is removed."""
    path = folder / f"{name}.owner"
    try:
        descriptor = os.open(path, os.O_RDWR)
    except OSError:
        return False
    try:
        if not _try_lock(descriptor):
            return True
        path.unlink(missing_ok=True)
        return False
    finally:
        os.close(descriptor)
