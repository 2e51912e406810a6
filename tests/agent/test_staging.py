"""Files fetched ahead of a drag: whole, verified, private, bounded, and only for a window on this computer."""

from __future__ import annotations

import os
import stat
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from filexfer.agent import staging
from filexfer.agent.memory import Memory
from filexfer.agent.servers import Servers
from filexfer.agent.staging import Staging
from filexfer.client.session import Session
from filexfer.client.throttle import Throttle
from filexfer.client.vault import Vault
from filexfer.core.errors import Forbidden, NotFound
from filexfer.core.model import Permission
from filexfer.server import Server
from filexfer.server.access import Caller
from filexfer.server.deferred import Deferred
from tests.agent.conftest import AgentProcess, Laptop

MIB = 1 << 20
LOCAL = Caller("control", Permission.MANAGE, local=True)


@pytest.fixture
def share(tmp_path: Path) -> Path:
    folder = tmp_path / "share"
    folder.mkdir()
    return folder


@pytest.fixture
def server(share: Path) -> Iterator[Server]:
    with Server(share, ["http://127.0.0.1:0"], guest="write") as server:
        yield server


@pytest.fixture
def throttle() -> Throttle:
    return Throttle()


@pytest.fixture
def stage(tmp_path: Path, throttle: Throttle) -> Iterator[Staging]:
    servers = Servers(Memory(tmp_path / "servers.json"), lambda: "", Vault(tmp_path / "vault"))
    made = Staging(servers, tmp_path / "state" / "staged", throttle)
    yield made
    made.close()
    servers.close()


def ended(deferred: Deferred) -> list[Path]:
    """What it answers, once it does. Raises what it failed with."""
    over = threading.Event()
    deferred.when_done(over.set)
    assert over.wait(20)
    answer: Any = deferred.result()
    return [Path(os.fsdecode(path)) for path in answer["files"]]


def parts(tmp_path: Path) -> list[Path]:
    return list((tmp_path / "state" / "staged").glob("*.part"))


def test_small_files_are_here_complete_with_their_names_and_times(
    stage: Staging, server: Server, share: Path, tmp_path: Path
) -> None:
    contents = {"a.bin": os.urandom(3 * MIB + 5), "sub/0 bytes": b"", "ä&<\x01": b"x", os.fsdecode(b"stray\xff"): b"y"}
    (share / "sub").mkdir()
    for name, content in contents.items():
        (share / name).write_bytes(content)
        os.utime(share / name, ns=(10**18, 10**18))
    wire = [name if name.isprintable() and "\udcff" not in name else os.fsencode(name) for name in contents]
    found = ended(stage.stage_files(LOCAL, server.addresses[0], wire))
    assert [path.name for path in found] == [name.rpartition("/")[2] for name in contents]
    assert [path.read_bytes() for path in found] == list(contents.values())
    assert {path.stat().st_mtime_ns for path in found} == {10**18}
    assert stat.S_IMODE((tmp_path / "state" / "staged").stat().st_mode) == 0o700
    assert parts(tmp_path) == []


def test_a_folder_or_too_much_is_not_fetched_ahead(stage: Staging, server: Server, share: Path, tmp_path: Path) -> None:
    (share / "folder").mkdir()
    (share / "small").write_bytes(b"x")
    (share / "half").write_bytes(bytes(8 * MIB))
    (share / "more").write_bytes(bytes(8 * MIB + 1))
    address = server.addresses[0]
    assert ended(stage.stage_files(LOCAL, address, ["small", "folder"])) == []
    assert ended(stage.stage_files(LOCAL, address, ["half", "more"])) == []
    assert ended(stage.stage_files(LOCAL, address, ["small"] * 101)) == []
    assert list((tmp_path / "state" / "staged").iterdir()) == []
    assert len(ended(stage.stage_files(LOCAL, address, ["half", "small"]))) == 2


def test_what_is_here_is_not_fetched_again_unless_somebody_wrote_to_it(stage: Staging, server: Server, share: Path) -> None:
    (share / "a").write_bytes(b"first")
    os.utime(share / "a", ns=(10**18, 10**18))
    (first,) = ended(stage.stage_files(LOCAL, server.addresses[0], ["a"]))
    inode = first.stat().st_ino
    (again,) = ended(stage.stage_files(LOCAL, server.addresses[0], ["a"]))
    assert (again, again.stat().st_ino) == (first, inode)
    first.write_bytes(b"edited in place")
    (third,) = ended(stage.stage_files(LOCAL, server.addresses[0], ["a"]))
    assert third.read_bytes() == b"first"


def test_another_version_has_another_place(stage: Staging, server: Server, share: Path) -> None:
    (share / "a").write_bytes(b"old")
    (old,) = ended(stage.stage_files(LOCAL, server.addresses[0], ["a"]))
    (share / "a").write_bytes(b"newer")
    (new,) = ended(stage.stage_files(LOCAL, server.addresses[0], ["a"]))
    assert (old.read_bytes(), new.read_bytes()) == (b"old", b"newer")


def test_a_file_that_is_not_there_is_an_error(stage: Staging, server: Server) -> None:
    with pytest.raises(NotFound):
        ended(stage.stage_files(LOCAL, server.addresses[0], ["nothing"]))


def test_a_newer_selection_ends_the_older_one_and_leaves_nothing_half_done(
    stage: Staging, server: Server, share: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (share / "large").write_bytes(os.urandom(5 * MIB))
    (share / "other").write_bytes(b"o")
    begun, go_on = threading.Event(), threading.Event()
    whole = Session.get

    def slow(session: Session, path: str, file: Any) -> Any:
        if path == "large":
            begun.set()
            assert go_on.wait(20)
        return whole(session, path, file)

    monkeypatch.setattr(Session, "get", slow)
    older = stage.stage_files(LOCAL, server.addresses[0], ["large"], {"ticket": "window"})
    assert begun.wait(20)
    newer = stage.stage_files(LOCAL, server.addresses[0], ["other"], {"ticket": "window"})
    go_on.set()
    assert ended(older) == []
    assert [path.read_bytes() for path in ended(newer)] == [b"o"]
    assert parts(tmp_path) == []
    assert len(list((tmp_path / "state" / "staged").iterdir())) == 1


def test_the_speed_limit_holds_here_too(
    stage: Staging, server: Server, share: Path, throttle: Throttle, until: Callable[..., Any]
) -> None:
    (share / "a").write_bytes(os.urandom(2 * MIB))
    throttle.set(1000)
    slow = stage.stage_files(LOCAL, server.addresses[0], ["a"], {"ticket": "window"})
    until(lambda: throttle._free_at - time.monotonic() > 1500)  # two megabytes are spoken for, at a thousand bytes a second
    assert not slow.done
    throttle.set(0)
    assert len(ended(slow)) == 1


def test_a_file_that_changes_meanwhile_is_never_offered(
    stage: Staging, server: Server, share: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (share / "a").write_bytes(b"1" * MIB)
    whole = Session.get

    def then_changed(session: Session, path: str, file: Any) -> Any:
        entry = whole(session, path, file)
        (share / "a").write_bytes(b"2" * MIB)
        os.utime(share / "a", ns=(10**18, 10**18))
        return entry

    monkeypatch.setattr(Session, "get", then_changed)
    with pytest.raises(Exception, match="changed on the server"):
        ended(stage.stage_files(LOCAL, server.addresses[0], ["a"]))
    assert list((tmp_path / "state" / "staged").iterdir()) == []


def test_what_was_used_least_recently_makes_room_but_not_what_was_just_told(
    stage: Staging, server: Server, share: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(staging, "CACHE_BYTES", 3 * MIB)
    found = []
    for number in range(3):
        (share / f"f{number}").write_bytes(os.urandom(MIB))
        found += ended(stage.stage_files(LOCAL, server.addresses[0], [f"f{number}"]))
        os.utime(found[-1].parent, (number, number))
    (share / "f3").write_bytes(os.urandom(MIB))
    found += ended(stage.stage_files(LOCAL, server.addresses[0], ["f3"]))
    assert all(path.exists() for path in found), "somebody may be copying them at this moment"
    stage._offered.clear()
    os.utime(found[3].parent, (4, 4))
    (share / "f4").write_bytes(os.urandom(MIB))
    found += ended(stage.stage_files(LOCAL, server.addresses[0], ["f4"]))
    assert [path.exists() for path in found] == [False, False, True, True, True]


def test_what_an_earlier_agent_left_half_done_or_long_ago_is_taken_away(stage: Staging, server: Server, share: Path) -> None:
    (share / "a").write_bytes(b"a")
    left = stage._folder
    (left / "old").mkdir(parents=True, mode=0o700)
    left.chmod(0o700)
    (left / "old" / "f").write_bytes(b"x")
    os.utime(left / "old", (1, 1))
    (left / "young").mkdir()
    (left / "x.part").write_bytes(b"half")
    ended(stage.stage_files(LOCAL, server.addresses[0], ["a"]))
    assert not (left / "old").exists()
    assert not (left / "x.part").exists()
    assert (left / "young").exists()


def test_from_elsewhere_nothing_is_staged(agent: AgentProcess, tmp_path: Path, until: Callable[..., Any]) -> None:
    session = agent.session()
    session.call("share_set", {"on": True})
    until(lambda: session.call("server_list"), lambda found: found["share"]["addresses"])
    laptop = Laptop(session, tmp_path / "laptop", "manage")
    with laptop.connect() as from_elsewhere, pytest.raises(Forbidden):
        from_elsewhere.call("stage_files", "", ["a"])
    agent.share.joinpath("mine").write_bytes(b"of my own")
    answer: Any = agent.stock().stage_files("", ["mine"])
    assert Path(answer["files"][0]).read_bytes() == b"of my own"
    assert agent.stock().stage_files("", []) == {"files": []}
