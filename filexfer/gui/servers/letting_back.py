"""After this computer was paired with another one: pairs that one with this one too, where we may manage it. Rule: the link of
the invitation goes from one to the other and stays nowhere in between."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, Signal

from filexfer.core import paths
from filexfer.core.errors import FilexferError
from filexfer.gui.kit.bridge import Bridge
from filexfer.gui.kit.location import Location
from filexfer.gui.kit.notice import Notice
from filexfer.gui.kit.sentences import why
from filexfer.gui.servers.servers_model import Servers


class LettingBack(QObject):
    """Signal: `by_hand()`: it takes a code that a person carries over.

    Args:
        there: the computer that is to reach this one.
        page: where all this is said.
    """

    by_hand = Signal()

    def __init__(self, bridge: Bridge, servers: Servers, there: Location, page: Notice, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bridge, self._servers, self._there, self._page = bridge, servers, there, page
        self._name = paths.shown(there.name)

    def offer(self, may: str, permission: str) -> None:
        """Say that it is paired and what we `may` there, and offer the way back; `permission` is ours there."""
        sentence = self.tr("“{name}” is paired.").format(name=self._name)
        act = self._start if permission == "manage" else self.by_hand.emit
        self._page.say("checkmark_circle", sentence, may, self.tr("Also let it reach this computer…"), act)

    def _start(self) -> None:
        """Switch sharing on if it is off, invite, and have the other one use the invitation."""
        self._page.say("clock", self.tr("“{name}” is being told…").format(name=self._name))
        self._servers.share_then(self._invite, self._on_failed)

    def _invite(self) -> None:
        wanted = {"permission": self._servers.share.permission}
        self._bridge.ask("server_call", "", "invite_create", [wanted], done=self._hand_over, failed=self._on_failed)

    def _hand_over(self, invite: Mapping[str, Any]) -> None:
        link, failed = {"link": str(invite["link"])}, partial(self._not_used, str(invite["id"]))
        self._bridge.ask("server_call", self._there.server, "server_pair", [link], done=self._on_done, failed=failed)

    def _on_done(self, answer: object) -> None:
        self._page.say("checkmark_circle", self.tr("“{name}” and this computer reach each other.").format(name=self._name))

    def _not_used(self, invite_id: str, error: FilexferError) -> None:
        self._bridge.ask("server_call", "", "invite_cancel", [invite_id], done=lambda _: None, failed=lambda _: None)
        self._on_failed(error)

    def _on_failed(self, error: FilexferError) -> None:
        sentence = self.tr("It could not be told. Type a code there instead.")
        self._page.say("plug_disconnected", sentence, why(error), self.tr("Show a code"), self.by_hand.emit)
