"""serve: what it prints, where it listens, how it ends; and the agent behind it."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from filexfer import connect
from tests.cli.command import COMMAND, Served, contents, ended, run, start, tree


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tree(tmp_path / "share", {"f": b"x"})


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_says_where_it_listens_and_ends_when_told(serve: Callable[..., Served], folder: Path, number: signal.Signals) -> None:
    served = serve(folder, "--listen", "http://127.0.0.1:0", "--guest", "read")
    assert served.lines[0].startswith("Listening on http://127.0.0.1:")
    assert ":0/" not in served.address
    with connect(served.address) as session:
        assert [entry.name for entry in session.list()] == ["f"]
    result = served.end(number)
    assert (result.code, result.err) == (0, "")


@pytest.mark.skipif(os.name != "posix", reason="elsewhere no terminal is one's own")
def test_a_closed_terminal_ends_it_in_good_order(folder: Path) -> None:
    import pty

    end, terminal = pty.openpty()
    command = [*COMMAND, "serve", str(folder), "--listen", "http://127.0.0.1:0", "--guest", "read"]
    with subprocess.Popen(
        command, start_new_session=True, preexec_fn=lambda: os.close(os.open(os.ttyname(terminal), os.O_RDWR)), stdout=-1
    ) as server:
        assert server.stdout is not None
        assert server.stdout.readline().startswith(b"Listening on ")
        os.close(terminal)
        os.close(end)
        assert server.wait(60) == 0


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="there is no such signal here")
def test_without_a_terminal_a_hangup_is_answered_in_words_and_it_goes_on(folder: Path) -> None:
    command = [*COMMAND, "serve", str(folder), "--listen", "http://127.0.0.1:0", "--guest", "read"]
    with subprocess.Popen(command, start_new_session=True, stdout=-1, stderr=-1, text=True) as server:
        assert server.stdout is not None
        assert server.stderr is not None
        address = server.stdout.readline().split()[-1]
        server.send_signal(signal.SIGHUP)
        assert "settings are read at the start. Restart the server" in server.stderr.readline()
        assert run("ls", address).lines == ["f"]
        server.terminate()
        assert server.wait(60) == 0


def test_each_address_has_its_line(serve: Callable[..., Served], folder: Path) -> None:
    place = f"{os.environ['XDG_RUNTIME_DIR']}/v{os.getpid()}.sock"
    served = serve(folder, "--listen", "http://127.0.0.1:0", "--listen", f"unix:{place}", "--guest", "write", count=2)
    assert served.lines[1] == f"Listening on unix:{place}"
    assert run("put", "-", f"unix:{place}:/new", data=b"data").code == 0
    assert run("ls", served.address).lines == ["f", "new"]
    assert served.end(signal.SIGTERM).code == 0
    assert not os.path.exists(place)


def test_json_tells_the_addresses(serve: Callable[..., Served], folder: Path) -> None:
    served = serve(folder, "--listen", "http://localhost:0", "--guest", "read", "--name", "box", "--json")
    record = json.loads(served.lines[0])
    assert record["event"] == "listening"
    info = json.loads(run("stat", "--json", record["address"]).out)
    assert (info["permission"], info["share"]) == ("read", "box")
    served.end(signal.SIGTERM)


def test_guests_may_nothing_unless_told(serve: Callable[..., Served], folder: Path) -> None:
    served = serve(folder, "--listen", "http://localhost:0")
    assert run("ls", served.address).code == 4
    assert "--guest read" in served.end(signal.SIGTERM).err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize(("command", "code"), [("serve", 0), ("call", 130)])
def test_who_is_told_to_stop_while_it_still_starts_stops_in_order(
    folder: Path, command: str, code: int, number: signal.Signals
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        words = [str(folder), "--listen", "http://127.0.0.1:0"] if command == "serve" else [url, "system.listMethods"]
        process = start(command, *words, env={"PYTHONPROFILEIMPORTTIME": "1"})
        assert process.stderr is not None
        for name in (b" filexfer.cli.main\n", b" filexfer."):  # itself, and the first that it imports when it runs
            while name not in (line := process.stderr.readline()):
                assert line
        process.send_signal(number)
        result = ended(process)
    assert (result.code, "Traceback" in result.err) == (code, False)


#: Told to stop at a moment in which every exception is lost.
STOPPED = """
import signal
from filexfer.cli import main
class Last:
    def __del__(self):
        signal.raise_signal(signal.SIGTERM)
main._hear_signals(["serve"])
Last()
raise SystemExit(3)
"""


def test_being_told_to_stop_is_not_missed_at_any_moment_of_the_start() -> None:
    assert subprocess.run([sys.executable, "-c", STOPPED], capture_output=True, timeout=60).returncode == 0


def test_a_taken_port_a_missing_folder_and_a_file_fail_in_words(folder: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        result = run("serve", folder, "--listen", f"http://127.0.0.1:{taken.getsockname()[1]}")
    assert result.code in (1, 3)
    assert result.err.splitlines()[-1].startswith("filexfer: ")
    for name in ("none", "f"):
        result = run("serve", folder / name)
        assert (result.code, result.raw) == (2, b"")
        assert result.err.startswith("filexfer: ")
        settings = tree(folder.parent / "etc", {"filexfer.toml": f'[serve]\nfolder = "{folder / name}"\n'.encode()})
        assert run("serve", "--config", settings / "filexfer.toml").code == 2


@pytest.mark.parametrize("listen", ["ftp://x", "http://me:pw@localhost/", "http://0.0.0.0:0"])
def test_an_address_that_may_not_be_listened_on_is_refused(folder: Path, listen: str) -> None:
    result = run("serve", folder, "--listen", listen)
    assert result.code != 0
    assert result.raw == b""
    assert "pw" not in result.err


def test_a_second_server_on_the_share_is_refused(serve: Callable[..., Served], folder: Path) -> None:
    served = serve(folder, "--listen", "http://localhost:0", "--guest", "read")
    result = run("serve", folder, "--listen", "http://localhost:0")
    assert result.code == 1
    assert result.err.splitlines()[-1].startswith("filexfer: ")
    assert served.end(signal.SIGTERM).code == 0


def test_it_ends_by_its_deadline_with_a_transfer_under_way(serve: Callable[..., Served], folder: Path, tmp_path: Path) -> None:
    served = serve(folder, "--listen", "http://localhost:0", "--guest", "write")
    source = tree(tmp_path / "source", {"big": os.urandom(8 << 20)})
    sender = start("put", source, served.address, "--bwlimit", "1M", "--json")
    assert sender.stdout is not None
    while not json.loads(sender.stdout.readline()).get("bytes_done"):
        pass
    assert served.end(signal.SIGTERM).code == 0
    sender.send_signal(signal.SIGINT)
    assert ended(sender).code in (3, 130)
    assert contents(folder) == {"f": b"x"} or contents(folder) == {"f": b"x", "source": None}


def test_its_agent_does_transfers_that_jobs_drives(serve: Callable[..., Served], folder: Path, tmp_path: Path) -> None:
    state = tmp_path / "agent"
    served = serve(folder, "--listen", "http://localhost:0", "--guest", "read", "--state", state)
    control = (state / "agent.address").read_text().strip()
    with connect(control) as session:
        session.call("job_add", {"direction": "get", "server": "", "items": [["f", str(tmp_path / "copy")]]})
    while (record := json.loads(run("jobs", "--json", "--at", control).out))["state"] in ("waiting", "running"):
        pass
    assert (record["state"], (tmp_path / "copy").read_bytes()) == ("done", b"x")
    assert "done" in run("jobs", "show", "1", "-v", "--at", control).out
    for action in ("resume", "retry"):
        refused = run("jobs", action, "1", "--at", control)
        assert (refused.code, refused.out) == (1, "")
        assert "run its command again" in refused.err
    assert run("jobs", "clear", "--at", control).code == 0
    assert run("jobs", "--at", control).lines == ["No transfers."]
    assert served.end(signal.SIGTERM).code == 0


def test_an_agent_of_the_app_is_asked_by_jobs(tmp_path: Path) -> None:
    agent = start("agent")
    assert agent.stdout is not None
    control = agent.stdout.readline().decode().split()[-1]
    assert control.startswith("unix:")
    with connect(control) as session:
        session.call("job_add", {"direction": "get", "server": "http://127.0.0.1:1/", "items": [["f", str(tmp_path / "copy")]]})
    while (record := json.loads(run("jobs", "--json").out))["waits_for"] != "server":
        assert record["state"] in ("waiting", "running")
    assert (record["state"], record["kind"]) == ("waiting", "ConnectionFailed")
    assert "waits until the server is back" in run("jobs").out
    agent.terminate()
    assert ended(agent).code == 0
    # Now the history is read without it.
    assert json.loads(run("jobs", "--json").out)["state"] == "paused"


def test_demo_does_the_main_job_on_a_tree_of_ones_own(tmp_path: Path) -> None:
    source = tree(tmp_path / "source", {"a/b": os.urandom(3_000_000), "c": b""})
    (source / "empty").mkdir()
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    result = run("demo", source, env={"TMPDIR": str(temporary)})
    assert (result.code, result.err) == (0, "")
    assert "Sent     2 files, 3.0 MB" in result.out
    assert "Compared 2 files in 3 folders: every byte, name and time is the same" in result.out
    assert list(temporary.iterdir()) == []
    records = [json.loads(line) for line in run("demo", "--json", source).lines]
    assert [record["event"] for record in records if record["event"] != "progress"] == ["sent", "fetched", "compared", "result"]
    assert run("demo", tmp_path / "none").code == 1


def test_an_interrupted_demo_cleans_up(tmp_path: Path) -> None:
    source = tree(tmp_path / "source", {"a": os.urandom(100)})
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    process = start("demo", source, env={"TMPDIR": str(temporary)})
    assert process.stdout is not None
    assert process.stdout.readline().startswith(b"Server ")
    process.send_signal(signal.SIGINT)
    result = ended(process)
    assert (result.code, list(temporary.iterdir())) == (130, [])


def test_the_module_and_the_installed_command_are_one() -> None:
    import sys

    command = Path(sys.executable).with_name("filexfer")
    if not command.exists():
        pytest.skip("filexfer is not installed here")
    told = subprocess.run([command, "--version"], capture_output=True, text=True, timeout=60)
    assert told.stdout == run("--version").out
