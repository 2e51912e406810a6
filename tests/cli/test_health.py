"""`filexfer health`: for people, for scripts, and by its exit code for containers and monitors."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.command import Served, Share, ended, run

Serve = Callable[..., Served]


def test_a_server_that_does_well_says_so(share: Share) -> None:
    result = run("health", share.url)
    assert (result.code, result.lines, result.err) == (0, ["ok"], "")
    told = json.loads(run("health", "--json", share.url).out)
    assert (told["state"], told["reasons"], told["writable"]) == ("ok", [], True)
    assert any(line.startswith("free:") for line in run("health", "-v", share.url).lines)


def test_one_that_does_not_says_why_and_fails(share: Share) -> None:
    shutil.rmtree(share.folder)
    result = run("health", share.url)
    assert (result.code, result.lines[0]) == (1, "failing")
    assert "was deleted" in result.lines[1]


def test_without_an_address_it_is_about_the_server_that_runs_here(serve: Serve, tmp_path: Path) -> None:
    (tmp_path / "box").mkdir()
    nobody = run("health")
    assert nobody.code == 3
    assert "--state DIR" in nobody.err, "how a service is named"
    served = serve(tmp_path / "box", "--listen", "http://localhost:0")
    result = run("health", "-v")
    assert (result.code, result.lines[0]) == (0, "ok")
    assert any(line.startswith("running for:") for line in result.lines), "its owner is told more"
    assert run("health", "--share", tmp_path / "box").code == 0
    assert run("health", served.address).code == 4, "a stranger is told nothing"
    # The audit log cannot be written: it works, and somebody should look.
    [log] = (tmp_path / "state").glob("**/devices.lock")
    (log.parent / "audit.log").mkdir()
    run("call", "--", f"unix:{next(iter(_control(log.parent)))}", "folder_make", "new")
    degraded = run("health")
    assert (degraded.code, degraded.lines[0]) == (0, "degraded")
    assert "audit log" in degraded.lines[1]
    assert run("health", "--strict").code == 1
    served.end(signal.SIGTERM)


def _control(state: Path) -> list[str]:
    return [(state / "agent.address").read_text().strip().removeprefix("unix:")]


def test_a_monitor_elsewhere_has_a_token_that_opens_no_file(serve: Serve, tmp_path: Path) -> None:
    (tmp_path / "box").mkdir()
    served = serve(tmp_path / "box", "--listen", "https://localhost:0", "--no-announce")
    token = tmp_path / "token"
    added = run("devices", "add", "monitor", "--permission", "watch")
    assert "watch how the server does" in added.err
    token.write_text(added.out)
    token.chmod(0o600)
    result = run("health", "-v", served.address, "--token-file", token)
    assert (result.code, result.lines[0]) == (0, "ok")
    assert any(line.startswith("running for:") for line in result.lines)
    assert run("ls", served.address, "--token-file", token).code == 4
    served.end(signal.SIGTERM)


@pytest.mark.skipif(os.name != "posix" or os.getuid() != 0, reason="only root can ask as somebody else")
def test_who_may_not_look_at_a_server_of_another_user_is_told_who_may() -> None:
    with tempfile.TemporaryDirectory(prefix="fx") as place:  # closed to others
        command = [sys.executable, "-m", "tests.cli.as_nobody", "health", "--state", f"{place}/state"]
        done = ended(subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=Path(__file__).parents[2]))
    assert done.code == 3
    assert done.err == f"filexfer: “{place}/state” is another user's. Run this as that user, or as root (with sudo).\n"
