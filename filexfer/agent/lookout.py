"""Looks for servers on the networks around, by multicast DNS. Rules: looks only while somebody wants to know; believes nothing it
hears: names are shown, never followed, and how many there are is bounded."""

from __future__ import annotations

import asyncio
import ipaddress
import re
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from filexfer.agent.multicast import LOOK, PIN_DIGITS, SERVICE_TYPE, Interface, Ip, Networks, Radio, own_interfaces
from filexfer.core import paths
from filexfer.core.errors import ConnectionFailed
from filexfer.protocol.address import Address
from filexfer.server.methods.system import PROTOCOL

if TYPE_CHECKING:
    from zeroconf import ServiceInfo

#: Bounds: servers that are shown, and addresses of each.
MOST, MOST_ADDRESSES = 200, 8
#: So long a server has to say where it is, in milliseconds.
_PATIENCE_MS = 3000
_PIN = re.compile(rf"[0-9a-f]{{{PIN_DIGITS}}}")
#: So often it is asked whether somebody still wants to know, in seconds.
_TICK = 1.0
_LOOKS = round(LOOK / _TICK)


@dataclass(frozen=True, slots=True)
class Found:
    """A server as it is announced.

    Attributes:
        name: what it calls itself, for people; anything.
        addresses: https addresses, the likeliest first; never empty.
        pin: the beginning of its pin; "" where it tells none. Anybody may tell any.
        speaks: whether it speaks our version of the protocol.
    """

    name: str
    addresses: tuple[str, ...]
    pin: str
    speaks: bool


class Lookout:
    """Looks in a thread of its own, from `start` until `wanted()` is false or `close`. `changed` is called after each change.

    Attributes:
        problem: why nothing can be found, "" while it can.
    """

    def __init__(self, changed: Callable[[], object], wanted: Callable[[], bool] = lambda: True) -> None:
        self._changed = changed
        self._wanted = wanted
        self.problem = ""
        self._lock = threading.Lock()  # guards the one below
        self._found: dict[str, Found | None] = {}  # by the name of the service; None until it has said where it is
        self._asked: set[Future[None]] = set()  # who is being asked where it is
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._run, name="filexfer-nearby", daemon=True)

    def start(self) -> Lookout:
        self._thread.start()
        return self

    def found(self) -> list[Found]:
        """Who is there, by name."""
        with self._lock:
            return sorted((one for one in self._found.values() if one is not None), key=lambda one: (one.name.lower(), one.pin))

    def close(self) -> None:
        self._closed.set()

    def _run(self) -> None:
        while not self._over():
            try:
                radio = Radio(Networks.chosen())
            except ConnectionFailed as error:
                self._say(str(error))
                self._wait(lambda: True)
                continue
            self._say("")
            try:
                self._browse(radio)
            finally:
                radio.close()

    def _browse(self, radio: Radio) -> None:
        """Look until nobody wants to know. On other networks ask anew: there may be another crowd."""
        from zeroconf import ServiceBrowser

        while not self._over():
            browser = ServiceBrowser(radio.zeroconf, SERVICE_TYPE, handlers=[self._on_change])
            self._wait(lambda: radio.stale() or radio.moved())
            browser.cancel()
            for asked in list(self._asked):
                asked.cancel()
            if radio.stale():
                return

    def _wait(self, for_what: Callable[[], bool]) -> None:
        """Until that is so, looked at now and then, or it is over."""
        looks = 0
        while not self._closed.wait(_TICK) and not self._over():
            looks += 1
            if looks % _LOOKS == 0 and for_what():
                return

    def _over(self) -> bool:
        return self._closed.is_set() or not self._wanted()

    def _say(self, problem: str) -> None:
        if problem != self.problem:
            self.problem = problem
            self._changed()

    def _on_change(self, zeroconf: Any, service_type: str, name: str, state_change: Any) -> None:
        from zeroconf import ServiceStateChange

        if state_change is ServiceStateChange.Removed:
            with self._lock:
                gone = self._found.pop(name, None)
            if gone is not None:
                self._changed()
            return
        with self._lock:
            if name not in self._found and len(self._found) >= MOST:
                return
            self._found.setdefault(name, None)
        # Not waited for here: one that tells its name and never its address must not hold up the others.
        asked = asyncio.run_coroutine_threadsafe(self._learn(zeroconf, name), zeroconf.loop)
        self._asked.add(asked)
        asked.add_done_callback(self._asked.discard)

    async def _learn(self, zeroconf: Any, name: str) -> None:
        from zeroconf import Error
        from zeroconf.asyncio import AsyncServiceInfo

        try:
            info = AsyncServiceInfo(SERVICE_TYPE, name)
            told = read(info) if await info.async_request(zeroconf, _PATIENCE_MS) else None
        except Error:
            told = None  # a name that no service may have
        with self._lock:
            if name not in self._found or self._found[name] == told:
                return
            if told is None:
                del self._found[name]
            else:
                self._found[name] = told
        self._changed()


def read(info: ServiceInfo) -> Found | None:
    """What an announcement says; None where that is nothing of use."""
    told = {key: value or b"" for key, value in info.properties.items()}
    numbers = _usable(info.parsed_scoped_addresses())
    if not numbers or not info.port:
        return None
    pin = told.get(b"pin", b"").decode("ascii", "replace")
    name = paths.shown(info.name.removesuffix(f".{SERVICE_TYPE}"))
    addresses = tuple(str(Address("https", host=one, port=info.port)) for one in numbers[:MOST_ADDRESSES])
    return Found(name, addresses, pin if _PIN.fullmatch(pin) else "", told.get(b"v") == str(PROTOCOL).encode())


def _usable(told: Sequence[str]) -> list[str]:
    """Of the addresses told, those that may lead there, the likeliest first: one on a network that we are on, of IPv4, and no
    link-local one."""
    own = list(own_interfaces())
    ours = {one.ip for one in own}
    found = [(text, ip) for text in told if (ip := _number(text)) is not None]
    if not all(ip in ours for _, ip in found):
        # Machines with containers all have the same addresses towards them: those lead to ourselves.
        found = [(text, ip) for text, ip in found if ip not in ours and not ip.is_loopback]
    return [text for text, _ in sorted(found, key=lambda one: _rank(one[1], own))]


def _number(text: str) -> Ip | None:
    """An address that may be called; None for one that cannot be."""
    try:
        ip = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    # A link-local one of IPv6 means nothing without the interface that leads there.
    lost = ip.version == 6 and ip.is_link_local and "%" not in text
    return None if ip.is_multicast or ip.is_unspecified or lost else ip


def _rank(ip: Ip, own: Sequence[Interface]) -> tuple[bool, bool, int, int]:
    near = any(ip.version == one.version and ip in one.network for one in own)
    return ip.is_link_local, not near, ip.version, int(ip)
