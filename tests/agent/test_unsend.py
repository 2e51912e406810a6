"""Taking an upload back: what it brought goes to the trash, what was there before or changed since stays."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from filexfer.agent.memory import Memory
from filexfer.agent.servers import Servers
from filexfer.agent.unsend import Unsending
from filexfer.client.engine import Engine
from filexfer.client.history import History
from filexfer.client.vault import Vault
from filexfer.core.errors import BadParameters, Forbidden, NotFound
from filexfer.core.model import Conflict, Direction, Job, JobSpec, Permission
from filexfer.server import Server
from filexfer.server.access import Caller

LOCAL = Caller("control", Permission.MANAGE, local=True)


class House:
    """A share and an engine that sends to it. Attributes: share, here (local files), undo (the method), server."""

    def __init__(self, tmp_path: Path, server: Server, engine: Engine, servers: Servers) -> None:
        self.share, self.here, self.server = tmp_path / "share", tmp_path / "here", server
        self.here.mkdir()
        self._engine = engine
        self.methods = Unsending(engine, servers)

    def write(self, name: str, content: bytes = b"x") -> Path:
        file = self.here / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
        return file

    def send(self, *names: str, on_conflict: Conflict = Conflict.RENAME, direction: Direction = Direction.PUT) -> int:
        """The id of an upload of these, once it has ended."""
        items = tuple((str(self.here / name), name) for name in names)
        if direction is Direction.GET:
            items = tuple((there, here) for here, there in items)
        ended = threading.Event()

        def heard(jobs: Sequence[Job]) -> None:
            if any(job.state.ended for job in jobs):
                ended.set()

        self._engine.subscribe(heard)
        job = self._engine.add(JobSpec(direction, self.server.addresses[0], items, on_conflict))
        while not self._engine.job(job).state.ended:
            assert ended.wait(20)
        return job

    def undo(self, job: int) -> dict[str, Any]:
        return self.methods.job_undo(LOCAL, job)

    @property
    def there(self) -> list[str]:
        """All in the share but our own area: paths of files, of folders with a slash behind."""
        found = []
        for folder, folders, files in os.walk(self.share):
            folders[:] = [name for name in folders if not name.startswith(".filexfer")]
            below = os.path.relpath(folder, self.share)
            found += [os.path.normpath(os.path.join(below, name)) + "/" for name in folders]
            found += [os.path.normpath(os.path.join(below, name)) for name in files]
        return sorted(found)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    (tmp_path / "share").mkdir()
    servers = Servers(Memory(tmp_path / "servers.json"), lambda: "", Vault(tmp_path / "vault"))
    with (
        Server(tmp_path / "share", ["http://127.0.0.1:0"], guest="write") as server,
        closing(servers),
        closing(History(tmp_path / "history.sqlite")) as history,
        closing(Engine(history, connect=servers.connect)) as engine,
    ):
        yield House(tmp_path, server, engine, servers)


def test_files_and_folders_go_to_the_trash(house: House) -> None:
    house.write("one", b"1" * 700_000)
    for name in ("album/a", "album/deep/b", "album/deep/c"):
        house.write(name)
    (house.here / "album" / "nothing in it").mkdir()
    (house.share / "before").touch()
    job = house.send("one", "album")
    assert len(house.there) == 8
    assert house.undo(job) == {"deleted": 4, "kept": 0, "first_kept": ""}
    assert house.there == ["before"]
    with pytest.raises(NotFound, match="Nothing of this upload"):
        house.undo(job)


def test_a_folder_that_was_there_keeps_what_it_had(house: House) -> None:
    (house.share / "album" / "old").mkdir(parents=True)
    (house.share / "album" / "old" / "x").touch()
    (house.share / "album" / "mine").touch()
    for name in ("album/a", "album/old/b", "album/new/c", "album/new/deeper/d"):
        house.write(name)
    job = house.send("album")
    assert house.undo(job)["deleted"] == 4
    assert house.there == ["album/", "album/mine", "album/old/", "album/old/x"]


def test_what_changed_or_came_since_stays_and_is_told(house: House) -> None:
    for name in ("album/a", "album/b", "album/sub/c", "album/sub/d"):
        house.write(name, b"same size")
    job = house.send("album")
    (house.share / "album" / "sub" / "c").write_bytes(b"other one")
    (house.share / "album" / "came later").touch()
    assert house.undo(job) == {"deleted": 3, "kept": 1, "first_kept": "album/sub/c"}
    assert house.there == ["album/", "album/came later", "album/sub/", "album/sub/c"]
    assert (house.share / "album" / "sub" / "c").read_bytes() == b"other one"


def test_it_is_told_too_where_the_files_here_have_gone(house: House) -> None:
    house.write("a", b"content")
    house.write("b", b"content")
    job = house.send("a", "b")
    (house.here / "a").unlink()
    (house.here / "b").unlink()
    (house.share / "b").write_bytes(b"CONTENT")
    assert house.undo(job) == {"deleted": 1, "kept": 1, "first_kept": "b"}
    assert house.there == ["b"]


def test_what_was_there_already_stays_and_what_arrived_beside_it_goes(house: House) -> None:
    house.write("same", b"same")
    house.send("same")
    house.write("other", b"from here")
    (house.share / "other").write_bytes(b"theirs, longer")
    job = house.send("same", "other")
    assert house.there == ["other", "other (1)", "same"]
    assert house.undo(job) == {"deleted": 1, "kept": 0, "first_kept": ""}
    assert house.there == ["other", "same"]
    assert (house.share / "other").read_bytes() == b"theirs, longer"


def test_an_empty_folder_goes_while_it_is_empty(house: House) -> None:
    for name in ("empty", "filled"):
        (house.here / name).mkdir()
    job = house.send("empty", "filled")
    (house.share / "filled" / "since").touch()
    assert house.undo(job)["deleted"] == 1
    assert house.there == ["filled/", "filled/since"]


def test_what_cannot_be_taken_back_is_said(house: House) -> None:
    house.write("a")
    job = house.send("a", on_conflict=Conflict.OVERWRITE)
    with pytest.raises(BadParameters, match="trash"):
        house.undo(job)
    (house.here / "a").unlink()
    job = house.send("a", direction=Direction.GET)
    with pytest.raises(BadParameters, match="Only uploads"):
        house.undo(job)
    with pytest.raises(NotFound):
        house.undo(4711)
    assert house.there == ["a"]


def test_a_manager_from_elsewhere_reaches_no_door_of_this_machine(house: House) -> None:
    house.write("a")
    job = house.send("a")
    with pytest.raises(Forbidden):
        house.methods.job_undo(Caller("them", Permission.MANAGE, local=False), job)
    assert house.there == ["a"]
