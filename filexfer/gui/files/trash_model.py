"""The rows of a share's trash: what was deleted or replaced, where it was, how large it is, and when it went there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from filexfer.core import paths
from filexfer.gui.kit import words
from filexfer.gui.kit.controls import tip
from filexfer.gui.kit.reading import isolated

Index = QModelIndex | QPersistentModelIndex
NAME, PLACE, SIZE, DELETED = range(4)


@dataclass(frozen=True, slots=True)
class Trashed:
    """One item. `path`: where it was; `size` in bytes, of a folder all that is in it; `deleted_ns` since the epoch."""

    id: str
    path: str
    is_folder: bool
    size: int
    deleted_ns: int


def read_trash(answer: Any) -> list[Trashed]:
    """The answer of `trash_list`."""
    return [
        Trashed(str(one["id"]), paths.from_wire(one["path"]), one["kind"] == "folder", int(one["size"]), int(one["deleted_ns"]))
        for one in answer
    ]


class TrashModel(QAbstractTableModel):
    """The latest first."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._items: list[Trashed] = []

    def show(self, items: list[Trashed]) -> None:
        self.beginResetModel()
        self._items = items
        self.endResetModel()

    def item(self, row: int) -> Trashed:
        return self._items[row]

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self._items)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else 4

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return self._text(self._items[index.row()], index.column())
        if role == Qt.ItemDataRole.ToolTipRole:
            return tip(paths.shown(self._items[index.row()].path))
        if role == Qt.ItemDataRole.TextAlignmentRole and index.column() == SIZE:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return None

    def _text(self, item: Trashed, column: int) -> str:
        return (
            isolated(paths.shown(paths.name(item.path)) + ("/" if item.is_folder else "")),
            isolated("/" + paths.shown(paths.parent(item.path))),
            words.size(item.size),
            words.moment(item.deleted_ns),
        )[column]

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return (self.tr("Name"), self.tr("Where it was"), self.tr("Size"), self.tr("Deleted"))[section]
        if role == Qt.ItemDataRole.TextAlignmentRole and section == SIZE:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return None
