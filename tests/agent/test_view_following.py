"""Open views follow their folders: what changes there is listed again and told, also after the server was away."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from filexfer import Server, connect
from filexfer.core.errors import ConnectionFailed
from filexfer.core.model import Entry, Kind
from filexfer.protocol import faults, wire
from tests.agent.test_views import names


class Window:
    """Somebody who has a folder open and waits to hear of it, as a window does. Attributes: view, session."""

    def __init__(self, session: Any, server: str, path: str = "") -> None:
        self._begin(session, session.call("view_open", server, path, {})["view"])
        self.news(lambda news: news["complete"])
        self.look()

    @classmethod
    def of(cls, session: Any, view: int) -> Window:
        """That has this view open already."""
        made = cls.__new__(cls)
        made._begin(session, view)
        return made

    def _begin(self, session: Any, view: int) -> None:
        self.session, self.view = session, view
        self.cursor = ""
        self.version: object = None

    def news(self, fits: Callable[[dict[str, Any]], bool] = lambda news: True) -> dict[str, Any]:
        """The next news of the view that fit."""
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            answer = self.session.call("view_events", self.cursor, 5.0)
            self.cursor = answer["cursor"]
            for news in answer["views"]:
                if news["view"] == self.view and fits(news):
                    self.version = news["version"]
                    return dict(news)
        raise AssertionError("no such news")

    def look(self) -> None:
        """As a window that shows rows."""
        self.session.call("view_rows", self.view, 0, 1)

    @property
    def rows(self) -> list[str]:
        return names(self.session, self.view)

    def moved(self) -> list[str]:
        """The rows, once they are others."""
        before = self.version
        self.look()
        self.news(lambda news: news["version"] != before)
        return self.rows


class Elsewhere:
    """A server in a process of its own, that can die and come back at its address. Attributes: folder, address."""

    def __init__(self, home: Path) -> None:
        self.folder, self._state = home / "there", home / "there-state"
        self.folder.mkdir()
        self._port = 0
        self.start()

    def start(self) -> None:
        command = [sys.executable, "-m", "filexfer", "serve", str(self.folder), "--listen", f"http://127.0.0.1:{self._port}"]
        self._process = subprocess.Popen(
            [*command, "--guest", "write", "--state", str(self._state)], stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout is not None
        self.address = self._process.stdout.readline().removeprefix("Listening on ").strip()
        self._port = int(self.address.rstrip("/").rpartition(":")[2])

    def kill(self) -> None:
        self._process.kill()
        self._process.wait(10)
        assert self._process.stdout is not None
        self._process.stdout.close()


@pytest.fixture
def elsewhere(home: Path) -> Iterator[Elsewhere]:
    server = Elsewhere(home)
    yield server
    server.kill()


@pytest.fixture
def there(tmp_path: Path) -> Iterator[Server]:
    with Server(tmp_path / "share", ["http://localhost:0"], guest="write") as server:
        yield server


def test_what_other_programs_do_there_is_seen(agent: Any, there: Server, tmp_path: Path) -> None:
    folder = tmp_path / "share" / "a"
    folder.mkdir()
    (folder / "one").touch()
    window = Window(agent.session(), there.addresses[0], "a")
    assert window.rows == ["one"]
    (folder / "two").touch()
    assert window.moved() == ["one", "two"]
    (folder / "one").rename(folder / "three")
    assert window.moved() == ["three", "two"]
    (folder / "two").unlink()
    assert window.moved() == ["three"]


def test_a_file_written_in_place_has_its_new_size(agent: Any, there: Server, tmp_path: Path) -> None:
    (tmp_path / "share" / "f").write_bytes(b"1")
    window = Window(agent.session(), there.addresses[0])
    # The very first one may come before the server has begun to watch, and an open folder has a later one at any time.
    with (tmp_path / "share" / "f").open("ab", buffering=0) as file:
        while not window.session.call("view_events", window.cursor, 0.3)["views"]:
            file.write(b"more")
            assert file.tell() < 400
    window.moved()
    page = window.session.call("view_rows", window.view, 0, 1)
    assert int.from_bytes(page["sizes"], "little") > 1


def test_changes_of_others_through_the_server_are_seen_in_all_views_of_it(agent: Any, there: Server, tmp_path: Path) -> None:
    windows = [Window(agent.session(), there.addresses[0], path) for path in ("", "")]
    with there_session(there) as other:
        other.call("file_put", "new", b"x")
    assert [window.moved() for window in windows] == [["new"], ["new"]]


def there_session(server: Server) -> Any:
    return connect(server.addresses[0])


def test_a_folder_touched_without_a_change_moves_no_rows(agent: Any, there: Server, tmp_path: Path) -> None:
    (tmp_path / "share" / "f").touch()
    window = Window(agent.session(), there.addresses[0])
    before = window.version
    os.utime(tmp_path / "share", (1, 1))
    assert window.news()["version"] == before


def test_nothing_is_listed_again_while_nobody_looks(agent: Any, there: Server, tmp_path: Path) -> None:
    window = Window(agent.session(), there.addresses[0])
    before = window.version
    (tmp_path / "share" / "a").touch()
    first = window.news(lambda news: news["version"] != before)["version"]
    # Nobody fetches those rows, so the next change waits until somebody does.
    (tmp_path / "share" / "b").touch()
    assert window.session.call("view_events", window.cursor, 1.0)["views"] == []
    window.look()
    assert window.news(lambda news: news["version"] != first)["count"] == 2


def test_a_server_that_died_and_came_back_is_looked_at_again(agent: Any, elsewhere: Elsewhere, until: Callable[..., Any]) -> None:
    (elsewhere.folder / "before").touch()
    session = agent.session()
    session.call("server_save", {"name": "there", "address": elsewhere.address})
    window = Window(agent.session(), "there:")
    assert window.rows == ["before"]
    elsewhere.kill()
    news = window.news(lambda news: news["fault"])
    assert faults.error_of(news["fault"], "").__class__.__name__ in ("ConnectionFailed", "ConnectionLost")
    assert news["error"]
    assert window.rows == ["before"]
    assert state(session) == "offline"
    (elsewhere.folder / "while it was away").touch()
    elsewhere.start()
    assert window.news(lambda news: not news["fault"])["count"] == 2
    assert window.rows == ["before", "while it was away"]
    assert state(session) == "online"


def state(session: Any) -> str:
    (server,) = session.call("server_list")["servers"]
    return str(server["state"])


def test_a_folder_deleted_there_is_told_and_one_that_comes_back_is_listed(agent: Any, there: Server, tmp_path: Path) -> None:
    (tmp_path / "share" / "deep" / "er").mkdir(parents=True)
    window = Window(agent.session(), there.addresses[0], "deep/er")
    with there_session(there) as other:
        trash = other.call("entry_delete", "deep")
        assert window.news(lambda news: news["fault"])["fault"] == 102
        other.call("entry_restore", trash)
        assert window.news(lambda news: not news["fault"])["count"] == 0


def test_a_closed_view_follows_nothing(agent: Any, there: Server, until: Callable[..., Any]) -> None:
    changes = there.current_share().changes
    windows = [Window(agent.session(), there.addresses[0]) for _ in range(2)]
    until(lambda: len(changes._waiting) == 1)
    windows[0].session.call("view_close", windows[0].view)
    windows[1].session.call("view_rows", windows[1].view, 0, 0)
    assert len(changes._waiting) == 1
    windows[1].session.call("view_close", windows[1].view)
    until(lambda: not changes._waiting, seconds=3.0)


def test_an_unreachable_server_raises_at_once_and_is_not_followed(agent: Any) -> None:
    with pytest.raises(ConnectionFailed):
        agent.session().call("view_open", "http://127.0.0.1:9/", "", {})
    assert agent.session().call("view_events", "", 0)["views"] == []


def test_places_of_names_are_those_of_the_rows(agent: Any, there: Server, tmp_path: Path) -> None:
    strange = os.fsdecode(b"\xff")
    for name in ("b", "a10", "a9", strange):
        (tmp_path / "share" / name).touch()
    window = Window(agent.session(), there.addresses[0])
    rows = window.rows
    asked = ["a10", "gone", "b", b"\xff"]
    answer = window.session.call("view_places", window.view, asked)
    assert answer["rows"] == [rows.index("a10"), -1, rows.index("b"), rows.index(strange)]
    assert answer["version"] == window.version


def test_news_of_another_life_are_all_there_is(agent: Any, there: Server) -> None:
    window = Window(agent.session(), there.addresses[0])
    for cursor in ("", "nonsense", "00000000.1", "1" * 5000):
        assert [news["view"] for news in window.session.call("view_events", cursor, 10)["views"]] == [window.view]


def test_changes_while_the_folder_is_being_listed_are_not_missed(agent: Any, there: Server, tmp_path: Path) -> None:
    for n in range(3000):
        (tmp_path / "share" / f"{n}").touch()
    stop = threading.Event()
    made = 0

    def make() -> None:
        nonlocal made
        while not stop.wait(0.002):
            (tmp_path / "share" / f"new{made}").touch()
            made += 1

    maker = threading.Thread(target=make)
    maker.start()
    try:
        window = Window(agent.session(), there.addresses[0])
    finally:
        stop.set()
        maker.join()
    window.session.call("view_rows", window.view, 0, 0)
    while len(window.rows) < 3000 + made:
        window.moved()


class Large:
    """A server whose listing is made up, page by page; `gate` must be open for pages after the first. It can come back."""

    COUNT = 5000

    def __init__(self, folder: Path) -> None:
        self._folder, self._port = folder, 0
        self.gate = threading.Event()
        self.start()

    def start(self) -> None:
        self.server = Server(self._folder, [f"http://localhost:{self._port}"], guest="read").start()
        self.server.register_function(self.file_list)
        self.address = self.server.addresses[0]
        self._port = int(self.address.rstrip("/").rpartition(":")[2])

    def file_list(self, path: str, options: dict[str, Any]) -> dict[str, Any]:
        start = int(options.get("cursor") or 0)
        if start:
            assert self.gate.wait(20)
        end = min(self.COUNT, start + min(1000, options["limit"]))
        entries = [Entry(f"f{n}", Kind.FILE, n, n) for n in range(start, end)]
        return wire.pack(entries, str(end) if end < self.COUNT else "")


def test_a_server_that_dies_in_the_middle_of_a_listing_is_offline_within_seconds_and_then_listed_whole(
    agent: Any, tmp_path: Path
) -> None:
    large = Large(tmp_path / "share")
    session = agent.session()
    session.call("server_save", {"name": "large", "address": large.address})
    opened = session.call("view_open", "large:", "", {})
    assert (opened["count"], opened["complete"]) == (1000, False)
    assert state(session) == "online"
    ending = threading.Thread(target=large.server.close)
    ending.start()
    window = Window.of(session, opened["view"])
    window.news(lambda news: news["fault"])
    large.gate.set()  # the page under way may still come, no other one
    news = window.news(lambda news: news["complete"])
    assert news["error"]
    assert 1000 <= news["count"] < Large.COUNT
    assert state(session) == "offline"
    ending.join()
    window.look()
    large.start()
    try:
        assert window.news(lambda news: not news["fault"] and news["complete"])["count"] == Large.COUNT
        assert len(window.rows) == Large.COUNT
        assert state(session) == "online"
    finally:
        large.server.close()
