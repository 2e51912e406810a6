"""A real disk that is full: the server's, the client's, before the first byte and in the middle. It is said so in words, nothing
half is visible, and once there is room the transfer goes on where it was. (Where no disk can be mounted this is skipped, saying
so; the same refusals at every single call are made by the fault layer in `test_each_call_fails*`.)"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from filexfer.client.engine import Engine
from filexfer.client.history import History
from filexfer.client.session import connect
from filexfer.core.errors import Forbidden, NoSpace, StorageFailed
from filexfer.core.model import Conflict, Direction, Job, JobSpec, JobState
from filexfer.server import Server
from filexfer.storage.folder import FolderStore
from filexfer.storage.store import StoreSettings
from tests.client.places import snapshot, until
from tests.client.places import tree as made
from tests.faults.small_disk import SmallDisk
from tests.storage.acts import tree

MIB = 1 << 20
#: Of the disk. The trash of a share, an old version of what is replaced, has room on it too.
SIZE = 12 * MIB
STORE = StoreSettings(keep_free=0)
FILES = {"big": os.urandom(5 * MIB), **{f"small/{number}": b"%d" % number * 1000 for number in range(20)}}
OLD = {"big": b"old" * 1000}


@pytest.fixture
def disk(memory: Path) -> Iterator[SmallDisk]:
    try:
        made = SmallDisk(memory / "disk", str(SIZE))
    except OSError as error:
        pytest.skip(f"{error}; what a full disk refuses is covered by the fault layer alone")
    yield made
    made.close()


@pytest.fixture
def engines(memory: Path) -> Iterator[Callable[[Path], Engine]]:
    opened: list[tuple[Engine, History]] = []

    def make(folder: Path) -> Engine:
        history = History(folder / "history" / "history.sqlite")
        opened.append((Engine(history), history))
        return opened[-1][0]

    yield make
    for engine, history in opened:
        engine.close()
        history.close()


def check_refused(job: Job) -> None:
    assert (job.state, job.error_kind) == (JobState.FAILED, "NoSpace")
    assert "room" in job.error


SIDES = ["server", "client"]


class Both:
    """One side on the small disk, the other on an ordinary one; files go to the small one."""

    def __init__(self, side: str, memory: Path, disk: SmallDisk, engine: Engine) -> None:
        self.engine = engine
        self.disk = disk
        share = disk.root / "share" if side == "server" else memory / "share"
        self.target = share / "t" if side == "server" else disk.root / "here"
        source = memory / "here" if side == "server" else share / "t"
        made(source, FILES)
        made(self.target, OLD)
        self.source = source
        self.server = Server(share, ["http://127.0.0.1:0"], "write", store=FolderStore(share, STORE))
        self.server.start()
        pair = (str(source), "t") if side == "server" else ("t", str(self.target))
        direction = Direction.PUT if side == "server" else Direction.GET
        self.spec = JobSpec(direction, self.server.addresses[0], (pair,), on_conflict=Conflict.OVERWRITE)

    def whole(self) -> None:
        assert snapshot(self.source) == snapshot(self.target)

    def old_or_new(self) -> None:
        for name, data in tree(self.target).items():
            assert data in (OLD.get(name), FILES[name])


@pytest.fixture
def both(request: pytest.FixtureRequest, memory: Path, disk: SmallDisk, engines: Callable[[Path], Engine]) -> Iterator[Both]:
    found = Both(request.param, memory, disk, engines(memory))
    yield found
    found.server.close()


@pytest.mark.parametrize("both", SIDES, indirect=True)
def test_a_disk_that_is_too_full_refuses_before_the_first_byte_and_takes_it_when_there_is_room(both: Both) -> None:
    both.disk.fill(leave=3 * MIB)
    job = both.engine.wait(both.engine.add(both.spec), 30)
    check_refused(job)
    both.old_or_new()
    assert tree(both.target)["big"] == OLD["big"]
    both.disk.make_room()
    job = both.engine.wait(both.engine.add(both.spec), 30)
    assert (job.state, job.error) == (JobState.DONE, "")
    both.whole()


@pytest.mark.parametrize("both", SIDES, indirect=True)
def test_a_disk_that_fills_in_the_middle_ends_the_job_in_words_and_it_goes_on_when_there_is_room(both: Both) -> None:
    spec = JobSpec(both.spec.direction, both.spec.server, both.spec.items, on_conflict=both.spec.on_conflict, limit=6 * MIB)
    # Of a file that has just been written nobody knows whether it is the same later, so nothing of it would be kept.
    with connect(spec.server) as session:
        if spec.direction is Direction.GET:
            until(lambda: not session.stat("t/big").etag.startswith("W/"), "its version is a strong one")
    job_id = both.engine.add(spec)
    until(lambda: both.engine.job(job_id).bytes_done > MIB, "some of it is done")
    both.disk.fill()
    job = both.engine.wait(job_id, 30)
    check_refused(job)
    both.old_or_new()
    both.disk.make_room()
    assert both.engine.add(spec) == job_id
    job = both.engine.wait(job_id, 30)
    assert (job.state, job.error) == (JobState.DONE, "")
    both.whole()
    assert job.bytes_moved < sum(map(len, FILES.values())) - MIB / 2, "it began anew instead of going on"


def test_a_command_whose_state_lies_on_the_full_disk_too_says_so_and_goes_on(memory: Path, disk: SmallDisk) -> None:
    """As at home, where downloads and settings are on one disk."""
    share = made(memory / "share", FILES)
    with Server(share, ["http://127.0.0.1:0"], "read") as server:
        project = Path(__file__).parents[2]
        command = (
            f'cd "{project}" && HOME="$1" XDG_STATE_HOME="$1/state" "{sys.executable}" -m filexfer get '
            f'{server.addresses[0]} "$1/here" --bwlimit 6M'
        )
        (disk.root / "here").mkdir()
        said = disk.root / "said"
        assert disk.do(f'({command}) 2>"$1/said" & pid=$!') == 0
        area = disk.root / "here" / ".filexfer"
        until(lambda: [path for path in (area / "uploads").glob("*.data") if path.stat().st_size > MIB], "some of it is there")
        disk.fill()
        assert disk.do("wait $pid") == 1
        assert "free space" in said.read_text()
        assert all(data == FILES[name] for name, data in tree(disk.root / "here").items())
        disk.make_room()
        assert disk.do(f"({command})") == 0
    assert tree(disk.root / "here") == FILES
    assert not area.exists()


def test_every_method_says_that_a_full_disk_is_full_and_what_needs_no_room_goes_on(disk: SmallDisk) -> None:
    share = disk.root / "share"
    made(share, {"d/f": b"old" * 3000})
    with (
        Server(share, ["http://127.0.0.1:0"], "write", store=FolderStore(share, STORE)) as server,
        connect(server.addresses[0]) as session,
    ):
        session.make_folder("made")
        disk.fill()
        new = os.urandom(200_000)
        for call in (
            lambda: session.call("file_put", "d/f", new, {"on_conflict": "overwrite"}),
            lambda: session.call("image_put", new, "i.png"),
            lambda: session.call("upload_open", "big", len(new)),
        ):
            with pytest.raises(NoSpace, match="room"):
                call()
        assert session.stat("d/f").size == 9000
        assert [entry.name for entry in session.list("")] != []
        assert tree(share) == {"d/f": b"old" * 3000, "made/": b""}
        disk.make_room()
        session.call("file_put", "d/f", new, {"on_conflict": "overwrite"})
        assert (share / "d/f").read_bytes() == new


def test_a_disk_that_became_read_only_is_said_so_and_read_all_the_same(disk: SmallDisk) -> None:
    share = disk.root / "share"
    made(share, {"d/f": b"here"})
    with (
        Server(share, ["http://127.0.0.1:0"], "write", store=FolderStore(share, STORE)) as server,
        connect(server.addresses[0]) as session,
    ):
        assert disk.do('mount -o remount,ro "$1"') == 0
        for call in (
            lambda: session.call("file_put", "new", b"x"),
            lambda: session.call("upload_open", "big", 100),
            lambda: session.make_folder("n"),
            lambda: session.move("d/f", "d/g"),
            lambda: session.delete("d/f", permanent=True),
            lambda: session.delete("d/f"),
        ):
            with pytest.raises(Forbidden, match="read-only"):
                call()
        assert session.read("d/f", 0, 4) == b"here"
        assert disk.do('mount -o remount,rw "$1"') == 0
        session.move("d/f", "d/g")
    assert tree(share) == {"d/g": b"here"}


def test_a_share_that_was_taken_away_is_not_an_empty_one(memory: Path) -> None:
    share = memory / "share"
    made(share, {"f": b"here"})
    with Server(share, ["http://127.0.0.1:0"], "write") as server, connect(server.addresses[0]) as session:
        (share / "f").unlink()
        share.rmdir()
        for call in (
            lambda: list(session.list("")),
            lambda: list(session.list("", recursive=True)),
            lambda: session.stat("f"),
            lambda: session.call("file_put", "f", b"x"),
            lambda: session.call("upload_open", "f", 100),
            lambda: session.delete("f"),
            lambda: session.make_folder("n"),
        ):
            with pytest.raises(StorageFailed, match="gone"):
                call()
    assert not share.exists()
