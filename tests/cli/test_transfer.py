"""put and get as a person types them: destinations, conflicts, selections, streams, dry runs, what is said."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from filexfer import Server
from tests.cli.command import Result, Share, contents, run, tree

TREE = {"a.txt": b"alpha", "sub/b.py": b"print()", "sub/deep/c.bin": os.urandom(3_000_000), "e.pyc": b"\0", "é\n": b"odd"}


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A tree to send, with an empty folder and times of its own."""
    made = tree(tmp_path / "source", TREE)
    (made / "empty").mkdir()
    for number, path in enumerate(sorted(made.rglob("*"), reverse=True)):
        os.utime(path, ns=(0, 1_600_000_000_123_456_789 + number))
    return made


def last(result: Result) -> dict[str, object]:
    found: dict[str, object] = json.loads(result.lines[-1])
    return found


def times(top: Path) -> dict[str, int]:
    return {str(path.relative_to(top)): path.stat().st_mtime_ns for path in top.rglob("*") if ".filexfer" not in path.parts}


def test_a_tree_goes_there_and_comes_back_the_same(source: Path, share: Share, tmp_path: Path) -> None:
    result = run("put", source, share.url)
    assert (result.code, result.err) == (0, "")
    assert result.lines[-1].startswith("Sent 5 files, 3.0 MB, in ")
    assert contents(share.folder / "source") == contents(source)
    result = run("get", share.at("source"), tmp_path / "back")
    assert (result.code, result.err) == (0, "")
    assert contents(tmp_path / "back") == contents(source)
    assert times(tmp_path / "back") == times(source)


def test_sending_again_sends_nothing(source: Path, share: Share) -> None:
    run("put", source, share.url)
    result = run("put", "--json", source, share.url)
    assert (result.code, last(result)["bytes_moved"], last(result)["files_skipped"]) == (0, 0, 5)


def test_destinations_follow_cp(source: Path, share: Share, tmp_path: Path) -> None:
    assert run("put", source / "a.txt", share.at("new.txt")).code == 0
    assert run("put", source / "a.txt", source / "e.pyc", share.at("made/")).code == 0
    assert run("put", f"{source}/sub/", share.at("made")).code == 0
    assert run("put", f"{source}/sub/.", share.at("poured")).code == 0
    assert sorted(contents(share.folder)) == [
        *["made", "made/a.txt", "made/e.pyc", "made/sub", "made/sub/b.py", "made/sub/deep", "made/sub/deep/c.bin"],
        *["new.txt", "poured", "poured/b.py", "poured/deep", "poured/deep/c.bin"],
    ]
    assert run("get", share.at("made/a.txt"), share.at("new.txt"), f"{tmp_path}/into/").code == 0
    assert run("get", share.at("poured/."), tmp_path / "into").code == 0
    assert sorted(contents(tmp_path / "into")) == ["a.txt", "b.py", "deep", "deep/c.bin", "new.txt"]


def test_several_sources_for_one_name_are_a_usage_error(source: Path, share: Share) -> None:
    assert run("put", source / "a.txt", source / "e.pyc", share.at("one")).code == 2
    assert contents(share.folder) == {}


def test_a_conflict_changes_nothing_and_is_exit_5(source: Path, share: Share, tmp_path: Path) -> None:
    tree(share.folder, {"a.txt": b"other words"})
    before = (share.folder / "a.txt").stat()
    result = run("put", source / "a.txt", share.url)
    assert result.code == 5
    assert "a.txt" in result.err
    after = (share.folder / "a.txt").stat()
    assert (after.st_size, after.st_mtime_ns, after.st_ino) == (before.st_size, before.st_mtime_ns, before.st_ino)
    mine = tree(tmp_path / "mine", {"a.txt": b"my own words here"})
    assert run("get", share.at("a.txt"), mine).code == 5
    assert contents(mine) == {"a.txt": b"my own words here"}


@pytest.mark.parametrize(
    ("policy", "files"),
    [
        ("overwrite", {"a.txt": b"alpha"}),
        ("skip", {"a.txt": b"other words"}),
        ("newer", {"a.txt": b"other words"}),
    ],
)
def test_a_policy_decides_conflicts(source: Path, share: Share, policy: str, files: dict[str, bytes]) -> None:
    tree(share.folder, {"a.txt": b"other words"})
    assert run("put", "--on-conflict", policy, source / "a.txt", share.url).code == 0
    assert contents(share.folder) == files


def test_rename_keeps_both(source: Path, share: Share) -> None:
    tree(share.folder, {"a.txt": b"other words"})
    assert run("put", "--on-conflict", "rename", source / "a.txt", share.url).code == 0
    assert sorted(data or b"" for data in contents(share.folder).values()) == [b"alpha", b"other words"]


def test_a_conflict_among_other_failures_is_exit_1(source: Path, share: Share) -> None:
    tree(share.folder, {"a.txt": b"other words"})
    result = run("put", source / "a.txt", source / "missing", share.url)
    assert result.code == 1
    assert "missing" in result.err


def test_a_missing_source_fails_and_the_others_are_sent(source: Path, share: Share) -> None:
    result = run("put", source / "missing", source / "a.txt", share.at("in/"))
    assert (result.code, contents(share.folder)) == (1, {"in": None, "in/a.txt": b"alpha"})
    assert run("put", source / "missing", share.url).code == 1
    result = run("get", share.at("missing"), source)
    assert result.code == 1
    assert "missing" in result.err


def test_exclude_and_include_choose(source: Path, share: Share) -> None:
    assert run("put", "--exclude", "*.pyc", "--exclude", "deep/", source, share.url).code == 0
    assert sorted(name for name, data in contents(share.folder / "source").items() if data is not None) == [
        "a.txt",
        "sub/b.py",
        "é\n",
    ]
    assert run("put", "--include", "*.py", "--exclude", "*", source, share.at("python")).code == 0
    assert {name for name, data in contents(share.folder / "python").items() if data is not None} == {"sub/b.py"}


def test_checksum_finds_what_size_and_time_hide(source: Path, share: Share) -> None:
    run("put", source, share.url)
    there = share.folder / "source/a.txt"
    status = there.stat()
    there.write_bytes(b"gamma")
    os.utime(there, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert run("put", source, share.url).code == 0
    assert run("put", "--checksum", source, share.url).code == 5
    assert run("put", "--checksum", "--on-conflict", "overwrite", source, share.url).code == 0
    assert there.read_bytes() == b"alpha"


def test_a_dry_run_says_what_a_real_one_does(source: Path, share: Share, tmp_path: Path) -> None:
    tree(share.folder, {"source/a.txt": b"other words"})
    run("put", source / "sub", share.at("source/"))
    before = contents(share.folder)
    result = run("put", "-n", "-v", source, share.url)
    assert result.code == 5
    said = {line.split()[1]: line.split()[0] for line in result.lines if line.startswith(("send", "conflict", "same"))}
    assert said == {
        "source/a.txt": "conflict",
        "source/sub/b.py": "same",
        "source/sub/deep/c.bin": "same",
        "source/e.pyc": "send",
        "source/é": "send",
    }
    assert result.lines[-1].endswith("Nothing was done.")
    result = run("get", "--json", "-n", share.at("source"), tmp_path / "back")
    steps = [json.loads(line) for line in result.lines]
    assert {(step["action"], os.path.basename(step["path"])) for step in steps} == {
        ("fetch", n) for n in ("a.txt", "b.py", "c.bin")
    }
    assert (contents(share.folder), (tmp_path / "back").exists()) == (before, False)


def test_verbose_names_files_and_quiet_says_nothing(source: Path, share: Share) -> None:
    (source / "link").symlink_to("a.txt")
    lines = run("put", "-v", source, share.url).lines
    assert "done     source/sub/b.py" in lines
    assert any(line.startswith("skipped  source/link: A symbolic link") for line in lines)
    result = run("put", "-q", source, share.at("again/"))
    assert (result.code, result.raw, result.err) == (0, b"", "")


def test_json_ends_with_the_figures(source: Path, share: Share) -> None:
    tree(share.folder, {"source/a.txt": b"other words"})
    result = run("put", "--json", source, share.url)
    records = [json.loads(line) for line in result.lines]
    (failed,) = [record for record in records if record["event"] == "file"]
    assert (failed["state"], failed["kind"], failed["target"]) == ("failed", "AlreadyExists", "source/a.txt")
    assert (records[-1]["event"], records[-1]["state"], records[-1]["files_done"], records[-1]["files_failed"]) == (
        "result",
        "failed",
        4,
        1,
    )
    assert (records[-1]["exit"], result.code) == (5, 5)


def test_binary_data_passes_through_stdin_and_stdout(share: Share, tmp_path: Path) -> None:
    data = os.urandom(3_500_000) + b"\r\n\x00\xff"
    result = run("put", "-", share.at("in/stream.bin"), data=data)
    assert (result.code, result.err) == (0, "")
    assert contents(share.folder) == {"in": None, "in/stream.bin": data}
    assert run("get", share.at("in/stream.bin"), "-").raw == data
    assert run("put", "--json", "-", share.at("empty"), data=b"").code == 0
    assert run("get", share.at("empty"), "-").raw == b""


def test_stdin_that_is_a_file_is_sent_from_where_it_stands(share: Share, tmp_path: Path) -> None:
    from tests.cli.command import ended, start

    (tmp_path / "file").write_bytes(b"skip" + b"send")
    with open(tmp_path / "file", "rb", buffering=0) as file:
        file.seek(4)
        assert ended(start("put", "-", share.at("tail"), stdin=file)).code == 0
    assert contents(share.folder) == {"tail": b"send"}


def test_stdin_needs_a_name_and_respects_what_is_there(share: Share) -> None:
    tree(share.folder, {"d/f": b"old"})
    assert run("put", "-", share.at("new/"), data=b"x").code == 2
    assert run("put", "-", share.at("d"), data=b"x").code == 1
    assert run("put", "-", share.at("d/f"), data=b"x").code == 5
    assert contents(share.folder) == {"d": None, "d/f": b"old"}
    assert run("put", "--on-conflict", "overwrite", "-", share.at("d/f"), data=b"x").code == 0
    assert contents(share.folder) == {"d": None, "d/f": b"x"}


def test_stdout_of_a_folder_or_of_nothing_fails_without_output(share: Share) -> None:
    tree(share.folder, {"d/f": b"old"})
    for path in ("d", "none"):
        result = run("get", share.at(path), "-")
        assert (result.code, result.raw) == (1, b"")
        assert result.err.startswith("filexfer: ")


def test_a_file_where_a_folder_should_be(source: Path, share: Share, tmp_path: Path) -> None:
    tree(share.folder, {"source": b"a file", "d/f": b"x"})
    result = run("put", source, share.url)
    assert result.code != 0
    assert "source" in result.err
    assert contents(share.folder)["source"] == b"a file"
    result = run("put", source / "a.txt", share.at("d/f/under"))
    assert result.code != 0
    blocked = tree(tmp_path / "blocked", {"d": b"a file"})
    assert run("get", share.at("d"), f"{blocked}/").code != 0
    assert contents(blocked) == {"d": b"a file"}


def test_a_folder_where_a_file_should_be(source: Path, share: Share, tmp_path: Path) -> None:
    (share.folder / "a.txt").mkdir()
    result = run("put", "--on-conflict", "overwrite", source / "a.txt", f"{share.url}")
    assert result.code != 0
    assert contents(share.folder) == {"a.txt": None}
    (tmp_path / "here" / "b.py").mkdir(parents=True)
    tree(share.folder, {"b.py": b"x"})
    assert run("get", "--on-conflict", "overwrite", share.at("b.py"), f"{tmp_path}/here/").code != 0
    assert contents(tmp_path / "here") == {"b.py": None}


def test_no_connection_and_no_trust(source: Path, tmp_path: Path) -> None:
    import socket

    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        assert run("put", source, f"http://127.0.0.1:{closed.getsockname()[1]}/").code == 3
        assert run("get", f"http://127.0.0.1:{closed.getsockname()[1]}/x", tmp_path / "back").code == 3
    assert run("put", source, "http://no-such-host.invalid/").code == 3
    (tmp_path / "s").mkdir()
    with Server(tmp_path / "s", listen=["http://localhost:0"], guest="none") as server:
        assert run("put", source, server.addresses[0]).code == 4
        assert run("get", f"{server.addresses[0]}x", tmp_path / "back").code == 4
    assert not (tmp_path / "back").exists()


def test_verify_finds_every_kind_of_difference(source: Path, share: Share) -> None:
    run("put", source, share.url)
    result = run("verify", source, share.at("source"))
    assert (result.code, result.lines) == (0, ["Compared 5 files, 3.0 MB: no difference."])
    there = share.folder / "source"
    data = bytearray((there / "sub/deep/c.bin").read_bytes())
    data[2_500_000] ^= 1
    (there / "sub/deep/c.bin").write_bytes(data)
    (there / "a.txt").write_bytes(b"longer than it was")
    (there / "e.pyc").unlink()
    (there / "e.pyc").mkdir()
    (there / "more").write_bytes(b"")
    (source / "only here").write_bytes(b"")
    result = run("verify", "--json", source, share.at("source"))
    found = {record["path"]: record["difference"] for record in map(json.loads, result.lines) if record["event"] == "difference"}
    assert result.code == 1
    assert found == {
        "sub/deep/c.bin": "content",
        "a.txt": "size: 5 bytes here, 18 there",
        "e.pyc": "a file here, a folder there",
        "more": "missing here",
        "only here": "missing there",
    }
    assert run("verify", "--exclude", "*.*", "--exclude", "o*", "--exclude", "more", source, share.at("source")).code == 0
    assert run("verify", source / "a.txt", share.at("source/a.txt")).code == 1
    assert run("verify", source / "none", share.at("source")).code == 1
    assert run("verify", source, share.at("none")).code == 1
