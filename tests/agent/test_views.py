"""Folders of any server, as a window sees them through its agent."""

from __future__ import annotations

import os
import random
import threading
from array import array
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from filexfer import Server
from filexfer.core import paths
from filexfer.core.errors import BadParameters, Changed, ConnectionFailed, InvalidPath, NotFound
from filexfer.core.model import Entry, Kind
from filexfer.protocol import wire

COUNT = 100_000


def all_rows(session: Any, view: int) -> list[Entry]:
    rows: list[Entry] = []
    while True:
        page = session.call("view_rows", view, len(rows), 100_000)
        assert page["offset"] == len(rows)
        if not page["count"]:
            assert page["total"] == len(rows)
            return rows
        rows += wire.unpack(page)


def names(session: Any, view: int) -> list[str]:
    return [row.name for row in all_rows(session, view)]


def complete(until: Callable[..., Any], session: Any, view: int) -> dict[str, Any]:
    return until(lambda: session.call("view_rows", view, 0, 0), lambda page: page["complete"])


def resident(pid: int) -> int:
    """MiB that a process has in memory now, and what it had at most."""
    status = Path(f"/proc/{pid}/status").read_text()
    return max(int(line.split()[1]) for line in status.splitlines() if line.startswith(("VmRSS", "VmHWM"))) >> 10


class BigFolder:
    """A server with a folder of 100,000 files, of which only the listing is made up.

    `fail_at`: the page that faults; `gate`: must be open for pages after the first.
    """

    def __init__(self, tmp_path: Path) -> None:
        numbers = list(range(COUNT))
        random.Random(5).shuffle(numbers)
        self.entries = [Entry(f"IMG_{n}.jpg", Kind.FILE, (n * 7919) % 65536, n) for n in numbers]
        self.fail_at = -1
        self.gate = threading.Event()
        self.gate.set()
        self.pages = 0
        self.server = Server(tmp_path, ["http://localhost:0"], guest="read").start()
        # In place of the method of that name, which the server has once it is started.
        self.server.register_function(self.file_list)

    def file_list(self, path: str, options: dict[str, Any]) -> dict[str, Any]:
        start = int(options.get("cursor") or 0)
        if start == 0:
            self.pages = 0
        elif not self.gate.wait(20):
            raise AssertionError("the gate stayed shut")
        if self.pages == self.fail_at:
            raise Changed()
        self.pages += 1
        end = start + options["limit"]
        return wire.pack(self.entries[start:end], str(end) if end < len(self.entries) else "")


@pytest.fixture
def big(tmp_path: Path) -> Iterator[BigFolder]:
    made = BigFolder(tmp_path / "big")
    with made.server:
        yield made


@pytest.fixture
def tree(agent: Any) -> Path:
    """Some files in the agent's own share."""
    for name, size in (("b10.txt", 5), ("b9.txt", 500), ("A.bin", 50), (".dot", 1)):
        (agent.share / name).write_bytes(b"x" * size)
    (agent.share / "z folder").mkdir()
    (agent.share / "z folder" / "inner").write_bytes(b"")
    return Path(agent.share)


def test_the_own_share_is_listed_sorted_and_filtered(agent: Any, tree: Path) -> None:
    with agent.session() as session:
        opened = session.call("view_open", "", "", {})
        assert {key: opened[key] for key in ("path", "count", "complete", "error")} == {
            "path": "",
            "count": 4,
            "complete": True,
            "error": "",
        }
        view = opened["view"]
        assert names(session, view) == ["z folder", "A.bin", "b9.txt", "b10.txt"]
        for options, wanted in (
            ({"sort": "size"}, ["z folder", "b10.txt", "A.bin", "b9.txt"]),
            ({"descending": True}, ["z folder", "b9.txt", "A.bin", "b10.txt"]),
            ({"hidden": True}, ["z folder", "b9.txt", "A.bin", "b10.txt", ".dot"]),
            ({"filter": "TXT", "hidden": False}, ["b9.txt", "b10.txt"]),
            (
                {"filter": "", "folders_first": False, "sort": "name", "descending": False},
                ["A.bin", "b9.txt", "b10.txt", "z folder"],
            ),
        ):
            again = session.call("view_open", "", "", {"view": view, **options})
            assert again["view"] == view
            assert again["count"] == len(wanted)
            assert names(session, view) == wanted


def test_a_stock_client_reads_a_view(agent: Any, tree: Path) -> None:
    with agent.stock() as proxy:
        opened = proxy.view_open("", "z folder")
        assert (opened["path"], opened["count"]) == ("z folder", 1)
        assert proxy.view_rows(opened["view"], 0, 10)["names"] == b"inner"
        assert proxy.view_find(opened["view"], "IN") == 0
        assert proxy.view_close(opened["view"]) is True
        assert "view_find" in proxy.system.listMethods()
        assert "packed columns" in proxy.system.methodHelp("view_rows")


def test_hostile_names_reach_the_window_byte_for_byte(agent: Any) -> None:
    wanted = {b"line\nfeed", b"cr\r", b"\x01", b"\xff\xfe", "\ufffe".encode(), b"<b>&amp;"}
    for name in wanted:
        (agent.share / os.fsdecode(name)).write_bytes(b"")
    with agent.session() as session:
        view = session.call("view_open", "", "", {})["view"]
        assert {paths.encode(name) for name in names(session, view)} == wanted


def test_refreshing_shows_what_is_new_under_the_same_number(agent: Any, tree: Path) -> None:
    with agent.session() as session:
        opened = session.call("view_open", "", "", {"sort": "size", "descending": True})
        (tree / "new").write_bytes(b"x" * 9999)
        (tree / "A.bin").unlink()
        again = session.call("view_open", "", "", {"view": opened["view"], "refresh": True})
        assert again["view"] == opened["view"]
        assert again["version"] != opened["version"]
        assert names(session, opened["view"]) == ["z folder", "new", "b9.txt", "b10.txt"]


def test_a_folder_that_is_gone_when_refreshed_faults_and_keeps_the_old_rows(agent: Any, tree: Path) -> None:
    with agent.session() as session:
        view = session.call("view_open", "", "z folder", {})["view"]
        (tree / "z folder" / "inner").unlink()
        (tree / "z folder").rmdir()
        with pytest.raises(NotFound):
            session.call("view_open", "", "z folder", {"view": view, "refresh": True})
        assert names(session, view) == ["inner"]


def test_what_cannot_be_opened_faults_at_once(agent: Any, tree: Path) -> None:
    with agent.session() as session:
        for server, path, options, error in (
            ("", "no such folder", {}, NotFound),
            ("", "../outside", {}, InvalidPath),
            ("http://localhost:1/", "", {}, ConnectionFailed),
            ("nobody:", "", {}, NotFound),
            ("ftp://x/", "", {}, BadParameters),
            ("", "", {"sort": "colour"}, BadParameters),
            ("", "", {"color": "red"}, BadParameters),
            ("", "", {"hidden": "yes"}, BadParameters),
            ("", "", {"view": 77}, NotFound),
        ):
            with pytest.raises(error):
                session.call("view_open", server, path, options)
        with pytest.raises(NotFound, match="Open the folder again"):
            session.call("view_rows", 1, 0, 10)


def test_a_closed_view_is_gone(agent: Any, tree: Path) -> None:
    with agent.session() as session:
        view = session.call("view_open", "", "", {})["view"]
        assert session.call("view_close", view) is True
        assert session.call("view_close", view) is True
        with pytest.raises(NotFound):
            session.call("view_rows", view, 0, 1)


def test_many_views_push_out_the_one_least_used(agent: Any, tree: Path) -> None:
    with agent.session() as session:
        views = [session.call("view_open", "", "", {})["view"] for _ in range(32)]
        session.call("view_rows", views[0], 0, 1)
        session.call("view_open", "", "", {})
        session.call("view_rows", views[0], 0, 1)
        with pytest.raises(NotFound):
            session.call("view_rows", views[1], 0, 1)


def test_a_hundred_thousand_entries_are_paged_sorted_and_filtered_in_little_memory(
    agent: Any, big: BigFolder, until: Callable[..., Any]
) -> None:
    server = big.server.addresses[0]
    with agent.session() as session:
        opened = session.call("view_open", server, "", {})
        assert opened["count"] >= 1000
        view = opened["view"]
        assert complete(until, session, view)["total"] == COUNT
        by_number = sorted(big.entries, key=lambda entry: entry.mtime_ns)
        assert all_rows(session, view) == by_number

        page = session.call("view_rows", view, 50_000, 7)
        assert (page["offset"], page["count"], page["total"]) == (50_000, 7, COUNT)
        assert wire.unpack(page) == by_number[50_000:50_007]
        ids = array("I", page["ids"])
        assert [big.entries[i] for i in ids] == by_number[50_000:50_007]

        session.call("view_open", server, "", {"view": view, "sort": "size", "descending": True})
        assert all_rows(session, view) == sorted(by_number, key=lambda entry: entry.size, reverse=True)
        # A row keeps its number however it is sorted.
        rows = session.call("view_rows", view, 0, 1)
        assert big.entries[array("I", rows["ids"])[0]] == wire.unpack(rows)[0]

        assert session.call("view_open", server, "", {"view": view, "filter": "_9999"})["count"] == 11
        assert (
            session.call("view_open", server, "", {"view": view, "filter": "", "sort": "name", "descending": False})["count"]
            == COUNT
        )
        assert session.call("view_find", view, "img_99999") == 99_999
        assert session.call("view_find", view, "img_4", {"start": 5}) == 40
        assert session.call("view_open", server, "", {"view": view, "refresh": True})["count"] == COUNT
        assert resident(session.call("agent_info")["pid"]) < 80


def test_the_first_rows_come_before_the_listing_ends_and_an_error_after_them_is_told(
    agent: Any, big: BigFolder, until: Callable[..., Any]
) -> None:
    big.fail_at = 3
    big.gate.clear()
    with agent.session() as session:
        opened = session.call("view_open", big.server.addresses[0], "", {})
        assert (opened["count"], opened["complete"]) == (1000, False)
        assert session.call("view_rows", opened["view"], 0, 2000)["count"] == 1000
        big.gate.set()
        page = complete(until, session, opened["view"])
        assert page["total"] == 1000 + 2 * 8000
        assert "changed in the meantime" in page["error"]
        assert wire.unpack(session.call("view_rows", opened["view"], 0, 1))[0].name.startswith("IMG_")


def test_closing_a_view_ends_its_listing(agent: Any, big: BigFolder, until: Callable[..., Any]) -> None:
    with agent.session() as session:
        for _ in range(5):
            session.call("view_close", session.call("view_open", big.server.addresses[0], "", {})["view"])
        view = session.call("view_open", big.server.addresses[0], "", {})["view"]
        assert complete(until, session, view)["error"] == ""
