"""Thumbnails of what is looked at: asked for in the order of the screen, a few at once, kept in memory within a bound.

Rules: only what is seen is asked for; what scrolled away before its turn came is forgotten, and asked for when it is seen again.
"""

from __future__ import annotations

import os.path
from collections import OrderedDict
from collections.abc import Iterable
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QImage, QPixmap

from filexfer.core import paths
from filexfer.core.errors import BadParameters, FilexferError, Forbidden, NotFound, NotWellFormed, TooLarge
from filexfer.core.model import Entry, Kind
from filexfer.gui.files.pictures import decoded, rounded
from filexfer.gui.kit.bridge import PICTURE_THREADS, Bridge
from filexfer.gui.kit.location import Location

#: Bounds: bytes of pixels kept, and files remembered as having no thumbnail.
KEPT_BYTES, MOST_WITHOUT = 24 << 20, 5000
#: Pictures that came are shown together, in milliseconds.
TOGETHER_MS = 40
#: Their corners, where a thumbnail is 128 pixels wide.
RADIUS = 6

#: What servers make thumbnails of.
_SUFFIXES = frozenset("png jpg jpeg gif webp bmp tif tiff".split())
#: Errors that will come again for this version of the file.
_FOR_GOOD = (BadParameters, Forbidden, NotFound, NotWellFormed, TooLarge)

#: Server, path, version and edge.
Key = tuple[str, str, str, int]


def has_thumbnail(entry: Entry) -> bool:
    """Whether it is worth asking for one."""
    return entry.kind is Kind.FILE and os.path.splitext(entry.name)[1][1:].lower() in _SUFFIXES


class Thumbnails(QObject):
    """Signal: `arrived()` when there are more. `edge`: of those asked for, in pixels of the screen."""

    arrived = Signal()

    def __init__(self, bridge: Bridge, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self.edge = 128
        self._kept: OrderedDict[Key, QPixmap] = OrderedDict()
        self._bytes = 0
        self._without: OrderedDict[Key, None] = OrderedDict()
        self._waiting: list[Key] = []  # the next one last
        self._under_way: set[Key] = set()
        self._soon = QTimer(self, singleShot=True, interval=TOGETHER_MS)
        self._soon.timeout.connect(self.arrived)

    def picture(self, here: Location, entry: Entry) -> QPixmap | None:
        """The thumbnail of an entry of `here`; None where there is none, or not yet."""
        key = self._key(here, entry)
        found = self._kept.get(key)
        if found is not None:
            self._kept.move_to_end(key)
        return found

    def want(self, here: Location, seen: Iterable[Entry]) -> None:
        """These are looked at now, in this order, and no others."""
        keys = [self._key(here, entry) for entry in seen if has_thumbnail(entry)]
        known = (self._kept, self._without, self._under_way)
        self._waiting = [key for key in reversed(keys) if not any(key in one for one in known)]
        self._ask()

    @property
    def waiting(self) -> int:
        """How many are asked for and not here."""
        return len(self._waiting) + len(self._under_way)

    @property
    def here(self) -> int:
        """How many are kept."""
        return len(self._kept)

    def _key(self, here: Location, entry: Entry) -> Key:
        return here.server, paths.join(here.path, entry.name), f"{entry.size:x}-{entry.mtime_ns:x}", self.edge

    def _ask(self) -> None:
        while self._waiting and len(self._under_way) < PICTURE_THREADS:
            key = self._waiting.pop()
            self._under_way.add(key)
            server, path, version, edge = key
            self._bridge.ask(
                "thumb_get",
                server,
                paths.to_wire(path),
                version,
                edge,
                read=partial(_read, edge),
                done=partial(self._came, key),
                failed=partial(self._failed, key),
            )

    def _came(self, key: Key, picture: QImage) -> None:
        self._under_way.discard(key)
        found = QPixmap.fromImage(picture)
        self._kept[key] = found
        self._bytes += _bytes(found)
        while self._bytes > KEPT_BYTES:
            self._bytes -= _bytes(self._kept.popitem(last=False)[1])
        if not self._soon.isActive():
            self._soon.start()
        self._ask()

    def _failed(self, key: Key, error: FilexferError) -> None:
        # A picture that cannot be shown has its icon; what else is wrong, the list itself says.
        self._under_way.discard(key)
        if isinstance(error, _FOR_GOOD):
            self._without[key] = None
            if len(self._without) > MOST_WITHOUT:
                self._without.popitem(last=False)
        self._ask()


def _read(edge: int, answer: Any) -> QImage:
    return rounded(decoded(bytes(answer), edge), RADIUS * edge / 128)


def _bytes(picture: QPixmap) -> int:
    return picture.width() * picture.height() * 4
