"""The gate: who is calling, and may they. Order: host, origin, credentials on the head; permission where the act is known.
Rules: nothing of a body is read, and no name told, before it is passed; `Caller.require` is the one place where a
permission decides."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NoReturn, Protocol

from filexfer.core.errors import BadParameters, Forbidden, LoginNeeded
from filexfer.core.model import Permission
from filexfer.protocol.http import RequestHead
from filexfer.server.hosts import Hosts, check_origin
from filexfer.server.listener import Door, Listener
from filexfer.server.neighbours import household
from filexfer.server.tokens import same_secret, token_in

_GUEST = "guest"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who makes a request.

    Attributes:
        device: id, as which it owns uploads and results; "guest" for everybody without credentials, "local" for `local`.
        permission: what it may do.
        local: it came over the control socket, so it is a process of the user who runs this server.
        peer: address it came from.
        name: of the device, for people.
        secure: it came over TLS.
    """

    device: str
    permission: Permission
    local: bool = False
    peer: str = ""
    name: str = ""
    secure: bool = False

    @property
    def guest(self) -> bool:
        return self.device == _GUEST

    @property
    def who(self) -> str:
        """Whose share of the bounds this counts to: the device's, or that of the address it comes from where nobody knows it."""
        return self.device if self.known else f"{self.device} at {household(self.peer)}"

    @property
    def known(self) -> bool:
        """Whether it is a device that was paired, or this machine's user."""
        return not self.guest and self.permission is not Permission.NONE

    def holds(self, permission: Permission, watchers: bool = False) -> bool:
        """Whether it may do what needs `permission`, or (`watchers`) what those may as well who do nothing but watch."""
        return self.permission >= permission or (watchers and self.permission is Permission.WATCH)

    def require(self, permission: Permission, watchers: bool = False) -> None:
        """Raise `LoginNeeded` for a stranger, `Forbidden` for somebody known, unless it `holds` that."""
        if self.holds(permission, watchers):
            return
        if self.permission is Permission.NONE:
            raise LoginNeeded()
        held = self.permission.name.lower()
        raise Forbidden(f"You may only {held} here. Ask the owner of the share for the permission to {permission.name.lower()}.")


def permission_called(name: str) -> Permission:
    """The permission of this name. Raises `BadParameters`."""
    try:
        return Permission[name.upper()]
    except KeyError:
        raise BadParameters("A permission is none, watch, read, write or manage.") from None


def guest_permission(name: str) -> Permission:
    """One that callers without credentials may have. Raises `BadParameters`."""
    permission = permission_called(name)
    if permission in (Permission.WATCH, Permission.MANAGE):
        raise BadParameters("Guests may have the permission none, read or write.")
    return permission


class Known(Protocol):
    """A device, as the gate sees it."""

    @property
    def id(self) -> str: ...

    @property
    def name(self) -> str: ...

    @property
    def permission(self) -> Permission: ...


class Tokens(Protocol):
    """Who knows the devices; see `trust.Trust`."""

    def device_of(self, token: str, peer: str) -> Known:
        """The device with this token. Raises `LoginNeeded`, `SlowDown`."""
        ...

    def unknown(self, peer: str) -> NoReturn:
        """What came as credentials is none. Raises as `device_of`."""
        ...

    def knows(self, device_id: str) -> bool:
        """Whether this device has not been revoked since."""
        ...


class Gate:
    """Admits callers.

    Attributes:
        guest: what those without credentials may do; may be changed while the server runs. A device may do at least that: it
            could as well come without its token. One that watches only watches: it may see what guests may not.
    """

    def __init__(self, guest: Permission, tokens: Tokens, allow_hosts: Iterable[str] = ()) -> None:
        self.guest = guest
        self._tokens = tokens
        self._hosts = Hosts(allow_hosts)

    def answer_to(self, host: str) -> None:
        """Add a name that `Host` may bear: one that an address of ours holds."""
        self._hosts.add(host)

    def answers_to(self, host: str) -> bool:
        """Whether `Host` may bear this name or address (without a port)."""
        return host in self._hosts

    def admit(self, head: RequestHead, listener: Listener, peer: str) -> Caller:
        """The caller of a request, judged by its head alone. Raises `BadHost`, `LoginNeeded`, `SlowDown`."""
        if listener.door is Door.TCP or listener.token:
            # No browser speaks over a UNIX socket, and its clients write what they like here.
            self._hosts.check(head.headers.get("host", ""))
        origin = head.headers.get("origin")
        if origin is not None:
            check_origin(origin, head.headers.get("host", ""))
        if listener.door is Door.CONTROL:
            if listener.token and not same_secret(listener.token, token_in(head.headers.get("authorization", ""))):
                raise LoginNeeded("Only processes of the user who runs this server are let in here.")
            return Caller("local", Permission.MANAGE, True, peer)
        credentials = head.headers.get("authorization")
        if credentials is None:
            return Caller(_GUEST, self.guest, False, peer, "", listener.secure)
        token = token_in(credentials)
        known = self._tokens.device_of(token, peer) if token else self._tokens.unknown(peer)
        held = known.permission if known.permission is Permission.WATCH else max(known.permission, self.guest)
        return Caller(known.id, held, False, peer, known.name, listener.secure)

    def check_still(self, caller: Caller) -> None:
        """Raise `LoginNeeded` where somebody admitted before would not be any more."""
        if caller.local:
            return
        if caller.device == _GUEST:
            Caller(_GUEST, min(caller.permission, self.guest)).require(min(caller.permission, Permission.READ))
        elif not self._tokens.knows(caller.device):
            raise LoginNeeded()


def may_control(uid: int | None) -> bool:
    """Whether the process of this user may use the control socket: ourselves, and root who could anyway. A system that does not
    tell is trusted for the folder's mode: nobody else can reach the socket."""
    return uid is None or uid in (0, os.getuid())
