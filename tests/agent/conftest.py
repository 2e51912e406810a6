"""Real agents, in processes of their own, driven over their control socket by stock clients and by ours."""

from __future__ import annotations

import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import xmlrpc.client
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from filexfer.client.pairing import pair
from filexfer.client.session import Session, connect
from filexfer.client.vault import Vault
from filexfer.core import places
from filexfer.protocol.address import parse
from filexfer.protocol.pairing import parse_code

# Tokens of tests go into no keyring of the person who runs them.
os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"


class _UnixConnection(http.client.HTTPConnection):
    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(30)
        self.sock.connect(self.host)


class _UnixTransport(xmlrpc.client.Transport):
    def __init__(self, path: str) -> None:
        super().__init__(use_builtin_types=True)
        self._path = path

    def make_connection(self, host: object) -> http.client.HTTPConnection:
        return _UnixConnection(self._path)

    def send_headers(self, connection: http.client.HTTPConnection, headers: list[tuple[str, str]]) -> None:
        connection.putheader("Connection", "close")
        super().send_headers(connection, headers)


def stock(address: str) -> xmlrpc.client.ServerProxy:
    """The standard library's client over a UNIX socket."""
    return xmlrpc.client.ServerProxy(
        "http://localhost/RPC2", transport=_UnixTransport(address.removeprefix("unix:")), allow_none=True, use_builtin_types=True
    )


class AgentProcess:
    """`filexfer agent` with a state folder of its own. Attributes: state, control (address), share, home."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.state = home / "state"
        self.environment = os.environ | {"HOME": str(home), "XDG_RUNTIME_DIR": str(home / "run"), "PYTHONFAULTHANDLER": "1"}
        (home / "run").mkdir(mode=0o700, exist_ok=True)
        self.process: subprocess.Popen[str] | None = None
        self.control = ""
        self._opened = ExitStack()

    @property
    def share(self) -> Path:
        return self.home / "Downloads" / "filexfer"

    def command(self) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "filexfer", "agent", "--state", str(self.state)],
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def start(self) -> AgentProcess:
        self.process = self.command()
        assert self.process.stdout is not None
        first = self.process.stdout.readline()
        if not first.startswith("Listening on "):
            self.process.kill()
            raise AssertionError(first + self.process.communicate()[1])
        self.control = places.control_address(self.state)
        return self

    def kill(self) -> None:
        """As a power cut would, for this process."""
        self._end(signal.SIGKILL)

    def stop(self) -> int:
        return self._end(signal.SIGTERM)

    def wait(self) -> int:
        return self._end(None)

    def _end(self, number: signal.Signals | None) -> int:
        process, self.process = self.process, None
        assert process is not None
        if number is not None:
            process.send_signal(number)
        try:
            _, said = process.communicate(timeout=20)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGABRT)
            raise AssertionError(f"the agent did not end; its threads:\n{process.communicate()[1]}") from None
        assert "Traceback" not in said, said
        return process.returncode

    def session(self, timeout: float = 20.0) -> Session:
        """Ours, closed with the test."""
        return self._opened.enter_context(connect(self.control, timeout=timeout))

    def stock(self) -> Any:
        return stock(self.control)

    def close(self) -> None:
        self._opened.close()
        if self.process is not None:
            self.stop()


def near(addresses: list[str]) -> str:
    """That one of a server's addresses by which this machine reaches it on any network, or none."""
    (address,) = (address for address in addresses if "//127.0.0.1:" in address)
    return address


class Laptop:
    """A device that was paired with an agent over its `session`. Attributes: address, vault."""

    def __init__(self, session: Any, folder: Path, permission: str) -> None:
        invite = session.call("invite_create", {"permission": permission})
        self.address = near(invite["addresses"])
        self.vault = Vault(folder)
        pair((parse(self.address), parse_code(invite["code"])), "laptop", self.vault, 20.0)

    def connect(self) -> Session:
        return connect(self.address, vault=self.vault)


@pytest.fixture
def home() -> Iterator[Path]:
    """A short one: a UNIX socket's path has 108 bytes."""
    folder = Path(tempfile.mkdtemp(prefix="fa"))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def agent(home: Path) -> Iterator[AgentProcess]:
    """A running agent, nothing shared yet."""
    made = AgentProcess(home).start()
    yield made
    made.close()


@pytest.fixture
def until() -> Callable[..., Any]:
    return wait_until


def wait_until(ask: Callable[[], Any], fits: Callable[[Any], bool] = bool, seconds: float = 20.0) -> Any:
    """What `ask` answers as soon as it fits; fails after `seconds`."""
    deadline = time.monotonic() + seconds
    while not fits(answer := ask()):
        if time.monotonic() > deadline:
            raise AssertionError(f"still {answer!r:.500}")
        time.sleep(0.02)
    return answer
