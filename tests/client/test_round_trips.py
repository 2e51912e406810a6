"""A job waits for the network as seldom as can be: what it will ask it asks at once, and what it has it sends early."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from filexfer.client.engine import Engine
from filexfer.core.errors import Busy, NotFound
from filexfer.core.model import Direction, JobSpec, JobState
from tests.client.conftest import Share
from tests.client.fake import INFO, FakeServer
from tests.client.gate import gate

_SIZE = 16 << 10


def _tree(root: Path, count: int = 3) -> Path:
    (root / "inner").mkdir(parents=True)
    for number in range(count):
        (root / "inner" / f"{number:04}").write_bytes(number.to_bytes(2, "big") * (_SIZE // 2))
    return root


def _run(engine: Engine, direction: Direction, server: str, *items: tuple[str, str]) -> None:
    job = engine.wait(engine.add(JobSpec(direction, server, items)), 60)
    assert (job.state, job.error) == (JobState.DONE, "")


def _same(one: Path, other: Path) -> bool:
    files = [path.relative_to(one) for path in one.rglob("*") if path.is_file()]
    return bool(files) and all((one / path).read_bytes() == (other / path).read_bytes() for path in files)


def test_a_put_asks_what_is_there_together_with_what_the_server_is(share: Share, engine: Engine, tmp_path: Path) -> None:
    source = _tree(tmp_path / "source")
    with gate(share.address, until=[b"server_info", b"file_list"]) as way:
        _run(engine, Direction.PUT, way.address, (str(source), "there"))
    assert not way.late
    assert way.asked.count(b"file_list") == 1
    assert _same(source, share.folder / "there")


def test_a_put_of_one_file_asks_for_it_together_with_what_the_server_is(share: Share, engine: Engine, tmp_path: Path) -> None:
    source = tmp_path / "file"
    source.write_bytes(b"x")
    with gate(share.address, until=[b"server_info", b"file_stat"]) as way:
        _run(engine, Direction.PUT, way.address, (str(source), "there"))
    assert not way.late
    assert way.asked.count(b"file_stat") == 1
    assert (share.folder / "there").read_bytes() == b"x"


def test_a_get_asks_for_the_list_together_with_what_the_server_is(share: Share, engine: Engine, tmp_path: Path) -> None:
    _tree(share.folder / "tree")
    with gate(share.address, until=[b"server_info", b"file_stat", b"file_list"]) as way:
        _run(engine, Direction.GET, way.address, ("tree", str(tmp_path / "here")))
    assert not way.late
    assert (way.asked.count(b"file_stat"), way.asked.count(b"file_list")) == (1, 1)
    assert _same(share.folder / "tree", tmp_path / "here")


def test_a_get_of_one_file_does_not_mind_that_it_has_no_list(share: Share, engine: Engine, tmp_path: Path) -> None:
    (share.folder / "file").write_bytes(b"x")
    _run(engine, Direction.GET, share.address, ("file", str(tmp_path / "here")))
    assert (tmp_path / "here").read_bytes() == b"x"


def test_a_server_that_breaks_off_behind_its_first_answer_is_asked_again(tmp_path: Path, engine: Engine) -> None:
    asked = []

    def breaking(*_: object) -> object:
        asked.append(1)
        if len(asked) == 1:
            raise ConnectionAbortedError
        return {}

    (tmp_path / "file").write_bytes(b"x")
    with FakeServer({"server_info": lambda: INFO, "file_stat": breaking}) as fake:
        engine.wait(engine.add(JobSpec(Direction.PUT, fake.address, ((str(tmp_path / "file"), "there"),))), 60)
    assert len(asked) == 2


def test_the_times_of_folders_are_sent_behind_the_last_batch(share: Share, engine: Engine, tmp_path: Path) -> None:
    source = _tree(tmp_path / "source")
    os.utime(source / "inner", (1, 1))
    with gate(share.address, when=[b"files_put"], until=[b"files_put", b"folder_make"]) as way:
        _run(engine, Direction.PUT, way.address, (str(source), "there"))
    assert not way.late
    assert (share.folder / "there" / "inner").stat().st_mtime == 1


def test_the_time_of_a_folder_with_a_large_file_is_set_once_that_is_there(share: Share, engine: Engine, tmp_path: Path) -> None:
    source = _tree(tmp_path / "source")
    (source / "inner" / "deep").mkdir()
    (source / "inner" / "deep" / "large").write_bytes(bytes(3 << 20))
    for folder in (source / "inner" / "deep", source / "inner", source):
        os.utime(folder, (1, 1))
    _run(engine, Direction.PUT, share.address, (str(source), "there"))
    there = share.folder / "there"
    assert [folder.stat().st_mtime for folder in (there, there / "inner", there / "inner" / "deep")] == [1, 1, 1]


def test_the_times_of_folders_are_set_again_behind_a_batch_that_was_sent_again(tmp_path: Path, engine: Engine) -> None:
    put: list[object] = []

    def busy_once(*_: object) -> object:
        put.append(1)
        if len(put) == 1:
            raise Busy()
        return {"packed": True, "outcomes": b"c", "renamed": [], "faults": []}

    def missing(*_: object) -> object:
        raise NotFound()

    methods = {"file_list": missing, "files_put": busy_once, "system.multicall": lambda calls: [[{}] for _ in calls]}
    with FakeServer(methods) as fake:
        _run(engine, Direction.PUT, fake.address, (str(_tree(tmp_path / "source", 1)), "there"))
    assert fake.calls[2:] == ["files_put", "system.multicall"] * 2


@pytest.mark.parametrize("direction", list(Direction))
def test_the_first_batch_is_small_and_later_ones_grow(share: Share, engine: Engine, tmp_path: Path, direction: Direction) -> None:
    source = _tree((tmp_path if direction is Direction.PUT else share.folder) / "tree", 400)
    item = (str(source), "there") if direction is Direction.PUT else ("tree", str(tmp_path / "here"))
    with gate(share.address) as way:
        _run(engine, direction, way.address, item)
    sizes = [size for size in way.tails(way.asked if direction is Direction.PUT else way.told) if size]
    assert [size // _SIZE for size in sizes[:5]] == [8, 16, 32, 64, 128]
    assert sum(sizes) == 400 * _SIZE
