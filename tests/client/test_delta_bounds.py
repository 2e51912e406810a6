"""Delta before a server that lies, and what it costs at most: hardly any memory, not much more looked through than is sent."""

from __future__ import annotations

import os
import sys
import tracemalloc
from array import array
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from filexfer.client.chunk_map import WINDOW, ChunkMap, Piece
from filexfer.client.delta import Delta
from filexfer.client.engine import Engine
from filexfer.client.transfer import Bench
from filexfer.core.chunking import Cut
from filexfer.core.model import Conflict, Direction, JobSpec, JobState, Range
from filexfer.server import Server
from filexfer.server.methods.files import Files
from filexfer.server.methods.uploads import UploadMethods

MIB = 1 << 20


class Nothing:
    """Two versions without anything in common. Attributes: asked (pieces)."""

    def __init__(self) -> None:
        self.asked: list[Piece] = []

    def take(self, pieces: Sequence[Piece], bench: Bench) -> list[Range]:
        self.asked += pieces
        return [piece.part for piece in pieces]

    def old(self, start: int, most: int, average: int) -> Cut:
        return Cut(array("I", [average]), os.urandom(32), start + average)

    new = old


@pytest.mark.parametrize("block_size", [1, MIB])
@pytest.mark.parametrize("missing", [[Range(0, 1 << 60)], [Range(at * 4096, at * 4096 + 2048) for at in range(10_000)]])
def test_as_many_blocks_as_a_server_may_tell_of_take_no_memory(block_size: int, missing: list[Range]) -> None:
    sides = Nothing()
    bench: Any = None
    tracemalloc.start()
    try:
        delta = Delta(sides, 1 << 59, 1 << 60, block_size, 2)
        delta.begin(missing, bench)
        for _ in range(1000):
            part = next(delta)
            assert part.length <= 16 * MIB
            if delta.is_due(part):
                assert delta.take(part, bench) == 0
        assert tracemalloc.get_traced_memory()[1] < 4 * MIB
    finally:
        tracemalloc.stop()
    assert 2 <= len(sides.asked) <= 8
    assert all(part.length <= block_size and part.start == source for part, source in sides.asked)


class OddBlocks(Nothing):
    """Every other block is where it was; cut by content, nothing is found."""

    def take(self, pieces: Sequence[Piece], bench: Bench) -> list[Range]:
        blocks = (Range(at, at + MIB) for piece in pieces for at in range(piece.part.start, piece.part.end, MIB))
        return [block for block in blocks if block.start // MIB % 2 == 0]


def test_taken_up_again_only_what_differs_is_sent_though_what_was_under_way_differs() -> None:
    bench: Any = None
    delta = Delta(OddBlocks(), 40 * MIB, 40 * MIB, MIB, 2)
    # Four blocks that were under way, and what had not been looked at.
    missing = [Range(at * MIB, (at + 1) * MIB) for at in (20, 22, 24, 26)] + [Range(28 * MIB, 40 * MIB)]
    delta.begin(missing, bench)
    taken = sum(delta.take(part, bench) for part in delta if delta.is_due(part))
    assert taken == 6 * MIB


def test_a_much_longer_old_version_is_not_looked_through_for_a_short_new_one() -> None:
    looked = 0

    def old(start: int, most: int) -> Cut:
        nonlocal looked
        looked += MIB
        return Cut(array("I", [MIB]), os.urandom(32), start + MIB)

    def new(start: int, most: int) -> Cut:
        return Cut(array("I", [5 * MIB]), os.urandom(32), start + 5 * MIB)

    made = ChunkMap(old, new, 10_000 * MIB, 5 * MIB, 0)
    made.look()
    assert made.end == 5 * MIB
    assert looked <= 5 * MIB + 2 * WINDOW


# -- a server that lies -------------------------------------------------------------------------------------------------------

Real = Callable[..., object]
#: What is answered in place of a true answer.
TAKEN = {
    "all is taken": lambda answer: [],
    "true": lambda answer: True,
    "nothing": lambda answer: "",
    "blocks of elsewhere": lambda answer: [[0, 1 << 60]],
    "what lies before": lambda answer: [[-MIB, 0]],
    "halves of blocks": lambda answer: [[at, at + 7] for at in range(0, MIB, 1000)],
    "one twice": lambda answer: [[0, MIB], [0, MIB]],
    "backwards": lambda answer: [[MIB, 0]],
    "no ranges": lambda answer: [[0], {"a": 1}],
}
TOLD = {
    "another count": lambda answer: answer | {"count": 1 << 40},
    "no digests": lambda answer: answer | {"digests": b""},
    "half a digest": lambda answer: answer | {"digests": answer["digests"][:-1]},
    "other digests": lambda answer: answer | {"digests": os.urandom(len(answer["digests"]))},
    "digests turned round": lambda answer: answer | {"digests": answer["digests"][::-1]},
    "another block size": lambda answer: answer | {"block_size": 1},
    "another algorithm": lambda answer: answer | {"algorithm": "md5"},
    "another size": lambda answer: answer | {"size": 1 << 61},
    "lengths of none": lambda answer: answer | {"lengths": b""},
    "lengths of nought": lambda answer: answer | {"lengths": bytes(len(answer.get("lengths", b"")))},
    "longest lengths": lambda answer: answer | {"lengths": b"\xff" * len(answer.get("lengths", b""))},
    "it never ends": lambda answer: answer | {"next": 0},
    "it goes on where nothing is": lambda answer: answer | {"next": 1 << 61},
    "nothing": lambda answer: "",
}


def lies(method: Real, lie: Callable[[Any], object]) -> Real:
    def lying(*arguments: object) -> object:
        return lie(method(*arguments))

    lying.__doc__ = method.__doc__
    return lying


Change = Callable[[bytes], bytes]


def moved(engine: Engine, tmp_path: Path, direction: Direction, change: Change) -> tuple[bytes, bytes, JobState]:
    """What was to arrive, what did, and how it ended."""
    here, there = tmp_path / "here", tmp_path / "share"
    here.mkdir()
    there.mkdir()
    source, target = (here, there) if direction is Direction.PUT else (there, here)
    old = os.urandom(10 * MIB)
    new = change(old)
    (source / "f").write_bytes(new)
    (target / "f").write_bytes(old)
    os.utime(target / "f", ns=(0, 10**18))
    os.utime(source / "f", ns=(0, 10**18 + 10**9))
    with Server(there, listen=["http://127.0.0.1:0"], guest="write") as server:
        pair = (str(here / "f"), "f") if direction is Direction.PUT else ("f", str(here / "f"))
        job = engine.wait(engine.add(JobSpec(direction, server.addresses[0], (pair,), Conflict.OVERWRITE)), 40)
    return new, (target / "f").read_bytes(), job.state


def in_place(old: bytes) -> bytes:
    return old[: 3 * MIB] + b"x" * 10 + old[3 * MIB + 10 :]


def inserted(old: bytes) -> bytes:
    return b"x" * 1000 + old


@pytest.mark.parametrize("change", [in_place, inserted])
@pytest.mark.parametrize("lie", TAKEN)
def test_a_server_that_lies_of_what_it_took_is_sent_the_new_version(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lie: str, change: Change
) -> None:
    monkeypatch.setattr(UploadMethods, "upload_reuse", lies(UploadMethods.upload_reuse, TAKEN[lie]))
    new, arrived, state = moved(engine, tmp_path, Direction.PUT, change)
    assert (state, arrived == new) == (JobState.DONE, True)


@pytest.mark.parametrize("change", [in_place, inserted])
def test_a_server_that_took_nothing_and_says_so_otherwise_is_found_out(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: Change
) -> None:
    def took(*arguments: object) -> object:
        """Took it."""
        return []

    monkeypatch.setattr(UploadMethods, "upload_reuse", took)
    new, arrived, state = moved(engine, tmp_path, Direction.PUT, change)
    assert (state, arrived == new) == (JobState.DONE, True)


@pytest.mark.parametrize("change", [in_place, inserted])
@pytest.mark.parametrize("direction", Direction)
@pytest.mark.parametrize("lie", TOLD)
def test_whatever_a_server_tells_of_its_version_what_arrives_is_the_new_one(
    engine: Engine,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    lie: str,
    direction: Direction,
    change: Change,
) -> None:
    monkeypatch.setattr(Files, "file_digests", lies(Files.file_digests, TOLD[lie]))
    new, arrived, state = moved(engine, tmp_path, direction, change)
    assert (state, arrived == new) == (JobState.DONE, True)


def test_where_files_cannot_be_cut_everything_is_sent(engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyfastcdc", None)
    new, arrived, state = moved(engine, tmp_path, Direction.PUT, inserted)
    assert (state, arrived == new) == (JobState.DONE, True)
