"""Servers find each other by multicast DNS: real agents, in processes of their own, on the loopback interface alone."""

from __future__ import annotations

import socket
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from zeroconf import ServiceInfo, Zeroconf

from filexfer.agent.multicast import PIN_DIGITS, SERVICE_TYPE
from filexfer.core.model import Permission
from filexfer.core.places import computer_name
from filexfer.protocol.pairing import parse_link
from filexfer.server.access import Caller
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
