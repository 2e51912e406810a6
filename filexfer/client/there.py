"""What the target of a put already holds, by one recursive packed listing; asked per folder. Kept as bytes and arrays until a
folder is asked for: a dictionary of a million names would take 200 MB."""

from __future__ import annotations

from array import array

from filexfer.client.link import Link
from filexfer.client.same import There, step
from filexfer.core import paths
from filexfer.core.errors import NotAFolder, NotFound
from filexfer.protocol import wire


class _Names:
    __slots__ = ("files", "mtimes", "names", "sizes")

    def __init__(self) -> None:
        self.names: list[bytes] = []
        self.files = bytearray()
        self.sizes = array("Q")
        self.mtimes = array("q")


class Target:
    """Attributes:
    step: of the clock that keeps the times there, in nanoseconds.
    """

    def __init__(self) -> None:
        self._folders: dict[str, _Names] = {}
        self._times: dict[str, int] = {}
        self.step = 1

    @classmethod
    def of_folder(cls, link: Link, path: str) -> Target:
        """The tree at `path` on the server; empty where there is none. Raises `NotAFolder` where a file is in the way."""
        made = cls()
        times: list[int] = []
        try:
            for page in link.session.pages(path, recursive=True, call=link.call):
                made._take(page)
                times += page.mtimes[: 1000 - len(times)] if len(times) < 1000 else ()
        except NotFound:
            return made
        made.step = step(times)
        return made

    def _take(self, page: wire.Columns) -> None:
        for name, kind, size, mtime_ns in zip(page.names, page.kinds, page.sizes, page.mtimes, strict=True):
            if kind == "d":
                self._times[name] = mtime_ns
            parent, _, last = name.rpartition("/")
            folder = self._folders.get(parent)
            if folder is None:
                folder = self._folders[parent] = _Names()
            folder.names.append(last.encode("utf-8", "surrogateescape"))
            folder.files.append(kind == "f")
            folder.sizes.append(size)
            folder.mtimes.append(mtime_ns)

    def folder(self, path: str) -> dict[str, There]:
        """What is in the folder `path` (below the target), by name."""
        found = self._folders.get(path)
        if found is None:
            return {}
        columns = zip(found.names, found.files, found.sizes, found.mtimes, strict=True)
        return {paths.decode(name): There(bool(is_file), size, mtime) for name, is_file, size, mtime in columns}

    def folder_time(self, path: str) -> int | None:
        """The mtime_ns of the folder `path`; None where it is not there, or is not known."""
        return self._times.get(path)

    @classmethod
    def of_file(cls, link: Link, path: str) -> Target:
        """The one entry at `path`, as the file "" of the folder ""."""
        made = cls()
        try:
            entry = wire.entry_of(link.call("file_stat", paths.to_wire(path)))
        except (NotFound, NotAFolder):
            return made
        made._take(wire.Columns([""], entry.kind.value[0], array("Q", [entry.size]), array("q", [entry.mtime_ns])))
        return made
