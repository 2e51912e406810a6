"""The agent as a process: found, started, met twice, killed, stopped."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from filexfer import __version__
from filexfer.client.control import connect_control
from filexfer.core import places
from filexfer.core.errors import ConnectionFailed, ConnectionLost
from filexfer.gui.kit.launch import ensure_agent


def test_it_tells_who_it_is_and_keeps_its_things_private(agent: Any) -> None:
    with agent.stock() as proxy:
        info = proxy.agent_info()
    assert info == {"version": __version__, "pid": agent.process.pid, "state_folder": str(agent.state), "rate": 0}
    socket = Path(agent.control.removeprefix("unix:"))
    assert stat.S_IMODE(socket.stat().st_mode) == 0o600
    assert stat.S_IMODE(socket.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(agent.state.stat().st_mode) == 0o700
    assert not any(path.stat().st_mode & 0o077 for path in agent.state.iterdir() if path.is_file())


def test_every_method_has_a_signature_and_a_help_text(agent: Any) -> None:
    from filexfer.protocol.methods import AGENT

    with agent.stock() as proxy:
        assert set(AGENT) <= set(proxy.system.listMethods())
        for name in AGENT:
            assert len(proxy.system.methodHelp(name)) > 20
            assert proxy.system.methodSignature(name) == [list(one) for one in AGENT[name].signatures]


def test_a_second_one_on_the_same_state_says_where_the_first_is(agent: Any) -> None:
    second = agent.command()
    said, _ = second.communicate(timeout=20)
    assert second.returncode == 0
    assert agent.control in said
    with agent.stock() as proxy:
        assert proxy.agent_info()["pid"] == agent.process.pid


def test_one_that_was_killed_leaves_nothing_that_stops_the_next(agent: Any) -> None:
    agent.kill()
    assert Path(agent.control.removeprefix("unix:")).exists()
    assert places.control_address(agent.state) == agent.control
    agent.start()
    with agent.stock() as proxy:
        assert proxy.agent_info()["pid"] == agent.process.pid


@pytest.mark.parametrize("how", ["method", "SIGTERM", "SIGINT"])
def test_it_ends_in_good_order(agent: Any, how: str) -> None:
    with agent.session() as waiting, agent.session() as session:
        ended: list[object] = []

        def poll() -> None:
            try:
                ended.append(waiting.call("job_events", waiting.call("job_events", 0, 0)["cursor"], 40.0))
            except (ConnectionLost, ConnectionFailed) as error:
                ended.append(error)

        thread = threading.Thread(target=poll)
        thread.start()
        if how == "method":
            assert session.call("agent_stop") is True
        else:
            agent.process.send_signal(getattr(signal, how))
        assert agent.wait() == 0
        # A window that waits for news does not hold it up.
        thread.join(10)
        assert ended
    assert places.control_address(agent.state) == ""
    assert not Path(agent.control.removeprefix("unix:")).exists()


def test_a_share_that_cannot_be_opened_does_not_keep_it_from_working(agent: Any, tmp_path: Path) -> None:
    with agent.session() as session:
        session.call("share_set", {"folder": str(tmp_path / "disk"), "on": True})
    agent.stop()
    os.rename(tmp_path / "disk", tmp_path / "unplugged")
    (tmp_path / "disk").write_text("a file where the folder was")
    agent.start()
    with agent.session() as session:
        share = session.call("server_list")["share"]
        assert (share["folder"], share["on"], share["addresses"]) == (str(tmp_path / "disk"), False, [])
        assert "is not a folder" in share["problem"]
        (tmp_path / "disk").unlink()
        os.rename(tmp_path / "unplugged", tmp_path / "disk")
        (tmp_path / "disk" / "hello").write_text("x")
        share = session.call("share_set", {"on": True})
        assert (share["on"], share["problem"], bool(share["addresses"])) == (True, "", True)
        assert session.call("view_open", "", "", {})["count"] == 1


# Finding and starting it from a window ----------------------------------------------------------------------------------------


@pytest.fixture
def window(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The state folder of a window whose agent, if it started one, is stopped afterwards."""
    monkeypatch.setenv("HOME", str(home))
    (home / "run").mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(home / "run"))
    state = home / "state"
    yield state
    address = places.control_address(state)
    if address:
        from filexfer.client.session import connect

        with connect(address) as session:
            pid = session.call("agent_info")["pid"]  # type: ignore[index]
            session.call("agent_stop")
        for _ in range(500):
            if not Path(f"/proc/{pid}/cmdline").exists() or not Path(f"/proc/{pid}/cmdline").read_bytes():
                return
            threading.Event().wait(0.02)
        os.kill(pid, signal.SIGKILL)
        raise AssertionError("the agent did not stop")


def pid_at(address: str) -> int:
    from filexfer.client.session import connect

    with connect(address) as session:
        return int(session.call("agent_info")["pid"])  # type: ignore[index, call-overload]


def processes_of(state: Path) -> list[int]:
    """The agents of this state, be they ready or not."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = entry.read_bytes().split(b"\0")
        except OSError:
            continue  # it has ended
        if b"agent" in words and os.fsencode(state) in words:
            found.append(int(entry.parent.name))
    return found


def test_a_window_starts_one_and_the_next_window_finds_it(window: Path) -> None:
    first = ensure_agent(window)
    pid = pid_at(first)
    assert pid != os.getpid()
    assert ensure_agent(window) == first
    assert pid_at(first) == pid
    # It outlives the window: another session, not ours.
    assert os.getsid(pid) == pid != os.getsid(0)


def test_windows_that_start_at_once_share_one(window: Path) -> None:
    program = (
        "import sys\nfrom pathlib import Path\nfrom filexfer.gui.kit.launch import ensure_agent\n"
        "print(ensure_agent(Path(sys.argv[1])))"
    )
    started = [subprocess.Popen([sys.executable, "-c", program, window], stdout=subprocess.PIPE, text=True) for _ in range(3)]
    found = {process.communicate(timeout=40)[0].strip() for process in started}
    assert found == {places.control_address(window)}
    # Nor is another one on its way that would outlive them all.
    assert processes_of(window) == [pid_at(found.pop())]


def test_after_a_kill_a_window_starts_another_one(window: Path) -> None:
    address = ensure_agent(window)
    pid = pid_at(address)
    os.kill(pid, signal.SIGKILL)
    assert pid_at(ensure_agent(window)) != pid


def _older(state: Path) -> subprocess.Popen[str]:
    """An agent of an earlier version, as an upgrade leaves it running."""
    program = (
        "import sys, filexfer\nfilexfer.__version__ = '0.0.9'\nfrom filexfer.cli.main import main\nsys.exit(main(sys.argv[1:]))"
    )
    command = [sys.executable, "-c", program, "agent", "--state", str(state)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline().startswith("Listening")
    return process


def test_an_older_one_with_nothing_to_do_is_replaced(window: Path) -> None:
    old = _older(window)
    address = ensure_agent(window)
    assert old.wait(20) == 0
    assert pid_at(address) != old.pid
    assert old.stdout is not None
    old.stdout.close()


def test_an_older_one_that_works_is_left_to_its_work(window: Path, tmp_path: Path, until: Callable[..., Any]) -> None:
    (tmp_path / "big").write_bytes(b"x" * 3_000_000)
    old = _older(window)
    with connect_control(window) as session:
        session.call("limit_set", {"rate": 1000})
        session.call("job_add", {"direction": "put", "server": "", "items": [[str(tmp_path / "big"), "big"]]})
        assert pid_at(ensure_agent(window)) == old.pid
        for job in session.call("job_list")["jobs"]:  # type: ignore[index, call-overload]
            session.call("job_cancel", job["id"])
        until(lambda: [job["state"] for job in session.call("job_list")["jobs"]], lambda states: states == ["cancelled"])  # type: ignore[index, call-overload]
    assert pid_at(ensure_agent(window)) != old.pid
    assert old.wait(20) == 0
    assert old.stdout is not None
    old.stdout.close()


def test_an_older_one_that_only_waits_for_a_server_is_replaced_and_so_is_its_wait(
    window: Path, tmp_path: Path, until: Callable[..., Any]
) -> None:
    (tmp_path / "file").write_bytes(b"x")
    old = _older(window)

    def held(session: Any) -> list[str]:
        return [job["waits_for"] for job in session.call("job_list")["jobs"]]

    with connect_control(window) as session:
        items = [[str(tmp_path / "file"), "file"]]
        session.call("job_add", {"direction": "put", "server": "http://127.0.0.1:1/", "items": items})
        until(lambda: held(session), lambda waits: waits == ["server"])
    assert pid_at(ensure_agent(window)) != old.pid
    assert old.wait(20) == 0
    with connect_control(window) as session:
        until(lambda: held(session), lambda waits: waits == ["server"])
    assert old.stdout is not None
    old.stdout.close()


def test_a_newer_one_is_left_alone(monkeypatch: pytest.MonkeyPatch, window: Path) -> None:
    from filexfer.gui.kit import launch

    pid = pid_at(ensure_agent(window))
    monkeypatch.setattr(launch, "__version__", "0.0.1")
    assert pid_at(ensure_agent(window)) == pid


def test_one_that_cannot_start_is_reported_in_its_own_words(home: Path) -> None:
    state = home / "state"
    state.mkdir(mode=0o700)
    (state / "history.sqlite").mkdir()
    with pytest.raises(ConnectionFailed, match=r"could not start.*history"):
        ensure_agent(state)


def test_a_state_folder_that_cannot_be_made_is_reported(home: Path) -> None:
    (home / "file").write_text("")
    with pytest.raises(ConnectionFailed, match="could not start"):
        ensure_agent(home / "file" / "state")


def _threads(pid: int) -> list[str]:
    return [stat.read_text() for stat in Path(f"/proc/{pid}/task").glob("*/stat")]


def test_one_that_hangs_is_not_waited_for_for_ever(
    window: Path, monkeypatch: pytest.MonkeyPatch, until: Callable[..., Any]
) -> None:
    from filexfer.gui.kit import launch

    pid = pid_at(ensure_agent(window))
    monkeypatch.setattr(launch, "ANSWER", 0.2)
    monkeypatch.setattr(launch, "START", 1.0)
    os.kill(pid, signal.SIGSTOP)
    until(lambda: {line.split()[2] for line in _threads(pid)}, lambda states: states == {"T"})
    try:
        with pytest.raises(ConnectionFailed, match="does not answer"):
            ensure_agent(window)
    finally:
        os.kill(pid, signal.SIGCONT)


# Serving a folder, as `filexfer serve` does ----------------------------------------------------------------------------------


def test_a_served_folder_is_an_agent_beside_the_apps(agent: Any, tmp_path: Path, until: Callable[..., Any]) -> None:
    from filexfer.client.session import connect

    (tmp_path / "box").mkdir()
    served = subprocess.Popen(
        [sys.executable, "-m", "filexfer", "serve", str(tmp_path / "box"), "--listen", "http://localhost:0", "--guest", "write"],
        env=agent.environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert served.stdout is not None
        address = served.stdout.readline().removeprefix("Listening on ").strip()
        with connect(address) as guest:
            assert guest.info()["permission"] == "write"
        with agent.session() as session:
            (tmp_path / "f").write_text("x")
            session.call("job_add", {"direction": "put", "server": address, "items": [[str(tmp_path / "f"), "f"]]})
            job = until(lambda: session.call("job_list")["jobs"][0], lambda job: job["state"] in ("done", "failed"))
            assert job["error"] == ""
        assert (tmp_path / "box" / "f").read_text() == "x"
    finally:
        served.terminate()
        assert served.wait(20) == 0
        served.stdout.close()
