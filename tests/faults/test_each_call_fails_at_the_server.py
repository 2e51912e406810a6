"""The same over the wire: whatever system call of the server's disk goes wrong under a method, the caller is told in the right
kind of error, the share is old or new, the server answers the next one, and the repeated call succeeds."""

from __future__ import annotations

import io
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from filexfer.client.session import Session, connect
from filexfer.core.errors import Busy, FilexferError, Forbidden, InternalError, NoSpace, StorageFailed
from filexfer.core.model import Conflict, PutOptions
from filexfer.server import Server, Settings
from filexfer.storage.folder import FolderStore
from filexfer.storage.store import StoreSettings
from tests.faults.breaking import FAULTS, Breaking, steps
from tests.storage.acts import OLD, tree

BLOCK = 1 << 16
BIG = os.urandom(2 * BLOCK + 1000)
SMALL = b"new" * 300
OVER = {"on_conflict": "overwrite"}
BEFORE = {"d/f": OLD, "e/g": OLD}

FAULTS_HERE = {
    "no room at one call": NoSpace,
    "i/o error at one call": StorageFailed,
    "disk gone from one call on": StorageFailed,
    "too many open files at one call": Busy,
    "read-only from one call on": Forbidden,
    "no memory at one call": InternalError,
}


@dataclass(frozen=True)
class Call:
    """What is asked, and the tree then."""

    ask: Callable[[Session], object]
    done: dict[str, bytes]
    #: A repetition, when it is done, is a success.
    again: bool = True


def put_big(session: Session, path: str) -> object:
    return session.put(path, io.BytesIO(BIG), len(BIG), PutOptions(Conflict.OVERWRITE))


def put_batch(session: Session) -> None:
    files = [{"path": path, "size": len(SMALL)} for path in ("d/f", "n/1", "n/2", "n/3", "n/4")]
    answers = session.call("files_put", files, SMALL * 5, OVER)
    assert isinstance(answers, list)
    failed = [one for one in answers if "faultCode" in one]
    if failed:
        from filexfer.protocol.faults import error_of

        raise error_of(failed[0]["faultCode"], failed[0]["faultString"])


def fetch(session: Session) -> None:
    file = io.BytesIO()
    session.get("d/f", file)
    assert file.getvalue() == OLD


def look(session: Session) -> None:
    # A name that cannot be looked at is listed all the same, as something unknown.
    assert sorted(entry.name for entry in session.list("", recursive=True)) == ["d", "d/f", "e", "e/g"]
    assert session.stat("d/f").size == len(OLD)


def restore(session: Session) -> None:
    deleted = [item["id"] for item in session.call("trash_list") if item["path"] == "gone"]  # type: ignore[attr-defined]
    for trash_id in deleted:
        session.call("entry_restore", trash_id)


NEW_BATCH = dict.fromkeys(("d/f", "n/1", "n/2", "n/3", "n/4"), SMALL)
CALLS = {
    "file_put": Call(lambda s: s.call("file_put", "d/f", SMALL, OVER), {**BEFORE, "d/f": SMALL}),
    "files_put": Call(put_batch, {**BEFORE, **NEW_BATCH}),
    "upload": Call(lambda s: put_big(s, "d/f"), {**BEFORE, "d/f": BIG}),
    "upload of a new file": Call(lambda s: put_big(s, "x/y"), {**BEFORE, "x/y": BIG}),
    "image_put": Call(lambda s: s.call("image_put", SMALL, "picture.png"), {**BEFORE, "picture.png": SMALL}),
    "entry_move": Call(lambda s: s.move("d/f", "m/n"), {"d/": b"", "e/g": OLD, "m/n": OLD}, again=False),
    "entry_delete": Call(lambda s: s.delete("d/f"), {"d/": b"", "e/g": OLD}, again=False),
    "entry_restore": Call(restore, {**BEFORE, "gone": SMALL}),
    "folder_make": Call(lambda s: s.make_folder("n/m"), {**BEFORE, "n/m/": b""}),
    "reading": Call(fetch, BEFORE),
    "listing": Call(look, BEFORE),
}


class House:
    """A server over a disk that can break."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.fs = Breaking(FAULTS["i/o error at one call"])
        settings = StoreSettings(block_size=BLOCK, checkpoint_bytes=BLOCK, keep_free=0)
        self.server = Server(
            folder,
            ["http://127.0.0.1:0"],
            "write",
            settings=Settings(block_size=BLOCK),
            store=FolderStore(folder, settings, fs=self.fs),
        )

    def prepare(self) -> None:
        """The tree is what it was before."""
        for path in self.folder.iterdir():
            if path.name != ".filexfer":
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        for name, data in BEFORE.items():
            (self.folder / name).parent.mkdir(exist_ok=True)
            (self.folder / name).write_bytes(data)
        store = self.server.current_share().store
        store.trash.empty()
        (self.folder / "gone").write_bytes(SMALL)
        store.delete("gone")

    def descriptors(self) -> int:
        """How many files and folders of the share are open."""
        found = 0
        for name in os.listdir("/proc/self/fd"):
            try:
                found += os.readlink(f"/proc/self/fd/{name}").startswith(str(self.folder))
            except FileNotFoundError:
                pass
        return found


@pytest.fixture
def house(memory: Path) -> Iterator[House]:
    folder = memory / "share"
    folder.mkdir()
    made = House(folder)
    with made.server:
        yield made


@pytest.mark.parametrize("fault", list(FAULTS_HERE))
@pytest.mark.parametrize("name", list(CALLS))
def test_a_method_whose_disk_fails_tells_so_and_harms_nothing(house: House, name: str, fault: str, caplog) -> None:  # type: ignore[no-untyped-def]
    call, fs = CALLS[name], house.fs
    with connect(house.server.addresses[0]) as session, connect(house.server.addresses[0]) as other:
        # What is made once and kept (our own folders, the answers of keyed calls) is made before.
        house.prepare()
        call.ask(session)
        held = house.descriptors()
        for step in steps():
            house.prepare()
            fs.fault = FAULTS[fault]
            fs.begin(step)
            told = attempt(call, session)
            fs.end()
            check(house, call, told, fault, fs.met)
            assert other.stat("e").name == "e"
            if not fs.met:
                break
            if call.again or tree(house.folder) != call.done:
                call.ask(session)
            assert tree(house.folder) == call.done
        assert step > 1 or fault in ("no room at one call", "read-only from one call on")  # which reading does not meet
    assert house.descriptors() <= held


def attempt(call: Call, session: Session) -> FilexferError | None:
    try:
        call.ask(session)
    except FilexferError as error:
        return error
    return None


def check(house: House, call: Call, told: FilexferError | None, fault: str, met: str) -> None:
    now = tree(house.folder)
    wrong = [path for path, data in now.items() if path[-1] != "/" and data not in (BEFORE.get(path), call.done.get(path))]
    assert wrong == [], f"neither old nor new when {met} goes wrong"
    if told is None:
        assert now == call.done, f"told as done when {met} goes wrong"
    else:
        assert isinstance(told, FAULTS_HERE[fault]), f"{told!r} when {met} goes wrong"
        assert str(house.folder) not in str(told)
        assert str(told).endswith(".")
