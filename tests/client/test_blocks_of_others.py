"""Servers that cut files into other blocks than we do: what is larger than theirs travels in pieces, each checked."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from filexfer.client import lanes
from filexfer.client.engine import Engine
from filexfer.client.session import Session, connect
from filexfer.core.errors import BadDigest, Changed
from filexfer.core.model import Conflict, Direction, JobSpec, JobState
from filexfer.server import Server, Settings
from filexfer.server.methods.uploads import UploadMethods
from tests.client.conftest import Share

#: The block of a server: smaller than ours, no part of ours, ours, and larger.
BLOCKS = (64 << 10, 300_000, 1 << 20, 2 << 20)
SIZES = (0, 1, 65_536, 65_537, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, 2_500_003)
SMALL = 64 << 10


@pytest.mark.parametrize("block", BLOCKS)
def test_files_cross_whole_both_ways_whatever_the_servers_block_is(engine: Engine, tmp_path: Path, block: int) -> None:
    files = {f"file {size}": os.urandom(size) for size in SIZES}
    source, back, share = tmp_path / "source", tmp_path / "back", tmp_path / "share"
    source.mkdir()
    for name, content in files.items():
        (source / name).write_bytes(content)
    with Server(share, ["http://127.0.0.1:0"], "write", settings=Settings(block_size=block)) as server:
        address = server.addresses[0]
        spec = JobSpec(Direction.PUT, address, ((str(source), "there"),))
        sent = engine.wait(engine.add(spec), 60)
        fetched = engine.wait(engine.add(JobSpec(Direction.GET, address, (("there", str(back)),))), 60)
        # What is there already is known by its content too, and what is not, by that.
        (source / f"file {SIZES[-1]}").write_bytes(bytes(SIZES[-1]))
        again = engine.wait(engine.add(spec._replace(checksum=True, on_conflict=Conflict.FAIL)), 60)
        with connect(address) as session:
            streams = {name: io.BytesIO() for name in files}
            for name, file in streams.items():
                session.get(f"there/{name}", file)
    assert (sent.state, fetched.state) == (JobState.DONE, JobState.DONE), fetched.error
    assert (again.files_done, again.files_skipped, again.files_failed) == (0, len(SIZES) - 1, 1)
    for name, content in files.items():
        assert (share / "there" / name).read_bytes() == content
        assert (back / name).read_bytes() == content
        assert streams[name].getvalue() == content


@pytest.fixture
def asks(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[int], lanes.Block | None]], list[int]]:
    """Has a function see the pieces of blocks as they arrive, by their number, and give others for them; answers a list of the
    offsets that are asked for."""

    def install(other: Callable[[int], lanes.Block | None]) -> list[int]:
        offsets: list[int] = []
        really = lanes.RawLane._read

        def read(lane: lanes.RawLane, path: str, etag: str, offset: int, buffer: memoryview) -> lanes.Block:
            offsets.append(offset)
            found = really(lane, path, etag, offset, buffer)
            return other(len(offsets)) or found

        monkeypatch.setattr(lanes.RawLane, "_read", read)
        return offsets

    return install


def _block_of(session: Session) -> lanes.Block:
    return lanes.RawLane(session, SMALL).read("f", "", 0, memoryview(bytearray(3 * SMALL)))


def test_a_piece_that_is_wrong_fails_the_block(share: Share, asks: Callable[..., list[int]]) -> None:
    (share.folder / "f").write_bytes(os.urandom(3 * SMALL))
    asked = asks(lambda number: lanes.Block(bytes(SMALL), "blake3:" + "0" * 64, "v1") if number == 2 else None)
    with connect(share.address) as session, pytest.raises(BadDigest):
        _block_of(session)
    assert asked == [0, SMALL]


def test_pieces_of_two_versions_are_no_block(share: Share, asks: Callable[..., list[int]]) -> None:
    content = os.urandom(3 * SMALL)
    (share.folder / "f").write_bytes(content)

    def other(number: int) -> None:
        if number == 1:
            (share.folder / "f").write_bytes(os.urandom(3 * SMALL + 1))

    asks(other)
    with connect(share.address) as session, pytest.raises(Changed):
        _block_of(session)


def test_a_server_that_states_a_tiny_block_is_not_asked_byte_by_byte(share: Share) -> None:
    with connect(share.address) as session:
        for stated, most in ((1, SMALL), (-5, SMALL), ("x", 1 << 20), (1 << 40, 1 << 20), (300_000, 300_000)):
            session._info = session.info() | {"block_size": stated}
            lane = session.lane()
            assert isinstance(lane, lanes.RawLane)
            assert lane.most == most


@pytest.mark.parametrize("block", [0, -1, 1 << 30])
def test_blocks_that_cannot_be_fail_the_file_in_words(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, block: int
) -> None:
    (tmp_path / "large").write_bytes(bytes(2 << 20))
    really = UploadMethods.upload_open

    def upload_open(self: UploadMethods, *given: object) -> object:
        answer = really(self, *given)
        assert isinstance(answer, dict)
        return answer | {"block_size": block}

    monkeypatch.setattr(UploadMethods, "upload_open", upload_open)
    with Server(tmp_path / "other", ["http://127.0.0.1:0"], "write") as server:
        source = str(tmp_path / "large")
        job = engine.wait(engine.add(JobSpec(Direction.PUT, server.addresses[0], ((source, "large"),))), 20)
        assert job.state is JobState.FAILED
        (row,), _ = engine.files(job.id)
        assert "blocks" in row.error
        assert list(server.current_share().store.uploads()) == []
