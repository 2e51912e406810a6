"""The window's place on the screen, its splitters, columns and order: recalled when it opens, kept when it closes."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHeaderView, QMainWindow, QSplitter

from filexfer.gui.files.browser import Browser
from filexfer.gui.files.listing import COLUMNS
from filexfer.gui.kit.settings import Memory


class WindowShape:
    """`recall()` and `keep()`."""

    def __init__(self, memory: Memory, window: QMainWindow, splitters: dict[str, QSplitter], columns: QHeaderView) -> None:
        self._memory, self._window, self._splitters, self._columns = memory, window, splitters, columns

    def recall(self, browser: Browser) -> None:
        self._window.restoreGeometry(self._memory.shape("geometry"))
        for name, splitter in self._splitters.items():
            splitter.restoreState(self._memory.shape(name))
        self._columns.restoreState(self._memory.shape("columns"))
        column, browser.descending = self._memory.sort
        browser.sort = column if column in COLUMNS else COLUMNS[0]
        browser.hidden = self._memory.hidden
        order = Qt.SortOrder.DescendingOrder if browser.descending else Qt.SortOrder.AscendingOrder
        self._columns.setSortIndicator(COLUMNS.index(browser.sort), order)

    def keep(self, browser: Browser) -> None:
        self._memory.keep_shape("geometry", self._window.saveGeometry())
        for name, splitter in self._splitters.items():
            self._memory.keep_shape(name, splitter.saveState())
        self._memory.keep_shape("columns", self._columns.saveState())
        self._memory.sort = (browser.sort, browser.descending)
        self._memory.last = browser.here
        self._memory.save()
