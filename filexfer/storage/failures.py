"""The one place where what the operating system refuses becomes an error of `core.errors`, in words, without absolute paths."""

from __future__ import annotations

import errno
from types import TracebackType

from filexfer.core import errors, paths

_PLAIN: dict[int, type[errors.FilexferError]] = {
    errno.ENOENT: errors.NotFound,
    errno.EEXIST: errors.AlreadyExists,
    errno.ENOTDIR: errors.NotAFolder,
    errno.EISDIR: errors.IsAFolder,
    errno.ENOTEMPTY: errors.NotEmpty,
    errno.ENOSPC: errors.NoSpace,
}

_WORDED: dict[int, tuple[type[errors.FilexferError], str]] = {
    errno.EDQUOT: (errors.NoSpace, "The quota of this account on the disk is used up. Make room, then try again."),
    errno.EFBIG: (errors.NoSpace, "The disk's file system cannot hold so large a file. Choose another disk."),
    errno.EACCES: (errors.Forbidden, "The system does not permit this to the account filexfer runs as. Check the permissions."),
    errno.EPERM: (errors.Forbidden, "The system does not permit this to the account filexfer runs as. Check the permissions."),
    errno.EROFS: (errors.Forbidden, "The disk is mounted read-only. Mount it for writing, then try again."),
    errno.ELOOP: (errors.InvalidPath, "A part of this path is a link, and links are not followed. Use the real path."),
    errno.ENAMETOOLONG: (errors.InvalidPath, "This name is too long for the disk. Choose a shorter one."),
    errno.EILSEQ: (errors.InvalidPath, "The disk cannot hold a name with these characters. Choose another one."),
    errno.EINVAL: (errors.InvalidPath, "The disk cannot hold this name, or not at this place. Choose another one."),
    errno.EMFILE: (errors.Busy, "Too many files are open. Try again in a moment."),
    errno.ENFILE: (errors.Busy, "Too many files are open. Try again in a moment."),
    errno.EBUSY: (errors.Busy, "The system is using this itself. Try again later."),
    errno.ENOMEM: (errors.Busy, "The machine is out of memory. Try again in a moment."),
    errno.ENXIO: (errors.Forbidden, "This is no regular file, so it cannot be opened."),
    errno.EBADF: (errors.ShuttingDown, "The folder is not shared any more. Try again when it is back."),
    errno.EXDEV: (errors.StorageFailed, "This would cross from one disk to another. Move it in two steps."),
    errno.ESTALE: (errors.StorageFailed, "The disk under the folder is gone. Connect it, then start again."),
    errno.ENODEV: (errors.StorageFailed, "The disk under the folder is gone. Connect it, then start again."),
}

_UNDURABLE = "The disk could not make the file durable, so it does not count as stored. Check the disk, then send it again."


class Unsynced(OSError):
    """A sync that failed: what it was to make durable may be lost, though it can be seen."""


def translate(error: OSError, path: str = "") -> errors.FilexferError:
    """What `error`, met while working on `path` (relative to the share), is called here."""
    number = error.errno or 0
    if number in _PLAIN:
        made = _PLAIN[number]()
    elif number in _WORDED:
        kind, text = _WORDED[number]
        made = kind(text)
    elif isinstance(error, Unsynced):
        made = errors.StorageFailed(_UNDURABLE)
    else:
        name = errno.errorcode.get(number, "unknown")
        made = errors.StorageFailed(f"The disk reported an error ({name}). Check the disk, then try again.")
    if path:
        made.args = (f"“{paths.shown(path)}”: {made}",)
    made.__cause__ = error
    return made


def sync_failed(error: OSError) -> errors.FilexferError:
    """What a failed sync is called. It is never tried again on that descriptor: a second one would succeed and prove nothing."""
    if isinstance(translate(error), errors.StorageFailed):
        return errors.StorageFailed(_UNDURABLE)
    return translate(error)


class translating:
    """`with translating(path):` raises what `translate` makes of an `OSError`."""

    __slots__ = ("_path",)

    def __init__(self, path: str = "") -> None:
        self._path = path

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None, /) -> None:
        if isinstance(error, OSError):
            raise translate(error, self._path) from error
