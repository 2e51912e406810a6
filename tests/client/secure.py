"""TLS servers of the tests' own, on the standard library alone. What each key's owner got to read is written down, so that a test
can say that it was nothing."""

from __future__ import annotations

import datetime
import fcntl
import socket
import ssl
import struct
import termios
import threading
import time
from collections.abc import Callable
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from filexfer.protocol.pairing import pin_of


class Key:
    """A key and its self-signed certificate. Attributes: pem (file of both), pin, certificate (PEM text)."""

    def __init__(self, pem: Path) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "somebody")])
        now = datetime.datetime.now(datetime.UTC)
        made = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=1))
            .not_valid_after(now + datetime.timedelta(days=1))
            .sign(key, hashes.SHA256())
        )
        secret = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        self.certificate = made.public_bytes(serialization.Encoding.PEM).decode()
        self.pin = pin_of(made.public_bytes(serialization.Encoding.DER))
        self.pem = pem
        pem.write_bytes(secret + self.certificate.encode())

    def context(self) -> ssl.SSLContext:
        made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        made.load_cert_chain(self.pem)
        return made


class Peer:
    """One connection as a script sees it. Attributes: number (of connections so far, from 0), socket, key."""

    def __init__(self, number: int, sock: socket.socket, key: Key | None) -> None:
        self.number = number
        self.socket = sock
        self.key = key
        self.read = b""
        #: Bytes of it that the script was told of.
        self.told = 0

    def take(self) -> bytes:
        """What arrives next; b"" at the end."""
        data = self.socket.recv(1 << 16)
        self.read += data
        return data

    def head(self) -> bytes:
        """Read a request's head, and no body but what came along."""
        start = self.told
        while b"\r\n\r\n" not in self.read[start:]:
            if not self.take():
                raise ConnectionResetError
        self.told = len(self.read)
        return self.read[start:]

    def until_no_more_comes(self) -> None:
        """Wait until what lies between is full, and the other side cannot send more unless something is read here."""
        before, looks = -1, 0
        while looks < 10:
            (now,) = struct.unpack("i", fcntl.ioctl(self.socket, termios.FIONREAD, bytes(4)))
            before, looks = now, looks + 1 if now == before else 0
            time.sleep(0.02)

    def request(self) -> bytes:
        """Read one request with its body. What came behind it is for the next."""
        start = self.told
        head, _, _ = self.head().partition(b"\r\n\r\n")
        fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:])
        self.told = start + len(head) + 4 + int(fields.get(b"content-length", b"0"))
        while len(self.read) < self.told:
            if not self.take():
                raise ConnectionResetError
        return self.read[start : self.told]

    def answer(self, body: bytes, status: str = "200 OK", *fields: str) -> None:
        lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Content-Type: text/xml", *fields, "", ""]
        self.socket.sendall("\r\n".join(lines).encode() + body)

    def reset(self) -> None:
        """Close the TCP connection, TLS or not, without a word of goodbye."""
        socket.socket.shutdown(self.socket, socket.SHUT_RDWR)
        self.socket.close()


#: What a well-behaved server answers to any call: a struct that tells nothing.
NOTHING = b"<?xml version='1.0'?><methodResponse><params><param><value><struct/></value></param></params></methodResponse>"


def polite(peer: Peer) -> None:
    """Answers every call."""
    while peer.request():
        peer.answer(NOTHING)


class Scripted:
    """A TCP server whose connections do what a script says, each in a thread; with a key over TLS.

    Attributes:
        address: https with a key, else http.
        peers: of all connections so far whose handshake was done.
        key: that new connections show; may be changed at any time.
        refused: errors of handshakes that came to nothing.
    """

    def __init__(
        self, script: Callable[[Peer], None], key: Key | None = None, prepare: Callable[[ssl.SSLContext], object] | None = None
    ) -> None:
        self.key = key
        self.peers: list[Peer] = []
        self.refused: list[OSError] = []
        self._script = script
        self._prepare = prepare
        self._sockets: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"{'https' if key else 'http'}://127.0.0.1:{self._listener.getsockname()[1]}/"
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> Scripted:
        return self

    def __exit__(self, *_: object) -> None:
        socket.socket.shutdown(self._listener, socket.SHUT_RDWR)
        self._listener.close()
        self.cut()

    def read_with(self, key: Key | None) -> bytes:
        """All that was read over connections with this key."""
        return b"".join(peer.read for peer in self.peers if peer.key is key)

    def cut(self) -> None:
        """End all connections there are. Their threads close them: a number that is free again would be another one's."""
        sockets, self._sockets = self._sockets, []
        for one in sockets:
            try:
                socket.socket.shutdown(one, socket.SHUT_RDWR)
            except OSError:
                pass  # It has ended already.

    def _accept(self) -> None:
        while True:
            try:
                raw, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(raw, self.key), daemon=True).start()

    def _serve(self, raw: socket.socket, key: Key | None) -> None:
        # What is to be read before a reset may not wait for an acknowledgement.
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._sockets.append(raw)
        try:
            if key is not None:
                context = key.context()
                if self._prepare is not None:
                    self._prepare(context)
                raw = context.wrap_socket(raw, server_side=True)
                self._sockets.append(raw)
        except OSError as error:
            self.refused.append(error)
            raw.close()
            return
        peer = Peer(len(self.peers), raw, key)
        self.peers.append(peer)
        try:
            self._script(peer)
        except (OSError, ValueError):
            pass  # The other side has gone, or the test has ended.
        finally:
            raw.close()
