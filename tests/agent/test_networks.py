"""Two hosts of their own (network namespaces of Linux, root only): networks that come and go, and IPv6."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from filexfer.agent.multicast import PIN_DIGITS
from filexfer.server.identity import Identity
from tests.agent.conftest import wait_until

FILEXFER = [sys.executable, "-m", "filexfer"]


def ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True, timeout=20)


class Hosts:
    """Two hosts, `here` and `there`; between them a line that is not there yet. They reach nobody else."""

    def __init__(self) -> None:
        mark = secrets.token_hex(3)
        self.here, self.there = f"fxh{mark}", f"fxt{mark}"
        for host in (self.here, self.there):
            ip("netns", "add", host)
            ip("-n", host, "link", "set", "lo", "up")

    def join(self, six: bool = True) -> None:
        """Lay the line; `six`: IPv6 goes over it too."""
        ip(
            "link",
            "add",
            f"{self.here}l",
            "netns",
            self.here,
            "type",
            "veth",
            "peer",
            "name",
            f"{self.there}l",
            "netns",
            self.there,
        )
        for number, host in enumerate((self.here, self.there), 1):
            ip("-n", host, "addr", "add", f"192.0.2.{number}/24", "dev", f"{host}l")
            if six:
                ip("-n", host, "addr", "add", f"2001:db8::{number}/64", "dev", f"{host}l", "nodad")
            else:
                ip("netns", "exec", host, "sh", "-c", f"echo 1 > /proc/sys/net/ipv6/conf/{host}l/disable_ipv6")
            ip("-n", host, "link", "set", f"{host}l", "multicast", "on", "up")

    def part(self) -> None:
        """Cut it."""
        ip("-n", self.here, "link", "del", f"{self.here}l")

    def run(self, host: str, *words: str | Path, **more: Any) -> subprocess.Popen[str]:
        environment = {name: value for name, value in os.environ.items() if name != "FILEXFER_MDNS"}
        command = ["ip", "netns", "exec", host, *FILEXFER, *map(str, words)]
        return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True, **more)

    def found(self, pin: str, state: Path) -> dict[str, Any] | None:
        """The server with this pin, as `here` finds it."""
        with self.run(self.here, "servers", "--nearby", "--json", "--state", state) as command:
            told, _ = command.communicate(timeout=30)
        assert command.returncode == 0
        rows = [json.loads(line) for line in told.splitlines()]
        return next((row for row in rows if row.get("pin") == pin[:PIN_DIGITS]), None)

    def close(self) -> None:
        for host in (self.here, self.there):
            ip("netns", "del", host)


@pytest.fixture
def hosts() -> Iterator[Hosts]:
    if shutil.which("ip") is None or os.geteuid() != 0:
        pytest.skip("hosts of one's own take root and iproute2")
    try:
        made = Hosts()
    except subprocess.CalledProcessError:
        pytest.skip("this system makes no network namespaces")
    yield made
    made.close()


def test_a_server_is_found_once_there_is_a_network_by_both_families_and_told_of_the_next_one(
    hosts: Hosts, tmp_path: Path
) -> None:
    share, state = tmp_path / "share", tmp_path / "state"
    share.mkdir()
    pin = Identity(state).pin
    # At the addresses that it has by itself.
    server = hosts.run(hosts.there, "serve", share, "--state", state)
    try:
        assert server.stdout is not None
        assert server.stdout.readline().startswith("Listening")
        hosts.join()
        both = ["https://192.0.2.2:8765/", "https://[2001:db8::2]:8765/"]

        def by_both(row: dict[str, Any] | None) -> bool:
            # A network may have its addresses of one family a moment before those of the other.
            return row is not None and row["addresses"][:2] == both

        row = wait_until(lambda: hosts.found(pin, tmp_path / "own"), by_both, seconds=90)
        link_local = row["addresses"][2:]
        assert all("[fe80::" in address and "%25" in address for address in link_local), "with the interface they are on"
        hosts.part()
        # The same address on another interface, and no look between: what spoke on the old one is to be opened anew.
        hosts.join(six=False)
        assert wait_until(lambda: hosts.found(pin, tmp_path / "own"), seconds=90)["addresses"] == ["https://192.0.2.2:8765/"]
    finally:
        server.terminate()
        server.communicate(timeout=20)
