"""Looks at the network below a connection: who answers at an address, what this computer is called there, who hears a multicast.
For the connection doctor; nothing is sent but the opening of connections, and one question of mDNS."""

from __future__ import annotations

import errno
import ipaddress
import select
import socket
import struct
import time
from collections.abc import Sequence
from enum import Enum

#: Where mDNS is spoken (RFC 6762, section 3).
_GROUP, _PORT = "224.0.0.251", 5353
#: What is asked for: computers that share with filexfer, and whatever else announces a service (RFC 6763, section 9).
_OURS = b"_filexfer"
_QUESTIONS = ((_OURS, b"_tcp", b"local"), (b"_services", b"_dns-sd", b"_udp", b"local"))
#: Bytes of the longest answer (RFC 6762, section 17).
_ANSWER = 9000


class Knock(Enum):
    """What became of opening a connection."""

    OPEN = "open"
    REFUSED = "refused"
    SILENT = "silent"
    NOBODY = "nobody"
    NO_WAY = "no way"
    FORBIDDEN = "forbidden"


def knock(place: tuple[str, int], patience: float) -> Knock:
    """Open a connection to (number, port) and close it; wait so many seconds at most."""
    try:
        socket.create_connection(place, patience).close()
    except TimeoutError:
        return Knock.SILENT
    except OSError as error:
        return _OUTCOMES.get(error.errno or 0, Knock.NO_WAY)
    return Knock.OPEN


_OUTCOMES = {
    errno.ECONNREFUSED: Knock.REFUSED,
    errno.ECONNRESET: Knock.REFUSED,
    errno.ETIMEDOUT: Knock.SILENT,
    # Also what a firewall answers that refuses openly (firewalld does).
    errno.EHOSTUNREACH: Knock.NOBODY,
    errno.EHOSTDOWN: Knock.NOBODY,
    errno.EACCES: Knock.FORBIDDEN,
    errno.EPERM: Knock.FORBIDDEN,
}


def knock_all(places: Sequence[tuple[str, int]], patience: float) -> list[Knock]:
    """`knock` at all of them at once, at most eight."""
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(8, "filexfer-knock") as pool:
        return list(pool.map(lambda place: knock(place, patience), places))


def own_numbers() -> list[str]:
    """What this computer is called by on its networks, itself and link-local ones left out; the loopback of one is none."""
    import ifaddr

    numbers = [ip.ip if isinstance(ip.ip, str) else ip.ip[0] for adapter in ifaddr.get_adapters() for ip in adapter.ips]
    plain = [ipaddress.ip_address(number.partition("%")[0]) for number in numbers]
    return [str(number) for number in plain if not number.is_loopback and not number.is_link_local]


def is_here(number: str) -> bool:
    """Whether it means this very computer, by loopback. A name means what it means to whoever asks."""
    try:
        plain = ipaddress.ip_address(number.partition("%")[0])
    except ValueError:
        return number == "localhost"
    return plain.is_loopback or plain.is_unspecified


def question() -> bytes:
    """The question in the form of DNS (RFC 1035, section 4.1), to be answered to whoever asks (RFC 6762, section 6.7)."""
    asked = b"".join(
        b"".join(bytes([len(label)]) + label for label in name) + b"\0" + struct.pack("!HH", 12, 1) for name in _QUESTIONS
    )
    return struct.pack("!6H", 1, 0, len(_QUESTIONS), 0, 0, 0) + asked


def heard(interfaces: Sequence[str], seconds: float) -> tuple[set[str], set[str]]:
    """Ask by multicast on the networks where this computer has these IPv4 numbers. Answers the numbers of those who answered,
    and of those among them who share with filexfer. Raises `OSError` where no network takes a multicast."""
    sockets: list[socket.socket] = []
    refusal: OSError | None = None
    try:
        for number in interfaces:
            try:
                sockets.append(_asked(number))
            except OSError as error:
                refusal = error
        if not sockets:
            raise refusal or OSError(errno.ENETUNREACH, "no network")
        return _gathered(sockets, seconds)
    finally:
        for one in sockets:
            one.close()


def _asked(number: str) -> socket.socket:
    made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        made.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(number))
        made.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 255)
        made.bind((number, 0))
        made.sendto(question(), (_GROUP, _PORT))
    except BaseException:
        made.close()
        raise
    return made


def _gathered(sockets: list[socket.socket], seconds: float) -> tuple[set[str], set[str]]:
    answered: set[str] = set()
    ours: set[str] = set()
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        for ready in select.select(sockets, [], [], left)[0]:
            data, place = ready.recvfrom(_ANSWER)
            # The top bit of the flags says that it is an answer.
            if len(data) >= 12 and data[2] & 0x80:
                answered.add(str(place[0]))
                if _OURS in data:
                    ours.add(str(place[0]))
    return answered, ours
