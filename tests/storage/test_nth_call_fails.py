"""Every system call of every act fails once: what is visible is old or new, success is told only of what is whole, nothing leaks,
and the same act repeated on a healed disk succeeds."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from filexfer.core.errors import Busy, FilexferError, NoSpace, StorageFailed, UnknownUpload
from filexfer.core.model import PutOptions
from filexfer.storage import upload_commit
from filexfer.storage.folder import FolderStore
from tests.descriptors import opened
from tests.storage.acts import ACTS, BEFORE, NEW, OLD, SETTINGS, Act, prepare, trashed, tree, wrong
from tests.storage.faults import Tapped


@pytest.mark.parametrize("number", [errno.EIO, errno.ENOSPC, errno.EMFILE], ids=errno.errorcode.get)
@pytest.mark.parametrize("name", list(ACTS))
def test_whichever_call_fails_old_or_new_is_there_and_repeating_succeeds(memory: Path, name: str, number: int) -> None:
    act = ACTS[name]
    tried = 0
    while True:
        tried += 1
        root = memory / str(tried)
        prepare(root)
        fs = Tapped()
        store = FolderStore(root, SETTINGS, fs=fs)
        fs.fail_at, fs.errno = len(fs.calls) + tried, number
        told: FilexferError | None = None
        try:
            act.do(store)
        except FilexferError as error:
            told = error
        fs.fail_at = 0
        check_sentence(told, root, number)
        now = tree(root)
        assert wrong(now, act) == [], f"neither old nor new when {fs.failed} fails"
        if "delete" not in name and "move" not in name:
            assert BEFORE.keys() <= now.keys(), f"something vanished when {fs.failed} failed"
        if told is None:
            assert now == act.done
        store.close()
        if not fs.failed:
            assert told is None
            break
        check_repeated(root, act)
        assert opened(memory) == set(), f"descriptors are left open when {fs.failed} fails"
    assert tried > 4  # the walk did go through the act's calls


def check_sentence(told: FilexferError | None, root: Path, number: int) -> None:
    if told is not None:
        assert isinstance(told, {errno.EIO: StorageFailed, errno.ENOSPC: NoSpace, errno.EMFILE: Busy}[number])
        assert str(root) not in str(told)
        assert str(told).endswith(".")


def check_repeated(root: Path, act: Act) -> None:
    """On a healed disk the same act comes to its end, unless what failed was something after it."""
    with FolderStore(root, SETTINGS) as store:
        # Where it is done already it was only not known to be durable.
        if act.again or tree(root) != act.done:
            act.do(store)
        assert tree(root) == act.done
        if act is not ACTS["delete for good"]:
            assert OLD in [*act.done.values(), *trashed(root)]
        store.trash.empty()
        assert trashed(root) == []


@pytest.mark.parametrize("size", [len(NEW), None])
def test_a_sync_that_fails_ends_the_upload_and_is_not_tried_again(memory: Path, size: int | None) -> None:
    root = memory / "share"
    prepare(root)
    for call in ("sync_data", "sync"):
        fs = Tapped(errno=errno.EIO)
        store = FolderStore(root, SETTINGS, fs=fs)
        upload = store.upload("g", size, PutOptions(key="k"))
        upload.write(0, NEW[:1000])
        fs.lasting, fs.failed = True, call
        used = "sync_data" if size else "sync"
        if call != used:
            store.close()
            continue
        with pytest.raises(StorageFailed, match="durable"):
            if size:
                upload.write(1000, NEW[1000:])  # over checkpoint_bytes
            upload.commit()
        fs.lasting, fs.failed = False, ""
        before = len(fs.calls)
        with pytest.raises(FilexferError):
            upload.commit()
        assert not {"sync", "sync_data", "rename_new"} & set(fs.names()[before:])
        store.close()
        with FolderStore(root, SETTINGS) as healed:
            # Nothing of it counts any more: what could not be written may read as if it had been.
            assert healed.uploads() == []
            assert healed.upload("g", len(NEW), PutOptions(key="k")).missing()[0].start == 0
        assert tree(root) == BEFORE


@pytest.mark.parametrize("after", ["make_folder", "rename_new"])
@pytest.mark.parametrize("again", ["the object", "the id", "the key"])
def test_a_folder_whose_sync_fails_ends_the_upload_too(memory: Path, after: str, again: str) -> None:
    root = memory / "share"
    prepare(root)
    fs = FolderFails(after)
    with FolderStore(root, SETTINGS, fs=fs) as store:
        upload = store.upload("a/g", 1000, PutOptions(key="k"))
        upload.write(0, NEW[:1000])
        upload_id, fs.begun = upload.id, len(fs.calls)
        with pytest.raises(StorageFailed, match="durable"):
            upload.commit()
        fs.begun, before = None, len(fs.calls)
        if again != "the key":
            with pytest.raises(StorageFailed, match="durable"):
                (upload if again == "the object" else store.resume(upload_id)).commit()
        assert store.uploads() == []
        assert not {"sync", "sync_data", "sync_folder", "rename_new"} & set(fs.names()[before:])
        if again == "the key":
            upload = store.upload("a/g", 1000, PutOptions(key="k"))
            assert upload.missing()[0].length == 1000
            upload.write(0, NEW[:1000])
            upload.commit()
            assert tree(root) == {**BEFORE, "a/g": NEW[:1000]}
    if again != "the key":
        with FolderStore(root, SETTINGS) as healed, pytest.raises(UnknownUpload):
            healed.resume(upload_id)


class FolderFails(Tapped):
    """No folder can be synced any more once `after` was called behind call `begun`."""

    def __init__(self, after: str) -> None:
        super().__init__()
        self.begun: int | None = None
        self._after = after

    def sync_folder(self, folder: int) -> None:
        if self.begun is not None and self._after in self.names()[self.begun :]:
            raise OSError(errno.EIO, "")
        super().sync_folder(folder)


def test_a_restart_that_cannot_make_the_rename_durable_ends_the_upload(memory: Path) -> None:
    root = memory / "share"
    prepare(root)
    fs = Tapped(errno=errno.EIO)
    with FolderStore(root, SETTINGS, fs=fs) as store:
        upload = store.upload("a/g", 1000, PutOptions(key="k"))
        upload.write(0, NEW[:1000])
        real = upload_commit.publish
        with pytest.MonkeyPatch.context() as patch, pytest.raises(KeyboardInterrupt):
            patch.setattr(upload_commit, "publish", lambda *arguments: (real(*arguments), interrupt()))
            upload.commit()
        fs.lasting, fs.failed = True, "sync_folder"
        for _ in range(2):  # and not again on a healed disk
            with pytest.raises(StorageFailed, match="durable"):
                upload.commit()
            fs.lasting, fs.failed = False, ""
        assert store.uploads() == []


def interrupt() -> None:
    """What ends a process between the rename and its note."""
    raise KeyboardInterrupt


def test_a_stream_whose_last_write_broke_off_in_the_middle_has_no_tail(memory: Path) -> None:
    class Breaking(Tapped):
        def write_at(self, descriptor: int, data: bytes | bytearray | memoryview, offset: int) -> int:
            if offset % 5:
                raise OSError(errno.ENOSPC, "")
            return super().write_at(descriptor, memoryview(data)[:7], offset)

    with FolderStore(memory, SETTINGS, fs=Breaking()) as store:
        stream = store.upload("f", None)
        stream.write(0, b"12345")
        with pytest.raises(NoSpace):
            stream.write(5, b"x" * 100)
        assert stream.commit().size == 5
    assert tree(memory) == {"f": b"12345"}


def test_short_writes_are_gone_on_with(memory: Path) -> None:
    class Short(Tapped):
        def write_at(self, descriptor: int, data: bytes | bytearray | memoryview, offset: int) -> int:
            return super().write_at(descriptor, memoryview(data)[:7], offset)

        def read_at(self, descriptor: int, buffer: bytes | bytearray | memoryview, offset: int) -> int:
            return super().read_at(descriptor, memoryview(buffer)[:11], offset)

    for name in ("put a batch", "put a batch of new folders", "upload over a file", "stream over a file", "put what is there"):
        root = memory / name
        prepare(root)
        with FolderStore(root, SETTINGS, fs=Short()) as store:
            ACTS[name].do(store)
            with store.open("d/f") as reader:
                buffer = bytearray(reader.entry.size)
                assert reader.read_into(memoryview(buffer), 0) == len(buffer)
        assert tree(root) == ACTS[name].done
        assert bytes(buffer) == ACTS[name].done["d/f"]
