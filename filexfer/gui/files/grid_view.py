"""The open folder as a grid of thumbnails: the rows of the list, in cells whose places are reckoned and never laid out.

Rules: shares model and selection with the list, and hands keys and drags on to it, so that what acts on the list acts here too;
no cost grows with the rows. (A `QListView` lays out every row, in batches, each time rows are replaced.)
"""

from __future__ import annotations

from PySide6.QtCore import (
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    Qt,
    QTimer,
)
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QRegion, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QStyle, QStyleOptionRubberBand, QWidget

from filexfer.core.model import Entry, Kind
from filexfer.gui.files.browser import Browser
from filexfer.gui.files.file_view import FileView
from filexfer.gui.files.grid_delegate import CELL_HEIGHT, CELL_WIDTH, PICTURE, CellLook, GridDelegate
from filexfer.gui.files.listing import MODIFIED, NAME
from filexfer.gui.files.thumbnails import Thumbnails
from filexfer.gui.kit.icons import Icons
from filexfer.gui.kit.theme import GAP

#: Scrolling pauses for so long before thumbnails of what is seen are asked for, in milliseconds.
PAUSE_MS = 60

Index = QModelIndex | QPersistentModelIndex


class GridView(QAbstractItemView):
    """Stands in place of `table`. What a person does here, the table's signals tell."""

    def __init__(
        self, browser: Browser, table: FileView, thumbnails: Thumbnails, icons: Icons, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._browser, self._table, self._rows, self._thumbnails = browser, table, browser.model, thumbnails
        self._hovered = -1
        self._pressed = QPoint()
        self._painter = GridDelegate(icons, self)
        self._pause = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._pause.timeout.connect(self._want)
        self.setModel(self._rows)
        self.setSelectionModel(table.selectionModel())
        self.setItemDelegate(self._painter)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed)
        self.setDragDropMode(table.dragDropMode())
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMouseTracking(True)
        self.setAcceptDrops(False)
        self.viewport().setAcceptDrops(False)
        self.setAccessibleName(self.tr("Files, as pictures"))
        self.doubleClicked.connect(lambda index: table.opened.emit(index.row()))
        thumbnails.arrived.connect(self.viewport().update)
        self._rows.dataChanged.connect(self._pause.start)
        self._rows.modelReset.connect(self._pause.start)

    # Where things are.

    @property
    def columns(self) -> int:
        """Cells beside each other."""
        return max(1, self.viewport().width() // CELL_WIDTH)

    def row_rect(self, row: int) -> QRect:
        """The rectangle of a cell, in the viewport."""
        wide, columns = self.viewport().width(), self.columns
        line, place = divmod(row, columns)
        if self.layoutDirection() == Qt.LayoutDirection.RightToLeft:
            place = columns - 1 - place
        # What is left over is shared among the columns.
        left, right = wide * place // columns, wide * (place + 1) // columns
        return QRect(left, GAP + line * CELL_HEIGHT - self.verticalOffset(), right - left, CELL_HEIGHT)

    def row_at(self, point: QPoint) -> int:
        """The row whose cell lies at a point of the viewport; -1 for none."""
        line = (point.y() + self.verticalOffset() - GAP) // CELL_HEIGHT
        if line < 0 or not 0 <= point.x() < self.viewport().width():
            return -1
        first = line * self.columns
        row = next((row for row in range(first, first + self.columns) if self.row_rect(row).contains(point)), -1)
        return row if row < self._rows.rowCount() else -1

    def folder_at(self, point: QPoint) -> Entry | None:
        """The folder whose cell lies at `point`, if it is one."""
        row = self.row_at(point)
        entry = self._rows.entry(row) if row >= 0 else None
        return entry if entry is not None and entry.kind is Kind.FOLDER else None

    def seen(self, rect: QRect | None = None) -> range:
        """The rows whose cells lie in `rect` of the viewport, or in all of it."""
        area = self.viewport().rect() if rect is None else rect
        first = max(0, (area.top() + self.verticalOffset() - GAP) // CELL_HEIGHT)
        last = max(0, (area.bottom() + self.verticalOffset() - GAP) // CELL_HEIGHT + 1)
        return range(first * self.columns, min(last * self.columns, self._rows.rowCount()))

    # What `QAbstractItemView` asks for.

    def visualRect(self, index: Index) -> QRect:
        return self.row_rect(index.row()) if index.isValid() else QRect()

    def indexAt(self, point: QPoint) -> QModelIndex:
        row = self.row_at(point)
        return self._rows.index(row, NAME) if row >= 0 else QModelIndex()

    def scrollTo(self, index: Index, hint: QAbstractItemView.ScrollHint = QAbstractItemView.ScrollHint.EnsureVisible) -> None:
        if not index.isValid():
            return
        rect, port, bar = self.row_rect(index.row()), self.viewport().rect(), self.verticalScrollBar()
        if hint == QAbstractItemView.ScrollHint.PositionAtTop or rect.top() < 0:
            bar.setValue(bar.value() + rect.top())
        elif hint == QAbstractItemView.ScrollHint.PositionAtCenter:
            bar.setValue(bar.value() + rect.center().y() - port.center().y())
        elif rect.bottom() > port.bottom():
            bar.setValue(bar.value() + rect.bottom() - port.bottom())

    def horizontalOffset(self) -> int:
        return 0

    def verticalOffset(self) -> int:
        return self.verticalScrollBar().value()

    def isIndexHidden(self, index: Index) -> bool:
        return False

    def moveCursor(self, action: QAbstractItemView.CursorAction, modifiers: Qt.KeyboardModifier) -> QModelIndex:
        last = self._rows.rowCount() - 1
        row = self.currentIndex().row()
        if last < 0:
            return QModelIndex()
        if row < 0:
            return self._rows.index(0, NAME)
        moves, columns = QAbstractItemView.CursorAction, self.columns
        page = max(1, self.viewport().height() // CELL_HEIGHT) * columns
        turned = -1 if self.layoutDirection() == Qt.LayoutDirection.RightToLeft else 1
        step = {
            moves.MoveLeft: -turned,
            moves.MoveRight: turned,
            moves.MovePrevious: -1,
            moves.MoveNext: 1,
            moves.MoveUp: -columns,
            moves.MoveDown: columns,
            moves.MovePageUp: -page,
            moves.MovePageDown: page,
            moves.MoveHome: -row,
            moves.MoveEnd: last - row,
        }[action]
        if action in (moves.MoveUp, moves.MovePageUp) and row + step < 0:
            step = -(row - row % columns)
        if action == moves.MoveDown and row // columns == last // columns:
            step = 0
        return self._rows.index(min(max(0, row + step), last), NAME)

    def setSelection(self, rect: QRect, command: QItemSelectionModel.SelectionFlag) -> None:
        chosen = QItemSelection()
        if self.state() == QAbstractItemView.State.DragSelectingState:
            for first, last in self._touched(rect.normalized()):
                chosen.select(self._rows.index(first, NAME), self._rows.index(last, MODIFIED))
        else:
            # From one cell to another, as Shift means it: in the order of the rows.
            ends = sorted(row for row in (self.row_at(rect.topLeft()), self.row_at(rect.bottomRight())) if row >= 0)
            if ends:
                chosen.select(self._rows.index(ends[0], NAME), self._rows.index(ends[-1], MODIFIED))
        self.selectionModel().select(chosen, command)

    def _touched(self, rect: QRect) -> list[tuple[int, int]]:
        """First and last row of each line of cells that a rubber band covers."""
        columns = self.columns
        found: dict[int, list[int]] = {}
        for row in self.seen(rect):
            if self.row_rect(row).adjusted(GAP, GAP, -GAP, -GAP).intersects(rect):
                found.setdefault(row // columns, []).append(row)
        return [(rows[0], rows[-1]) for rows in found.values()]

    def visualRegionForSelection(self, selection: QItemSelection) -> QRegion:
        # A cell more or less painted costs nothing; looking for each of 100,000 selected ones does.
        return QRegion(self.viewport().rect())

    def updateGeometries(self) -> None:
        lines = -(-self._rows.rowCount() // self.columns)
        bar, port = self.verticalScrollBar(), self.viewport().height()
        bar.setRange(0, max(0, lines * CELL_HEIGHT + 2 * GAP - port))
        bar.setPageStep(port)
        bar.setSingleStep(CELL_HEIGHT // 4)
        super().updateGeometries()

    def reset(self) -> None:
        super().reset()
        # At once: whoever replaced the rows scrolls to where one was before anything is laid out.
        self.updateGeometries()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.updateGeometries()
        self._pause.start()

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        self.viewport().update()
        self._pause.start()

    # Thumbnails.

    def _want(self) -> None:
        """Ask for the pictures of what is seen; those that scrolled away are not wanted any more."""
        here = self._browser.here
        if here is None or not self.isVisible():
            return
        self._thumbnails.edge = min(512, max(PICTURE, round(PICTURE * self.devicePixelRatio())))
        entries = (self._rows.entry(row) for row in self.seen())
        self._thumbnails.want(here, [entry for entry in entries if entry is not None])

    # Painting.

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        self._painter.begin()
        current = self.currentIndex().row() if self.hasFocus() else -1
        edited = self.currentIndex().row() if self.state() == QAbstractItemView.State.EditingState else -1
        select, here = self.selectionModel(), self._browser.here
        for row in self.seen(event.rect()):
            entry = self._rows.entry(row)
            picture = self._thumbnails.picture(here, entry) if here is not None and entry is not None else None
            selected = select.isRowSelected(row, QModelIndex())
            look = CellLook(self.row_rect(row), selected, row == self._hovered, row == current, row == edited)
            self._painter.paint_cell(painter, entry, picture, look)
        if self.state() == QAbstractItemView.State.DragSelectingState:
            self._paint_band(painter)
        painter.end()

    def _paint_band(self, painter: QPainter) -> None:
        option = QStyleOptionRubberBand()
        option.initFrom(self)
        reach = self.viewport().mapFromGlobal(self.cursor().pos())
        option.rect = QRect(self._pressed - QPoint(0, self.verticalOffset()), reach).normalized()
        option.opaque = False
        self.style().drawControl(QStyle.ControlElement.CE_RubberBand, option, painter, self)

    # Keys, clicks and drags.

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self._table.take_key(event):
            super().keyPressEvent(event)

    def keyboardSearch(self, search: str) -> None:
        self._table.keyboardSearch(search)

    def startDrag(self, actions: Qt.DropAction) -> None:
        self._table.startDrag(actions)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._pressed = event.position().toPoint() + QPoint(0, self.verticalOffset())
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._hover(self.row_at(event.position().toPoint()))
        super().mouseMoveEvent(event)
        if self.state() == QAbstractItemView.State.DragSelectingState:
            self.viewport().update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        self.viewport().update()

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Leave:
            self._hover(-1)
        return super().viewportEvent(event)

    def _hover(self, row: int) -> None:
        if row != self._hovered:
            before, self._hovered = self._hovered, row
            for changed in (before, row):
                if changed >= 0:
                    self.viewport().update(self.row_rect(changed))

    def showEvent(self, event: object) -> None:
        self.updateGeometries()
        self._pause.start()
