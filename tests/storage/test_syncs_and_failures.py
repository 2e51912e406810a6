"""In what order the system is called, what its refusals are called, and that results do not depend on the locale."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from filexfer.core import errors
from filexfer.core.model import Conflict, Entry, PutOptions
from filexfer.storage.confine import NamedOps
from filexfer.storage.failures import translate
from filexfer.storage.folder import FolderStore
from filexfer.storage.fsops import FsOps
from filexfer.storage.store import Small, StoreSettings
from tests.storage.faults import Tapped
from tests.storage.test_conformance import put

SETTINGS = StoreSettings(keep_free=0, block_size=1000, checkpoint_bytes=3000, checkpoint_seconds=1e9)
OVERWRITE = PutOptions(on_conflict=Conflict.OVERWRITE)


class Watched(Tapped):
    """Calls told as words: `sync file`, `sync folder d`, `rename f`, …"""

    def told(self) -> list[str]:
        return self._told

    def __init__(self) -> None:
        super().__init__()
        self._told: list[str] = []

    def _tap(self, name: str, call):  # type: ignore[no-untyped-def]
        def tapped(*arguments: object, **named: object) -> object:
            word = self._word(name, arguments)
            result = call(*arguments, **named)
            if word:
                self._told.append(word)
            return result

        return tapped

    def _word(self, name: str, arguments: tuple[object, ...]) -> str:
        if name in ("rename", "rename_new", "unlink", "make_folder"):
            target = arguments[2] if name.startswith("rename") else arguments[0]
            return f"{name} {os.fsdecode(target)}"  # type: ignore[arg-type]
        if name in ("sync", "sync_data", "sync_folder", "write_at"):
            path = Path(os.readlink(f"/proc/self/fd/{arguments[0]}"))
            if name == "sync" and path.is_dir():
                return ""  # what `sync_folder` does
            return f"{name} {'new' if path.parent.name.startswith('batch-') else path.suffix or path.name}"
        return name if name == "sync_all" else ""


class Unsynced(Tapped):
    def sync_all(self, folder: int) -> None:
        raise OSError(errno.EIO, "")


def calls(root: Path, act) -> list[str]:  # type: ignore[no-untyped-def]
    """What `act(store)` called."""
    fs = Watched()
    with FolderStore(root, SETTINGS, fs=fs) as store:
        store.upload(None, 0).abort()  # so that our own folder is made already
        before = len(fs.told())
        act(store)
        return fs.told()[before:]


def in_order(told: list[str], *expected: str) -> None:
    """Each of `expected` is called, after the one before."""
    at = 0
    for word in expected:
        assert word in told[at:], f"{word} is not called after {told[:at]}, only {told[at:]}"
        at = told.index(word, at) + 1


def test_a_small_file_is_synced_before_its_rename_and_its_folders_after(memory: Path) -> None:
    told = calls(memory, lambda store: put(store, "a/b/f", b"x"))
    in_order(told, "write_at new", "sync new", "rename_new f", "sync_folder b")
    assert {"sync_folder a", f"sync_folder {memory.name}", "sync_folder b"} <= set(told)


def test_a_batch_is_synced_at_once_and_each_folder_once(memory: Path) -> None:
    for n in range(3):
        (memory / f"d{n}").mkdir()
    told = calls(memory, lambda store: store.put([Small(f"d{n % 3}/{n}", b"x") for n in range(30)]))
    assert told.count("sync_all") == 1
    at = told.index("sync_all")
    assert sum(word.startswith("write_at") for word in told[:at]) == 30
    assert sum(word.startswith("rename_new") for word in told[at:]) == 30
    assert not [word for word in told[:at] if word.startswith(("rename", "make_folder"))]
    last = max(index for index, word in enumerate(told) if word.startswith("rename_new"))
    assert sorted(told[last + 1 :]) == sorted(f"sync_folder {name}" for name in ("d0", "d1", "d2"))


def test_new_folders_of_a_batch_are_synced_with_their_files_and_come_by_one_rename(memory: Path) -> None:
    told = calls(memory, lambda store: store.put([Small(f"d/{n % 3}/{n}", b"x") for n in range(30)]))
    at = told.index("sync_all")
    assert sum(word.startswith(("write_at", "make_folder")) for word in told[:at]) == 30 + 4
    assert told[at + 1 :] == ["rename_new d", f"sync_folder {memory.name}"]


def test_folders_made_together_are_synced_together_and_have_their_times(memory: Path) -> None:
    wanted: list[tuple[str, int | None]] = [(f"a/{n}", 10**9 * n) for n in range(20)] + [("a", 5 * 10**9)]
    told = calls(memory, lambda store: store.make_folders(wanted))
    assert told.count("sync_all") == 1
    assert told[-1] == "sync_all"
    assert [(memory / path).stat().st_mtime_ns for path, _ in wanted] == [mtime_ns for _, mtime_ns in wanted]
    # A few are synced each, those within others first.
    told = calls(memory, lambda store: store.make_folders([("b/c", None), ("b", 0)]))
    assert told[-3:] == ["make_folder c", "sync_folder b", f"sync_folder {memory.name}"]


def test_of_folders_made_together_each_fails_alone_but_for_a_failed_sync(memory: Path) -> None:
    with FolderStore(memory, SETTINGS) as store:
        put(store, "f", b"x")
        made = store.make_folders([("a", None), ("f/b", None), ("../c", None), ("f", 0), ("d", None)])
        assert [type(one) for one in made] == [Entry, errors.NotAFolder, errors.InvalidPath, errors.NotAFolder, Entry]
    assert sorted(path.name for path in memory.iterdir() if not path.name.startswith(".")) == ["a", "d", "f"]
    with FolderStore(memory, SETTINGS, fs=Unsynced()) as store:
        made = store.make_folders([(f"e/{n}", n) for n in range(20)])
        assert {type(one) for one in made} == {errors.StorageFailed}


def test_a_checkpoint_syncs_the_content_then_says_so_then_syncs_the_journal(memory: Path) -> None:
    def act(store: FolderStore) -> None:
        upload = store.upload("f", 5000)
        for start in range(0, 5000, 1000):
            upload.write(start, bytes(1000))

    told = [word for word in calls(memory, act) if not word.startswith("rename")]
    block = ["write_at .data", "write_at .journal"]
    start = told.index("write_at .data")
    checkpoint = ["sync_data .data", "write_at .journal", "sync_data .journal", "sync_folder uploads"]
    # Three blocks, the checkpoint, two blocks; the rest is the end of the store.
    assert told[start : start + 14] == [*block * 3, *checkpoint, *block * 2]


def test_a_commit_announces_its_rename_and_syncs_everything_in_order(memory: Path) -> None:
    def act(store: FolderStore) -> None:
        upload = store.upload("a/f", 1000)
        upload.write(0, bytes(1000))
        upload.commit()

    told = calls(memory, act)
    in_order(
        told,
        "write_at .data",
        "sync .data",
        "make_folder a",
        f"sync_folder {memory.name}",
        "write_at .journal",
        "sync_data .journal",
        "rename_new f",
        "sync_folder a",
    )


def test_what_is_overwritten_is_durable_in_the_trash_before(memory: Path) -> None:
    for act in (
        lambda store: store.put([Small("f", b"new", OVERWRITE)]),
        lambda store: stream(store, "f"),
    ):
        with FolderStore(memory, SETTINGS) as store:
            put(store, "f", os.urandom(8), Conflict.OVERWRITE)
        in_order(calls(memory, act), "sync_folder trash", "rename f", f"sync_folder {memory.name}")


def stream(store: FolderStore, path: str) -> None:
    upload = store.upload(path, None, OVERWRITE)
    upload.write(0, os.urandom(8))
    upload.commit()


def test_a_move_syncs_the_target_before_and_after_and_the_source_last(memory: Path) -> None:
    def act(store: FolderStore) -> None:
        store.move("a/f", "b/c/g")

    with FolderStore(memory, SETTINGS) as store:
        put(store, "a/f", b"x")
    told = calls(memory, act)
    in_order(told, "make_folder b", "make_folder c", f"sync_folder {memory.name}", "rename_new g")
    in_order(told, "rename_new g", "sync_folder c", "sync_folder a")


def test_a_deletion_is_durable_in_the_trash_before_it_is_where_it_was(memory: Path) -> None:
    for path in ("a/f", "a/d"):
        with FolderStore(memory, SETTINGS) as store:
            put(store, "a/f", b"x")
            put(store, "a/d/f", b"x")
        told = calls(memory, lambda store, path=path: store.delete(path))
        [renamed] = [index for index, word in enumerate(told) if word.startswith("rename ")]
        assert told[renamed + 1 :] == ["sync_folder trash", "sync_folder a"]


# -- failures -------------------------------------------------------------------------------------------------------

EXPECTED = {
    "ENOENT": errors.NotFound,
    "EEXIST": errors.AlreadyExists,
    "ENOTDIR": errors.NotAFolder,
    "EISDIR": errors.IsAFolder,
    "ENOTEMPTY": errors.NotEmpty,
    "ENOSPC": errors.NoSpace,
    "EDQUOT": errors.NoSpace,
    "EFBIG": errors.NoSpace,
    "EACCES": errors.Forbidden,
    "EPERM": errors.Forbidden,
    "EROFS": errors.Forbidden,
    "ELOOP": errors.InvalidPath,
    "ENAMETOOLONG": errors.InvalidPath,
    "EMFILE": errors.Busy,
    "ENFILE": errors.Busy,
    "EIO": errors.StorageFailed,
    "ESTALE": errors.StorageFailed,
}


@pytest.mark.parametrize("name", sorted(errno.errorcode.values()))
def test_every_refusal_of_the_system_is_an_error_of_ours_in_a_sentence(name: str) -> None:
    error = OSError(getattr(errno, name), "as the system says it", "/home/me/share/f")
    told = translate(error, "d/f\x1b")
    assert isinstance(told, EXPECTED.get(name, (errors.RequestError, errors.MachineError, errors.TrustError)))
    assert "/home" not in str(told)
    assert str(told).startswith("“d/f\\x1b”: ")
    assert str(told).endswith(".")
    assert told.__cause__ is error
    assert "“" not in str(translate(error))[:1]


def test_a_share_that_is_not_there_or_no_folder_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(errors.NotFound) as missing:
        FolderStore(tmp_path / "missing")
    with pytest.raises(errors.NotAFolder) as file:
        FolderStore(tmp_path / "file")
    assert str(tmp_path) not in f"{missing.value} {file.value}"


_LISTING = """
import json, sys
from filexfer.storage.folder import FolderStore
from filexfer.storage.store import Small
with FolderStore(sys.argv[1], exclusive=False) as store:
    name = "\\xe9\\udcff\\u4e2d"
    store.put([Small(f"d/{name}", b"x"), Small("d/\\xe9", b"x")])
    store.delete("d/\\xe9")
    trashed = store.trash.list()[0]
    store.trash.restore(trashed.id)
    names = sorted(entry.name for entry in store.scan("", recursive=True))
    print(json.dumps([names, store.stat(f"d/{name}").name, trashed.path, sys.getfilesystemencoding()]))
"""


def test_names_are_the_same_in_every_locale(memory: Path) -> None:
    told = []
    for number, (utf8, locale) in enumerate((("1", "C.UTF-8"), ("0", "C.UTF-8"), ("0", "C"), ("0", "POSIX"))):
        root = memory / str(number)
        root.mkdir()
        environment = os.environ | {"PYTHONUTF8": utf8, "LC_ALL": locale, "PYTHONCOERCECLOCALE": "0"}
        run = subprocess.run([sys.executable, "-c", _LISTING, root], env=environment, capture_output=True, text=True, check=True)
        *names, encoding = __import__("json").loads(run.stdout)
        told.append((names, encoding))
        assert os.listdir(os.fsencode(root / "d")) != []
    assert all(names == told[0][0] for names, _ in told)
    assert told[0][0] == [["d", "d/é", "d/é\udcff中"], "é\udcff中", "d/é"]
    # The test says nothing unless the system's own encoding was another one for some of them.
    assert len({encoding for _, encoding in told}) > 1


@pytest.mark.parametrize("ops", [FsOps, NamedOps])
def test_what_is_called_for_each_sync_is_called_once(memory: Path, monkeypatch: pytest.MonkeyPatch, ops: type[FsOps]) -> None:
    asked: list[int] = []
    waits: list[int] = []
    monkeypatch.setattr(os, "fsync", asked.append)
    monkeypatch.setattr(os, "fdatasync", asked.append)

    @contextmanager
    def waiting() -> Iterator[None]:
        waits.append(1)
        yield

    with FolderStore(memory, SETTINGS, fs=ops()) as store:
        before = len(asked)
        store.sync_within(waiting)
        store.make_folder("deep/er")
        put(store, "deep/er/f", b"x" * 5000)
        store.delete("deep/er/f")
        assert len(waits) == len(asked) - before > 1
