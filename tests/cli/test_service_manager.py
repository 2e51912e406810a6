"""What a service manager is told (sd_notify), by datagrams of a real `filexfer serve`; a server told to stop drains."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from filexfer import connect
from filexfer.cli.service_manager import ServiceManager
from filexfer.protocol.address import parse
from tests.cli.command import Served, ended, run, start, tree


class Manager:
    """The socket of one. `abstract`: of Linux, without a file."""

    def __init__(self, place: Path, abstract: bool = False) -> None:
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.settimeout(60)
        name = f"{place}/n.sock"
        self.address = f"@{name}" if abstract else name
        self.socket.bind(f"\0{name}" if abstract else name)

    def told(self) -> list[str]:
        return self.socket.recv(4096).decode().split("\n")


@pytest.fixture
def place(folders_of_nobody: Path) -> Iterator[Path]:
    folder = folders_of_nobody / f"n{os.getpid()}"
    folder.mkdir(mode=0o700)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def manager(place: Path, request: pytest.FixtureRequest) -> Iterator[Manager]:
    found = Manager(place, getattr(request, "param", False))
    yield found
    found.socket.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tree(tmp_path / "share", {"f": b"x"})


@pytest.mark.parametrize("manager", [False, True], indirect=True, ids=["file", "abstract"])
def test_it_is_told_when_the_server_answers_and_when_it_ends(manager: Manager, folder: Path) -> None:
    # Nobody reads what it prints: that it is ready is told by the socket alone.
    server = start("serve", folder, "--listen", "http://127.0.0.1:0", "--guest", "read", env={"NOTIFY_SOCKET": manager.address})
    ready = manager.told()
    assert ready[0] == "READY=1"
    address = ready[1].removeprefix("STATUS=Listening on ")
    with connect(address) as session:
        assert [entry.name for entry in session.list()] == ["f"]
    server.send_signal(signal.SIGTERM)
    assert manager.told() == ["STOPPING=1", "STATUS=Waiting for requests under way", "EXTEND_TIMEOUT_USEC=20000000"]
    assert ended(server).code == 0


def test_the_background_process_of_the_app_tells_it_too(manager: Manager) -> None:
    agent = start("agent", env={"NOTIFY_SOCKET": manager.address})
    assert manager.told()[0] == "READY=1"
    agent.send_signal(signal.SIGTERM)
    assert manager.told()[0] == "STOPPING=1"
    assert ended(agent).code == 0


def test_a_server_that_cannot_start_is_never_ready(manager: Manager, folder: Path) -> None:
    server = start("serve", folder, "--listen", "http://192.0.2.1:0", "--insecure", env={"NOTIFY_SOCKET": manager.address})
    assert ended(server).code == 3
    manager.socket.setblocking(False)
    with pytest.raises(BlockingIOError):
        manager.told()


def test_a_watchdog_hears_of_a_server_only_while_it_answers(manager: Manager, folder: Path) -> None:
    env = {"NOTIFY_SOCKET": manager.address, "WATCHDOG_USEC": "100000"}
    server = start("serve", folder, "--listen", "http://127.0.0.1:0", env=env)
    assert manager.told()[0] == "READY=1"
    assert [manager.told(), manager.told()] == [["WATCHDOG=1"], ["WATCHDOG=1"]]
    server.send_signal(signal.SIGTERM)
    while (told := manager.told()) == ["WATCHDOG=1"]:
        pass
    assert told[0] == "STOPPING=1"
    assert ended(server).code == 0


def test_a_server_that_does_not_answer_itself_is_not_said_to_be_well(manager: Manager, caplog: pytest.LogCaptureFixture) -> None:
    asked = threading.Event()
    answers = iter([True, False])

    def alive() -> bool:
        answer = next(answers, None)
        if answer is None:
            asked.set()
        return bool(answer)

    found = ServiceManager(manager.address, 0.02)
    found.ready("here", alive)
    assert manager.told() == ["READY=1", "STATUS=here"]
    assert manager.told() == ["WATCHDOG=1"]
    assert asked.wait(60)
    found.stopping(1.5)
    assert manager.told()[::2] == ["STOPPING=1", "EXTEND_TIMEOUT_USEC=16500000"]
    assert "not told that it is well" in caplog.text


def test_the_environment_says_who_is_told_and_what_we_start_does_not_speak_for_us() -> None:
    environ = {"NOTIFY_SOCKET": "/run/x", "WATCHDOG_USEC": "3000000", "WATCHDOG_PID": str(os.getpid()), "HOME": "/"}
    assert ServiceManager.of_environment(environ).watchdog == 3.0
    assert environ == {"HOME": "/"}
    assert (
        ServiceManager.of_environment({"NOTIFY_SOCKET": "/run/x", "WATCHDOG_USEC": "3000000", "WATCHDOG_PID": "1"}).watchdog == 0
    )
    for other in ({}, {"WATCHDOG_USEC": "1"}, {"NOTIFY_SOCKET": "vsock:2:1", "WATCHDOG_USEC": "1"}):
        assert ServiceManager.of_environment(other).watchdog == 0


def test_a_manager_that_is_gone_harms_nothing(place: Path, caplog: pytest.LogCaptureFixture) -> None:
    ServiceManager(f"{place}/nobody.sock").ready("here", lambda: True)
    assert "could not be told READY=1" in caplog.text
    ServiceManager().ready("here", lambda: True)


def test_a_block_under_way_is_taken_and_the_upload_goes_on_after_a_restart(serve: Callable[..., Served], folder: Path) -> None:
    blocks = [os.urandom(1 << 20), os.urandom(1 << 20)]
    first = serve(folder, "--listen", "http://127.0.0.1:0", "--guest", "write")
    where = parse(first.address)
    with connect(first.address) as session:
        upload = session.call("upload_open", "big", 2 << 20)["upload_id"]  # type: ignore[index, call-overload]
    with socket.create_connection((where.host, where.port)) as line:
        line.settimeout(60)
        head = f"PUT /uploads/{upload}/0 HTTP/1.1\r\nHost: {where.authority}\r\nContent-Length: {1 << 20}\r\n"
        line.sendall(f"{head}\r\n".encode() + blocks[0][:1000])
        # The server has begun with it once it answers somebody who came later.
        with connect(first.address) as session:
            session.info()
        first.process.send_signal(signal.SIGTERM)
        while True:
            try:
                socket.create_connection((where.host, where.port)).close()
            except (ConnectionRefusedError, ConnectionResetError):
                break  # nobody else is let in from now on; who came in the same moment is reset
        line.sendall(blocks[0][1000:])
        assert line.recv(100).startswith(b"HTTP/1.1 204")
    assert ended(first.process).code == 0
    second = serve(folder, "--listen", first.address, "--guest", "write")
    with connect(second.address) as session:
        status = session.call("upload_status", upload)
        assert status["missing"] == [[1 << 20, 2 << 20]]  # type: ignore[index, call-overload]
        session.call("upload_write", upload, 1 << 20, blocks[1])
        session.call("upload_commit", upload)
    assert (folder / "big").read_bytes() == b"".join(blocks)
    assert second.end(signal.SIGTERM).code == 0


def test_it_waits_no_longer_than_it_was_told(serve: Callable[..., Served], folder: Path, tmp_path: Path) -> None:
    config = tmp_path / "f.toml"
    config.write_text("[serve]\nstop_seconds = 0.1\n", "utf-8")
    served = serve(folder, "--config", config, "--listen", "http://127.0.0.1:0", "--guest", "write")
    where = parse(served.address)
    with socket.create_connection((where.host, where.port)) as line:
        line.sendall(f"PUT /files/slow HTTP/1.1\r\nHost: {where.authority}\r\nContent-Length: 100\r\n\r\nx".encode())
        with connect(served.address) as session:
            session.info()
        result = served.end(signal.SIGTERM)
    assert result.code == 0
    assert "did not finish in time" in result.err


def test_one_that_nobody_asks_anything_ends_without_a_word(tmp_path: Path, serve: Callable[..., Served]) -> None:
    (tmp_path / "share").mkdir()
    (tmp_path / "f.toml").write_text("[serve]\nstop_seconds = 0\n", "utf-8")
    served = serve(tmp_path / "share", "--config", tmp_path / "f.toml", "--listen", "http://localhost:0", "--guest", "read")
    assert run("ls", served.address).code == 0
    result = served.end(signal.SIGTERM)
    assert (result.code, result.err) == (0, "")
