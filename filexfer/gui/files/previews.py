"""Previews for one place that shows them, one at a time: while one is fetched, only what was asked for last waits."""

from __future__ import annotations

from collections import OrderedDict
from functools import partial

from PySide6.QtCore import QObject, Signal

from filexfer.core import paths
from filexfer.core.errors import FilexferError
from filexfer.core.model import Entry
from filexfer.gui.files.pictures import Preview
from filexfer.gui.kit.bridge import Bridge
from filexfer.gui.kit.location import Location

#: Previews kept, so that going back and forth between a few files asks for nothing.
KEPT = 6

_Key = tuple[str, str, int, int, int]


class Previews(QObject):
    """Signals: `came(Preview)`, `failed(FilexferError)`; only for what was asked for last."""

    came = Signal(object)
    failed = Signal(object)

    def __init__(self, bridge: Bridge, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._kept: OrderedDict[_Key, Preview] = OrderedDict()
        self._wanted: _Key | None = None
        self._under_way: _Key | None = None

    def ask(self, here: Location, entry: Entry, edge: int) -> None:
        """Later `came` or `failed` tells how `entry` of `here` looks, pictures not larger than edge × edge; at once where it is
        known."""
        key = (here.server, paths.join(here.path, entry.name), entry.size, entry.mtime_ns, edge)
        self._wanted = key
        known = self._kept.get(key)
        if known is not None:
            self._kept.move_to_end(key)
            self.came.emit(known)
        elif self._under_way is None:
            self._send(key)

    def forget(self) -> None:
        """Nothing is looked at any more."""
        self._wanted = None

    def _send(self, key: _Key) -> None:
        self._under_way = key
        server, path, _, _, edge = key
        self._bridge.ask(
            "preview_get",
            server,
            paths.to_wire(path),
            edge,
            read=partial(Preview.read, edge),
            done=partial(self._arrived, key),
            failed=partial(self._not_arrived, key),
        )

    def _arrived(self, key: _Key, preview: Preview) -> None:
        self._kept[key] = preview
        if len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        if self._next(key):
            self.came.emit(preview)

    def _not_arrived(self, key: _Key, error: FilexferError) -> None:
        if self._next(key):
            self.failed.emit(error)

    def _next(self, key: _Key) -> bool:
        """Whether `key` is still what is wanted; if not, what is wanted now is asked for."""
        self._under_way = None
        if self._wanted is not None and self._wanted != key:
            self._send(self._wanted)
        return self._wanted == key
