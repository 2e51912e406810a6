"""The connection doctor: goes the way to a server step by step and says of each how it is, and where one fails, what to type.

Rules: it looks, and changes nothing; it tells no server more than any call does; a step that cannot be taken is left out."""

from __future__ import annotations

import ipaddress
import socket
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from typing import NamedTuple

import filexfer
from filexfer.client import knock
from filexfer.client.credentials import Credentials
from filexfer.client.knock import Knock
from filexfer.client.login import Login
from filexfer.client.session import Session
from filexfer.core import paths
from filexfer.core.errors import ConnectionFailed, ConnectionLost, FilexferError, LoginNeeded
from filexfer.protocol.address import Address

#: Seconds: for each connection to come about, and for answers to a multicast.
PATIENCE = 4.0
LISTENING = 1.5
#: Doors that many computers answer at, be it with a refusal: they tell a closed one from a computer that is off.
_OTHER_DOORS = (22, 80, 443, 445)
#: Addresses of one name that are looked at.
_MOST = 6

GOOD, BAD, UNSURE = "good", "bad", "unsure"
#: What this computer may do at a server, behind “may”.
MAY_READ, MAY_WRITE, MAY_ALL = "look and fetch", "look, fetch, send and change", "do everything"
Find = Callable[[Address], Credentials | None]


class Finding(NamedTuple):
    """How one step is.

    Attributes:
        check: the step: network, name, computer, port, firewall, encryption, pairing, key, server, version, multicast,
            back (from there to here).
        state: good, bad, unsure.
        says: what was found, a sentence.
        do: what to do about it, sentences; "" for nothing.
        command: what to type, "" for nothing.
        there: it is to be typed on the other computer.
    """

    check: str
    state: str
    says: str
    do: str = ""
    command: str = ""
    there: bool = False

    def struct(self) -> dict[str, object]:
        return dict(self._asdict())


#: Gives findings as they are made; what it returns at last says how to go on.
_Step = Generator[Finding, None, bool]


class Doctor:
    """Args:
    find: who we are to a server, as `Vault.find`.
    patience: seconds for each step.
    interfaces: this computer's IPv4 numbers on the networks where multicast is tried; None for all it has.
    """

    def __init__(self, find: Find, patience: float = PATIENCE, interfaces: Sequence[str] | None = None) -> None:
        self._find = find
        self._patience = patience
        self._interfaces = interfaces

    def examine(self, address: Address) -> Iterator[Finding]:
        """The way to the server at `address`, as far as it goes. Blocks between findings."""
        where = address.server
        if where.scheme == "unix":
            yield from self._unix(where)
            return
        numbers = yield from self._name(where)
        reached = False
        if numbers:
            reached = yield from self._port(where, numbers)
        if reached and (yield from self._key(where)):
            yield from self._server(where)
        if not numbers or not all(map(knock.is_here, numbers)):
            yield from self.multicast()

    def own(self, addresses: Sequence[str]) -> Iterator[Finding]:
        """This computer, whose share others are to reach at `addresses`."""
        from filexfer.protocol.address import parse

        if not (yield from self._network([])):
            return
        if not addresses:
            yield Finding(
                "port",
                BAD,
                "Sharing is off, so no other computer reaches this one.",
                "Switch it on in the app, or start a server:",
                "filexfer serve FOLDER",
            )
        for text in addresses:
            where = parse(text)
            outcome = knock.knock((where.host, where.port), self._patience) if where.host else Knock.OPEN
            if outcome is Knock.OPEN:
                yield Finding("port", GOOD, f"The server here listens at {where.server}")
            else:
                yield Finding("port", BAD, f"The server here does not answer at {where.server}", "Start filexfer again.")
        if addresses:
            yield Finding(
                "firewall",
                UNSURE,
                "Whether a firewall here lets others in, only another computer can tell.",
                "Run this there:",
                f"filexfer doctor {parse(addresses[0]).authority}",
                there=True,
            )
        yield from self.multicast()

    # The way there --------------------------------------------------------------------------------------------------------------

    def _unix(self, where: Address) -> Iterator[Finding]:
        try:
            with socket.socket(socket.AF_UNIX) as made:
                made.settimeout(self._patience)
                made.connect(where.socket)
        except OSError as error:
            from filexfer.client.words import connect_error

            yield Finding("port", BAD, str(connect_error(error, str(where))), "", "filexfer serve FOLDER")
            return
        yield Finding("port", GOOD, "Somebody listens at this socket.")
        yield from self._server(where)

    def _name(self, where: Address) -> Generator[Finding, None, list[str]]:
        """What the host's name means; nothing where that is unknown."""
        began = time.monotonic()
        try:
            found = socket.getaddrinfo(where.host, where.port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            yield self._unknown(where.host)
            yield from self._network([])
            return []
        numbers = list(dict.fromkeys(str(place[0]) for *_, place in found))[:_MOST]
        if not _is_number(where.host):
            slow = time.monotonic() - began > self._patience
            says = f"The name “{where.host}” stands for {', '.join(numbers)}."
            if slow:
                yield Finding(
                    "name", UNSURE, f"{says} It took long to find out.", "Use the number, or look at the network's name server."
                )
            elif all(map(knock.is_here, numbers)) and where.host != "localhost":
                yield Finding("name", UNSURE, f"{says} That is this very computer.", "Check how the name is written.")
            else:
                yield Finding("name", GOOD, says)
        return numbers if (yield from self._network(numbers)) else []

    def _unknown(self, host: str) -> Finding:
        do = "Check how it is written. The address in numbers works without a name: the other computer shows it."
        if "." not in host:
            return Finding(
                "name",
                BAD,
                f"No computer is known by the name “{host}”.",
                f"{do} In many home networks it is called {host}.local.",
                f"filexfer doctor {host}.local",
            )
        return Finding("name", BAD, f"No computer is known by the name “{host}”.", do, "filexfer invite", there=True)

    def _network(self, numbers: Sequence[str]) -> _Step:
        """Whether this computer is in a network at all."""
        if numbers and all(map(knock.is_here, numbers)):
            return True
        own = knock.own_numbers()
        if not own:
            yield Finding("network", BAD, "This computer is in no network.", "Plug in the cable, or switch on Wi-Fi.")
            return False
        yield Finding("network", GOOD, f"This computer is in a network, as {own[0]}.")
        return True

    def _port(self, where: Address, numbers: Sequence[str]) -> _Step:
        outcomes = knock.knock_all([(number, where.port) for number in numbers], self._patience)
        if Knock.OPEN in outcomes:
            number = numbers[outcomes.index(Knock.OPEN)]
            yield Finding("port", GOOD, f"{number} answers at port {where.port}.")
            for other, outcome in zip(numbers, outcomes, strict=True):
                if outcome is not Knock.OPEN:
                    yield Finding(
                        "port", UNSURE, f"At {other}, which it is called too, nothing answers: connecting may take long."
                    )
            return True
        awake = [number for number, outcome in zip(numbers, outcomes, strict=True) if outcome is Knock.REFUSED]
        if awake:
            yield Finding(
                "port",
                BAD,
                f"{awake[0]} is on, but nothing listens there at port {where.port}.",
                "Switch on sharing in its app, or start the server there; it says its port.",
                f"filexfer serve FOLDER{_listen(where)}",
                there=True,
            )
            return False
        yield from self._behind(where, numbers, outcomes)
        return False

    def _behind(self, where: Address, numbers: Sequence[str], outcomes: Sequence[Knock]) -> Iterator[Finding]:
        """Why nothing came back from the port."""
        if Knock.FORBIDDEN in outcomes:
            yield Finding("firewall", BAD, "This computer itself forbids the connection.", "Let filexfer out in its firewall.")
            return
        if all(outcome is Knock.NO_WAY for outcome in outcomes):
            yield Finding(
                "network", BAD, f"There is no way from here to {numbers[0]}.", "Connect to the same network, or to its VPN."
            )
            return
        doors = [(number, port) for number in numbers for port in _OTHER_DOORS if port != where.port]
        if any(outcome in (Knock.OPEN, Knock.REFUSED) for outcome in knock.knock_all(doors, self._patience / 2)):
            yield Finding(
                "firewall",
                BAD,
                f"{numbers[0]} is on, but what is sent to its port {where.port} is swallowed: by its firewall, most likely.",
                f"Let TCP port {where.port} in there. On Windows and macOS allow filexfer when asked, or in its firewall's "
                f"settings; with firewalld: sudo firewall-cmd --add-port={where.port}/tcp",
                f"sudo ufw allow {where.port}/tcp",
                there=True,
            )
            return
        yield Finding(
            "computer",
            BAD,
            f"Nothing comes back from {numbers[0]}: it is off or asleep, in another network, or a firewall swallows all.",
            "Wake it, and see that both are in the same network: guest Wi-Fi keeps computers apart. Its address may have "
            "changed: the other computer shows it.",
            "filexfer doctor",
            there=True,
        )

    # Who answers ----------------------------------------------------------------------------------------------------------------

    def _key(self, where: Address) -> _Step:
        """Whether it is the server that this computer is paired with."""
        if where.scheme != "https":
            return True
        from filexfer.client.tls import Tls
        from filexfer.client.transport import Connection

        connection = Connection(where, self._patience, Tls(""))
        try:
            connection.open()
        except (ConnectionFailed, ConnectionLost) as error:
            yield Finding("encryption", BAD, str(error))
            return False
        finally:
            connection.close()
        yield Finding("encryption", GOOD, "The connection is encrypted.")
        try:
            known = self._find(where)
        except LoginNeeded:
            known = None
        except FilexferError as error:
            yield Finding("pairing", BAD, str(error))
            return False
        if known is None:
            yield _unpaired(where, f"This computer is not paired with {where.authority}.")
            return False
        if known.pin != connection.pin:
            yield Finding(
                "key",
                BAD,
                "It shows another key than the one it was paired with, so nothing is sent to it.",
                "If its owner set it up anew, pair again. Otherwise another computer has its address now, or somebody is in "
                "between: ask its owner first.",
                f"filexfer pair {where.authority}",
            )
            return False
        yield Finding("key", GOOD, "It is the one that this computer is paired with.")
        return True

    def _server(self, where: Address) -> Iterator[Finding]:
        """What it is, and what this computer may do there."""
        try:
            with Session(where, login=Login(where, None, self._find), timeout=self._patience, lanes="xmlrpc") as session:
                began = time.monotonic()
                info = session.info()
                took = time.monotonic() - began
        except LoginNeeded:
            yield _unpaired(where, "It does not know this computer, or not any more.")
            return
        except FilexferError as error:
            yield Finding("server", BAD, paths.shown(str(error)))
            return
        if info.get("name") != "filexfer":
            yield Finding(
                "server", UNSURE, "An XML-RPC server answers, but it is not filexfer.", "Check the address and the port."
            )
            return
        may = {"read": MAY_READ, "write": MAY_WRITE}.get(str(info.get("permission")), MAY_ALL)
        took_ms = max(1, round(took * 1000))
        yield Finding("server", GOOD, f"It answers, in {took_ms} ms. This computer may {may} there.")
        yield _version(paths.shown(str(info.get("version", "?"))))

    # Whether servers nearby are seen --------------------------------------------------------------------------------------------

    def multicast(self) -> Iterator[Finding]:
        """Whether computers nearby can be found by themselves. No connection depends on it."""
        own = knock.own_numbers() if self._interfaces is None else list(self._interfaces)
        interfaces = [number for number in own if ":" not in number]
        if not interfaces:
            return
        by_hand = "Connect by address instead: that needs no multicast."
        try:
            answered, ours = knock.heard(interfaces, min(LISTENING, self._patience))
        except OSError:
            yield Finding("multicast", UNSURE, "This network takes no multicast, so computers nearby are not listed.", by_hand)
            return
        others = answered - set(interfaces)
        if not others:
            says = "Nobody else answered by multicast, so computers nearby may not be listed."
            yield Finding(
                "multicast", UNSURE, says, f"Guest Wi-Fi and VPNs keep multicast away, firewalls UDP port 5353. {by_hand}"
            )
        else:
            yield Finding("multicast", GOOD, _heard(len(others), len(ours - set(interfaces))))


def _heard(others: int, sharing: int) -> str:
    """Who answered by multicast: `others` in all, `sharing` of them with filexfer."""
    if others == 1:
        if sharing:
            return "One computer answers by multicast, and it runs filexfer."
        return "One computer or device answers by multicast, without filexfer."
    if not sharing:
        return f"{others} computers and devices answer by multicast, none of them with filexfer."
    return f"{others} computers and devices answer by multicast, {sharing} of them with filexfer."


def _unpaired(where: Address, says: str) -> Finding:
    return Finding(
        "pairing",
        BAD,
        says,
        "On the other computer run `filexfer invite`, or choose “Pair a device” in its app; then pair here.",
        f"filexfer pair {where.authority}",
    )


def _version(theirs: str) -> Finding:
    ours = filexfer.__version__
    if theirs.split(".")[:2] == ours.split(".")[:2]:
        return Finding("version", GOOD, f"Both run filexfer {ours}." if theirs == ours else f"It runs filexfer {theirs}.")
    return Finding(
        "version",
        UNSURE,
        f"It runs filexfer {theirs}, this computer {ours}.",
        "Bring the older one up to date if anything is odd.",
    )


def _listen(where: Address) -> str:
    from filexfer.protocol.address import DEFAULT_PORT

    return "" if where.port == DEFAULT_PORT else f" --listen https://0.0.0.0:{where.port}"


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True
