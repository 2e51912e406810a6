"""Keyed calls: done once, answered again, also after a restart."""

from __future__ import annotations

import os
import shutil
import threading
from pathlib import Path
from xmlrpc.client import Binary, Fault

import pytest

from filexfer.core.errors import NotFound
from filexfer.server.keys import Keys


def keys_at(path: Path, seconds: float = 60.0, most: int = 1 << 30) -> Keys:
    """Keys in a folder that nobody else's doing is about."""

    def area() -> tuple[int, int]:
        path.parent.mkdir(exist_ok=True)
        status = path.parent.stat()
        return status.st_dev, status.st_ino

    return Keys(str(path), seconds, most, area)


def test_a_repetition_is_answered_and_not_done_again(proxy, running) -> None:
    first = proxy.file_put("f", Binary(b"x"), {"on_conflict": "rename", "key": "k"})
    (running.folder / "f").unlink()
    assert proxy.file_put("f", Binary(b"x"), {"on_conflict": "rename", "key": "k"}) == first
    assert running.held() == {}


@pytest.mark.parametrize(
    ("method", "params"),
    [
        ("file_put", ["new", Binary(b"x")]),
        ("files_put", [[{"path": "new", "size": 1}], Binary(b"x")]),
        ("folder_make", ["new"]),
        ("entry_move", ["old", "new"]),
        ("entry_delete", ["old"]),
        ("image_put", [Binary(b"x"), "new"]),
    ],
)
def test_every_changing_method_can_be_repeated(serve, method: str, params: list) -> None:
    running = serve()
    (running.folder / "old").write_bytes(b"old")
    first = getattr(running.proxy(), method)(*params, {"key": "k"})
    listed = running.held()
    running.server.close()
    # A restart between: what a client meets whose server was killed before it could answer.
    again = serve()
    assert getattr(again.proxy(), method)(*params, {"key": "k"}) == first
    assert again.held() == listed


def test_restoring_can_be_repeated(proxy, running) -> None:
    proxy.file_put("f", Binary(b"x"))
    trash_id = proxy.entry_delete("f")
    assert proxy.entry_restore(trash_id, {"key": "k"}) == "f"
    assert proxy.entry_restore(trash_id, {"key": "k"}) == "f"


def test_without_a_key_what_is_there_already_is_a_success(proxy, running) -> None:
    for policy in ("fail", "overwrite", "rename", "skip", "newer"):
        proxy.file_put("f", Binary(b"x"), {"on_conflict": policy})
    assert running.held() == {"f": b"x"}


def test_a_key_is_for_one_act(proxy) -> None:
    proxy.folder_make("a", {"key": "k"})
    with pytest.raises(Fault) as caught:
        proxy.entry_delete("a", {"key": "k"})
    assert caught.value.faultCode == -32602
    with pytest.raises(Fault):
        proxy.folder_make("b", {"key": "k" * 201})


def test_what_failed_may_be_tried_again(proxy, running) -> None:
    with pytest.raises(Fault):
        proxy.entry_move("a", "b", {"key": "k"})
    (running.folder / "a").write_bytes(b"a")
    proxy.entry_move("a", "b", {"key": "k"})
    assert running.held() == {"b": b"a"}


def test_a_repetition_waits_for_the_first_call(tmp_path) -> None:
    keys = keys_at(tmp_path / "area" / "answers.db")
    at_work, go_on = threading.Event(), threading.Event()
    calls, answers = [], []

    def slow() -> object:
        calls.append(1)
        at_work.set()
        go_on.wait(20)
        return "done"

    first = threading.Thread(target=lambda: answers.append(keys.once("d", "k", "m", slow)))
    first.start()
    assert at_work.wait(20)
    second = threading.Thread(target=lambda: answers.append(keys.once("d", "k", "m", slow)))
    second.start()
    go_on.set()
    first.join(20)
    second.join(20)
    assert answers == ["done", "done"]
    assert calls == [1]
    keys.close()


def test_keys_are_of_one_device_and_grow_old(tmp_path) -> None:
    keys = keys_at(tmp_path / "area" / "answers.db", 0.0)
    assert keys.once("one", "k", "m", lambda: "a") == "a"
    assert keys.once("two", "k", "m", lambda: "b") == "b"
    # Their time was over as soon as they were written; sweeping comes with a later key.
    keys._next_sweep = 0
    keys.once("one", "other", "m", lambda: "c")
    assert keys.once("one", "k", "m", lambda: "new") == "new"

    def fails() -> object:
        raise NotFound

    with pytest.raises(NotFound):
        keys.once("one", "fails", "m", fails)
    assert keys.once("one", "fails", "m", lambda: "better") == "better"
    keys.close()


def test_a_broken_store_of_answers_is_begun_anew(tmp_path) -> None:
    path = tmp_path / "area" / "answers.db"
    path.parent.mkdir()
    path.write_bytes(b"no database" * 1000)
    keys = keys_at(path)
    assert keys.once("d", "k", "m", lambda: "a") == "a"
    assert keys.once("d", "k", "m", lambda: "b") == "a"
    keys.close()


def test_a_folder_that_takes_no_answers_still_takes_calls(tmp_path, caplog) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "area").symlink_to(tmp_path / "elsewhere")
    keys = keys_at(tmp_path / "area" / "answers.db")
    assert [keys.once("d", "k", "m", lambda: "done") for _ in range(3)] == ["done"] * 3
    assert caplog.text.count("cannot be kept") == 1
    assert list((tmp_path / "elsewhere").iterdir()) == []
    keys.close()


def test_answers_damaged_within_are_begun_anew(serve) -> None:
    running = serve()
    running.proxy().file_put("x", Binary(b"x"), {"key": "k"})
    running.server.close()
    database = running.folder / ".filexfer" / "answers.db"
    raw = database.read_bytes()
    # The schema is whole, so that it opens; the pages of the table are not.
    database.write_bytes(raw[:4096] + b"\xff" * (len(raw) - 4096))
    proxy = serve().proxy()
    for key in ("k", "l"):
        first = proxy.file_put(key, Binary(b"y"), {"on_conflict": "rename", "key": key})
        (running.folder / key).unlink()
        assert proxy.file_put(key, Binary(b"y"), {"on_conflict": "rename", "key": key}) == first
        assert not (running.folder / key).exists()


@pytest.mark.parametrize("link", [True, False])
def test_nothing_is_made_where_the_share_was_moved_away_from(running, proxy, tmp_path, link: bool) -> None:
    moved, other = tmp_path / "moved", tmp_path / "other"
    os.rename(running.folder, moved)
    other.mkdir()
    if link:
        running.folder.symlink_to(other)
        (other / ".filexfer").mkdir()
    assert proxy.file_put("x", Binary(b"x"), {"key": "k"})["outcome"] == "created"
    assert (moved / "x").read_bytes() == b"x"
    assert [file for file in other.rglob("*") if not file.is_dir()] == []
    assert running.folder.exists() is link
    running.server.close()
    if link:
        running.folder.unlink()
    shutil.move(moved, running.folder)


def test_what_is_kept_fills_no_disk_and_costs_only_whoever_fills_it(tmp_path: Path) -> None:
    path = tmp_path / "area" / "answers.db"
    keys = keys_at(path, most=1 << 20)
    keys.once("honest", "k", "file_put", lambda: "mine")
    for number in range(200):
        keys.once("greedy", f"k{number}", "files_put", lambda: "x" * 50_000)
    assert path.stat().st_size < 2 << 20
    assert keys.once("honest", "k", "file_put", lambda: "done again") == "mine"
    assert keys.once("greedy", "k199", "files_put", lambda: "done again") == "x" * 50_000
    assert keys.once("greedy", "k0", "files_put", lambda: "done again") == "done again"
    keys.close()
