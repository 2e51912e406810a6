"""What goes wrong: interruptions, full disks, missing rights. The exit code, the sentence, and nothing half-written."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from filexfer import Server, connect
from filexfer.cli import moving
from filexfer.cli.interrupts import Interrupts
from filexfer.cli.output import Output
from filexfer.client.engine import Engine, EngineSettings
from filexfer.client.history import History
from filexfer.client.run import RunSettings
from filexfer.core.model import Direction, JobSpec, JobState
from filexfer.storage.folder import FolderStore
from filexfer.storage.store import StoreSettings
from tests.cli.command import COMMAND, PATIENCE, Result, Share, contents, ended, run, start, tree

BIG = 8 << 20


def interrupted(number: signal.Signals, *words: str | Path) -> Result:
    """Start a command with `--json`, send it a signal once bytes have moved, and wait for its end."""
    process = start(*words, "--json")
    assert process.stdout is not None
    lines = b""
    while line := process.stdout.readline():
        lines += line
        if json.loads(line).get("bytes_done"):
            process.send_signal(number)
            break
    result = ended(process)
    return Result(result.code, lines + result.raw, result.err)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_put_goes_on_when_run_again(share: Share, tmp_path: Path, number: signal.Signals) -> None:
    source = tree(tmp_path / "source", {"big": os.urandom(BIG), "small": b"x"})
    result = interrupted(number, "put", source, share.at("new"), "--bwlimit", "2M")
    assert result.code == 130
    assert "Run the same command again" in result.err
    assert contents(share.folder).get("new/big") is None
    again = run("put", "--json", source, share.at("new"))
    assert again.code == 0
    # Not `new/source`, though `new` is a folder now.
    assert contents(share.folder) == {"new": None, "new/big": (source / "big").read_bytes(), "new/small": b"x"}
    assert 0 < json.loads(again.lines[-1])["bytes_moved"] < BIG


def test_an_interrupted_get_goes_on_when_run_again(share: Share, tmp_path: Path) -> None:
    tree(share.folder, {"d/big": os.urandom(BIG)})
    with connect(share.url) as session:
        # Only a file that has been left alone for two seconds can be told apart from a later one of the same size.
        while session.stat("d/big").etag.startswith("W/"):
            time.sleep(0.05)
    result = interrupted(signal.SIGINT, "get", share.at("d"), tmp_path / "back", "--bwlimit", "2M")
    assert result.code == 130
    assert not (tmp_path / "back/big").exists()
    again = run("get", "--json", share.at("d"), tmp_path / "back")
    assert again.code == 0
    assert contents(tmp_path / "back") == contents(share.folder / "d")
    assert 0 < json.loads(again.lines[-1])["bytes_moved"] < BIG


def test_a_put_killed_before_its_first_note_means_the_same_place_when_run_again(share: Share, tmp_path: Path) -> None:
    source = tree(tmp_path / "source", {f"f{n}": os.urandom(200_000) for n in range(20)})
    process = start("put", source, share.at("new"), "--bwlimit", "2M")
    until = time.monotonic() + PATIENCE
    while not (share.folder / "new").exists() and time.monotonic() < until:
        time.sleep(0.005)
    process.kill()
    ended(process)
    assert run("put", source, share.at("new")).code == 0
    # Not `new/source`, though `new` is a folder now.
    assert contents(share.folder / "new") == contents(source)


def test_more_failures_than_are_named_decide_the_exit_code_too(share: Share, tmp_path: Path) -> None:
    names = [f"a{n:02}" for n in range(moving.NAMED_FAILURES)]
    tree(share.folder, {"d/z": b"a file", **{f"d/{name}": b"there" for name in names}})
    source = tree(tmp_path / "source", {"z/y": b"x", **dict.fromkeys(names, b"here")})
    assert run("put", f"{source}/.", share.at("d/")).code == 1
    (source / "z/y").unlink()
    (source / "z").rmdir()
    assert run("put", f"{source}/.", share.at("d/")).code == 5


def test_a_lost_connection_is_said_beside_files_that_failed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tree(tmp_path / "share", {"p/00": b"other"})
    source = tree(tmp_path / "p", {"00": b"mine", "big": os.urandom(BIG)})
    settings = EngineSettings(run=RunSettings(patience=0.1))
    server = Server(folder, listen=["http://localhost:0"], guest="write")
    with closing(History(tmp_path / "history.sqlite")) as history, closing(Engine(history, settings=settings)) as mover, server:
        mover.subscribe(lambda jobs: server.close() if any(job.files_failed and job.bytes_done for job in jobs) else None)
        spec = JobSpec(Direction.PUT, server.addresses[0], ((str(source), "p"),), limit=2 << 20)
        code = moving.follow(mover, mover.add(spec), "p", Output(), Interrupts())
        job = mover.jobs()[0]
    assert (job.state, job.files_failed, code) == (JobState.FAILED, 1, 1)
    assert job.error_kind in ("ConnectionFailed", "ConnectionLost")
    said = capsys.readouterr().err
    assert f"{source / '00'}: " in said
    assert job.error in said


def test_an_interrupted_transfer_is_listed_and_resumed_by_its_number(share: Share, tmp_path: Path) -> None:
    source = tree(tmp_path / "source", {"big": os.urandom(BIG)})
    interrupted(signal.SIGINT, "put", source, share.url, "--bwlimit", "2M")
    (job,) = [json.loads(line) for line in run("jobs", "--json").lines]
    assert (job["state"], job["direction"], job["name"]) == ("paused", "put", "source")
    # The number resumes it as it was asked for, its limit included.
    assert run("jobs", "resume", str(job["job"])).code == 0
    assert contents(share.folder / "source") == contents(source)


def test_jobs_pauses_cancels_and_clears_what_no_process_has(share: Share, tmp_path: Path) -> None:
    source = tree(tmp_path / "source", {"big": os.urandom(BIG)})
    interrupted(signal.SIGINT, "put", source, share.url, "--bwlimit", "2M")

    def states() -> list[str]:
        return [json.loads(line)["state"] for line in run("jobs", "--json").lines]

    assert run("jobs", "pause", "1").code == 0
    assert states() == ["paused"]
    assert run("jobs", "cancel", "1").code == 0
    assert states() == ["cancelled"]
    assert run("jobs", "resume", "1").code == 1
    assert run("jobs", "show", "7").code == 1
    assert run("jobs", "clear").code == 0
    assert (states(), run("jobs").lines) == ([], ["No transfers."])
    assert contents(share.folder).get("source/big") is None


def test_jobs_retries_what_failed(share: Share, tmp_path: Path) -> None:
    tree(share.folder, {"source/a": b"other words"})
    source = tree(tmp_path / "source", {"a": b"mine", "b": b"b"})
    assert run("put", source, share.url).code == 5
    shown = run("jobs", "show", "1")
    assert shown.code == 0
    assert "failed" in shown.out
    assert "source/a" in shown.out
    assert run("jobs", "retry", "1").code == 5
    (share.folder / "source/a").unlink()
    assert run("jobs", "retry", "1").code == 0
    assert contents(share.folder / "source") == {"a": b"mine", "b": b"b"}


@pytest.mark.parametrize("action", ["resume", "retry"])
def test_jobs_says_that_a_transfer_is_done_already(share: Share, tmp_path: Path, action: str) -> None:
    assert run("put", tree(tmp_path / "source", {"a": b"x"}), share.url).code == 0
    result = run("jobs", action, "1")
    assert (result.code, result.out) == (1, "")
    assert "run its command again" in result.err


def test_a_transfer_that_another_process_has_is_not_done_twice(share: Share, tmp_path: Path) -> None:
    source = tree(tmp_path / "source", {"big": os.urandom(BIG)})
    first = start("put", source, share.url, "--bwlimit", "1M", "--json")
    assert first.stdout is not None
    first.stdout.readline()
    second = run("put", source, share.url)
    paused = run("jobs", "pause", "1")
    first.send_signal(signal.SIGINT)
    assert ended(first).code == 130
    assert (second.code, paused.code) == (1, 1)
    assert "under way already" in second.err


def test_a_full_disk_there_leaves_nothing_half_written(tmp_path: Path) -> None:
    folder = tmp_path / "share"
    folder.mkdir()
    source = tree(tmp_path / "source", {"big": os.urandom(1 << 20), "small": b"x"})
    store = FolderStore(folder, StoreSettings(keep_free=1 << 60))
    with Server(folder, listen=["http://localhost:0"], guest="write", store=store) as server:
        result = run("put", source, server.addresses[0])
        piped = run("put", "-", f"{server.addresses[0]}piped", data=b"x" * 3_000_000)
    assert (result.code, piped.code) == (1, 1)
    assert "space" in result.err
    assert "space" in piped.err
    assert [name for name, data in contents(folder).items() if data is not None] == []


def test_a_full_disk_here_leaves_nothing_half_written(share: Share, tmp_path: Path) -> None:
    small = tmp_path / "small"
    small.mkdir()
    if subprocess.run(["unshare", "-m", "mount", "-t", "tmpfs", "none", small], capture_output=True).returncode:
        pytest.skip("a file system of a test's own can be mounted by root only")
    tree(share.folder, {"big": os.urandom(BIG)})
    get = f"{' '.join(COMMAND)} get {share.at('big')} {small}/"
    script = f"mount -t tmpfs -o size=2m none {small} && {get}; code=$?; ls {small}; exit $code"
    result = subprocess.run(["unshare", "-m", "sh", "-c", script], capture_output=True, text=True, timeout=PATIENCE)
    assert (result.returncode, "big" in result.stdout.split()) == (1, False)
    assert "space" in result.stderr


@pytest.fixture
def ordinary() -> Iterator[list[str]]:
    """What a command is begun with so that file modes count for it, as they do not for root."""
    if os.getuid() != 0:
        yield []
        return
    without = ["setpriv", "--bounding-set", "-dac_override,-dac_read_search"]
    if shutil.which("setpriv") is None or subprocess.run([*without, "true"], capture_output=True).returncode:
        pytest.skip("root, and the right to ignore file modes cannot be given up")
    yield without


def test_what_may_not_be_read_or_written_fails_by_name(share: Share, tmp_path: Path, ordinary: list[str]) -> None:
    source = tree(tmp_path / "source", {"closed": b"secret", "open": b"x", "shut/f": b"y"})
    (source / "closed").chmod(0)
    (source / "shut").chmod(0)
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o500)
    put = subprocess.run([*ordinary, *COMMAND, "put", source, share.url], capture_output=True, text=True, timeout=PATIENCE)
    get = subprocess.run(
        [*ordinary, *COMMAND, "get", share.at("source/open"), f"{locked}/"], capture_output=True, text=True, timeout=PATIENCE
    )
    (source / "shut").chmod(0o700)
    assert put.returncode == 1
    assert "closed" in put.stderr
    assert "shut" in put.stderr
    assert contents(share.folder)["source/open"] == b"x"
    assert get.returncode == 4
    assert "permission" in get.stderr.lower()
    assert list(locked.iterdir()) == []


def test_a_share_that_may_not_be_written_says_so(tmp_path: Path, ordinary: list[str]) -> None:
    folder = tree(tmp_path / "share", {"f": b"x"})
    folder.chmod(0o500)
    command = [*ordinary, *COMMAND, "serve", folder, "--listen", "http://localhost:0", "--guest", "write"]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        assert server.stdout is not None
        address = server.stdout.readline().decode().split()[-1]
        assert run("get", f"{address}f", "-").raw == b"x"
        result = run("put", "-", f"{address}g", data=b"y")
    finally:
        server.terminate()
        server.communicate(timeout=PATIENCE)
        folder.chmod(0o700)
    assert result.code == 4
    assert "permission" in result.err.lower()
    assert sorted(contents(folder)) == ["f"]


def test_a_killed_reader_of_stdout_ends_get_silently(share: Share) -> None:
    tree(share.folder, {"big": os.urandom(BIG)})
    command = [sys.executable, "-m", "filexfer", "get", share.at("big"), "-"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.read(10)
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 1
