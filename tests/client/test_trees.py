"""Trees cross both ways and end identical: contents, times, empty folders, hostile names, thousands of files."""

from __future__ import annotations

import os
import shutil
import sysconfig
from pathlib import Path

import pytest

from filexfer.client.engine import Engine
from filexfer.core.model import Conflict, Direction, FileState, Job, JobSpec, JobState
from tests.client.conftest import Share
from tests.client.places import Served, snapshot, tree

MIXED = {
    "a.txt": b"hello",
    "empty": None,
    "deep/er/est/leaf": b"x" * 70_000,
    "deep/zero": b"",
    "large.bin": os.urandom(3_300_000),
    "sub/medium.bin": os.urandom(300_000),
    "sub/exact.bin": os.urandom(2 << 20),
    "sub/void/inner": None,
}
HOSTILE = [
    b"line\nfeed", b"carriage\rreturn", b"\x01\x1b[31m", b"\xff\xfe not utf-8", "\u202egpj.exe".encode(), "\ufffe".encode(),
    b"<b>&amp;", b"..\\..\\x", b"C:x", b"con", b"-rf", b" ", b"%2e%2e", "ä".encode(), "a\u0308".encode(), b"A", b"a", b"x" * 255,
]  # fmt: skip


def put(engine: Engine, server: str, source: Path, target: str, **more: object) -> Job:
    return engine.wait(engine.add(JobSpec(Direction.PUT, server, ((str(source), target),), **more)), 50)  # type: ignore[arg-type]


def get(engine: Engine, server: str, source: str, target: Path, **more: object) -> Job:
    return engine.wait(engine.add(JobSpec(Direction.GET, server, ((source, str(target)),), **more)), 50)  # type: ignore[arg-type]


def same(one: Path, other: Path) -> None:
    assert snapshot(one) == snapshot(other)


def test_a_tree_crosses_both_ways_identical(share: Share, engine: Engine, tmp_path: Path) -> None:
    source = tree(tmp_path / "source", MIXED)
    sent = put(engine, share.address, source, "in/side")
    assert (sent.state, sent.files_done, sent.files_total, sent.error) == (JobState.DONE, 6, 6, "")
    assert sent.bytes_done == sent.bytes_total == sum(len(content) for content in MIXED.values() if content)
    same(source, share.folder / "in/side")
    fetched = get(engine, share.address, "in/side", tmp_path / "back")
    assert (fetched.state, fetched.files_done, fetched.error) == (JobState.DONE, 6, "")
    same(source, tmp_path / "back")
    assert sorted(os.listdir(tmp_path / "back")) == sorted(os.listdir(source))


def test_the_call_lane_alone_does_the_same(share: Share, tmp_path: Path) -> None:
    from filexfer.client.history import History
    from filexfer.client.session import connect

    source = tree(tmp_path / "source", MIXED)
    history = History(tmp_path / "h.sqlite")
    engine = Engine(history, connect=lambda address: connect(address, lanes="xmlrpc"))
    assert put(engine, share.address, source, "t").state is JobState.DONE
    assert get(engine, share.address, "t", tmp_path / "back").state is JobState.DONE
    same(source, tmp_path / "back")
    engine.close()
    history.close()


def test_a_single_file_gets_the_name_that_was_asked(share: Share, engine: Engine, tmp_path: Path) -> None:
    source = tree(tmp_path / "source", {"small": b"abc", "large": os.urandom(1_500_000)})
    for name in ("small", "large"):
        assert put(engine, share.address, source / name, f"to/{name}.new").state is JobState.DONE
        assert (share.folder / f"to/{name}.new").read_bytes() == (source / name).read_bytes()
        assert get(engine, share.address, f"to/{name}.new", tmp_path / "made" / name).state is JobState.DONE
        assert (tmp_path / "made" / name).read_bytes() == (source / name).read_bytes()
        assert (tmp_path / "made" / name).stat().st_mtime_ns == (source / name).stat().st_mtime_ns
    assert sorted(os.listdir(tmp_path / "made")) == ["large", "small"]


def test_the_whole_share_is_fetched_by_the_empty_path(share: Share, engine: Engine, tmp_path: Path) -> None:
    tree(share.folder, {"a": b"1", "b/c": b"2"})
    assert get(engine, share.address, "", tmp_path / "all").state is JobState.DONE
    assert snapshot(tmp_path / "all", times=False) == snapshot(share.folder, times=False)


def test_several_sources_travel_in_one_job(share: Share, engine: Engine, tmp_path: Path) -> None:
    source = tree(tmp_path / "source", {"one/x": b"1", "two": b"2", "three/y/z": b"3"})
    pairs = tuple((str(source / name), f"in/{name}") for name in ("one", "two", "three"))
    job = engine.wait(engine.add(JobSpec(Direction.PUT, share.address, pairs)), 20)
    assert (job.state, job.files_done, job.name) == (JobState.DONE, 3, "one and 2 more")
    same(source / "three", share.folder / "in/three")
    back = tuple((target, str(tmp_path / "back" / Path(target).name)) for _, target in pairs)
    assert engine.wait(engine.add(JobSpec(Direction.GET, share.address, back)), 20).files_done == 3
    assert (tmp_path / "back/two").read_bytes() == b"2"


def test_hostile_names_cross_both_ways(share: Share, engine: Engine, tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    for number, name in enumerate(HOSTILE):
        Path(os.fsdecode(os.fsencode(source) + b"/" + name)).write_bytes(b"%d" % number)
        folder = Path(os.fsdecode(os.fsencode(source) + b"/d" + name[:250]))
        folder.mkdir()
        (folder / "in it").write_bytes(os.urandom(300_000) if number % 4 == 0 else b"x")
    assert put(engine, share.address, source, "t").error == ""
    same(source, share.folder / "t")
    assert get(engine, share.address, "t", tmp_path / "back").error == ""
    same(source, tmp_path / "back")


def test_what_is_there_already_is_not_sent_again(share: Share, engine: Engine, tmp_path: Path) -> None:
    source = tree(tmp_path / "source", MIXED)
    put(engine, share.address, source, "t")
    get(engine, share.address, "t", tmp_path / "back")
    (source / "new").write_bytes(b"new")
    inodes = {path: path.stat().st_ino for path in (share.folder / "t").rglob("*")}
    again = put(engine, share.address, source, "t")
    assert (again.state, again.files_done, again.files_skipped) == (JobState.DONE, 1, 6)
    assert again.bytes_done == again.bytes_total
    assert inodes == {path: path.stat().st_ino for path in (share.folder / "t").rglob("*") if path.name != "new"}
    back = get(engine, share.address, "t", tmp_path / "back")
    assert (back.state, back.files_done, back.files_skipped) == (JobState.DONE, 1, 6)
    same(source, tmp_path / "back")


@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize(
    ("policy", "state", "content", "skipped"),
    [
        (Conflict.FAIL, JobState.FAILED, "theirs", 0),
        (Conflict.OVERWRITE, JobState.DONE, "ours", 0),
        (Conflict.SKIP, JobState.DONE, "theirs", 1),
        (Conflict.RENAME, JobState.DONE, "theirs", 0),
        (Conflict.NEWER, JobState.DONE, "theirs", 1),
    ],
)
def test_policies_hold_in_both_directions(
    share: Share, engine: Engine, tmp_path: Path, policy: Conflict, state: JobState, content: str, skipped: int, large: bool
) -> None:
    size = 700_000 if large else 100
    ours, theirs = b"o" * size, b"t" * size
    source = tree(tmp_path / "source", {"f": ours})
    for there in (share.folder / "t", tmp_path / "local"):
        there.mkdir()
        (there / "f").write_bytes(theirs)
    os.utime(source / "f", ns=(0, 10**18))
    sent = put(engine, share.address, source, "t", on_conflict=policy)
    shutil.rmtree(share.folder / "t")
    tree(share.folder, {"t/f": ours})
    os.utime(share.folder / "t/f", ns=(0, 10**18))
    fetched = get(engine, share.address, "t", tmp_path / "local", on_conflict=policy)
    for job in (sent, fetched):
        assert (job.state, job.files_skipped) == (state, skipped), job
        assert (job.error_kind == "AlreadyExists") is (policy is Conflict.FAIL)
    assert (tmp_path / "local/f").read_bytes() == {"ours": ours, "theirs": theirs}[content]
    names = sorted(os.listdir(tmp_path / "local"))
    assert len(names) == (2 if policy is Conflict.RENAME else 1)
    if policy is Conflict.RENAME:
        renamed = Path(engine.files(fetched.id)[0][0].target)
        assert renamed.parent == tmp_path / "local"
        assert renamed.read_bytes() == ours


def test_same_content_under_another_time_is_no_conflict(share: Share, engine: Engine, tmp_path: Path) -> None:
    source = tree(tmp_path / "source", {"small": b"s", "large": b"l" * 600_000})
    shutil.copytree(source, share.folder / "t")
    for name in ("small", "large"):
        os.utime(share.folder / "t" / name, ns=(0, 5))
    job = put(engine, share.address, source, "t")
    assert (job.state, job.error) == (JobState.DONE, "")
    assert (share.folder / "t/large").stat().st_mtime_ns == 5


def test_checksum_looks_into_files_of_the_same_size_and_time(share: Share, engine: Engine, tmp_path: Path) -> None:
    source = tree(tmp_path / "source", {"small": b"aaaa", "large": b"a" * 2_500_000, "same": b"z"})
    put(engine, share.address, source, "t")
    for name in ("small", "large"):
        content = bytearray((source / name).read_bytes())
        content[-1] ^= 1
        time = (share.folder / "t" / name).stat().st_mtime_ns
        (share.folder / "t" / name).write_bytes(content)
        os.utime(share.folder / "t" / name, ns=(0, time))
    assert put(engine, share.address, source, "t", on_conflict=Conflict.OVERWRITE).files_skipped == 3
    job = put(engine, share.address, source, "t", on_conflict=Conflict.OVERWRITE, checksum=True)
    assert (job.files_done, job.files_skipped) == (2, 1)
    same(source, share.folder / "t")
    (share.folder / "t/same").write_bytes(b"Z")
    os.utime(share.folder / "t/same", ns=(0, (source / "same").stat().st_mtime_ns))
    job = get(engine, share.address, "t", source, on_conflict=Conflict.OVERWRITE, checksum=True)
    assert (job.files_done, job.files_skipped, (source / "same").read_bytes()) == (1, 2, b"Z")


def test_links_and_special_files_are_left_out_in_words(share: Share, engine: Engine, tmp_path: Path) -> None:
    source = tree(tmp_path / "source", {"f": b"1", "d/g": b"2"})
    outside = tmp_path / "outside"
    outside.write_bytes(b"secret")
    (source / "link").symlink_to(outside)
    (source / "d/folder link").symlink_to(tmp_path)
    os.mkfifo(source / "d/pipe")
    job = put(engine, share.address, source, "t")
    assert (job.state, job.files_done, job.files_skipped, job.files_total) == (JobState.DONE, 2, 3, 5)
    words = {Path(file.source).name: file.error for file in engine.files(job.id)[0] if file.state is FileState.SKIPPED}
    assert "not followed" in words["link"]
    assert "not followed" in words["folder link"]
    assert "pipe" in words["pipe"]
    shutil.copytree(source, share.folder / "u", symlinks=True, ignore=shutil.ignore_patterns("pipe"))
    job = get(engine, share.address, "u", tmp_path / "back")
    assert (job.state, job.files_done, job.files_skipped) == (JobState.DONE, 2, 2)
    assert sorted(path.name for path in (tmp_path / "back").rglob("*")) == ["d", "f", "g"]


def test_a_link_named_as_the_source_means_its_file(share: Share, engine: Engine, tmp_path: Path) -> None:
    tree(tmp_path / "source", {"f": b"1"})
    (tmp_path / "link").symlink_to(tmp_path / "source/f")
    assert put(engine, share.address, tmp_path / "link", "x").state is JobState.DONE
    assert (share.folder / "x").read_bytes() == b"1"
    assert not (share.folder / "x").is_symlink()


def test_patterns_choose_in_both_directions(share: Share, engine: Engine, tmp_path: Path) -> None:
    source = tree(
        tmp_path / "source",
        {"a.py": b"1", "a.pyc": b"2", "lib/b.py": b"3", "lib/cache/c.py": b"4", "lib/keep.txt": b"5", "none": None},
    )
    job = put(engine, share.address, source, "t", exclude=("*.pyc", "cache/"))
    assert job.files_total == 3
    assert sorted(str(p.relative_to(share.folder / "t")) for p in (share.folder / "t").rglob("*")) == [
        "a.py", "lib", "lib/b.py", "lib/keep.txt", "none",
    ]  # fmt: skip
    put(engine, share.address, source, "u")
    get(engine, share.address, "u", tmp_path / "back", include=("*.py",), exclude=("*",))
    assert sorted(str(p.relative_to(tmp_path / "back")) for p in (tmp_path / "back").rglob("*") if p.is_file()) == [
        "a.py", "lib/b.py", "lib/cache/c.py",
    ]  # fmt: skip
    assert not (tmp_path / "back/none").exists()


def test_five_thousand_small_files_and_the_standard_library_cross_both_ways(engine: Engine, tmp_path: Path) -> None:
    source = tmp_path / "source"
    for number in range(5000):
        folder = source / f"folder {number % 50}"
        if number < 50:
            folder.mkdir(parents=True)
        (folder / f"{number}.bin").write_bytes(b"%08d" % number * 100)
    shutil.copytree(
        sysconfig.get_path("stdlib"), source / "stdlib", ignore=shutil.ignore_patterns("site-packages", "__pycache__", "test"),
    )  # fmt: skip
    server = Served(tmp_path / "share")
    sent = put(engine, server.address, source, "t")
    assert (sent.state, sent.error) == (JobState.DONE, "")
    fetched = get(engine, server.address, "t", tmp_path / "back")
    assert (fetched.state, fetched.error, fetched.files_done) == (JobState.DONE, "", sent.files_done)
    same(source, tmp_path / "back")
    assert engine.files(sent.id)[1] == sent.files_total
    server.close()
