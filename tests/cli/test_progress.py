"""Progress: bars on a terminal, plain lines in a log, JSON lines for scripts; and what the commands do not import."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest

from filexfer.cli import moving, progress
from filexfer.cli.exits import Exit
from filexfer.cli.output import Output
from filexfer.core.model import Direction, Job, JobSpec, JobState
from tests.cli.command import Share, ended, run, start, tree

SPEC = JobSpec(Direction.PUT, "http://localhost:8765/", (("/a", "a"),))
RUNNING = Job(
    id=3,
    spec=SPEC,
    state=JobState.RUNNING,
    files_total=9,
    files_done=3,
    bytes_total=1_000_000_000,
    bytes_done=512_000_000,
    rate=117e6,
    seconds_left=8.2,
    waits_for="disk",
)


def test_a_status_tells_how_far_how_fast_how_long_and_what_it_waits_for() -> None:
    assert progress.status(RUNNING) == "512 MB of 1.0 GB · 3 of 9 files · 117 MB/s · 8 s left · waits for disk"
    assert progress.percent(RUNNING) == "51 %"


def test_a_status_promises_nothing_while_the_source_is_looked_through() -> None:
    scanning = RUNNING._replace(scanning=True, rate=0.0, waits_for="", files_failed=2)
    assert progress.status(scanning) == "512 MB of 1.0 GB+ · 3 of 9 files+ · 2 failed"


def test_a_log_gets_plain_lines(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "LINE_EVERY", 0.0)
    shown = progress.display(Output(), "title")
    shown.show(RUNNING)
    shown.show(RUNNING._replace(state=JobState.DONE))
    shown.close()
    assert capsys.readouterr().out == f"51 %: {progress.status(RUNNING)}\n"


def test_quiet_shows_nothing(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "LINE_EVERY", 0.0)
    progress.display(Output(quiet=True), "title").show(RUNNING)
    assert capsys.readouterr() == ("", "")


def test_the_summary_of_a_rate_counts_what_travelled() -> None:
    done = RUNNING._replace(state=JobState.DONE, files_done=4, files_skipped=5, bytes_done=1_000_000_000, bytes_moved=50_000_000)
    assert moving.summary(done, 2.0) == "Sent 4 files, 50.0 MB, in 2 s (25.0 MB/s); 5 skipped."


@pytest.mark.parametrize(
    ("kinds", "own", "code"),
    [
        ({"AlreadyExists"}, "AlreadyExists", Exit.CONFLICT),
        ({"AlreadyExists", "NotFound"}, "NotFound", Exit.FAILED),
        ({"AlreadyExists"}, "ConnectionLost", Exit.FAILED),
        ({"Forbidden"}, "Forbidden", Exit.NOT_TRUSTED),
        (set(), "ConnectionLost", Exit.NO_CONNECTION),
        (set(), "", Exit.FAILED),
    ],
)
def test_the_exit_code_is_what_all_errors_agree_on(kinds: set[str], own: str, code: Exit) -> None:
    assert moving.exit_of(RUNNING._replace(state=JobState.FAILED, error_kind=own), kinds) == code


def test_a_terminal_gets_bars_and_a_pipe_no_escapes(share: Share, tmp_path: Path) -> None:
    source = tree(tmp_path / "source", {"big": os.urandom(6 << 20)})
    ours, theirs = pty.openpty()
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "80"}
    command = [sys.executable, "-m", "filexfer", "put", str(source), share.url, "--bwlimit", "4M"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=theirs, env=environment)
    os.close(theirs)
    drawn = b""
    try:
        while piece := os.read(ours, 65536):
            drawn += piece
    except OSError:
        pass  # Linux's way to say that the other end is closed.
    out, _ = process.communicate(timeout=60)
    os.close(ours)
    text = drawn.decode()
    assert process.returncode == 0
    assert "source → http" in text
    assert "━" in text
    assert re.search(r"[\d.]+ MB of 6\.3 MB · 0 of 1 file · [\d.]+ MB/s", text)
    assert out.startswith(b"Sent 1 file, 6.3 MB, in ")
    assert b"\x1b" not in out


def test_json_progress_is_a_record_a_second(share: Share, tmp_path: Path) -> None:
    source = tree(tmp_path / "source", {"big": os.urandom(6 << 20)})
    result = ended(start("put", source, share.url, "--bwlimit", "4M", "--json"))
    records = [json.loads(line) for line in result.lines]
    assert [record["event"] for record in records[-2:]] == ["progress", "result"]
    assert 0 <= records[-2]["bytes_done"] <= records[-1]["bytes_done"] == 6 << 20
    assert result.err == ""


def imported(*words: str | Path) -> set[str]:
    """The modules that a command imports."""
    command = [sys.executable, "-X", "importtime", "-m", "filexfer", *map(str, words)]
    told = subprocess.run(command, capture_output=True, text=True, timeout=60).stderr
    return {line.rpartition("|")[2].strip() for line in told.splitlines() if line.startswith("import time:")}


def test_help_and_usage_errors_import_next_to_nothing() -> None:
    found = imported("--help") | imported("nonsense")
    assert "filexfer.cli.main" in found
    assert found.isdisjoint(
        {"rich", "socket", "sqlite3", "json", "xml", "blake3", "PySide6", "filexfer.client.session", "h11", "ssl"}
    )


def test_commands_import_only_what_they_need(share: Share, tmp_path: Path) -> None:
    tree(share.folder, {"a": b"a"})
    listing = imported("ls", share.url)
    assert "filexfer.client.session" in listing
    heavy = {"rich", "PySide6", "h11", "asyncio", "ssl", "urllib.request", "filexfer.server", "filexfer.agent.agent", "keyring"}
    assert listing.isdisjoint(heavy | {"sqlite3", "blake3", "filexfer.client.engine", "filexfer.storage.folder"})
    sending = imported("put", tree(tmp_path / "source", {"b": b"b"}), share.url)
    assert "filexfer.client.engine" in sending
    assert sending.isdisjoint(heavy)


def test_a_command_ends_without_looking_through_all_that_it_leaves() -> None:
    script = (
        "import atexit, gc, sys; from filexfer.cli.main import main; sys.argv = ['filexfer', '--version']\n"
        "atexit.register(lambda: print(gc.get_freeze_count() > 1000, gc.get_objects() == []))\nmain()"
    )
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)
    assert told.stdout.splitlines()[-1] == "True True"


def test_the_app_without_qt_says_what_to_install() -> None:
    script = "import sys; sys.modules['PySide6'] = None; from filexfer.cli.main import main; sys.exit(main(['app']))"
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)
    assert told.returncode == 1
    assert "pip install 'filexfer[gui]'" in told.stderr


def test_quiet_and_json_leave_a_terminal_alone(share: Share, tmp_path: Path) -> None:
    source = tree(tmp_path / "source", {"a": b"a"})
    assert run("put", "-q", "--json", source, share.url).lines[-1].startswith('{"event": "result"')
