"""The one resolver: from a name of a peer to an open descriptor below the share's root, and nowhere else.

Rules: this is the only file of `storage` that opens by name. Every folder on the way (`walk.py`) is opened relative to the one
before, without following links; what comes after works on descriptors and single names. Only regular files are opened, never
waiting for them. Where descriptors of folders do not exist (Windows) `NamedOps` resolves and compares instead.
"""

from __future__ import annotations

import errno
import functools
import os
import stat
import sys
import threading
from collections.abc import Callable

from filexfer.core import paths
from filexfer.core.digests import Bytes
from filexfer.core.errors import Forbidden, InvalidPath, IsAFolder, NotAFolder, NotFound
from filexfer.storage.fsops import FsOps, refuse

if sys.platform == "win32":
    import msvcrt


def native_ops() -> FsOps:
    """The system calls of this machine."""
    return FsOps() if os.open in os.supports_dir_fd else NamedOps()


def open_root(fs: FsOps, path: str | os.PathLike[str]) -> int:
    """Open the folder that is shared. Links on the way to it are its owner's own and are followed."""
    try:
        return fs.open_root(os.fspath(path))
    except FileNotFoundError:
        raise NotFound("There is no such folder to share. Make it, or name another one.") from None
    except NotADirectoryError:
        raise NotAFolder("What should be shared is not a folder. Name a folder.") from None


def open_folder(fs: FsOps, name: bytes, folder: int) -> int:
    """Open the folder `name` in `folder`; `InvalidPath` for a link, `NotAFolder` for anything else."""
    try:
        return fs.open_folder(name, folder)
    except OSError as error:
        # Linux says ENOTDIR for a link, others ELOOP or EMLINK.
        if error.errno not in (errno.ENOTDIR, errno.ELOOP, errno.EMLINK):
            raise
        refuse_link(name, fs.stat(name, folder))
        raise NotAFolder(f"“{paths.shown(paths.decode(name))}” in this path is a file, not a folder.") from None


def open_again(fs: FsOps, folder: int) -> int:
    """A second, independent descriptor of a folder: two scans of one descriptor would share their position."""
    return fs.open_folder(b".", folder)


def open_file(fs: FsOps, name: bytes, folder: int) -> tuple[int, os.stat_result]:
    """Open a regular file for reading. Raises `IsAFolder`, `InvalidPath` (a link), `Forbidden` (a device, pipe or socket)."""
    # Looked at first: opening alone can already rewind a tape or wake the other end of a pipe.
    _refuse_irregular(name, fs.stat(name, folder))
    descriptor = fs.open_file(name, folder)
    try:
        status = fs.fstat(descriptor)
        _refuse_irregular(name, status)
    except BaseException:
        fs.close(descriptor)
        raise
    return descriptor, status


def open_own(fs: FsOps, name: bytes, folder: int, *, create: bool = False, append: bool = False) -> int:
    """Open a file of our own area for reading and writing; `create` makes it, and raises `FileExistsError` if it is there."""
    flags = os.O_RDWR | (os.O_CREAT | os.O_EXCL if create else 0) | (os.O_APPEND if append else 0)
    return fs.open_file(name, folder, flags)


def refuse_link(name: bytes, status: os.stat_result) -> None:
    if stat.S_ISLNK(status.st_mode):
        shown = paths.shown(paths.decode(name))
        raise InvalidPath(f"“{shown}” in this path is a link, and links are not followed. Use the real path.")


def _refuse_irregular(name: bytes, status: os.stat_result) -> None:
    if stat.S_ISREG(status.st_mode):
        return
    refuse_link(name, status)
    if stat.S_ISDIR(status.st_mode):
        raise IsAFolder()
    shown = paths.shown(paths.decode(name))
    raise Forbidden(f"“{shown}” is a device, pipe or socket, and only regular files are opened.")


class NamedOps(FsOps):
    """The same calls where folders have no descriptors: each stands for a path that was resolved when it was opened.

    Before every use the path is resolved again and compared, so that a link or junction put there since is refused. Between that
    and the call itself a race remains, which only a program on this machine can win. Names that Windows would take for something
    else (devices, streams, trailing dots) are refused.
    """

    syncs_at_once = False
    syncs = ("sync",)
    _FIRST = 1 << 30  # no descriptor of a file is as high

    def __init__(self, windows: bool = os.name == "nt") -> None:
        self._windows = windows
        # Guards all below: descriptor -> resolved path, the next descriptor of a folder, what gives a folder's lock back.
        self._lock = threading.Lock()
        self._paths: dict[int, str] = {}
        self._next = self._FIRST
        self._mutexes: dict[int, Callable[[], object]] = {}

    def open_root(self, path: str) -> int:
        if not os.path.isdir(path):
            refuse(errno.ENOTDIR if os.path.lexists(path) else errno.ENOENT)
        return self._folder(os.path.realpath(path))

    def open_folder(self, name: bytes, folder: int) -> int:
        path = self._path(folder) if name == b"." else self._resolved(name, folder)
        if not stat.S_ISDIR(os.lstat(path).st_mode):
            refuse(errno.ENOTDIR)
        return self._folder(path)

    def open_file(self, name: bytes, folder: int, flags: int = os.O_RDONLY) -> int:
        path = self._resolved(name, folder)
        descriptor = os.open(path, flags | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOINHERIT", 0), 0o666)
        with self._lock:
            self._paths[descriptor] = path
        return descriptor

    def close(self, descriptor: int) -> None:
        with self._lock:
            self._paths.pop(descriptor)
            unlock = self._mutexes.pop(descriptor, None)
        if unlock is not None:
            unlock()
        if descriptor < self._FIRST:
            os.close(descriptor)

    def stat(self, name: bytes, folder: int) -> os.stat_result:
        return os.lstat(self._named(name, folder))

    def fstat(self, descriptor: int) -> os.stat_result:
        return os.fstat(descriptor) if descriptor < self._FIRST else os.stat(self._path(descriptor))

    def scan(self, folder: int) -> os._ScandirIterator[str]:
        return os.scandir(self._path(folder))

    def read_at(self, descriptor: int, buffer: Bytes, offset: int) -> int:
        with self._lock:  # the position is the descriptor's, and all threads'
            os.lseek(descriptor, offset, os.SEEK_SET)
            read = os.read(descriptor, len(buffer))
        memoryview(buffer)[: len(read)] = read
        return len(read)

    def write_at(self, descriptor: int, data: Bytes, offset: int) -> int:
        with self._lock:
            os.lseek(descriptor, offset, os.SEEK_SET)
            return os.write(descriptor, data)

    def set_times(self, descriptor: int, mtime_ns: int) -> None:
        os.utime(self._path(descriptor), ns=(mtime_ns, mtime_ns))

    def make_folder(self, name: bytes, folder: int, mode: int = 0o777) -> None:
        os.mkdir(self._named(name, folder), mode)

    def remove_folder(self, name: bytes, folder: int) -> None:
        os.rmdir(self._named(name, folder))

    def unlink(self, name: bytes, folder: int) -> None:
        os.unlink(self._named(name, folder))

    def rename(self, name: bytes, folder: int, to: bytes, to_folder: int) -> None:
        os.replace(self._named(name, folder), self._named(to, to_folder))

    def rename_new(self, name: bytes, folder: int, to: bytes, to_folder: int) -> None:
        if os.name != "nt":
            refuse(errno.ENOSYS)
        os.rename(self._named(name, folder), self._named(to, to_folder))

    def link(self, name: bytes, folder: int, to: bytes, to_folder: int) -> None:
        os.link(self._named(name, folder), self._named(to, to_folder))

    def read_link(self, name: bytes, folder: int) -> bytes:
        return os.fsencode(os.readlink(self._named(name, folder)))

    def make_link(self, target: bytes, name: bytes, folder: int) -> None:
        refuse(errno.EPERM)  # on Windows a right of its own, which few accounts have

    def sync(self, descriptor: int) -> None:
        try:
            os.fsync(descriptor)
        except OSError as error:
            # Windows flushes only what is open for writing.
            if os.name != "nt" or error.errno not in (errno.EBADF, errno.EACCES):
                raise

    def sync_data(self, descriptor: int) -> None:
        self.sync(descriptor)

    def sync_folder(self, folder: int) -> None:
        """Nothing: folders cannot be synced there. NTFS keeps its names in a journal of its own."""

    def space(self, folder: int) -> tuple[int, int]:
        import shutil  # here, for commands elsewhere start 2 ms sooner without it

        usage = shutil.disk_usage(self._path(folder))
        return usage.free, usage.total

    def may_write(self, folder: int) -> bool:
        return os.access(self._path(folder), os.W_OK | os.X_OK)

    def location(self, folder: int) -> str:
        return self._path(folder)

    def lock(self, descriptor: int) -> bool:
        if descriptor >= self._FIRST:
            return self._lock_folder(descriptor)
        if sys.platform == "win32":
            try:
                # A byte far behind the end: a lock there hinders nobody's reading.
                os.lseek(descriptor, 1 << 62, os.SEEK_SET)
                msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
                return True
            except OSError as error:
                if error.errno not in (errno.EACCES, errno.EDEADLK):
                    raise
                return False
        return super().lock(descriptor)

    def _lock_folder(self, folder: int) -> bool:
        """A mutex named after the folder: the system takes it back however its process ends."""
        if sys.platform == "win32":
            import ctypes
            import hashlib

            kernel = ctypes.WinDLL("kernel32", use_last_error=True)
            name = hashlib.sha256(os.path.normcase(self._path(folder)).encode("utf-8", "surrogatepass")).hexdigest()
            handle = kernel.CreateMutexW(None, False, f"Local\\filexfer-{name}")
            taken = ctypes.get_last_error() == 183  # ERROR_ALREADY_EXISTS
            if not handle or taken:
                kernel.CloseHandle(handle)
                return False
            with self._lock:
                self._mutexes[folder] = functools.partial(kernel.CloseHandle, handle)
            return True
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    def _path(self, descriptor: int) -> str:
        path = self._paths.get(descriptor)
        return refuse(errno.EBADF) if path is None else path

    def _folder(self, path: str) -> int:
        with self._lock:
            self._next += 1
            self._paths[self._next] = path
            return self._next

    def _named(self, name: bytes, folder: int) -> str:
        """The path of `name` in `folder`, which is still where it was when it was opened."""
        text, base = os.fsdecode(name), self._path(folder)
        if self._windows:
            paths.check_windows(text)
        if os.path.normcase(os.path.realpath(base)) != os.path.normcase(base):
            refuse(errno.ELOOP)
        return os.path.join(base, text)

    def _resolved(self, name: bytes, folder: int) -> str:
        """The path of `name` in `folder`, which is no link, junction or abbreviation."""
        path = self._named(name, folder)
        if os.path.normcase(os.path.realpath(path)) != os.path.normcase(path):
            refuse(errno.ELOOP)
        return path
