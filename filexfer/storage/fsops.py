"""Every system call of `storage` that can fail, as methods of one object that is handed in, so that tests can make the N-th fail.

One method is one call; policy stands elsewhere. A `folder` is a descriptor of an open folder, a `name` the bytes of one component
below it; nothing here takes a path but `open_root`.
"""

from __future__ import annotations

import errno
import functools
import os
import re
import stat
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import NoReturn

from filexfer.core import durable
from filexfer.core.digests import Bytes

if sys.platform != "win32":
    import fcntl

_FOLDER = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
_LEAF = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)

_RENAME_NOREPLACE = 1  # linux/fs.h
_RENAME_EXCL = 4  # sys/stdio.h of macOS


@functools.cache
def _c_function(name: str) -> Callable[..., int] | None:
    """A function of the C library, its errno kept; None where it is not there."""
    import ctypes  # here, for commands that move no file start without it

    function = getattr(ctypes.CDLL(None, use_errno=True), name, None)
    if function is None:
        return None
    get_errno = ctypes.get_errno

    def call(*arguments: int | bytes) -> int:
        return get_errno() if function(*arguments) else 0

    return call


def _syncfs_tells() -> bool:
    if sys.platform != "linux":
        return False
    release = re.match(r"(\d+)\.(\d+)", os.uname().release)
    return release is not None and (int(release[1]), int(release[2])) >= (5, 8)


def refuse(number: int) -> NoReturn:
    """Raise the `OSError` of this errno."""
    raise OSError(number, os.strerror(number))


def syncing_within(fs: FsOps, waiting: Callable[[], AbstractContextManager[object]]) -> None:
    """Have the syncs of `fs` happen within `waiting()`: they are what takes long."""

    def within(call: Callable[[int], None]) -> Callable[[int], None]:
        def sync(descriptor: int) -> None:
            with waiting():
                call(descriptor)

        return sync

    for name in fs.syncs:
        setattr(fs, name, within(getattr(fs, name)))


class FsOps:
    """The calls on a POSIX system. Every method raises `OSError` and nothing else."""

    #: Whether `sync_all` exists and tells of failures (syncfs(2): Linux before 5.8 does not), so that a batch is synced at once.
    syncs_at_once = _syncfs_tells()
    #: The calls that make something durable, without those that are made of them.
    syncs: tuple[str, ...] = ("sync", "sync_data", "sync_all") if sys.platform == "linux" else ("sync", "sync_all")

    def open_root(self, path: str) -> int:
        return os.open(os.fsencode(path), os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)

    def open_folder(self, name: bytes, folder: int) -> int:
        """Open a folder, never through a link."""
        return os.open(name, _FOLDER, dir_fd=folder)

    def open_file(self, name: bytes, folder: int, flags: int = os.O_RDONLY) -> int:
        """Open or create a file, never through a link and never waiting for it."""
        return os.open(name, flags | _LEAF, 0o666, dir_fd=folder)

    def close(self, descriptor: int) -> None:
        os.close(descriptor)

    def stat(self, name: bytes, folder: int) -> os.stat_result:
        return os.stat(name, dir_fd=folder, follow_symlinks=False)

    def fstat(self, descriptor: int) -> os.stat_result:
        return os.fstat(descriptor)

    def scan(self, folder: int) -> os._ScandirIterator[str]:
        """The entries of `folder`, whose descriptor must have no other scan on it: they would share its position."""
        return os.scandir(folder)

    def scan_stat(self, entry: os.DirEntry[str]) -> os.stat_result:
        """The status of an entry that `scan` gave, while its folder is open."""
        return entry.stat(follow_symlinks=False)

    def read_at(self, descriptor: int, buffer: Bytes, offset: int) -> int:
        return os.preadv(descriptor, (buffer,), offset)

    def write_at(self, descriptor: int, data: Bytes, offset: int) -> int:
        return os.pwrite(descriptor, data, offset)

    def truncate(self, descriptor: int, size: int) -> None:
        os.ftruncate(descriptor, size)

    def set_times(self, descriptor: int, mtime_ns: int) -> None:
        os.utime(descriptor, ns=(mtime_ns, mtime_ns))

    def make_folder(self, name: bytes, folder: int, mode: int = 0o777) -> None:
        os.mkdir(name, mode, dir_fd=folder)

    def inherited(self, folder: int) -> tuple[int, bytes]:
        """What a folder that is made in this one takes from it: its group, -1 for none, and its default access list."""
        status = os.fstat(folder)
        group = status.st_gid if status.st_mode & stat.S_ISGID else -1
        if sys.platform != "linux":
            return group, b""
        try:
            return group, os.getxattr(folder, "system.posix_acl_default")
        except OSError as error:
            if error.errno not in (errno.ENODATA, errno.ENOTSUP):
                raise
            return group, b""

    def remove_folder(self, name: bytes, folder: int) -> None:
        os.rmdir(name, dir_fd=folder)

    def unlink(self, name: bytes, folder: int) -> None:
        os.unlink(name, dir_fd=folder)

    def rename(self, name: bytes, folder: int, to: bytes, to_folder: int) -> None:
        """Rename, replacing a file that is there."""
        os.rename(name, to, src_dir_fd=folder, dst_dir_fd=to_folder)

    def rename_new(self, name: bytes, folder: int, to: bytes, to_folder: int) -> None:
        """Rename, or `FileExistsError`; `ENOSYS` or `EINVAL` where kernel or file system cannot do that in one."""
        if sys.platform == "darwin":
            call, flag = _c_function("renameatx_np"), _RENAME_EXCL
        else:
            call, flag = _c_function("renameat2"), _RENAME_NOREPLACE
        number = call(folder, name, to_folder, to, flag) if call else errno.ENOSYS
        if number:
            refuse(number)

    def link(self, name: bytes, folder: int, to: bytes, to_folder: int) -> None:
        """Another name for a file; `FileExistsError` if `to` is taken."""
        os.link(name, to, src_dir_fd=folder, dst_dir_fd=to_folder, follow_symlinks=False)

    def read_link(self, name: bytes, folder: int) -> bytes:
        return os.readlink(name, dir_fd=folder)

    def make_link(self, target: bytes, name: bytes, folder: int) -> None:
        os.symlink(target, name, dir_fd=folder)

    def sync(self, descriptor: int) -> None:
        """Content and status of a file to the disk itself."""
        durable.sync(descriptor)

    def sync_data(self, descriptor: int) -> None:
        """Content of a file, and of its status what reading it back needs."""
        if sys.platform == "linux":
            os.fdatasync(descriptor)
        else:
            self.sync(descriptor)

    def sync_folder(self, folder: int) -> None:
        self.sync(folder)

    def sync_all(self, descriptor: int) -> None:
        """Everything unsynced of the file system `descriptor` is on."""
        call = _c_function("syncfs")
        number = call(descriptor) if call else errno.ENOSYS
        if number:
            refuse(number)

    def space(self, folder: int) -> tuple[int, int]:
        """Bytes free to us, and in all, of the file system `folder` is on."""
        status = os.fstatvfs(folder)
        return status.f_bavail * status.f_frsize, status.f_blocks * status.f_frsize

    def may_write(self, folder: int) -> bool:
        """Whether names can be added to this folder: its disk is not mounted read-only, and we may (access(2))."""
        return os.access(b".", os.W_OK | os.X_OK, dir_fd=folder)

    def location(self, folder: int) -> str:
        """A path by which the system finds this open folder now, for what it does by path only."""
        if sys.platform == "darwin":
            return os.fsdecode(fcntl.fcntl(folder, 50, bytes(1024)).partition(b"\0")[0])  # F_GETPATH of sys/fcntl.h
        return f"/proc/self/fd/{folder}"  # proc_pid_fd(5); found only where /proc is mounted, as on Linux

    def lock(self, descriptor: int) -> bool:
        """Lock a file or folder for this descriptor, until it is closed; False if another one holds it."""
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
