"""What a plan tells of an upload before it runs, against a real server."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from filexfer.client import plan as plans
from filexfer.client.engine import Engine
from filexfer.client.plan import Findings, Group, Plan
from filexfer.client.session import Session, connect
from filexfer.core.errors import Cancelled, ConnectionFailed
from filexfer.core.model import Conflict, Direction, JobSpec
from tests.client.conftest import Share
from tests.client.places import until

MakePlan = Callable[..., Plan]


@pytest.fixture
def local(tmp_path: Path) -> Path:
    folder = tmp_path / "local"
    folder.mkdir()
    return folder


def spec(server: str, *sources: Path, into: str = "") -> JobSpec:
    items = tuple((str(source), f"{into}/{source.name}" if into else source.name) for source in sources)
    return JobSpec(Direction.PUT, server, items, on_conflict=Conflict.RENAME)


def look(share: Share, *sources: Path, into: str = "", session: Callable[[], Session] | None = None) -> Findings:
    plan = Plan(spec(share.address, *sources, into=into), session or (lambda: connect(share.address)))
    plan.run()
    return plan.findings()


def put(path: Path, content: bytes, mtime_ns: int = 10**18) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    os.utime(path, ns=(mtime_ns, mtime_ns))
    return path


def telling(share: Share, **more: object) -> Session:
    """A session with the share, as if its `server_info` told `more`."""
    session = connect(share.address)
    session.info().update(more)
    return session


def counted(findings: Findings) -> dict[str, int]:
    return {group.value: count for group, count in findings.counts.items() if count}


def test_new_same_changed_and_blocked_files_are_told_apart(share: Share, local: Path) -> None:
    tree = local / "tree"
    for name in ("new", "deep/new", "same", "changed", "blocked"):
        put(tree / name, b"mine")
    put(share.folder / "tree" / "same", b"mine")
    put(share.folder / "tree" / "changed", b"theirs")
    (share.folder / "tree" / "blocked").mkdir()
    found = look(share, tree)
    assert counted(found) == {"new": 2, "same": 1, "changed": 1, "blocked": 1}
    assert (found.files, found.bytes, found.complete, found.to_decide) == (5, 20, True, True)
    assert found.names == {Group.CHANGED: ("tree/changed",), Group.BLOCKED: ("tree/blocked",)}
    assert found.sizes[Group.NEW] == 8


def test_a_single_file_is_compared_with_what_has_its_name(share: Share, local: Path) -> None:
    file = put(local / "a.txt", b"mine")
    assert counted(look(share, file)) == {"new": 1}
    put(share.folder / "a.txt", b"theirs")
    found = look(share, file)
    assert (counted(found), found.names[Group.CHANGED]) == ({"changed": 1}, ("a.txt",))
    put(share.folder / "a.txt", b"mine")
    assert counted(look(share, file)) == {"same": 1}


def test_equal_contents_with_another_time_are_the_same(share: Share, local: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tree = local / "tree"
    put(tree / "equal", b"content")
    put(tree / "other", b"another")
    put(share.folder / "tree" / "equal", b"content", 2 * 10**18)
    put(share.folder / "tree" / "other", b"ANOTHER", 2 * 10**18)
    assert counted(look(share, tree)) == {"same": 1, "changed": 1}
    # Beyond so many bytes nothing is read: what may differ counts as changed.
    monkeypatch.setattr(plans, "COMPARED", 3)
    assert counted(look(share, tree)) == {"changed": 2}


def test_where_nothing_is_there_nothing_needs_a_decision(share: Share, local: Path) -> None:
    put(local / "tree" / "a", b"1")
    (local / "tree" / "empty").mkdir()
    found = look(share, local / "tree")
    assert (counted(found), found.to_decide, found.error) == ({"new": 1}, False, None)
    assert found.free > 0
    nothing = look(share, local / "tree" / "empty")
    assert (counted(nothing), nothing.complete, nothing.to_decide) == ({}, True, False)


def test_what_systems_leave_in_folders_is_counted_apart(share: Share, local: Path) -> None:
    tree = local / "tree"
    for name in (".DS_Store", "deep/Thumbs.db", "deep/desktop.ini", "deep/kept"):
        put(tree / name, b"12345")
    found = look(share, tree)
    assert (counted(found), found.files, found.bytes, found.to_decide) == ({"junk": 3, "new": 1}, 1, 5, True)
    assert set(found.names[Group.JUNK]) == {"tree/.DS_Store", "tree/deep/Thumbs.db", "tree/deep/desktop.ini"}


def test_such_a_file_that_is_dropped_by_itself_is_meant(share: Share, local: Path) -> None:
    file = put(local / "Thumbs.db", b"1")
    plan = Plan(spec(share.address, file), lambda: connect(share.address))
    plan.run()
    assert (counted(plan.findings()), plan.excludes) == ({"new": 1}, ())


def test_what_will_not_travel_is_counted_with_its_name(share: Share, local: Path) -> None:
    tree = local / "tree"
    put(tree / "file", b"1")
    (tree / "link").symlink_to("file")
    os.mkfifo(tree / "pipe")
    found = look(share, tree, local / "gone")
    assert counted(found) == {"new": 1, "links": 1, "special": 1, "unreadable": 1}
    assert found.names == {Group.LINK: ("tree/link",), Group.SPECIAL: ("tree/pipe",), Group.UNREADABLE: ("gone",)}
    assert not found.to_decide, "the job tells of them; there is nothing to choose"


def test_names_that_windows_does_not_take_are_counted_for_a_server_there(share: Share, local: Path) -> None:
    tree = local / "tree"
    for name in ("fine", "a:b", "folder?/x", "nul"):
        put(tree / name, b"1")
    assert counted(look(share, tree)) == {"new": 4}

    found = look(share, tree, session=lambda: telling(share, names="windows"))
    assert counted(found) == {"new": 1, "unrepresentable": 3}
    assert found.to_decide
    assert "tree/a:b" in found.names[Group.UNREPRESENTABLE]


def test_too_little_space_is_a_decision(share: Share, local: Path) -> None:
    def full() -> Session:
        return telling(share, free=9)

    for name in ("a", "b"):
        put(local / "tree" / name, b"12345")
    found = look(share, local / "tree", session=full)
    assert (found.free, found.too_large, found.to_decide) == (9, True, True)
    # What is there already takes no more room.
    put(share.folder / "tree" / "a", b"12345")
    assert not look(share, local / "tree", session=full).to_decide


def test_very_many_files_are_a_decision(share: Share, local: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(5):
        put(local / "tree" / str(number), b"1")
    monkeypatch.setattr(plans, "MANY", 5)
    assert not look(share, local / "tree").to_decide
    monkeypatch.setattr(plans, "MANY", 4)
    assert look(share, local / "tree").to_decide


def test_only_so_many_names_are_kept(share: Share, local: Path) -> None:
    tree = local / "tree"
    for number in range(plans.EXAMPLES + 30):
        put(tree / f"d{number % 3}" / str(number), b"mine")
        put(share.folder / "tree" / f"d{number % 3}" / str(number), b"theirs")
    found = look(share, tree)
    assert (found.counts[Group.CHANGED], len(found.names[Group.CHANGED])) == (plans.EXAMPLES + 30, plans.EXAMPLES)


def test_a_file_on_the_way_blocks_all_that_is_to_go_below_it(share: Share, local: Path) -> None:
    put(local / "tree" / "a", b"1")
    put(local / "tree" / "b", b"1")
    put(share.folder / "taken", b"a file")
    assert counted(look(share, local / "tree", into="taken")) == {"blocked": 2}


def test_a_server_that_is_not_there_is_the_plans_error(local: Path) -> None:
    put(local / "a", b"1")
    plan = Plan(spec("http://127.0.0.1:1/", local / "a"), lambda: connect("http://127.0.0.1:1/"))
    plan.run()
    found = plan.findings()
    assert isinstance(found.error, ConnectionFailed)
    assert not found.complete


class Held:
    """A server that does not answer one method until it is let go. Attributes: asked (set once it was called)."""

    def __init__(self, address: str, method: str) -> None:
        self.asked, self._gate, self._method = threading.Event(), threading.Event(), method
        self.session = connect(address)
        self._call = self.session.call
        self.session.call = self._held  # type: ignore[method-assign]

    def _held(self, method: str, *params: object) -> Any:
        if method == self._method:
            self.asked.set()
            assert self._gate.wait(20)
        return self._call(method, *params)

    def let_go(self) -> None:
        self._gate.set()


@pytest.fixture
def held(share: Share) -> Iterator[Held]:
    made = Held(share.address, "file_list")
    yield made
    made.let_go()
    made.session.close()


def test_counts_grow_while_the_server_is_still_asked_and_stopping_ends_it(share: Share, local: Path, held: Held) -> None:
    for number in range(50):
        put(local / "tree" / str(number), b"12")
    plan = Plan(spec(share.address, local / "tree"), lambda: held.session)
    running = threading.Thread(target=plan.run)
    running.start()
    assert held.asked.wait(20)
    until(lambda: plan.findings().files == 50, "all files are counted")
    assert counted(plan.findings()) == {}
    assert not plan.findings().complete
    plan.stop()
    held.let_go()
    running.join(20)
    assert not running.is_alive()
    assert isinstance(plan.findings().error, Cancelled)


def test_what_a_plan_tells_is_what_the_job_does(share: Share, local: Path, engine: Engine) -> None:
    tree = local / "tree"
    for name in ("new", "deep/new2", "same", "changed"):
        put(tree / name, b"mine")
    (tree / "link").symlink_to("new")
    put(share.folder / "tree" / "same", b"mine")
    put(share.folder / "tree" / "changed", b"theirs")
    found = look(share, tree)
    job = engine.wait(engine.add(spec(share.address, tree)), 20)
    left_alone = found.counts[Group.SAME] + found.counts[Group.LINK]
    assert (job.files_done, job.files_skipped) == (found.counts[Group.NEW] + found.counts[Group.CHANGED], left_alone)
    assert counted(look(share, tree))["same"] == 3
