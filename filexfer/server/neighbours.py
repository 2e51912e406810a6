"""Who counts as one, wherever something is bounded for each. A `household` is what one machine has for itself; a `network` is
what many may share, and where one machine may have all of it too: bounds for it are larger.

Far away, each machine may have a whole /64 of IPv6: that is a household, and its network. On a network that we are on ourselves,
each machine takes as many addresses of the same /64 as it likes, but so do all others: there an address is a household."""

from __future__ import annotations

import functools
import ipaddress
import time

#: Networks of ours may change while a server runs: a laptop is carried around. In seconds.
_LOOKED_AT_EVERY = 30.0


def household(peer: str) -> str:
    """Who is counted as one: an IPv4 address, the /64 of an IPv6 one or, on a network of ours, the address; a user's number."""
    address = _ipv6(peer)
    if address is None:
        return peer
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(address) if _near(address) else f"{_prefix(address)}/64"


def network(peer: str) -> str:
    """Whom `household` counts as several though it may be one: the /64 of an IPv6 address. Otherwise its household."""
    address = _ipv6(peer)
    if address is None or address.ipv4_mapped or address.is_loopback:
        return household(peer)
    zone = f"%{address.scope_id}" if address.scope_id else ""
    return f"{_prefix(address)}/64{zone}"


def _ipv6(peer: str) -> ipaddress.IPv6Address | None:
    if ":" not in peer or peer.startswith("uid:"):
        return None
    try:
        return ipaddress.IPv6Address(peer)
    except ValueError:
        return None


def _prefix(address: ipaddress.IPv6Address) -> ipaddress.IPv6Address:
    return ipaddress.IPv6Address(address.packed[:8] + bytes(8))


def _near(address: ipaddress.IPv6Address) -> bool:
    return (
        address.is_link_local
        or address.is_loopback
        or address.packed[:8] in _own_prefixes(int(time.monotonic() // _LOOKED_AT_EVERY))
    )


@functools.lru_cache(maxsize=1)
def _own_prefixes(_when: int) -> frozenset[bytes]:
    """The first halves of our own IPv6 addresses, whatever length the system gives their prefix: DHCPv6 tells 128 on a LAN."""
    import ifaddr

    try:
        found = [one.ip[0] for adapter in ifaddr.get_adapters() for one in adapter.ips if not isinstance(one.ip, str)]
    except OSError:
        found = []  # then a /64 of ours is counted as one far away is
    return frozenset(ipaddress.IPv6Address(text.partition("%")[0]).packed[:8] for text in found)
