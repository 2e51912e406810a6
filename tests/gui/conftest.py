"""The window as a person has it: real widgets off screen, a real agent and a real second server in processes of their own."""

from __future__ import annotations

import os

# Before Qt is loaded: tests need no screen, and look alike on every machine.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["LANG"] = "en_US.UTF-8"
# Tokens of tests go into no keyring of the person who runs them.
os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"

import itertools
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from filexfer.client.control import connect_control
from filexfer.client.session import Session, connect
from filexfer.core import places
from filexfer.core.errors import FilexferError
from filexfer.core.model import JobState
from filexfer.gui import app
from filexfer.gui.kit import resources
from filexfer.gui.kit.icons import Icons
from filexfer.gui.kit.location import Location
from filexfer.gui.window import Window
from tests.gui.person import Person

#: How long an act may take on a busy machine before a test gives up, in seconds.
PATIENCE = 20.0


class OtherServer:
    """`filexfer serve` in a process of its own. Attributes: folder (its share), state, address."""

    def __init__(self, folder: Path, state: Path, guest: str = "write", port: int = 0, scheme: str = "http") -> None:
        self.folder, self.state = folder, state
        folder.mkdir(exist_ok=True)
        command = [sys.executable, "-m", "filexfer", "serve", str(folder), "--listen", f"{scheme}://127.0.0.1:{port}"]
        self.process = subprocess.Popen(
            [*command, "--guest", guest, "--name", "studio", "--state", str(state)], stdout=subprocess.PIPE, text=True
        )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line.startswith("Listening on "):
            self.kill()
            pytest.fail(f"the server did not start: {line}")
        self.address = line.removeprefix("Listening on ").strip()

    def call(self, method: str, *params: object) -> Any:
        """As a command on that computer calls it."""
        with connect_control(self.state) as session:
            return session.call(method, *params)

    def invite(self, permission: str = "write") -> dict[str, Any]:
        return dict(self.call("invite_create", {"permission": permission}))

    def stop(self) -> None:
        self.process.terminate()
        self._end()

    def kill(self) -> None:
        self.process.kill()
        self._end()

    def _end(self) -> None:
        self.process.wait(10)
        assert self.process.stdout is not None
        self.process.stdout.close()


@pytest.fixture(scope="session")
def home() -> Iterator[Path]:
    """A folder whose path is short enough for UNIX sockets."""
    folder = Path(tempfile.mkdtemp(prefix="fxg"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


class SecureServer(OtherServer):
    """One on https, that knows its paired devices and no guests."""

    def __init__(self, folder: Path, state: Path, port: int = 0) -> None:
        super().__init__(folder, state, "none", port, "https")

    def new_key(self) -> SecureServer:
        """It is set up anew: the same place, another key, no devices."""
        self.stop()
        shutil.rmtree(self.state)
        return SecureServer(self.folder, self.state, int(self.address.rstrip("/").rpartition(":")[2]))


class OwnAgent:
    """The app's background process with a state folder of its own."""

    def __init__(self, state: Path) -> None:
        self.state = state

    def find(self) -> str:
        from filexfer.gui.kit.launch import ensure_agent

        return ensure_agent(self.state)

    def open(self, timeout: float = 30.0) -> Session:
        """As the app finds it."""
        from filexfer.gui.kit.launch import open_agent

        return open_agent(self.state, timeout)

    def session(self) -> Session:
        return self.open()

    def stop(self) -> None:
        try:
            with self.session() as session:
                session.call("agent_stop")
        except FilexferError:
            return

    def forget_all(self) -> None:
        """End its transfers and forget them."""
        deadline = time.monotonic() + PATIENCE
        with self.session() as session:
            while going := [job["id"] for job in _jobs(session) if not JobState(job["state"]).ended]:
                assert time.monotonic() < deadline, f"the jobs {going} do not end"
                for job in going:
                    session.call("job_cancel", job)
                time.sleep(0.02)
            session.call("job_clear", [])


def _jobs(session: Session) -> list[dict[str, Any]]:
    return list(session.call("job_list", {"limit": 1000})["jobs"])  # type: ignore[index]


@pytest.fixture(scope="session")
def one_agent(home: Path) -> Iterator[OwnAgent]:
    """One agent for all tests of this worker; each test works in a folder of its own."""
    own = OwnAgent(home / "agent")
    own.find()
    with own.session() as session:
        session.call("share_set", {"folder": str(home / "mine")})
    yield own
    own.stop()


@pytest.fixture
def agent(one_agent: OwnAgent) -> Iterator[OwnAgent]:
    """That one, of whose transfers the next test finds none: a cancelled one ends a moment later, and would stand in its list."""
    yield one_agent
    one_agent.forget_all()


@pytest.fixture(scope="session")
def studio(home: Path) -> Iterator[OtherServer]:
    """The other computer."""
    server = OtherServer(home / "studio", home / "studio-state")
    yield server
    server.stop()


_numbers = itertools.count(1)


class Place:
    """A folder of its own on the other computer. Attributes: folder (on disk there), location (as the window has it)."""

    def __init__(self, server: OtherServer) -> None:
        name = f"place{next(_numbers)}"
        self.folder = server.folder / name
        self.folder.mkdir()
        self.location = Location(server.address, name, "studio")


@pytest.fixture
def place(studio: OtherServer) -> Place:
    return Place(studio)


@pytest.fixture(scope="session")
def look(qapp: QApplication) -> Iterator[QApplication]:
    app.prepare(qapp)
    yield qapp
    # Off screen the clipboard outlives Python, and what Python put there must not.
    qapp.clipboard().clear()


@pytest.fixture
def icons(look: QApplication) -> Icons:
    return Icons(resources.folder())


MakeWindow = Callable[..., Person]


@pytest.fixture
def open_window(agent: OwnAgent, look: QApplication, qtbot: QtBot, tmp_path: Path) -> Iterator[MakeWindow]:
    """Opens windows like the app does, and closes them at the end, before `agent` forgets its transfers. `open_window(agent)`."""
    with ExitStack() as opened:

        def make(agent: OwnAgent, state: Path | None = None, start: bool = True) -> Person:
            window: Window = app.make_window(agent.open, state or tmp_path / "window")
            opened.callback(window.deleteLater)
            opened.callback(window.close)
            if start:
                window.start()
            window.show()
            qtbot.waitExposed(window)
            person = Person(window, qtbot)
            opened.callback(person.end_plans)
            return person

        yield make


@pytest.fixture
def person(open_window: MakeWindow, agent: OwnAgent) -> Person:
    """Somebody in front of a window that has found its agent."""
    person = open_window(agent)
    person.wait(lambda: person.window.servers.known)
    return person


@pytest.fixture
def own_home(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A user of this test's own, whose agent is stopped at the end."""
    folder = home / f"user{next(_numbers)}"
    for name in ("HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_RUNTIME_DIR"):
        part = folder / name.lower()
        part.mkdir(parents=True, mode=0o700)
        monkeypatch.setenv(name, str(part))
    yield folder
    control = places.control_address(places.state_folder())
    if control:
        with connect(control) as session:
            session.call("agent_stop")


#: Python's audit events (its documentation, Audit events table) of what may wait for a disk, a network or a process.
FORBIDDEN = frozenset(
    "open os.listdir os.scandir os.mkdir os.remove os.rename os.rmdir os.utime os.truncate shutil.copyfile sqlite3.connect "
    "socket.connect socket.getaddrinfo socket.gethostbyname subprocess.Popen os.posix_spawn os.system".split()
)


class Watch:
    """Notes what the main thread does while `armed`. An audit hook cannot be taken off again, hence one for the process."""

    def __init__(self) -> None:
        self.armed = False
        self.seen: list[str] = []
        sys.addaudithook(self._note)

    def _note(self, event: str, args: tuple[object, ...]) -> None:
        if self.armed and event in FORBIDDEN and threading.current_thread() is threading.main_thread():
            self.seen.append(f"{event} {args[:1]}")


@pytest.fixture(scope="session")
def watch_once() -> Watch:
    return Watch()


@pytest.fixture
def watch(watch_once: Watch) -> Iterator[Watch]:
    watch_once.seen.clear()
    yield watch_once
    watch_once.armed = False
