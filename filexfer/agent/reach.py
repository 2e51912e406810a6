"""Which servers an agent calls for somebody from elsewhere: none behind a door that only processes of its own machine may use,
its own control socket above all. A name is judged by what it resolves to, and called by just that."""

from __future__ import annotations

import ipaddress
import socket

from filexfer.core.errors import ConnectionFailed, Forbidden
from filexfer.protocol.address import Address


def from_elsewhere(where: Address) -> Address:
    """`where`, as it may be called for somebody from elsewhere: over http by its number, for a name may mean another machine by
    the time it is called (DNS rebinding). Over https the key tells. Blocks while the name is looked up. Raises `Forbidden`, and
    `ConnectionFailed` for a name that nobody knows."""
    numbers = [] if where.scheme == "unix" else _numbers(where)
    own = _own_numbers()
    if not numbers or any(_is_here(number, own) for number in numbers):
        raise Forbidden("This server can be reached only from the computer that filexfer runs on. Open the window there.")
    return where if where.scheme == "https" else where._replace(host=numbers[0])


def _numbers(where: Address) -> list[str]:
    try:
        found = socket.getaddrinfo(where.host, where.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise ConnectionFailed(f"There is no computer called {where.host}. Check the address.") from None
    return [str(place[0]) for *_, place in found]


def _is_here(number: str, own: set[str]) -> bool:
    plain = ipaddress.ip_address(number.partition("%")[0])
    if isinstance(plain, ipaddress.IPv6Address) and plain.ipv4_mapped is not None:
        plain = plain.ipv4_mapped
    return plain.is_loopback or plain.is_unspecified or str(plain) in own


def _own_numbers() -> set[str]:
    """What this machine is called by on its networks: a call to that comes in by loopback too, past the firewall."""
    import ifaddr

    numbers = (ip.ip if isinstance(ip.ip, str) else ip.ip[0] for adapter in ifaddr.get_adapters() for ip in adapter.ips)
    return {str(ipaddress.ip_address(number.partition("%")[0])) for number in numbers}
