"""Stores that leave out one kind of sync, over the disk that can lose its power: each must be found out by a broken promise."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

from tests.storage.disk import Disk, Folder

#: Our own folders; each is a kind of its own.
OURS = (".filexfer", "uploads", "trash")


def kind_of(descriptor: int) -> str:
    """What an open file or folder of the share is, in a word or two."""
    path = Path(os.readlink(f"/proc/self/fd/{descriptor}"))
    if path.is_dir():
        if path.name.startswith("batch-"):
            return "whole disk"
        return path.name if path.name in OURS else "the share" if path.name == "share" else "a folder"
    if ".filexfer" not in path.parts:
        return "a file in its place"
    return {".data": "an upload", ".journal": "a journal"}.get(path.suffix, "new content")


def without(gone: str, seen: Counter[str] | None = None, *, at_once: bool = True) -> type[Disk]:
    """A disk on which `gone`, like “sync new content”, does nothing; what was asked for is counted in `seen`.

    `at_once`: whether it has `sync_all`.
    """

    class Mutant(Disk):
        syncs_at_once = at_once

        def _left_out(self, call: str, descriptor: int) -> bool:
            word = f"{call} {kind_of(descriptor)}"
            if seen is not None:
                seen[word] += 1
            return word == gone

        def sync(self, descriptor: int) -> None:
            # Of a folder: what `sync_folder` does.
            if isinstance(self._of(descriptor), Folder) or not self._left_out("sync", descriptor):
                super().sync(descriptor)

        def sync_folder(self, folder: int) -> None:
            if not self._left_out("sync", folder):
                super().sync(folder)

        def sync_data(self, descriptor: int) -> None:
            if not self._left_out("checkpoint" if kind_of(descriptor) == "an upload" else "sync", descriptor):
                super().sync_data(descriptor)

        def sync_all(self, descriptor: int) -> None:
            if not self._left_out("sync", descriptor):
                super().sync_all(descriptor)

    return Mutant
