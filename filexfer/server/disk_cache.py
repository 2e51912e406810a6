"""Small things that can be made again, kept on disk in a private folder with a bound: those used longest ago go first.
Rules: nothing here is ever needed, so a disk that will not take it costs time and no error; what comes back is what was put."""

from __future__ import annotations

import logging
import os
import threading
from collections import OrderedDict
from hashlib import blake2b
from pathlib import Path

from filexfer.core import places
from filexfer.core.errors import StorageFailed

_log = logging.getLogger("filexfer.server")

#: Bytes of the digest before each content: what a crash left half written is told by it.
_MARK = 16
#: Files that one cache holds at most, whatever their size: each is a name in memory.
MOST_FILES = 20_000


class DiskCache:
    """At most `most` bytes below `folder`, which is made when the first thing is kept. Thread-safe; keys are any text."""

    def __init__(self, folder: Path, most: int) -> None:
        self._folder = folder
        self._most = most
        self._lock = threading.Lock()  # guards the two below, and with them which files there are
        self._sizes: OrderedDict[str, int] | None = None  # by file name, the one used longest ago first
        self._total = 0

    def get(self, key: str) -> bytes | None:
        """What was put for `key`; None where nothing is kept."""
        name = _name(key)
        with self._lock:
            known = self._known()
            if name not in known:
                return None
            known.move_to_end(name)
        try:
            content = (self._folder / name).read_bytes()
            os.utime(self._folder / name)
        except OSError:
            content = b""
        if _digest(content[_MARK:]) == content[:_MARK]:
            return content[_MARK:]
        with self._lock:
            self._drop(name)
        return None

    def put(self, key: str, content: bytes) -> None:
        """Keep `content`, unless it alone is more than an eighth of the bound."""
        size = len(content) + _MARK
        if size > self._most // 8:
            return
        name = _name(key)
        with self._lock:
            known = self._known()
            try:
                self._write(name, content)
            except (OSError, StorageFailed) as error:
                _log.info("Nothing could be kept in %s: %s", self._folder, error)
                return
            self._total += size - known.pop(name, 0)
            known[name] = size
            while self._total > self._most or len(known) > MOST_FILES:
                self._drop(next(iter(known)))

    def _write(self, name: str, content: bytes) -> None:
        places.private_folder(self._folder)
        beside = self._folder / f"{name}.new"
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with open(descriptor, "wb") as out:
            out.write(_digest(content))
            out.write(content)
        beside.replace(self._folder / name)

    def _drop(self, name: str) -> None:
        if self._sizes is not None:
            self._total -= self._sizes.pop(name, 0)
        try:
            (self._folder / name).unlink(missing_ok=True)
        except OSError as error:
            _log.info("%s could not be removed: %s", self._folder / name, error)

    def _known(self) -> OrderedDict[str, int]:
        if self._sizes is None:
            found = sorted(_files(self._folder))
            self._sizes = OrderedDict((name, size) for _, name, size in found)
            self._total = sum(self._sizes.values())
        return self._sizes


def _files(folder: Path) -> list[tuple[int, str, int]]:
    """Time of the last use, name and size of what an earlier run kept."""
    found = []
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                status = entry.stat(follow_symlinks=False)
                found.append((status.st_mtime_ns, entry.name, status.st_size))
    except OSError:
        # No folder yet, or one that cannot be read: nothing is kept.
        return []
    return found


def _name(key: str) -> str:
    return blake2b(key.encode("utf-8", "surrogatepass"), digest_size=20).hexdigest()


def _digest(content: bytes) -> bytes:
    return blake2b(content, digest_size=_MARK).digest()
