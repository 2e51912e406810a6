"""A sync that failed proves that something may be lost; a later one that succeeds proves nothing about it. So whatever was in
doubt is written anew before it is answered for, and what an upload announced and then gave up never passes for published."""

from __future__ import annotations

import errno
import os
import threading
from pathlib import Path

import pytest

from filexfer.core.errors import AlreadyExists, FilexferError, StorageFailed, UnknownUpload
from filexfer.core.model import Conflict, Outcome, PutOptions, Saved
from filexfer.storage.folder import FolderStore
from filexfer.storage.fsops import FsOps
from filexfer.storage.store import Small
from tests.faults.acts import ACTS
from tests.faults.breaking import Killed, let_go
from tests.faults.mutants import kind_of
from tests.storage.acts import ACTS as FEW
from tests.storage.acts import NEW, OLD, SETTINGS, prepare, trashed, tree
from tests.storage.disk import Disk
from tests.storage.test_power_cut import broken_promises

MANY = [Small(f"d/{number}", b"%d" % number * 100) for number in range(6)]


class Doubtful(FsOps):
    """The first sync of a kind fails, all later ones succeed, as on a system that reports an error once.

    Attributes:
        fails: the kind, as `mutants.kind_of` calls it; "" for none.
        synced: inodes of the files that were synced well.
    """

    def __init__(self) -> None:
        self.fails = ""
        self.synced: set[int] = set()
        self.renames = 0

    def _fail_once(self, descriptor: int) -> None:
        if self.fails and kind_of(descriptor) == self.fails:
            self.fails = ""
            raise OSError(errno.EIO, os.strerror(errno.EIO))

    def sync(self, descriptor: int) -> None:
        self._fail_once(descriptor)
        self.synced.add(os.fstat(descriptor).st_ino)

    def sync_all(self, descriptor: int) -> None:
        self._fail_once(descriptor)

    def rename(self, name: bytes, folder: int, to: bytes, to_folder: int) -> None:
        super().rename(name, folder, to, to_folder)
        self.renames += not to.endswith(b".done")


def put(store: FolderStore, path: str, data: bytes, policy: Conflict = Conflict.FAIL) -> Saved:
    [result] = store.put([Small(path, data, PutOptions(on_conflict=policy))])
    if isinstance(result, FilexferError):
        raise result
    return result


@pytest.mark.parametrize("policy", [Conflict.FAIL, Conflict.OVERWRITE, Conflict.SKIP, Conflict.NEWER])
def test_content_that_cannot_be_synced_where_it_is_is_put_there_anew(memory: Path, policy: Conflict) -> None:
    file = memory / "f"
    file.write_bytes(OLD)
    os.utime(file, ns=(10**18, 10**18))
    fs = Doubtful()
    with FolderStore(memory, SETTINGS, fs=fs) as store:
        fs.fails = "a file in its place"
        saved = put(store, "f", OLD, policy)
        # It is another file now, with the same content and time, and that one was synced.
        assert saved.outcome is Outcome.REPLACED
        assert file.stat().st_ino in fs.synced
        assert (file.read_bytes(), file.stat().st_mtime_ns) == (OLD, 10**18)
        assert trashed(memory) == []
        assert put(store, "f", OLD, policy).outcome is Outcome.SAME


@pytest.mark.parametrize("way", ["put", "batch", "stream", "upload"])
def test_a_name_whose_folder_could_not_be_synced_is_made_anew_by_the_repetition(memory: Path, way: str) -> None:
    root = memory / "share"
    root.joinpath("d").mkdir(parents=True)
    fs = Doubtful()
    with FolderStore(root, SETTINGS, fs=fs) as store:

        def do() -> None:
            if way == "batch":
                failed = [one for one in store.put(MANY) if isinstance(one, FilexferError)]
                if failed:
                    raise failed[0]
            elif way == "put":
                put(store, "d/0", NEW)
            else:
                coming = store.upload("d/0", len(NEW) if way == "upload" else None, PutOptions(key="k"))
                for start in range(0, len(NEW), 1000):
                    coming.write(start, NEW[start : start + 1000])
                try:
                    coming.commit()
                finally:
                    coming.close()

        fs.fails = "a folder"
        with pytest.raises(StorageFailed, match="durable"):
            do()
        renames = fs.renames
        do()
        assert fs.renames - renames == (len(MANY) if way == "batch" else 1)
        assert trashed(root) == []


def test_no_act_takes_the_sync_of_another_one_for_its_own(memory: Path) -> None:
    """Two replace files at once, and the sync of the trash that is to cover both is still under way, then fails."""
    root = memory / "share"
    root.mkdir()
    for name in ("one", "two"):
        (root / name).write_bytes(OLD)
    syncing, go_on = threading.Event(), threading.Event()

    class Slow(FsOps):
        failed = False

        def sync_folder(self, folder: int) -> None:
            if kind_of(folder) == "trash" and not self.failed:
                self.failed = True
                syncing.set()
                assert go_on.wait(20)
                raise OSError(errno.EIO, "")
            super().sync_folder(folder)

    fs = Slow()
    results: dict[str, object] = {}
    with FolderStore(root, SETTINGS, fs=fs) as store:

        def replace(name: str) -> None:
            try:
                results[name] = put(store, name, NEW, Conflict.OVERWRITE)
            except FilexferError as error:
                results[name] = error

        first, second = (threading.Thread(target=replace, args=(name,)) for name in ("one", "two"))
        first.start()
        assert syncing.wait(20)
        second.start()
        second.join(0.2)
        # The other one does not go on on the strength of a sync that is not over.
        assert (root / "two").read_bytes() == OLD
        go_on.set()
        first.join()
        second.join()
    assert isinstance(results["one"], StorageFailed)
    assert isinstance(results["two"], Saved)
    assert (root / "one").read_bytes() == OLD


# -- what is given up --------------------------------------------------------------------------------------------------------


class DiesAt(FsOps):
    """The process is dead from the first such call on."""

    def __init__(self) -> None:
        self.name = b""
        self.dead = False

    def unlink(self, name: bytes, folder: int) -> None:
        if name.endswith(self.name) and self.name:
            self.dead = True
        if self.dead:
            raise Killed
        super().unlink(name, folder)


def test_an_upload_given_up_after_its_announcement_never_passes_for_published(memory: Path) -> None:
    """It met another file, was dropped, and the process died between its content and its journal."""
    (memory / "f").write_bytes(OLD)
    fs = DiesAt()
    store = FolderStore(memory, SETTINGS, fs=fs)
    upload = store.upload("f", 1000, PutOptions(key="k"))
    upload.write(0, NEW[:1000])
    with pytest.raises(AlreadyExists):
        upload.commit()
    fs.name = b".journal"
    with pytest.raises(Killed):
        upload.abort()
    let_go(memory)
    with FolderStore(memory, SETTINGS) as healed:
        with pytest.raises(UnknownUpload):
            healed.resume(upload.id).commit()
        assert healed.uploads() == []
    assert tree(memory) == {"f": OLD}


# -- the rest of the acts ------------------------------------------------------------------------------------------------------

#: The others meet conflicts on purpose, or make too few calls; the walk over all calls has them.
REPLAYED = ["resume an upload", "move over a file", "put a batch into many folders"]


@pytest.mark.parametrize("name", REPLAYED)
def test_no_power_cut_breaks_a_promise_of_the_other_acts_either(memory: Path, name: str) -> None:
    for seed in range(2):
        assert list(broken_promises(memory, ACTS[name], Disk, seed)) == []


@pytest.mark.soak
@pytest.mark.parametrize("name", [*FEW, *REPLAYED])
def test_no_power_cut_breaks_a_promise_in_many_more_runs(memory: Path, name: str) -> None:
    for seed in range(100, 160):
        assert list(broken_promises(memory, ACTS[name], Disk, seed, often=3)) == []


class Short(FsOps):
    """The system takes and gives a few bytes at a time."""

    def write_at(self, descriptor: int, data: bytes | bytearray | memoryview, offset: int) -> int:
        return super().write_at(descriptor, memoryview(data)[:7], offset)

    def read_at(self, descriptor: int, buffer: bytes | bytearray | memoryview, offset: int) -> int:
        return super().read_at(descriptor, memoryview(buffer)[:11], offset)


@pytest.mark.parametrize("name", list(ACTS))
def test_short_writes_and_reads_are_gone_on_with_in_every_act(memory: Path, name: str) -> None:
    root = memory / "share"
    prepare(root)
    with FolderStore(root, SETTINGS, fs=Short()) as store:
        ACTS[name].do(store)
    assert tree(root) == ACTS[name].done
