"""After a restart: what of an upload can be believed, and whether a rename that was announced came about."""

from __future__ import annotations

import contextlib

from filexfer.core import digests, paths
from filexfer.core.errors import FilexferError
from filexfer.core.model import Range, Saved
from filexfer.storage import content, journal, upload_files
from filexfer.storage.blocks import Blocks
from filexfer.storage.fsops import FsOps
from filexfer.storage.naming import present
from filexfer.storage.shared import Shared
from filexfer.storage.upload_files import UploadFiles
from filexfer.storage.versions import etag_of, mtime_of, same_file
from filexfer.storage.walk import Parts


def published(shared: Shared, files: UploadFiles, size: int, announced: journal.Publishing) -> Saved | None:
    """Whether the announced rename came about; None if not, so that the upload is still open."""
    return _renamed(shared, size, announced) or (None if _is_there(shared, files) else _gone(size, announced))


def answer(shared: Shared, upload_id: str) -> tuple[Saved, str] | None:
    """What a committed upload answered, and whose it was; None if it is none or that is forgotten."""
    told = upload_files.committed(shared.fs, shared.area, upload_id)
    if told is None or told.head is None:
        return None
    saved = told.saved
    if saved is None and told.publishing is not None:
        # The name of its journal was durable before its last record, so a crash took that: the announcement says as much.
        saved = _renamed(shared, told.head.size, told.publishing) or _gone(told.head.size, told.publishing)
    return None if saved is None else (saved, told.head.owner)


def _renamed(shared: Shared, size: int, announced: journal.Publishing) -> Saved | None:
    """The published file, if it is where it was to come, durably from now on."""
    parts: Parts = tuple(announced.path.split("/"))
    with shared.tree.walk() as walk:
        status = None
        with contextlib.suppress(FileNotFoundError, FilexferError):
            status = present(shared.fs, paths.encode(parts[-1]), walk.folder(parts[:-1]))
        if status and status.st_ino == announced.inode and status.st_size == size:
            # What the crash may have kept from becoming durable: the names of all folders on the way.
            for end in range(len(parts)):
                walk.changed(parts[:end])
            walk.sync()
            walk.check(parts[:-1])
            return Saved(announced.path, announced.outcome, size, mtime_of(status), etag_of(status))
    return None


def _is_there(shared: Shared, files: UploadFiles) -> bool:
    return present(shared.fs, files.place[1], files.place[0]) is not None


def _gone(size: int, announced: journal.Publishing) -> Saved:
    """It was renamed, and since then replaced or deleted by somebody."""
    return Saved(announced.path, announced.outcome, size, 0, "")


def verified(fs: FsOps, files: UploadFiles, blocks: Blocks) -> None:
    """Fill `blocks` with those the journal notes: durable ones on its word, later ones if their content says so too."""
    there = fs.fstat(files.data).st_size
    for number, (note, digest) in sorted(files.told.blocks.items()):
        if number < blocks.count:
            span = blocks.span(number)
            if span.end <= there and (note < files.told.durable or _digest_of(fs, files.data, span) == digest):
                blocks.add(number, digest)
                continue
        files.append(journal.lost(number))


def still_there(shared: Shared, saved: Saved) -> bool:
    """Whether what was committed is still what has that name."""
    parts = paths.split(saved.path)
    with contextlib.suppress(FilexferError, FileNotFoundError), shared.tree.walk() as walk:
        status = present(shared.fs, paths.encode(parts[-1]), walk.folder(parts[:-1]))
        return status is not None and same_file(saved.etag, status)
    return False


def _digest_of(fs: FsOps, descriptor: int, span: Range) -> bytes:
    buffer = bytearray(span.length)
    content.read_into(fs, descriptor, buffer, span.start)
    made = digests.hasher()
    made.update(buffer)
    return made.digest()
