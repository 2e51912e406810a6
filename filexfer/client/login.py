"""Who we are to one server: the credentials given, or what this user's vault says once the first connection is to be made."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from filexfer.core.errors import BadParameters, FilexferError, LoginNeeded
from filexfer.protocol.address import Address

if TYPE_CHECKING:
    from filexfer.client.credentials import Credentials
    from filexfer.client.tls import Tls


class Identity(NamedTuple):
    """What a connection is made with, see `transport.Connection`."""

    tls: Tls | None
    authorization: bytes

    def __repr__(self) -> str:
        return "Identity(…)"


class Login:
    """Args:
        server: to whom.
        given: who we are there; None: what `find` says.
        find: looks for credentials, for https.

    Raises `BadParameters` where a token would travel in the clear.
    """

    def __init__(self, server: Address, given: Credentials | None, find: Callable[[Address], Credentials | None]) -> None:
        if given is not None and not given.pin and (server.scheme == "https" or not _is_here(server)):
            raise BadParameters("A token is sent only to a server whose key is known. Give its certificate too.")
        if given is not None and given.pin and server.scheme != "https":
            raise BadParameters("A token is sent over https only. Write the address with https://.")
        self._server = server
        self._given = given
        self._find = find
        # Guards _known, and is held while the vault is asked: one question is enough.
        self._lock = threading.Lock()
        self._known: Identity | None = None

    def get(self) -> Identity:
        """Raises `LoginNeeded` where nothing is known for an https server."""
        with self._lock:
            if self._known is None:
                self._known = self._made()
            return self._known

    def forget(self) -> None:
        """The server refused this: look anew next time, somebody may have paired again."""
        with self._lock:
            self._known = None

    def renew(self) -> bool:
        """The server refused this: look anew. Whether we are somebody else now, for somebody has paired again."""
        with self._lock:
            before, self._known = self._known, None
            try:
                self._known = self._made()
            except FilexferError:
                return False
            return before is not None and self._known.authorization != before.authorization

    def _made(self) -> Identity:
        if self._server.scheme != "https":
            return Identity(None, _line(self._given))
        from filexfer.client.tls import Tls

        credentials = self._given or self._find(self._server)
        if credentials is None:
            raise LoginNeeded(
                f"This computer is not paired with {self._server}. Run `filexfer invite` there, then `filexfer pair` here."
            )
        return Identity(Tls(credentials.pin), _line(credentials))


def _line(credentials: Credentials | None) -> bytes:
    return b"" if credentials is None else f"Authorization: Bearer {credentials.token}\r\n".encode("ascii")


def _is_here(server: Address) -> bool:
    if server.scheme == "unix" or server.host in ("localhost", "::1"):
        return True
    from ipaddress import ip_address

    try:
        return ip_address(server.host).is_loopback
    except ValueError:
        return False
