"""The end of an upload in blocks: publishing it."""

from __future__ import annotations

from filexfer.core.model import Outcome, PutOptions, Saved
from filexfer.storage import journal
from filexfer.storage.fsops import FsOps
from filexfer.storage.publish import Stored
from filexfer.storage.shared import Shared
from filexfer.storage.upload_files import UploadFiles
from filexfer.storage.walk import Parts


class _Grown(Stored):
    """A complete upload (`publish.New`)."""

    __slots__ = ("_files",)

    def __init__(self, fs: FsOps, files: UploadFiles, size: int, mtime_ns: int | None) -> None:
        super().__init__(fs, *files.place, size, mtime_ns)
        self._files = files

    def announce(self, path: str, outcome: Outcome, folder: int, name: bytes) -> None:
        inode = self.fs.stat(name, folder).st_ino
        self._files.announce(journal.Publishing(path, outcome, inode))


def publish(shared: Shared, files: UploadFiles, size: int, parts: Parts, options: PutOptions) -> Saved:
    """Give the synced content of `files` its name, durably. Its descriptor is closed: Windows renames no open file."""
    files.close_data()
    new = _Grown(shared.fs, files, size, options.mtime_ns)
    with shared.tree.walk() as walk:
        # The target's folder is durable before anything moves there: else a power cut could take both.
        walk.folder(parts[:-1], make=True)
        walk.sync()
        walk.check(parts[:-1])
        saved = shared.publisher.place(new, walk, parts, options)
        walk.sync()
        walk.check(parts[:-1])
        shared.publisher.trash.settle()
    return saved
