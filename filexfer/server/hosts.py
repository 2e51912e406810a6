"""By which names a server may be called, so that no web page reaches it by surprise: DNS rebinding, foreign origins."""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Iterable

_HOST = re.compile(r"(\[[0-9A-Fa-f:.]+(?:%25[A-Za-z0-9_.~-]+)?\]|[A-Za-z0-9._-]+)(?::([0-9]{1,5}))?")


class BadHost(Exception):
    """The `Host` or `Origin` of a request is none we answer to: a web page's doing. `str` says what to do."""


class Hosts:
    """The names that `Host` may bear: this machine's, those of `allowed`, and any address."""

    def __init__(self, allowed: Iterable[str] = ()) -> None:
        self._names = {"localhost", *_own_names(), *(name.lower().rstrip(".") for name in allowed)}

    def add(self, host: str) -> None:
        """One more name."""
        self._names.add(host.lower().rstrip("."))

    def __contains__(self, host: str) -> bool:
        """Whether it is one of them (without a port)."""
        return host.lower().rstrip(".") in self._names or _is_address(host)

    def check(self, host: str) -> None:
        """Raise `BadHost` for a `Host` that is none of them."""
        found = _HOST.fullmatch(host)
        if found is None or found[1] not in self:
            # DNS rebinding: a foreign name that suddenly means this machine.
            raise BadHost("This server does not answer to that name. Use its address, or start it with --allow-host NAME.")


def check_origin(origin: str, host: str) -> None:
    """Raise `BadHost` for a page of another origin than ours."""
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
