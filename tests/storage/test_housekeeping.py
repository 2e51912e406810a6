"""Bounds: the trash in age and size, abandoned uploads, room on the disk, several disks in one share."""

from __future__ import annotations

import errno
import os
import stat
import time
from pathlib import Path

import pytest

from filexfer.core.errors import FilexferError, NoSpace, NotEmpty, StorageFailed, UnknownUpload
from filexfer.core.model import Conflict, Kind, Outcome, PutOptions, Saved
from filexfer.storage.folder import FolderStore
from filexfer.storage.fsops import FsOps, refuse
from filexfer.storage.store import Small, StoreSettings
from filexfer.storage.trash import Trash
from tests.descriptors import opened
from tests.storage.acts import tree
from tests.storage.faults import Tapped
from tests.storage.test_conformance import put

OVERWRITE = Conflict.OVERWRITE


def settings(**changes: object) -> StoreSettings:
    return StoreSettings(**({"keep_free": 0, "block_size": 1000} | changes))  # type: ignore[arg-type]


def old(path: Path, days: float) -> None:
    """Make a file look as if it was last touched so long ago."""
    then = time.time() - days * 86400
    os.utime(path, (then, then))


# -- the trash ------------------------------------------------------------------------------------------------------


def test_the_trash_holds_so_many_bytes_and_drops_the_oldest_first(memory: Path) -> None:
    with FolderStore(memory, settings(trash_bytes=2500)) as store:
        for number in range(5):
            put(store, f"f{number}", bytes(1000))
            store.delete(f"f{number}")
        assert [item.path for item in store.trash.list()] == ["f4", "f3"]
        # A folder counts with all that is in it.
        store.put([Small(f"d/{n}/f", bytes(500)) for n in range(5)])
        store.delete("d")
        assert [(item.path, item.size) for item in store.trash.list()] == [("d", 2500)]
        # What is more than the trash holds is not kept at all.
        put(store, "large", bytes(2501))
        store.delete("large")
        assert store.trash.list() == []


def test_overwritten_versions_count_too(memory: Path) -> None:
    with FolderStore(memory, settings(trash_bytes=2500)) as store:
        for number in range(6):
            put(store, "f", b"%d" % number * 1000, OVERWRITE)
        kept = store.trash.list()
        assert len(kept) == 2
        store.delete("f")
        store.trash.restore(kept[0].id)
        assert (memory / "f").read_bytes() == b"4" * 1000


def test_a_batch_that_is_sent_twice_at_once_keeps_the_old_versions_once(memory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    batch = [Small(f"d/{n}", b"new%d" % n, PutOptions(on_conflict=OVERWRITE)) for n in range(5)]
    again: list[object] = []

    def sync(trash: Trash, change: int) -> None:
        original(trash, change)
        if not again and store.trash.list():
            # The first sending has the old versions in the trash, and has replaced nothing yet.
            again.append(None)
            again.extend(store.put(batch))

    original = Trash.sync
    monkeypatch.setattr(Trash, "sync", sync)
    with FolderStore(memory, settings()) as store:
        for n in range(5):
            put(store, f"d/{n}", b"old%d" % n)
        first = store.put(batch)
        assert [result.outcome for result in first if isinstance(result, Saved)] == [Outcome.SAME] * 5
        assert [result.outcome for result in again if isinstance(result, Saved)] == [Outcome.REPLACED] * 5
        kept = store.trash.list()
        assert sorted(item.path for item in kept) == [f"d/{n}" for n in range(5)]
        assert len(os.listdir(memory / ".filexfer" / "trash")) == 10
        for item in kept:
            store.delete(item.path, permanent=True)
            store.trash.restore(item.id)
        assert tree(memory) == {f"d/{n}": b"old%d" % n for n in range(5)}


def test_the_trash_drops_what_is_too_old(memory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with FolderStore(memory, settings(trash_age=10 * 86400)) as store:
        put(store, "early", b"x")
        store.delete("early")
        now, passed = time.time_ns(), time.monotonic()
        day = 86400
        monkeypatch.setattr(time, "time_ns", lambda: now + 9 * day * 10**9)
        monkeypatch.setattr(time, "monotonic", lambda: passed + 9 * day)
        put(store, "late", b"x")
        store.delete("late")
        store.expire()
        assert len(store.trash.list()) == 2
        # A clock that is set years ahead makes nothing old.
        monkeypatch.setattr(time, "time_ns", lambda: now + 9000 * day * 10**9)
        store.expire()
        assert len(store.trash.list()) == 2
        monkeypatch.setattr(time, "monotonic", lambda: passed + 11 * day)
        store.expire()
        assert [item.path for item in store.trash.list()] == ["late"]


def test_without_a_trash_deleting_and_overwriting_are_final(memory: Path) -> None:
    with FolderStore(memory, settings(trash=False)) as store:
        put(store, "d/f", b"one")
        assert put(store, "d/f", b"two", OVERWRITE).outcome is Outcome.REPLACED
        assert store.delete("d") == ""
        assert store.trash.list() == []
    assert list(memory.iterdir()) == []


def test_the_trash_gives_way_to_new_files(memory: Path) -> None:
    fs = Disk(memory, 10_000)
    with FolderStore(memory, settings(), fs=fs) as store:
        for number in range(3):
            put(store, f"f{number}", bytes(3000))
            store.delete(f"f{number}")
        put(store, "new", bytes(2000))
        assert len(store.trash.list()) == 2
        put(store, "more", bytes(3000))
        assert len(store.trash.list()) == 1
        with pytest.raises(NoSpace):
            put(store, "too much", bytes(6000))
        assert {"new", "more"} == tree(memory).keys()


def test_what_would_not_fit_even_without_the_trash_costs_nothing_of_it(memory: Path) -> None:
    with FolderStore(memory, settings(), fs=Disk(memory, 10_000)) as store:
        for number in range(3):
            put(store, f"f{number}", bytes(3000))
            store.delete(f"f{number}")
        with pytest.raises(NoSpace):
            store.upload("f", 1 << 50)
        with pytest.raises(NoSpace):
            put(store, "f", bytes(10_001))
        assert len(store.trash.list()) == 3
        store.upload("f", 10_000)
        assert store.trash.list() == []


class Disk(FsOps):
    """A disk of so many bytes."""

    def __init__(self, root: Path, size: int) -> None:
        self._root = root
        self._size = size

    def space(self, folder: int) -> tuple[int, int]:
        files = [path.lstat() for path in self._root.rglob("*") if not path.is_dir()]
        used = {status.st_ino: status.st_size for status in files if not stat.S_ISLNK(status.st_mode)}
        return max(0, self._size - sum(used.values())), self._size


# -- room on the disk -----------------------------------------------------------------------------------------------


def test_what_does_not_fit_is_refused_before_the_first_byte(memory: Path) -> None:
    fs = Disk(memory, 10_000)
    with FolderStore(memory, settings(keep_free=2000), fs=fs) as store:
        assert store.space() == (8000, 10_000)
        with pytest.raises(NoSpace):
            store.upload("f", 8001)
        with pytest.raises(NoSpace):
            store.upload("f", 1 << 60)
        with pytest.raises(NoSpace):
            store.put([Small("f", bytes(5000)), Small("g", bytes(3001))])
        assert tree(memory) == {}
        assert store.uploads() == []
        store.upload("f", 7000)


def test_uploads_under_way_have_their_room_kept(memory: Path) -> None:
    fs = Disk(memory, 10_000)
    with FolderStore(memory, settings(), fs=fs) as store:
        first = store.upload("f", 6000)
        with pytest.raises(NoSpace):
            store.upload("g", 5000)
        first.write(0, bytes(5000))
        with pytest.raises(NoSpace):
            store.put([Small("h", bytes(4500))])
        store.put([Small("h", bytes(3000))])
        first.abort()
        store.upload("g", 5000).close()


def test_a_stream_stops_when_the_disk_is_full(memory: Path) -> None:
    fs = Disk(memory, 40 << 20)
    with FolderStore(memory, settings(keep_free=10 << 20), fs=fs) as store:
        stream = store.upload("f", None)
        piece = bytes(4 << 20)
        with pytest.raises(NoSpace):
            for offset in range(0, 100 << 20, 4 << 20):
                stream.write(offset, piece)
        stream.abort()
        assert sum(path.stat().st_size for path in memory.rglob("*") if path.is_file()) == 0


# -- abandoned uploads ----------------------------------------------------------------------------------------------


def test_abandoned_uploads_expire_and_others_do_not(memory: Path) -> None:
    with FolderStore(memory, settings(upload_age=7 * 86400)) as store:
        kept, dropped, used = (store.upload(name, 5000) for name in ("kept", "dropped", "used"))
        for upload in (kept, dropped, used):
            upload.write(0, bytes(1000))
        kept.close()
        dropped.close()
        for upload, days in ((kept, 6.9), (dropped, 7.1), (used, 8)):
            old(memory / ".filexfer/uploads" / f"{upload.id}.journal", days)
        store.expire()
        assert {upload.path for upload in store.uploads()} == {"kept", "used"}
        with pytest.raises(UnknownUpload):
            store.resume(dropped.id)
        assert not (memory / ".filexfer/uploads" / f"{dropped.id}.data").exists()
        used.write(1000, bytes(4000))
        used.commit()


def test_answers_and_what_crashes_left_expire(memory: Path) -> None:
    with FolderStore(memory, settings()) as store:
        upload = store.upload("f", 3)
        upload.write(0, b"abc")
        upload.commit()
        upload_id = upload.id
        del upload
        area = memory / ".filexfer/uploads"
        for name in ("0" * 32 + ".data", "1" * 32 + ".data"):
            (area / name).write_bytes(b"left")
        old(area / ("0" * 32 + ".data"), 1)
        store.expire()
        assert {path.name for path in area.iterdir()} == {f"{upload_id}.done", "1" * 32 + ".data"}
        old(area / f"{upload_id}.done", 1.1)
        store.expire()
        assert {path.name for path in area.iterdir()} == {"1" * 32 + ".data"}


# -- several disks --------------------------------------------------------------------------------------------------


class TwoDisks(Tapped):
    """`mounted` in the share is another disk: nothing is renamed or linked across."""

    def __init__(self, root: Path) -> None:
        super().__init__()
        self._mounted = os.fsencode(root / "mounted")

    def _disk(self, folder: int) -> bool:
        return os.readlink(f"/proc/self/fd/{folder}".encode()).startswith(self._mounted)

    def _one(self, folder: int, to_folder: int) -> None:
        if self._disk(folder) != self._disk(to_folder):
            refuse(errno.EXDEV)

    def rename(self, name: bytes, folder: int, to: bytes, to_folder: int) -> None:
        self._one(folder, to_folder)
        super().rename(name, folder, to, to_folder)

    def rename_new(self, name: bytes, folder: int, to: bytes, to_folder: int) -> None:
        self._one(folder, to_folder)
        super().rename_new(name, folder, to, to_folder)

    def link(self, name: bytes, folder: int, to: bytes, to_folder: int) -> None:
        self._one(folder, to_folder)
        super().link(name, folder, to, to_folder)


@pytest.mark.parametrize("way", ["put", "upload", "stream"])
def test_a_disk_mounted_in_the_share_is_written_to_like_any_folder(memory: Path, way: str) -> None:
    (memory / "mounted").mkdir()
    fs = TwoDisks(memory)
    time_ns = 1_500_000_000_000_000_000
    with FolderStore(memory, settings(), fs=fs) as store:
        for content, policy in ((b"one", Conflict.FAIL), (b"two", OVERWRITE), (b"two", Conflict.FAIL), (b"six", Conflict.RENAME)):
            options = PutOptions(on_conflict=policy, mtime_ns=time_ns)
            if way == "put":
                [saved] = store.put([Small("mounted/d/f", content, options)])
                assert not isinstance(saved, FilexferError)
            else:
                upload = store.upload("mounted/d/f", 3 if way == "upload" else None, options)
                upload.write(0, content)
                saved = upload.commit()
            assert saved.mtime_ns == time_ns
        assert saved.path == "mounted/d/f (1)"
        assert [item.path for item in store.trash.list()] == ["mounted/d/f"]
        item = store.trash.list()[0]
        assert (memory / ".filexfer/trash" / item.id).read_bytes() == b"one"
        # Nothing of the copies is left, neither there nor here.
        assert {path.name for path in (memory / "mounted").rglob("*")} == {"d", "f", "f (1)"}
        left = [p for p in (memory / ".filexfer").rglob("*") if p.is_file() and not p.is_symlink() and "trash" not in p.parts]
        assert [path.suffix for path in left] == ([".done"] * 4 if way == "upload" else [])
    # Copied, and the copy synced, before it gets its name.
    calls = fs.names()
    assert calls.index("sync") < len(calls) - calls[::-1].index("rename_new")


def test_deleting_on_another_disk_is_for_good_or_not_at_all(memory: Path) -> None:
    (memory / "mounted/d").mkdir(parents=True)
    (memory / "mounted/d/f").write_bytes(b"x")
    with FolderStore(memory, settings(), fs=TwoDisks(memory)) as store:
        for path in ("mounted/d", "mounted/d/f"):
            with pytest.raises(StorageFailed, match="permanently"):
                store.delete(path)
        assert store.trash.list() == []
        with pytest.raises(NotEmpty):
            store.delete("mounted/d", permanent=True)
        store.delete("mounted/d/f", permanent=True)
        store.delete("mounted/d", permanent=True)
        put(store, "mounted/g", b"x")
        with pytest.raises(StorageFailed, match="disk"):
            store.move("mounted/g", "g")
    assert tree(memory) == {"mounted/g": b"x"}


# -- listings -------------------------------------------------------------------------------------------------------


def test_a_listing_reads_on_only_when_asked(memory: Path) -> None:
    for number in range(3000):
        (memory / f"f{number}").touch()
    fs = Tapped()
    with FolderStore(memory, settings(), exclusive=False, fs=fs) as store:
        seen: list[str] = []
        real = fs.scan_stat

        def counted(entry: os.DirEntry[str]) -> os.stat_result:
            seen.append(entry.name)
            return real(entry)

        fs.scan_stat = counted  # type: ignore[method-assign]
        listing = store.scan("")
        first = [next(listing).name for _ in range(10)]
        assert first == seen
        assert len({*first, *(entry.name for entry in listing)}) == 3000


def test_entries_that_vanish_meanwhile_are_left_out_and_folders_that_cannot_be_read_are_told(memory: Path) -> None:
    class Awkward(FsOps):
        def open_folder(self, name: bytes, folder: int) -> int:
            if name == b"locked":
                refuse(errno.EACCES)
            if name == b"gone":
                refuse(errno.ENOENT)
            return super().open_folder(name, folder)

        def scan_stat(self, entry: os.DirEntry[str]) -> os.stat_result:
            if entry.name == "vanished":
                refuse(errno.ENOENT)
            if entry.name == "broken":
                refuse(errno.EIO)
            return super().scan_stat(entry)

    for name in ("locked", "gone", "fine"):
        (memory / name).mkdir()
        (memory / name / "f").touch()
    for name in ("vanished", "broken"):
        (memory / name).touch()
    with FolderStore(memory, settings(), exclusive=False, fs=Awkward()) as store:
        found = {entry.name: entry.kind for entry in store.scan("", recursive=True)}
        assert found == {"locked": Kind.OTHER, "fine": Kind.FOLDER, "fine/f": Kind.FILE, "broken": Kind.OTHER}
        assert {entry.name for entry in store.scan("")} == {"locked", "gone", "fine", "broken"}


def test_a_bushy_and_deep_tree_is_listed_with_few_descriptors(memory: Path) -> None:
    path, count = memory, 0
    for level in range(120):
        for name in ("a", "z"):
            (path / f"{name}{level}").mkdir()
            (path / f"{name}{level}" / "f").touch()
            count += 2
        path = path / "deeper"
        path.mkdir()
        count += 1
    most = 0
    with FolderStore(memory, settings(), exclusive=False) as store:
        names = []
        for entry in store.scan("", recursive=True):
            names.append(entry.name)
            most = max(most, len(opened(memory)))
    assert len(names) == len(set(names)) == count
    assert 0 < most <= 12
    assert opened(memory) == set()


# -- what files are like --------------------------------------------------------------------------------------------


def test_files_get_the_modes_of_this_machine_and_the_area_is_private(memory: Path) -> None:
    mask = os.umask(0o022)
    try:
        with FolderStore(memory, settings()) as store:
            put(store, "d/f", b"#!/bin/sh")
            for size in (3, None):
                upload = store.upload(f"d/{size}", size)
                upload.write(0, b"abc")
                upload.commit()
            modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in [memory / "d", *(memory / "d").iterdir()]}
            assert modes == {"d": 0o755, "f": 0o644, "3": 0o644, "None": 0o644}
            assert stat.S_IMODE((memory / ".filexfer").stat().st_mode) == 0o700
    finally:
        os.umask(mask)


@pytest.mark.parametrize("seconds", [1 << 40, -(1 << 40)])
def test_a_time_beyond_64_bits_is_told_as_the_last_one_within(memory: Path, seconds: int) -> None:
    (memory / "f").write_bytes(b"x")
    os.utime(memory / "f", (seconds, seconds))
    if os.stat(memory / "f").st_mtime != seconds:
        pytest.skip("this file system has no such times")
    within = (1 << 63) - 1 if seconds > 0 else -(1 << 63)
    with FolderStore(memory, settings()) as store:
        assert [entry.mtime_ns for entry in store.scan("")] == [store.stat("f").mtime_ns] == [within]
        assert put(store, "f", b"x").mtime_ns == within
        assert put(store, "f", b"y", Conflict.SKIP).mtime_ns == within


def test_an_etag_is_weak_at_first_and_strong_once_its_times_are_old(memory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with FolderStore(memory, settings()) as store:
        saved = put(store, "f", b"x", mtime_ns=1_500_000_000_000_000_000)
        assert saved.etag.startswith("W/")
        assert store.stat("f").etag == saved.etag
        now = time.time_ns()
        monkeypatch.setattr(time, "time_ns", lambda: now + 3 * 10**9)
        strong = store.stat("f").etag
        assert "W/" + strong == saved.etag
        with store.open("f") as reader:
            assert reader.entry.etag == strong
        put(store, "f", b"y", OVERWRITE, etag=saved.etag)
        assert store.stat("f").etag.removeprefix("W/") != strong
        # A clock that was set back tells nothing: weak.
        monkeypatch.setattr(time, "time_ns", lambda: now - 3600 * 10**9)
        assert store.stat("f").etag.startswith("W/")
