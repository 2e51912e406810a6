"""TLS to a server whose key is known by its pin. The one file of the client that knows `ssl`, imported only for https.

No authority vouches for these certificates: the pin does, and it is compared inside every connect, before a byte of HTTP is
sent (docs/security.md). No name is checked and none is sent (SNI)."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Sequence

from filexfer.client.sockets import has_room
from filexfer.client.words import connect_error
from filexfer.core.digests import Bytes
from filexfer.core.errors import ConnectionFailed, KeyChanged
from filexfer.protocol.pairing import pin_of

#: Bytes given to TLS at once. A deadline is on each such piece, so it is short.
_SENT = 64 << 10


class Tls:
    """How connections to one server are made secret.

    Args:
        pin: of the certificate that the server must show; `""` for any, as while pairing with a code.
    """

    def __init__(self, pin: str) -> None:
        self._pin = pin
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self._context.minimum_version = ssl.TLSVersion.TLSv1_3
        self._context.check_hostname = False
        self._context.verify_mode = ssl.CERT_NONE

    def wrap(self, raw: socket.socket, name: str) -> SecureSocket:
        """TLS over a connected socket, no byte exchanged yet. The raw one is not to be used any more. `name` is for texts of
        errors. Raises `ConnectionFailed` where the connection has broken off already."""
        try:
            # Of one that is broken `wrap_socket` would leave half a socket behind, open.
            raw.getpeername()
            # A body that ends with the connection ends by close_notify, or was cut: ragged ends are errors.
            made = self._context.wrap_socket(raw, do_handshake_on_connect=False, suppress_ragged_eofs=False)
        except OSError as error:
            raw.close()
            raise connect_error(error, name) from error
        return SecureSocket(made, self._pin)


class SecureSocket:
    """A `sockets.Socket`.

    Attributes:
        pin: of the certificate that the server showed on this very socket; `""` before `greet`.
    """

    def __init__(self, made: ssl.SSLSocket, wanted: str) -> None:
        self._socket = made
        self._wanted = wanted
        self.pin = ""

    def greet(self, name: str) -> None:
        """The handshake, and the look at the server's key. Raises `KeyChanged`, `ConnectionFailed`."""
        try:
            self._socket.do_handshake()
        except TimeoutError as error:
            raise connect_error(error, name) from error
        except ssl.SSLEOFError as error:
            raise ConnectionFailed(f"{name} closed the connection at once. Try again in a moment.") from error
        except ssl.SSLError as error:
            raise ConnectionFailed(_words(error, name), lasting=True) from error
        except OSError as error:
            raise connect_error(error, name) from error
        certificate = self._socket.getpeercert(binary_form=True)
        self.pin = pin_of(certificate or b"")
        if self._wanted and self.pin != self._wanted:
            raise KeyChanged(
                f"{name} shows another key than the one it was paired with, so nothing was sent to it. If its owner made a new "
                f"key, pair again: `filexfer pair {name}`. Otherwise somebody may be in between."
            )

    def settimeout(self, seconds: float) -> None:
        self._socket.settimeout(seconds)

    def send(self, pieces: list[Bytes]) -> int:
        first = pieces[0]
        if len(pieces) > 1 and len(first) < _SENT:
            # A head and the begin of its body leave in one record where they fit.
            return self._socket.send(_joined(pieces))
        return self._socket.send(first if len(first) <= _SENT else memoryview(first)[:_SENT])

    def has_room(self) -> bool:
        return has_room(self._socket)

    def receive(self, view: memoryview) -> int:
        return self._socket.recv_into(view)

    def receive_now(self, view: memoryview) -> int:
        # What is there may be no data (tickets, new keys), so only a read can tell; MSG_PEEK knows nothing of TLS.
        before = self._socket.gettimeout()
        self._socket.settimeout(0)
        try:
            return self._socket.recv_into(view)
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
            raise BlockingIOError from None
        finally:
            self._socket.settimeout(before)

    def abort(self) -> None:
        # Not SSLSocket's own: that takes the TLS away from under the thread that reads.
        socket.socket.shutdown(self._socket, socket.SHUT_RDWR)

    def close(self) -> None:
        self._socket.close()


def _joined(pieces: Sequence[Bytes]) -> bytes:
    """The first of `pieces` in one, as far as `_SENT` goes."""
    taken, room = [], _SENT
    for piece in pieces:
        taken.append(piece if len(piece) <= room else memoryview(piece)[:room])
        room -= len(taken[-1])
        if not room:
            break
    return b"".join(taken)


def _words(error: ssl.SSLError, name: str) -> str:
    match error.reason:
        case "WRONG_VERSION_NUMBER" | "HTTP_REQUEST" | "RECORD_LAYER_FAILURE" | "PACKET_LENGTH_TOO_LONG":
            return f"{name} answers, but without encryption. Check the address and the port."
        case "TLSV1_ALERT_PROTOCOL_VERSION" | "UNSUPPORTED_PROTOCOL":
            return f"{name} speaks an old version of TLS only; filexfer needs 1.3. Check the address and the port."
    return f"{name} answers, but no secret connection came about ({error.reason or 'TLS'}). Check the address and the port."
