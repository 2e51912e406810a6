"""Computers nearby, as the agent finds them. Rule: nobody looks before a person has asked for it, and then only while a window
shows them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from filexfer.gui.kit.bridge import Bridge

#: How often it is asked who is there, in milliseconds.
ASK_MS = 1500


@dataclass(frozen=True, slots=True)
class Near:
    """A computer that announces itself: `name` as it calls itself; `address`: the likeliest of its `addresses`; `known`: the name
    it is saved as, "" for none; `state` as of `Saved`, or "other version"."""

    name: str
    address: str
    addresses: tuple[str, ...] = ()
    known: str = ""
    state: str = "needs pairing"


class Nearby(QObject):
    """Signals: `changed()`, and `toggled(opened)` when a person begins to look, or ends it.

    Attributes:
        opened: whether it is looked for them.
        found: who is there, this computer left out.
        problem: why nobody can be found, a sentence; else "".
    """

    changed = Signal()
    toggled = Signal(bool)

    def __init__(self, bridge: Bridge, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self.opened = False
        self.found: tuple[Near, ...] = ()
        self.problem = ""
        self._waiting = False
        self._timer = QTimer(self, interval=ASK_MS)
        self._timer.timeout.connect(self.ask)

    def set_open(self, opened: bool) -> None:
        """Begin to look, or end it."""
        if opened == self.opened:
            return
        self.opened = opened
        if opened:
            self._timer.start()
            self.ask()
        else:
            self._timer.stop()
            self.found, self.problem = (), ""
        self.toggled.emit(opened)
        self.changed.emit()

    def ask(self) -> None:
        """Ask now."""
        if self.opened and not self._waiting:
            self._waiting = True
            self._bridge.ask("nearby_list", read=_read, done=self._take, failed=self._not_taken)

    def near(self, address: str) -> Near | None:
        """The computer with this address."""
        return next((one for one in self.found if address in (one.address, *one.addresses)), None)

    def _take(self, answer: tuple[tuple[Near, ...], str]) -> None:
        self._waiting = False
        if self.opened and answer != (self.found, self.problem):
            self.found, self.problem = answer
            self.changed.emit()

    def _not_taken(self, error: object) -> None:
        # The bridge says by itself when the agent is gone.
        self._waiting = False


def _read(answer: Mapping[str, Any]) -> tuple[tuple[Near, ...], str]:
    found = (
        Near(str(one["name"]), str(one["address"]), tuple(map(str, one["addresses"])), str(one["known"]), str(one["state"]))
        for one in answer["servers"]
        if not one["self"]
    )
    return tuple(found), str(answer["problem"])
