"""Two at one thing: two writers of one name, a source that changes, grows or shrinks while it is read, a file that is replaced
while it is served. What comes of it is one of the two, whole; never a mixture, never a success that was none."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from filexfer.client import upload
from filexfer.client.engine import Engine, EngineSettings
from filexfer.client.history import History
from filexfer.client.run import RunSettings
from filexfer.client.session import connect
from filexfer.client.transfer import Finish
from filexfer.core.errors import AlreadyExists, Changed, ConnectionLost, FilexferError
from filexfer.core.model import Conflict, Direction, Job, JobSpec, JobState, PutOptions, Saved
from filexfer.server import Server
from filexfer.storage.folder import FolderStore
from filexfer.storage.fsops import FsOps
from filexfer.storage.store import Small, StoreSettings
from tests.client.places import tree as made
from tests.storage.acts import tree

MIB = 1 << 20
SETTINGS = StoreSettings(keep_free=0, block_size=1000)
ONE, OTHER = b"one" * 1000, b"other" * 600


def way(store: FolderStore, how: str, data: bytes, policy: Conflict) -> Saved:
    """Put `data` to “f” in one of the ways there are."""
    options = PutOptions(on_conflict=policy)
    if how == "put":
        [result] = store.put([Small("f", data, options)])
    elif how == "batch":
        result = store.put([Small("f", data, options), *(Small(f"more {data[:1]!r} {n}", b"x") for n in range(4))])[0]
    else:
        coming = store.upload("f", len(data) if how == "upload" else None, options)
        try:
            coming.write(0, data)
            return coming.commit()
        except FilexferError:
            coming.abort()
            raise
    if isinstance(result, FilexferError):
        raise result
    return result


WAYS = ["put", "batch", "upload", "stream"]


class Meeting(FsOps):
    """Two threads meet before each rename, so that every order of the two is tried."""

    def __init__(self) -> None:
        self.barrier = threading.Barrier(2, timeout=0.05)

    def _meet(self) -> None:
        try:
            self.barrier.wait()
        except threading.BrokenBarrierError:
            self.barrier.reset()  # the other one waits for a lock, or has ended

    def rename(self, name: bytes, folder: int, to: bytes, to_folder: int) -> None:
        if to == b"f":
            self._meet()
        super().rename(name, folder, to, to_folder)

    def rename_new(self, name: bytes, folder: int, to: bytes, to_folder: int) -> None:
        if to == b"f":
            self._meet()
        super().rename_new(name, folder, to, to_folder)


@pytest.mark.parametrize("policy", [Conflict.FAIL, Conflict.OVERWRITE, Conflict.RENAME, Conflict.SKIP])
@pytest.mark.parametrize(("first", "second"), [(one, other) for one in WAYS for other in WAYS if one <= other])
@pytest.mark.parametrize("stores", [1, 2], ids=["one server", "two processes"])
def test_of_two_writers_of_one_name_one_comes_first_and_nothing_is_lost(
    memory: Path, first: str, second: str, policy: Conflict, stores: int
) -> None:
    root = memory / "share"
    root.mkdir()
    fs = Meeting()
    opened = [FolderStore(root, SETTINGS, exclusive=False, fs=fs) for _ in range(stores)]
    results: dict[bytes, Saved | FilexferError] = {}

    def write(store: FolderStore, how: str, data: bytes) -> None:
        try:
            results[data] = way(store, how, data, policy)
        except FilexferError as error:
            results[data] = error

    threads = [
        threading.Thread(target=write, args=(opened[0], first, ONE)),
        threading.Thread(target=write, args=(opened[-1], second, OTHER)),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    now = {name: data for name, data in tree(root).items() if name.startswith("f")}
    kept = [item.path for item in opened[0].trash.list()]
    check_both(now, kept, results, policy)
    for store in opened:
        store.close()


def check_both(now: dict[str, bytes], kept: list[str], results: dict[bytes, Saved | FilexferError], policy: Conflict) -> None:
    assert now["f"] in (ONE, OTHER)
    failed = [error for error in results.values() if isinstance(error, FilexferError)]
    if policy is Conflict.FAIL:
        assert [type(error) for error in failed] == [AlreadyExists]
        assert set(now) == {"f"}
    else:
        assert failed == []
    if policy is Conflict.RENAME:
        assert sorted(now.values()) == sorted([ONE, OTHER])
    if policy is Conflict.OVERWRITE:
        # The loser was told of success: what he wrote is in the trash.
        assert kept == ["f"]


# -- sources that change --------------------------------------------------------------------------------------------------


@pytest.fixture
def engine(memory: Path) -> Iterator[Engine]:
    history = History(memory / "history" / "history.sqlite")
    found = Engine(history, settings=EngineSettings(run=RunSettings(near=1, far=1, patience=0.2)))
    yield found
    found.close()
    history.close()


@pytest.fixture
def server(memory: Path) -> Iterator[Server]:
    with Server(memory / "share", ["http://127.0.0.1:0"], "write") as found:
        yield found


def rewrite(path: Path) -> None:
    path.write_bytes(os.urandom(path.stat().st_size))


def grow(path: Path) -> None:
    with path.open("ab") as file:
        file.write(b"more")


def shrink(path: Path) -> None:
    os.truncate(path, path.stat().st_size - MIB)


def replace(path: Path) -> None:
    other = path.with_suffix(".new")
    other.write_bytes(os.urandom(path.stat().st_size))
    os.replace(other, path)


def vanish(path: Path) -> None:
    path.unlink()


CHANGES = [rewrite, grow, shrink, replace, vanish]


@pytest.mark.parametrize("change", CHANGES)
def test_a_source_that_changes_while_it_is_sent_is_never_published_mixed(
    server: Server, engine: Engine, memory: Path, monkeypatch: pytest.MonkeyPatch, change: Callable[[Path], None]
) -> None:
    source = made(memory / "here", {"big": os.urandom(4 * MIB)}) / "big"
    versions = [source.read_bytes()]
    start, count = upload.Sending.start, 0

    def changing(self: upload.Sending, *arguments: object) -> Finish:
        nonlocal count
        count += 1
        if count == 3:
            change(source)
            if source.exists():
                versions.append(source.read_bytes())
        return start(self, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(upload.Sending, "start", changing)
    spec = JobSpec(Direction.PUT, server.addresses[0], ((str(source), "big"),))
    job = engine.wait(engine.add(spec), 30)
    there = memory / "share/big"
    if job.state is JobState.DONE:
        # Of what was replaced or removed the open file is the old one, whole.
        assert change in (replace, vanish)
        assert there.read_bytes() == versions[0]
    else:
        assert_changed(job, engine)
        assert not there.exists()
        assert server.current_share().store.uploads() == []
    monkeypatch.setattr(upload.Sending, "start", start)
    if source.exists():
        again = JobSpec(Direction.PUT, server.addresses[0], ((str(source), "big"),), on_conflict=Conflict.OVERWRITE)
        assert engine.wait(engine.add(again), 30).state is JobState.DONE
        assert there.read_bytes() == source.read_bytes()


def assert_changed(job: Job, engine: Engine) -> None:
    assert job.state is JobState.FAILED
    assert engine.failure_kinds(job.id) <= {"Changed", "NotFound"}
    assert engine.failure_kinds(job.id)


@pytest.mark.parametrize("change", CHANGES)
def test_a_file_that_changes_while_it_is_fetched_is_never_published_mixed(
    server: Server, engine: Engine, memory: Path, monkeypatch: pytest.MonkeyPatch, change: Callable[[Path], None]
) -> None:
    from filexfer.client.download import Fetching

    source = made(memory / "share", {"big": os.urandom(4 * MIB)}) / "big"
    versions = [source.read_bytes()]
    start, count = Fetching.start, 0

    def changing(self: Fetching, *arguments: object) -> Finish:
        nonlocal count
        count += 1
        if count == 3:
            change(source)
            if source.exists():
                versions.append(source.read_bytes())
        return start(self, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(Fetching, "start", changing)
    here = memory / "here" / "big"
    here.parent.mkdir()
    here.write_bytes(b"old")
    spec = JobSpec(Direction.GET, server.addresses[0], (("big", str(here)),), on_conflict=Conflict.OVERWRITE)
    job = engine.wait(engine.add(spec), 30)
    assert_changed(job, engine)
    assert here.read_bytes() == b"old"
    if source.exists():
        job = engine.wait(engine.add(spec), 30)
        assert (job.state, job.error) == (JobState.DONE, "")
        assert here.read_bytes() == source.read_bytes()
    engine.close()
    assert [path.name for path in here.parent.iterdir()] == ["big"]


@pytest.mark.parametrize("change", [grow, shrink])
def test_a_file_that_changes_under_an_answer_in_one_piece_is_no_whole_answer(
    server: Server, memory: Path, change: Callable[[Path], None]
) -> None:
    """GET of a large file by a client that names no version: a shorter one breaks off, a longer one is cut at what was told."""
    source = made(memory / "share", {"big": os.urandom(16 * MIB)}) / "big"
    with connect(server.addresses[0]) as session:
        connection = session.connections.take()
        connection.send(session.request("GET", "/files/big", ()))
        head = connection.head()
        received = 0
        try:
            for number, (_, start, end) in enumerate(connection.pieces(head, "GET")):
                received += end - start
                if number == 2:
                    change(source)
            complete = True
        except ConnectionLost:
            complete = False
        session.connections.drop(connection)
    assert complete is (change is not shrink)
    if complete:
        assert received == 16 * MIB


def test_a_source_that_cannot_be_read_fails_by_itself(
    server: Server, engine: Engine, memory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = made(memory / "here", {"a": b"x", "bad": os.urandom(2 * MIB), "z": b"x"})
    read_at = upload.OpenFile.read_at

    def failing(self: upload.OpenFile, view: memoryview, offset: int) -> int:
        if offset:
            raise OSError(5, "Input/output error")
        return read_at(self, view, offset)

    monkeypatch.setattr(upload.OpenFile, "read_at", failing)
    job = engine.wait(engine.add(JobSpec(Direction.PUT, server.addresses[0], ((str(source), "t"),))), 30)
    assert (job.state, job.files_failed, job.files_done) == (JobState.FAILED, 1, 2)
    assert engine.failure_kinds(job.id) == {"StorageFailed"}
    assert tree(memory / "share") == {"t/a": b"x", "t/z": b"x"}
    assert server.current_share().store.uploads() == []


def test_readers_see_one_version_while_writers_replace_it(memory: Path) -> None:
    """By descriptor: an open file is the version that was opened."""
    contents = [bytes([number]) * 5000 for number in range(30)]
    with FolderStore(memory, SETTINGS) as store:
        way(store, "put", contents[0], Conflict.OVERWRITE)
        stop = threading.Event()
        wrong: list[object] = []

        def read() -> None:
            while not stop.is_set():
                try:
                    with store.open("f") as reader:
                        buffer = bytearray(5000)
                        reader.read_into(memoryview(buffer), 0)
                        if bytes(buffer) not in contents:
                            wrong.append(bytes(buffer))
                except Changed as error:
                    wrong.append(error)

        threads = [threading.Thread(target=read) for _ in range(2)]
        for thread in threads:
            thread.start()
        for number, data in enumerate(contents):
            way(store, WAYS[number % len(WAYS)], data, Conflict.OVERWRITE)
        stop.set()
        for thread in threads:
            thread.join()
    assert wrong == []
