"""The menu by which rows are sorted where no column heads are seen: a grid has none. It moves the list's own heads."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QHeaderView, QWidget

from filexfer.gui.files.listing import MODIFIED, NAME, SIZE
from filexfer.gui.kit.menu import Menu


class SortMenu(Menu):
    """Attributes: by (actions, by column), downwards."""

    def __init__(self, header: QHeaderView, parent: QWidget) -> None:
        super().__init__(parent)
        self._header = header
        self.setTitle(self.tr("Sort by"))
        group = QActionGroup(self)
        self.by: dict[int, QAction] = {}
        for column, text in ((NAME, self.tr("Name")), (SIZE, self.tr("Size")), (MODIFIED, self.tr("Modified"))):
            action = self.by[column] = QAction(text, self, checkable=True)
            action.triggered.connect(self._sort)
            group.addAction(action)
            self.addAction(action)
        self.addSeparator()
        self.downwards = QAction(self.tr("Descending"), self, checkable=True)
        self.downwards.triggered.connect(self._sort)
        self.addAction(self.downwards)
        self.aboutToShow.connect(self._look)
        self._look()

    def _look(self) -> None:
        self.by.get(self._header.sortIndicatorSection(), self.by[NAME]).setChecked(True)
        down = self._header.sortIndicatorOrder() == Qt.SortOrder.DescendingOrder
        self.downwards.setChecked(down)

    def _sort(self) -> None:
        column = next(column for column, action in self.by.items() if action.isChecked())
        order = Qt.SortOrder.DescendingOrder if self.downwards.isChecked() else Qt.SortOrder.AscendingOrder
        self._header.setSortIndicator(column, order)
