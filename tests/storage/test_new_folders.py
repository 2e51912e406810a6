"""Folders that come whole with a batch: whatever is in their way, their files come one by one, and nothing else is ever seen."""

from __future__ import annotations

import errno
import os
import stat
import struct
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from filexfer.core.errors import AlreadyExists, Changed, FilexferError, IsAFolder, NoSpace, NotAFolder
from filexfer.core.model import Conflict, Outcome, PutOptions, Saved
from filexfer.storage.folder import FolderStore
from filexfer.storage.fsops import FsOps
from filexfer.storage.store import Small, StoreSettings
from tests.descriptors import opened
from tests.storage.acts import OVERWRITE, SETTINGS, tree

_DEFAULT = "system.posix_acl_default"


class Watched(FsOps):
    """Notes what is renamed, and does `before` ahead of the sync of all."""

    def __init__(self) -> None:
        self.renamed: list[bytes] = []
        self.before = lambda: None

    def rename_new(self, name: bytes, folder: int, to: bytes, to_folder: int) -> None:
        super().rename_new(name, folder, to, to_folder)
        self.renamed.append(to)

    def sync_all(self, descriptor: int) -> None:
        self.before()
        super().sync_all(descriptor)


def files(names: Sequence[str]) -> list[Small]:
    return [Small(name, name.encode()) for name in names]


def contents(names: Sequence[str]) -> dict[str, bytes]:
    return {name: name.encode() for name in names}


def _mask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def outcomes(results: Sequence[Saved | FilexferError]) -> list[object]:
    return [one.outcome if isinstance(one, Saved) else type(one) for one in results]


NAMES = ("a/1", "a/b/2", "a/b/c/3", "a/b/4", "e/5", "6")


def test_a_folder_comes_with_all_that_is_in_it_and_answers_tell_each_file(memory: Path) -> None:
    fs = Watched()
    with FolderStore(memory, SETTINGS, fs=fs) as store:
        results = store.put(files(NAMES))
        assert sorted(fs.renamed) == [b"6", b"a", b"e"]
        for name, saved in zip(NAMES, results, strict=True):
            assert isinstance(saved, Saved)
            assert (saved.path, saved.outcome, saved.size) == (name, Outcome.CREATED, len(name))
            assert saved.etag.removeprefix("W/") == store.stat(name).etag.removeprefix("W/")
        brief = store.put([Small(f"g/{n}", b"x", OVERWRITE) for n in range(4)], versions=False)
        assert brief == [Saved(f"g/{n}", Outcome.CREATED, 1, OVERWRITE.mtime_ns or 0, "") for n in range(4)]
    assert tree(memory) == {**contents(NAMES), **{f"g/{n}": b"x" for n in range(4)}}
    assert {(memory / name).stat().st_mode & 0o777 for name in ("a", "a/b", "e")} == {0o777 & ~_mask()}


@pytest.mark.parametrize("there", ["a", "a/b"])
def test_what_another_program_makes_meanwhile_is_joined(memory: Path, there: str) -> None:
    fs = Watched()

    def meanwhile() -> None:
        (memory / there).mkdir(parents=True)
        (memory / there / "theirs").write_bytes(b"theirs")

    fs.before = meanwhile
    with FolderStore(memory, SETTINGS, fs=fs) as store:
        assert outcomes(store.put(files(NAMES))) == [Outcome.CREATED] * len(NAMES)
        assert (b"b" in fs.renamed) == (there == "a")
    assert tree(memory) == {**contents(NAMES), f"{there}/theirs": b"theirs"}
    assert opened(memory) == set()


def test_a_link_that_is_put_in_its_place_meanwhile_is_refused(memory: Path, tmp_path: Path) -> None:
    fs = Watched()
    fs.before = lambda: (memory / "a").symlink_to(tmp_path)
    with FolderStore(memory, SETTINGS, fs=fs) as store:
        results = store.put(files(NAMES))
        assert [isinstance(one, FilexferError) for one in results] == [True] * 4 + [False] * 2
    assert list(tmp_path.iterdir()) == []
    assert not (memory / ".filexfer").exists()


def test_on_another_disk_and_where_folders_cannot_be_renamed_files_come_one_by_one(memory: Path) -> None:
    for number in (errno.EXDEV, errno.EPERM, errno.ENOTEMPTY):

        class Refusing(FsOps):
            def rename_new(self, name: bytes, folder: int, to: bytes, to_folder: int) -> None:
                if to in (b"a", b"b", b"c", b"e"):
                    raise OSError(number, os.strerror(number))  # noqa: B023
                super().rename_new(name, folder, to, to_folder)

        root = memory / str(number)
        root.mkdir()
        with FolderStore(root, SETTINGS, fs=Refusing()) as store:
            assert outcomes(store.put(files(NAMES))) == [Outcome.CREATED] * len(NAMES)
        assert tree(root) == contents(NAMES)
        assert not (root / ".filexfer").exists()


def test_a_half_written_file_that_cannot_be_removed_is_not_seen(memory: Path) -> None:
    class Full(FsOps):
        def write_at(self, descriptor: int, data: object, offset: int) -> int:
            if data == b"a/b/2":
                raise OSError(errno.ENOSPC, "")
            return super().write_at(descriptor, data, offset)  # type: ignore[arg-type]

        def unlink(self, name: bytes, folder: int) -> None:
            if name == b"2":
                raise OSError(errno.EIO, "")
            super().unlink(name, folder)

    with FolderStore(memory, SETTINGS, fs=Full()) as store:
        assert outcomes(store.put(files(NAMES))) == [Outcome.CREATED, NoSpace, *[Outcome.CREATED] * 4]
        assert tree(memory) == contents([name for name in NAMES if name != "a/b/2"])


def test_a_folder_of_which_no_file_could_be_written_does_not_come(memory: Path) -> None:
    wrong = PutOptions(digest="blake3:" + "0" * 64)
    long = "n" * 255
    with FolderStore(memory, SETTINGS) as store:
        batch = [Small("a/b/1", b"x", wrong), Small("a/c/2", b"x"), Small("d/3", b"x", wrong), Small(f"f/{long}/4", b"")]
        store.put(batch)
        assert sorted(os.listdir(memory)) == [".filexfer", "a", "f"]
        assert os.listdir(memory / "a") == ["c"]
    assert tree(memory) == {"a/c/2": b"x", f"f/{long}/4": b""}


def test_one_name_twice_in_a_new_folder_is_a_conflict_as_anywhere(memory: Path) -> None:
    for policy, second, held in (
        (Conflict.FAIL, AlreadyExists, b"one"),
        (Conflict.OVERWRITE, Outcome.REPLACED, b"two"),
        (Conflict.SKIP, Outcome.SKIPPED, b"one"),
        (Conflict.RENAME, Outcome.RENAMED, b"one"),
    ):
        options = PutOptions(policy, 1)
        with FolderStore(memory, SETTINGS) as store:
            small = [Small(f"{policy.value}/x", data, options) for data in (b"one", b"two")]
            small += [Small(f"{policy.value}/{n}", b"", options) for n in range(3)]
            assert outcomes(store.put(small))[:2] == [Outcome.CREATED, second]
        assert (memory / policy.value / "x").read_bytes() == held
    assert (memory / "rename" / "x (1)").read_bytes() == b"two"


def test_of_one_name_twice_the_last_stays_though_the_first_could_not_be_made_in_the_new_folder(memory: Path) -> None:
    class Once(FsOps):
        refused = False

        def open_file(self, name: bytes, folder: int, flags: int = os.O_RDONLY) -> int:
            if name == b"x" and not self.refused:
                self.refused = True
                raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))
            return super().open_file(name, folder, flags)

    with FolderStore(memory, SETTINGS, fs=Once()) as store:
        small = [Small("a/x", data, OVERWRITE) for data in (b"one", b"two")] + [Small(f"a/{n}", b"", OVERWRITE) for n in range(3)]
        assert outcomes(store.put(small)) == [Outcome.CREATED, Outcome.REPLACED, *[Outcome.CREATED] * 3]
    assert (memory / "a" / "x").read_bytes() == b"two"


def test_a_file_and_a_folder_of_one_name_do_not_both_come(memory: Path) -> None:
    with FolderStore(memory, SETTINGS) as store:
        assert outcomes(store.put(files(["x/a", "x/a/b", "x/c", "x/d"]))) == [Outcome.CREATED, NotAFolder, *[Outcome.CREATED] * 2]
        assert outcomes(store.put(files(["y/a/b", "y/a", "y/c", "y/d"]))) == [Outcome.CREATED, IsAFolder, *[Outcome.CREATED] * 2]
    assert tree(memory) == contents(["x/a", "x/c", "x/d", "y/a/b", "y/c", "y/d"])


def test_a_version_that_was_asked_for_is_missed_in_a_new_folder_too(memory: Path) -> None:
    options = PutOptions(Conflict.OVERWRITE, etag="1-1-1-1")
    with FolderStore(memory, SETTINGS) as store:
        results = store.put([Small("a/1", b"x", options), *files(NAMES[1:])])
        assert outcomes(results) == [Changed, *[Outcome.CREATED] * 5]
    assert tree(memory) == contents(NAMES[1:])


def test_any_number_and_depth_of_new_folders_comes_with_few_open_at_once(memory: Path) -> None:
    names = [f"{n:02d}/f" for n in range(100)] + ["/".join("d" * 200) + "/f", "/".join("d" * 100) + "/g"]
    most = 0
    fs = Watched()

    def count() -> None:
        nonlocal most
        most = len(opened(memory))

    fs.before = count
    with FolderStore(memory, SETTINGS, fs=fs) as store:
        assert outcomes(store.put(files(names))) == [Outcome.CREATED] * len(names)
    assert 30 < most < 110
    assert tree(memory) == contents(names)
    assert opened(memory) == set()


def test_in_a_folder_that_a_transfer_made_nothing_of_it_is_replaced(memory: Path) -> None:
    (memory / "there").mkdir()
    for name in ("there/theirs", "there/other"):
        (memory / name).write_bytes(b"theirs")
    with FolderStore(memory, StoreSettings(trash=False, once=True), exclusive=False) as store:
        for batch in ([f"new/sub/{n}" for n in range(4)], [f"there/{n}" for n in range(4)], ["made/one"]):
            assert set(outcomes(store.put(files(batch)))) == {Outcome.CREATED}
        for path in ("new/sub/1", "there/1", "made/one"):
            [twin] = store.put([Small(path, b"twin", OVERWRITE)])
            assert isinstance(twin, AlreadyExists)
        results = store.put([Small(path, b"ours", OVERWRITE) for path in ("there/theirs", "new/sub/more", "there/other")])
        assert outcomes(results) == [Outcome.REPLACED, Outcome.CREATED, Outcome.REPLACED]
        [folder] = store.put([Small("new/sub", b"x", OVERWRITE)])
        assert isinstance(folder, IsAFolder)


def _made(root: Path, above: str) -> tuple[list[tuple[int, int, bytes]], Watched]:
    """Mode, group and default access list of folders that a batch makes in `above`, and of those that a file alone makes."""
    fs = Watched()
    with FolderStore(root, SETTINGS, fs=fs) as store:
        for name, count in (("many", 4), ("alone", 1)):
            assert set(outcomes(store.put(files([f"{above}/{name}/sub/{n}" for n in range(count)])))) == {Outcome.CREATED}
    made = []
    for name in ("many", "many/sub", "alone", "alone/sub"):
        status, listed = (root / above / name).stat(), os.listxattr(root / above / name)
        acl = os.getxattr(root / above / name, _DEFAULT) if _DEFAULT in listed else b""
        made.append((status.st_mode, status.st_gid, acl))
    return made, fs


def test_a_new_folder_has_the_group_that_the_one_above_hands_down(memory: Path) -> None:
    above = memory / "team"
    above.mkdir()
    above.chmod(0o2770)
    made, _ = _made(memory, "team")
    assert made == [(stat.S_IFDIR | stat.S_ISGID | 0o777 & ~_mask(), above.stat().st_gid, b"")] * 4


@pytest.mark.skipif(sys.platform != "linux", reason="access lists of POSIX are set by a call of Linux")
def test_a_new_folder_has_the_access_list_that_the_one_above_hands_down(memory: Path) -> None:
    above, nobody = memory / "ours", (1 << 32) - 1
    above.mkdir()
    entries = [(1, 7, nobody), (4, 5, nobody), (8, 7, os.getgid()), (16, 7, nobody), (32, 0, nobody)]
    acl = struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *entry) for entry in entries)
    try:
        os.setxattr(above, _DEFAULT, acl)
    except OSError:
        pytest.skip("this file system has no access lists")
    made, _ = _made(memory, "ours")
    assert made == [(stat.S_IFDIR | 0o770, os.getgid(), acl)] * 4


def test_where_all_folders_hand_down_the_same_new_ones_still_come_whole(memory: Path) -> None:
    memory.chmod(0o2755)
    (memory / "team").mkdir()
    _, fs = _made(memory, "team")
    assert b"many" in fs.renamed
