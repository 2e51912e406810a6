"""Many rows chosen in a view: named by where they stand, fetched, deleted, moved and brought back by the agent."""

from __future__ import annotations

import os
from array import array
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from filexfer import Server
from filexfer.agent import picks as picks_module
from filexfer.agent.listing import Listing
from filexfer.agent.pick import Chosen
from filexfer.core import paths
from filexfer.core.errors import BadParameters, Changed, Forbidden, InvalidPath, NotFound
from filexfer.protocol import faults
from tests.agent.conftest import AgentProcess, Laptop
from tests.client.fake import listing as packed_page

COUNT = 1500

Until = Callable[..., Any]


def packed(*ranges: tuple[int, int]) -> bytes:
    return array("I", [row for pair in ranges for row in pair]).tobytes()


class Desk:
    """Somebody at an agent, looking at the folder `many` of a server: `COUNT` files of their own contents, and two folders."""

    def __init__(self, agent: AgentProcess, until: Until, share: Path) -> None:
        self.agent, self.until = agent, until
        self.session: Any = agent.session()
        self.share, self.folder = share, share / "many"
        self.folder.mkdir(parents=True)
        for number in range(COUNT):
            (self.folder / f"{number}.txt").write_text(f"text {number}")
        for name in ("a", "b"):
            (self.folder / name).mkdir()
            (self.folder / name / "inside").write_text(name)
        self.server = Server(share, ["http://127.0.0.1:0"], guest="write").start()
        self.address = self.server.addresses[0]

    def look(self, **options: object) -> dict[str, Any]:
        """A view of it, once it is complete."""
        view = self.session.call("view_open", self.address, "many", options)["view"]
        self.until(lambda: self.session.call("view_rows", view, 0, 0)["complete"])
        return dict(self.session.call("view_rows", view, 0, 0)) | {"view": view}

    def pick(self, *ranges: tuple[int, int], **options: object) -> Any:
        seen = self.look(**options)
        return self.session.call("view_pick", seen["view"], seen["version"], packed(*ranges))

    def ended(self, pick: Any) -> Any:
        return self.until(lambda: self.session.call("pick_state", pick["pick"]), lambda state: not state["running"], 120)

    def fetch(self, pick: Any, into: Path) -> Any:
        job = self.session.call("pick_fetch", pick["pick"], str(into))["id"]
        jobs = self.until(
            lambda: self.session.call("job_list", {})["jobs"],
            lambda jobs: any(one["id"] == job and one["state"] in ("done", "failed") for one in jobs),
            120,
        )
        return next(one for one in jobs if one["id"] == job)

    @property
    def there(self) -> set[str]:
        return set(os.listdir(self.folder))


@pytest.fixture
def desk(agent: AgentProcess, until: Until, tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(agent, until, tmp_path / "share")
    yield desk
    desk.server.close()


def test_most_of_a_folder_is_fetched_by_its_places_and_nothing_else(desk: Desk, tmp_path: Path) -> None:
    pick = desk.pick((1, 1000), (1002, COUNT + 1))
    assert (pick["count"], pick["first"], pick["folders"]) == (COUNT, "b", ["b"])
    assert pick["bytes"] == sum(len(f"text {number}") for number in range(COUNT)) - len("text 999")
    job = desk.fetch(pick, tmp_path / "here")
    assert (job["state"], job["files_done"], job["items_total"]) == ("done", COUNT, COUNT)
    assert set(os.listdir(tmp_path / "here")) == desk.there - {"a", "999.txt"}
    for number in (0, 998, 1000, COUNT - 1):
        assert (tmp_path / "here" / f"{number}.txt").read_text() == f"text {number}"
    assert (tmp_path / "here" / "b" / "inside").read_text() == "b"


def test_all_of_a_folder_is_named_by_the_folder(desk: Desk, tmp_path: Path) -> None:
    into = tmp_path / "here"
    into.mkdir()
    (into / "0.txt").write_text("mine")
    os.utime(into, ns=(10**9, 10**9))
    before = desk.folder.stat().st_mtime_ns
    job = desk.fetch(desk.pick((0, COUNT + 1)), into)
    assert (job["state"], job["items_total"], job["name"]) == ("done", 1, "many")
    assert (into / "0.txt").read_text() == "mine", "what was there is kept"
    assert len(os.listdir(into)) == COUNT + 3
    assert (into / "a" / "inside").read_text() == "a"
    assert into.stat().st_mtime_ns not in (10**9, before), "it is not that folder, and keeps a time of its own"


def test_what_is_not_shown_is_not_picked(desk: Desk, tmp_path: Path) -> None:
    (desk.folder / ".hidden").touch()
    job = desk.fetch(desk.pick((0, COUNT + 1)), tmp_path / "some")
    assert job["items_total"] == COUNT + 2
    assert ".hidden" not in os.listdir(tmp_path / "some")
    shown = desk.pick((0, COUNT + 2), hidden=True)
    assert desk.fetch(shown, tmp_path / "all")["items_total"] == 1
    assert ".hidden" in os.listdir(tmp_path / "all")


def test_rows_that_moved_are_not_picked_and_what_was_picked_stays(desk: Desk, tmp_path: Path) -> None:
    seen = desk.look()
    pick = desk.session.call("view_pick", seen["view"], seen["version"], packed((2, 3)))
    desk.session.call("view_open", desk.address, "many", {"view": seen["view"], "descending": True})
    with pytest.raises(Changed, match="Select again"):
        desk.session.call("view_pick", seen["view"], seen["version"], packed((2, 3)))
    desk.session.call("view_close", seen["view"])
    desk.fetch(pick, tmp_path / "here")
    assert sorted(os.listdir(tmp_path / "here")) == ["0.txt", "1.txt"]


def test_many_are_deleted_and_brought_back(desk: Desk) -> None:
    pick = desk.pick((1, COUNT))
    desk.session.call("pick_delete", pick["pick"])
    assert desk.ended(pick) == {
        "running": False, "done": COUNT, "failed": 0, "renamed": 0, "first": "", "fault": 0, "error": "", "undoable": True
    }  # fmt: skip
    assert desk.there == {"a", f"{COUNT - 1}.txt"}
    (desk.folder / "7.txt").write_text("new")
    desk.session.call("pick_undo", pick["pick"])
    back = desk.ended(pick)
    assert (back["done"], back["failed"], back["renamed"], back["undoable"]) == (COUNT, 0, 1, False)
    assert len(desk.there) == COUNT + 3
    assert (desk.folder / "7.txt").read_text() == "new"
    assert (desk.folder / "8.txt").read_text() == "text 8"
    assert (desk.folder / "b" / "inside").read_text() == "b"
    with pytest.raises(BadParameters, match="nothing to take back"):
        desk.session.call("pick_undo", pick["pick"])


def test_what_is_deleted_for_good_does_not_come_back(desk: Desk) -> None:
    pick = desk.pick((2, COUNT + 1))
    desk.session.call("pick_delete", pick["pick"], {"permanent": True})
    assert (desk.ended(pick)["done"], desk.there) == (COUNT, {"a", "b"})
    assert desk.session.call("server_call", desk.address, "trash_list", []) == []
    with pytest.raises(BadParameters, match="nothing to take back"):
        desk.session.call("pick_undo", pick["pick"])


def test_many_are_moved_and_go_back_but_those_that_changed(desk: Desk) -> None:
    (desk.folder / "a" / "5.txt").write_text("in the way")
    pick = desk.pick((1, COUNT + 1))
    desk.session.call("pick_move", pick["pick"], "many/a")
    state = desk.ended(pick)
    assert (state["done"], state["failed"], state["first"]) == (COUNT, 1, "many/5.txt")
    assert state["fault"] == 103 or "already" in state["error"]
    assert desk.there == {"a", "5.txt"}
    (desk.folder / "a" / "9.txt").write_text("somebody's work")
    desk.session.call("pick_undo", pick["pick"])
    state = desk.ended(pick)
    assert (state["done"], state["failed"], state["first"]) == (COUNT - 1, 1, "many/9.txt")
    assert isinstance(faults.error_of(state["fault"], state["error"]), Changed)
    assert (desk.folder / "a" / "9.txt").read_text() == "somebody's work"
    assert (desk.folder / "b" / "inside").exists()
    assert len(desk.there) == COUNT + 1


def test_what_is_done_with_a_pick_is_done_once(desk: Desk) -> None:
    pick = desk.pick((2, 3))
    desk.session.call("pick_delete", pick["pick"])
    with pytest.raises(BadParameters, match="Select again"):
        desk.session.call("pick_move", pick["pick"], "many/a")
    assert desk.ended(pick)["done"] == 2
    assert "0.txt" not in os.listdir(desk.folder / "a")


def test_where_the_server_is_gone_what_was_not_tried_can_be_tried_again(desk: Desk) -> None:
    pick = desk.pick((2, COUNT + 1))
    desk.session.call("pick_delete", pick["pick"])
    desk.ended(pick)
    port = int(desk.address.rstrip("/").rpartition(":")[2])
    desk.server.close()
    desk.session.call("pick_undo", pick["pick"])
    state = desk.ended(pick)
    assert (state["done"], state["failed"], state["undoable"]) == (0, 0, True)
    assert state["fault"]
    assert state["error"]
    desk.server = Server(desk.share, [f"http://127.0.0.1:{port}"], guest="write").start()
    desk.session.call("pick_undo", pick["pick"])
    assert desk.ended(pick)["done"] == COUNT
    assert len(desk.there) == COUNT + 2


@pytest.mark.parametrize(
    "ranges", [b"", b"\0\0\0\0", packed((3, 2)), packed((0, 5), (5, 6)), packed((4, 5), (0, 1)), packed((7, 7))[:-1]]
)
def test_ranges_that_are_none_are_refused(desk: Desk, ranges: bytes) -> None:
    seen = desk.look()
    with pytest.raises(BadParameters):
        desk.session.call("view_pick", seen["view"], seen["version"], ranges)


def test_few_are_kept_and_the_one_asked_for_longest_ago_goes_first(desk: Desk) -> None:
    seen = desk.look()
    first, *others = [
        desk.session.call("view_pick", seen["view"], seen["version"], packed((0, number)))["pick"] for number in range(32)
    ]
    desk.session.call("pick_state", first)
    desk.session.call("view_pick", seen["view"], seen["version"], packed((0, 0)))
    with pytest.raises(NotFound):
        desk.session.call("pick_state", others[0])
    assert desk.session.call("pick_state", first)["running"] is False


def test_who_is_saved_under_the_name_later_is_not_who_was_picked_from(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "other" / "many").mkdir(parents=True)
    (tmp_path / "other" / "many" / "0.txt").write_text("somebody else's")
    desk.session.call("server_save", {"name": "box", "address": desk.address})
    with Server(tmp_path / "other", ["http://127.0.0.1:0"], guest="write") as other:
        address, desk.address = desk.address, "box:"
        pick = desk.pick((2, 2))
        desk.address = address
        desk.session.call("server_save", {"name": "box", "address": other.addresses[0]})
        desk.session.call("pick_delete", pick["pick"])
        assert desk.ended(pick)["done"] == 1
    assert (tmp_path / "other" / "many" / "0.txt").exists()
    assert "0.txt" not in desk.there


@pytest.mark.parametrize(
    ("windows", "name"),
    [(True, b"..\\..\\startup.bat"), (True, b"C:\\x"), (True, b"C:x"), (True, b"..\\x"), (False, b".filexfer")],
)
def test_a_name_that_leads_elsewhere_on_this_system_is_not_fetched(
    monkeypatch: pytest.MonkeyPatch, windows: bool, name: bytes
) -> None:
    monkeypatch.setattr(paths, "_ON_WINDOWS", windows)
    listing = Listing()
    listing.add(packed_page([b"good", name], [1, 1]))
    chosen = Chosen("s:", "", listing, array("I", [0, 1]), False)
    servers: Any = SimpleNamespace(session=None, reach=lambda server, local: server)
    picks = picks_module.Picks(servers, cast("Any", None), lambda *_: chosen)
    caller: Any = SimpleNamespace(local=True)
    pick: Any = picks.view_pick(caller, 1, 1, packed((0, 1)))["pick"]
    with pytest.raises(InvalidPath):
        picks.pick_fetch(caller, pick, "/here")


def test_a_few_rows_of_many_large_listings_keep_few_of_those(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(picks_module, "MOST_ROWS", 25)
    listings = [Listing() for _ in range(4)]
    for listing in listings:
        listing.add(packed_page([b"%d" % number for number in range(10)], [0] * 10))
    chosen = [Chosen("s:", "", listing, array("I", [0]), False) for listing in (listings[0], *listings)]
    picks: Any = picks_module.Picks(cast("Any", SimpleNamespace(session=None)), cast("Any", None), lambda *_: chosen.pop())
    for _ in range(5):
        picks.view_pick(cast("Any", None), 1, 1, packed((0, 0)))
    kept = [pick.chosen.listing for pick in picks._picks.values()]
    assert kept == [listings[1], listings[0], listings[0]], "the newest, whose listings hold no more than 25 rows together"


def test_from_elsewhere_only_into_the_share(agent: AgentProcess, desk: Desk, tmp_path: Path) -> None:
    desk.session.call("share_set", {"on": True, "folder": str(tmp_path / "mine")})
    laptop = Laptop(desk.session, tmp_path / "laptop", "manage")
    pick = desk.pick((2, 3))
    with laptop.connect() as session, pytest.raises(Forbidden):
        session.call("pick_fetch", pick["pick"], str(tmp_path / "elsewhere"))
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.parametrize("path", ["..", "../x", "/etc", "a//b", "many/../..", "a\0b"])
def test_what_is_no_path_is_refused_and_nothing_happens(desk: Desk, tmp_path: Path, path: str) -> None:
    pick, before = desk.pick((2, 3)), desk.there
    with pytest.raises(InvalidPath):
        desk.session.call("pick_move", pick["pick"], path.encode())
    with pytest.raises((BadParameters, InvalidPath)):
        desk.session.call("pick_fetch", pick["pick"], path.encode().removeprefix(b"/"))
    with pytest.raises(InvalidPath):
        desk.session.call("pick_move", pick["pick"], "many/.filexfer")
    assert desk.there == before
