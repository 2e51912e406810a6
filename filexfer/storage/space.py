"""Whether there is room: what is free, less what the operating system keeps, less what uploads under way still need."""

from __future__ import annotations

import threading
from collections.abc import Callable

from filexfer.core.errors import NoSpace
from filexfer.storage.walk import Tree

_KEEP = 256 << 20


class Space:
    """The room on the disk of one share."""

    def __init__(self, tree: Tree, keep_free: int | None, make_room: Callable[[int], None]) -> None:
        """`make_room(wanted)` frees so many bytes if it can, else none: the trash gives way to what is new."""
        self._tree = tree
        self._keep_free = keep_free
        self._make_room = make_room
        # Guards `_promised`: upload id -> bytes still to come.
        self._lock = threading.Lock()
        self._promised: dict[str, int] = {}

    def now(self) -> tuple[int, int]:
        """Bytes that may still be used, and all of the disk."""
        free, total = self._tree.fs.space(self._tree.root)
        return max(0, free - self._kept(total)), total

    def check(self, wanted: int) -> None:
        """Raise `NoSpace` unless `wanted` more bytes find room."""
        lacking = self._lacking(wanted)
        if lacking > 0:
            self._make_room(lacking)
            if self._lacking(wanted) > 0:
                raise NoSpace()

    def promise(self, upload_id: str, size: int) -> None:
        """So many bytes of an upload are still to come, and their room is kept."""
        with self._lock:
            self._promised[upload_id] = size

    def release(self, upload_id: str) -> None:
        with self._lock:
            self._promised.pop(upload_id, None)

    def _lacking(self, wanted: int) -> int:
        with self._lock:
            promised = sum(self._promised.values())
        return wanted + promised - self.now()[0]

    def _kept(self, total: int) -> int:
        return min(_KEEP, total // 50) if self._keep_free is None else self._keep_free
