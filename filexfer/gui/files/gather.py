"""Collects a selection: few rows as entries, from the pages here or from the agent; of many the agent keeps which they are, under
a number. Rule: no call grows with what somebody selects."""

from __future__ import annotations

import sys
from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from PySide6.QtCore import QTimer

from filexfer.core import paths
from filexfer.core.model import Entry
from filexfer.gui.files.browser import Browser
from filexfer.gui.files.listing import Page

#: Most rows taken in one go, so that the window answers in between.
AT_ONCE = 2000
#: Most rows that are collected as entries, where that is not asked for.
FEW = 1000

Ranges = Sequence[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Pick:
    """Many rows of a folder, which the agent keeps under `number`. Attributes: first (the name of one), folders (names of the
    first folders among them)."""

    number: int
    count: int
    first: str
    folders: tuple[str, ...] = ()

    def __len__(self) -> int:
        return self.count

    @classmethod
    def read(cls, answer: Any) -> Pick:
        """The answer of `view_pick`."""
        folders = tuple(paths.from_wire(name) for name in answer["folders"])
        return cls(int(answer["pick"]), int(answer["count"]), paths.from_wire(answer["first"]), folders)


#: What was chosen in a folder.
Chosen: TypeAlias = Sequence[Entry] | Pick


class Gather:
    """`start()`; later `done(chosen)` is called once. Not when rows move meanwhile: then nothing is done, and it is said.

    Args:
        most: more rows than these are kept by the agent.
    """

    def __init__(self, browser: Browser, ranges: Ranges, done: Callable[[Any], None], most: int = FEW) -> None:
        self._browser = browser
        self._ranges = list(ranges)
        self._wanted = list(ranges)
        self._done = done
        self._most = most
        self._entries: list[Entry] = []
        self._version = browser.version

    def start(self) -> None:
        if sum(last - first + 1 for first, last in self._ranges) <= self._most:
            self._collect()
        else:
            self._browser.pick(lambda: _packed(self._ranges), Pick.read, self._done)

    def _collect(self) -> None:
        while self._wanted and self._browser.version == self._version:
            first, last = self._wanted[0]
            entries = self._browser.model.known(first, min(last, first + AT_ONCE - 1))
            self._entries += entries
            if len(entries) == AT_ONCE < last - first + 1:
                self._wanted[0] = (first + AT_ONCE, last)
                QTimer.singleShot(0, self._collect)
                return
            if len(entries) < last - first + 1:
                self._wanted[0] = (first + len(entries), last)
                self._browser.rows(first + len(entries), last, self._take)
                return
            self._wanted.pop(0)
        if self._wanted:
            self._browser.say_changed()
        elif self._entries:
            self._done(self._entries)

    def _take(self, page: Page) -> None:
        first, last = self._wanted[0]
        rows = [page.rows.entry(place) for place in range(min(len(page.rows), last - first + 1))]
        if not rows:
            self._browser.say_changed()  # the list has become shorter: what was selected is not there any more
            return
        self._entries += rows
        if first + len(rows) > last:
            self._wanted.pop(0)
        else:
            self._wanted[0] = (first + len(rows), last)
        self._collect()


def _packed(ranges: Ranges) -> bytes:
    """As `view_pick` takes them."""
    column = array("I", [row for pair in ranges for row in pair])
    if sys.byteorder == "big":
        column.byteswap()
    return column.tobytes()
