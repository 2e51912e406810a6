"""What methods share when they read their parameters: paths, options, digests. `BadParameters` and `InvalidPath` say what is
wrong."""

from __future__ import annotations

from collections.abc import Mapping

from filexfer.core import paths
from filexfer.core.errors import BadParameters, TooLarge
from filexfer.protocol.members import check_names, flag, number, struct, text
from filexfer.server.streams import Spool

#: What an options struct is when it is left out.
NONE: Mapping[str, object] = {}


class Options:
    """A trailing struct of options. Names that are not in `known` are refused: a misspelt one must not be ignored."""

    def __init__(self, value: object, *known: str) -> None:
        self._given = struct(value, "Options") if value is not NONE else {}
        check_names(self._given, known)

    def text(self, name: str, default: str = "") -> str:
        return text(self._given[name], name) if name in self._given else default

    def flag(self, name: str) -> bool:
        value = self._given.get(name, False)
        # Languages without a boolean of their own send 0 and 1.
        return flag(bool(value) if value in (0, 1) else value, name)

    def number(self, name: str, default: int) -> int:
        return number(self._given[name], name) if name in self._given else default

    def optional_number(self, name: str) -> int | None:
        value = self._given.get(name)
        return None if value is None else number(value, name)

    def has(self, name: str) -> bool:
        return name in self._given


def path_of(value: object) -> str:
    """A path in its one legal form; a `/` before or behind it is forgiven nowhere."""
    path = paths.from_wire(value)
    paths.split(path)
    return path


def in_range(value: int, least: int, most: int, name: str) -> int:
    if not least <= value <= most:
        raise BadParameters(f"{name} is a number from {least} to {most}.")
    return value


def content_of(value: object) -> bytes | Spool:
    """The content of a file: bytes, or what lies on disk already."""
    if isinstance(value, bytes | Spool):
        return value
    raise BadParameters("The content is a base64 value (in Python: xmlrpc.client.Binary).")


def bytes_of(value: object) -> bytes | bytearray:
    """A base64 value that was kept in memory, or what came in its place behind the call."""
    if isinstance(value, bytes | bytearray):
        return value
    if isinstance(value, Spool):
        raise TooLarge()
    raise BadParameters("The data is a base64 value (in Python: xmlrpc.client.Binary).")
