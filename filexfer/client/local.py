"""Reading local files where systems differ: at a place in an open file, and by name in an open folder. Windows has neither
`preadv` nor descriptors of folders."""

from __future__ import annotations

import os
import threading

_PREADV = hasattr(os, "preadv")
_DIR_FD = os.open in os.supports_dir_fd
_FLAGS = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
_FOLDER = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0)


class OpenFile:
    """A file opened for reading, not what a link leads to. Raises `OSError`."""

    def __init__(self, place: str) -> None:
        self.descriptor = os.open(place, _FLAGS)
        # Guards the place in the file, where reading moves it.
        self._moving = threading.Lock()

    def read_at(self, view: memoryview, offset: int) -> int:
        """Fill `view` with the bytes at `offset`; how many there were. From any thread."""
        if _PREADV:
            return os.preadv(self.descriptor, [view], offset)
        with self._moving:
            os.lseek(self.descriptor, offset, os.SEEK_SET)
            data = os.read(self.descriptor, len(view))
        view[: len(data)] = data
        return len(data)

    def close(self) -> None:
        os.close(self.descriptor)


class OpenFolder:
    """A folder whose files are opened by name: by its descriptor, so that it is looked up once, or by its path.

    Raises `OSError`.
    """

    def __init__(self, place: str) -> None:
        self._place = place
        self._descriptor = os.open(place, _FOLDER) if _DIR_FD else -1
        if not _DIR_FD:
            # Says now what is wrong with it, as opening it would.
            os.scandir(place).close()

    def open_file(self, name: str) -> int:
        """A descriptor of one of its files. Raises `OSError`."""
        if _DIR_FD:
            return os.open(name, _FLAGS, dir_fd=self._descriptor)
        return os.open(os.path.join(self._place, name), _FLAGS)

    def close(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
