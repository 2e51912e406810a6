"""Where a server listens: addresses become bound sockets, TCP and UNIX ones at once. Rules: plain http stays on this machine
unless the settings say otherwise; a socket file is private and goes away with its server."""

from __future__ import annotations

import errno
import ipaddress
import logging
import os
import secrets
import socket
import stat
import struct
import sys
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from filexfer.core import kept
from filexfer.core.errors import BadParameters, ConnectionFailed
from filexfer.core.places import CONTROL_TOKEN_FILE, private_folder
from filexfer.protocol.address import Address, parse
from filexfer.server.settings import Settings

_log = logging.getLogger("filexfer.server")

_PORT_ATTEMPTS = 20
_EVERYWHERE = "*"
#: What Windows has not.
_UNIX = hasattr(socket, "AF_UNIX")
#: What only Windows has.
_EXCLUSIVE: int | None = getattr(socket, "SO_EXCLUSIVEADDRUSE", None)


class Door(Enum):
    """By which way a connection came in."""

    TCP = "tcp"
    UNIX = "unix"
    CONTROL = "control"


@dataclass(slots=True)
class Listener:
    """One bound socket.

    Attributes:
        door: what kind of way in it is.
        address: for people and clients, with the real port.
        path: of the file that goes away with it, a socket's or a token's, "" for none; `inode` of that file, so that only our
            own is removed.
        secure: it speaks TLS with our own certificate.
        token: what callers must show to be let in by this door, "" for nothing.
    """

    sock: socket.socket
    door: Door
    address: str
    path: str = ""
    inode: tuple[int, int] = (0, 0)
    secure: bool = False
    token: str = field(default="", repr=False)

    def close(self) -> None:
        self.sock.close()
        if self.path:
            try:
                if _inode(self.path) == self.inode:
                    os.unlink(self.path)
            except FileNotFoundError:
                pass  # somebody was quicker


def where_to_listen(text: str) -> Address:
    """As `parse`; and for the host `*`: every address of this machine, of both families. Raises `BadParameters`."""
    scheme, mark, rest = text.partition("://*")
    if mark and rest[:1] in ("", ":", "/"):
        return parse(f"{scheme}://0.0.0.0{rest}")._replace(host=_EVERYWHERE)
    return parse(text)


def check_form(address: str) -> Address:
    """What an address to listen on means. Raises `BadParameters` for one that cannot be listened on anywhere."""
    where = where_to_listen(address)
    if where.path:
        raise BadParameters("An address to listen on has no path behind it.")
    if where.scheme not in ("http", "https", "unix"):
        raise BadParameters("A server listens on https://HOST:PORT, http://localhost:PORT or unix:/PATH.")
    return where


def check_plain(where: Address, settings: Settings) -> None:
    """Raise `BadParameters` where this address would carry what everybody can read beyond this machine, and the settings do not
    allow that; `ConnectionFailed` where its host is none of this machine."""
    if where.scheme == "http" and not settings.insecure and not _stays_here(where):
        raise BadParameters(
            "Plain http is readable by everybody on the way, so it is served on this machine only: listen on https://, or on "
            "http://localhost. If you insist, allow it with --insecure."
        )


def check_here(where: Address) -> None:
    """Raise `ConnectionFailed` where the host of this address is none of this machine's. Takes no port and listens nowhere, so it
    can be asked while a server does."""
    refusals: list[OSError] = []
    hosts = _hosts(where.host)
    for family, host in hosts:
        try:
            with socket.socket(family, socket.SOCK_STREAM) as probe:
                probe.bind((host, 0))
        except OSError as error:
            refusals.append(error)
    if len(refusals) == len(hosts):
        raise ConnectionFailed(f"Cannot listen on {where.server}: {refusals[0].strerror or refusals[0]}.")


def _stays_here(where: Address) -> bool:
    return all(_is_loopback(host) for _, host in _hosts(where.host))


def listen(address: str, settings: Settings) -> list[Listener]:
    """The listeners of one address: two for `http://localhost` and for `https://*`, one for every other.

    Raises `BadParameters` for an address that cannot be listened on, `ConnectionFailed` where the system refuses it.
    """
    where = check_form(address)
    if where.scheme == "unix":
        return [listen_unix(where.socket, Door.UNIX, settings)]
    return _listen_tcp(where, settings)


def _listen_tcp(where: Address, settings: Settings) -> list[Listener]:
    check_plain(where, settings)
    hosts = _hosts(where.host)
    secure = where.scheme == "https"
    if not secure and not _stays_here(where):
        _log.warning("%s is plain http: whoever is on the way reads and changes everything.", where.server)
    for attempt in range(_PORT_ATTEMPTS):
        try:
            made = _bind_all(hosts, where.port, settings.backlog)
            break
        except OSError as error:
            # A port that the system chose for one family may be taken in the other one.
            if error.errno == errno.EADDRINUSE and where.port == 0 and attempt < _PORT_ATTEMPTS - 1:
                continue
            taken = " Choose another port." if error.errno in (errno.EADDRINUSE, errno.EACCES) else ""
            raise ConnectionFailed(f"Cannot listen on {where.server}: {error.strerror or error}.{taken}") from None
    return [Listener(sock, Door.TCP, _shown(sock, where), secure=secure) for sock in made]


def _shown(sock: socket.socket, wanted: Address) -> str:
    """The address of a bound socket, as it was asked for. Of all addresses, each family's are told by themselves."""
    host, port = sock.getsockname()[:2]
    return str(wanted._replace(host=host if wanted.host == _EVERYWHERE else wanted.host, port=port))


def _bind_all(hosts: list[tuple[socket.AddressFamily, str]], port: int, backlog: int) -> list[socket.socket]:
    """Bind all `hosts` to the same port, leaving out a family that this machine has not. Raises `OSError`."""
    made: list[socket.socket] = []
    absent: OSError | None = None
    try:
        for family, host in hosts:
            try:
                made.append(_bind(family, host, port, backlog))
            except OSError as error:
                if error.errno not in (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT):
                    raise
                absent = error
                continue
            port = made[0].getsockname()[1]
        if absent and not made:
            raise absent
    except BaseException:
        for sock in made:
            sock.close()
        raise
    return made


def _hosts(host: str) -> list[tuple[socket.AddressFamily, str]]:
    if host == _EVERYWHERE:
        # Not one socket for both: IPv4 callers would have addresses of IPv6 there.
        return [(socket.AF_INET, "0.0.0.0"), (socket.AF_INET6, "::")]
    if host == "localhost":
        # Clients try both; a stranger's program on the other family's port would get what is meant for us.
        return [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")]
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except OSError:
        raise ConnectionFailed(f"This machine has no address “{host}” to listen on.") from None
    family, _, _, _, address = found[0]
    return [(family, str(address[0]))]


def _is_loopback(host: str) -> bool:
    return ipaddress.ip_address(host.partition("%")[0]).is_loopback


def _bind(family: socket.AddressFamily, host: str, port: int, backlog: int) -> socket.socket:
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        if _EXCLUSIVE is None:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        else:
            # Without it another user's program may bind the same port, and get what is meant for us.
            sock.setsockopt(socket.SOL_SOCKET, _EXCLUSIVE, 1)
        if family == socket.AF_INET6:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        sock.bind((host, port))
        sock.listen(backlog)
        sock.setblocking(False)
    except BaseException:
        sock.close()
        raise
    return sock


def listen_unix(path: str, door: Door, settings: Settings) -> Listener:
    """Listen on a UNIX socket at `path`. The file of a server that is gone is replaced, a live one's never.
    Raises `ConnectionFailed`."""
    if not _UNIX:
        raise BadParameters("This system has no UNIX sockets. Listen on http://localhost.")
    if door is Door.CONTROL:
        private_folder(Path(path).parent)
    mode = 0o600 if door is Door.CONTROL else settings.socket_mode
    _remove_stale(path)
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        if sys.platform == "linux":
            # The file is born with the mode of its socket: no moment with a wider one.
            os.fchmod(sock.fileno(), mode)
        sock.bind(path)
        os.chmod(path, mode)
        sock.listen(settings.backlog)
        sock.setblocking(False)
    except OSError as error:
        sock.close()
        raise ConnectionFailed(f"Cannot listen on unix:{path}: {error.strerror or error}.") from None
    return Listener(sock, door, f"unix:{path}", path, _inode(path))


def listen_control(path: str, state: Path, settings: Settings) -> Listener:
    """Listen for processes of this user: on a private UNIX socket at `path`, or, on a system without them, on loopback, with a
    token in the private folder `state` that only they can read. Raises `ConnectionFailed`, `StorageFailed`."""
    if _UNIX:
        return listen_unix(path, Door.CONTROL, settings)
    token = secrets.token_urlsafe(32)
    file = private_folder(state) / CONTROL_TOKEN_FILE
    try:
        sock = _bind(socket.AF_INET, "127.0.0.1", 0, settings.backlog)
    except OSError as error:
        raise ConnectionFailed(f"Cannot listen on this machine itself: {error.strerror or error}.") from None
    try:
        kept.replace(file, f"{token}\n".encode())
        inode = _inode(str(file))
    except BaseException:
        sock.close()
        raise
    return Listener(sock, Door.CONTROL, f"http://127.0.0.1:{sock.getsockname()[1]}/", str(file), inode, token=token)


def _remove_stale(path: str) -> None:
    try:
        status = os.lstat(path)
    except OSError:
        return
    if not stat.S_ISSOCK(status.st_mode):
        raise ConnectionFailed(f"Cannot listen on unix:{path}: something else of that name is there. Choose another path.")
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(1.0)
        try:
            probe.connect(path)
        except ConnectionRefusedError:
            os.unlink(path)
        except OSError:
            pass  # busy, or gone this moment: bind will tell
        else:
            raise ConnectionFailed(f"Cannot listen on unix:{path}: another server is listening there.")


def _inode(path: str) -> tuple[int, int]:
    status = os.lstat(path)
    return status.st_dev, status.st_ino


def peer_uid(sock: socket.socket) -> int | None:
    """The user at the other end of a UNIX socket; None where the system does not tell."""
    if hasattr(socket, "SO_PEERCRED"):  # Linux: struct ucred { pid, uid, gid }
        return int(struct.unpack("=iII", sock.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))[1])
    if hasattr(socket, "LOCAL_PEERCRED"):  # macOS, BSD: struct xucred { version, uid, ... }
        return int(struct.unpack_from("=II", sock.getsockopt(0, socket.LOCAL_PEERCRED, 76))[1])
    return None
