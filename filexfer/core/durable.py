"""How content gets to the disk itself, and not only to its cache: the one place that knows what each system needs for it."""

from __future__ import annotations

import errno
import os
import sys

#: fcntl.h of macOS: fsync there stops at the drive's cache.
_F_FULLFSYNC = 51


def sync(descriptor: int) -> None:
    """Content and status of a file, or of a folder, to the disk. Raises `OSError`."""
    if sys.platform == "darwin":
        import fcntl

        try:
            fcntl.fcntl(descriptor, _F_FULLFSYNC)
            return
        except OSError as error:
            # Some file systems, those on a network for one, have it not.
            if error.errno not in (errno.ENOTSUP, errno.EINVAL, errno.ENOTTY):
                raise
    os.fsync(descriptor)


def sync_folder(folder: str | os.PathLike[str]) -> None:
    """The names in a folder to the disk. Raises `OSError`. Windows syncs no folders."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        sync(descriptor)
    finally:
        os.close(descriptor)
