"""What the agent knows of computers: this one's share, those nearby and the saved servers. `Servers` asks, the models show."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt, QTimer, Signal

from filexfer.core import paths
from filexfer.core.errors import FilexferError
from filexfer.gui.kit import words
from filexfer.gui.kit.bridge import Bridge
from filexfer.gui.kit.controls import tip
from filexfer.gui.kit.sentences import said
from filexfer.gui.servers.nearby import Near, Nearby

Index = QModelIndex | QPersistentModelIndex
ROW = Qt.ItemDataRole.UserRole
#: How often states are asked for, and how often while one is not known yet, in milliseconds.
ASK_MS, SOON_MS = 5000, 500


@dataclass(frozen=True, slots=True)
class Share:
    """This computer's share. `permission`: what a device that is paired next may: "read" or "write"; `guest`: what those may who
    are not paired: "none", "read" or "write"; `addresses`: where it is reached; `problem`: why the folder cannot be opened;
    `lasting`: whether what is changed holds after the next start too."""

    folder: str = ""
    name: str = ""
    on: bool = False
    permission: str = "write"
    guest: str = "none"
    addresses: tuple[str, ...] = ()
    problem: str = ""
    lasting: bool = True

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
            bool(answer.get("lasting", True)),
        )


@dataclass(frozen=True, slots=True)
class Saved:
    """A saved server; `state` is "connecting", "online", "offline", "needs pairing", "key changed" or "keyring locked"; `since`:
    when one that is offline answered last, in nanoseconds since the epoch, 0 for unknown; `before`: addresses at which it was."""

    name: str
    address: str
    state: str
    since: int = 0
    before: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SideRow:
    """A row of the side bar: a head (`address` None) or a computer, with its state as a word, and the same with more of it.

    Attributes:
        near: it was found nearby, and is not saved.
        hint: words in place of computers.
        opened: of a head that opens and closes what is below it; else None.
    """

    text: str
    address: str | None = None
    state: str = ""
    word: str = ""
    words: str = ""
    near: bool = False
    hint: bool = False
    opened: bool | None = None

    @property
    def key(self) -> str:
        """What tells it from the others."""
        return f"{self.hint} {self.text}" if self.address is None else f"at {self.address}"

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
        self.nearby = Nearby(bridge, self)
        #: Whether the agent has answered once.
        self.known = False
        self._waiting = False
        self._asked_again = False
        self._timer = QTimer(self, interval=ASK_MS)
        self._timer.timeout.connect(self._poll)

    def start(self) -> None:
        self._timer.start()
        self.ask()

    def ask(self) -> None:
        """Ask now; where an answer is under way, which may be older than what was done since, again after it."""
        if self._waiting:
            self._asked_again = True
            return
        self._waiting = True
        self._bridge.ask("server_list", read=_read_list, done=self._take, failed=self._not_taken)

    def set_share(self, **changes: object) -> None:
        """Change the share: `folder`, `on`, `permission`, `guest`."""
        self._bridge.ask("share_set", changes, read=Share.read, done=self._take_share, failed=self._share_refused)

    def share_then(self, act: Callable[[], object], failed: Callable[[FilexferError], object] | None = None) -> None:
        """Do something that takes this computer to be shared: at once where it is, else after it was switched on."""
        if self.share.on:
            act()
            return

        def shared(share: Share) -> None:
            self._take_share(share)
            act()

        self._bridge.ask("share_set", {"on": True}, read=Share.read, done=shared, failed=failed)

    def save(self, name: str, address: str) -> None:
        self._bridge.ask("server_save", {"name": name, "address": address}, done=lambda _: self.ask())

    def forget(self, name: str) -> None:
        self._bridge.ask("server_forget", name, done=lambda _: self.ask())

    def name_of(self, address: str) -> str:
        """The name of a server by its address; the address itself for one that is neither saved nor near."""
        if not address:
            return self.share.name or self.tr("This computer")
        near = self.nearby.near(address)
        known = (server.name for server in self.saved if address in (server.address, *server.before))
        return next(known, near.name if near else address)

    def saved_as(self, near: Near) -> Saved | None:
        """As what a computer nearby is saved: by its key, as the agent tells, or by its address."""
        of_name = (one for one in self.saved if near.known and one.name == near.known)
        of_address = (one for one in self.saved if one.address in near.addresses)
        return next(of_name, None) or next(of_address, None)

    @property
    def names(self) -> dict[str, str]:
        """By address, also by those at which they were: what is still named by one is shown under the name."""
        known = {address: server.name for server in self.saved for address in (*server.before, server.address)}
        return {"": self.tr("this computer"), **known}

    def _take(self, answer: tuple[Share, tuple[Saved, ...]]) -> None:
        self._answered()
        share, saved = answer
        self._timer.setInterval(SOON_MS if any(one.state == "connecting" for one in saved) else ASK_MS)
        if not self.known or (share, saved) != (self.share, self.saved):
            self.known, self.share, self.saved = True, share, saved
            self.changed.emit()

    def _not_taken(self, error: object) -> None:
        # The bridge says by itself when the agent is gone.
        self._answered()

    def _poll(self) -> None:
        if not self._waiting:
            self.ask()

    def _answered(self) -> None:
        self._waiting = False
        if self._asked_again:
            self._asked_again = False
            self.ask()

    def _take_share(self, share: Share) -> None:
        self.share = share
        self.changed.emit()

    def _share_refused(self, error: object) -> None:
        self.changed.emit()  # the switch goes back to what is true
        self._bridge.failed.emit(error)


def _read_list(answer: Mapping[str, Any]) -> tuple[Share, tuple[Saved, ...]]:
    return Share.read(answer["share"]), tuple(_read_saved(one) for one in answer["servers"])


def _read_saved(one: Mapping[str, Any]) -> Saved:
    # An agent of an older version does not tell where a server was.
    before = tuple(str(address) for address in one.get("before", ()))
    return Saved(str(one["name"]), str(one["address"]), str(one["state"]), int(one["since"]), before)


class RowsModel(QAbstractListModel):
    """Rows of computers. A head cannot be selected, but one that opens and closes can be stepped to."""

    def __init__(self, servers: Servers, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._servers = servers
        self._rows: list[SideRow] = []
        servers.changed.connect(self._refill)
        servers.nearby.changed.connect(self._refill)
        self._refill()

    def row(self, row: int) -> SideRow:
        return self._rows[row]

    def row_of(self, address: str) -> int:
        """The row of a computer; -1 for none."""
        return next((place for place, row in enumerate(self._rows) if row.address == address), -1)

    def place_of(self, key: str) -> int:
        """Where the row with this key is now; -1 for nowhere."""
        return next((place for place, row in enumerate(self._rows) if row.key == key), -1)

    def _wanted(self) -> list[SideRow]:
        raise NotImplementedError

    def _refill(self) -> None:
        rows = self._wanted()
        if [row.key for row in rows] == [row.key for row in self._rows]:
            self._rows = rows
            if rows:
                self.dataChanged.emit(self.index(0), self.index(len(rows) - 1))
            return
        self.beginResetModel()
        self._rows = rows
        self.endResetModel()

    def _near(self) -> list[SideRow]:
        """Rows of those nearby; of one that is saved, what is known of it by that name."""
        nearby = self._servers.nearby
        rows = []
        for one in nearby.found:
            saved = self._servers.saved_as(one)
            if saved is not None:
                rows.append(self._computer(saved))
            else:
                rows.append(SideRow(one.name, one.address, one.state, self._word(one.state), near=True))
        if nearby.opened and not rows:
            rows.append(SideRow(said(nearby.problem) or self.tr("Looking…"), hint=True))
        return rows

    def _computer(self, one: Saved) -> SideRow:
        word = self._word(one.state)
        since = self.tr("offline since {time}").format(time=words.moment(one.since)) if one.since else word
        return SideRow(one.name, one.address, one.state, word, since)

    def _word(self, state: str) -> str:
        return {
            "connecting": self.tr("connecting…"),
            "online": self.tr("online"),
            "offline": self.tr("offline"),
            "needs pairing": self.tr("needs pairing"),
            "key changed": self.tr("key changed"),
            "keyring locked": self.tr("keyring locked"),
            "other version": self.tr("another version"),
        }.get(state, "")

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
            return self._said(row)
        if role == Qt.ItemDataRole.ToolTipRole and (row.address or row.hint):
            return tip("\n".join(part for part in (row.address or paths.shown(row.text), row.words) if part))
        return None

    def _said(self, row: SideRow) -> str:
        state = row.words or row.word
        if row.opened is not None:
            state = self.tr("open") if row.opened else self.tr("closed")
        return ", ".join(part for part in (paths.shown(row.text), state) if part)

    def flags(self, index: Index) -> Qt.ItemFlag:
        row = self._rows[index.row()] if index.isValid() else None
        if row is not None and (row.address is not None or row.opened is not None):
            return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return Qt.ItemFlag.NoItemFlags


class NearModel(RowsModel):
    """Those nearby alone."""

    def _wanted(self) -> list[SideRow]:
        return self._near()


class SideModel(RowsModel):
    """The side bar's rows."""

    def _wanted(self) -> list[SideRow]:
        share, opened = self._servers.share, self._servers.nearby.opened
        state, word = ("online", self.tr("Sharing")) if share.on else ("off", self.tr("Not shared"))
        near = self._near()
        there = {row.address for row in near}
        saved = [self._computer(one) for one in self._servers.saved if one.address not in there]
        return [
            SideRow(self.tr("THIS COMPUTER")),
            SideRow(self.tr("This computer"), "", state, word),
            SideRow(self.tr("NEARBY"), opened=opened),
            *near,
            *([SideRow(self.tr("SAVED"))] if saved else []),
            *saved,
        ]
