"""When a batch of small files is full: at its bytes, at its files, and already where a folder begins that would not fit into what
is left. What a batch has of a new folder is given its place whole (`storage/new_folders`), what comes later one by one."""

from __future__ import annotations

#: Bytes of the first batch; each may hold twice as much as the one before, so that the wire is busy early.
FIRST_BATCH = 128 << 10


class Filling:
    """Of one batch after the other. For one thread.

    Args:
        most_bytes, most_files: of any of them.
        room: bytes that the first may hold, if that is less than `FIRST_BATCH`.

    Attributes:
        bytes, files: of the one that is gathered just now.
    """

    def __init__(self, most_bytes: int, most_files: int, room: int) -> None:
        self.bytes = self.files = 0
        self._most_bytes = most_bytes
        self._most_files = most_files
        self._most = min(FIRST_BATCH, most_bytes, room)
        #: The folder of the last file, and what it has had so far, in all batches.
        self._folder: object = None
        self._its_bytes = self._its_files = 0

    def ends(self, folder: object, size: int) -> bool:
        """Whether a file of `size` bytes in `folder` is for the next batch. A folder that begins is taken to be like the last."""
        if not self.files:
            return False
        bytes_left, files_left = self._most - self.bytes, self._most_files - self.files
        if size > bytes_left or files_left < 1:
            return True
        return folder != self._folder and (self._its_bytes > bytes_left or self._its_files > files_left)

    def add(self, folder: object, size: int) -> None:
        """Count a file that is taken."""
        if folder != self._folder:
            self._folder = folder
            self._its_bytes = self._its_files = 0
        self._its_bytes += size
        self._its_files += 1
        self.bytes += size
        self.files += 1

    def next(self, room: int) -> None:
        """The batch is sent; `room` bounds the bytes of the next."""
        self.bytes = self.files = 0
        self._most = min(2 * self._most, self._most_bytes, room)
