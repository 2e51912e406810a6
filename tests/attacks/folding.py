"""A disk that tells neither cases nor normal forms of names apart and keeps the form a name was made with, as APFS, HFS+ and NTFS
do: laid over the system calls of `storage`, which all take single names."""

from __future__ import annotations

import os
import unicodedata

from filexfer.storage.fsops import FsOps


class FoldingOps(FsOps):
    """`FsOps`, each name replaced by the one that is there for the same."""

    def _there(self, name: bytes, folder: int) -> bytes:
        wanted = _folded(name)
        return next((found for found in map(os.fsencode, os.listdir(folder)) if _folded(found) == wanted), name)

    def open_folder(self, name: bytes, folder: int) -> int:
        return super().open_folder(self._there(name, folder), folder)

    def open_file(self, name: bytes, folder: int, flags: int = os.O_RDONLY) -> int:
        return super().open_file(self._there(name, folder), folder, flags)

    def stat(self, name: bytes, folder: int) -> os.stat_result:
        return super().stat(self._there(name, folder), folder)

    def make_folder(self, name: bytes, folder: int, mode: int = 0o777) -> None:
        super().make_folder(self._there(name, folder), folder, mode)

    def remove_folder(self, name: bytes, folder: int) -> None:
        super().remove_folder(self._there(name, folder), folder)

    def unlink(self, name: bytes, folder: int) -> None:
        super().unlink(self._there(name, folder), folder)

    def rename(self, name: bytes, folder: int, to: bytes, to_folder: int) -> None:
        super().rename(self._there(name, folder), folder, self._there(to, to_folder), to_folder)

    def rename_new(self, name: bytes, folder: int, to: bytes, to_folder: int) -> None:
        super().rename_new(self._there(name, folder), folder, self._there(to, to_folder), to_folder)

    def link(self, name: bytes, folder: int, to: bytes, to_folder: int) -> None:
        super().link(self._there(name, folder), folder, self._there(to, to_folder), to_folder)


def _folded(name: bytes) -> str:
    text = name.decode("utf-8", "surrogateescape")
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())
