"""Invitations: codes that pair one device each, for a while. In memory only: a restart of the server ends them.
Rules: a code is forgotten as soon as it was used; every open one is compared with each proof, and in the same time whatever fits;
the clock is the monotonic one. The caller holds the lock."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from filexfer.core.errors import Busy, NotFound
from filexfer.core.model import Permission
from filexfer.protocol import pairing

#: Invitations that are over are remembered, so that who made them can ask what became of them.
_REMEMBERED = 64


@dataclass(frozen=True, slots=True)
class Proof:
    """What a device shows: the name it gives itself, its nonce, and the proof over them."""

    name: str
    nonce: bytes
    proof: bytes = field(repr=False)


@dataclass(slots=True)
class Invitation:
    """One invitation.

    Attributes:
        code: "" once it is over.
        state: open, used, expired or cancelled.
        device: name of the device that was paired.
        used_by: the proof that was accepted, and `answer` what it was answered with: to be told again if the answer was lost,
            until the token (of the device `device_id`) is used.
    """

    id: str
    code: str = field(repr=False)
    permission: Permission
    until: float
    state: str = "open"
    device: str = ""
    device_id: str = ""
    used_by: Proof | None = None
    answer: Mapping[str, object] | None = field(default=None, repr=False)


class Invites:
    """At most `most` open ones, each for `seconds`."""

    def __init__(self, most: int, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = most
        self._seconds = seconds
        self._clock = clock
        self._all: dict[str, Invitation] = {}

    def create(self, permission: Permission) -> Invitation:
        """A new one. Raises `Busy` where too many are open."""
        self._age()
        if sum(1 for one in self._all.values() if one.state == "open") >= self._most:
            raise Busy(f"{self._most} invitations are open, which is the most. Use or cancel some of them first.")
        made = Invitation(secrets.token_hex(8), pairing.new_code(), permission, self._clock() + self._seconds)
        self._all[made.id] = made
        while len(self._all) > self._most + _REMEMBERED:
            del self._all[next(old.id for old in self._all.values() if old.state != "open")]
        return made

    def get(self, invite_id: str) -> Invitation:
        """The invitation of this id. Raises `NotFound`."""
        self._age()
        found = self._all.get(invite_id)
        if found is None:
            raise NotFound("There is no such invitation any more. Make a new one.")
        return found

    def seconds(self, invitation: Invitation) -> int:
        """How long it is still open."""
        return max(0, round(invitation.until - self._clock())) if invitation.state == "open" else 0

    def cancel(self, invite_id: str) -> bool:
        """End it; whether it was open. Raises `NotFound`."""
        found = self.get(invite_id)
        if found.state != "open":
            return False
        found.state, found.code = "cancelled", ""
        return True

    def fitting(self, pin: str, shown: Proof) -> Invitation | None:
        """The open one whose code the proof was made with, over the certificate with `pin`."""
        self._age()
        fits = None
        for one in self._all.values():
            if one.state == "open":
                wanted = pairing.client_proof(one.code, pin, shown.nonce, shown.name)
                if pairing.same_proof(wanted, shown.proof):
                    fits = one
        return fits

    def answered(self, shown: Proof) -> Mapping[str, object] | None:
        """What this very proof was answered with, if its answer may have been lost."""
        self._age()
        found = None
        for one in self._all.values():
            if one.used_by is not None and one.used_by.name == shown.name:
                mine = one.used_by.nonce + one.used_by.proof
                if pairing.same_proof(mine, shown.nonce + shown.proof):
                    found = one.answer
        return found

    def use(self, invitation: Invitation, shown: Proof, device: tuple[str, str], answer: Mapping[str, object]) -> None:
        """It paired `device` (id, name) and was answered so."""
        invitation.state, invitation.code = "used", ""
        invitation.device_id, invitation.device = device
        invitation.used_by, invitation.answer = shown, answer

    def arrived(self, device_id: str) -> None:
        """The token of this device was used (or the device is no more): its answer need not be told again."""
        for one in self._all.values():
            if one.device_id == device_id:
                one.used_by = one.answer = None

    def _age(self) -> None:
        now = self._clock()
        for one in self._all.values():
            if now >= one.until:
                if one.state == "open":
                    one.state, one.code = "expired", ""
                one.used_by = one.answer = None
