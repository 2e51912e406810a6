"""Which addresses count as one, wherever something is bounded for each."""

from __future__ import annotations

import ipaddress


def household(peer: str) -> str:
    """Who is counted as one: an IPv4 address, the /64 of an IPv6 one (each machine may have all of it), a user's number."""
    if ":" not in peer or peer.startswith("uid:"):
        return peer
    try:
        address = ipaddress.IPv6Address(peer.partition("%")[0])
    except ValueError:
        return peer
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(ipaddress.IPv6Address(address.packed[:8] + bytes(8))) + "/64"
