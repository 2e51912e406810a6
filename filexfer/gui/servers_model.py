"""What the agent knows of computers: this one's share and the saved servers. `Servers` asks, the side bar's model shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt, QTimer, Signal

from filexfer.core import paths
from filexfer.gui import words
from filexfer.gui.bridge import Bridge
from filexfer.gui.controls import tip

Index = QModelIndex | QPersistentModelIndex
ROW = Qt.ItemDataRole.UserRole
#: How often states are asked for, in milliseconds.
ASK_MS = 5000


@dataclass(frozen=True, slots=True)
class Share:
    """This computer's share. `permission`: what a device that is paired next may: "read" or "write"; `guest`: what those may who
    are not paired: "none", "read" or "write"; `addresses`: where it is reached; `problem`: why the folder cannot be opened."""

    folder: str = ""
    name: str = ""
    on: bool = False
    permission: str = "write"
    guest: str = "none"
    addresses: tuple[str, ...] = ()
    problem: str = ""

    @classmethod
    def read(cls, answer: Mapping[str, Any]) -> Share:
        return cls(
            paths.from_wire(answer["folder"]),
            str(answer["name"]),
            bool(answer["on"]),
            str(answer["permission"]),
            str(answer["guest"]),
            tuple(str(address) for address in answer["addresses"]),
            str(answer["problem"]),
        )


@dataclass(frozen=True, slots=True)
class Saved:
    """A saved server; `state` is "connecting", "online", "offline", "needs pairing", "key changed" or "keyring locked"; `since`:
    when one that is offline answered last, in nanoseconds since the epoch, 0 for unknown."""

    name: str
    address: str
    state: str
    since: int = 0


@dataclass(frozen=True, slots=True)
class SideRow:
    """A row of the side bar: a head (`address` None) or a computer, with its state as a word, and the same with more of it."""

    text: str
    address: str | None = None
    state: str = ""
    word: str = ""
    words: str = ""

    @property
    def can_pair(self) -> bool:
        """Whether it has a button that pairs with it."""
        return self.state == "needs pairing" and (self.address or "").startswith("https:")


class Servers(QObject):
    """The agent's `server_list`, asked every few seconds. Signal: `changed()` when it is another one now."""

    changed = Signal()

    def __init__(self, bridge: Bridge, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self.share = Share()
        self.saved: tuple[Saved, ...] = ()
        #: Whether the agent has answered once.
        self.known = False
        self._waiting = False
        self._timer = QTimer(self, interval=ASK_MS)
        self._timer.timeout.connect(self.ask)

    def start(self) -> None:
        self._timer.start()
        self.ask()

    def ask(self) -> None:
        """Ask now."""
        if not self._waiting:
            self._waiting = True
            self._bridge.ask("server_list", read=_read_list, done=self._take, failed=self._not_taken)

    def set_share(self, **changes: object) -> None:
        """Change the share: `folder`, `on`, `permission`, `guest`."""
        self._bridge.ask("share_set", changes, read=Share.read, done=self._take_share, failed=self._share_refused)

    def save(self, name: str, address: str) -> None:
        self._bridge.ask("server_save", {"name": name, "address": address}, done=lambda _: self.ask())

    def forget(self, name: str) -> None:
        self._bridge.ask("server_forget", name, done=lambda _: self.ask())

    def name_of(self, address: str) -> str:
        """The name of a server by its address; the address itself for one that is not saved."""
        if not address:
            return self.share.name or self.tr("This computer")
        return next((server.name for server in self.saved if server.address == address), address)

    @property
    def names(self) -> dict[str, str]:
        return {"": self.tr("this computer"), **{server.address: server.name for server in self.saved}}

    def _take(self, answer: tuple[Share, tuple[Saved, ...]]) -> None:
        self._waiting = False
        share, saved = answer
        if not self.known or (share, saved) != (self.share, self.saved):
            self.known, self.share, self.saved = True, share, saved
            self.changed.emit()

    def _not_taken(self, error: object) -> None:
        # The bridge says by itself when the agent is gone.
        self._waiting = False

    def _take_share(self, share: Share) -> None:
        self.share = share
        self.changed.emit()

    def _share_refused(self, error: object) -> None:
        self.changed.emit()  # the switch goes back to what is true
        self._bridge.failed.emit(error)


def _read_list(answer: Mapping[str, Any]) -> tuple[Share, tuple[Saved, ...]]:
    saved = (Saved(str(one["name"]), str(one["address"]), str(one["state"]), int(one["since"])) for one in answer["servers"])
    return Share.read(answer["share"]), tuple(saved)


class SideModel(QAbstractListModel):
    """The side bar's rows. A head cannot be selected."""

    def __init__(self, servers: Servers, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._servers = servers
        self._rows: list[SideRow] = []
        servers.changed.connect(self._refill)
        self._refill()

    def row(self, row: int) -> SideRow:
        return self._rows[row]

    def row_of(self, address: str) -> int:
        """The row of a computer; -1 for none."""
        return next((place for place, row in enumerate(self._rows) if row.address == address), -1)

    def _refill(self) -> None:
        rows = self._wanted()
        if [row.address for row in rows] == [row.address for row in self._rows]:
            self._rows = rows
            self.dataChanged.emit(self.index(0), self.index(len(rows) - 1))
            return
        self.beginResetModel()
        self._rows = rows
        self.endResetModel()

    def _wanted(self) -> list[SideRow]:
        share = self._servers.share
        state, word = ("online", self.tr("Sharing")) if share.on else ("off", self.tr("Not shared"))
        rows = [SideRow(self.tr("THIS COMPUTER")), SideRow(self.tr("This computer"), "", state, word)]
        if self._servers.saved:
            rows.append(SideRow(self.tr("SAVED")))
        return [*rows, *(self._computer(one) for one in self._servers.saved)]

    def _computer(self, one: Saved) -> SideRow:
        word = {
            "connecting": self.tr("connecting…"),
            "online": self.tr("online"),
            "offline": self.tr("offline"),
            "needs pairing": self.tr("needs pairing"),
            "key changed": self.tr("key changed"),
            "keyring locked": self.tr("keyring locked"),
        }.get(one.state, "")
        since = self.tr("offline since {time}").format(time=words.moment(one.since)) if one.since else word
        return SideRow(one.name, one.address, one.state, word, since)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row = self._rows[index.row()]
        if role == ROW:
            return row
        if role == Qt.ItemDataRole.DisplayRole:
            return paths.shown(row.text)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return ", ".join(part for part in (paths.shown(row.text), row.words or row.word) if part)
        if role == Qt.ItemDataRole.ToolTipRole and row.address:
            return tip(f"{row.address}\n{row.words}" if row.words else row.address)
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        if index.isValid() and self._rows[index.row()].address is not None:
            return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return Qt.ItemFlag.NoItemFlags
