"""The door to multicast DNS (RFC 6762): on which interfaces of this machine servers are announced and looked for, and how they
come and go. Rule: zeroconf is imported when the door is opened, for most processes never open it."""

from __future__ import annotations

import ipaddress
import logging
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from filexfer.core.errors import ConnectionFailed

if TYPE_CHECKING:
    from zeroconf import Zeroconf

#: What servers are announced as (RFC 6763, section 7).
SERVICE_TYPE = "_filexfer._tcp.local."
#: The variable that chooses interfaces by their addresses, with commas between them; `off` for none.
VARIABLE = "FILEXFER_MDNS"
OFF = "off"
#: So many digits of a pin are announced: to tell known servers apart, not to trust them by.
PIN_DIGITS = 16
#: So often the interfaces are looked at, in seconds.
LOOK = 5.0

Ip = ipaddress.IPv4Address | ipaddress.IPv6Address
Interface = ipaddress.IPv4Interface | ipaddress.IPv6Interface


@dataclass(frozen=True, slots=True)
class Networks:
    """The interfaces that are used: those with the addresses `only`; None for all but loopback."""

    only: frozenset[Ip] | None = None

    @classmethod
    def chosen(cls, environment: Mapping[str, str] = os.environ) -> Networks:
        """As `FILEXFER_MDNS` says. Raises `ConnectionFailed` where that cannot be understood."""
        words = environment.get(VARIABLE, "").replace(",", " ").split()
        if not words:
            return cls()
        try:
            return cls(frozenset() if words == [OFF] else frozenset(map(ipaddress.ip_address, words)))
        except ValueError:
            raise ConnectionFailed(
                f"{VARIABLE} holds addresses of this computer, with commas between them, or “{OFF}”."
            ) from None

    @property
    def off(self) -> bool:
        return self.only is not None and not self.only

    def own(self) -> list[Interface]:
        """This machine's addresses on them, with their networks."""
        return [one for one in own_interfaces() if self._uses(one.ip)]

    def places(self) -> set[tuple[int | None, Interface]]:
        """The same, each with the number that the system has for the interface."""
        return {(number, one) for number, one in numbered_interfaces() if self._uses(one.ip)}

    def _uses(self, ip: Ip) -> bool:
        return not ip.is_loopback if self.only is None else ip in self.only


def own_interfaces() -> Iterator[Interface]:
    """Every address of this machine, with its network."""
    return (one for _, one in numbered_interfaces())


def numbered_interfaces() -> Iterator[tuple[int | None, Interface]]:
    """Every address of this machine, with its network, and the system's number of the interface that has it."""
    import ifaddr

    for adapter in ifaddr.get_adapters():
        for one in adapter.ips:
            text = one.ip if isinstance(one.ip, str) else one.ip[0].partition("%")[0]
            yield adapter.index, ipaddress.ip_interface(f"{text}/{one.network_prefix}")


class Radio:
    """An open door. Raises `ConnectionFailed` where none can be opened.

    Attributes:
        zeroconf: what speaks.
    """

    def __init__(self, networks: Networks) -> None:
        if networks.off:
            raise ConnectionFailed(f"{VARIABLE} is “{OFF}”, so computers nearby are not looked for.")
        self._networks = networks
        self._seen = networks.places()
        self.zeroconf = self._open()

    def _open(self) -> Zeroconf:
        from zeroconf import InterfaceChoice, IPVersion, Zeroconf

        # What it warns of (an interface that has just gone) is mended by the next look.
        logging.getLogger("zeroconf").setLevel(logging.ERROR)
        only = self._networks.only
        try:
            if only is not None:
                return Zeroconf(sorted(map(str, only)))
            try:
                return Zeroconf(InterfaceChoice.All, ip_version=IPVersion.All)
            except OSError:
                return Zeroconf(InterfaceChoice.All, ip_version=IPVersion.V4Only)  # a machine without IPv6
        except (OSError, RuntimeError) as error:
            why = (error.strerror if isinstance(error, OSError) else "") or error
            raise ConnectionFailed(f"Computers nearby cannot be looked for: {why}. Connect by an address instead.") from error

    def stale(self) -> bool:
        """Whether an interface went and came back with its address: what speaks on it speaks to nobody, and does not know it.
        Another door is to be opened then."""
        now = self._networks.places()
        return bool({one for _, one in self._seen - now} & {one for _, one in now})

    def moved(self) -> bool:
        """Whether this machine's addresses are others than before; new interfaces are used from now on."""
        now = self._networks.places()
        if now == self._seen:
            return False
        self._seen = now
        self.zeroconf.update_interfaces()
        return True

    def close(self) -> None:
        """Say goodbye for what was announced, and close."""
        self.zeroconf.close()
