"""What `serve` and `agent` log: lines for people, JSON objects, and what the journal takes."""

from __future__ import annotations

import json
import logging
import os
import re
import signal
import socket
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from filexfer.cli.logs import JsonLines, TextLines, is_journal, rfc3339
from filexfer.protocol.address import parse
from tests.cli.command import Result, Served, ended, run, start, tree

MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tree(tmp_path / "share", {"f": b"x"})


def record(level: int = logging.WARNING, text: str = "It is %s.", *args: object, **more: object) -> logging.LogRecord:
    made = logging.LogRecord("filexfer.server", level, __file__, 1, text, args or ("so",), None)
    vars(made).update(more)
    return made


def long_head(address: str) -> None:
    """Have the server log something: a head that is too long."""
    where = parse(address)
    with socket.create_connection((where.host, where.port)) as line:
        line.sendall(b"GET / HTTP/1.1\r\nX: " + b"x" * 20_000 + b"\r\n\r\n")
        assert b"431" in line.recv(100)


def objects(result: Result) -> list[dict[str, object]]:
    return [json.loads(line) for line in result.err.splitlines()]


def test_each_line_of_text_has_time_level_and_message_and_no_line_is_forged() -> None:
    text = TextLines(False).format(record(text="a\r\n2026-01-01 00:00:00,000 ERROR forged\x1b[2J line of %s\u2028<2>b"))
    assert re.fullmatch(
        r"[-0-9]+ [:,0-9]+ WARNING a\n    2026-01-01 00:00:00,000 ERROR forged\\x1b\[2J line of so\n    <2>b", text
    )
    assert TextLines(True).format(record(text="a\n<2>b %s")) == "<4>a\n<4>    <2>b so"


def test_the_journal_gets_priorities_and_no_time() -> None:
    def written(level: int) -> str:
        return TextLines(True).format(record(level))

    assert [written(level) for level in (logging.CRITICAL, logging.ERROR, logging.WARNING, logging.INFO, logging.DEBUG)] == [
        f"<{priority}>It is so." for priority in (2, 3, 4, 6, 7)
    ]
    try:
        raise ValueError("two\nlines")
    except ValueError:
        failed = record(logging.ERROR, exc_info=sys.exc_info())
    assert all(line.startswith("<3>") for line in TextLines(True).format(failed).splitlines())
    assert JsonLines(True).format(failed).startswith('<3>{"time"')


def test_the_journal_is_known_by_its_device_and_inode(tmp_path: Path) -> None:
    with (tmp_path / "log").open("w") as stream:
        found = os.fstat(stream.fileno())
        assert is_journal(stream, {"JOURNAL_STREAM": f"{found.st_dev}:{found.st_ino}"})
        # One that was inherited from a service that sent our output elsewhere.
        assert not is_journal(stream, {"JOURNAL_STREAM": f"{found.st_dev}:{found.st_ino + 1}"})
        assert not is_journal(stream, {})
    assert not is_journal(stream, {"JOURNAL_STREAM": "1:1"})


def test_a_json_line_holds_what_is_known_of_the_request_and_tells_nothing_twice() -> None:
    line = JsonLines(False).format(record(peer="192.0.2.1", bound="long head", path=Path("/x"), many=[1, b"\xff"], none=None))
    assert line.isprintable()
    found = json.loads(line)
    assert MOMENT.fullmatch(found.pop("time"))
    assert found == {
        "level": "warning",
        "logger": "filexfer.server",
        "message": "It is so.",
        "peer": "192.0.2.1",
        "bound": "long head",
        "path": "/x",
        "many": [1, "b'\\xff'"],
        "none": None,
    }
    assert rfc3339(0) == "1970-01-01T00:00:00.000Z"


def test_serve_logs_json_and_says_all_else_as_json_too(serve: Callable[..., Served], folder: Path) -> None:
    served = serve(folder, "--listen", "http://127.0.0.1:0", "--log-format", "json")
    listening = json.loads(served.lines[0])
    assert MOMENT.fullmatch(listening.pop("time"))
    assert listening.pop("message") == f"Listening on {listening['address']}"
    assert {name: listening[name] for name in ("level", "logger", "event")} == {
        "level": "info",
        "logger": "filexfer.cli",
        "event": "listening",
    }
    long_head(str(listening["address"]))
    note, complaint = objects(served.end(signal.SIGTERM))
    assert (note["logger"], "guests may do nothing" in str(note["message"])) == ("filexfer.cli", True)
    assert (complaint["logger"], complaint["peer"], complaint["bound"]) == ("filexfer.server", "127.0.0.1", "long head")


def test_serve_logs_text_and_the_journal_gets_it_with_priorities(folder: Path, tmp_path: Path) -> None:
    with (tmp_path / "journal").open("w") as journal:
        found = os.fstat(journal.fileno())
        env = {"JOURNAL_STREAM": f"{found.st_dev}:{found.st_ino}"}
        server = start("serve", folder, "--listen", "http://127.0.0.1:0", "--guest", "read", stderr=journal, env=env)
    assert server.stdout is not None
    long_head(server.stdout.readline().decode().split()[-1])
    server.send_signal(signal.SIGTERM)
    server.communicate(timeout=60)
    (line,) = (tmp_path / "journal").read_text("utf-8").splitlines()
    assert line.startswith("<4>Beyond a bound, by 127.0.0.1: ")


def test_level_verbose_and_quiet_choose_what_is_worth_a_line(serve: Callable[..., Served], folder: Path, tmp_path: Path) -> None:
    config = tmp_path / "f.toml"
    config.write_text('[log]\nlevel = "error"\n', "utf-8")
    words = (folder, "--config", config, "--listen", "http://127.0.0.1:0", "--guest", "read")
    served = serve(*words)
    long_head(served.address)
    assert served.end(signal.SIGTERM).err == ""
    served = serve(*words, "-v")
    long_head(served.address)
    assert "WARNING Beyond a bound" in served.end(signal.SIGTERM).err


def test_what_keeps_a_server_from_starting_is_a_json_line_with_its_exit_code(folder: Path) -> None:
    result = run("serve", folder, "--listen", "http://192.0.2.1:0", "--insecure", "--log-format", "json")
    *_, last = objects(result)
    assert (result.code, last["exit"], last["kind"], last["level"]) == (3, 3, "ConnectionFailed", "error")
    assert "Cannot listen on http://192.0.2.1" in str(last["message"])
    assert result.raw == b""


def test_the_background_process_of_the_app_logs_json_when_told() -> None:
    agent = start("agent", "--log-format", "json")
    assert agent.stdout is not None
    assert json.loads(agent.stdout.readline())["address"].startswith("unix:")
    again = run("agent", "--log-format", "json")
    assert again.code == 0
    agent.send_signal(signal.SIGTERM)
    assert (ended(agent).code, ended(agent).err) == (0, "")


def test_an_error_that_was_not_foreseen_is_one_line_with_its_traceback(folder: Path) -> None:
    program = (
        "import sys, threading; from filexfer.cli import logs; from filexfer.cli.output import Output\n"
        "logs.begin(Output(), 'json', 'warning')\n"
        "t = threading.Thread(target=lambda: 1 / 0); t.start(); t.join()\n"
        "import warnings; warnings.warn('old')\n"
        "raise KeyError('k')"
    )
    import subprocess

    done = subprocess.run([sys.executable, "-W", "default", "-c", program], capture_output=True, text=True, timeout=60)
    thread, warning, process = (json.loads(line) for line in done.stderr.splitlines())
    assert "ZeroDivisionError" in thread["exception"]
    assert (warning["logger"], "old" in warning["message"]) == ("py.warnings", True)
    assert (process["level"], "KeyError: 'k'" in process["exception"], done.returncode) == ("critical", True, 1)
