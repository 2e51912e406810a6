"""Nothing outside the share: whatever a peer names and whatever lies in the share, no other place is read, written or told of."""

from __future__ import annotations

import ctypes
import os
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from filexfer.core.errors import AlreadyExists, FilexferError, Forbidden, InvalidPath, NotAFolder, NotFound
from filexfer.core.model import Conflict, Kind, PutOptions
from filexfer.core.paths import COMPONENTS
from filexfer.storage.confine import NamedOps
from filexfer.storage.folder import FolderStore
from filexfer.storage.fsops import FsOps
from filexfer.storage.store import Small
from tests.storage.conftest import SETTINGS, Factory
from tests.storage.faults import Tapped

ILLEGAL = [
    "../x",
    "..",
    ".",
    "a/../../x",
    "a/..",
    "/etc/passwd",
    "//etc",
    "a//b",
    "a/",
    "/",
    "./a",
    "a\0b",
    "x" * 256,
    "é" * 128,
    "/".join(["a"] * 100_000),
    ".filexfer",
    ".filexfer/uploads",
    ".FileXfer",
    "a/.filexfer/x",
    ".filexfer.",
    "FILEXF~1",
    ".ﬁlexfer",
    ".file\u200cxfer",
    "\ud800",
]

ACTS: dict[str, Callable[[FolderStore, str], object]] = {
    "stat": lambda store, path: store.stat(path),
    "scan": lambda store, path: list(store.scan(path)),
    "scan all": lambda store, path: list(store.scan(path, recursive=True)),
    "open": lambda store, path: store.open(path).close(),
    "open many": lambda store, path: opened_with(store, "mine", path),
    "put": lambda store, path: raised(store.put([Small(path, b"evil", PutOptions(Conflict.OVERWRITE))])),
    "put aside": lambda store, path: raised(store.put([Small(path, b"evil", PutOptions(Conflict.RENAME))])),
    "put many": lambda store, path: raised(store.put([Small(path, b"evil", PutOptions(Conflict.OVERWRITE))] * 4)),
    "put below": lambda store, path: raised(store.put([Small(f"{path}/{n}/x", b"evil") for n in range(4)])),
    "upload": lambda store, path: uploaded(store, path, 4),
    "stream": lambda store, path: uploaded(store, path, None),
    "make folder": lambda store, path: store.make_folder(path),
    "move from": lambda store, path: store.move(path, "moved"),
    "move to": lambda store, path: store.move("mine", path, Conflict.OVERWRITE),
    "delete": lambda store, path: store.delete(path),
    "delete for good": lambda store, path: store.delete(path, permanent=True),
    "times": lambda store, path: store.set_times(path, 0),
}


def raised(results: list[object]) -> None:
    for result in results:
        if isinstance(result, FilexferError):
            raise result


def opened_with(store: FolderStore, *paths: str) -> None:
    with store.reading() as reading:
        for path in paths:
            reading.open(path).close()


def uploaded(store: FolderStore, path: str, size: int | None) -> None:
    upload = store.upload(path, size, PutOptions(Conflict.OVERWRITE))
    try:
        upload.write(0, b"evil")
        upload.commit()
    finally:
        upload.abort()


@pytest.fixture
def root(memory: Path) -> Path:
    """As in conftest, where syncs cost nothing."""
    (memory / "outside").mkdir()
    (memory / "outside" / "secret").write_bytes(b"secret")
    (memory / "share").mkdir()
    return memory / "share"


@pytest.fixture(params=["descriptors", "names"])
def shared(request: pytest.FixtureRequest, make: Factory, root: Path) -> FolderStore:
    """A store with `mine` in it, and links to a folder and a file outside, dangling and in a circle."""
    fs = FsOps() if request.param == "descriptors" else NamedOps(windows=False)
    (root / "mine").write_bytes(b"mine")
    (root / "folder").mkdir()
    (root / "folder" / "inside").write_bytes(b"inside")
    (root / "to folder").symlink_to("../outside")
    (root / "to file").symlink_to("../outside/secret")
    (root / "to mine").symlink_to("mine")
    (root / "dangling").symlink_to("nowhere")
    (root / "loop").symlink_to("loop")
    (root / "folder" / "up").symlink_to("..")
    return make(fs=fs)


@pytest.fixture
def nothing_changed(root: Path) -> Iterator[None]:
    """At the end everything beside the share is as it was."""
    yield
    outside = root.parent / "outside"
    assert [path.name for path in outside.iterdir()] == ["secret"]
    assert (outside / "secret").read_bytes() == b"secret"
    assert {path.name for path in root.parent.iterdir()} == {"outside", "share"}


def snapshot(root: Path) -> dict[str, object]:
    found: dict[str, object] = {}
    for path in sorted(root.rglob("*")):
        if ".filexfer" not in path.parts:
            status = path.lstat()
            found[str(path)] = (status.st_mode, status.st_ino, status.st_mtime_ns if path.is_file() else 0)
    return found


@pytest.mark.parametrize("path", ILLEGAL, ids=lambda path: ascii(path[:20]))
@pytest.mark.parametrize("act", list(ACTS))
@pytest.mark.usefixtures("nothing_changed")
def test_illegal_paths_are_refused_and_nothing_changes(shared: FolderStore, root: Path, act: str, path: str) -> None:
    before = snapshot(root)
    with pytest.raises(InvalidPath):
        ACTS[act](shared, path)
    assert snapshot(root) == before


@pytest.mark.parametrize("path", ["to folder/secret", "to folder/new", "folder/up/mine", "loop/x", "dangling/x", "to mine/x"])
@pytest.mark.parametrize("act", list(ACTS))
@pytest.mark.usefixtures("nothing_changed")
def test_links_on_the_way_are_refused_and_nothing_changes(shared: FolderStore, root: Path, act: str, path: str) -> None:
    before = snapshot(root)
    with pytest.raises(InvalidPath, match="link"):
        ACTS[act](shared, path)
    assert snapshot(root) == before


@pytest.mark.parametrize("path", ["to folder", "to file", "to mine", "dangling", "loop", "folder/up"])
@pytest.mark.parametrize("act", sorted(set(ACTS) - {"stat", "put aside"}))
@pytest.mark.usefixtures("nothing_changed")
def test_links_at_the_end_are_refused_and_nothing_changes(shared: FolderStore, root: Path, act: str, path: str) -> None:
    before = snapshot(root)
    with pytest.raises(InvalidPath, match="link"):
        ACTS[act](shared, path)
    assert snapshot(root) == before


def test_links_are_listed_as_links_and_never_followed(shared: FolderStore) -> None:
    listed = {entry.name: entry for entry in shared.scan("", recursive=True)}
    links = {"to folder", "to file", "to mine", "dangling", "loop", "folder/up"}
    assert listed.keys() == links | {"mine", "folder", "folder/inside"}
    for name in links:
        assert listed[name].kind is Kind.LINK
        assert listed[name].size == 0
        assert shared.stat(name).kind is Kind.LINK


@pytest.mark.usefixtures("nothing_changed")
@pytest.mark.parametrize("permanent", [False, True])
def test_deleting_a_folder_with_links_in_it_touches_nothing_they_point_to(
    shared: FolderStore, root: Path, permanent: bool
) -> None:
    (root / "folder" / "deep").mkdir()
    (root / "folder" / "deep" / "out").symlink_to(root.parent / "outside", target_is_directory=True)
    shared.delete("folder", permanent=permanent)
    shared.trash.empty()
    assert not (root / "folder").exists()
    assert (root / "mine").read_bytes() == b"mine"


@pytest.mark.usefixtures("nothing_changed")
def test_overwriting_a_hard_link_leaves_the_other_name_as_it_was(shared: FolderStore, root: Path) -> None:
    os.link(root.parent / "outside" / "secret", root / "hard")
    raised(shared.put([Small("hard", b"evil", PutOptions(Conflict.OVERWRITE))]))
    assert (root / "hard").read_bytes() == b"evil"


def test_what_is_no_regular_file_is_neither_opened_nor_replaced(shared: FolderStore, root: Path) -> None:
    os.mkfifo(root / "pipe")
    with socket.socket(socket.AF_UNIX) as listener:
        here = os.open(root, os.O_RDONLY)
        listener.bind(f"/proc/self/fd/{here}/socket")
        os.close(here)
        for name in ("pipe", "socket"):
            assert shared.stat(name).kind is Kind.OTHER
            with pytest.raises(Forbidden, match="regular"):
                shared.open(name)
            for act in ("put", "upload", "stream"):
                with pytest.raises(AlreadyExists):
                    ACTS[act](shared, name)
            with pytest.raises(NotAFolder):
                list(shared.scan(name))
    assert {entry.name for entry in shared.scan("") if entry.kind is Kind.OTHER} == {"pipe", "socket"}


def test_a_pipe_is_not_even_opened(make: Factory, root: Path) -> None:
    """Opening alone would wake the other end."""
    os.mkfifo(root / "pipe")
    fs = Tapped()
    store = make(fs=fs)
    before = len(fs.calls)
    with pytest.raises(Forbidden):
        store.open("pipe")
    assert "open_file" not in fs.names()[before:]


def test_our_own_folder_is_hidden_wherever_it_lies(shared: FolderStore, root: Path) -> None:
    raised(shared.put([Small("folder/f", b"x")]))
    (root / "folder" / ".filexfer").mkdir()
    (root / ".FILEXFER").mkdir()
    assert not {name for name in (entry.name for entry in shared.scan("", True)) if "filexfer" in name.lower()}


@pytest.mark.usefixtures("nothing_changed")
def test_a_share_whose_folder_is_replaced_by_a_link_stays_with_the_old_one(make: Factory, root: Path) -> None:
    store = make(fs=FsOps())
    moved = root.parent / "share2"
    root.rename(moved)
    root.symlink_to("outside")
    try:
        raised(store.put([Small("f", b"x")]))
        assert (moved / "f").read_bytes() == b"x"
        assert [entry.name for entry in store.scan("")] == ["f"]
    finally:
        root.unlink()
        moved.rename(root)


def test_a_link_in_place_of_our_own_folder_is_refused(make: Factory, root: Path) -> None:
    (root / ".filexfer").symlink_to("../outside")
    for fs in (FsOps(), NamedOps(windows=False)):
        store = make(fs=fs)
        with pytest.raises(InvalidPath):
            raised(store.put([Small("f", b"x")]))
        with pytest.raises(InvalidPath):
            store.upload("f", 1)
    assert [path.name for path in (root.parent / "outside").iterdir()] == ["secret"]


@pytest.mark.usefixtures("nothing_changed")
def test_a_folder_that_turns_into_a_link_and_back_while_calls_run_leads_nowhere(make: Factory, root: Path) -> None:
    store = make(fs=FsOps())
    name, link = root / "flip", root / "link"
    name.mkdir()
    (name / "secret").write_bytes(b"mine")
    link.symlink_to("../outside")
    stop = threading.Event()
    renameat2, at_cwd, exchange = ctypes.CDLL(None).renameat2, -100, 2

    def flip() -> None:
        while not stop.is_set():
            renameat2(at_cwd, os.fsencode(name), at_cwd, os.fsencode(link), exchange)

    flipper = threading.Thread(target=flip)
    flipper.start()
    reached = 0
    try:
        for number in range(400):
            try:
                with store.open("flip/secret") as reader:
                    buffer = bytearray(6)
                    length = reader.read_into(memoryview(buffer), 0)
                    assert buffer[:length] == b"mine"
                    reached += 1
            except FilexferError:
                pass
            for act in ("put", "delete", "scan", "make folder"):
                try:
                    found = ACTS[act](store, f"flip/new{number % 3}" if act != "scan" else "flip")
                    assert found != [] or act != "scan"
                except FilexferError:
                    pass
    finally:
        stop.set()
        flipper.join()
    assert reached  # the folder was the real one at times


def test_names_windows_would_take_for_something_else_are_refused_there(root: Path) -> None:
    fs = NamedOps(windows=True)
    with FolderStore(root, SETTINGS, exclusive=False, fs=fs) as store:
        for name in ("con", "NUL.txt", "a:b", "a\\b", "x.", "x ", "com1", "a<b", "lpt¹", "a\x01"):
            for act in ACTS:
                if act.startswith("move"):
                    continue
                with pytest.raises((InvalidPath, NotFound)):
                    ACTS[act](store, f"{name}/f" if act == "put" else name)
        raised(store.put([Small("fine/name.txt", b"x")]))
    assert {path.name for path in root.iterdir()} == {"fine"}


def test_very_deep_folders_are_reached_listed_and_removed(make: Factory, root: Path) -> None:
    store = make()
    deepest = "/".join(["d"] * COMPONENTS)
    store.make_folder(deepest)
    raised(store.put([Small(f"{deepest[2:]}/f", b"x", PutOptions())]))
    # A deep folder below another one is deeper than any path goes.
    store.move("d", "/".join(["b"] * (COMPONENTS - 1)) + "/d")
    listed = list(store.scan("", recursive=True))
    assert sum(entry.size for entry in listed) == 1
    assert len(listed) > 1.9 * COMPONENTS
    store.delete("b", permanent=True)
    assert list(store.scan("")) == []
