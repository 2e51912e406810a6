"""The head of the remote list: names of the columns, and the arrow of the sorted one right beside its name."""

from __future__ import annotations

from PySide6.QtCore import QItemSelectionModel, QRect, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QHeaderView, QWidget

from filexfer.gui.files.listing import MODIFIED, NAME, SIZE, ListingModel
from filexfer.gui.kit.icons import Icons
from filexfer.gui.kit.theme import FILE_ROW, MARGIN, colours, smaller

ARROW = 12


class FileHeader(QHeaderView):
    """Clickable, with a selection of its own: one that shares the table's looks at every selected row (Ctrl+A: 4.8 s)."""

    def __init__(self, model: ListingModel, icons: Icons, parent: QWidget) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._icons = icons
        self._listing = model
        self.setModel(model)
        self.setSectionsClickable(True)
        self.setHighlightSections(False)
        self.setSortIndicatorShown(True)
        self.setSortIndicator(NAME, Qt.SortOrder.AscendingOrder)
        self.setFixedHeight(FILE_ROW)
        self.setMinimumSectionSize(72)
        self.setSectionResizeMode(NAME, QHeaderView.ResizeMode.Stretch)
        self.resizeSection(SIZE, 112)
        self.resizeSection(MODIFIED, 176)
        self.setAccessibleName(self.tr("Columns"))

    def detach(self) -> None:
        """Take the selection of its own; the table has put its own in when it took the header."""
        self.setSelectionModel(QItemSelectionModel(self._listing, self))

    def paintSection(self, painter: QPainter, rect: QRect, logicalIndex: int) -> None:
        scheme = colours(self.palette())
        painter.save()
        painter.fillRect(rect, QColor(scheme.base))
        painter.fillRect(QRect(rect.left(), rect.bottom(), rect.width(), 1), QColor(scheme.line))
        sorted_by = self.sortIndicatorSection() == logicalIndex
        colour = QColor(scheme.text if sorted_by else scheme.secondary)
        painter.setFont(smaller(self.font()))
        painter.setPen(colour)
        text = str(self._listing.headerData(logicalIndex, Qt.Orientation.Horizontal))
        trailing = (logicalIndex == SIZE) != (self.layoutDirection() == Qt.LayoutDirection.RightToLeft)
        room = rect.adjusted(MARGIN, 0, -MARGIN, -1)
        side = Qt.AlignmentFlag.AlignRight if trailing else Qt.AlignmentFlag.AlignLeft
        painter.drawText(room, int(side | Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignAbsolute), text)
        if sorted_by:
            wide = painter.fontMetrics().horizontalAdvance(text)
            x = room.right() - wide - ARROW - 3 if trailing else room.left() + wide + 4
            name = "chevron_up" if self.sortIndicatorOrder() == Qt.SortOrder.AscendingOrder else "chevron_down"
            self._icons.paint(painter, QRect(x, room.center().y() - ARROW // 2 + 1, ARROW, ARROW), name, colour)
        painter.restore()
