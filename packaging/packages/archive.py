"""Writes archives that are the same wherever and whenever they are made: names in order, no owner, one date, two modes."""

from __future__ import annotations

import io
import subprocess
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

#: Blocks as large as this are compressed beside each other; how they are cut decides the bytes, how many at once does not. The
#: dictionary is wide because the libraries of a bundle repeat each other further apart than the usual 8 MiB.
XZ = ("--threads=2", "--block-size=96MiB", "--lzma2=preset=6,dict=64MiB")


@dataclass(frozen=True)
class Entry:
    """One file of an archive: its bytes or the file that holds them, or where a symbolic link points."""

    content: bytes | Path = b""
    program: bool = False
    link: str = ""

    def read(self) -> bytes:
        return self.content if isinstance(self.content, bytes) else self.content.read_bytes()

    @property
    def size(self) -> int:
        return len(self.content) if isinstance(self.content, bytes) else self.content.stat().st_size


#: Entries by their paths, relative, with `/`.
Tree = Mapping[str, Entry]


def of_folder(folder: Path, prefix: str = "") -> dict[str, Entry]:
    """What lies in `folder`, below `prefix`. Of modes only that a file is a program is kept; libraries are none."""
    found = {}
    for path in folder.rglob("*"):
        name = str(PurePosixPath(prefix, path.relative_to(folder).as_posix()))
        if path.is_symlink():
            found[name] = Entry(link=path.readlink().as_posix())
        elif path.is_file():
            found[name] = Entry(path, program=bool(path.stat().st_mode & 0o100) and ".so" not in path.name)
    return found


def tar(tree: Tree, to: IO[bytes], moment: int, start: str = "") -> None:
    """Write `tree` as a tar (GNU's format, as dpkg reads it), each name behind `start` (such as `./`); folders are made from the
    names of what is in them."""
    folders = {str(parent) for name in tree for parent in PurePosixPath(name).parents if str(parent) != "."}
    with tarfile.open(fileobj=to, mode="w|", format=tarfile.GNU_FORMAT) as archive:
        if start == "./":
            archive.addfile(_head(start, 0o755, moment, tarfile.DIRTYPE))
        for name in sorted({*folders, *tree}):
            if name in folders:
                archive.addfile(_head(f"{start}{name}", 0o755, moment, tarfile.DIRTYPE))
                continue
            entry = tree[name]
            head = _head(f"{start}{name}", 0o755 if entry.program else 0o644, moment)
            if entry.link:
                head.type, head.linkname, head.mode = tarfile.SYMTYPE, entry.link, 0o777
                archive.addfile(head)
                continue
            content = entry.read()
            head.size = len(content)
            archive.addfile(head, io.BytesIO(content))


def tar_xz(tree: Tree, to: Path, moment: int, start: str = "", settings: tuple[str, ...] = XZ) -> None:
    """Write `tree` into the file `to` as a tar compressed by xz. Raises `CalledProcessError` where xz fails."""
    with to.open("wb") as file:
        with subprocess.Popen(["xz", *settings], stdin=subprocess.PIPE, stdout=file) as xz:
            assert xz.stdin is not None
            with xz.stdin:
                tar(tree, xz.stdin, moment, start)
        if xz.returncode:
            raise subprocess.CalledProcessError(xz.returncode, xz.args)


def _head(name: str, mode: int, moment: int, kind: bytes = tarfile.REGTYPE) -> tarfile.TarInfo:
    head = tarfile.TarInfo(name)
    head.type, head.mode, head.mtime, head.uname, head.gname = kind, mode, moment, "root", "root"
    return head
