"""The devices that are paired with this computer, as the agent lists them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from filexfer.core import paths
from filexfer.gui.kit import words
from filexfer.gui.kit.reading import isolated
from filexfer.gui.kit.words import Words

Index = QModelIndex | QPersistentModelIndex
NAME, MAY, SEEN = range(3)


@dataclass(frozen=True, slots=True)
class Device:
    """Attributes: id; name (as the device gave it); permission; seen_ns (nanoseconds since the epoch, 0 for never)."""

    id: str
    name: str
    permission: str
    seen_ns: int

    @property
    def seen(self) -> str:
        return words.moment(self.seen_ns) if self.seen_ns else Words.tr("never")


def read_devices(answer: Sequence[Any]) -> list[Device]:
    """What `device_list` answers, those seen last first."""
    found = [Device(str(one["id"]), str(one["name"]), str(one["permission"]), int(one["seen_ns"])) for one in answer]
    return sorted(found, key=lambda device: device.seen_ns, reverse=True)


class DevicesModel(QAbstractTableModel):
    """One row a device: name, what it may do, when it was seen last."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._devices: list[Device] = []
        self._heads = (self.tr("Device"), self.tr("May"), self.tr("Last seen"))

    def device(self, row: int) -> Device | None:
        return self._devices[row] if 0 <= row < len(self._devices) else None

    @property
    def devices(self) -> list[Device]:
        return list(self._devices)

    def take(self, devices: list[Device]) -> None:
        """Show these. Rows stay where they are as long as the same devices are there."""
        now = {device.id: device for device in devices}
        if now.keys() == {device.id for device in self._devices}:
            self._devices = [now[device.id] for device in self._devices]
            if self._devices:
                self.dataChanged.emit(self.index(0, 0), self.index(len(self._devices) - 1, SEEN))
            return
        self.beginResetModel()
        self._devices = devices
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self._devices)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self._heads)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole and section < len(self._heads):
            return self._heads[section]
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        device = self.device(index.row()) if index.isValid() else None
        if device is None:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return (isolated(paths.shown(device.name)), words.permission(device.permission), device.seen)[index.column()]
        if role == Qt.ItemDataRole.AccessibleTextRole and index.column() == NAME:
            return ", ".join((paths.shown(device.name), words.permission(device.permission), device.seen))
        return None
