"""Collects the entries of a selection: those on pages here at once, the others page by page from the agent."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QTimer

from filexfer.core.model import Entry
from filexfer.gui.browser import Browser
from filexfer.gui.listing import Page

#: Most rows taken in one go, so that the window answers in between.
AT_ONCE = 2000


class Gather:
    """`start()`; later `done(entries)` is called once. Not when rows move meanwhile: then nothing is done."""

    def __init__(self, browser: Browser, ranges: Sequence[tuple[int, int]], done: Callable[[Sequence[Entry]], None]) -> None:
        self._browser = browser
        self._wanted = list(ranges)
        self._done = done
        self._entries: list[Entry] = []
        self._version = browser.version

    def start(self) -> None:
        while self._wanted and self._browser.version == self._version:
            first, last = self._wanted[0]
            entries = self._browser.model.known(first, min(last, first + AT_ONCE - 1))
            self._entries += entries
            if len(entries) == AT_ONCE < last - first + 1:
                self._wanted[0] = (first + AT_ONCE, last)
                QTimer.singleShot(0, self.start)
                return
            if len(entries) < last - first + 1:
                self._wanted[0] = (first + len(entries), last)
                self._browser.rows(first + len(entries), last, self._take)
                return
            self._wanted.pop(0)
        if self._entries and not self._wanted:
            self._done(self._entries)

    def _take(self, page: Page) -> None:
        first, last = self._wanted[0]
        rows = [page.rows.entry(place) for place in range(min(len(page.rows), last - first + 1))]
        if not rows:
            return  # the list has become shorter: what was selected is not there any more
        self._entries += rows
        if first + len(rows) > last:
            self._wanted.pop(0)
        else:
            self._wanted[0] = (first + len(rows), last)
        self.start()
