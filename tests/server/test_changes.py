"""`share_changes`: who waits hears of our own changes at once, of others' when somebody looks."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from xmlrpc.client import Binary, Fault

import pytest

from filexfer.server.deferred import Deferred


def test_every_change_of_ours_is_told_with_its_folder(proxy, running) -> None:
    def changed(act) -> list[str]:
        cursor = proxy.share_changes()["cursor"]
        act()
        told = proxy.share_changes(cursor)
        assert told["all"] is False
        return sorted(set(told["folders"]))

    assert changed(lambda: proxy.file_put("a/f", Binary(b"x"))) == ["a"]
    assert changed(lambda: proxy.files_put([{"path": "b/1", "size": 0}, {"path": "c/2", "size": 0}], Binary(b""))) == ["b", "c"]
    assert changed(lambda: proxy.folder_make("d/e")) == ["d"]
    assert changed(lambda: proxy.entry_move("a/f", "b/g")) == ["a", "b"]
    assert changed(lambda: proxy.entry_delete("b/g")) == ["b"]
    assert changed(lambda: proxy.entry_restore(proxy.trash_list()[0]["id"])) == ["b"]
    assert changed(lambda: proxy.image_put(Binary(b"x"), "i/x")) == ["i"]
    upload = proxy.upload_open("u/f", 1)["upload_id"]
    proxy.upload_write(upload, 0, Binary(b"x"))
    assert changed(lambda: proxy.upload_commit(upload)) == ["u"]
    assert changed(lambda: running.wire().request("PUT /files/r/f", b"x")) == ["r"]
    assert changed(lambda: running.wire().request("PUT /files/r/f", bytes(3 << 20))) == ["r"]
    assert changed(lambda: proxy.file_put("b/g", Binary(b"x"))) == []


def test_a_waiting_call_is_answered_by_a_change(running) -> None:
    cursor = running.proxy().share_changes()["cursor"]
    with ThreadPoolExecutor(1) as other:
        waiting = other.submit(running.proxy().share_changes, cursor, 30)
        while not running.server.current_share().changes._waiting:
            time.sleep(0.001)
        running.proxy().file_put("a/b", Binary(b"x"))
        assert waiting.result(20)["folders"] == ["a"]


def test_a_wait_ends_with_what_others_did_to_a_listed_folder(proxy, running) -> None:
    (running.folder / "a").mkdir()
    proxy.file_list("a")
    cursor = proxy.share_changes()["cursor"]
    (running.folder / "a" / "new").touch()
    assert proxy.share_changes(cursor, 0.05)["folders"] == ["a"]
    cursor = proxy.share_changes(cursor)["cursor"]
    assert proxy.share_changes(cursor, 0.05) == {"cursor": cursor, "folders": [], "all": False}


def test_a_cursor_of_another_life_has_missed_everything(proxy) -> None:
    assert proxy.share_changes("00000000.5")["all"] is True
    assert proxy.share_changes("nonsense")["all"] is True
    life = proxy.share_changes()["cursor"].partition(".")[0]
    assert proxy.share_changes(f"{life}.{'1' * 5000}")["all"] is True
    assert proxy.share_changes("")["all"] is False


def test_more_changes_than_are_told_one_by_one_are_all(proxy, running) -> None:
    changes = running.server.current_share().changes
    cursor = proxy.share_changes()["cursor"]
    changes.note(*(f"folder {n}" for n in range(1000)))
    assert len(proxy.share_changes(cursor)["folders"]) == 1000
    changes.note("one more")
    assert proxy.share_changes(cursor)["all"] is True
    cursor = proxy.share_changes()["cursor"]
    changes.note(*("the same" for _ in range(5000)))
    assert proxy.share_changes(cursor)["folders"] == ["the same"]
    for _ in range(5000):
        changes.note("more often than is remembered")
    assert proxy.share_changes(cursor)["all"] is True


def test_waits_of_one_device_are_bounded(serve) -> None:
    running = serve(open_polls=2)
    cursor = running.proxy().share_changes()["cursor"]
    waiting = running.server.current_share().changes._waiting
    wires = [running.wire() for _ in range(2)]
    for wire in wires:
        wire.send(_poll(cursor))
    while len(waiting) < 2:
        time.sleep(0.001)
    with pytest.raises(Fault) as caught:
        running.proxy().share_changes(cursor, 30)
    assert caught.value.faultCode == 302
    # One that hangs up makes room.
    wires[0].sock.close()
    while len(waiting) > 1:
        time.sleep(0.001)


def _poll(cursor: str) -> bytes:
    body = (
        f"<methodCall><methodName>share_changes</methodName><params><param><value>{cursor}</value></param>"
        "<param><value><int>30</int></value></param></params></methodCall>"
    ).encode()
    return b"POST /RPC2 HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/xml\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)


def test_the_first_outcome_of_a_deferred_counts() -> None:
    told = []
    deferred = Deferred(5, lambda: "late")
    deferred.on_end(lambda: told.append("end"))
    deferred.when_done(lambda: told.append("done"))
    threads = [threading.Thread(target=deferred.resolve, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    deferred.expire()
    assert deferred.result() in range(8)
    assert told == ["end", "done"]
    late = []
    deferred.when_done(lambda: late.append(1))
    deferred.on_end(lambda: late.append(2))
    assert late == [1, 2]


def test_what_goes_wrong_when_time_is_over_is_raised_where_the_answer_is_made() -> None:
    def broken() -> object:
        raise ValueError("late")

    deferred = Deferred(5, broken)
    deferred.expire()
    with pytest.raises(ValueError, match="late"):
        deferred.result()
