"""Open files of the share for reading; the state of each is a descriptor and nothing that threads could quarrel over."""

from __future__ import annotations

from types import TracebackType

from filexfer.core import paths
from filexfer.core.errors import BadOffset, Changed, InvalidPath
from filexfer.core.model import Entry
from filexfer.storage import confine
from filexfer.storage.failures import translate
from filexfer.storage.fsops import FsOps
from filexfer.storage.versions import entry_of
from filexfer.storage.walk import Walk


class FileReader:
    """What `FolderStore.open` gives; see `store.Reader`."""

    __slots__ = ("_descriptor", "_fs", "entry")

    def __init__(self, fs: FsOps, descriptor: int, entry: Entry) -> None:
        self._fs = fs
        self._descriptor: int | None = descriptor
        self.entry = entry

    def read_into(self, buffer: memoryview, offset: int) -> int:
        """See `store.Reader.read_into`."""
        if offset < 0:
            raise BadOffset()
        wanted = min(len(buffer), self.entry.size - offset)
        if wanted <= 0:
            return 0
        if wanted < len(buffer):
            buffer = buffer[:wanted]
        done = self._read(buffer, offset)
        while done < wanted:
            more = self._read(buffer[done:], offset + done)
            if not more:
                raise Changed("The file has become shorter while it was read. Read it again.")
            done += more
        return done

    def fileno(self) -> int | None:
        return self._descriptor

    def close(self) -> None:
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            self._fs.close(descriptor)

    def __enter__(self) -> FileReader:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None, /) -> None:
        self.close()

    def _read(self, buffer: memoryview, offset: int) -> int:
        if self._descriptor is None:
            raise ValueError("The reader is closed.")
        try:
            return self._fs.read_at(self._descriptor, buffer, offset)
        except OSError as error:
            raise translate(error, self.entry.name) from error


class Reading:
    """Opens one file after the other, and each folder on the way once. For one thread; see `store.Store.reading`."""

    __slots__ = ("_fs", "_walk")

    def __init__(self, fs: FsOps, walk: Walk) -> None:
        self._fs = fs
        self._walk = walk

    def open(self, path: str, version: bool = True) -> FileReader:
        """See `store.Store.open`; without `version` its entry has no etag."""
        parts = paths.split(path)
        if not parts:
            raise InvalidPath("A file needs a name.")
        try:
            descriptor, status = confine.open_file(self._fs, paths.encode(parts[-1]), self._walk.folder(parts[:-1]))
        except OSError as error:
            raise translate(error, path) from error
        return FileReader(self._fs, descriptor, entry_of(parts[-1], status, version))
