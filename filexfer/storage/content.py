"""Bytes of open files: written whole, read whole, copied, compared. However few the system takes or gives at a time."""

from __future__ import annotations

from filexfer.core import digests
from filexfer.core.digests import Bytes
from filexfer.core.errors import BadDigest
from filexfer.storage.fsops import FsOps

_PIECE = 1 << 20


def write_whole(fs: FsOps, descriptor: int, data: bytes | memoryview, offset: int) -> None:
    """Write all of `data` (bytes), however few the system takes at a time."""
    written = fs.write_at(descriptor, data, offset)
    while written < len(data):
        rest = memoryview(data)[written:]
        written += fs.write_at(descriptor, rest, offset + written)


def read_into(fs: FsOps, descriptor: int, buffer: bytearray | memoryview, offset: int) -> int:
    """Fill `buffer` from `offset` on; returns how much there was."""
    view, done = memoryview(buffer), 0
    while done < len(view) and (more := fs.read_at(descriptor, view[done:], offset + done)):
        done += more
    return done


def copy(fs: FsOps, source: int, target: int) -> int:
    """All bytes of one open file into another; returns how many."""
    buffer = memoryview(bytearray(_PIECE))
    offset = 0
    while read := fs.read_at(source, buffer, offset):
        write_whole(fs, target, buffer[:read], offset)
        offset += read
    return offset


def equal_to(fs: FsOps, descriptor: int, data: Bytes) -> bool:
    """Whether the open file, of the same size, holds these bytes."""
    held = memoryview(bytearray(len(data)))
    offset = 0
    while offset < len(held):
        read = fs.read_at(descriptor, held[offset:], offset)
        if not read:
            return False
        offset += read
    return held == data


def equal(fs: FsOps, one: int, other: int) -> bool:
    """Whether two open files of the same size hold the same bytes."""
    buffers = memoryview(bytearray(1 << 20)), memoryview(bytearray(1 << 20))
    offset = 0
    while True:
        read = fs.read_at(one, buffers[0], offset)
        if not read:
            return True
        done = 0
        while done < read:
            more = fs.read_at(other, buffers[1][done:read], offset + done)
            if not more:
                return False
            done += more
        if buffers[0][:read] != buffers[1][:read]:
            return False
        offset += read


def check(fs: FsOps, descriptor: int, digest: str) -> None:
    """Raise `BadDigest` unless the open file has `digest` (`algorithm:hex`)."""
    algorithm = digests.algorithm_of(digest)
    made = digests.hasher(algorithm)
    buffer = memoryview(bytearray(1 << 20))
    offset = 0
    while read := fs.read_at(descriptor, buffer, offset):
        made.update(buffer[:read])
        offset += read
    if digests.written(made, algorithm) != digest.lower():
        raise BadDigest("The whole file is not the one that was announced. It may have changed while it was sent; send it again.")
