"""Pairing from the device's side (docs/security.md): shows that we know the code, believes the server only once it has shown so
too, and keeps its token then and not before."""

from __future__ import annotations

import time
from typing import NamedTuple

from filexfer.client.credentials import Credentials
from filexfer.client.leaving import leave, old_credentials
from filexfer.client.login import Login
from filexfer.client.session import Session, connect
from filexfer.client.tls import Tls
from filexfer.client.transport import Connection
from filexfer.client.vault import Vault, Where
from filexfer.core import paths
from filexfer.core.errors import (
    BadParameters,
    Busy,
    ConnectionFailed,
    ConnectionLost,
    FilexferError,
    KeyChanged,
    PairingFailed,
    ShuttingDown,
)
from filexfer.core.model import Permission
from filexfer.protocol import pairing, wire
from filexfer.protocol.address import Address
from filexfer.protocol.pairing import Invite

#: Seconds between two attempts, where the connection broke off before the answer.
_PAUSE = 0.5
#: What may pass by itself, once the code's proof may have arrived.
_PASSING = (ConnectionLost, ShuttingDown, Busy)
_NO_PROOF = (
    "That computer could not show that it knows the code, so nothing was kept. Check the address; somebody may be in between. "
    "Ask for a new invitation and try again."
)


class Paired(NamedTuple):
    """What came of it.

    Attributes:
        address: of the server, as it is kept.
        share: what the server calls its share, for people; `""` where it does not say.
        permission: what this device may do there.
        where: the token lies.
    """

    address: Address
    share: str
    permission: Permission
    where: Where


def pair(target: Invite | tuple[Address, str], device_name: str, vault: Vault, timeout: float = 30.0) -> Paired:
    """Pair this computer with the server that made an invitation.

    Args:
        target: what a link says, or the server's address and the code that was typed.
        device_name: what this computer is to be called there.
        vault: keeps what comes of it.
        timeout: seconds without progress after which a connection counts as lost, and for which lost answers are asked for again.

    Raises `PairingFailed` where either side could not show that it knows the code, `SlowDown`, `ConnectionFailed`,
    `ConnectionLost`, `BadParameters`, `StorageFailed`; then nothing is kept here.
    """
    address, code, pin = (target.address, target.code, target.pin) if isinstance(target, Invite) else (*target, "")
    address = address.server
    if address.scheme != "https":
        raise BadParameters("Pairing needs an encrypted connection. Give the address with https://.")
    device = device_name.strip()
    if not device or len(device) > pairing.NAME_CHARACTERS or not device.isprintable():
        raise BadParameters(f"The name of this device has 1 to {pairing.NAME_CHARACTERS} characters. Choose another one.")
    attempt = _Attempt(address, pairing.parse_code(code), pin, device, timeout)
    # The code works once: it is not spent on what could not be kept.
    vault.check()
    granted = attempt.patiently()
    credentials = Credentials(attempt.pin, granted.token)
    old = old_credentials(vault, address)
    where = vault.keep(address, credentials)
    if _first_use(address, credentials, timeout) and old is not None and old.pin == attempt.pin:
        # Else its owner, who revokes this computer by its name, would leave the one of before in.
        leave(address, old, vault, timeout)
    return Paired(address, granted.share, granted.permission, where)


class _Granted(NamedTuple):
    """An answer that was proved to come from who made the invitation."""

    token: str
    permission: Permission
    share: str

    def __repr__(self) -> str:
        return "_Granted(…)"


class _Attempt:
    """One nonce's worth of trying. An answer that was lost is asked for again with the same nonce and proof, which the server
    knows again.

    Attributes:
        pin: that the server must show; as soon as one was seen, that one.
    """

    def __init__(self, address: Address, code: str, pin: str, device: str, timeout: float) -> None:
        self.pin = pin
        self._address = address
        self._code = code
        self._device = device
        self._nonce = pairing.new_nonce()
        self._timeout = timeout
        self._sent = False
        # It never connects by itself: nobody is known yet.
        self._session = Session(address, login=Login(address, None, lambda _: None), timeout=timeout, lanes="xmlrpc")

    def patiently(self) -> _Granted:
        deadline = time.monotonic() + self._timeout
        while True:
            connection = Connection(self._address, self._timeout, Tls(self.pin))
            try:
                self._open(connection)
            except ConnectionFailed:
                if not self._sent or time.monotonic() >= deadline:
                    raise
            else:
                try:
                    return self._ask(connection)
                except _PASSING:
                    if time.monotonic() >= deadline:
                        raise
            finally:
                connection.close()
            time.sleep(_PAUSE)

    def _ask(self, connection: Connection) -> _Granted:
        proof = pairing.client_proof(self._code, self.pin, self._nonce, self._device)
        self._sent = True
        self._session.begin(connection, "pair", self._device, self._nonce, proof)
        _, answer = self._session.end(connection, self._timeout)
        if isinstance(answer, FilexferError):
            raise answer
        return self._proved(answer, proof)

    def _open(self, connection: Connection) -> None:
        try:
            connection.open()
        except KeyChanged as error:
            raise PairingFailed(
                f"The computer that answers at {self._address} is not the one that made this invitation, so it was told nothing. "
                "Check the address; somebody may be in between."
            ) from error
        self.pin = connection.pin

    def _proved(self, answer: object, proof: bytes) -> _Granted:
        try:
            given = wire.struct(answer, "answer")
            token, word = wire.text(given.get("token"), "token"), wire.text(given.get("permission"), "permission")
            shown = wire.binary(given.get("proof"), "proof")
            wanted = pairing.server_proof(self._code, self.pin, self._nonce, self._device, proof, word, token)
            permission = Permission[word.upper()]
            Credentials(self.pin, token)
        except (BadParameters, KeyError, ValueError):
            raise PairingFailed(_NO_PROOF) from None
        if not pairing.same_proof(shown, wanted):
            raise PairingFailed(_NO_PROOF)
        return _Granted(token, permission, _name(given.get("share")))


def _name(share: object) -> str:
    """What the server calls its share, `""` where that is no text: it is told to people, and nothing depends on it."""
    try:
        return paths.shown(wire.text(share, "share"))
    except BadParameters:
        return ""


def _first_use(address: Address, credentials: Credentials, timeout: float) -> bool:
    """Use the token once: until then the server would give it again to whoever shows this nonce and proof. Whether it works."""
    try:
        with connect(str(address), credentials=credentials, timeout=timeout) as session:
            session.info()
    except FilexferError:
        return False  # Paired it is; the next call will tell what is wrong.
    return True
