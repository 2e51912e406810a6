"""Giving up a token at the server that gave it: after pairing anew, and where a server is forgotten. Best effort: a server that
cannot be reached goes on listing this device until its owner revokes it. Rule: the token is no other entry's of the vault."""

from __future__ import annotations

from filexfer.client.credentials import Credentials
from filexfer.client.session import connect
from filexfer.client.vault import Vault
from filexfer.core.errors import FilexferError
from filexfer.protocol.address import Address

#: Seconds without progress that the server has for it.
PATIENCE = 3.0


def old_credentials(vault: Vault, address: Address | str) -> Credentials | None:
    """Who we are at `address` until now, as far as that can be told."""
    try:
        return vault.find(address)
    except FilexferError:
        return None


def leave(address: Address | str, old: Credentials, vault: Vault, timeout: float = PATIENCE) -> bool:
    """Have the server at `address` forget the device of a token that the vault does not hold for it any more. Whether it said
    that it has."""
    try:
        if vault.holds(old):
            return False
        with connect(str(address), credentials=old, timeout=min(timeout, PATIENCE)) as session:
            return bool(session.call("device_leave"))
    except FilexferError:
        return False
