"""What is moved: one large file, many small ones, the standard library; and whether what arrived is what was sent."""

from __future__ import annotations

import os
import random
import shutil
import sysconfig
from dataclasses import dataclass
from pathlib import Path

MIB = 1 << 20
SMALL_BYTES = 8 << 10


@dataclass(frozen=True)
class Scale:
    """How much is measured.

    Attributes:
        rounds: how often. large: bytes of the large file. small_files: how many of 8 KiB. entries: names in the largest tree.
    """

    rounds: int
    large: int
    small_files: int
    entries: int

    @property
    def often(self) -> int:
        """Rounds for what takes less than half a second: two and a half times as many, but one where one is asked for."""
        return self.rounds if self.rounds < 2 else self.rounds * 5 // 2


@dataclass(frozen=True)
class Load:
    """A file or a folder to move, with the bytes and the number of files in it."""

    path: Path
    size: int
    files: int

    @property
    def name(self) -> str:
        return self.path.name


def files_of(top: Path) -> list[Path]:
    """Every file at or below `top`, sorted."""
    if top.is_file():
        return [top]
    return sorted(Path(folder, name) for folder, _, names in os.walk(top) for name in names)


def folders_of(top: Path) -> set[str]:
    """Every folder below `top`, as paths from there."""
    return {os.path.relpath(os.path.join(folder, name), top) for folder, names, _ in os.walk(top) for name in names}


def measured(path: Path) -> Load:
    found = files_of(path)
    return Load(path, sum(file.stat().st_size for file in found), len(found))


def large(folder: Path, name: str, size: int) -> Load:
    """One file of `size` bytes that do not compress, in blocks that are all different."""
    folder.mkdir(parents=True, exist_ok=True)
    chance = random.Random(name)
    with (folder / name).open("wb") as file:
        for left in range(size, 0, -MIB):
            file.write(chance.randbytes(min(MIB, left)))
    return measured(folder / name)


def small(folder: Path, count: int) -> Load:
    """`count` files of 8 KiB in 50 folders."""
    return scattered(folder, "small", count, SMALL_BYTES)


def scattered(folder: Path, name: str, count: int, size: int) -> Load:
    """`count` files of `size` bytes in 50 folders."""
    chance = random.Random(count)
    for number in range(50):
        (folder / name / f"folder{number:02}").mkdir(parents=True)
    for number in range(count):
        (folder / name / f"folder{number % 50:02}" / f"file{number:05}.bin").write_bytes(chance.randbytes(size))
    return measured(folder / name)


def library(folder: Path) -> Load:
    """The standard library of this Python, without caches and without what was installed into it."""
    unwanted = shutil.ignore_patterns("site-packages", "dist-packages", "__pycache__")
    shutil.copytree(sysconfig.get_path("stdlib"), folder / "library", ignore=unwanted, ignore_dangling_symlinks=True)
    return measured(folder / "library")


def differs(sent: Path, arrived: Path) -> str:
    """A sentence on the first difference in names or bytes; "" for a true copy."""
    names = [os.path.relpath(path, sent) for path in files_of(sent)]
    there = [os.path.relpath(path, arrived) for path in files_of(arrived)] if arrived.exists() else []
    if names != there:
        return f"Files are missing or too many: {sorted(set(names) ^ set(there))[:2]}"
    if odd := folders_of(sent) ^ folders_of(arrived):
        return f"Folders are missing or too many: {sorted(odd)[:2]}"
    one, other = bytearray(MIB), bytearray(MIB)
    for name in names:
        with open(os.path.normpath(sent / name), "rb", 0) as left, open(os.path.normpath(arrived / name), "rb", 0) as right:
            while count := left.readinto(one):
                if right.readinto(other) != count or one[:count] != other[:count]:
                    return f"{name} has other content."
            if right.read(1):
                return f"{name} is too long."
    return ""
