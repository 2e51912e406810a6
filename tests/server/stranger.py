"""A client with nothing but the standard library, written after docs/protocol.md alone: the page suffices to pair."""

from __future__ import annotations

import hashlib
import hmac
import http.client
import secrets
import socket
import ssl
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from xmlrpc.client import Binary, ServerProxy, Transport, dumps, loads

from filexfer.server import Server, Settings


def transcript(code: str, *parts: bytes) -> bytes:
    """HMAC-SHA-256 keyed by the code, over each part behind its length."""
    said = b"".join(len(part).to_bytes(4, "big") + part for part in (b"filexfer-pair-1", *parts))
    return hmac.new(code.replace("-", "").encode(), said, hashlib.sha256).digest()


def blind() -> ssl.SSLContext:
    """A context that takes any certificate: before pairing there is none to know."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


@dataclass
class Stranger:
    """Somebody who knows an address, and perhaps a code.

    Attributes:
        token: what it was given, once it has paired.
    """

    url: str
    name: str = "laptop"
    nonce: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    token: str = ""

    def connection(self) -> http.client.HTTPSConnection:
        where = urlsplit(self.url)
        return http.client.HTTPSConnection(where.hostname or "", where.port, timeout=20, context=blind())

    def seen(self, connection: http.client.HTTPSConnection) -> bytes:
        """SHA-256 of the certificate on this very socket."""
        if connection.sock is None:
            connection.connect()
        certificate = connection.sock.getpeercert(True)
        assert certificate
        return hashlib.sha256(certificate).digest()

    def proof(self, code: str, pin: bytes) -> bytes:
        return transcript(code, b"client", pin, self.nonce, self.name.encode())

    def call(self, method: str, *params: Any, over: http.client.HTTPSConnection | None = None) -> Any:
        """One call, with the token if there is one. Raises the fault that it is."""
        connection = over or self.connection()
        headers = {"Content-Type": "text/xml"} | ({"Authorization": f"Bearer {self.token}"} if self.token else {})
        try:
            connection.request("POST", "/RPC2", dumps(params, method, allow_none=True).encode(), headers)
            return loads(connection.getresponse().read(), use_builtin_types=True)[0][0]
        finally:
            if over is None:
                connection.close()

    def pair(self, code: str) -> dict[str, Any]:
        """All of it: the proof, the call, the check of the server's own proof; the token is taken only behind that."""
        connection = self.connection()
        try:
            pin = self.seen(connection)
            mine = self.proof(code, pin)
            answer = self.call("pair", self.name, Binary(self.nonce), Binary(mine), over=connection)
        finally:
            connection.close()
        granted = answer["permission"].encode(), hashlib.sha256(answer["token"].encode()).digest()
        theirs = transcript(code, b"server", pin, self.nonce, self.name.encode(), mine, *granted)
        assert hmac.compare_digest(theirs, answer["proof"])
        self.token = answer["token"]
        return answer  # type: ignore[no-any-return]

    def get(self, target: str, method: str = "GET", body: bytes | None = None) -> tuple[int, bytes]:
        """A request of the raw lane: its status and body."""
        connection = self.connection()
        try:
            connection.request(method, target, body, {"Authorization": f"Bearer {self.token}"} if self.token else {})
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()


class House:
    """A server on https, and its owner at the control socket."""

    def __init__(self, top: Path, guest: str = "none", listen: tuple[str, ...] = ("https://localhost:0",), **bounds: Any) -> None:
        self.folder, self.state = top / "share", top / "state"
        self.server = Server(
            self.folder, listen, guest, settings=Settings(**bounds), control=top / "own" / "c.sock", state=self.state
        ).start()
        self.url = next(url for url in self.server.addresses if url.startswith("https"))

    def close(self) -> None:
        self.server.close()

    def stranger(self, name: str = "laptop") -> Stranger:
        return Stranger(self.url, name)

    def device(self, permission: str = "write", name: str = "laptop") -> Stranger:
        """Somebody who has paired."""
        stranger = self.stranger(name)
        stranger.pair(self.invite(permission)["code"])
        return stranger

    def invite(self, permission: str = "write", **options: Any) -> Any:
        return self.owner("invite_create", {"permission": permission, **options})

    def owner(self, method: str, *params: Any) -> Any:
        """A call of the owner's, over the control socket."""
        with ServerProxy("http://localhost", transport=_Control(self.server.control_address), use_builtin_types=True) as proxy:
            return getattr(proxy, method)(*params)


class _Unix(http.client.HTTPConnection):
    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(20)
        self.sock.connect(self.host)


class _Control(Transport):
    def __init__(self, address: str) -> None:
        super().__init__(use_builtin_types=True)
        self._path = address.removeprefix("unix:")

    def make_connection(self, host: Any) -> http.client.HTTPConnection:
        self._connection = host, _Unix(self._path)  # which `close` then closes
        return self._connection[1]
