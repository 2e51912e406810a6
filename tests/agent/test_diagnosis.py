"""`server_doctor`: what an agent finds on the way to a server; on networks of two hosts' own also from the other end."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from filexfer.client.control import connect_control
from tests.agent.conftest import AgentProcess
from tests.agent.test_networks import Hosts, ip


def steps(answer: Any) -> list[tuple[str, str]]:
    return [(one["check"], one["state"]) for one in answer["findings"]]


def test_a_window_is_told_each_step_and_what_to_type(agent: AgentProcess) -> None:
    found = agent.session().call("server_doctor", "https://127.0.0.1:1/")
    assert steps(found) == [("port", "bad")]
    only = found["findings"][0]  # type: ignore[index]
    assert only.keys() == {"check", "state", "says", "do", "command", "there"}
    assert (only["command"], only["there"]) == ("filexfer serve FOLDER --listen https://0.0.0.0:1", True)


@pytest.fixture
def two() -> Iterator[Hosts]:
    if shutil.which("ip") is None or os.geteuid() != 0:
        pytest.skip("hosts of one's own take root and iproute2")
    try:
        made = Hosts()
    except subprocess.CalledProcessError:
        pytest.skip("this system makes no network namespaces")
    made.join()
    yield made
    made.close()


def started(parts: ExitStack, process: subprocess.Popen[str]) -> None:
    assert process.stdout is not None
    parts.callback(process.communicate, timeout=20)
    parts.callback(process.terminate)
    assert process.stdout.readline().startswith("Listening")


def test_it_looks_from_both_ends_and_tells_apart_how_the_way_is_broken(two: Hosts, home: Path, tmp_path: Path) -> None:
    address = "https://192.0.2.2:8765/"
    with ExitStack() as parts:
        (tmp_path / "share").mkdir()
        serve = ("serve", tmp_path / "share", "--listen", address.rstrip("/"), "--no-announce", "--state", home / "there")
        started(parts, two.run(two.there, *serve))
        started(parts, two.run(two.here, "agent", "--state", home / "here"))
        there = parts.enter_context(connect_control(home / "there"))
        here = parts.enter_context(connect_control(home / "here", timeout=60))
        here.call("share_set", {"folder": str(tmp_path / "mine")})
        assert steps(here.call("server_doctor", address))[-2:] == [("pairing", "bad"), ("multicast", "unsure")]
        here.call("server_pair", {"link": there.call("invite_create", {"permission": "manage"})["link"]})  # type: ignore[index]
        well = ["network", "port", "encryption", "key", "server", "version"]
        found = steps(here.call("server_doctor", address))
        assert [one for one in found if one[0] != "multicast"] == [(check, "good") for check in well], "nothing is shared here"
        here.call("share_set", {"on": True})
        assert steps(here.call("server_doctor", address))[-1] == ("back", "good")
        # Another computer's address now: nobody there has it.
        ip("-n", two.there, "addr", "del", "192.0.2.2/24", "dev", f"{two.there}l")
        assert ("computer", "bad") in steps(here.call("server_doctor", address))
        ip("-n", two.here, "link", "set", f"{two.here}l", "down")
        assert {check for check, state in steps(here.call("server_doctor", address)) if state == "bad"} == {"network"}
