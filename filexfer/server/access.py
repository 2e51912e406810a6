"""The gate: who is calling, and may they. Order: host, origin, credentials on the head; permission where the act is known.
Rules: nothing of a body is read, and no name told, before it is passed. Tokens will come in through `Gate.tokens`."""

from __future__ import annotations

import ipaddress
import os
import re
import socket
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from filexfer.core.errors import BadParameters, Forbidden, LoginNeeded
from filexfer.core.model import Permission
from filexfer.protocol.http import RequestHead
from filexfer.server.listener import Door

_HOST = re.compile(r"(\[[0-9A-Fa-f:.]+(?:%25[A-Za-z0-9_.~-]+)?\]|[A-Za-z0-9._-]+)(?::([0-9]{1,5}))?")


@dataclass(frozen=True, slots=True)
class Caller:
    """Who makes a request.

    Attributes:
        device: what it is called in logs and owns uploads as; "guest" for everybody without credentials.
        permission: what it may do.
        local: it came over the control socket, so it is a process of the user who runs this server.
        peer: address it came from.
    """

    device: str
    permission: Permission
    local: bool = False
    peer: str = ""

    def require(self, permission: Permission) -> None:
        """Raise `LoginNeeded` for a stranger, `Forbidden` for somebody known, unless they hold `permission`."""
        if self.permission >= permission:
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
        raise BadParameters("A permission is none, read, write or manage.") from None


def guest_permission(name: str) -> Permission:
    """One that callers without credentials may have. Raises `BadParameters`."""
    permission = permission_called(name)
    if permission is Permission.MANAGE:
        raise BadParameters("Guests may have the permission none, read or write.")
    return permission


class BadHost(Exception):
    """The `Host` or `Origin` of a request is none we answer to: a web page's doing. `str` says what to do."""


class Gate:
    """Admits callers.

    Attributes:
        guest: what those without credentials may do; may be changed while the server runs.
        tokens: gives the caller that a token stands for; None while no device is known.
    """

    def __init__(
        self, guest: Permission, allow_hosts: Iterable[str] = (), tokens: Callable[[str], Caller | None] | None = None
    ) -> None:
        self.guest = guest
        self.tokens = tokens
        self._names = {"localhost", *_own_names(), *(name.lower().rstrip(".") for name in allow_hosts)}

    def answer_to(self, host: str) -> None:
        """Add a name that `Host` may bear: one that an address of ours holds."""
        self._names.add(host.lower().rstrip("."))

    def admit(self, head: RequestHead, door: Door, peer: str) -> Caller:
        """The caller of a request, judged by its head alone. Raises `BadHost` and `LoginNeeded`."""
        if door is Door.TCP:
            # No browser speaks over a UNIX socket, and its clients write what they like here.
            self._check_host(head.headers.get("host", ""))
        origin = head.headers.get("origin")
        if origin is not None:
            _check_origin(origin, head.headers.get("host", ""))
        if door is Door.CONTROL:
            return Caller("local", Permission.MANAGE, True, peer)
        credentials = head.headers.get("authorization")
        if credentials is None:
            return Caller("guest", self.guest, False, peer)
        return self._known(credentials)

    def _check_host(self, host: str) -> None:
        found = _HOST.fullmatch(host)
        if found is None or not (found[1].lower().rstrip(".") in self._names or _is_address(found[1])):
            # DNS rebinding: a foreign name that suddenly means this machine.
            raise BadHost("This server does not answer to that name. Use its address, or start it with --allow-host NAME.")

    def _known(self, credentials: str) -> Caller:
        known = self.tokens(credentials) if self.tokens else None
        if known is None:
            raise LoginNeeded("This server does not know these credentials. Leave them out, or pair with it again.")
        return known


def _check_origin(origin: str, host: str) -> None:
    if origin.lower() not in (f"http://{host}".lower(), f"https://{host}".lower()):
        raise BadHost("Web pages of another origin may not call this server.")


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host.strip("[]").partition("%")[0])
    except ValueError:
        return False
    return True


def _own_names() -> set[str]:
    name = socket.gethostname().lower().rstrip(".")
    return {name, name.partition(".")[0], name.partition(".")[0] + ".local"}


def may_control(uid: int | None) -> bool:
    """Whether the process of this user may use the control socket: ourselves, and root who could anyway. A system that does not
    tell is trusted for the folder's mode: nobody else can reach the socket."""
    return uid is None or uid in (0, os.getuid())
