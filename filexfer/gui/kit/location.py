"""Where the window is: a folder on a server, and the way back and forward. Rules: values only, no widget, no call."""

from __future__ import annotations

from dataclasses import dataclass

from filexfer.core import paths
from filexfer.protocol.address import parse


@dataclass(frozen=True, slots=True)
class Location:
    """A folder: `server` an address, "" for this computer's own share; `path` below its root; `name` the server's, for people."""

    server: str
    path: str = ""
    name: str = ""

    @property
    def up(self) -> Location | None:
        """The folder above, None at the root."""
        return Location(self.server, paths.parent(self.path), self.name) if self.path else None

    def into(self, name: str) -> Location:
        """The folder `name` in it."""
        return Location(self.server, paths.join(self.path, name), self.name)

    def at(self, path: str) -> Location:
        return Location(self.server, path, self.name)

    @property
    def words(self) -> str:
        """`studio › Photos › 2026`."""
        return " › ".join(paths.shown(part) for part in (self.name, *paths.split(self.path)))


def path_words(location: Location) -> str:
    """The path in its share."""
    return paths.shown(location.path)


def link_words(location: Location) -> str:
    """An address that the window and the command line take; only the path for this computer's own share."""
    if not location.server:
        return path_words(location)
    return paths.shown(str(parse(location.server)._replace(path=location.path)))


class Trail:
    """Locations visited, as a browser keeps them: going somewhere new drops what lay ahead. At most 100 steps back."""

    def __init__(self) -> None:
        self._back: list[Location] = []
        self._ahead: list[Location] = []
        self.here: Location | None = None

    def go(self, location: Location | None) -> None:
        if location == self.here:
            return
        if self.here is not None:
            self._back = [*self._back[-99:], self.here]
        self._ahead.clear()
        self.here = location

    @property
    def can_back(self) -> bool:
        return bool(self._back)

    @property
    def can_forward(self) -> bool:
        return bool(self._ahead)

    def back(self) -> Location:
        """Step back; raises `IndexError` where there is nothing behind."""
        return self._step(self._back, self._ahead)

    def forward(self) -> Location:
        """Step forward again; raises `IndexError` where nothing lies ahead."""
        return self._step(self._ahead, self._back)

    def _step(self, source: list[Location], other: list[Location]) -> Location:
        target = source.pop()
        if self.here is not None:
            other.append(self.here)
        self.here = target
        return target
