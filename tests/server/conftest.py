"""A running server, stock clients to it, and a client so raw that it can misbehave."""

from __future__ import annotations

import os
import re
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit
from xmlrpc.client import Binary, ServerProxy, dumps, loads

import pytest

from filexfer.server import Server, Settings
from tests.server.stranger import House


class Reply(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def value(self) -> Any:
        """What the XML-RPC response holds. Raises the fault that it is."""
        return loads(self.body)[0][0]


class Wire:
    """One connection on which every byte is the test's own."""

    def __init__(self, address: str, timeout: float = 20.0) -> None:
        if address.startswith("unix:"):
            self.sock = socket.socket(socket.AF_UNIX)
            self.sock.settimeout(timeout)
            self.sock.connect(address.removeprefix("unix:"))
        else:
            where = urlsplit(address)
            assert where.hostname
            self.sock = socket.create_connection((where.hostname, where.port), timeout)
            self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if where.scheme == "https":
                self.sock = whoever_answers().wrap_socket(self.sock)
        self.ahead = b""

    def __enter__(self) -> Wire:
        return self

    def __exit__(self, *error: object) -> None:
        self.sock.close()

    def send(self, data: bytes) -> None:
        self.sock.sendall(data)

    def request(self, line: str, body: bytes = b"", **headers: str) -> Reply:
        """Send a request (`"GET /x"`) and read its answer; `headers` with `_` for `-`."""
        # A refusal may come, and the connection end, before all of a large body was sent.
        with suppress(OSError):
            self.send(head(line, len(body) if body or line[:3] in ("PUT", "POS") else None, **headers) + body)
        return self.reply(line.split()[0])

    def call(self, method: str, *params: object, **headers: str) -> Reply:
        body = dumps(params, method, allow_none=True).encode()
        return self.request("POST /RPC2", body, Content_Type="text/xml", **headers)

    def reply(self, method: str = "GET") -> Reply:
        """The next answer, interim ones left out."""
        while True:
            raw = self._until(b"\r\n\r\n").decode("latin-1")
            start, *fields = raw[:-4].split("\r\n")
            headers = {name.lower(): value for name, value in (field.split(": ", 1) for field in fields)}
            status = int(start.split()[1])
            if status != 100:
                break
        length = 0 if method == "HEAD" or status in (204, 304) else int(headers["content-length"])
        return Reply(status, headers, self.exactly(length))

    def _until(self, mark: bytes) -> bytes:
        while mark not in self.ahead:
            self._more()
        found, _, self.ahead = self.ahead.partition(mark)
        return found + mark

    def exactly(self, count: int) -> bytes:
        while len(self.ahead) < count:
            self._more()
        found, self.ahead = self.ahead[:count], self.ahead[count:]
        return found

    def _more(self) -> None:
        data = self.sock.recv(1 << 16)
        if not data:
            raise ConnectionError(f"closed after {self.ahead!r}")
        self.ahead += data

    def ended(self) -> bool:
        """Whether the server has closed, within the time-out; whatever it still says is dropped."""
        try:
            while self.sock.recv(1 << 16):
                pass
        except ConnectionResetError:
            pass
        return True


def whoever_answers() -> ssl.SSLContext:
    """A client's side of TLS that trusts anybody: for tests that are about something else."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def head(line: str, length: int | None = None, **headers: str) -> bytes:
    fields = {"Host": "localhost", **{name.replace("_", "-"): value for name, value in headers.items()}}
    if length is not None:
        fields["Content-Length"] = str(length)
    return f"{line} HTTP/1.1\r\n{''.join(f'{name}: {value}' + chr(13) + chr(10) for name, value in fields.items())}\r\n".encode(
        "latin-1"
    )


class Running:
    """A server and ways to it.

    Attributes:
        folder: what it shares.
        url: of its TCP listener.
    """

    def __init__(self, server: Server, folder: Path, stack: ExitStack) -> None:
        self.server = server
        self.folder = folder
        self.url = next((address for address in server.addresses if address.startswith("http")), "")
        self._stack = stack

    @property
    def port(self) -> int:
        return int(re.findall(r":(\d+)/", self.url)[0])

    def context(self) -> ssl.SSLContext | None:
        """What the documentation tells stock clients to use: the server's own certificate, and no look at its name."""
        if not self.server.identity:
            return None
        context = ssl.create_default_context(cadata=self.server.identity.certificate)
        context.check_hostname = False
        return context

    def proxy(self) -> ServerProxy:
        return self._stack.enter_context(ServerProxy(self.url, allow_none=True, context=self.context()))

    def wire(self, address: str = "", timeout: float = 20.0) -> Wire:
        return self._stack.enter_context(Wire(address or self.url, timeout))

    def held(self, path: str = "") -> dict[str, bytes]:
        """All files of the share, our own area left out."""
        found = {}
        for folder, folders, names in os.walk(self.folder / path):
            if ".filexfer" in folders:
                folders.remove(".filexfer")
            for name in names:
                file = Path(folder, name)
                found[str(file.relative_to(self.folder))] = file.read_bytes()
        return found


Serve = Callable[..., Running]


@pytest.fixture
def scheme() -> str:
    """What `serve` listens on. A test that must hold over TLS too is parametrised with it."""
    return "http"


@pytest.fixture
def serve(tmp_path: Path, scheme: str) -> Iterator[Serve]:
    """Starts servers: `serve(guest="read", head_seconds=0.1)`; names of settings are taken as such."""
    with ExitStack() as stack:

        def start(guest: str = "write", *, listen: tuple[str, ...] = (), control: Path | None = None, **bounds: Any) -> Running:
            folder = tmp_path / "share"
            listen = listen or (f"{scheme}://localhost:0",)
            state = tmp_path / "state" if scheme == "https" else None
            server = Server(folder, listen, guest, settings=Settings(**bounds), control=control, state=state)
            stack.enter_context(server)
            return Running(server, folder, stack)

        yield start


MakeHouse = Callable[..., House]


@pytest.fixture
def make_house(tmp_path: Path) -> Iterator[MakeHouse]:
    """Starts servers on https, with devices and an owner: `make_house(guest="read", login_failures=3)`. Each has the same
    folders, so that a second one, started behind the first one's end, is that one restarted."""
    with ExitStack() as stack:

        def start(guest: str = "none", **bounds: Any) -> House:
            made = House(tmp_path, guest, **bounds)
            stack.callback(made.close)
            return made

        yield start


@pytest.fixture
def house(make_house: MakeHouse) -> House:
    """A server on https, for which strangers are nobody."""
    return make_house()


@pytest.fixture
def running(serve: Serve) -> Running:
    """A server whose guests may write."""
    return serve()


@pytest.fixture
def proxy(running: Running) -> ServerProxy:
    """A stock client of `running`."""
    return running.proxy()


@pytest.fixture
def wire(running: Running) -> Wire:
    """A raw connection to `running`."""
    return running.wire()


@pytest.fixture(name="Binary")
def binary() -> type[Binary]:
    return Binary
