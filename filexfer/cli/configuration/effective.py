"""The settings that hold: the command line's, else the file's, else the defaults; and which of them each came from."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from filexfer.cli.configuration.reading import ConfigFile, Fault, Given, Key
from filexfer.cli.configuration.table import Setting, settings
from filexfer.core.errors import ConnectionFailed, FilexferError
from filexfer.protocol.address import Address
from filexfer.server.listener import check_form, check_plain
from filexfer.server.settings import Settings

_T = TypeVar("_T")

#: Where a value came from.
DEFAULT, FILE, COMMAND_LINE = "default", "file", "command line"


@dataclass(frozen=True)
class Origin:
    """`source` is one of the three above; `line` of the file, 0 where it is none or not known."""

    source: str
    line: int = 0


class Effective:
    """Args:
    file: what was read, None for none.
    given: by the command line, which wins.

    Attributes:
        faults: all that is wrong, as far as it can be told without looking at folders and networks.
    """

    def __init__(self, file: ConfigFile | None = None, given: Mapping[Key, object] | None = None) -> None:
        self.file = file
        self._given = given or {}
        self._found: Mapping[Key, Given] = file.values if file else {}
        self._rows = {(row.section, row.name): row for row in settings()}
        self.faults = (*(file.faults if file else ()), *self._at_odds())

    def rows(self) -> Iterator[tuple[Setting, object, Origin]]:
        """Each setting, its value (None: there is none), and where that came from."""
        for key, row in self._rows.items():
            yield row, self.value(*key), self.origin(*key)

    def value(self, section: str, name: str) -> object:
        """The value that holds; None where there is none."""
        key = section, name
        if key in self._given:
            return self._given[key]
        return self._found[key].value if key in self._found else self._rows[key].default

    def origin(self, section: str, name: str) -> Origin:
        key = section, name
        if key in self._given:
            return Origin(COMMAND_LINE)
        return Origin(FILE, self._found[key].line) if key in self._found else Origin(DEFAULT)

    def of(self, kind: type[_T], section: str, name: str) -> _T:
        """The value of a setting that has one of this type."""
        value = self.value(section, name)
        assert isinstance(value, kind)
        return value

    @property
    def folder(self) -> Path | None:
        return self._path("folder")

    @property
    def state(self) -> Path | None:
        return self._path("state")

    @property
    def listen(self) -> tuple[str, ...]:
        return tuple(map(str, self.of(tuple, "serve", "listen")))

    def server_settings(self) -> Settings:
        """The bounds of the server."""
        bounds = {name: self.value(section, name) for section, name in self._rows if section == "bounds"}
        own = {name: self.value("serve", name) for name in ("insecure", "allow_hosts", "socket_mode")}
        return Settings(**bounds, **own)  # type: ignore[arg-type]

    def fault(self, section: str, name: str, text: str) -> Fault:
        """What is wrong with the value of a setting, at the place where it was given."""
        origin = self.origin(section, name)
        return Fault(text, self.file.path if self.file and origin.source == FILE else None, origin.line)

    def _path(self, name: str) -> Path | None:
        value = self.value("serve", name)
        return None if value is None else Path(os.fspath(value))  # type: ignore[call-overload]

    def _at_odds(self) -> Iterator[Fault]:
        """What fits by itself, and not together."""
        bounds = self.server_settings()
        places: list[Address] = []
        for address in self.listen:
            try:
                where = check_form(address)
                if any(_collide(where, other) for other in places):
                    both = "two addresses are at the same port, or the same socket: give each its own."
                    yield self.fault("serve", "listen", f"[serve] listen: “{address}”: {both}")
                places.append(where)
                check_plain(where, bounds)
            except ConnectionFailed:
                pass  # a host that is not there now; whoever listens is told
            except FilexferError as error:
                # Without the address, which may hold a password.
                yield self.fault("serve", "listen", str(error))


def _collide(one: Address, other: Address) -> bool:
    """Whether one server cannot listen on both."""
    if "unix" in (one.scheme, other.scheme):
        return one.socket == other.socket
    return one.port == other.port != 0 and (one.host == other.host or "*" in (one.host, other.host))
