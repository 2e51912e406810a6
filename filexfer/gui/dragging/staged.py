"""Which of the selected files are here already, so that they can leave the window as real files. Rules: asks the agent for small
ones once a selection rests; knows what it has told by names, sizes, times; a failure is silent, for nobody asked for anything."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import partial
from typing import Any, Protocol

from PySide6.QtCore import QObject, QTimer, Signal

from filexfer.core import paths
from filexfer.core.errors import FilexferError
from filexfer.core.model import Entry, Kind
from filexfer.gui.files.browser import Browser
from filexfer.gui.files.gather import Chosen, Pick
from filexfer.gui.kit.bridge import Bridge
from filexfer.gui.kit.location import Location

#: How long a selection rests before it is fetched, in milliseconds.
REST_MS = 250
#: What an agent fetches ahead at most: bytes and files (`agent/staging.py`).
MOST_BYTES, MOST_FILES = 16 << 20, 100

_What = tuple[Location, tuple[Entry, ...]]


class Rows(Protocol):
    """A list or a grid, as far as dragging goes."""

    def ranges(self) -> list[tuple[int, int]]: ...


class Staged(QObject):
    """`look(view)` whenever its selection changes; `files` then tells what is here. Signal: `arrived()` when more is."""

    arrived = Signal()

    def __init__(self, bridge: Bridge, browser: Browser, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bridge, self._browser = bridge, browser
        self._ticket = os.urandom(8).hex()
        self._view: Rows | None = None
        self._asked: _What | None = None
        self._here: _What | None = None
        self._files: list[str] = []
        self._rest = QTimer(self, singleShot=True, interval=REST_MS)
        self._rest.timeout.connect(self._ask)

    def look(self, view: Rows) -> None:
        """Its selection has changed."""
        self._view = view
        self._rest.start()

    def files(self, view: Rows) -> list[str]:
        """Local paths of all that is selected in `view`; empty unless every one is here."""
        wanted = self._selected(view)
        return self._files if wanted is not None and wanted == self._here else []

    def files_of(self, here: Location, chosen: Chosen) -> list[str]:
        """The same for what was chosen in a folder."""
        return self._files if not isinstance(chosen, Pick) and self._here == (here, tuple(chosen)) else []

    def _selected(self, view: Rows) -> _What | None:
        """What is selected, if it may be fetched ahead."""
        here, ranges = self._browser.here, view.ranges()
        count = sum(last - first + 1 for first, last in ranges)
        if here is None or not 0 < count <= MOST_FILES:
            return None
        entries = [entry for first, last in ranges for entry in self._browser.model.known(first, last)]
        small = len(entries) == count and all(entry.kind is Kind.FILE for entry in entries)
        return (here, tuple(entries)) if small and sum(entry.size for entry in entries) <= MOST_BYTES else None

    def _ask(self) -> None:
        wanted = None if self._view is None else self._selected(self._view)
        if wanted in (self._asked, self._here) and wanted is not None:
            return
        before, self._asked = self._asked, wanted
        if wanted is None:
            if before is not None:
                self._bridge.ask("stage_files", before[0].server, [], {"ticket": self._ticket}, failed=_ignore)
            return
        here, entries = wanted
        files = [paths.to_wire(here.into(entry.name).path) for entry in entries]
        self._bridge.ask(
            "stage_files",
            here.server,
            files,
            {"ticket": self._ticket},
            read=_local_paths,
            done=partial(self._take, wanted),
            failed=partial(self._take_failure, wanted),
        )

    def _take(self, wanted: _What, files: Sequence[str]) -> None:
        if wanted == self._asked:
            self._asked = None
        if len(files) == len(wanted[1]):
            self._here, self._files = wanted, list(files)
            self.arrived.emit()

    def _take_failure(self, wanted: _What, error: FilexferError) -> None:
        # Dragging still works, as a download; what is wrong, that will say.
        self._take(wanted, ())


def _local_paths(answer: Any) -> list[str]:
    return [os.fsdecode(path) for path in answer["files"]]


def _ignore(error: FilexferError) -> None:
    """What was to be ended has ended, or will."""
