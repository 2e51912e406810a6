"""One file through an open file object, in order and in one thread: for stdin, stdout, previews and programs of others."""

from __future__ import annotations

import os
import tempfile
from typing import IO, TYPE_CHECKING, BinaryIO

from filexfer.client.upload import cut
from filexfer.core import digests, paths
from filexfer.core.errors import Changed, FilexferError, IsAFolder
from filexfer.core.model import BLOCK_SIZE, Entry, Kind, PutOptions, Saved
from filexfer.protocol import wire

if TYPE_CHECKING:
    from filexfer.client.session import Session

#: A stream of unknown length up to this size is kept in memory, a longer one in a temporary file, until its length is known.
_IN_MEMORY = 8 << 20


def get(session: Session, path: str, file: BinaryIO) -> Entry:
    """See `Session.get`."""
    entry = session.stat(path)
    if entry.kind is not Kind.FILE:
        raise IsAFolder()
    lane = session.lane()
    buffer = memoryview(bytearray(min(BLOCK_SIZE, max(entry.size, 1))))
    for offset in range(0, entry.size, BLOCK_SIZE):
        block = lane.read(path, entry.etag, offset, buffer[: min(BLOCK_SIZE, entry.size - offset)])
        if block.etag.removeprefix("W/") != entry.etag.removeprefix("W/"):
            raise Changed()
        digests.check(block.data, block.digest)
        file.write(block.data)
    return entry


def put(session: Session, path: str, file: BinaryIO, size: int | None, options: PutOptions) -> Saved:
    """See `Session.put`."""
    if size is not None:
        return _put(session, path, file, size, options)
    # The server is told the size first: it checks its space, and a stream that is cut off is not taken for a whole file.
    with tempfile.SpooledTemporaryFile(_IN_MEMORY) as spool:
        total = 0
        while data := file.read(BLOCK_SIZE):
            spool.write(data)
            total += len(data)
        spool.seek(0)
        return _put(session, path, spool, total, options)


def _put(session: Session, path: str, file: IO[bytes], size: int, options: PutOptions) -> Saved:
    options = options if options.key else options._replace(key=os.urandom(16).hex())
    answer = wire.struct(session.call("upload_open", paths.to_wire(path), size, wire.options_struct(options)))
    upload_id = wire.text(answer.get("upload_id"), "upload_id")
    lane = session.lane()
    try:
        start = file.tell() if file.seekable() else 0
        at = 0
        for block in cut(wire.ranges_of(answer.get("missing")), wire.number(answer.get("block_size"), "block_size")):
            if block.start != at:
                file.seek(start + block.start)
            data = _exactly(file, block.length)
            lane.write(upload_id, block.start, data, digests.digest(data))
            at = block.end
        return wire.saved_of(session.call("upload_commit", upload_id))
    except BaseException:
        _abort(session, upload_id)
        raise


def _exactly(file: IO[bytes], length: int) -> bytes:
    data = file.read(length)
    while len(data) < length:
        more = file.read(length - len(data))
        if not more:
            raise Changed("The source ended before the size that was told.")
        data += more
    return data


def _abort(session: Session, upload_id: str) -> None:
    try:
        session.call("upload_abort", upload_id)
    except FilexferError:
        pass  # It expires.
