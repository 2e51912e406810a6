"""The remote list: a table of rows painted whole. Rules: selections are read as ranges; no cost grows with the rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QItemSelection, QItemSelectionModel, QModelIndex, QPoint, QRect, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QTableView, QWidget

from filexfer.core.model import Entry, Kind
from filexfer.gui.files.file_delegate import FileDelegate, RowLook
from filexfer.gui.files.file_header import FileHeader
from filexfer.gui.files.listing import COLUMNS, MODIFIED, NAME, ListingModel
from filexfer.gui.files.type_ahead import TypeAhead
from filexfer.gui.kit.icons import Icons
from filexfer.gui.kit.theme import FILE_ROW

if TYPE_CHECKING:
    from filexfer.gui.files.grid_view import GridView

_MOVES = QAbstractItemView.CursorAction


class FileView(QTableView):
    """Signals: `opened(row)` by double click or Enter; `sort_wanted(column name, descending)`; `find_wanted(text, start row)`;
    `delete_wanted()`, `erase_wanted()` (with Shift: for good), `up_wanted()`; `drag_wanted()` when what is selected is to be
    dragged; `preview_wanted()`; `selection_changed()`. `front`: the view that people see, this one or the grid in its place,
    which shares its rows and its selection."""

    opened = Signal(int)
    sort_wanted = Signal(str, bool)
    find_wanted = Signal(str, int)
    delete_wanted = Signal()
    erase_wanted = Signal()
    up_wanted = Signal()
    drag_wanted = Signal()
    preview_wanted = Signal()
    selection_changed = Signal()

    def __init__(self, model: ListingModel, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows = model
        self.front: FileView | GridView = self
        self._hovered = -1
        self._ahead = TypeAhead(self.take_key, self)
        self._ahead.wanted.connect(self.find_wanted)
        self._painter = FileDelegate(icons, self)
        self.setModel(model)
        self.setItemDelegate(self._painter)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
        self.setMouseTracking(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setAccessibleName(self.tr("Files"))
        self._set_up_headers(icons)
        self.doubleClicked.connect(self._on_double_click)
        self.selectionModel().selectionChanged.connect(self._on_selection)

    def _set_up_headers(self, icons: Icons) -> None:
        down, header = self.verticalHeader(), FileHeader(self._rows, icons, self)
        self.setHorizontalHeader(header)
        header.detach()
        header.sortIndicatorChanged.connect(self._on_sort)
        down.hide()
        down.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        down.setMinimumSectionSize(FILE_ROW)
        down.setDefaultSectionSize(FILE_ROW)
        down.setSelectionModel(QItemSelectionModel(self._rows, down))

    # What is selected.

    def ranges(self) -> list[tuple[int, int]]:
        """Selected rows as (first, last), in order, joined where they touch."""
        found: list[tuple[int, int]] = []
        for first, last in sorted((part.top(), part.bottom()) for part in self.selectionModel().selection().toList()):
            if found and first <= found[-1][1] + 1:
                found[-1] = (found[-1][0], max(found[-1][1], last))
            else:
                found.append((first, last))
        return found

    def chosen(self) -> int:
        """How many rows are selected."""
        return sum(last - first + 1 for first, last in self.ranges())

    def names(self, limit: int = 1000) -> list[str]:
        """Names of what is selected and here, at most `limit`."""
        rows = (row for first, last in self.ranges() for row in range(first, last + 1))
        entries = (self._rows.entry(row) for row, _ in zip(rows, range(limit), strict=False))
        return [entry.name for entry in entries if entry is not None]

    def select_names(self, names: Sequence[str], *, scroll: bool = True) -> None:
        """Select the rows of `names` that are here, and go to the first."""
        selection = QItemSelection()
        rows = [row for row in (self._rows.row_of(name) for name in names) if row >= 0]
        for row in rows:
            selection.select(self._rows.index(row, NAME), self._rows.index(row, MODIFIED))
        if rows:
            model = self.selectionModel()
            model.setCurrentIndex(self._rows.index(rows[0], NAME), QItemSelectionModel.SelectionFlag.NoUpdate)
            model.select(selection, QItemSelectionModel.SelectionFlag.ClearAndSelect)
            if scroll:
                self.front.scrollTo(self._rows.index(rows[0], NAME))

    def go_to(self, row: int) -> None:
        """Select `row` alone and bring it into sight."""
        if 0 <= row < self._rows.rowCount():
            # Not the view's own way, which selects by the keys that are held down when the row is known at last.
            alone = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
            self.selectionModel().setCurrentIndex(self._rows.index(row, NAME), alone)
            self.front.scrollTo(self._rows.index(row, NAME))

    def row_at(self, point: QPoint) -> int:
        """The row at a point of the viewport; -1 for none."""
        return self.rowAt(point.y())

    def folder_at(self, point: QPoint) -> Entry | None:
        """The folder whose row lies at `point`, if it is one."""
        entry = self._rows.entry(self.row_at(point)) if self.row_at(point) >= 0 else None
        return entry if entry is not None and entry.kind is Kind.FOLDER else None

    def row_rect(self, row: int) -> QRect:
        """The rectangle of a row, in the viewport."""
        return QRect(0, self.rowViewportPosition(row), self.viewport().width(), FILE_ROW)

    # Painting.

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        first = self.rowAt(max(0, event.rect().top()))
        last = self.rowAt(event.rect().bottom())
        if first >= 0:
            self._painter.begin()
            current = self.currentIndex().row() if self.hasFocus() else -1
            edited = self.currentIndex().row() if self.state() == QAbstractItemView.State.EditingState else -1
            for row in range(first, (last if last >= 0 else self._rows.rowCount() - 1) + 1):
                self._painter.paint_row(painter, self._rows, self._rows.entry(row), self._look(row, current, edited))
        painter.end()

    def _look(self, row: int, current: int, edited: int) -> RowLook:
        rect = self.row_rect(row)
        header = self.horizontalHeader()
        name, size, modified = (
            QRect(header.sectionViewportPosition(column), rect.top(), header.sectionSize(column), rect.height())
            for column in range(len(COLUMNS))
        )
        selected = self.selectionModel().isRowSelected(row, QModelIndex())
        return RowLook(rect, (name, size, modified), selected, row == self._hovered, row == current, row == edited)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._hover(self.row_at(event.position().toPoint()))
        super().mouseMoveEvent(event)

    def startDrag(self, actions: Qt.DropAction) -> None:
        self.drag_wanted.emit()

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

    # Keys and clicks.

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self.take_key(event):
            super().keyPressEvent(event)

    def take_key(self, event: QKeyEvent) -> bool:
        """Do what this key is for in a list of files, if it is for anything."""
        key = event.key()
        if self.state() == QAbstractItemView.State.EditingState:
            return False  # the Return that ends a name comes by here; it opens nothing
        if Qt.Key.Key_Escape <= key < Qt.Key.Key_Shift:
            self._ahead.end()  # an arrow, Return or the like
        if self._ahead.hold(event):
            return True
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self.opened.emit(self.currentIndex().row())
        elif key == Qt.Key.Key_Delete:
            shifted = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
            (self.erase_wanted if shifted else self.delete_wanted).emit()
        elif key == Qt.Key.Key_F2 and self.currentIndex().isValid():
            self.edit_name()
        elif key == Qt.Key.Key_Backspace:
            self.up_wanted.emit()
        elif key == Qt.Key.Key_Escape and self.chosen():
            self.clearSelection()
        elif key == Qt.Key.Key_Space and not event.modifiers() and not self._ahead.typing and self.currentIndex().isValid():
            self.preview_wanted.emit()
        else:
            return False
        return True

    def edit_name(self) -> None:
        """Have the current name edited in place, whichever column was clicked."""
        self.front.setFocus()
        self.front.edit(self._rows.index(self.currentIndex().row(), NAME))

    def moveCursor(self, action: QAbstractItemView.CursorAction, modifiers: Qt.KeyboardModifier) -> QModelIndex:
        # Rows are whole: Home and End go to the first and the last one, and there is nothing beside a name.
        row, last = self.currentIndex().row(), self._rows.rowCount() - 1
        ends = {_MOVES.MoveHome: 0, _MOVES.MoveEnd: last, _MOVES.MoveLeft: row, _MOVES.MoveRight: row}
        if ends.get(action, -1) >= 0:
            return self._rows.index(ends[action], NAME)
        return super().moveCursor(action, modifiers)

    def keyboardSearch(self, search: str) -> None:
        # The default looks through every row here; the agent knows them all.
        self._ahead.type(search, self.currentIndex().row())

    def found(self, row: int) -> None:
        """The row that `find_wanted` asked for; -1 for none."""
        self.go_to(row)
        self._ahead.found(row)

    def _on_double_click(self, index: QModelIndex) -> None:
        self.opened.emit(index.row())

    def _on_selection(self) -> None:
        self.selection_changed.emit()

    def _on_sort(self, column: int, order: Qt.SortOrder) -> None:
        self.sort_wanted.emit(COLUMNS[column], order == Qt.SortOrder.DescendingOrder)
