"""Stores under test: the folder store over each kind of system calls there is. A second kind of store would be one more here."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from filexfer.storage.confine import NamedOps
from filexfer.storage.folder import FolderStore
from filexfer.storage.fsops import FsOps, refuse
from filexfer.storage.store import StoreSettings


class NoRenameNew(FsOps):
    """A kernel or file system without renameat2's NOREPLACE, and without syncfs: the hard link has to do."""

    syncs_at_once = False

    def rename_new(self, name: bytes, folder: int, to: bytes, to_folder: int) -> None:
        refuse(errno.EINVAL)


class Plain(NoRenameNew):
    """A file system like FAT: no links of either kind."""

    def link(self, name: bytes, folder: int, to: bytes, to_folder: int) -> None:
        refuse(errno.EPERM)

    def make_link(self, target: bytes, name: bytes, folder: int) -> None:
        refuse(errno.EPERM)


KINDS: dict[str, Callable[[], FsOps]] = {
    "linux": FsOps,
    "hard links": NoRenameNew,
    "no links": Plain,
    "by name": lambda: NamedOps(windows=False),
}

#: Roomy enough for any test disk.
SETTINGS = StoreSettings(keep_free=0)

Factory = Callable[..., FolderStore]


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Path]:
    """A folder where syncs cost nothing, for tests with thousands of them; an ordinary one where there is none."""
    if not os.access("/dev/shm", os.W_OK):
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(dir="/dev/shm") as made:
        yield Path(made)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The shared folder, with something beside it that nobody may touch."""
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "secret").write_bytes(b"secret")
    made = tmp_path / "share"
    made.mkdir()
    return made


@pytest.fixture
def make(root: Path) -> Iterator[Factory]:
    """Makes stores over `root`; all are closed at the end."""
    stores = []

    def factory(settings: StoreSettings = SETTINGS, *, exclusive: bool = False, fs: FsOps | None = None) -> FolderStore:
        stores.append(FolderStore(root, settings, exclusive=exclusive, fs=fs))
        return stores[-1]

    yield factory
    for store in stores:
        store.close()


@pytest.fixture(params=list(KINDS))
def store(request: pytest.FixtureRequest, make: Factory) -> FolderStore:
    """A store with answers kept, over each kind of system calls."""
    return make(exclusive=True, fs=KINDS[request.param]())
