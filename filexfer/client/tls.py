"""TLS to a server whose key is known by its pin. The one file of the client that knows `ssl`, imported only for https.

No authority vouches for these certificates: the pin does, and it is compared inside every connect, before a byte of HTTP is
sent (docs/security.md). No name is checked and none is sent (SNI)."""

from __future__ import annotations

import errno
import socket
import ssl
import time
from collections.abc import Sequence
from typing import Any

from filexfer.client.sockets import has_room
from filexfer.client.words import connect_error
from filexfer.core.digests import Bytes
from filexfer.core.errors import ConnectionFailed, KeyChanged
from filexfer.protocol.pairing import pin_of

#: Bytes given to TLS at once, and taken from the socket at once. A deadline is on each such piece, so it is short.
_SENT = _TAKEN = 64 << 10
#: Bytes that may arrive and bring no content: who sends more only keeps us busy.
_IDLE_TALK = 256 << 10


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
            raw.getpeername()
        except OSError as error:
            raw.close()
            raise connect_error(error, name) from error
        return SecureSocket(raw, self._context, self._pin)


class SecureSocket:
    """A `sockets.Socket`. OpenSSL works on memory here, and pieces of several records go over the socket: by itself it makes a
    system call for each record of 16 KiB, and takes half as long again.

    Attributes:
        pin: of the certificate that the server showed on this very socket; `""` before `greet`.
    """

    def __init__(self, raw: socket.socket, context: ssl.SSLContext, wanted: str) -> None:
        self._socket = raw
        self._in = ssl.MemoryBIO()
        self._out = ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._in, self._out)
        self._taken = memoryview(bytearray(_TAKEN))
        self._unsent = memoryview(b"")  # what OpenSSL made
        self._talk = 0
        self._wanted = wanted
        self.pin = ""

    def greet(self, name: str) -> None:
        """The handshake, and the look at the server's key. Raises `KeyChanged`, `ConnectionFailed`."""
        try:
            self._shake_hands()
        except TimeoutError as error:
            raise connect_error(error, name) from error
        except ssl.SSLEOFError as error:
            raise ConnectionFailed(f"{name} closed the connection at once. Try again in a moment.") from error
        except ssl.SSLError as error:
            raise ConnectionFailed(_words(error, name), lasting=True) from error
        except OSError as error:
            raise connect_error(error, name) from error
        certificate = self._tls.getpeercert(binary_form=True)
        self.pin = pin_of(certificate or b"")
        if self._wanted and self.pin != self._wanted:
            raise KeyChanged(
                f"{name} shows another key than the one it was paired with, so nothing was sent to it. If its owner made a new "
                f"key, pair again: `filexfer pair {name}`. Otherwise somebody may be in between."
            )

    def _shake_hands(self) -> None:
        patience = self._socket.gettimeout()
        end = None if patience is None else time.monotonic() + patience
        while True:
            try:
                self._tls.do_handshake()
            except ssl.SSLWantReadError:
                self._flush()
                if end is not None:
                    # All of it has that time, or who trickles has for ever.
                    self._socket.settimeout(max(0.001, end - time.monotonic()))
                self._take()
            else:
                break
            finally:
                # The last of it, or what OpenSSL has to say about what is wrong.
                self._flush()
        self._socket.settimeout(patience)
        self._talk = 0

    def settimeout(self, seconds: float) -> None:
        self._socket.settimeout(seconds)

    def send(self, pieces: list[Bytes]) -> int:
        first = pieces[0]
        if len(pieces) > 1 and len(first) < _SENT:
            # A head and the begin of its body leave in one record where they fit.
            first = _joined(pieces)
        sent = self._tls.write(first if len(first) <= _SENT else memoryview(first)[:_SENT])
        self._flush()
        return sent

    def _flush(self) -> None:
        """Send what OpenSSL made. What does not leave now goes before what is sent next."""
        if self._out.pending:
            made = self._out.read()
            self._unsent = memoryview(b"".join((self._unsent, made)) if len(self._unsent) else made)
        while len(self._unsent):
            self._unsent = self._unsent[self._socket.send(self._unsent) :]

    def has_room(self) -> bool:
        return has_room(self._socket)

    def receive(self, view: memoryview) -> int:
        while (count := self._decrypt(view)) < 0:
            self._take()
        return count

    def receive_now(self, view: memoryview) -> int:
        # What is there may be no data (tickets, new keys), so only decrypting can tell.
        before = self._socket.gettimeout()
        self._socket.settimeout(0)
        try:
            return self.receive(view)
        finally:
            self._socket.settimeout(before)

    def _decrypt(self, view: memoryview) -> int:
        """Fill `view` as far as what has arrived goes; 0 at the end of the connection, -1 where more has to arrive first."""
        at = 0
        try:
            while at < len(view):
                # At most one record comes of each call.
                count: Any = self._tls.read(len(view) - at, view[at:])
                if not count:
                    return at
                at += count
        except ssl.SSLWantReadError:
            if self._out.pending:  # an answer to new keys
                self._answer_keys()
        if at:
            self._talk = 0
        return at or -1

    def _answer_keys(self) -> None:
        try:
            self._flush()
        except BlockingIOError:
            pass  # from `receive_now`: it leaves when there is room

    def _take(self) -> None:
        """Wait for something to arrive, and give it to OpenSSL."""
        count = self._socket.recv_into(self._taken)
        self._talk += count
        if self._talk > _IDLE_TALK:
            raise ConnectionResetError(errno.ECONNRESET, "The other side speaks TLS and says nothing.")
        if count:
            self._in.write(self._taken[:count])
        else:
            self._in.write_eof()

    def abort(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)

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
