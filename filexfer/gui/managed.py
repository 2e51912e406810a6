"""A computer elsewhere that lets us manage it, as it is now: its share, its transfers, its bounds. Asked anew as long as it is
looked at. Rules: no widget; nothing is true before that computer has said so."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from filexfer.core.errors import FilexferError, Forbidden, LoginNeeded, UnknownMethod
from filexfer.gui.kit.bridge import JobNews
from filexfer.gui.servers.managing import There
from filexfer.gui.servers.servers_model import Share

#: How often it is asked how it is, and what its transfers do, in milliseconds.
LOOK_MS, JOBS_MS = 3000, 1000


@dataclass(frozen=True, slots=True)
class Facts:
    """What `server_info` tells: the version it runs, what we may there, and how much space it has, in bytes."""

    version: str
    share: str
    permission: str
    free: int
    total: int

    @classmethod
    def read(cls, answer: Mapping[str, Any]) -> Facts:
        free, total = int(answer["free"]), int(answer["total"])
        return cls(str(answer["version"]), str(answer["share"]), str(answer["permission"]), free, total)


class Managed(QObject):
    """Signals: `changed()`; `transfers(JobNews)`; `failed(FilexferError)` where something could not be changed.

    Attributes:
        state: "asking", "open", "refused" (it does not let us manage it) or "away" (it cannot be asked now).
        error: why it is refused, or away.
        ended: it is away because we switched its sharing off.
        has_agent: it runs an agent of its own; without one there is nothing but its files and its devices.
        facts, share, names, bounds: what it told: names of servers by address, as it saved them; bounds by their names.
    """

    changed = Signal()
    transfers = Signal(object)
    failed = Signal(object)

    def __init__(self, there: There, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._there = there
        self.state = "asking"
        self.error: FilexferError | None = None
        self.has_agent = True
        self.facts = Facts("", "", "", -1, -1)
        self.share = Share()
        self.names: dict[str, str] = {}
        self.bounds: dict[str, int] = {}
        self._cursor: object = 0
        # Counts the changes: what was asked for before the last one is dropped.
        self._ticket = 0
        self._looking = self._following = self._bounds_asked = False
        self._look_timer = self._every(LOOK_MS, self.look)
        self._jobs_timer = self._every(JOBS_MS, self.follow)
        self.look()

    def _every(self, milliseconds: int, act: Callable[[], object]) -> QTimer:
        timer = QTimer(self, interval=milliseconds)
        timer.timeout.connect(act)
        timer.start()
        return timer

    @property
    def known(self) -> bool:
        """Whether it has told of its share."""
        return self.state == "open"

    @property
    def ended(self) -> bool:
        return self.state == "away" and bool(self.share.name) and not self.share.on

    def look(self) -> None:
        """Ask how it is, unless that was asked and not answered yet."""
        if not self._looking:
            self._looking = True
            self._there.ask("server_info", read=Facts.read, done=self._take_facts, failed=self._not_told)

    def follow(self) -> None:
        """Ask what its transfers do."""
        if self.state == "open" and self.has_agent and not self._following:
            self._following = True
            self._there.ask("job_events", self._cursor, 0.0, read=_news, done=self._take_news, failed=self._no_news)

    # Its share, as a panel shows and changes it.

    def set_share(self, **changes: object) -> None:
        """Change the share there: `on`, `permission`, `guest`."""
        self._ticket += 1
        self._there.ask("share_set", changes, read=Share.read, done=self._take_share, failed=self._not_changed)

    def share_then(self, act: Callable[[], object]) -> None:
        """Do something that takes it to be shared: it is, for we reach it."""
        act()

    def _take_share(self, share: Share) -> None:
        self._ticket += 1
        self.share = share
        self.changed.emit()
        self.look()

    def _not_changed(self, error: FilexferError) -> None:
        self._ticket += 1
        self.changed.emit()  # the panel goes back to what is true
        self.failed.emit(error)

    # What it tells.

    def _take_facts(self, facts: Facts) -> None:
        self.facts = facts
        if facts.permission != "manage":
            self._turn("refused", Forbidden())
            return
        done, failed = partial(self._take_list, self._ticket), self._not_listed
        self._there.ask("server_list", read=_read_list, done=done, failed=failed)

    def _take_list(self, ticket: int, answer: tuple[Share, dict[str, str]]) -> None:
        if ticket == self._ticket:
            self.share, self.names = answer
        self.has_agent = True
        self._open()

    def _not_listed(self, error: FilexferError) -> None:
        if isinstance(error, UnknownMethod):
            self.has_agent, self.share = False, Share(name=self.facts.share, on=True)
            self._open()
        else:
            self._not_told(error)

    def _open(self) -> None:
        self._turn("open")
        self.follow()
        if not self._bounds_asked:
            self._bounds_asked = True
            # An older server does not tell: then they are not shown.
            self._there.ask("server_bounds", read=_read_bounds, done=self._take_bounds, failed=lambda _: None)

    def _take_bounds(self, bounds: dict[str, int]) -> None:
        self.bounds = bounds
        self.changed.emit()

    def _not_told(self, error: FilexferError) -> None:
        self._turn("refused" if isinstance(error, Forbidden | LoginNeeded) else "away", error)

    def _turn(self, state: str, error: FilexferError | None = None) -> None:
        self._looking = False
        self.state, self.error = state, error
        self.changed.emit()

    def _take_news(self, answer: tuple[object, JobNews, bool]) -> None:
        self._following = False
        self._cursor, news, more = answer
        self.transfers.emit(news)
        if more:
            self.follow()

    def _no_news(self, error: FilexferError) -> None:
        # That it is away, looking tells.
        self._following = False


def _news(answer: Any) -> tuple[object, JobNews, bool]:
    return answer["cursor"], JobNews.read(answer), bool(answer["more"])


def _read_list(answer: Mapping[str, Any]) -> tuple[Share, dict[str, str]]:
    return Share.read(answer["share"]), {str(one["address"]): str(one["name"]) for one in answer["servers"]}


def _read_bounds(answer: Mapping[str, Any]) -> dict[str, int]:
    return {str(name): int(value) for name, value in answer.items()}
