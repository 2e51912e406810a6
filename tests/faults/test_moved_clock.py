"""The machine's clock is set years ahead or back while things are under way: nothing is old because of it, nothing is done twice,
pages and uploads go on, and times of files stay those that were sent."""

from __future__ import annotations

import itertools
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from filexfer.client.engine import Engine
from filexfer.client.history import History
from filexfer.client.session import connect
from filexfer.core.model import Conflict, Direction, JobSpec, JobState
from filexfer.protocol import wire
from filexfer.server import Server, Settings
from filexfer.storage.folder import FolderStore
from filexfer.storage.store import StoreSettings
from tests.client.places import snapshot
from tests.client.places import tree as made

YEAR = 365 * 86_400
JUMPS = (0, 10 * YEAR, -10 * YEAR, 3600, -3600, 1, -1)


class Clock:
    """The time of day, which can be set. What the file system writes by itself is the machine's."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.offset = 0
        real, real_ns = time.time, time.time_ns
        monkeypatch.setattr(time, "time", lambda: real() + self.offset)
        monkeypatch.setattr(time, "time_ns", lambda: real_ns() + self.offset * 10**9)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


@pytest.fixture
def server(memory: Path) -> Iterator[Server]:
    with Server(memory / "share", ["http://127.0.0.1:0"], "write", settings=Settings(page_entries=3)) as found:
        yield found


def test_an_upload_goes_on_and_is_published_once(server: Server, memory: Path, clock: Clock) -> None:
    content = os.urandom(len(JUMPS) << 20)
    with connect(server.addresses[0]) as session:
        answer = wire.struct(session.call("upload_open", "f", len(content), {"key": "k", "mtime_ns": 10**18}))
        for number, jump in enumerate(JUMPS):
            clock.offset = jump
            server.current_share().store.expire()
            session.call("upload_write", answer["upload_id"], number << 20, content[number << 20 : number + 1 << 20])
        first = session.call("upload_commit", answer["upload_id"])
        for jump in JUMPS:
            clock.offset = jump
            assert session.call("upload_commit", answer["upload_id"]) == first
    assert (memory / "share/f").read_bytes() == content
    assert (memory / "share/f").stat().st_mtime_ns == 10**18


def test_an_upload_that_was_put_down_is_there_after_a_restart_with_another_clock(memory: Path, clock: Clock) -> None:
    settings = StoreSettings(keep_free=0, block_size=1000)
    for offset in (-10 * YEAR, -3600, 3600, 6 * 86_400):  # a week is how long it is kept
        clock.offset = 0
        with FolderStore(memory, settings) as store:
            store.upload(
                f"f{offset}",
                3000,
            ).write(0, b"a" * 1000)
            upload_id = next(upload.id for upload in store.uploads() if upload.path == f"f{offset}")
        clock.offset = offset
        with FolderStore(memory, settings) as store:
            upload = store.resume(upload_id)
            assert [(span.start, span.end) for span in upload.missing()] == [(1000, 3000)]
            upload.write(1000, b"b" * 2000)
            upload.commit()
        assert (memory / f"f{offset}").read_bytes() == b"a" * 1000 + b"b" * 2000


def test_keyed_calls_are_answered_again_and_the_trash_keeps_what_is_young(server: Server, memory: Path, clock: Clock) -> None:
    share = memory / "share"
    with connect(server.addresses[0]) as session:
        for number, jump in enumerate(JUMPS):
            clock.offset = 0
            (share / f"f{number}").write_bytes(b"here")
            first = session.call("entry_delete", f"f{number}", {"key": f"k{number}"})
            clock.offset = jump
            for more in range(3):
                session.call("file_put", f"other{more}", b"x", {"key": f"{number} {more}"})
            server.current_share().store.expire()
            assert session.call("entry_delete", f"f{number}", {"key": f"k{number}"}) == first
        kept = server.current_share().store.trash.list()
        assert len(kept) == len(JUMPS)
        for item in kept:
            session.call("entry_restore", item.id)
    assert sorted(path.name for path in share.glob("f*")) == [f"f{number}" for number in range(len(JUMPS))]


def test_what_is_deleted_while_the_clock_is_wrong_can_be_restored(memory: Path, clock: Clock) -> None:
    with FolderStore(memory) as store:
        for offset in (-60 * YEAR, 0, 100 * YEAR):
            clock.offset = offset
            (memory / f"f{offset}").write_bytes(b"here")
            trash_id = store.delete(f"f{offset}")
            clock.offset = 0
            store.expire()
            assert store.trash.restore(trash_id) == f"f{offset}"


def test_a_listing_goes_on_page_by_page(server: Server, memory: Path, clock: Clock) -> None:
    wanted = {f"{number:02}": b"x" for number in range(20)}
    made(memory / "share", wanted)
    jumps = itertools.cycle(JUMPS)
    found: list[str] = []
    with connect(server.addresses[0]) as session:
        for page in session.pages():
            found += page.names
            clock.offset = next(jumps)
            server._expire()
    assert sorted(found) == sorted(wanted)


@pytest.mark.parametrize("direction", [Direction.PUT, Direction.GET])
def test_jobs_end_identical(server: Server, memory: Path, clock: Clock, direction: Direction) -> None:
    here, there = memory / "here", memory / "share/t"
    files = {"large": os.urandom(3 << 20), **{f"small/{number}": b"%d" % number * 500 for number in range(50)}}
    source = made(here if direction is Direction.PUT else there, files)
    pair = (str(here), "t") if direction is Direction.PUT else ("t", str(here))
    history = History(memory / "history" / "history.sqlite")
    jumps = itertools.cycle(JUMPS)
    engine = Engine(history)

    def set_clock(jobs: object) -> None:
        clock.offset = next(jumps)

    engine.subscribe(set_clock)
    spec = JobSpec(direction, server.addresses[0], (pair,), on_conflict=Conflict.OVERWRITE, limit=4 << 20)
    job = engine.wait(engine.add(spec), 40)
    assert (job.state, job.error, job.files_done) == (JobState.DONE, "", 51)
    engine.close()
    history.close()
    assert snapshot(source) == snapshot(there if direction is Direction.PUT else here)
