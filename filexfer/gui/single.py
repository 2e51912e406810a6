"""One window a user: the first start holds a lock and listens on a private socket, a second one hands over what it was given and
ends. Rules: only processes of this user reach it; what they hand over is shown, nothing is done by itself.

Where there are no UNIX sockets it listens on loopback, and callers show a token that lies in a file only this user can read."""

from __future__ import annotations

import hmac
import json
import logging
import os
import secrets
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

from filexfer.core import places
from filexfer.core.errors import StorageFailed
from filexfer.core.locks import FileLock

_log = logging.getLogger("filexfer.gui")

#: Bytes of the longest message, seconds that either side waits for the other, and that a first start may take to listen.
_MOST = 4 << 20
_PATIENCE = 3.0
_STARTING = 5.0
_UNIX = hasattr(socket, "AF_UNIX")
_ANSWER = b"shown\n"


@dataclass(frozen=True, slots=True)
class Handover:
    """What a start was given. Attributes: paths (absolute, to be sent), link (that pairs; a secret), token (by which the system
    lets the window come to the front: `XDG_ACTIVATION_TOKEN`, or `DESKTOP_STARTUP_ID` on X11)."""

    paths: tuple[str, ...] = ()
    link: str = field(default="", repr=False)
    token: str = ""

    @classmethod
    def given(cls, paths: list[str], link: str) -> Handover:
        """What this very process was started with."""
        token = os.environ.get("XDG_ACTIVATION_TOKEN") or os.environ.get("DESKTOP_STARTUP_ID", "")
        return cls(tuple(os.path.abspath(path) for path in paths), link, token)


class Single:
    """The one window of a state folder. `take` first: where it is False, `hand_over`; else `listen`."""

    def __init__(self, state: Path) -> None:
        self._state = state
        self._lock = FileLock(state / "window.lock")
        self._file = state / "window.address"
        self._socket: socket.socket | None = None
        self._secret = ""

    def take(self) -> bool:
        """Whether this is the first start. Where the lock cannot be taken for another reason, it counts as that too."""
        try:
            places.private_folder(self._state)
            return self._lock.take()
        except (OSError, StorageFailed):
            return True

    def hand_over(self, given: Handover) -> bool:
        """Give `given` to the first one; whether it has shown it. It may be about to start, so it is tried for a while."""
        until = time.monotonic() + _STARTING
        while True:
            try:
                return self._tell(given)
            except (OSError, ValueError):
                if time.monotonic() > until:
                    return False
            if self._lock.take():
                # The first one has just ended: this is the first now, and opens a window of its own.
                return False
            time.sleep(0.05)

    def _tell(self, given: Handover) -> bool:
        with self._connected() as sock:
            sock.sendall(json.dumps({**asdict(given), "secret": self._secret}).encode("ascii") + b"\n")
            return sock.recv(len(_ANSWER)) == _ANSWER

    def _connected(self) -> socket.socket:
        if _UNIX:
            sock = socket.socket(socket.AF_UNIX)
            sock.settimeout(_PATIENCE)
            try:
                sock.connect(str(places.window_socket(self._state)))
            except BaseException:
                sock.close()
                raise
            return sock
        port, self._secret = self._file.read_text("ascii").split()
        return socket.create_connection(("127.0.0.1", int(port)), _PATIENCE)

    def listen(self, take: Callable[[Handover], object]) -> None:
        """Have `take` called, on a thread of its own, with what later starts hand over. Raises `OSError`, `StorageFailed`."""
        self._socket = self._bound()
        threading.Thread(target=self._serve, args=(self._socket, take), name="window-socket", daemon=True).start()

    def listen_quietly(self, take: Callable[[Handover], object]) -> None:
        """The same, where it can be: without it a later start opens a window of its own."""
        try:
            self.listen(take)
        except (OSError, StorageFailed) as error:
            _log.warning("later starts cannot be answered: %s", error)

    def _bound(self) -> socket.socket:
        if not _UNIX:
            sock = socket.create_server(("127.0.0.1", 0))
            self._secret = secrets.token_urlsafe(32)
            with open(os.open(self._file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="ascii") as out:
                out.write(f"{sock.getsockname()[1]} {self._secret}")
            return sock
        path = places.window_socket(self._state)
        places.private_folder(path.parent)
        # Ours by the lock: whoever left it has ended.
        path.unlink(missing_ok=True)
        sock = socket.socket(socket.AF_UNIX)
        sock.bind(str(path))
        path.chmod(0o600)
        sock.listen(4)
        return sock

    def _serve(self, listener: socket.socket, take: Callable[[Handover], object]) -> None:
        while True:
            try:
                caller, _ = listener.accept()
            except OSError:
                return  # closed
            with caller:
                try:
                    caller.settimeout(_PATIENCE)
                    take(self._read(caller))
                    caller.sendall(_ANSWER)
                except (OSError, ValueError, TypeError, KeyError):
                    continue  # it went away, or is none of ours

    def _read(self, caller: socket.socket) -> Handover:
        """Raises `OSError`, and `ValueError`, `TypeError`, `KeyError` for what is no handover."""
        line = bytearray()
        while not line.endswith(b"\n"):
            piece = caller.recv(1 << 16)
            line += piece
            if not piece or len(line) > _MOST:
                raise ValueError("not a handover")
        told = json.loads(line)
        if not hmac.compare_digest(str(told["secret"]).encode(), self._secret.encode()):
            raise ValueError("not of this user")
        return Handover(tuple(str(path) for path in told["paths"]), str(told["link"]), str(told["token"]))

    def close(self) -> None:
        """Let another start be the first."""
        if self._socket is not None:
            if _UNIX:
                places.window_socket(self._state).unlink(missing_ok=True)
                # A plain close would leave the thread in `accept`.
                self._socket.shutdown(socket.SHUT_RDWR)
            self._socket.close()
            self._socket = None
        self._lock.release()
