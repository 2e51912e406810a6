"""One connection of an attacker: every byte sent is the test's own, every byte heard is kept. TCP, UNIX sockets, TLS."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any, NamedTuple
from urllib.parse import urlsplit
from xmlrpc.client import Binary, Fault, dumps, loads

XML = {"Content-Type": "text/xml"}


class Reply(NamedTuple):
    """An answer. `code`: the fault it holds, from the body of a call or from `X-Fault-Code`; 0 for success, -1 for a refusal that
    is a plain HTTP status."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def value(self) -> Any:
        """What the XML-RPC response holds. Raises the fault that it is."""
        return loads(self.body, use_builtin_types=True)[0][0]

    @property
    def code(self) -> int:
        if self.status >= 400:
            return int(self.headers.get("x-fault-code", -1))
        if self.headers.get("content-type") == "text/xml":
            try:
                _ = self.value
            except Fault as fault:
                return fault.faultCode
        return 0


class Closed(ConnectionError):
    """The server ended the connection where an answer was awaited."""


class Wire:
    """Args:
        address: `http://…`, `https://…` or `unix:/…`.
        source: the local address to come from, so that two peers are two.
        tls: for `https`; one that checks nothing where it is left out.
        token: of a device, sent with each request.

    Attributes:
        heard: every byte the server sent over it so far.
    """

    def __init__(
        self, address: str, timeout: float = 20.0, source: str = "", tls: ssl.SSLContext | None = None, token: str = ""
    ) -> None:
        self.heard = bytearray()
        self._always = {"Authorization": f"Bearer {token}"} if token else {}
        self._ahead = bytearray()
        if address.startswith("unix:"):
            self.sock = socket.socket(socket.AF_UNIX)
            self.sock.settimeout(timeout)
            self.sock.connect(address.removeprefix("unix:"))
            return
        where = urlsplit(address)
        assert where.hostname
        assert where.port
        host = "127.0.0.1" if where.hostname == "0.0.0.0" else where.hostname
        origin = (source, 0) if source else None
        self.sock = socket.create_connection((host, where.port), timeout, source_address=origin)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if where.scheme == "https":
            self.sock = (tls or trusting()).wrap_socket(self.sock, server_hostname=host)

    def __enter__(self) -> Wire:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        self.sock.close()

    def send(self, data: bytes) -> None:
        """Send; what the server no longer takes, since it has answered and closed, is dropped."""
        with suppress(ConnectionError, ssl.SSLError):
            self.sock.sendall(data)

    def request(self, line: str | bytes, body: bytes = b"", headers: Mapping[str, str] | None = None) -> Reply:
        """Send `b"GET /x"` with a body of known length, and read the answer."""
        raw = line.encode("latin-1") if isinstance(line, str) else line
        length = len(body) if body or raw[:3] in (b"PUT", b"POS") else None
        self.send(head(raw, length, {**self._always, **(headers or {})}) + body)
        return self.reply(raw.split()[0] == b"HEAD")

    def call(self, method: str, *params: object, headers: Mapping[str, str] | None = None) -> Reply:
        return self.request("POST /RPC2", dumps(wired(params), method, allow_none=True).encode(), {**XML, **(headers or {})})

    def post(self, body: bytes, headers: Mapping[str, str] | None = None) -> Reply:
        """A call of which every byte is given."""
        return self.request("POST /RPC2", body, {**XML, **(headers or {})})

    def reply(self, head_only: bool = False) -> Reply:
        """The next answer, interim ones left out. Raises `Closed`."""
        while True:
            start, *fields = self._until(b"\r\n\r\n").decode("latin-1").split("\r\n")
            headers = {name.lower(): value for name, value in (field.split(": ", 1) for field in fields)}
            status = int(start.split()[1])
            if status != 100:
                break
        length = 0 if head_only or status in (204, 304) else int(headers["content-length"])
        return Reply(status, headers, self.exactly(length))

    def rest(self) -> bytes:
        """Whatever still comes until the server closes; it does so within the time-out, or `TimeoutError`."""
        with suppress(Closed):
            while True:
                self._more()
        return bytes(self._ahead)

    def _until(self, mark: bytes) -> bytes:
        while mark not in self._ahead:
            self._more()
        end = self._ahead.index(mark)
        found = bytes(self._ahead[:end])
        del self._ahead[: end + len(mark)]
        return found

    def exactly(self, count: int) -> bytes:
        while len(self._ahead) < count:
            self._more()
        found = bytes(self._ahead[:count])
        del self._ahead[:count]
        return found

    def _more(self) -> None:
        try:
            data = self.sock.recv(1 << 18)
        except (ConnectionError, ssl.SSLError) as error:
            raise Closed(f"{error} after {bytes(self._ahead[:200])!r}") from None
        if not data:
            raise Closed(f"closed after {bytes(self._ahead[:200])!r}")
        self._ahead += data
        self.heard += data


def head(line: bytes, length: int | None, headers: Mapping[str, str]) -> bytes:
    """The bytes of a request's head; `Host` is the server's own unless given."""
    fields = {"Host": "localhost", **headers}
    if length is not None:
        fields["Content-Length"] = str(length)
    written = "".join(f"{name}: {value}\r\n" for name, value in fields.items()).encode("latin-1")
    return line + b" HTTP/1.1\r\n" + written + b"\r\n"


def wired(value: object) -> Any:
    """`value` with its bytes as the standard library's client wants them."""
    if isinstance(value, bytes):
        return Binary(value)
    if isinstance(value, dict):
        return {name: wired(item) for name, item in value.items()}
    if isinstance(value, tuple):
        return tuple(map(wired, value))
    return list(map(wired, value)) if isinstance(value, list) else value


def stepwise(data: bytes, size: int) -> Iterable[bytes]:
    return (data[at : at + size] for at in range(0, len(data), size))


def trusting() -> ssl.SSLContext:
    """A context that checks nothing: an attacker's."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
