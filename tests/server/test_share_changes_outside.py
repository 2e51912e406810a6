"""`share_changes` tells of what other programs do to folders that were listed lately, while somebody waits."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from filexfer.core.errors import StorageFailed
from filexfer.server import watching
from filexfer.storage.folder import FolderStore
from filexfer.storage.notices import Notices


@pytest.fixture
def told_by_the_system(monkeypatch: pytest.MonkeyPatch) -> list[set[str]]:
    """Nobody looks at times while a test lasts. Answers the sets of folders that the system was asked to watch, as it does."""
    monkeypatch.setattr(watching, "LOOK", 30.0)
    listen, watched = FolderStore.listen, []

    def noted(store: FolderStore, folders: list[str]) -> Notices:
        made = listen(store, folders)
        watched.append(set(folders))
        return made

    monkeypatch.setattr(FolderStore, "listen", noted)
    return watched


@contextmanager
def heard_while_waiting(running: Any, watched: list[set[str]], listed: str = "a") -> Iterator[Callable[[], list[str]]]:
    """Somebody who has listed a folder waits; the server watches it. Gives what ends the wait and answers what was told."""
    proxy = running.proxy()
    watched.clear()
    proxy.file_list(listed)
    cursor = proxy.share_changes()["cursor"]
    with ThreadPoolExecutor(1) as other:
        waiting = other.submit(proxy.share_changes, cursor, 30)
        wait_until(lambda: any(listed in folders for folders in watched))
        yield lambda: waiting.result(20)["folders"]


def wait_until(seen: Callable[[], object]) -> None:
    deadline = time.monotonic() + 20
    while not seen():
        assert time.monotonic() < deadline
        time.sleep(0.005)


ACTS: dict[str, Callable[[Path], object]] = {
    "a new file": lambda folder: (folder / "new").touch(),
    "a new folder": lambda folder: (folder / "new").mkdir(),
    "a file written in place": lambda folder: (folder / "old").write_bytes(b"more than before"),
    "a file with another time": lambda folder: os.utime(folder / "old", (1, 1)),
    "a file renamed": lambda folder: (folder / "old").rename(folder / "other"),
    "a file moved away": lambda folder: (folder / "old").rename(folder.parent / "elsewhere"),
    "a file deleted": lambda folder: (folder / "old").unlink(),
    "the folder itself renamed": lambda folder: folder.rename(folder.with_name("renamed")),
    "a name that is no Unicode": lambda folder: Path(os.fsdecode(os.fsencode(folder) + b"/\xff")).touch(),
}


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
def test_who_waits_hears_what_another_program_does(
    act: Callable[[Path], object], running: Any, told_by_the_system: list[set[str]]
) -> None:
    folder = running.folder / "a"
    folder.mkdir()
    (folder / "old").touch()
    with heard_while_waiting(running, told_by_the_system) as heard:
        act(folder)
        assert heard() == ["a"]


def test_a_folder_listed_while_somebody_waits_is_watched_too(running: Any, told_by_the_system: list[set[str]]) -> None:
    for name in "ab":
        (running.folder / name).mkdir()
    with heard_while_waiting(running, told_by_the_system) as heard:
        running.proxy().file_list("b")
        wait_until(lambda: {"a", "b"} in told_by_the_system)
        (running.folder / "b" / "new").touch()
        assert heard() == ["b"]


def test_changes_go_on_being_heard_after_a_name_that_is_no_unicode(running: Any, told_by_the_system: list[set[str]]) -> None:
    (running.folder / "a").mkdir()
    with heard_while_waiting(running, told_by_the_system) as heard:
        Path(os.fsdecode(os.fsencode(running.folder / "a") + b"/\xff")).touch()
        assert heard() == ["a"]
    with heard_while_waiting(running, told_by_the_system) as heard:
        (running.folder / "a" / "new").touch()
        assert heard() == ["a"]


def test_our_own_hidden_area_tells_nobody_of_itself(running: Any, told_by_the_system: list[set[str]]) -> None:
    with heard_while_waiting(running, told_by_the_system, "") as heard:
        cursor = running.proxy().share_changes()["cursor"]
        upload = running.proxy().upload_open("u/f", 1)["upload_id"]
        running.proxy().file_put("deep/er/file", b"x")
        # Only the folder that the second one made is news for the root, and what is in it for that.
        assert set(heard()) <= {"", "deep/er"}
        running.proxy().upload_abort(upload)
    assert not [folder for folder in running.proxy().share_changes(cursor)["folders"] if ".filexfer" in folder]


def test_a_link_that_takes_a_folders_place_is_not_followed(
    running: Any, tmp_path: Path, told_by_the_system: list[set[str]]
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (running.folder / "a").mkdir()
    (running.folder / "b").mkdir()
    running.proxy().file_list("a")
    (running.folder / "a").rmdir()
    (running.folder / "a").symlink_to(outside)
    running.proxy().share_changes()  # the look finds that it is another one
    with heard_while_waiting(running, told_by_the_system, "b") as heard:
        (outside / "new").touch()
        (running.folder / "b" / "new").touch()
        assert heard() == ["b"]


def test_where_the_system_watches_nothing_more_times_are_looked_at(
    running: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(self: FolderStore, folders: object) -> None:
        raise StorageFailed("No space left.")

    monkeypatch.setattr(FolderStore, "listen", full)
    monkeypatch.setattr(watching, "LOOK", 0.05)
    (running.folder / "a").mkdir()
    running.proxy().file_list("a")
    cursor = running.proxy().share_changes()["cursor"]
    with ThreadPoolExecutor(1) as other:
        waiting = other.submit(running.proxy().share_changes, cursor, 30)
        wait_until(lambda: "max_user_watches" in caplog.text)
        (running.folder / "a" / "new").touch()
        assert waiting.result(20)["folders"] == ["a"]
    assert "max_user_watches" in caplog.text
    assert caplog.text.count("max_user_watches") == 1


def test_nothing_is_watched_when_nobody_asks_any_more(running: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "GRACE", 0.0)
    monkeypatch.setattr(watching, "LOOK", 0.05)
    proxy = running.proxy()
    proxy.file_list("")
    inside = running.server.current_share().changes._watching
    assert not inside._running
    proxy.share_changes(proxy.share_changes()["cursor"], 0.3)
    wait_until(lambda: not inside._running)
    wait_until(lambda: "filexfer-changes" not in {thread.name for thread in threading.enumerate()})


def test_who_lists_many_folders_pushes_out_only_the_own_ones(tmp_path: Path) -> None:
    with FolderStore(tmp_path) as store:
        told: list[str] = []
        looked_after = watching.Watching(store, lambda *folders: told.extend(folders))
        looked_after.add("quiet", "", 0)
        for number in range(5 * watching.MOST):
            looked_after.add("walker", f"folder {number}", -1)
        looked_after.look()
        assert told == [""]
        assert len(looked_after._times) == watching.MOST


def test_what_happened_before_the_first_question_but_after_the_listing_is_told(running: Any) -> None:
    (running.folder / "a").mkdir()
    proxy = running.proxy()
    proxy.file_list("a")
    (running.folder / "a" / "new").touch()
    cursor = proxy.share_changes()["cursor"]
    assert proxy.share_changes(cursor)["folders"] == ["a"]


def test_a_folder_listed_first_while_somebody_waits_already_is_watched(running: Any, told_by_the_system: list[set[str]]) -> None:
    cursor = running.proxy().share_changes()["cursor"]
    (running.folder / "a").mkdir()
    inside = running.server.current_share().changes._watching
    with ThreadPoolExecutor(1) as other:
        waiting = other.submit(running.proxy().share_changes, cursor, 30)
        wait_until(lambda: inside._running)
        running.proxy().file_list("a")
        wait_until(lambda: {"a"} in told_by_the_system)
        (running.folder / "a" / "new").touch()
        assert waiting.result(20)["folders"] == ["a"]
