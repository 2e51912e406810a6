"""A disk that can lose its power: what is on it for certain, and what may or may not have got there, after every system call.

The model follows POSIX and no file system in particular. A file's content is certain once it was synced, a folder's names once
the folder was. What was not synced may be there or not, each change by itself; only a rename is there whole or not at all, and
unsynced content may be its old, its new, or the new one cut or zeroed.
"""

from __future__ import annotations

import os
import random
import stat
from dataclasses import dataclass, field
from pathlib import Path

from filexfer.storage.fsops import FsOps


@dataclass
class File:
    """A file or symbolic link: its content now, and what is certain of it."""

    now: bytes = b""
    certain: bytes = b""
    link: bool = False


@dataclass
class Folder:
    certain: dict[bytes, Node] = field(default_factory=dict)


Node = File | Folder


@dataclass(eq=False)
class Change:
    """Names that change together: (folder, name, what it stands for then or None)."""

    parts: list[tuple[Folder, bytes, Node | None]]


class Disk(FsOps):
    """The calls of this machine, followed by the model; `on_change` is called after each that changes something."""

    def __init__(self, root: Path) -> None:
        self.nodes: dict[int, Node] = {}
        self.pending: list[Change] = []
        self.on_change = lambda: None
        self.root = self._load(root)

    # -- the model ------------------------------------------------------------------------------------------------

    def _load(self, path: Path) -> Node:
        status = path.lstat()
        if stat.S_ISDIR(status.st_mode):
            node: Node = Folder({os.fsencode(child.name): self._load(child) for child in path.iterdir()})
        elif stat.S_ISLNK(status.st_mode):
            target = os.fsencode(os.readlink(path))
            node = File(target, target, link=True)
        else:
            node = File(path.read_bytes(), path.read_bytes())
        self.nodes[status.st_ino] = node
        return node

    def _of(self, descriptor: int) -> Node:
        return self.nodes[os.fstat(descriptor).st_ino]

    def _folder(self, descriptor: int) -> Folder:
        node = self._of(descriptor)
        assert isinstance(node, Folder)
        return node

    def _named(self, name: bytes, folder: int) -> Node:
        return self.nodes[os.stat(name, dir_fd=folder, follow_symlinks=False).st_ino]

    def _change(self, *parts: tuple[Folder, bytes, Node | None]) -> None:
        self.pending.append(Change(list(parts)))
        self.on_change()

    def named_anew(self, folder: Node, name: bytes) -> Change:
        """Have a name of `folder` be there, but not for certain; the change that is to become pending."""
        assert isinstance(folder, Folder)
        return Change([(folder, name, folder.certain.pop(name))])

    def _settle_names(self, folder: Folder | None) -> None:
        """The names of this folder, or of all, are certain now; with a rename its other end is, too."""
        kept: list[Change] = []
        for change in self.pending:
            if folder is not None and all(where is not folder for where, _, _ in change.parts):
                kept.append(change)
                continue
            apply(change)
            # What is certain of a name now cannot be undone by what happened to it before.
            settled = {(id(where), name) for where, name, _ in change.parts}
            for older in kept:
                older.parts = [part for part in older.parts if (id(part[0]), part[1]) not in settled]
        self.pending = kept

    def after_power_cut(self, where: Path, chance: random.Random, share: float) -> None:
        """Write to `where` what the disk may hold after a power cut now. Uncertain changes are there with probability `share`."""
        names: dict[int, dict[bytes, Node]] = {}

        def entries(folder: Folder) -> dict[bytes, Node]:
            return names.setdefault(id(folder), dict(folder.certain))

        for change in self.pending:
            if chance.random() < share:
                for folder, name, node in change.parts:
                    if node is None:
                        entries(folder).pop(name, None)
                    else:
                        entries(folder)[name] = node

        def write(node: Node, path: Path) -> None:
            if isinstance(node, Folder):
                path.mkdir()
                for name, child in entries(node).items():
                    write(child, path / os.fsdecode(name))
            elif node.link:
                os.symlink(node.now, path)
            else:
                path.write_bytes(survived(node, chance, share))

        write(self.root, where)

    # -- the calls ------------------------------------------------------------------------------------------------

    def open_file(self, name: bytes, folder: int, flags: int = os.O_RDONLY) -> int:
        descriptor = super().open_file(name, folder, flags)
        if flags & os.O_CREAT:
            node = self.nodes[os.fstat(descriptor).st_ino] = File()
            self._change((self._folder(folder), name, node))
        return descriptor

    def write_at(self, descriptor: int, data: bytes | bytearray | memoryview, offset: int) -> int:
        written = super().write_at(descriptor, data, offset)
        node = self._of(descriptor)
        assert isinstance(node, File)
        grown = node.now.ljust(offset, b"\0")
        node.now = grown[:offset] + bytes(memoryview(data)[:written]) + grown[offset + written :]
        self.on_change()
        return written

    def truncate(self, descriptor: int, size: int) -> None:
        super().truncate(descriptor, size)
        node = self._of(descriptor)
        assert isinstance(node, File)
        node.now = node.now[:size].ljust(size, b"\0")
        self.on_change()

    def make_folder(self, name: bytes, folder: int, mode: int = 0o777) -> None:
        super().make_folder(name, folder, mode)
        node = self.nodes[os.stat(name, dir_fd=folder).st_ino] = Folder()
        self._change((self._folder(folder), name, node))

    def remove_folder(self, name: bytes, folder: int) -> None:
        super().remove_folder(name, folder)
        self._change((self._folder(folder), name, None))

    def unlink(self, name: bytes, folder: int) -> None:
        super().unlink(name, folder)
        self._change((self._folder(folder), name, None))

    def rename(self, name: bytes, folder: int, to: bytes, to_folder: int) -> None:
        node = self._named(name, folder)
        super().rename(name, folder, to, to_folder)
        self._change((self._folder(folder), name, None), (self._folder(to_folder), to, node))

    def rename_new(self, name: bytes, folder: int, to: bytes, to_folder: int) -> None:
        node = self._named(name, folder)
        super().rename_new(name, folder, to, to_folder)
        self._change((self._folder(folder), name, None), (self._folder(to_folder), to, node))

    def link(self, name: bytes, folder: int, to: bytes, to_folder: int) -> None:
        super().link(name, folder, to, to_folder)
        self._change((self._folder(to_folder), to, self._named(to, to_folder)))

    def make_link(self, target: bytes, name: bytes, folder: int) -> None:
        super().make_link(target, name, folder)
        node = self.nodes[os.lstat(name, dir_fd=folder).st_ino] = File(target, target, link=True)
        self._change((self._folder(folder), name, node))

    def sync(self, descriptor: int) -> None:
        super().sync(descriptor)
        node = self._of(descriptor)
        if isinstance(node, Folder):
            self._settle_names(node)
        else:
            node.certain = node.now
        self.on_change()

    def sync_data(self, descriptor: int) -> None:
        super().sync_data(descriptor)
        node = self._of(descriptor)
        assert isinstance(node, File)
        node.certain = node.now
        self.on_change()

    def sync_all(self, descriptor: int) -> None:
        super().sync_all(descriptor)
        self._settle_names(None)
        for node in self.nodes.values():
            if isinstance(node, File):
                node.certain = node.now
        self.on_change()


def apply(change: Change) -> None:
    for folder, name, node in change.parts:
        if node is None:
            folder.certain.pop(name, None)
        else:
            folder.certain[name] = node


def survived(node: File, chance: random.Random, share: float) -> bytes:
    """What may be left of a file's content. What was synced and not written since is there in any case."""
    now, certain = node.now, node.certain
    if now == certain or share == 1:
        return now
    shorter = min(len(now), len(certain))
    same = next((at for at in range(shorter) if now[at] != certain[at]), shorter)
    cut = chance.randint(same, len(now))
    zeros = bytes(max(0, len(now) - max(cut, len(certain))))
    return chance.choice([certain, now, now[:cut] + certain[cut:], now[:cut] + certain[cut:] + zeros])
