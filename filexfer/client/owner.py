"""The mark of a living engine: a file that it holds. The system lets go of it when the process ends, however it ends, so that a
job whose owner's file nobody holds is an orphan. POSIX systems: held by a lock. Windows: by being open, as a file that somebody
has open cannot be removed there."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

if sys.platform != "win32":
    import fcntl


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
        if sys.platform != "win32":
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def close(self) -> None:
        """Let go; what it owned is an orphan now."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1
            # Whoever looks meanwhile finds a dead one's mark and removes it, which is as good.
            self._path.unlink(missing_ok=True)


def is_alive(folder: Path, name: str) -> bool:
    """Whether the engine whose mark in `folder` is `name` still runs; the mark of a dead one is removed."""
    return _held(folder / f"{name}.owner")


def held_by_lock(path: Path) -> bool:
    """Whether a process holds the file locked; where none does, the file is removed."""
    try:
        descriptor = os.open(path, os.O_RDWR)
    except OSError:
        return False
    try:
        # Shared: of two processes that look at a dead one's mark at once neither takes the other for its owner.
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return True
    else:
        path.unlink(missing_ok=True)
        return False
    finally:
        os.close(descriptor)


def held_open(path: Path) -> bool:
    """Whether a process has the file open, on a system where that keeps it from being removed; else it is removed."""
    try:
        path.unlink(missing_ok=True)
    except PermissionError:
        return True
    return False


_held: Callable[[Path], bool] = held_open if sys.platform == "win32" else held_by_lock
