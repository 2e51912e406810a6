"""The power fails after every single system call, and whatever was not synced may be lost or not: a path holds the old or the new
content, what was told as done is there, and the same act can be repeated. A store that leaves out a sync is found out."""

from __future__ import annotations

import errno
import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from filexfer.core.errors import FilexferError, UnknownUpload
from filexfer.storage.folder import FolderStore
from filexfer.storage.store import Small
from tests.storage.acts import ACTS, NEW, OLD, SETTINGS, Act, prepare, trashed, tree, wrong
from tests.storage.disk import Disk, Folder

#: How much of what is uncertain survives: nothing, some, everything.
SHARES = (0.0, 0.3, 0.7, 1.0)


class NoFileSyncs(Disk):
    """Syncs of files and of whole disks do nothing."""

    def sync(self, descriptor: int) -> None:
        if isinstance(self._of(descriptor), Folder):
            super().sync(descriptor)

    def sync_data(self, descriptor: int) -> None:
        pass

    def sync_all(self, descriptor: int) -> None:
        pass


class NoFolderSyncs(Disk):
    """Syncs of folders do nothing."""

    def sync_folder(self, folder: int) -> None:
        pass


def broken_promises(where: Path, act: Act, kind: type[Disk], seed: int, repeat: bool = True, often: int = 1) -> Iterator[str]:
    """Do the act and cut the power after every change on the way; what was found that must not be."""
    chance = random.Random(seed)
    root = where / "share"
    prepare(root)
    disk = kind(root)
    store = FolderStore(root, SETTINGS, fs=disk)
    found: list[str] = []
    done = False
    cuts = 0

    def cut() -> None:
        nonlocal cuts
        cuts += 1
        for number, share in enumerate(SHARES if done else chance.choices(SHARES, k=often)):
            after = where / f"{cuts}-{number}"
            disk.after_power_cut(after, chance, share)
            found.extend(look(after, act, done, repeat))
            shutil.rmtree(after)

    disk.on_change = cut
    act.do(store)
    done = True
    for _ in range(5):
        cut()
    disk.on_change = lambda: None
    store.close()
    shutil.rmtree(root)
    assert cuts > 6
    yield from found


def look(after: Path, act: Act, done: bool, repeat: bool) -> Iterator[str]:
    now = tree(after)
    yield from (f"{path} is neither old nor new" for path in wrong(now, act))
    if done and now != act.done:
        yield f"told as done, but there is {sorted(now)}"
    # Whatever is taken away, from its place or by another content, is in the trash or at its new place.
    keeps = act is not ACTS["delete for good"]
    if keeps and OLD not in [*now.values(), *trashed(after)]:
        yield "the old content is nowhere"
    if repeat:
        try:
            with FolderStore(after, SETTINGS) as store:
                yield from resumed(store, after, act)
                if keeps and OLD not in now.values() and not any(item.path in ("d", "d/f") for item in store.trash.list()):
                    yield "nobody knows where the old content was"
                if act.again or tree(after) != act.done:
                    act.do(store)
                store.trash.empty()
        except FilexferError as error:
            yield f"cannot be repeated: {error}"
        if tree(after) != act.done:
            yield f"repeated, there is {sorted(tree(after))}"


def resumed(store: FolderStore, after: Path, act: Act) -> Iterator[str]:
    """Who only knows the id of an upload goes on with it; a commit that is a success was one."""
    for path in (after / ".filexfer").glob("uploads/*[le]"):
        try:
            upload = store.resume(path.stem)
            data = act.done.get(upload.path or "", NEW)
            for span in upload.missing():
                for start in range(span.start, span.end, 1000):
                    upload.write(start, data[start : start + 1000])
            saved = upload.commit()
        except UnknownUpload:
            continue
        if tree(after).get(saved.path) != act.done.get(saved.path, NEW):
            yield f"{saved.path} was answered as committed"


@pytest.mark.parametrize("name", list(ACTS))
def test_no_power_cut_breaks_a_promise(memory: Path, name: str) -> None:
    # Acts of few calls oftener, so that each call meets every share of survivors.
    often = 1 if "upload" in name or "batch" in name else 5
    for seed in range(2 if often == 1 else 5):
        assert list(broken_promises(memory, ACTS[name], Disk, seed, often=often)) == []


@pytest.mark.parametrize("mutant", [NoFileSyncs, NoFolderSyncs])
@pytest.mark.parametrize(
    "name",
    [
        "put a new file",
        "put a batch",
        "put a batch of new folders",
        "upload a new file",
        "stream a new file",
        "upload over a file",
    ],
)
def test_a_store_without_syncs_is_found_out(memory: Path, name: str, mutant: type[Disk]) -> None:
    assert any(list(broken_promises(memory, ACTS[name], mutant, seed, repeat=False)) for seed in range(3))


@pytest.mark.parametrize("name", ["move", "delete", "make a folder", "restore"])
def test_changes_of_the_tree_without_syncs_are_found_out(memory: Path, name: str) -> None:
    assert any(list(broken_promises(memory, ACTS[name], NoFolderSyncs, seed, repeat=False)) for seed in range(3))


def test_who_puts_something_into_a_folder_that_is_not_durable_yet_makes_it_so(memory: Path) -> None:
    """Another act made it, and its sync failed or is still under way."""
    root = memory / "share"
    prepare(root)

    class Failing(Disk):
        failing = False

        def sync_folder(self, folder: int) -> None:
            if self.failing:
                raise OSError(errno.EIO, "")
            super().sync_folder(folder)

    disk = Failing(root)
    with FolderStore(root, SETTINGS, fs=disk) as store:
        for act in (lambda path: store.put([Small(path, NEW)])[0], lambda path: stream(store, path)):
            disk.failing = True
            name = f"made{len(tree(root))}"
            first = act(f"{name}/deep/first")
            assert isinstance(first, FilexferError)
            disk.failing = False
            assert not isinstance(act(f"{name}/deep/second"), FilexferError)
            after = memory / "after"
            disk.after_power_cut(after, random.Random(1), 0.0)
            assert tree(after)[f"{name}/deep/second"] == NEW
            shutil.rmtree(after)


def stream(store: FolderStore, path: str) -> object:
    upload = store.upload(path, None)
    upload.write(0, NEW)
    try:
        return upload.commit()
    except FilexferError as error:
        upload.abort()
        return error
