"""Servers find each other by multicast DNS: real agents, in processes of their own, on the loopback interface alone."""

from __future__ import annotations

import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_interface
from pathlib import Path
from typing import Any

import pytest
from zeroconf import ServiceInfo, Zeroconf

from filexfer.agent import lookout, multicast, nearby
from filexfer.agent.announce import Announcement, announcement
from filexfer.agent.lookout import MOST, MOST_ADDRESSES, Found, Lookout, read
from filexfer.agent.memory import Memory
from filexfer.agent.moves import Moves
from filexfer.agent.multicast import PIN_DIGITS, SERVICE_TYPE, Networks
from filexfer.agent.nearby import Nearby, Surroundings
from filexfer.agent.servers import Servers
from filexfer.client.control import connect_control
from filexfer.client.credentials import Credentials
from filexfer.client.vault import Vault
from filexfer.core.errors import ConnectionFailed, FilexferError
from filexfer.core.model import Permission
from filexfer.core.places import computer_name
from filexfer.protocol.address import parse
from filexfer.protocol.pairing import parse_link
from filexfer.protocol.wire import struct
from filexfer.server.access import Caller
from filexfer.server.deferred import Deferred
from filexfer.server.identity import Identity
from tests.agent.conftest import AgentProcess, Laptop, wait_until

LOOPBACK = "127.0.0.1"
HERE = Caller("", Permission.MANAGE, local=True, peer="uid:1")


@pytest.fixture(autouse=True)
def over_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FILEXFER_MDNS", LOOPBACK)


@pytest.fixture
def two(tmp_path: Path) -> Iterator[tuple[AgentProcess, AgentProcess]]:
    """An agent that looks, and another one that nothing is shared of yet."""
    homes = [Path(tempfile.mkdtemp(prefix="fa")) for _ in range(2)]
    agents = [AgentProcess(home).start() for home in homes]
    yield agents[0], agents[1]
    for agent in agents:
        agent.close()


def connected(agents: tuple[AgentProcess, AgentProcess]) -> tuple[Any, Any]:
    return agents[0].session(timeout=60), agents[1].session()


def pin_of(agent: Any) -> str:
    """As its invitations tell it."""
    return parse_link(agent.call("invite_create", {})["link"]).pin


def seen(looking: Any, pin: str) -> dict[str, Any] | None:
    """The row of the server with this pin, in what `looking` finds now."""
    rows = looking.call("nearby_list")["servers"]
    return next((row for row in rows if row["pin"] == pin[:PIN_DIGITS]), None)


def test_a_shared_computer_is_found_named_and_gone_when_it_stops(two: tuple[AgentProcess, AgentProcess], tmp_path: Path) -> None:
    looking, other = connected(two)
    share = other.call("share_set", {"on": True, "folder": str(tmp_path / "secret plans")})
    port = share["addresses"][0].rstrip("/").rpartition(":")[2]
    pin = pin_of(other)
    row = wait_until(lambda: seen(looking, pin))
    assert row["name"].startswith(computer_name())
    assert (row["address"], row["known"], row["self"], row["state"]) == (
        f"https://{LOOPBACK}:{port}/",
        "",
        False,
        "needs pairing",
    )
    assert row["addresses"] == [row["address"]]
    assert wait_until(lambda: seen(other, pin))["self"] is True
    paired = Laptop(other, two[0].state, "read")
    looking.call("server_save", {"name": "attic", "address": paired.address})
    row = wait_until(lambda: seen(looking, pin), lambda row: row["state"] == "online")
    assert row["known"] == "attic"
    other.call("share_set", {"on": False})
    wait_until(lambda: seen(looking, pin) is None)


def test_who_waits_is_told_at_once_when_one_comes(two: tuple[AgentProcess, AgentProcess]) -> None:
    looking, other = connected(two)
    cursor = looking.call("nearby_list")["cursor"]
    answers: list[Any] = []

    def follow() -> None:
        nonlocal cursor
        while not any(not row["self"] and row["pin"] == pin[:PIN_DIGITS] for answer in answers for row in answer["servers"]):
            answers.append(looking.call("nearby_list", cursor, 30.0))
            cursor = answers[-1]["cursor"]

    other.call("share_set", {"on": True})
    pin = pin_of(other)
    thread = threading.Thread(target=follow, daemon=True)
    thread.start()
    thread.join(25)
    assert not thread.is_alive()
    # It was told by news, and not by a poll that was over: each answer but the first is another one.
    assert len({answer["cursor"] for answer in answers}) == len(answers)


def test_the_network_hears_nothing_before_sharing_is_on_and_no_word_of_the_share_then(home: Path, tmp_path: Path) -> None:
    pin = Identity(home / "state").pin
    sent, agent = Packets(), AgentProcess(home).start()
    session = agent.session()
    # Reached by processes of this user alone; somebody else, who is heard, has been told meanwhile.
    session.call("share_set", {"folder": str(tmp_path / "secret plans")})
    with announced("somebody", "a" * PIN_DIGITS):
        wait_until(lambda: seen(session, "a" * PIN_DIGITS))
    assert sent.about("a" * PIN_DIGITS)
    assert sent.about(pin) == []
    session.call("share_set", {"on": True})
    assert wait_until(lambda: seen(session, pin))["self"] is True
    told = b"".join(sent.about(pin))
    assert computer_name().encode() in told
    assert b"secret" not in told
    sent.close()
    agent.close()


@contextmanager
def announced(name: str, pin: str, port: int = 1, version: str = "1", **more: Any) -> Iterator[ServiceInfo]:
    """Somebody announces a server like this on loopback."""
    info = ServiceInfo(
        SERVICE_TYPE,
        f"{name}.{SERVICE_TYPE}",
        port=port,
        properties={"v": version, "pin": pin},
        server=f"x-{pin or port}.local.",
        parsed_addresses=more.get("addresses", [LOOPBACK]),
    )
    with Zeroconf([LOOPBACK]) as zeroconf:
        zeroconf.register_service(info, cooperating_responders=True)
        yield info


def lookout_sees(fits: Any) -> list[Found]:
    """What is found as soon as it fits."""
    lookout = Lookout(lambda: None).start()
    try:
        return list(wait_until(lookout.found, fits))
    finally:
        lookout.close()


def told(addresses: list[str], port: int = 8765, name: str = "x", **properties: str) -> Found | None:
    info = ServiceInfo(SERVICE_TYPE, f"{name}.{SERVICE_TYPE}", port=port, properties=properties, parsed_addresses=addresses)
    return read(info)


def test_an_announcement_is_believed_in_nothing() -> None:
    found = told([LOOPBACK], name="evil\x9b[31m\u202eexe", v="1", pin="not a pin at all")
    assert found is not None
    assert (found.name, found.pin, found.speaks) == ("evil\\x9b[31m\\u202eexe", "", True)
    assert told([]) is None
    assert told([LOOPBACK], port=0) is None
    assert told(["224.0.0.1", "0.0.0.0"]) is None
    other = told([LOOPBACK], v="2")
    assert other is not None
    assert not other.speaks
    many = told([f"198.51.100.{n}" for n in range(1, 100)])
    assert many is not None
    assert len(many.addresses) == MOST_ADDRESSES


def test_of_several_addresses_those_come_first_that_are_on_our_networks(monkeypatch: pytest.MonkeyPatch) -> None:
    own = [ip_interface(text) for text in ("127.0.0.1/8", "192.0.2.7/24", "172.17.0.1/16", "fe80::1/64", "2001:db8::7/64")]
    monkeypatch.setattr(lookout, "own_interfaces", lambda: iter(own))
    found = told(["fe80::2", "203.0.113.5", "127.0.0.1", "172.17.0.1", "2001:db8::9", "192.0.2.9"])
    assert found is not None
    near, far = ["192.0.2.9", "[2001:db8::9]"], ["203.0.113.5"]
    assert list(found.addresses) == [f"https://{host}:8765/" for host in near + far], (
        "and none that is ourselves, or leads nowhere"
    )
    ourselves = told(["172.17.0.1", "192.0.2.7"])
    assert ourselves is not None
    assert len(ourselves.addresses) == 2, "a server on this machine may be looked for as well"


@pytest.mark.parametrize(
    ("listening", "only", "expected"),
    [
        (["https://0.0.0.0:8765/"], None, Announcement(8765, ("192.0.2.7",))),
        (["https://[::]:8765/"], None, Announcement(8765, ("2001:db8::7", "fe80::1"))),
        (["https://0.0.0.0:8765/", "https://[::]:8765/"], None, Announcement(8765, ("192.0.2.7", "2001:db8::7", "fe80::1"))),
        (["https://192.0.2.7:1/", "https://0.0.0.0:2/"], None, Announcement(1, ("192.0.2.7",))),
        (["https://127.0.0.1:8765/"], None, None),
        (["https://localhost:8765/"], None, None),
        (["http://0.0.0.0:8765/", "unix:/run/x.sock"], None, None),
        (["https://198.51.100.1:8765/"], None, None),
        (["https://0.0.0.0:8765/"], LOOPBACK, Announcement(8765, (LOOPBACK,))),
        ([], None, None),
    ],
)
def test_what_is_told_is_where_others_reach_it(
    monkeypatch: pytest.MonkeyPatch, listening: list[str], only: str | None, expected: Announcement | None
) -> None:
    own = [ip_interface(text) for text in ("127.0.0.1/8", "::1/128", "192.0.2.7/24", "fe80::1/64", "2001:db8::7/64")]
    monkeypatch.setattr(multicast, "own_interfaces", lambda: iter(own))
    assert announcement(listening, Networks.chosen({"FILEXFER_MDNS": only} if only else {})) == expected


def test_the_interfaces_can_be_chosen_and_a_mistake_is_told() -> None:
    assert Networks.chosen({}).only is None
    assert Networks.chosen({"FILEXFER_MDNS": "off"}).off
    assert not Networks.chosen({"FILEXFER_MDNS": "192.0.2.1, ::1"}).off
    with pytest.raises(ConnectionFailed, match="addresses of this computer"):
        Networks.chosen({"FILEXFER_MDNS": "eth0"})


def test_one_that_never_says_where_it_is_holds_up_nobody_and_a_crowd_is_bounded() -> None:
    crowd = [ServiceInfo(SERVICE_TYPE, f"c{n}.{SERVICE_TYPE}", port=1, server="c.local.", parsed_addresses=[LOOPBACK])
             for n in range(MOST + 50)]  # fmt: skip
    silent = ServiceInfo(SERVICE_TYPE, f"silent.{SERVICE_TYPE}", port=1, server="nowhere.local.", parsed_addresses=[])
    with Zeroconf([LOOPBACK]) as zeroconf:
        for info in (silent, *crowd):
            zeroconf.registry.async_add(info)
        sizes = [-1]

        def settled(found: list[Found]) -> bool:
            sizes.append(len(found))
            return len(found) >= MOST - 1 and len(set(sizes[-30:])) == 1

        found = lookout_sees(settled)
    assert len(found) <= MOST
    assert "silent" not in {one.name for one in found}


def test_looking_ends_by_itself_and_begins_anew_with_the_next_question(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nearby, "KEEPS_LOOKING", 0.0)  # seconds
    servers, vault = Servers(Memory(tmp_path / "servers.json"), lambda: "", Vault(tmp_path)), Vault(tmp_path)
    near = Nearby(Surroundings(servers, vault), Moves(servers, vault))
    before = near._version
    assert isinstance(near.nearby_list(HERE), dict)
    wait_until(lambda: near._lookout is None)
    waiting = near.nearby_list(HERE, 0, 30.0)
    assert isinstance(waiting, dict)
    assert waiting["cursor"] != before, "what was found then is not known any more"
    follow = near.nearby_list(HERE, int(str(waiting["cursor"])), 30.0)
    assert isinstance(follow, Deferred)
    with announced("somebody", "b" * PIN_DIGITS):
        wait_until(lambda: follow.done)
    near.close()
    servers.close()


def test_without_a_network_the_reason_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FILEXFER_MDNS", "off")
    around = Surroundings(Servers(Memory(tmp_path / "servers.json"), lambda: "", Vault(tmp_path)), Vault(tmp_path))
    rows, problem = around.look(20.0)
    assert rows == []
    assert "not looked for" in problem


def test_a_known_pin_that_somebody_else_announces_changes_nothing_of_the_saved_server(tmp_path: Path) -> None:
    vault, pin = Vault(tmp_path), "c" * 64
    vault.keep("https://192.0.2.5:8765/", Credentials(pin, "t" * 20))
    servers = Servers(Memory(tmp_path / "servers.json"), lambda: "", vault)
    servers.save("studio", "https://192.0.2.5:8765/")
    (row,) = Surroundings(servers, vault).rows([Found("studio", ("https://198.51.100.66:1/",), pin[:PIN_DIGITS], True)])
    assert row["known"] == "studio"
    assert servers.saved() == {"studio": "https://192.0.2.5:8765/"}
    (row,) = Surroundings(servers, vault).rows([Found("studio", ("https://192.0.2.5:8765/",), "", True)])
    assert (row["known"], row["state"]) == ("", "needs pairing"), "one without a pin is nobody we know"
    servers.close()


def test_a_saved_server_is_followed_to_its_new_address_and_what_names_the_old_one_reaches_it(
    agent: AgentProcess, tmp_path: Path
) -> None:
    session: Any = agent.session()
    share, state = tmp_path / "attic", tmp_path / "attic-state"
    share.mkdir()
    (share / "hello.txt").write_text("hello")
    first = Serving(share, state)
    with connect_control(state) as theirs:
        code = str(struct(theirs.call("invite_create", {"permission": "write"}))["code"])
    session.call("server_pair", {"address": first.address, "code": code, "name": "attic"})
    first.end()
    second = Serving(share, state)
    assert second.address != first.address

    def told() -> str:
        session.call("nearby_list")
        return str(session.call("server_list")["servers"][0]["address"])

    wait_until(told, lambda address: address == second.address, seconds=40)
    for server in ("attic:", first.address, second.address):
        assert session.call("view_open", server, "", {})["count"] == 1, server
    assert Vault(agent.state).known() == [second.address]
    session.call("server_forget", "attic")
    with pytest.raises(FilexferError):
        session.call("view_open", first.address, "", {})
    second.end()


def test_an_impostor_with_a_known_pin_is_not_followed(agent: AgentProcess, tmp_path: Path) -> None:
    session: Any = agent.session()
    for name in ("attic", "impostor"):
        (tmp_path / name).mkdir()
    attic, impostor = (Serving(tmp_path / name, tmp_path / f"{name}-state") for name in ("attic", "impostor"))
    with connect_control(tmp_path / "attic-state") as theirs:
        link = str(struct(theirs.call("invite_create", {}))["link"])
    session.call("server_pair", {"link": link, "name": "attic"})
    attic.end()
    saved = session.call("server_list")["servers"][0]["address"]
    pin = parse_link(link).pin
    with announced("attic", pin[:PIN_DIGITS], port=parse(impostor.address).port):
        wait_until(lambda: seen(session, pin), lambda row: row is not None and row["state"] == "offline")
        moves = Moves(Servers(Memory(agent.state / "servers.json"), lambda: "", Vault(agent.state)), Vault(agent.state))
        moves._find("attic", saved, [impostor.address])
    assert session.call("server_list")["servers"][0]["address"] == saved
    assert Vault(agent.state).known() == [saved]
    impostor.end()


class Serving:
    """`filexfer serve` over https on any free port of loopback. Attributes: address."""

    def __init__(self, share: Path, state: Path) -> None:
        command = [
            sys.executable,
            "-m",
            "filexfer",
            "serve",
            str(share),
            "--listen",
            f"https://{LOOPBACK}:0",
            "--state",
            str(state),
        ]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        self.address = self._process.stdout.readline().removeprefix("Listening on ").strip()

    def end(self) -> None:
        self._process.terminate()
        self._process.communicate(timeout=20)


class Packets:
    """Listens to what is sent by multicast DNS on loopback."""

    def __init__(self) -> None:
        self._sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        self._sock.bind(("", 5353))
        group = socket.inet_aton("224.0.0.251") + socket.inet_aton(LOOPBACK)
        self._sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, group)
        self._sock.settimeout(0.2)
        self._all: list[bytes] = []

    def about(self, word: str) -> list[bytes]:
        """Those heard so far that hold this."""
        try:
            while True:
                self._all.append(self._sock.recv(9000))
        except TimeoutError:
            return [packet for packet in self._all if word[:PIN_DIGITS].encode() in packet]

    def close(self) -> None:
        self._sock.close()
