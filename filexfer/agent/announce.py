"""Tells the networks where this computer's server is, by multicast DNS (RFC 6763): its name, port, protocol version and the
beginning of its pin. Rules: nothing of the share is told; only https is; nothing blocks whoever turns the share on or off."""

from __future__ import annotations

import ipaddress
import logging
import socket
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from filexfer.agent.multicast import LOOK, PIN_DIGITS, SERVICE_TYPE, Ip, Networks, Radio
from filexfer.core.errors import ConnectionFailed
from filexfer.protocol.address import parse
from filexfer.server.methods.system import PROTOCOL

if TYPE_CHECKING:
    from zeroconf import ServiceInfo

_log = logging.getLogger("filexfer.agent")

#: So long others remember us when we do not say goodbye, in seconds.
_TTL = 120
#: So long after a failure it is tried again, and so long the end waits for the goodbye, in seconds.
_AGAIN, _GOODBYE = 30.0, 2.0
#: Longest name of a service, in bytes (RFC 6763, section 4.1.1), less what a number behind it takes.
_NAME_BYTES = 58


@dataclass(frozen=True, slots=True)
class Announcement:
    """What is told. Attributes: port; addresses (sorted)."""

    port: int
    addresses: tuple[str, ...]


class Announcer:
    """Announces a server while it listens. `name`: what it is called, for people; `pin`: tells its pin once it listens."""

    def __init__(self, name: str, pin: Callable[[], str]) -> None:
        self._name = name.encode()[:_NAME_BYTES].decode(errors="ignore").replace(".", "-")
        self._pin = pin
        self._changed = threading.Condition()  # guards the three below
        self._listening: tuple[str, ...] = ()
        self._closed = False
        self._thread: threading.Thread | None = None
        # What follows belongs to the thread.
        self._radio: Radio | None = None
        self._info: ServiceInfo | None = None
        self._told: Announcement | None = None

    def tell(self, listening: Sequence[str]) -> None:
        """The server listens at these addresses now; none: it is not announced any more."""
        with self._changed:
            self._listening = tuple(listening)
            if self._thread is None and listening and not self._closed:
                self._thread = threading.Thread(target=self._run, name="filexfer-announce", daemon=True)
                self._thread.start()
            self._changed.notify_all()

    def close(self) -> None:
        """Say goodbye, and end."""
        with self._changed:
            self._closed = True
            thread = self._thread
            self._changed.notify_all()
        if thread is not None:
            thread.join(_GOODBYE)

    def _run(self) -> None:
        known: tuple[str, ...] = ()
        pause: float | None = None
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._closed or self._listening != known, pause)  # noqa: B023 - called at once
                known, closed = self._listening, self._closed
            if closed or not known:
                self._withdraw()
                pause = None
            else:
                pause = LOOK if self._follow(known) else _AGAIN
            if closed:
                return

    def _follow(self, listening: Sequence[str]) -> bool:
        """Have the networks know what is so now; whether that went well."""
        from zeroconf import Error

        try:
            networks = Networks.chosen()
            if networks.off:
                return True
            wanted = announcement(listening, networks)
            if self._radio is not None and self._radio.stale():
                self._withdraw()
            moved = self._radio is not None and self._radio.moved()
            if wanted != self._told or moved:
                self._say(wanted, networks)
        except (ConnectionFailed, OSError, Error) as error:
            _log.info("This server cannot be announced just now: %s", error)
            self._withdraw()
            return False
        return True

    def _say(self, wanted: Announcement | None, networks: Networks) -> None:
        if wanted is None or (self._told is not None and wanted.port != self._told.port):
            self._withdraw()
        if wanted is None:
            return
        if self._radio is None:
            self._radio = Radio(networks)
        if self._info is None:
            self._info = self._made(wanted)
            self._radio.zeroconf.register_service(self._info, allow_name_change=True)
        else:
            self._info.addresses = [ipaddress.ip_address(one).packed for one in wanted.addresses]
            self._radio.zeroconf.update_service(self._info)
        self._told = wanted

    def _made(self, wanted: Announcement) -> ServiceInfo:
        from zeroconf import ServiceInfo

        pin = self._pin()[:PIN_DIGITS]
        return ServiceInfo(
            SERVICE_TYPE,
            f"{self._name}.{SERVICE_TYPE}",
            port=wanted.port,
            properties={"v": str(PROTOCOL), "pin": pin},
            # A name of our own: that of the machine may be told by somebody else here, with other addresses.
            server=f"filexfer-{pin}.local.",
            parsed_addresses=list(wanted.addresses),
            host_ttl=_TTL,
            other_ttl=_TTL,
        )

    def _withdraw(self) -> None:
        radio, self._radio = self._radio, None
        self._info, self._told = None, None
        if radio is not None:
            radio.close()


def announcement(listening: Sequence[str], networks: Networks) -> Announcement | None:
    """What is to be told of a server that listens at these addresses; None where nobody on these networks reaches it. Of several
    ports it is the first one."""
    own = sorted({one.ip for one in networks.own()}, key=lambda ip: (ip.version, int(ip)))
    secure = [where for where in map(parse, listening) if where.scheme == "https"]
    for port in dict.fromkeys(where.port for where in secure):
        bound = [ip for where in secure if where.port == port for ip in _numbers(where.host)]
        addresses = tuple(str(ip) for ip in own if any(_covers(one, ip) for one in bound))
        if addresses:
            return Announcement(port, addresses)
    return None


def _covers(bound: Ip, ip: Ip) -> bool:
    return bound == ip or (bound.is_unspecified and bound.version == ip.version)


def _numbers(host: str) -> list[Ip]:
    """What a listener's host is in numbers; nothing for a name that nobody knows any more."""
    try:
        return [ipaddress.ip_address(host.partition("%")[0])]
    except ValueError:
        pass
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return []
    return [ipaddress.ip_address(str(place[0]).partition("%")[0]) for *_, place in found]
