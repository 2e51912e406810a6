"""Where others find a server that listens on every address of this machine. Looks at the interfaces; sends nothing."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterable, Iterator

from filexfer.protocol.address import parse

#: An address nobody has (RFC 5737, RFC 3849) and everybody routes: the source chosen for it is ours towards the world.
_FAR = {4: (socket.AF_INET, "203.0.113.1"), 6: (socket.AF_INET6, "2001:db8::1")}
_LOOPBACK = {4: "127.0.0.1", 6: "::1"}

_Ip = ipaddress.IPv4Address | ipaddress.IPv6Address


def reachable(address: str) -> list[str]:
    """The addresses at which clients reach what listens on `address`, the likeliest first: the way to the world, other networks,
    this machine. Never empty; just `address` where it names one host."""
    where = parse(address)
    version = _wildcard(where.host)
    if not version:
        return [str(where.server)]
    return [str(where.server._replace(host=str(ip))) for ip in _own(version)]


def reachable_by(addresses: Iterable[str]) -> list[str]:
    """The same for all that a server listens on. What leads only to this machine because every address does comes last."""
    ways: list[str] = []
    here: list[str] = []
    for address in addresses:
        *far, last = reachable(address)
        ways += far
        (here if _wildcard(parse(address).host) else ways).append(last)
    return list(dict.fromkeys([*ways, *here]))


def _wildcard(host: str) -> int:
    """4 or 6 where `host` means every address of that family; 0 for any other."""
    try:
        ip = ipaddress.ip_address(host)
    except ValueError:
        return 0
    return ip.version if ip.is_unspecified else 0


def _own(version: int) -> list[_Ip]:
    found = dict.fromkeys([*_towards_the_world(version), *_of_interfaces(version)])
    far = [ip for ip in found if not ip.is_loopback and not ip.is_link_local]
    # Of the link-local ones, those of IPv6 mean nothing without the other side's own name for its interface.
    near = [ip for ip in found if ip.is_link_local and ip.version == 4]
    return [*(far or near), ipaddress.ip_address(_LOOPBACK[version])]


def _towards_the_world(version: int) -> Iterator[_Ip]:
    family, far = _FAR[version]
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as sock:
            sock.connect((far, 9))  # of a datagram socket: chooses a way, sends nothing
            yield ipaddress.ip_address(sock.getsockname()[0])
    except OSError:
        pass  # there is no way there


def _of_interfaces(version: int) -> Iterator[_Ip]:
    import ifaddr

    for adapter in ifaddr.get_adapters():
        for one in adapter.ips:
            text = one.ip if isinstance(one.ip, str) else one.ip[0]
            ip = ipaddress.ip_address(text.partition("%")[0])
            if ip.version == version:
                yield ip
