"""Kill -9 of real processes at every step. Of the server: at each call of its disk, under each changing method. Of the client: at
each send of an upload, at each call of its disk of a download. What is visible is old or new at every moment (somebody watches),
and what is taken up again ends identical, applied once, with nothing left behind."""

from __future__ import annotations

import io
import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from filexfer.client.session import Session, connect
from filexfer.core.digests import digest
from filexfer.core.errors import ConnectionFailed, ConnectionLost, NotFound
from filexfer.core.model import Conflict, PutOptions
from filexfer.protocol import wire
from filexfer.storage.folder import FolderStore
from tests.faults.nursery import BLOCK, STORE, Nursery
from tests.storage.acts import tree

OLD, NEW = b"old" * 1000, b"new" * 1000
LIKE = OLD[3:2003]
BIG = os.urandom(3 * BLOCK + 1000)
BEFORE = {"d/f": OLD, "e/g": OLD}
OVER = {"on_conflict": "overwrite"}


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    with Nursery() as made:
        yield made


class Watcher:
    """Looks at files without rest, and notes what it sees there."""

    def __init__(self, root: Path, allowed: dict[str, tuple[bytes, ...]]) -> None:
        self._root = root
        self._allowed = allowed
        self._stop = threading.Event()
        self.wrong: list[str] = []
        self.looks = 0
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> Watcher:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._stop.set()
        self._thread.join()
        assert self.wrong == []

    def _look(self) -> None:
        while not self._stop.is_set():
            for name, contents in self._allowed.items():
                try:
                    data = (self._root / name).read_bytes()
                except FileNotFoundError:
                    continue
                self.looks += 1
                if data not in contents:
                    self.wrong.append(f"{name} held {len(data)} bytes that are neither old nor new")
            self._stop.wait(0.001)


# -- the server -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Change:
    """A call and the tree then. `again`: it is asked once more after the server is back; else it is only looked whether it
    was done or not at all. `trash`: old contents in the trash then."""

    ask: Callable[[Session], object]
    done: dict[str, bytes]
    again: bool = True
    trash: list[bytes] = field(default_factory=list)


def put_batch(session: Session) -> None:
    files = [{"path": path, "size": len(NEW)} for path in ("d/f", "n/1", "n/2", "n/3", "n/4")]
    assert [one for one in session.call("files_put", files, NEW * 5, OVER) if "faultCode" in one] == []  # type: ignore[attr-defined]


def upload(session: Session) -> None:
    """Goes on where it was: its key is the same each time."""
    session.put("d/f", io.BytesIO(BIG), len(BIG), PutOptions(Conflict.OVERWRITE, key="same"))


def upload_beside(session: Session) -> None:
    """What it holds is found in the old version."""
    told = wire.struct(session.call("upload_open", "d/f", len(LIKE), {"on_conflict": "overwrite", "key": "like"}))
    if told["missing"]:
        mark = bytes.fromhex(digest(LIKE)[7:])
        assert session.call("upload_reuse", told["upload_id"], 0, 3, len(LIKE), "", mark) == []
    session.call("upload_commit", told["upload_id"])


def image(session: Session) -> None:
    session.call("image_put", NEW, "i.png")


CHANGES = {
    "file_put": Change(lambda s: s.call("file_put", "d/f", NEW, OVER), {**BEFORE, "d/f": NEW}, trash=[OLD]),
    "files_put": Change(put_batch, {**BEFORE, **dict.fromkeys(("d/f", "n/1", "n/2", "n/3", "n/4"), NEW)}, trash=[OLD]),
    "upload": Change(upload, {**BEFORE, "d/f": BIG}, trash=[OLD]),
    "upload beside the old version": Change(upload_beside, {**BEFORE, "d/f": LIKE}, trash=[OLD]),
    "image_put": Change(image, {**BEFORE, "i.png": NEW}),
    "folder_make": Change(lambda s: s.make_folder("n/m"), {**BEFORE, "n/m/": b""}),
    "entry_move": Change(lambda s: s.move("d/f", "e/g", PutOptions(Conflict.OVERWRITE)), {"d/": b"", "e/g": OLD}, again=False),
    "entry_delete": Change(lambda s: s.delete("d/f"), {"d/": b"", "e/g": OLD}, again=False, trash=[OLD]),
}


def walk_server(nursery: Nursery, memory: Path, name: str, first: int, stride: int) -> None:
    change, at = CHANGES[name], first
    while True:
        root = memory / str(at) / "share"
        for path, data in BEFORE.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_bytes(data)
        allowed = {path: (BEFORE.get(path, data), data) for path, data in {**BEFORE, **change.done}.items() if path[-1] != "/"}
        with Watcher(root, allowed):
            served = nursery.serve(root, at=at)
            died = not ask(change, served.address)
            served.kill()
            again = nursery.serve(root, served.address)
            if died:
                go_on(change, again.address, root)
            again.kill()
        check(change, root)
        if not died:
            break
        at += stride
    assert at > first


def ask(change: Change, address: str) -> bool:
    with connect(address) as session:
        try:
            change.ask(session)
        except (ConnectionLost, ConnectionFailed):
            return False
    return True


def go_on(change: Change, address: str, root: Path) -> None:
    now = tree(root)
    if change.again or now != change.done:
        # All of it, or nothing.
        assert change.again or now == BEFORE
        with connect(address) as session:
            change.ask(session)


def check(change: Change, root: Path) -> None:
    """It is done, once; nothing stays that cannot be listed."""
    assert tree(root) == change.done
    with FolderStore(root, STORE) as store:
        kept = store.trash.list()
        # An old version may be kept twice: once by an attempt that died before its rename.
        assert {item.path for item in kept} <= {"d/f", "e/g"}
        assert len(kept) >= len(change.trash)
        assert store.uploads() == []
        assert list(root.glob(".filexfer/batch-*")) == []


@pytest.mark.parametrize("name", list(CHANGES))
def test_a_server_killed_at_any_call_of_its_disk_is_old_or_new_and_goes_on(nursery: Nursery, memory: Path, name: str) -> None:
    # Every third step, from another one each run: all of them is the long version.
    walk_server(nursery, memory, name, first=1 + os.getpid() % 3, stride=3)


@pytest.mark.soak
@pytest.mark.parametrize("name", list(CHANGES))
def test_a_server_killed_at_every_call_of_its_disk(nursery: Nursery, memory: Path, name: str) -> None:
    walk_server(nursery, memory, name, first=1, stride=1)


# -- the client -------------------------------------------------------------------------------------------------------------

FILES = {"big": os.urandom((300 << 10) + 1000), **{f"small/{number}": b"%d" % number * 700 for number in range(12)}}
THERE = {"big": OLD, "small/3": OLD}


def lay(root: Path, files: dict[str, bytes]) -> None:
    for name, data in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(data)
        os.utime(root / name, ns=(0, 1_600_000_000_000_000_000 + len(data)))


def seen() -> dict[str, tuple[bytes, ...]]:
    return {name: (THERE[name], data) if name in THERE else (data,) for name, data in FILES.items()}


def walk_client(
    nursery: Nursery, memory: Path, direction: str, first: int, stride: int, scheme: str = "http", **more: object
) -> None:
    at = first
    while True:
        top = memory / f"{direction} {at}"
        here, there = top / "here", top / "share" / "t"
        lay(here if direction == "put" else there, FILES)
        lay(there if direction == "put" else here, THERE)
        served = nursery.serve(top / "share", f"{scheme}://127.0.0.1:0")
        known = device(served.control) if scheme == "https" else None
        pair = (here, "t") if direction == "put" else ("t", here)
        with Watcher(there if direction == "put" else here, seen()):
            died = nursery.move(top / "h" / "history", direction, served.address, *pair, at=at, known=known, **more) is None
            told = nursery.move(top / "h" / "history", direction, served.address, *pair, known=known)
        assert (told["state"], told["error"], told["failed"]) == ("done", "", 0)
        served.kill()
        check_moved(direction, here, there, top / "share")
        if not died:
            break
        at += stride
    assert at > first


def device(control: str) -> list[str]:
    with connect(control) as owner:
        made = wire.struct(owner.call("device_add", "device", "write"))
    return [wire.text(made["pin"]), wire.text(made["token"])]


def check_moved(direction: str, here: Path, there: Path, share: Path) -> None:
    assert tree(here) == tree(there) == FILES
    if direction == "get":
        assert [str(path.relative_to(here)) for path in here.glob(".filexfer/**/*")] == []
        return
    with FolderStore(share, STORE) as store:
        assert sorted(item.path for item in store.trash.list()) == sorted(f"t/{name}" for name in THERE)
        assert store.uploads() == []


@pytest.mark.parametrize("after", [False, True], ids=["before it sends", "when it has sent"])
def test_a_client_killed_at_any_send_of_an_upload_goes_on(nursery: Nursery, memory: Path, after: bool) -> None:
    walk_client(nursery, memory, "put", 1, 1, after=after)


def test_a_client_killed_at_any_call_of_its_disk_in_a_download_goes_on(nursery: Nursery, memory: Path) -> None:
    walk_client(nursery, memory, "get", 1 + os.getpid() % 5, 5)


@pytest.mark.soak
def test_a_client_killed_at_every_call_of_its_disk_in_a_download(nursery: Nursery, memory: Path) -> None:
    walk_client(nursery, memory, "get", 1, 1)


def test_it_is_so_within_tls(nursery: Nursery, memory: Path) -> None:
    walk_client(nursery, memory, "get", 2, 23, scheme="https")


def test_a_change_that_died_with_its_server_is_not_done_half(nursery: Nursery, memory: Path) -> None:
    """Of a deletion nobody knows whether it was done; asked again it says so."""
    root = memory / "share"
    lay(root, BEFORE)
    for at in range(1, 40, 2):
        lay(root, BEFORE)
        served = nursery.serve(root, at=at)
        with connect(served.address) as session:
            try:
                session.delete("d/f")
            except (ConnectionLost, ConnectionFailed):
                pass
        served.kill()
        again = nursery.serve(root, served.address)
        gone = not (root / "d/f").exists()
        with connect(again.address) as session:
            if gone:
                with pytest.raises(NotFound):
                    session.delete("d/f")
            else:
                assert session.delete("d/f")
        again.kill()
