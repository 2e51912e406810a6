"""Who is trusted, and how a device comes to be: puts devices, invitations, failures and the audit log together.
Rules (docs/security.md): pairing happens over our own certificate only; a guesser is told one and the same thing whatever was
wrong; what failed from one address costs nobody else anything."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from filexfer.core.errors import BadParameters, Busy, LoginNeeded, PairingFailed, StorageFailed, TrustError
from filexfer.core.locks import FileLock
from filexfer.core.model import Permission
from filexfer.core.places import private_folder
from filexfer.protocol import pairing
from filexfer.server.access import Caller
from filexfer.server.attempts import Attempts
from filexfer.server.audit import Audit
from filexfer.server.devices import Device, Devices
from filexfer.server.invites import Invitation, Invites, Proof
from filexfer.server.settings import Settings

if TYPE_CHECKING:
    from filexfer.server.identity import Identity

DEVICES_FILE = "devices.json"
#: Held by the server that keeps its devices there.
_LOCK_FILE = "devices.lock"
_NO_STATE = (
    "This server keeps no devices, for it has no place for them. Have it listen on https://HOST:PORT, or give it a state folder."
)
NO_HTTPS = "Devices are paired over https, and this server does not listen on it. Start it with --listen https://0.0.0.0:8765."


class Trust:
    """Who may call one server, guests left out. Until `open` it knows nobody.

    Attributes:
        audit: where all of it is written down.
        identity: what devices know the server by; None while it never listened on https.
        listens: whether it listens on https now.
    """

    def __init__(self, settings: Settings, audit: Audit, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock`: monotonic; what the time of invitations and failures is taken from."""
        self.audit = audit
        self.identity: Identity | None = None
        self.listens: Callable[[], bool] = lambda: False
        self._most_devices = settings.devices
        # Two: a device whose token was revoked, and that goes on knocking with it, is to be paired again all the same.
        self._logins = Attempts(settings.login_failures, clock)
        self._proofs = Attempts(settings.login_failures, clock)
        self._lock = threading.Lock()  # guards the invitations, and that one pairing is done after the other
        self._invites = Invites(settings.open_invites, settings.invite_seconds, clock)
        self._devices: Devices | None = None
        self._kept_by: FileLock | None = None
        #: Devices whose answer may have been lost: their token has not been used yet.
        self._unconfirmed: set[str] = set()
        self._revoked: Callable[[str], None] = lambda device_id: None

    def open(self, folder: Path) -> None:
        """Know the devices that are kept in `folder`, and keep new ones there. Raises `StorageFailed`, and `Busy` where another
        server does: what one of them revokes the other would write again."""
        if self._devices is not None:
            return
        lock = FileLock(private_folder(folder) / _LOCK_FILE)
        try:
            if not lock.take():
                raise Busy(f"Another server keeps its devices in {folder}. End it, or give this one a state folder of its own.")
            self._kept_by = lock
            self._devices = Devices(private_folder(folder) / DEVICES_FILE, self._most_devices)
        except OSError as error:
            raise StorageFailed(f"The devices kept in {folder} cannot be read: {error.strerror or error}.") from None
        self.audit.open(folder)

    def close(self) -> None:
        """Write what was not written yet, and let another server have the folder."""
        self.flush(now=True)
        if self._kept_by is not None:
            self._kept_by.release()
        self.audit.close()

    def when_revoked(self, act: Callable[[str], None]) -> None:
        """Have `act` called with the id of each device that is revoked."""
        self._revoked = act

    def flush(self, *, now: bool = False) -> None:
        """Write what is written only now and then."""
        if self._devices is not None:
            self._devices.flush(now=now)

    # ---- at the gate

    def device_of(self, token: str, peer: str) -> Device:
        """The device with this token. Raises `LoginNeeded` for any other, and `SlowDown` where `peer` tried too many."""
        device = self._devices.of_token(token) if self._devices is not None else None
        if device is None:
            self.unknown(peer)
        if device.id in self._unconfirmed:
            with self._lock:
                self._unconfirmed.discard(device.id)
                self._invites.arrived(device.id)
        return device

    def unknown(self, peer: str) -> NoReturn:
        """Credentials came that nobody has. Raises `LoginNeeded`, or `SlowDown`."""
        try:
            self._logins.check(peer)
            self._logins.failed(peer)
            raise LoginNeeded("This server does not know these credentials. Leave them out, or pair with it again.")
        except TrustError as error:
            self.audit.refused(Caller("unknown", Permission.NONE, peer=peer), "login", error)
            raise

    def failures(self) -> dict[str, int]:
        """How often somebody failed to prove who they are since the start, by what they showed: credentials, a code, or either of
        them once too often."""
        logins, proofs = self._logins, self._proofs
        return {"login": logins.failures, "pairing": proofs.failures, "slow_down": logins.held_off + proofs.held_off}

    def knows(self, device_id: str) -> bool:
        """Whether this device has not been revoked."""
        return self._devices is not None and self._devices.has(device_id)

    # ---- pairing

    def pair(self, caller: Caller, shown: Proof) -> Mapping[str, object]:
        """Pair the device that shows this proof: {token, permission, device, name, proof}. Raises `PairingFailed`, which tells a
        guesser nothing, `SlowDown` where it guessed too often, `StorageFailed`."""
        identity = self.identity
        if identity is None or not caller.secure:
            raise PairingFailed("Pairing goes over https only. Use the address that the invitation shows.")
        with self._lock:
            answer = self._invites.answered(shown)
            if answer is not None:
                return answer
            # Before any failure is looked at: those of its neighbours are nothing to who has the code, and a code has 80 bits.
            invitation = self._invites.fitting(identity.pin, shown)
            if invitation is None:
                self.no_proof(caller.peer)
            device, token = self._kept().add(shown.name, invitation.permission)
            granted = device.permission.name.lower()
            proof = pairing.server_proof(invitation.code, identity.pin, shown.nonce, shown.name, shown.proof, granted, token)
            answer = {"token": token, "permission": granted, "device": device.id, "name": device.name, "proof": proof}
            self._unconfirmed.add(device.id)
            self._invites.use(invitation, shown, (device.id, device.name), answer)
            return answer

    def no_proof(self, peer: str) -> NoReturn:
        """What `peer` showed is no proof of ours. Raises `PairingFailed`, or `SlowDown` where it tried too many."""
        self._proofs.check(peer)
        self._proofs.failed(peer)
        raise PairingFailed()

    def invite(self, permission: Permission) -> tuple[Invitation, Identity]:
        """A new invitation, and what it is to be over. Raises `BadParameters` without https, `Busy`."""
        identity = self.require_https()
        with self._lock:
            return self._invites.create(permission), identity

    def invitation(self, invite_id: str) -> tuple[Invitation, int]:
        """What became of an invitation, and how many seconds it is still open. Raises `NotFound`."""
        with self._lock:
            found = self._invites.get(invite_id)
            return found, self._invites.seconds(found)

    def cancel(self, invite_id: str) -> bool:
        """End an invitation; whether it was open. Raises `NotFound`."""
        with self._lock:
            return self._invites.cancel(invite_id)

    # ---- devices

    def devices(self) -> list[Device]:
        """All devices, the oldest first."""
        return [] if self._devices is None else self._devices.all()

    def add(self, name: str, permission: Permission) -> tuple[Device, str, Identity]:
        """A new device without pairing, its token, and what it knows us by. Raises `BadParameters` without https."""
        identity = self.require_https()
        device, token = self._kept().add(name, permission)
        return device, token, identity

    def revoke(self, id_or_name: str) -> bool:
        """Forget a device; whether there was one. Its connections end. Raises `StorageFailed` where a restart may bring it
        back."""
        device = None if self._devices is None else self._devices.find(id_or_name)
        if device is None:
            return False
        try:
            self._drop(device)
        finally:
            self._revoked(device.id)
        return True

    def leave(self, device_id: str) -> bool:
        """The same by the device itself: its connections stay, so that it learns of it, and serve it no more."""
        device = None if self._devices is None else self._devices.find(device_id)
        if device is None or device.id != device_id:
            return False
        self._drop(device)
        return True

    def _drop(self, device: Device) -> None:
        try:
            self._kept().drop(device)
        finally:
            with self._lock:
                self._unconfirmed.discard(device.id)
                self._invites.arrived(device.id)

    def _kept(self) -> Devices:
        if self._devices is None:
            raise BadParameters(_NO_STATE)
        return self._devices

    def require_https(self) -> Identity:
        """What devices know the server by. Raises `BadParameters` while it does not listen on https."""
        if self.identity is None or not self.listens():
            raise BadParameters(NO_HTTPS)
        return self.identity
