"""A call runs, and its answer is lost on the way. The client repeats it, and it was applied once: on the server's disk, in its
trash, whatever the method, the lane, the way in which the connection ends, and the moment. Over TLS too."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from filexfer.client.credentials import Credentials
from filexfer.client.session import Session, connect
from filexfer.core.errors import ConnectionLost, UnknownUpload
from filexfer.core.model import Conflict, PutOptions
from filexfer.core.places import control_socket
from filexfer.protocol import wire
from filexfer.server import Server
from tests.faults.relay import Relay
from tests.storage.acts import tree

OLD, NEW = b"old" * 100, b"new" * 100
BIG = os.urandom((2 << 20) + 1000)
BEFORE = {"d/f": OLD, "e/g": OLD, "trashed": OLD}


def calls(*made: tuple[str, *tuple[object, ...]]) -> list[dict[str, object]]:
    return [{"methodName": name, "params": list(params)} for name, *params in made]


def upload(session: Session, lane: str = "raw") -> None:
    answer = wire.struct(session.call("upload_open", "d/f", len(NEW), {"on_conflict": "overwrite", "key": "u"}))
    if answer["missing"]:
        session.call("upload_write", answer["upload_id"], 0, NEW)
    session.call("upload_commit", answer["upload_id"])


def begin_and_drop(session: Session) -> None:
    answer = wire.struct(session.call("upload_open", "d/f", len(NEW), {"key": "u"}))
    try:
        session.call("upload_abort", answer["upload_id"])
    except UnknownUpload:
        pass  # what a repetition is told: an upload that is gone is as one of somebody else's


def batch(session: Session) -> None:
    made = calls(("entry_delete", "d/f"), ("entry_move", "e/g", "e/h"), ("folder_make", "n"), ("file_put", "p", NEW))
    answers = session.call("system.multicall", made)
    assert [one for one in answers if not isinstance(one, list)] == []  # type: ignore[attr-defined]


def restore(session: Session) -> None:
    [item] = session.call("trash_list")  # type: ignore[misc]
    assert session.call("entry_restore", item["id"]) == "gone"


@dataclass(frozen=True)
class Change:
    """What a call does to the tree, and which old contents are in the trash behind it, beside what was there before."""

    ask: Callable[[Session], object]
    made: dict[str, bytes] = field(default_factory=dict)
    gone: tuple[str, ...] = ()
    trash: tuple[str, ...] = ()

    def after(self) -> dict[str, bytes]:
        return {path: data for path, data in {**BEFORE, **self.made}.items() if path not in self.gone}


CHANGES = {
    "file_put": Change(lambda s: s.call("file_put", "n/f", NEW), {"n/f": NEW}),
    "file_put over a file": Change(
        lambda s: s.call("file_put", "d/f", NEW, {"on_conflict": "overwrite"}), {"d/f": NEW}, trash=("d/f",)
    ),
    "file_put beside a file": Change(lambda s: s.call("file_put", "d/f", NEW, {"on_conflict": "rename"}), {"d/f (1)": NEW}),
    "files_put": Change(
        lambda s: s.call("files_put", [{"path": f"{n}", "size": 300} for n in range(5)], NEW * 5, {"on_conflict": "rename"}),
        {f"{n}": NEW for n in range(5)},
    ),
    "upload": Change(upload, {"d/f": NEW}, trash=("d/f",)),
    "upload_abort": Change(begin_and_drop),
    "put of a large file": Change(
        lambda s: s.put("d/f", io.BytesIO(BIG), len(BIG), PutOptions(Conflict.OVERWRITE)), {"d/f": BIG}, trash=("d/f",)
    ),
    "put beside a file": Change(lambda s: s.put("d/f", io.BytesIO(BIG), len(BIG), PutOptions(Conflict.RENAME)), {"d/f (1)": BIG}),
    "image_put": Change(lambda s: s.call("image_put", NEW, "i.png"), {"i.png": NEW}),
    "folder_make": Change(lambda s: s.make_folder("n/m"), {"n/m/": b""}),
    "entry_move": Change(lambda s: s.move("d/f", "x/y"), {"x/y": OLD, "d/": b""}, gone=("d/f",)),
    "entry_move over a file": Change(
        lambda s: s.move("d/f", "e/g", PutOptions(Conflict.OVERWRITE)), {"d/": b""}, gone=("d/f",), trash=("e/g",)
    ),
    "entry_move beside a file": Change(
        lambda s: s.move("d/f", "e/g", PutOptions(Conflict.RENAME)), {"d/": b"", "e/g (1)": OLD}, gone=("d/f",)
    ),
    "entry_delete": Change(lambda s: s.delete("d/f"), {"d/": b""}, gone=("d/f",), trash=("d/f",)),
    "entry_delete for good": Change(lambda s: s.delete("d/f", permanent=True), {"d/": b""}, gone=("d/f",)),
    "entry_restore": Change(restore, {"gone": OLD}),
    "system.multicall": Change(batch, {"d/": b"", "e/h": OLD, "n/": b"", "p": NEW}, gone=("d/f", "e/g"), trash=("d/f",)),
}


#: It needs more permission than a guest can have.
EMPTYING = Change(lambda s: s.call("trash_empty"))


class House:
    """A server and a bad line to it."""

    def __init__(self, folder: Path, server: Server, relay: Relay) -> None:
        self.folder = folder
        self.server = server
        self.relay = relay
        self._credentials: Credentials | None = None
        if relay.address.startswith("https"):
            with connect(server.control_address) as owner:
                device = wire.struct(owner.call("device_add", "device", "manage"))
            self._credentials = Credentials(wire.text(device["pin"]), wire.text(device["token"]))

    def session(self, lanes: str = "auto", timeout: float = 30.0) -> Session:
        return connect(self.relay.address, credentials=self._credentials, lanes=lanes, timeout=timeout)  # type: ignore[arg-type]

    def trash(self) -> list[str]:
        return sorted(item.path for item in self.server.current_share().store.trash.list())

    def uploads(self) -> list[str]:
        return [upload.path for upload in self.server.current_share().store.uploads()]


@pytest.fixture(params=["http"])
def house(memory: Path, request: pytest.FixtureRequest) -> Iterator[House]:
    folder, state = memory / "share", memory / "state"
    for name in (*BEFORE, "gone"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(OLD)
    server = Server(folder, [f"{request.param}://127.0.0.1:0"], "write", state=state, control=control_socket(state))
    with server, Relay(server.addresses[0]) as relay:
        server.current_share().store.delete("gone")
        yield House(folder, server, relay)


#: How the connection ends, and how many bytes of the answer arrive.
WAYS = [("cut", 0), ("reset", 0), ("cut", 40), ("reset", 100)]


@pytest.mark.parametrize("lanes", ["auto", "xmlrpc"])
@pytest.mark.parametrize(("how", "passed"), WAYS)
@pytest.mark.parametrize("name", list(CHANGES))
def test_a_change_whose_answer_was_lost_is_repeated_and_applied_once(
    house: House, name: str, how: str, passed: int, lanes: str
) -> None:
    repeated(house, name, how, passed, lanes)


@pytest.mark.parametrize("house", ["https"], indirect=True)
@pytest.mark.parametrize(("how", "passed"), [("reset", 0), ("cut", 60)])
@pytest.mark.parametrize("name", [*CHANGES, "trash_empty"])
def test_it_is_so_within_tls(house: House, name: str, how: str, passed: int) -> None:
    repeated(house, name, how, passed, "auto")


def repeated(house: House, name: str, how: str, passed: int, lanes: str) -> None:
    change = CHANGES.get(name, EMPTYING)
    # Whichever of the answers of its calls it is.
    for number in range(1, 10):
        prepare(house)
        with house.session(lanes) as session:
            session.info()
            lost = house.relay.lost
            lose(house.relay, session, number, how, passed)
            change.ask(session)
            last = house.relay.lost == lost
            house.relay.lose_answers(0)
        check(house, change, name)
        if last:
            break
    assert number > 1


def lose(relay: Relay, session: Session, number: int, how: str, passed: int) -> None:
    """Lose the answer number `number` of those that come now."""
    whole = session.connections.exchange
    asked = 0

    def exchange(work, replay):  # type: ignore[no-untyped-def]
        nonlocal asked
        asked += 1
        if asked == number:
            relay.lose_answers(1, how, passed)
        return whole(work, replay)

    session.connections.exchange = exchange  # type: ignore[method-assign]


def prepare(house: House) -> None:
    """The tree, and the trash, as they were before."""
    store = house.server.current_share().store
    for entry in list(store.scan("")):
        store.delete(entry.name, permanent=True)
    store.trash.empty()
    for name in (*BEFORE, "gone"):
        (house.folder / name).parent.mkdir(parents=True, exist_ok=True)
        (house.folder / name).write_bytes(OLD)
    store.delete("gone")


def check(house: House, change: Change, name: str) -> None:
    assert tree(house.folder) == change.after()
    kept = [] if name in ("entry_restore", "trash_empty") else ["gone"]
    assert house.trash() == sorted([*kept, *change.trash])
    assert house.uploads() == []


@pytest.mark.parametrize("name", ["file_put over a file", "entry_move", "entry_delete", "image_put", "folder_make"])
def test_it_is_so_on_the_first_connection_too(house: House, name: str) -> None:
    house.relay.lose_answers()
    with house.session() as session:
        CHANGES[name].ask(session)
    assert house.relay.lost == 1
    check(house, CHANGES[name], name)


@pytest.mark.parametrize("name", ["entry_move", "entry_restore", "folder_make", "image_put"])
def test_it_is_so_where_the_line_falls_silent_and_nobody_is_told(house: House, name: str) -> None:
    with house.session(timeout=0.2) as session:
        session.info()
        house.relay.lose_answers(how="vanished")
        CHANGES[name].ask(session)
    assert house.relay.lost == 1
    check(house, CHANGES[name], name)


def test_a_call_of_somebody_elses_is_not_repeated(house: House) -> None:
    """Nobody knows whether it may run twice."""
    ran: list[int] = []

    def count() -> int:
        ran.append(1)
        return len(ran)

    house.server.register_function(count, "count", permission="write")
    with house.session() as session:
        session.info()
        for method, params in (("count", ()), ("system.multicall", (calls(("file_stat", "d/f"), ("count",)),))):
            ran.clear()
            house.relay.lose_answers()
            with pytest.raises(ConnectionLost):
                session.call(method, *params)
            assert ran == [1]
