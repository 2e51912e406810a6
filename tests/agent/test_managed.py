"""A headless box as a device that may manage it has it, over the network: what it tells, what can be changed, and what cannot be
from elsewhere. A real `filexfer serve` in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from filexfer.client.control import connect_control
from filexfer.client.session import Session
from filexfer.core.errors import ConnectionFailed, ConnectionLost, Forbidden, UnknownMethod
from filexfer.protocol.methods import METHODS
from filexfer.server import Server
from filexfer.server.settings import Settings
from tests.agent.conftest import Laptop, wait_until


class Box:
    """`filexfer serve` on https. Attributes: share, state."""

    def __init__(self, home: Path) -> None:
        self.share, self.state = home / "share", home / "box"
        self.share.mkdir(exist_ok=True)
        command = [sys.executable, "-m", "filexfer", "serve", str(self.share), "--listen", "https://127.0.0.1:0", "--no-announce"]
        self._process = subprocess.Popen([*command, "--state", str(self.state)], stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        assert self._process.stdout.readline().startswith("Listening on https:")

    def owner(self) -> Session:
        """As a command on that computer calls it."""
        return connect_control(self.state)

    def audited(self, act: str) -> list[dict[str, Any]]:
        lines = (json.loads(line) for line in (self.state / "audit.log").read_text().splitlines())
        return [line for line in lines if line["act"] == act]

    def stop(self) -> None:
        self._process.terminate()
        self._process.communicate(timeout=20)


@pytest.fixture
def box(home: Path) -> Iterator[Box]:
    made = Box(home)
    yield made
    made.stop()


@pytest.fixture
def manager(box: Box, tmp_path: Path) -> Iterator[Session]:
    """A device that may manage it, on the other side of the network."""
    with box.owner() as owner:
        laptop = Laptop(owner, tmp_path / "laptop", "manage")
    with laptop.connect() as session:
        yield session


def test_it_tells_its_share_its_devices_its_transfers_and_its_bounds(box: Box, manager: Session) -> None:
    told: Any = manager.call("server_list")
    assert told["share"]["folder"] == str(box.share)
    assert told["share"]["on"] is True
    assert told["share"]["lasting"] is False, "its command line says what holds after the next start"
    assert [device["name"] for device in manager.call("device_list")] == ["laptop"]  # type: ignore[attr-defined]
    assert manager.call("job_list")["jobs"] == []  # type: ignore[index]
    bounds: Any = manager.call("server_bounds")
    assert bounds["connections"] == Settings().connections
    assert bounds["stall_seconds"] == Settings().stall_seconds
    assert not {"insecure", "allow_hosts"} & bounds.keys(), "these bound nobody"


def test_what_others_may_is_changed_from_elsewhere_and_stands_in_the_audit_log(box: Box, manager: Session) -> None:
    share: Any = manager.call("share_set", {"guest": "read", "permission": "read"})
    assert (share["guest"], share["permission"]) == ("read", "read")
    manager.call("limit_set", {"rate": 5_000_000})
    assert manager.call("agent_info")["rate"] == 5_000_000  # type: ignore[index]
    (line,) = box.audited("share_set")
    assert (line["name"], line["result"], line["what"]) == (
        "laptop",
        "done",
        {"changes": {"guest": "read", "permission": "read"}},
    )
    assert box.audited("limit_set")[0]["name"] == "laptop"


@pytest.mark.parametrize("folder", ["/", "/etc", "..", "below"])
def test_which_folder_is_shared_is_not_for_elsewhere_to_say(box: Box, manager: Session, folder: str) -> None:
    (box.share / "below").mkdir()
    wanted = str(box.share / folder) if folder in ("below", "..") else folder
    # Nor by another way: a process of that user could.
    for call in (("share_set", {"folder": wanted}), ("server_call", "", "share_set", [{"folder": wanted}])):
        with pytest.raises(Forbidden):
            manager.call(call[0], *call[1:])
    with box.owner() as owner:
        assert owner.call("server_list")["share"]["folder"] == str(box.share)  # type: ignore[index]
    assert box.audited("share_set")[0]["result"] == "fault"


def test_who_switches_it_off_from_elsewhere_has_the_answer_and_then_no_way_in(box: Box, manager: Session, tmp_path: Path) -> None:
    with box.owner() as owner:
        other = Laptop(owner, tmp_path / "other", "write").connect()
    with other:
        other.call("server_info")
        assert manager.call("share_set", {"on": False})["on"] is False  # type: ignore[index]
        for session in (manager, other):
            with pytest.raises((ConnectionFailed, ConnectionLost)):
                session.call("server_info")
    with box.owner() as owner:
        owner.call("share_set", {"on": True})
        assert manager.call("server_info")["permission"] == "manage"  # type: ignore[index]


def test_a_manager_that_revokes_itself_has_the_answer(box: Box, manager: Session) -> None:
    assert manager.call("device_revoke", "laptop") is True
    with box.owner() as owner:
        assert owner.call("device_list") == []


def test_its_own_transfers_are_seen_paused_and_ended_from_elsewhere(box: Box, manager: Session, tmp_path: Path) -> None:
    (tmp_path / "film").write_bytes(b"x" * (4 << 20))
    with box.owner() as owner:
        owner.call("limit_set", {"rate": 10_000})
        job: Any = owner.call("job_add", {"direction": "put", "server": "", "items": [[str(tmp_path / "film"), "film"]]})
    news: Any = manager.call("job_events", 0, 0.0)
    assert [one["id"] for one in news["jobs"]] == [job["id"]]

    def state() -> str:
        return str(manager.call("job_list")["jobs"][0]["state"])  # type: ignore[index]

    manager.call("job_pause", job["id"])
    wait_until(state, lambda now: now == "paused")
    # It reads what is not in the share: only that computer itself may have it go on.
    with pytest.raises(Forbidden):
        manager.call("job_resume", job["id"])
    manager.call("job_cancel", job["id"])
    wait_until(state, lambda now: now == "cancelled")
    manager.call("job_clear", [job["id"]])
    assert manager.call("job_list")["total"] == 0  # type: ignore[index]


@pytest.mark.parametrize("permission", ["read", "write"])
def test_who_may_not_manage_is_told_and_changes_nothing_of_it(box: Box, tmp_path: Path, permission: str) -> None:
    with box.owner() as owner:
        laptop = Laptop(owner, tmp_path / "laptop", permission)
        with laptop.connect() as session:
            for name, *params in (
                ["server_list"], ["server_bounds"], ["job_list"], ["agent_info"], ["device_list"],
                ["share_set", {"guest": "write"}], ["limit_set", {"rate": 1}], ["invite_create", {}],
            ):  # fmt: skip
                with pytest.raises(Forbidden):
                    session.call(str(name), *params)
        assert owner.call("server_list")["share"]["guest"] == "none"  # type: ignore[index]


def test_a_server_without_an_agent_says_that_it_has_none(tmp_path: Path) -> None:
    """What a window tells it by: a program of its own that shares a folder by the library."""
    with Server(tmp_path / "share", ["https://127.0.0.1:0"], state=tmp_path / "state", control=tmp_path / "c.sock") as server:
        from filexfer.client.session import connect

        with connect(f"unix:{tmp_path / 'c.sock'}") as owner:
            for name in ("server_list", "job_list", "agent_info"):
                assert name in METHODS
                with pytest.raises(UnknownMethod):
                    owner.call(name)
            assert owner.call("server_bounds")["workers"] == server.settings.workers  # type: ignore[index]
