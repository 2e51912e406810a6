"""The end of an upload in blocks: publishing it."""

from __future__ import annotations

from dataclasses import dataclass

from filexfer.core.model import Outcome, PutOptions, Saved
from filexfer.storage import journal
from filexfer.storage.publish import Stored
from filexfer.storage.shared import Shared
from filexfer.storage.upload_files import UploadFiles
from filexfer.storage.walk import Parts


@dataclass(slots=True)
class _Grown(Stored):
    """A complete upload (`publish.New`)."""

    files: UploadFiles

    def announce(self, path: str, outcome: Outcome, folder: int, name: bytes) -> None:
        inode = self.fs.stat(name, folder).st_ino
        self.files.announce(journal.Publishing(path, outcome, inode))


def publish(shared: Shared, files: UploadFiles, size: int, parts: Parts, options: PutOptions) -> Saved:
    """Give the synced content of `files` its name, durably. Its descriptor is closed: Windows renames no open file."""
    files.close_data()
    folder, name = files.place
    new = _Grown(shared.fs, folder, name, size, options.mtime_ns, files)
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
