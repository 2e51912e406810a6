"""The sockets under a connection: what `transport` asks of one, plain ones, and how one is opened (TLS: `tls.py`)."""

from __future__ import annotations

import select
import socket
from typing import Any, Protocol

from filexfer.client.words import connect_error
from filexfer.core.digests import Bytes
from filexfer.core.errors import ConnectionFailed
from filexfer.protocol.address import Address

#: Most pieces of one `sendmsg` (IOV_MAX is 1024 on Linux, 16 is the least POSIX permits).
_PIECES = 16
#: Windows has none: pieces go one by one there, or joined where they are short.
_SENDMSG = hasattr(socket.socket, "sendmsg")
#: Bytes up to which pieces are joined there.
_JOINED = 64 << 10
#: Longest wait for a TCP connection to come about, in seconds.
_CONNECT = 10.0


class Socket(Protocol):
    """A connected socket, for one thread; `abort` may be called from others. All raise `OSError`, `TimeoutError` after the
    time set without progress.

    Attributes:
        pin: of the certificate that the other side showed; `""` without TLS.
    """

    pin: str

    def greet(self, name: str) -> None:
        """What has to happen before the first request. `name` is for texts of errors."""
        ...

    def settimeout(self, seconds: float) -> None: ...

    def send(self, pieces: list[Bytes]) -> int:
        """Send the first of `pieces`, as far as they go; how many bytes left."""
        ...

    def has_room(self) -> bool:
        """Wait until there is room to send in; False where something has arrived and there is none."""
        ...

    def receive(self, view: memoryview) -> int:
        """Wait for bytes and take them; 0 at the end of the connection."""
        ...

    def receive_now(self, view: memoryview) -> int:
        """The same of what is there already. Raises `BlockingIOError` where that is nothing."""
        ...

    def abort(self) -> None:
        """Wake the thread that waits, and end the connection."""
        ...

    def close(self) -> None: ...


class PlainSocket:
    """TCP or UNIX, as it is."""

    pin = ""

    def __init__(self, raw: socket.socket) -> None:
        self._socket = raw

    def greet(self, name: str) -> None:
        pass

    def settimeout(self, seconds: float) -> None:
        self._socket.settimeout(seconds)

    def send(self, pieces: list[Bytes]) -> int:
        if _SENDMSG:
            return self._socket.sendmsg(pieces[:_PIECES])
        if len(pieces) > 1 and len(pieces[0]) + len(pieces[1]) <= _JOINED:
            return self._socket.send(b"".join(pieces[:2]))
        return self._socket.send(pieces[0])

    def has_room(self) -> bool:
        return has_room(self._socket)

    def receive(self, view: memoryview) -> int:
        return self._socket.recv_into(view)

    def receive_now(self, view: memoryview) -> int:
        before = self._socket.gettimeout()
        self._socket.settimeout(0)
        try:
            return self._socket.recv_into(view)
        finally:
            self._socket.settimeout(before)

    def abort(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._socket.close()


def has_room(made: socket.socket) -> bool:
    """See `Socket`. Raises `TimeoutError` after the socket's own time."""
    seconds = made.gettimeout()
    if hasattr(select, "poll"):
        poll = select.poll()
        poll.register(made, select.POLLIN | select.POLLOUT)
        events = [event for _, event in poll.poll(None if seconds is None else seconds * 1000)]
        # An error or an end is for the next send to tell.
        ready, room = bool(events), events != [select.POLLIN]
    else:
        readable, writable, _ = select.select([made], [made], [], seconds)
        ready, room = bool(readable or writable), bool(writable)
    if not ready:
        raise TimeoutError("timed out")
    return room


def connected(address: Address, timeout: float) -> socket.socket:
    """A socket connected to a server. Raises `ConnectionFailed`."""
    name = str(address.server)
    try:
        if address.scheme == "unix" and hasattr(socket, "AF_UNIX"):
            return _unix(address.socket, min(timeout, _CONNECT))
        if address.scheme in ("http", "https"):
            # As bytes: a text would load the tables of internationalised names.
            host: Any = address.host.encode("ascii")
            made = socket.create_connection((host, address.port), min(timeout, _CONNECT))
            made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return made
    except OSError as error:
        raise connect_error(error, name) from error
    if address.scheme == "unix":
        raise ConnectionFailed("This system has no UNIX sockets. Use an address with https://.", lasting=True)
    words = f"There is no saved server “{address.name}” here. Name it by its address, like https://HOST:8765/."
    raise ConnectionFailed(words, lasting=True)


def within_machine(made: socket.socket) -> bool:
    """Whether both ends of a connected socket are on one machine."""
    if made.family not in (socket.AF_INET, socket.AF_INET6):
        return True
    try:
        # Whatever way it takes, a machine calls itself by the address that it is called by.
        return bool(made.getpeername()[0] == made.getsockname()[0])
    except OSError:
        return False  # it has broken off already


def _unix(path: str, timeout: float) -> socket.socket:
    made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    made.settimeout(timeout)
    try:
        made.connect(path)
    except BaseException:
        made.close()
        raise
    return made
