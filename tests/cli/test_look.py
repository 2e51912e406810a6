"""The commands that look at a share and change it: ls, stat, mkdir, mv, rm."""

from __future__ import annotations

import json
import os
import re
import socket
from pathlib import Path

import pytest

from filexfer import Server
from tests.cli.command import Result, Share, contents, run, tree

TREE = {"a.txt": b"alpha", "d/b.bin": b"\x00" * 2000, "d/e/c": b""}


@pytest.fixture
def full(share: Share) -> Share:
    tree(share.folder, TREE)
    return share


def records(result: Result) -> list[dict[str, object]]:
    return [json.loads(line) for line in result.lines]


def test_ls_lists_names_in_order_and_marks_folders(full: Share) -> None:
    result = run("ls", full.url)
    assert (result.code, result.lines, result.err) == (0, ["a.txt", "d/"], "")


def test_ls_of_a_folder_of_a_file_and_of_several(full: Share) -> None:
    assert run("ls", full.at("d/")).lines == ["b.bin", "e/"]
    assert run("ls", full.at("d/b.bin")).lines == ["b.bin"]
    assert run("ls", full.at("d"), full.at("d/e")).lines == [f"{full.at('d')}:", "b.bin", "e/", "", f"{full.at('d/e')}:", "c"]


def test_ls_recursive_lists_paths_below(full: Share) -> None:
    assert sorted(run("ls", "-R", full.url).lines) == ["a.txt", "d/", "d/b.bin", "d/e/", "d/e/c"]


def test_ls_long_tells_kind_size_and_time(full: Share) -> None:
    os.utime(full.folder / "a.txt", ns=(0, 1_700_000_000 * 10**9))
    first, second = (line.split() for line in run("ls", "-l", full.url).lines)
    assert first[:2] == ["-", "5"]
    assert first[-1] == "a.txt"
    assert second[0] == "d"
    assert second[-1] == "d/"
    assert run("ls", "-l", "--human", full.at("d/b.bin")).lines[0].split()[1:3] == ["2.0", "kB"]


def test_ls_json_is_one_object_a_line(full: Share) -> None:
    found = {entry["path"]: entry for entry in records(run("ls", "--json", "-R", full.at("d")))}
    assert {path: entry["kind"] for path, entry in found.items()} == {"d/b.bin": "file", "d/e": "folder", "d/e/c": "file"}
    status = (full.folder / "d/b.bin").stat()
    assert (found["d/b.bin"]["size"], found["d/b.bin"]["mtime_ns"]) == (2000, status.st_mtime_ns)


def test_strange_names_go_into_a_pipe_byte_for_byte_and_into_json_escaped(share: Share) -> None:
    name = b"\x1b[2Jred\xff"
    (Path(os.fsencode(share.folder).decode()) / os.fsdecode(name)).touch()
    assert run("ls", share.url).raw == name + b"\n"
    line = run("ls", "--json", share.url)
    assert line.out.rstrip("\n").isprintable()
    assert os.fsencode(str(records(line)[0]["path"])) == name


def test_strange_names_are_made_visible_on_a_terminal(share: Share) -> None:
    import pty
    import subprocess
    import sys

    (share.folder / "\x1b[2Jred").touch()
    ours, theirs = pty.openpty()
    try:
        process = subprocess.Popen([sys.executable, "-m", "filexfer", "ls", share.url], stdout=theirs, stdin=subprocess.DEVNULL)
        assert process.wait(60) == 0
        shown = os.read(ours, 4096)
    finally:
        os.close(ours)
        os.close(theirs)
    assert shown.split() == [rb"\x1b[2Jred"]


def test_stat_of_a_file_and_of_the_server(full: Share) -> None:
    result = run("stat", full.at("a.txt"))
    assert result.code == 0
    assert "size:      5 bytes (5 B)" in result.lines
    (entry,) = records(run("stat", "--json", full.at("a.txt")))
    assert (entry["path"], entry["kind"], entry["size"]) == ("a.txt", "file", 5)
    assert entry["etag"]
    (server,) = records(run("stat", "--json", full.url))
    assert (server["protocol"], server["permission"]) == (1, "write")
    assert "you may:   write" in run("stat", full.url).lines


def test_mkdir_makes_parents_and_is_content_with_what_is_there(share: Share) -> None:
    assert run("mkdir", share.at("x/y/z"), share.at("x")).code == 0
    assert contents(share.folder) == {"x": None, "x/y": None, "x/y/z": None}
    assert run("mkdir", "-v", share.at("w")).lines == ["make     w"]


def test_mkdir_over_a_file_is_a_conflict(full: Share) -> None:
    result = run("mkdir", full.at("a.txt"), full.at("new"))
    assert result.code in (1, 5)
    assert f"{full.at('a.txt')}: " in result.err
    assert (full.folder / "new").is_dir()
    assert (full.folder / "a.txt").read_bytes() == b"alpha"


def test_mv_renames_and_moves_into_folders(full: Share) -> None:
    assert run("mv", full.at("a.txt"), full.at("b.txt")).code == 0
    assert run("mv", full.at("b.txt"), full.at("d/e"), full.at("new/")).code == 0
    assert sorted(contents(full.folder)) == ["d", "d/b.bin", "new", "new/b.txt", "new/e", "new/e/c"]


def test_mv_onto_something_is_a_conflict_unless_told(full: Share) -> None:
    result = run("mv", full.at("a.txt"), full.at("d/b.bin"))
    assert (result.code, (full.folder / "d/b.bin").read_bytes()) == (5, TREE["d/b.bin"])
    assert run("mv", "--on-conflict", "overwrite", full.at("a.txt"), full.at("d/b.bin")).code == 0
    assert contents(full.folder) == {"d": None, "d/b.bin": b"alpha", "d/e": None, "d/e/c": b""}


def test_rm_wants_r_for_folders_and_goes_on_after_a_failure(full: Share) -> None:
    result = run("rm", full.at("d"), full.at("missing"), full.at("a.txt"))
    assert result.code == 1
    assert "Add -r" in result.err
    assert "missing: " in result.err
    assert sorted(contents(full.folder)) == ["d", "d/b.bin", "d/e", "d/e/c"]
    assert run("rm", "-r", full.at("d")).code == 0
    assert contents(full.folder) == {}


def test_rm_forced_is_content_with_nothing_and_permanent_is_for_good(full: Share) -> None:
    assert run("rm", "-f", full.at("missing")).code == 0
    assert run("rm", "-r", "--permanent", full.at("d"), full.at("a.txt")).code == 0
    left = [path for path in full.folder.rglob("*") if path.is_file() and path.stat().st_size == 2000]
    assert left == []


def test_rm_never_takes_a_whole_share_nor_begins_where_one_is_named(full: Share) -> None:
    assert run("rm", "-r", full.url).code == 2
    assert run("rm", "-r", full.at("a.txt"), full.at("d/.")).code == 2
    assert len(contents(full.folder)) == 5


def test_dry_runs_change_nothing(full: Share) -> None:
    before = contents(full.folder)
    assert run("rm", "-rn", full.at("d")).lines == ["would delete   d"]
    assert run("mv", "-n", full.at("a.txt"), full.at("d")).lines == ["would move     a.txt → d/a.txt"]
    assert run("mkdir", "-n", full.at("x")).lines == ["would make     x"]
    assert records(run("mkdir", "-n", "--json", full.at("x"))) == [{"event": "make", "path": "x", "dry_run": True}]
    assert contents(full.folder) == before


def test_a_dry_run_fails_where_the_source_is_missing(full: Share) -> None:
    assert run("rm", "-rn", full.at("missing")).code == 1
    assert run("mv", "-n", full.at("missing"), full.at("new")).code == 1


def test_a_reader_may_not_change(tmp_path: Path) -> None:
    with Server(tree(tmp_path / "s", TREE), listen=["http://localhost:0"], guest="read") as server:
        url = server.addresses[0]
        assert run("ls", url).code == 0
        result = run("rm", f"{url}a.txt")
    assert result.code == 4
    assert (tmp_path / "s" / "a.txt").exists()


def test_a_stranger_is_not_trusted(tmp_path: Path) -> None:
    with Server(tree(tmp_path / "s", TREE), listen=["http://localhost:0"], guest="none") as server:
        result = run("ls", server.addresses[0])
    assert (result.code, result.out) == (4, "")
    assert result.err.startswith("filexfer: ")


def test_a_unix_socket_serves_the_same(tmp_path: Path) -> None:
    socket_path = f"{os.environ['XDG_RUNTIME_DIR']}/s{os.getpid()}.sock"
    with Server(tree(tmp_path / "s", TREE), listen=[f"unix:{socket_path}"], guest="write"):
        assert run("ls", f"unix:{socket_path}").lines == ["a.txt", "d/"]
        assert run("ls", f"unix:{socket_path}:/d").lines == ["b.bin", "e/"]
        assert run("ls", f"unix://{socket_path}:/d/e/").lines == ["c"]


def test_no_connection_is_exit_3_with_a_sentence(tmp_path: Path) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        refused = f"http://127.0.0.1:{closed.getsockname()[1]}/"
        for address in (refused, "http://no-such-host.invalid/", f"unix:{tmp_path}/none.sock"):
            result = run("ls", address)
            assert (result.code, result.out) == (3, ""), address
            assert result.err.startswith("filexfer: ")
            assert result.err.count("\n") == 1


def test_a_server_that_is_gone_is_said_once_and_the_others_are_asked(full: Share) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        gone = f"http://127.0.0.1:{closed.getsockname()[1]}"
        listed = run("ls", f"{gone}/a", full.at("missing"), f"{gone}/b", full.at("d/e"))
        removed = run("rm", f"{gone}/a", f"{gone}/b", full.at("a.txt"))
    assert (listed.code, listed.lines) == (1, [f"{full.at('d/e')}:", "c"])
    assert listed.err.count("\n") == 2
    assert (removed.code, removed.err.count("\n")) == (3, 1)
    assert not (full.folder / "a.txt").exists()


def test_json_tells_failures_too(share: Share) -> None:
    result = run("stat", "--json", share.at("missing"))
    assert result.code == 1
    assert records(result)[-1].keys() == {"error", "kind", "exit"}
    assert records(result)[-1]["kind"] == "NotFound"


@pytest.mark.parametrize(
    "words", [["put"], ["lsx"], ["ls", "--nonsense"], ["put", "--bwlimit", "fast", "a", "http://localhost/"]]
)
def test_json_tells_what_was_not_understood_too(words: list[str]) -> None:
    result = run(*words, "--json")
    (record,) = records(result)
    assert (result.code, record["kind"], record["exit"]) == (2, "UsageError", 2)
    assert str(record["error"]) in result.err


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["lsx"],
        ["ls"],
        ["ls", "here"],
        ["ls", "http://user:secret@host/"],
        ["ls", "--nonsense", "http://localhost/"],
        ["put", "a", "b"],
        ["get", "a", "b"],
        ["mv", "http://one/a", "http://two/b"],
        ["put", "--on-conflict", "maybe", "a", "http://localhost/"],
        ["put", "--bwlimit", "fast", "a", "http://localhost/"],
    ],
)
def test_what_is_not_understood_is_exit_2(words: list[str]) -> None:
    result = run(*words)
    assert result.code == 2
    assert "secret" not in result.err + result.out


def test_help_and_version() -> None:
    result = run("--help")
    assert result.code == 0
    assert "130  interrupted" in result.out
    assert "verify" in result.out
    assert re.fullmatch(r"filexfer \S+\nPython \S+, OpenSSL .+\n", run("--version").out)
    assert "--on-conflict" in run("put", "--help").out


def test_a_reader_that_went_away_ends_ls_silently(share: Share) -> None:
    import subprocess
    import sys

    for number in range(3000):
        (share.folder / f"{number:0200}").touch()
    with subprocess.Popen(
        [sys.executable, "-m", "filexfer", "ls", share.url], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.read(10)
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 1
