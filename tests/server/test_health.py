"""`server_health` and `/health`: what a server says of itself, to whom, and that asking costs nobody anything."""

from __future__ import annotations

import errno
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from xmlrpc.client import Binary, Fault, ServerProxy

import pytest

from filexfer.core.model import Permission
from filexfer.server import Caller, Server, Settings
from filexfer.server.health import told
from filexfer.server.probe import Seen
from filexfer.server.vitals import Vitals
from filexfer.storage.folder import FolderStore
from filexfer.storage.fsops import FsOps
from filexfer.storage.store import Condition
from tests.server.conftest import MakeHouse
from tests.server.stranger import House

EVERYBODY = {"state", "reasons", "version", "readable", "writable", "free", "total"}
OWNERS = {
    *"uptime connections workers_busy requests_waiting uploads open_files".split(),
    *"failed_syncs sync_failed_ns audit_log keyed_results".split(),
}
OWNER = Caller("owner", Permission.MANAGE)
READER = Caller("reader", Permission.READ)


class Sick(FsOps):
    """A disk that does as it is told. Attributes: hangs (until it is set), read_only, fails (its next sync), odd
    (what nobody foresaw)."""

    def __init__(self) -> None:
        self.hangs: threading.Event | None = None
        self.read_only = self.fails = self.odd = False

    def space(self, folder: int) -> tuple[int, int]:
        if self.odd:
            raise ArithmeticError("odd")
        if self.hangs is not None:
            self.hangs.wait()
        return super().space(folder)

    def may_write(self, folder: int) -> bool:
        return not self.read_only and super().may_write(folder)

    def sync(self, descriptor: int) -> None:
        self._sync(descriptor, super().sync)

    def sync_data(self, descriptor: int) -> None:
        self._sync(descriptor, super().sync_data)

    def sync_all(self, descriptor: int) -> None:
        self._sync(descriptor, super().sync_all)

    def _sync(self, descriptor: int, sync: Callable[[int], None]) -> None:
        if self.fails:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        sync(descriptor)


Ill = tuple[ServerProxy, Sick, Server]


@pytest.fixture
def ill(tmp_path: Path) -> Iterator[Ill]:
    """A server on such a disk, which guests may write to, as they see it."""
    disk = Sick()
    (tmp_path / "share").mkdir()
    with ExitStack() as stack:
        store = FolderStore(tmp_path / "share", fs=disk)
        settings = Settings(probe_seconds=0.2)
        server = Server(tmp_path / "share", ["http://localhost:0"], "write", settings=settings, store=store)
        stack.enter_context(server)
        yield stack.enter_context(ServerProxy(server.addresses[0])), disk, server


@pytest.fixture
def vitals(ill: Ill) -> Vitals:
    return ill[2]._instruments.look()


def probes() -> list[threading.Thread]:
    return [one for one in threading.enumerate() if one.name == "filexfer-probe"]


@pytest.mark.parametrize(
    ("held", "names"),
    [("watch", EVERYBODY | OWNERS), ("read", EVERYBODY), ("write", EVERYBODY), ("manage", EVERYBODY | OWNERS)],
)
def test_everybody_who_may_come_is_told_how_it_does_and_owners_and_watchers_more(
    make_house: MakeHouse, held: str, names: set[str]
) -> None:
    house = make_house()
    answer = house.device(held).call("server_health")
    assert (answer["state"], answer["reasons"]) == ("ok", [])
    assert answer.keys() == names
    assert answer["readable"] is answer["writable"] is True
    assert 0 < answer["free"] <= answer["total"]


def test_a_stranger_is_told_nothing(make_house: MakeHouse) -> None:
    house = make_house()
    with pytest.raises(Fault) as refused:
        house.stranger().call("server_health")
    assert refused.value.faultCode == 201
    assert house.stranger().get("/health")[0] == house.stranger().get("/health", "HEAD")[0] == 401
    assert b"ok" not in house.stranger().get("/health")[1]


def test_a_probe_is_told_by_the_status(make_house: MakeHouse) -> None:
    house = make_house()
    watcher = house.device("watch")
    assert watcher.get("/health") == (200, b"ok\n")
    assert watcher.get("/health", "HEAD") == (200, b"")
    assert watcher.get("/health", "POST", b"x")[0] == 405
    shutil.rmtree(house.folder)
    house.server.current_share().probe._at = float("-inf")  # what was seen last stays good for a moment
    status, text = watcher.get("/health")
    assert (status, text.split(b"\n")[0]) == (503, b"failing")
    assert b"was deleted" in text


def test_a_disk_that_hangs_is_told_of_and_keeps_nobody(ill: Ill) -> None:
    proxy, disk, server = ill
    assert proxy.server_health()["state"] == "ok"
    disk.hangs = threading.Event()
    try:
        server.current_share().probe._at = float("-inf")
        for _ in range(5):
            answer: Any = proxy.server_health()
            assert (answer["state"], answer["readable"], answer["free"]) == ("failing", False, -1)
            assert "has not answered" in answer["reasons"][0]
        assert len(probes()) == 1, "one thread hangs there, however often it is asked"
        assert proxy.file_list("")["entries"] == []
    finally:
        disk.hangs.set()
    [probe] = probes()
    probe.join()
    disk.hangs = None
    assert proxy.server_health()["state"] == "ok"


def test_a_look_that_fails_in_an_unforeseen_way_is_not_the_last(ill: Ill, caplog: pytest.LogCaptureFixture) -> None:
    proxy, disk, server = ill
    disk.odd = True
    answer: Any = proxy.server_health()
    assert (answer["state"], len(answer["reasons"])) == ("failing", 1)
    assert "odd" not in answer["reasons"][0]
    assert "odd" in caplog.text
    disk.odd = False
    server.current_share().probe._at = float("-inf")
    assert proxy.server_health()["state"] == "ok"


def test_a_disk_that_takes_no_files_matters_where_somebody_may_write(ill: Ill) -> None:
    proxy, disk, server = ill
    disk.read_only = True
    answer: Any = proxy.server_health()
    assert (answer["state"], answer["writable"]) == ("degraded", False)
    assert "read-only" in answer["reasons"][0]
    server.share(guest="read")
    assert proxy.server_health()["state"] == "ok"


def test_a_sync_that_failed_is_remembered_for_a_while(ill: Ill, vitals: Vitals) -> None:
    proxy, disk, server = ill
    disk.fails = True
    with pytest.raises(Fault):
        proxy.file_put("new", Binary(b"x"))
    disk.fails = False
    proxy.file_put("new", Binary(b"x"))
    answer: Any = proxy.server_health()
    assert (answer["state"], len(answer["reasons"])) == ("degraded", 1)
    assert "could not make a file durable less than a minute ago" in answer["reasons"][0]
    seen = server._instruments.look()
    assert told(seen, OWNER)["failed_syncs"] == seen.totals.failed_syncs > vitals.totals.failed_syncs == 0
    later = seen._replace(totals=seen.totals._replace(since_sync_failed=3600.0))
    assert told(later, OWNER)["state"] == "ok"


def test_an_audit_log_that_is_not_written_is_the_owners_to_know(make_house: MakeHouse) -> None:
    house = make_house()
    reader, writer = house.device("read", "reader"), house.device("write", "writer")
    _with_a_folder_for_a_log(house)
    writer.call("file_put", "new", Binary(b"x"))
    assert reader.call("server_health")["state"] == "degraded"
    assert "audit" not in str(reader.call("server_health")).lower()
    mine = house.owner("server_health")
    assert (mine["audit_log"], "audit log" in mine["reasons"][0]) == (False, True)


def _with_a_folder_for_a_log(house: House) -> None:
    house.server._audit.close()
    log = house.state / "audit.log"
    log.unlink()
    log.mkdir()


def test_connections_that_find_no_room_are_told_of_but_not_those_of_one_crowd(serve: Any) -> None:
    running = serve(connections=3, connections_per_address=2)
    census = running.server._instruments.census
    census.refused("192.0.2.1", "peer")
    assert told(running.server._instruments.look(), OWNER)["state"] == "ok"
    census.refused("192.0.2.1", "all")
    answer = told(running.server._instruments.look(), OWNER)
    assert (answer["state"], "turned away" in str(answer["reasons"])) == ("degraded", True)


@pytest.mark.parametrize(
    ("free", "total", "says"),
    [(0, 1 << 40, "is full"), (1, 1 << 40, "nearly full"), (1 << 30, 1 << 40, ""), (99, 10_000, "nearly"), (100, 10_000, "")],
)
def test_a_disk_that_fills_is_told_of(vitals: Vitals, free: int, total: int, says: str) -> None:
    answer = told(vitals._replace(disk=Seen(Condition(free, total, True))), READER)
    assert answer["state"] == ("degraded" if says else "ok")
    assert says in " ".join(answer["reasons"])  # type: ignore[arg-type]
    nobody_writes = vitals._replace(disk=Seen(Condition(free, total, True)), writers=False)
    assert told(nobody_writes, READER)["state"] == "ok"


def test_what_others_who_use_the_server_say_of_it_counts(ill: Ill) -> None:
    _, _, server = ill
    problems = ["The disk is not plugged in."]
    server.watch_also(lambda: problems[0])
    answer = told(server._instruments.look(), OWNER)
    assert (answer["state"], answer["reasons"]) == ("failing", problems)
    assert "plugged" not in str(told(server._instruments.look(), READER))
    problems[0] = ""
    assert told(server._instruments.look(), OWNER)["state"] == "ok"
