"""The rows of the open folder: a flat table model over packed pages that the agent sends, sorted and filtered there.

Rules: holds only pages near what was looked at; asks for others by `page_wanted`; never sorts, never lists, never decodes.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QMimeData, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from filexfer.core import paths
from filexfer.core.model import Entry, Kind
from filexfer.gui.kit import words
from filexfer.protocol import wire

#: Rows asked for at once, and pages kept.
PAGE_ROWS = 500
PAGES = 64

Index = QModelIndex | QPersistentModelIndex
NAME, SIZE, MODIFIED = 0, 1, 2
COLUMNS = ("name", "size", "mtime")


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows of a view. `total`: rows it has in all; `complete`: the listing has ended; `error`: what ended it early, or "";
    `version`: another one means that rows moved, and pages of an older one are no longer true."""

    offset: int
    rows: wire.Columns
    total: int
    complete: bool
    error: str
    version: object

    @classmethod
    def read(cls, answer: dict[str, Any]) -> Page:
        """The answer of `view_rows`."""
        return cls(
            offset=answer["offset"],
            rows=wire.columns_of(answer),
            total=answer["total"],
            complete=bool(answer["complete"]),
            error=str(answer["error"]),
            version=answer["version"],
        )


class ListingModel(QAbstractTableModel):
    """Signals: `page_wanted(first row)`; `renamed(row, new name)` when a name was edited in place."""

    page_wanted = Signal(int)
    renamed = Signal(int, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._total = 0
        self._pages: OrderedDict[int, wire.Columns] = OrderedDict()
        self._asked: set[int] = set()
        self.writable = True

    def show(self, total: int, pages: Sequence[Page]) -> None:
        """Take these rows instead of all that were there."""
        self.beginResetModel()
        self._total = total
        self._pages.clear()
        self._asked.clear()
        for page in pages:
            self._pages[page.offset // PAGE_ROWS] = page.rows
        self.endResetModel()

    def add_page(self, page: Page) -> None:
        """Take rows that were asked for; rows beyond those known appear."""
        number = page.offset // PAGE_ROWS
        self._asked.discard(number)
        self._pages[number] = page.rows
        self._pages.move_to_end(number)
        while len(self._pages) > PAGES:
            self._pages.popitem(last=False)
        if page.total > self._total:
            self.beginInsertRows(QModelIndex(), self._total, page.total - 1)
            self._total = page.total
            self.endInsertRows()
        last = min(page.offset + len(page.rows), self._total) - 1
        if last >= page.offset:
            self.dataChanged.emit(self.index(page.offset, 0), self.index(last, MODIFIED))

    def forget_asked(self, first_row: int) -> None:
        """A page did not come; ask again when it is next looked at."""
        self._asked.discard(first_row // PAGE_ROWS)

    def entry(self, row: int) -> Entry | None:
        """What stands in `row`; None while it is not here yet, and then it is asked for."""
        if not 0 <= row < self._total:
            return None
        number, place = divmod(row, PAGE_ROWS)
        page = self._pages.get(number)
        if page is not None and place < len(page):
            return page.entry(place)
        if number not in self._asked:
            self._asked.add(number)
            self.page_wanted.emit(number * PAGE_ROWS)
        return None

    def known(self, first: int, last: int) -> list[Entry]:
        """The entries of rows `first` to `last`, up to the first one that is not here. Asks for nothing."""
        found = []
        for row in range(first, last + 1):
            page = self._pages.get(row // PAGE_ROWS)
            if page is None or row % PAGE_ROWS >= len(page):
                break
            found.append(page.entry(row % PAGE_ROWS))
        return found

    def row_of(self, name: str) -> int:
        """The row of the entry called `name` among those here; -1 for none."""
        for number, page in self._pages.items():
            if name in page.names:
                return number * PAGE_ROWS + page.names.index(name)
        return -1

    # What Qt asks for.

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else self._total

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(COLUMNS)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole, Qt.ItemDataRole.AccessibleTextRole):
            return None
        entry = self.entry(index.row())
        return None if entry is None else self.text(entry, index.column())

    def text(self, entry: Entry, column: int) -> str:
        """One cell for people."""
        if column == NAME:
            return paths.shown(entry.name)
        if column == SIZE:
            return words.size(entry.size) if entry.kind is Kind.FILE else "–"
        return words.moment(entry.mtime_ns)

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        entry = self.entry(index.row())
        if entry is None or index.column() != NAME or value in ("", paths.shown(entry.name)):
            return False
        self.renamed.emit(index.row(), str(value))
        return False  # the name changes when the server has changed it

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.ItemIsDropEnabled
        flags = Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEnabled
        flags |= Qt.ItemFlag.ItemIsDragEnabled | Qt.ItemFlag.ItemIsDropEnabled
        if index.column() == NAME and self.writable:
            flags |= Qt.ItemFlag.ItemIsEditable
        return flags

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return (self.tr("Name"), self.tr("Size"), self.tr("Modified"))[section]
        if role == Qt.ItemDataRole.TextAlignmentRole and section == SIZE:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return None

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        # The default reads every cell of every selected row: 94 s for 100,000 rows.
        return QMimeData()
