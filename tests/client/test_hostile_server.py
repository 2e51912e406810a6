"""A client that saves what a hostile server sends: nothing lands outside the folder, nothing wrong lands in it, nothing hangs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from filexfer.client.engine import Engine, EngineSettings
from filexfer.client.run import RunSettings
from filexfer.client.session import connect
from filexfer.core import digests
from filexfer.core.errors import BadDigest, NotWellFormed
from filexfer.core.model import Direction, Job, JobSpec, JobState
from tests.client.fake import FakeServer, block, contents, entry, listing

SIZE = 2_500_000
CONTENT = bytes(range(250)) * (SIZE // 250)
OUTSIDE = [
    b"..", b"../x", b"a/../../x", b"/etc/passwd", b"/x", b"a//b", b"./x", b"a/.", b"x/", b"", b".filexfer/x", b".FILEXFER/x",
    b"y" * 256, b"/".join([b"d"] * 40_000),
]  # fmt: skip


@pytest.fixture
def impatient(engines: Callable[..., Engine]) -> Engine:
    return engines(EngineSettings(run=RunSettings(patience=0.2)))


def fetch(engine: Engine, server: FakeServer, target: Path, source: str = "t") -> Job:
    job = engine.wait(engine.add(JobSpec(Direction.GET, server.address, ((source, str(target)),))), 20)
    assert job.state.ended, "it hangs"
    return job


def nothing_but(top: Path, names: set[str]) -> None:
    """`top` holds these files and nothing half-written."""
    found = {str(path.relative_to(top)) for path in top.rglob("*") if path.is_file()}
    assert found == names


@pytest.mark.parametrize("name", OUTSIDE, ids=lambda name: repr(name[:20]))
@pytest.mark.parametrize("size", [5, SIZE])
def test_a_name_that_leads_elsewhere_is_refused_and_the_others_arrive(
    impatient: Engine, tmp_path: Path, name: bytes, size: int
) -> None:
    data = CONTENT[:size]
    names = [b"good", name]
    with FakeServer(
        {
            "file_stat": lambda path: entry("t", 0, "folder") if path == "t" else entry("x", size),
            "file_list": lambda path, options: listing(names, [5, size]),
            "files_get": lambda paths, options: contents([data[:5]] * len(paths.split(b"\0"))),
            "file_read": lambda path, offset, length, options: read(data, offset, length),
        }
    ) as server:
        inside = tmp_path / "deep/inside"
        job = fetch(impatient, server, inside)
    assert (job.state, job.files_done, job.files_failed) == (JobState.FAILED, 1, 1)
    assert job.error_kind == "InvalidPath"
    nothing_but(tmp_path / "deep", {"inside/good"})


@pytest.mark.parametrize("kind", [b"d", b"l", b"o"])
@pytest.mark.parametrize("name", [b"..", b"../x", b"/tmp/x", b"a//b"])
def test_folders_and_links_with_such_names_make_nothing_either(
    impatient: Engine, tmp_path: Path, name: bytes, kind: bytes
) -> None:
    with FakeServer(
        {
            "file_stat": lambda path: entry("t", 0, "folder"),
            "file_list": lambda path, options: listing([name], [0], kinds=kind),
        }
    ) as server:
        fetch(impatient, server, tmp_path / "deep/inside")
    assert list((tmp_path / "deep").rglob("*")) == [tmp_path / "deep/inside"]


def test_a_link_in_the_destination_is_not_followed_out_of_it(impatient: Engine, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (tmp_path / "inside").mkdir()
    (tmp_path / "inside/way").symlink_to(outside)
    with FakeServer(
        {
            "file_stat": lambda path: entry("t", 0, "folder"),
            "file_list": lambda path, options: listing([b"way/x", b"way/sub", b"way"], [1, 0, 0], kinds=b"fdd"),
            "files_get": lambda paths, options: contents([b"x"]),
        }
    ) as server:
        assert fetch(impatient, server, tmp_path / "inside").state is JobState.FAILED
    assert list(outside.iterdir()) == []


@pytest.mark.parametrize(
    "answer",
    [
        lambda: contents([b"12345"], marks=[bytes(32)]),
        lambda: contents([b"12345"], sizes=[4]),
        lambda: contents([b"12345"], sizes=[2**63]),
        lambda: contents([b"1"] * 3),
        lambda: contents([]),
        lambda: {"packed": True},
        lambda: "nothing",
        lambda: {**contents([b"12345"]), "digests": b"short"},  # type: ignore[dict-item]
        lambda: {**contents([b"12345"]), "faults": [[7, 102, "no"]]},  # type: ignore[dict-item]
        lambda: {**contents([b"12345"]), "data": bytes(40 << 20)},  # type: ignore[dict-item]
    ],
)
def test_a_batch_that_is_not_what_it_says_saves_nothing(impatient: Engine, tmp_path: Path, answer: Callable[[], object]) -> None:
    with FakeServer(
        {
            "file_stat": lambda path: entry("t", 0, "folder"),
            "file_list": lambda path, options: listing([b"a"], [5]),
            "files_get": lambda paths, options: answer(),
        }
    ) as server:
        job = fetch(impatient, server, tmp_path / "in")
    assert job.state is JobState.FAILED
    assert job.error.endswith(".")
    nothing_but(tmp_path / "in", set())


def read(content: bytes, offset: int, length: int, **changes: object) -> object:
    """A right answer of `file_read`, with some members made wrong."""
    piece = content[offset : offset + length]
    return {"data": piece, "digest": digests.digest(piece), "etag": "v1", "size": len(content), **changes}


@pytest.mark.parametrize(
    "answer",
    [
        lambda offset, length: read(CONTENT, offset, length, digest="blake3:" + "0" * 64),
        lambda offset, length: read(CONTENT, offset, length, digest=""),
        lambda offset, length: read(CONTENT, offset, length, digest="md5:00"),
        lambda offset, length: read(CONTENT, offset, length - 1),
        lambda offset, length: read(CONTENT, offset, length + 1 if not offset else length),
        lambda offset, length: read(CONTENT, offset, length, etag="v2"),
        lambda offset, length: read(CONTENT, offset, length, data="text"),
        lambda offset, length: {},
        lambda offset, length: None,
    ],
)
def test_a_block_that_is_not_what_it_says_saves_nothing(
    impatient: Engine, tmp_path: Path, answer: Callable[[int, int], object]
) -> None:
    with FakeServer(
        {
            "file_stat": lambda path: entry("x", SIZE),
            "file_read": lambda path, offset, length, options: answer(offset, length),
        }
    ) as server:
        job = fetch(impatient, server, tmp_path / "in/x")
    assert job.state is JobState.FAILED
    nothing_but(tmp_path / "in", set())


def part(headers: Mapping[str, str]) -> tuple[int, bytes]:
    first, last = headers["range"].removeprefix("bytes=").split("-")
    return int(first), CONTENT[int(first) : int(last) + 1]


@pytest.mark.parametrize(
    "answer",
    [
        lambda offset, data: block(data, offset, SIZE, Content_Digest="blake3=:" + "A" * 43 + "=:"),
        lambda offset, data: block(data, offset, SIZE, Content_Digest="x"),
        lambda offset, data: block(data, offset, SIZE, Content_Digest=""),
        lambda offset, data: block(data, offset + 1, SIZE),
        lambda offset, data: block(data[:-1], offset, SIZE),
        lambda offset, data: block(data + b"+", offset, SIZE),
        lambda offset, data: block(data, offset, SIZE, ETag='"v2"'),
        lambda offset, data: block(data, offset, SIZE, Content_Range="bytes 0-1"),
        lambda offset, data: block(data, offset, SIZE, Content_Length=str(len(data) + 5)),
        lambda offset, data: block(data, offset, SIZE, Content_Length=str(len(data) - 5)),
        lambda offset, data: (200, {}, data),
        lambda offset, data: (416, {}, b""),
        lambda offset, data: (302, {"Location": "http://127.0.0.1:1/"}, b""),
    ],
)
def test_a_raw_block_that_is_not_what_it_says_saves_nothing(
    impatient: Engine, tmp_path: Path, answer: Callable[[int, bytes], tuple[int, dict[str, str], bytes]]
) -> None:
    with FakeServer({"file_stat": lambda path: entry("x", SIZE)}, lambda path, headers: answer(*part(headers))) as server:
        job = fetch(impatient, server, tmp_path / "in/x")
    assert job.state is JobState.FAILED
    nothing_but(tmp_path / "in", set())


def test_the_same_fake_server_is_believed_when_it_tells_the_truth(impatient: Engine, tmp_path: Path) -> None:
    def right(path: str, headers: Mapping[str, str]) -> tuple[int, dict[str, str], bytes]:
        offset, data = part(headers)
        return block(data, offset, SIZE)

    with FakeServer({"file_stat": lambda path: entry("x", SIZE)}, right) as server:
        assert fetch(impatient, server, tmp_path / "raw/x").state is JobState.DONE
    with FakeServer(
        {"file_stat": lambda path: entry("x", SIZE), "file_read": lambda path, at, length, options: read(CONTENT, at, length)}
    ) as server:
        assert fetch(impatient, server, tmp_path / "call/x").state is JobState.DONE
    assert (tmp_path / "raw/x").read_bytes() == (tmp_path / "call/x").read_bytes() == CONTENT


@pytest.mark.parametrize("size", [2**62, -5])
def test_an_absurd_size_is_refused_before_a_byte_is_fetched(impatient: Engine, tmp_path: Path, size: int) -> None:
    with FakeServer({"file_stat": lambda path: entry("x", size)}) as server:
        assert fetch(impatient, server, tmp_path / "in/x").state is JobState.FAILED
        assert "file_read" not in server.calls
    nothing_but(tmp_path / "in", set()) if (tmp_path / "in").exists() else None


@pytest.mark.parametrize("time", [2**63 - 1, -(2**63), -1])
def test_an_absurd_time_harms_nothing(impatient: Engine, tmp_path: Path, time: int) -> None:
    with FakeServer(
        {
            "file_stat": lambda path: entry("t", 0, "folder") | {"mtime_ns": time},
            "file_list": lambda path, options: listing([b"a", b"d"], [1, 0], kinds=b"fd", mtimes=[time, time]),
            "files_get": lambda paths, options: contents([b"1"]),
        }
    ) as server:
        job = fetch(impatient, server, tmp_path / "in")
    assert job.error_kind != "InternalError"
    assert (tmp_path / "in/a").read_bytes() == b"1"


@pytest.mark.parametrize("cursors", [["x", "x"], ["1", "2", "3", "4", "5", "6"]])
def test_a_listing_without_end_ends(impatient: Engine, tmp_path: Path, cursors: list[str]) -> None:
    pages = iter(cursors * 1000)
    with FakeServer(
        {
            "file_stat": lambda path: entry("t", 0, "folder"),
            "file_list": lambda path, options: listing([], [], next=next(pages)),
        }
    ) as server:
        job = fetch(impatient, server, tmp_path / "in")
        assert (job.state, job.error_kind) == (JobState.FAILED, "NotWellFormed")
        with pytest.raises(NotWellFormed), connect(server.address) as session:
            list(session.list("t"))


def test_one_name_listed_twice_is_not_overwritten_silently(impatient: Engine, tmp_path: Path) -> None:
    pieces = iter([b"one", b"two"])
    with FakeServer(
        {
            "file_stat": lambda path: entry("t", 0, "folder"),
            "file_list": lambda path, options: listing([b"same", b"same"], [3, 3]),
            "files_get": lambda paths, options: contents([next(pieces) for _ in paths.split(b"\0")]),
        }
    ) as server:
        job = fetch(impatient, server, tmp_path / "in")
    assert (job.state, job.files_failed, job.error_kind) == (JobState.FAILED, 1, "AlreadyExists")
    assert (tmp_path / "in/same").read_bytes() == b"one"


def test_outcomes_that_do_not_fit_the_batch_fail_the_job(impatient: Engine, tmp_path: Path) -> None:
    (tmp_path / "source").mkdir()
    for name in "ab":
        (tmp_path / "source" / name).write_bytes(b"1")
    for answer in ({"packed": True, "outcomes": b"c", "renamed": [], "faults": []}, {"outcomes": b"??"}, [], None):
        with FakeServer({"file_list": _not_there, "files_put": lambda entries, data, options, answer=answer: answer}) as server:
            spec = JobSpec(Direction.PUT, server.address, ((str(tmp_path / "source"), "t"),))
            job = impatient.wait(impatient.add(spec), 20)
            assert (job.state, job.files_done) == (JobState.FAILED, 0)


def _not_there(path: object, options: object) -> object:
    from filexfer.core.errors import NotFound

    raise NotFound()


@pytest.mark.parametrize("tail", ["-1", "x", "99999999999", "5", "4294967296", "1000"])
def test_bytes_behind_an_answer_that_cannot_be_are_no_answer(tail: str) -> None:
    with FakeServer({"server_info": lambda: "x" * 990}, fields={"Tail-Length": tail}) as fake, connect(fake.address) as session:
        for _ in range(2):
            with pytest.raises(NotWellFormed):
                session.call("server_info")


def test_a_session_checks_what_it_reads(tmp_path: Path) -> None:
    with (
        FakeServer(
            {"file_read": lambda path, at, length, options: read(CONTENT, at, length, digest="blake3:" + "1" * 64)}
        ) as fake,
        connect(fake.address) as session,
        pytest.raises(BadDigest),
    ):
        session.read("x", 0, 10)
