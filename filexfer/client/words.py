"""Turns what the system says into errors with sentences: of this disk, and of sockets. The one place of either translation.

Sentences about this machine's own disk may name absolute paths: they are shown to the person whose disk it is."""

from __future__ import annotations

import errno
import socket

from filexfer.core import errors, paths


def local_error(error: OSError, place: str = "") -> errors.FilexferError:
    """The error of our tree for a failed call on this disk. `place` is what was touched."""
    name = f"“{paths.shown(place or _named(error))}”"
    match error.errno:
        case errno.ENOENT:
            return errors.NotFound(f"{name} is not there (any more) on this computer.")
        case errno.EACCES | errno.EPERM:
            return errors.StorageFailed(f"No permission for {name} on this computer. Change its rights, or leave it out.")
        case errno.EROFS:
            return errors.StorageFailed(f"{name} is on a disk that is read-only. Choose another place.")
        case errno.ENOSPC | errno.EDQUOT:
            return errors.NoSpace(f"There is not enough free space for {name} on this computer. Make room, then try again.")
        case errno.ENOTDIR:
            return errors.NotAFolder(
                f"A file is where a folder should be, on the way to {name}. Rename it, or choose another place."
            )
        case errno.EISDIR:
            return errors.IsAFolder(f"{name} is a folder; a file was expected there.")
        case errno.ELOOP:
            return errors.Changed(f"{name} became a link while it was read. Links are not followed.")
        case errno.ENAMETOOLONG:
            return errors.InvalidPath(f"The path of {name} is too long for this computer.")
        case errno.EMFILE | errno.ENFILE:
            return errors.Busy("Too many files are open on this computer. Try again when fewer transfers run.")
    return errors.StorageFailed(f"{name} could not be used: {error.strerror or error}.")


def _named(error: OSError) -> str:
    name = error.filename
    return paths.decode(name) if isinstance(name, bytes) else str(name or "the file")


def connect_error(error: OSError, server: str) -> errors.ConnectionFailed:
    """The error for a connection to `server` (its address as text) that did not come about."""
    if isinstance(error, socket.gaierror):
        return errors.ConnectionFailed(f"No computer is known by the name in {server}. Check how it is written, and the network.")
    if isinstance(error, TimeoutError):
        return errors.ConnectionFailed(f"{server} does not answer. Check the address, and that the computer is on and reachable.")
    match error.errno:
        case errno.ECONNREFUSED:
            return errors.ConnectionFailed(f"Nothing answers at {server}. Start the server there, or check the port.")
        case errno.ENOENT:
            return errors.ConnectionFailed(f"There is no socket {server}. Check the path, and that the server is running.")
        case errno.EACCES | errno.EPERM:
            return errors.ConnectionFailed(f"This user may not connect to {server}. Ask its owner for the right.", lasting=True)
        case errno.ENETUNREACH | errno.EHOSTUNREACH | errno.ENETDOWN | errno.EHOSTDOWN | errno.EADDRNOTAVAIL:
            return errors.ConnectionFailed(
                f"There is no way to {server} through the network. Check that this computer is connected."
            )
        case errno.EMFILE | errno.ENFILE:
            return errors.ConnectionFailed("Too many files and connections are open on this computer. Try again in a moment.")
    return errors.ConnectionFailed(f"No connection to {server}: {error.strerror or error}.")


def lost_error(error: OSError, server: str) -> errors.ConnectionLost:
    """The error for a connection to `server` that ended in mid-call."""
    if isinstance(error, TimeoutError):
        return errors.ConnectionLost(f"{server} has not answered for too long. Try again; what arrived is kept.")
    return errors.ConnectionLost(f"The connection to {server} broke off. Try again; what arrived is kept.")
