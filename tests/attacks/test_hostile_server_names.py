"""Rows “paths”, “names” and “hostile server” of the attack table, from the other side: our client saves what a hostile server
lists. The table of test_paths.py and test_names.py is the same; what may be a name is judged by the side that saves it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from filexfer.client.engine import Engine, EngineSettings
from filexfer.client.run import RunSettings
from filexfer.core.model import Conflict, Direction, Job, JobSpec, JobState
from filexfer.protocol.values import Bytes
from filexfer.storage import confine
from filexfer.storage.confine import NamedOps
from tests.attacks.folding import FoldingOps
from tests.attacks.house import OUTSIDE, lay, snapshot
from tests.attacks.test_names import NAMES, OF_WINDOWS, TWINS
from tests.attacks.test_paths import ORDINARY, REFUSED
from tests.client.conftest import engines  # noqa: F401  the fixture
from tests.client.fake import FakeServer, block, contents, entry, listing

SMALL, LARGE = 5, 1_500_000
CONTENT = bytes(range(250)) * (LARGE // 250 + 1)
#: In columns NUL stands between names: such a name is two, and the columns no longer fit each other.
WITHOUT_NUL = {name: path for name, path in REFUSED.items() if b"\0" not in path}


class Hostile:
    """A server that lists what it is told to, and serves any path as a file. Attributes: names, kinds, size."""

    def __init__(self, names: list[bytes], kinds: bytes, size: int, raw: bool, contents_: Mapping[bytes, bytes] | None = None):
        own = dict(contents_ or {})

        def of(path: bytes) -> bytes:
            return own.get(path.removeprefix(b"t/"), CONTENT[:size])

        self.server = FakeServer(
            {
                "file_stat": lambda path: entry("t", 0, "folder") if path == "t" else entry("x", size),
                "file_list": lambda path, options: listing(names, [len(of(name)) for name in names], kinds=kinds),
                "files_get": lambda paths, options: contents([of(path) for path in paths.split(b"\0")]),
                "file_read": lambda path, at, length, options: block_of(of(raw_path(path)), at, length),
            },
            self._raw if raw else None,
        )
        self._content = CONTENT[:size]

    def _raw(self, target: str, headers: Mapping[str, str]) -> tuple[int, dict[str, str], bytes]:
        first, _, last = headers["range"].removeprefix("bytes=").partition("-")
        return block(self._content[int(first) : int(last) + 1], int(first), len(self._content))


def raw_path(path: object) -> bytes:
    return path if isinstance(path, bytes) else str(path).encode("utf-8", "surrogateescape")


def block_of(content: bytes, offset: int, length: int) -> object:
    from filexfer.core import digests

    piece: Bytes = content[offset : offset + length]
    return {"data": piece, "digest": digests.digest(piece), "etag": "v1", "size": len(content)}


@pytest.fixture
def engine(engines: Callable[..., Engine]) -> Engine:  # noqa: F811
    return engines(EngineSettings(run=RunSettings(patience=0.2)))


@pytest.fixture
def inside(tmp_path: Path) -> Iterator[Path]:
    """Where it is saved; all around it lie canaries."""
    lay(tmp_path / "around", OUTSIDE)
    lay(tmp_path / "around" / "inside-twin", OUTSIDE)
    target = tmp_path / "around" / "inside"
    target.mkdir()
    before = around(target)
    yield target
    assert around(target) == before


def around(target: Path) -> dict[bytes, object]:
    """Everything beside the folder that is saved into; reading counts as a change."""
    own = os.fsencode(target)
    found = snapshot(target.parent, reads=True)
    return {name: told for name, told in found.items() if name != own and not name.startswith(own + b"/")}


def fetch(engine: Engine, hostile: Hostile, target: Path, policy: Conflict = Conflict.FAIL) -> Job:
    with hostile.server as server:
        spec = JobSpec(Direction.GET, server.address, (("t", str(target)),), on_conflict=policy)
        job = engine.wait(engine.add(spec), 20)
    assert job.state.ended, "it hangs"
    return job


def held(top: Path) -> dict[bytes, bytes]:
    """Every file below `top`, by its path."""
    found = {}
    for folder, _, names in os.walk(os.fsencode(top)):
        for name in names:
            path = os.path.join(folder, name)
            with open(path, "rb") as file:
                found[os.path.relpath(path, os.fsencode(top))] = file.read()
    return found


WAYS = {"in a batch": (SMALL, False), "in blocks": (LARGE, False), "by the raw lane": (LARGE, True)}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", WITHOUT_NUL.values(), ids=WITHOUT_NUL)
def test_a_name_that_leads_elsewhere_is_refused_and_the_others_arrive(
    engine: Engine, inside: Path, name: bytes, way: str
) -> None:
    size, raw = WAYS[way]
    job = fetch(engine, Hostile([b"good", name, b"fine"], b"", size, raw), inside)
    assert (job.state, job.files_done, job.files_failed, job.error_kind) == (JobState.FAILED, 2, 1, "InvalidPath")
    assert held(inside) == {b"good": CONTENT[:size], b"fine": CONTENT[:size]}


@pytest.mark.parametrize("name", WITHOUT_NUL.values(), ids=WITHOUT_NUL)
def test_a_folder_a_link_or_a_device_of_such_a_name_makes_nothing(engine: Engine, inside: Path, name: bytes) -> None:
    for kind in (b"d", b"l", b"o"):
        fetch(engine, Hostile([name, name + b"/below"], kind + b"f", SMALL, False), inside)
        assert held(inside) == {}
        assert [path for path in inside.rglob("*") if not path.is_relative_to(inside / ".filexfer")] == []


def test_a_name_with_nul_in_a_listing_fails_the_listing(engine: Engine, inside: Path) -> None:
    job = fetch(engine, Hostile([b"good", b"a\0b"], b"ff", SMALL, False), inside)
    assert (job.state, job.files_done) == (JobState.FAILED, 0)
    assert held(inside) == {}


ALL_ORDINARY = {**ORDINARY, **NAMES, **{f"{name} (Windows)": value for name, value in OF_WINDOWS.items()}}


@pytest.mark.parametrize("way", WAYS)
def test_what_only_looks_dangerous_is_saved_under_its_own_name_on_posix(engine: Engine, inside: Path, way: str) -> None:
    size, raw = WAYS[way]
    names = sorted(set(ALL_ORDINARY.values()))
    job = fetch(engine, Hostile(names, b"", size, raw), inside)
    assert (job.state, job.files_done, job.error) == (JobState.DONE, len(names), "")
    assert held(inside) == dict.fromkeys(names, CONTENT[:size])


@pytest.mark.parametrize("way", WAYS)
def test_where_windows_saves_its_own_names_are_refused_and_the_others_arrive(
    engine: Engine, inside: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    monkeypatch.setattr(confine, "native_ops", lambda: NamedOps(windows=True))
    size, raw = WAYS[way]
    bad = [*OF_WINDOWS.values(), b"good/" + OF_WINDOWS["device"], b"C:/x", b"C:/Windows/x", b"nul/x"]
    job = fetch(engine, Hostile([b"fine", *bad], b"", size, raw), inside)
    assert (job.state, job.files_done, job.files_failed) == (JobState.FAILED, 1, len(bad))
    assert job.error_kind == "InvalidPath"
    assert held(inside) == {b"fine": CONTENT[:size]}


@pytest.mark.parametrize("what", ["file", "folder"])
def test_where_windows_saves_such_folders_are_not_made(
    engine: Engine, inside: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    monkeypatch.setattr(confine, "native_ops", lambda: NamedOps(windows=True))
    names = list(OF_WINDOWS.values())
    fetch(engine, Hostile(names, b"d" * len(names) if what == "folder" else b"", SMALL, False), inside)
    assert [path for path in inside.rglob("*") if not path.is_relative_to(inside / ".filexfer")] == []


# Names that the saving disk holds for one: a conflict within a job, never a silent overwrite.


@pytest.fixture
def folding(monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk we save to tells neither cases nor normal forms apart, as those of Windows and macOS."""
    monkeypatch.setattr(confine, "native_ops", FoldingOps)


@pytest.mark.usefixtures("folding")
@pytest.mark.parametrize("large", [False, True], ids=["small", "large"])
@pytest.mark.parametrize("policy", [Conflict.FAIL, Conflict.OVERWRITE, Conflict.NEWER])
@pytest.mark.parametrize("pair", [pair for pair in TWINS if pair[0] != "ﬁ"], ids=lambda pair: ascii(pair[0]))
def test_twins_of_one_job_are_a_conflict_where_the_disk_holds_them_for_one(
    engine: Engine, inside: Path, pair: tuple[str, str], policy: Conflict, large: bool
) -> None:
    one, other = (name.encode() for name in pair)
    many = LARGE if large else SMALL
    different = {one: CONTENT[:many], other: CONTENT[1 : many + 1]}
    job = fetch(engine, Hostile([one, other], b"", many, False, different), inside, policy)
    assert (job.state, job.files_done, job.files_failed) == (JobState.FAILED, 1, 1)
    assert job.error_kind == "AlreadyExists"
    assert list(held(inside).values()) == [different[name] for name in different if name in os.listdir(os.fsencode(inside))]
    assert len(held(inside)) == 1


@pytest.mark.usefixtures("folding")
@pytest.mark.parametrize("policy", [Conflict.FAIL, Conflict.OVERWRITE])
def test_files_of_folders_that_are_twins_do_not_overwrite_each_other(engine: Engine, inside: Path, policy: Conflict) -> None:
    names, kinds = [b"Dir", b"Dir/a", b"dir", b"dir/A", b"dir/b"], b"dfdff"
    different = {b"Dir/a": b"first", b"dir/A": b"second", b"dir/b": b"other"}
    job = fetch(engine, Hostile(names, kinds, SMALL, False, different), inside, policy)
    assert (job.state, job.files_done, job.files_failed, job.error_kind) == (JobState.FAILED, 2, 1, "AlreadyExists")
    assert sorted(held(inside).values()) == [b"first", b"other"]


@pytest.mark.parametrize("policy", [Conflict.FAIL, Conflict.OVERWRITE, Conflict.NEWER])
@pytest.mark.parametrize("large", [False, True], ids=["small", "large"])
def test_one_name_listed_twice_is_a_conflict_whatever_the_policy(
    engine: Engine, inside: Path, policy: Conflict, large: bool
) -> None:
    size = LARGE if large else SMALL
    pieces = iter([CONTENT[:size], CONTENT[1 : size + 1]] * 2)
    hostile = Hostile([b"same", b"same"], b"", size, False)
    if not large:
        hostile.server.methods["files_get"] = lambda paths, options: contents([next(pieces) for _ in paths.split(b"\0")])
    job = fetch(engine, hostile, inside, policy)
    assert held(inside)[b"same"] == CONTENT[:size]
    if not large:
        assert (job.state, job.files_failed, job.error_kind) == (JobState.FAILED, 1, "AlreadyExists")


@pytest.mark.parametrize("policy", [Conflict.OVERWRITE, Conflict.NEWER])
def test_what_was_there_before_the_job_is_overwritten_as_it_was_asked_for(engine: Engine, inside: Path, policy: Conflict) -> None:
    for name in ("a", "A", "b"):
        (inside / name).write_bytes(b"old")
        os.utime(inside / name, ns=(0, 0))
    job = fetch(engine, Hostile([b"a", b"A", b"b"], b"", SMALL, False), inside, policy)
    assert (job.state, job.files_done) == (JobState.DONE, 3)
    assert held(inside) == dict.fromkeys([b"a", b"A", b"b"], CONTENT[:SMALL])
