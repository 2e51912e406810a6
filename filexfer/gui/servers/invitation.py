"""Inviting one device: asks the agent for a code, counts down, and learns what became of it.

Rules: no widget; the code and the link stay in here and in the fields that show them; an invitation nobody looks at is cancelled.
"""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from filexfer.core.errors import ConnectionFailed, ConnectionLost, FilexferError
from filexfer.gui.kit.asks import Asks

#: How often the agent is asked what became of it, in milliseconds.
LOOK_MS = 1000


@dataclass(frozen=True, slots=True)
class Invite:
    """An open invitation.

    Attributes:
        id: by which the agent knows it.
        code, link: secrets; the code as people read it.
        modules: the link as a QR code, row by row, 1 for dark.
        address: the one in the link; `addresses`: all the server has.
        deadline: when it ends, on the monotonic clock.
    """

    id: str
    code: str = field(repr=False)
    link: str = field(repr=False)
    modules: tuple[bytes, ...] = field(repr=False)
    address: str
    addresses: tuple[str, ...]
    deadline: float

    @classmethod
    def read(cls, answer: Mapping[str, Any]) -> Invite:
        """On a thread of the bridge: the first time this reads a library from disk."""
        import segno

        link = str(answer["link"])
        modules = tuple(bytes(row) for row in segno.make(link, error="m", micro=False).matrix)
        addresses = tuple(str(address) for address in answer["addresses"])
        deadline = time.monotonic() + float(answer["seconds"])
        return cls(str(answer["id"]), str(answer["code"]), link, modules, str(answer["address"]), addresses, deadline)


class Inviting(QObject):
    """One invitation after the other, each in place of the one before. Signal: `changed()`, each second too.

    Attributes:
        state: "making", "open", "used", "expired" or "failed".
        invite: while it is open.
        device: the name of the device that was paired, as it gave it; `permission`: what it may.
        error: why there is none.
    """

    changed = Signal()

    def __init__(self, bridge: Asks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self.state = "making"
        self.invite: Invite | None = None
        self.permission = ""
        self.device = ""
        self.error: FilexferError | None = None
        self._ticket = 0
        self._looking = False
        self._timer = QTimer(self, interval=LOOK_MS)
        self._timer.timeout.connect(self._tick)

    @property
    def seconds(self) -> int:
        """How long the code can still be used."""
        return max(0, math.ceil(self.invite.deadline - time.monotonic())) if self.invite else 0

    def make(self, permission: str) -> None:
        """Have a new one, for a device that may do `permission`. One that is open is cancelled."""
        self.cancel()
        self.permission = permission
        self._turn("making")
        options = {"permission": permission}
        made, failed = partial(self._made, self._ticket), partial(self._failed, self._ticket)
        self._bridge.ask("invite_create", options, read=Invite.read, done=made, failed=failed)

    def cancel(self) -> None:
        """Nobody looks at it any more. One that is still on its way here is cancelled when it arrives."""
        self._ticket += 1
        self._timer.stop()
        invite, self.invite = self.invite, None
        if invite is not None and self.state == "open":
            self._drop(invite)

    def _made(self, ticket: int, invite: Invite) -> None:
        if ticket != self._ticket:
            self._drop(invite)
            return
        self.invite = invite
        self._looking = False
        self._timer.start()
        self._turn("open")

    def _failed(self, ticket: int, error: FilexferError) -> None:
        if ticket == self._ticket:
            self.error = error
            self._turn("failed")

    def _drop(self, invite: Invite) -> None:
        # It may be over by now, or the agent: then there is nothing left to cancel.
        self._bridge.ask("invite_cancel", invite.id, failed=lambda _: None)

    def _tick(self) -> None:
        if self.invite is not None and self._looking and not self.seconds:
            # Whether it was used in its last second, an agent that answers would have told by now.
            self._over("expired")
            return
        if self.invite is not None and not self._looking:
            self._looking = True
            ticket = self._ticket
            self._bridge.ask(
                "invite_status", self.invite.id, done=partial(self._found, ticket), failed=partial(self._lost, ticket)
            )
        self.changed.emit()

    def _found(self, ticket: int, status: Mapping[str, Any]) -> None:
        if ticket != self._ticket:
            return
        self._looking = False
        state = str(status["state"])
        if state == "used":
            self.device = str(status["device"])
            self._over("used")
        elif state != "open":
            self._over("expired")

    def _lost(self, ticket: int, error: FilexferError) -> None:
        if ticket != self._ticket:
            return
        self._looking = False
        if not isinstance(error, ConnectionLost | ConnectionFailed) or not self.seconds:
            # An agent that was started anew does not know it; and its time may be over, whether the agent is there or not.
            self._over("expired")

    def _over(self, state: str) -> None:
        self._timer.stop()
        self.invite = None
        self._turn(state)

    def _turn(self, state: str) -> None:
        self.state = state
        self.changed.emit()
