"""Whole trees by descriptor: their names and their removal, links removed as links, never followed. And the copy of a file."""

from __future__ import annotations

import contextlib
import os
import secrets
import stat
import sys
from collections.abc import Iterator

from filexfer.core import paths
from filexfer.storage import confine, content
from filexfer.storage.fsops import FsOps

#: How `os.scandir` on a descriptor decodes names is the locale's choice; ours is one.
_PLAIN = sys.getfilesystemencoding() == "utf-8" and sys.getfilesystemencodeerrors() == "surrogateescape"

#: How folders are called that are being removed.
GONE = b"gone-"


def decoded(name: str) -> str:
    """A name as `os.scandir` gives it, the way `core.paths` spells it in every locale."""
    return name if _PLAIN else paths.decode(os.fsencode(name))


def names(fs: FsOps, folder: int) -> list[bytes]:
    """The names in a folder, as bytes."""
    own = confine.open_again(fs, folder)
    try:
        with fs.scan(own) as found:
            return [os.fsencode(entry.name) for entry in found]
    finally:
        fs.close(own)


def clear(fs: FsOps, folder: int) -> None:
    """Remove everything in a folder of our own area."""
    for name in names(fs, folder):
        remove(fs, name, folder)


def remove(fs: FsOps, name: bytes, folder: int) -> None:
    """Remove a file, a link, or a folder with all that is in it, from our own area. What is gone already is no error.

    However deep a tree is, one descriptor and one level of calls do: folders in it are moved up beside it, then removed in turn.
    """
    waiting = [name]
    while waiting:
        top = waiting[-1]
        with contextlib.suppress(FileNotFoundError):
            if not stat.S_ISDIR(fs.stat(top, folder).st_mode):
                fs.unlink(top, folder)
            else:
                with opened(fs, top, folder) as inner:
                    waiting[:-1] += _emptied(fs, inner, folder)
                fs.remove_folder(top, folder)
        waiting.remove(top)


def _emptied(fs: FsOps, inner: int, folder: int) -> list[bytes]:
    """Remove the files of `inner` and move its folders to new names in `folder`, which are returned."""
    moved = []
    for name in names(fs, inner):
        if stat.S_ISDIR(fs.stat(name, inner).st_mode):
            moved.append(GONE + secrets.token_hex(8).encode())
            fs.rename(name, inner, moved[-1], folder)
        else:
            fs.unlink(name, inner)
    return moved


def copy(fs: FsOps, name: bytes, folder: int, to: bytes, to_folder: int) -> None:
    """Copy a file, its time kept, synced. `to` must not exist. Raises `InvalidPath` where `name` is a link."""
    source, status = confine.open_file(fs, name, folder)
    try:
        target = confine.open_own(fs, to, to_folder, create=True)
        try:
            content.copy(fs, source, target)
            fs.set_times(target, status.st_mtime_ns)
            fs.sync(target)
        finally:
            fs.close(target)
    finally:
        fs.close(source)


@contextlib.contextmanager
def opened(fs: FsOps, name: bytes, folder: int) -> Iterator[int]:
    """The descriptor of a folder for the time of a `with`."""
    inner = confine.open_folder(fs, name, folder)
    try:
        yield inner
    finally:
        fs.close(inner)
