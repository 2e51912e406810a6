"""Addresses of servers and of paths on them (protocol.md, Addresses): text to `Address` and back. Resolves and opens nothing.

An address given as an argument is public, so one with a user name or a password is refused, and no error repeats its text."""

from __future__ import annotations

import os
import re
from collections.abc import Collection
from typing import NamedTuple

from filexfer.core import paths
from filexfer.core.errors import BadParameters
from filexfer.protocol.percent import decode_path, quote_path

DEFAULT_PORT = 8765

_URL = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://(.*)", re.DOTALL)
_HOST = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,252}[A-Za-z0-9_.])?")
_NAME = re.compile(r"[^\s\x00-\x1f\x7f:/\\@\[\]?#%]{1,64}")
#: What does not fit into a name, and how long one may be that a number is put behind.
_NOT_IN_NAMES = re.compile(r"[\s\x00-\x1f\x7f-\x9f:/\\@\[\]?#%]+")
_NAME_BASE = 58
_MENTIONED = re.compile(r"https?://[^\s/“”\x00-\x1f]+/")
_SCHEMES = ("http", "https", "unix")


class Address(NamedTuple):
    """Where something is.

    Attributes:
        scheme: "http", "https", "unix" or "saved".
        host: name or number, IPv6 without its brackets; http and https only.
        port: http and https only; 0 lets a listener choose.
        socket: absolute path of the UNIX socket; unix only.
        path: path in the share, "" for its root.
        name: of the saved server; saved only.
    """

    scheme: str
    host: str = ""
    port: int = 0
    socket: str = ""
    path: str = ""
    name: str = ""

    @property
    def server(self) -> Address:
        """The same server, without a path."""
        return self._replace(path="")

    @property
    def authority(self) -> str:
        """`host:port` as an URL and a `Host` field have it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"

    def __str__(self) -> str:
        if self.scheme == "saved":
            return f"{self.name}:{self.path}"
        if self.scheme == "unix":
            return f"unix:{self.socket}" + (f":/{self.path}" if self.path else "")
        # The `%` before an IPv6 zone is itself percent-encoded in an URL (RFC 6874).
        return f"{self.scheme}://{self.authority.replace('%', '%25')}/{quote_path(self.path)}"


def free_name(wanted: str, taken: Collection[str]) -> str:
    """A name for a saved server like `wanted`, legal in `NAME:path`, and none of those `taken`."""
    plain = _NOT_IN_NAMES.sub("-", wanted).strip("-")[:_NAME_BASE]
    # One letter is a drive on Windows, and schemes are no names.
    plain = plain if len(plain) > 1 and plain.lower() not in _SCHEMES else "server"
    name, number = plain, 2
    while name in taken:
        name, number = f"{plain}-{number}", number + 1
    return name


def looks_like_address(text: str, windows: bool = os.name == "nt") -> bool:
    """Whether an argument means a server, not a local path: as in scp, a colon before the first slash says so."""
    name, colon, _ = text.partition(":")
    if not colon or "/" in name or (windows and (len(name) == 1 or "\\" in name)):
        return False
    return name != ""


def mentioned(sentence: str) -> str:
    """The server that a sentence about a connection names, as our errors do; "" for none."""
    found = _MENTIONED.search(sentence)
    return found[0] if found else ""


def parse(text: str, windows: bool = os.name == "nt") -> Address:
    """The address that `text` writes. Raises `BadParameters`, and `InvalidPath` for the path in it."""
    url = _URL.fullmatch(text)
    if text[:5].lower() == "unix:":
        return _unix(text[5:])
    if url is not None:
        scheme = url[1].lower()
        if scheme not in ("http", "https"):
            raise BadParameters("filexfer knows addresses with http://, https:// and unix:, and names of saved servers (NAME:).")
        return _http(scheme, url[2])
    return _saved(text, windows)


def _http(scheme: str, rest: str) -> Address:
    authority, _, path = rest.partition("/")
    # Looked for in all of the text: a password may itself hold a slash.
    if "@" in authority or _has_password(rest):
        raise BadParameters(
            "An address holds no user name and no password: other users of this machine can read arguments. Use --token-file."
        )
    if "?" in rest or "#" in rest:
        raise BadParameters("“?” and “#” have no meaning in an address. In a name write them %3F and %23.")
    host, port = _host_and_port(authority)
    return Address(scheme, host=host, port=port, path=_checked(decode_path(path.rstrip("/"))))


def _has_password(rest: str) -> bool:
    """Whether what stands before an “@” further behind is `user:password` where the password holds a slash."""
    before, at, _ = rest.partition("@")
    user, colon, password = before.partition("/")[0].partition(":")
    return bool(at and colon) and "[" not in user and password.strip("0123456789") != ""


def _host_and_port(authority: str) -> tuple[str, int]:
    if authority.startswith("["):
        host, bracket, port = authority[1:].partition("]")
        if not bracket or (port and not port.startswith(":")):
            raise BadParameters("An IPv6 address is written in brackets, like http://[::1]:8765/.")
        return _ipv6(host), _port(port[1:])
    host, _, port = authority.partition(":")
    if ":" in port:
        raise BadParameters("An IPv6 address is written in brackets, like http://[::1]:8765/.")
    return _host(host), _port(port)


def _ipv6(host: str) -> str:
    from ipaddress import AddressValueError, IPv6Address

    host, percent, zone = host.partition("%")
    zone = zone.removeprefix("25")
    if percent and not re.fullmatch(r"[A-Za-z0-9_.~-]{1,32}", zone):
        raise BadParameters("The zone of an IPv6 address is a network interface, like [fe80::1%25eth0].")
    try:
        written = str(IPv6Address(host))
    except AddressValueError:
        raise BadParameters("What stands in brackets is not an IPv6 address.") from None
    return f"{written}%{zone}" if percent else written


def _host(host: str) -> str:
    if not host:
        raise BadParameters("The address names no host. Write http://HOST:PORT/.")
    if not host.isascii():
        try:
            host = host.encode("idna").decode()
        except UnicodeError:
            host = ""
    if not _HOST.fullmatch(host):
        raise BadParameters("The host in the address is not one that can be. Check its spelling.")
    return host.lower()


def _port(text: str) -> int:
    if not text:
        return DEFAULT_PORT
    if not re.fullmatch(r"[0-9]{1,5}", text, re.ASCII) or int(text) > 65535:
        raise BadParameters("A port is a number from 1 to 65535.")
    return int(text)


def _unix(rest: str) -> Address:
    # `unix:///run/x.sock` is `unix:/run/x.sock` with an empty host.
    if rest.startswith("//"):
        rest = rest[2:]
    if rest.startswith("//"):
        rest = "/" + rest.lstrip("/")  # else it would be read as the form above once it is written again
    socket, _, path = rest.partition(":/")
    # With one left at its end it would be read as another socket once it is written again.
    socket = socket.rstrip(":")
    if not socket.startswith("/") or socket.endswith("/") or "\0" in socket:
        raise BadParameters("A UNIX socket is named by its whole path, like unix:/run/filexfer.sock.")
    return Address("unix", socket=socket, path=_checked(path.strip("/")))


def _saved(text: str, windows: bool) -> Address:
    name, colon, path = text.partition(":")
    if "@" in name:
        raise BadParameters("An address holds no user name. Write NAME:PATH with the name of a saved server.")
    if not colon or not _NAME.fullmatch(name) or name.lower() in _SCHEMES:
        raise BadParameters("This is not an address. Write http://HOST:PORT/PATH, unix:/SOCKET:/PATH or NAME:PATH.")
    if windows and len(name) == 1:
        raise BadParameters("One letter before a colon is a drive, not a saved server.")
    return Address("saved", name=name, path=_checked(path.strip("/")))


def _checked(path: str) -> str:
    paths.split(path)
    return path
