"""Versions of files: the etag, and the entry made of what the system tells.

An etag is made of inode, size, mtime and ctime. It is weak (`W/` before it) while mtime or ctime is younger than two seconds:
clocks of file systems are coarse, and a write of the same size within one tick would not show.
"""

from __future__ import annotations

import os
import stat
import time

from filexfer.core.errors import Changed
from filexfer.core.model import Entry, Kind

_SETTLED_NS = 2_000_000_000
_KINDS = {stat.S_IFREG: Kind.FILE, stat.S_IFDIR: Kind.FOLDER, stat.S_IFLNK: Kind.LINK}
#: Times have 64 bits with everybody who is told; file systems know earlier and later ones.
_EARLIEST, _LATEST = -(1 << 63), (1 << 63) - 1


def kind_of(status: os.stat_result) -> Kind:
    return _KINDS.get(status.st_mode & 0o170000, Kind.OTHER)


def mtime_of(status: os.stat_result) -> int:
    """Nanoseconds since the epoch, as near as 64 bits come (the years 1677 to 2262)."""
    mtime = status.st_mtime_ns
    if _EARLIEST <= mtime <= _LATEST:
        return mtime
    return _EARLIEST if mtime < 0 else _LATEST


def etag_of(status: os.stat_result) -> str:
    """The version of the file with this status, weak or strong as the clock says now."""
    mtime, ctime, now = status.st_mtime_ns, status.st_ctime_ns, time.time_ns()
    # A ctime in the future means a moved clock; an mtime in the future was set by somebody, and a write would take it away.
    weak = now - ctime < _SETTLED_NS or 0 <= now - mtime < _SETTLED_NS
    token = f"{status.st_ino:x}-{status.st_size:x}-{mtime:x}-{ctime:x}"
    return "W/" + token if weak else token


def mark_of(status: os.stat_result) -> int:
    """What a file or folder is known by, whatever it is called; a number, for there may be millions."""
    return hash((status.st_dev, status.st_ino))


def same_version(one: str, other: str) -> bool:
    """Whether two etags name one version as far as times can tell (the weak comparison of RFC 9110, section 8.8.3.2)."""
    return one.removeprefix("W/") == other.removeprefix("W/")


def same_file(etag: str, status: os.stat_result) -> bool:
    """Whether this is still the file of `etag` with its content, though its name or mode may have changed (its ctime did)."""
    return etag.removeprefix("W/").rpartition("-")[0] == etag_of(status).removeprefix("W/").rpartition("-")[0]


def check_version(etag: str, status: os.stat_result | None) -> None:
    """Raise `Changed` unless `etag` is empty or the version of `status`; None stands for nothing there."""
    if etag and (status is None or not same_version(etag, etag_of(status))):
        raise Changed()


def entry_of(name: str, status: os.stat_result, etag: bool = True) -> Entry:
    """The entry called `name` with this status."""
    kind = kind_of(status)
    size = status.st_size if kind is Kind.FILE else 0
    return Entry(name, kind, size, mtime_of(status), etag_of(status) if etag else "")
