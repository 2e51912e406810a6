"""Several processes and sudden ends: killed writers resume where they were, locks keep two from one upload."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import textwrap
import threading
from pathlib import Path

import pytest

from filexfer.core.errors import Busy, FilexferError, ShuttingDown
from filexfer.core.model import Conflict, PutOptions, Saved
from filexfer.storage.folder import FolderStore
from filexfer.storage.fsops import FsOps
from filexfer.storage.store import Small, StoreSettings
from tests.descriptors import opened
from tests.storage.acts import tree

DOWNLOADS = StoreSettings(trash=False, keep_free=0)
MIB = 1 << 20

_WRITER = """
import os, sys
from filexfer.core.model import Conflict, PutOptions, Saved
from filexfer.storage.folder import FolderStore
from filexfer.storage.fsops import FsOps
from filexfer.storage.store import Small, StoreSettings

root, what = sys.argv[1:3]
store = FolderStore(root, StoreSettings(trash=False, keep_free=0), exclusive=False)
overwrite = PutOptions(on_conflict=Conflict.OVERWRITE, key="k")

def say(text):
    os.write(1, f"{text}\\n".encode())

"""


def started(root: Path, what: str, body: str) -> subprocess.Popen[str]:
    """A process that runs `body` with `store`, `root`, `what`, `overwrite` and `say` at hand."""
    text = _WRITER + textwrap.dedent(body)
    return subprocess.Popen([sys.executable, "-c", text, root, what], stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True)


def killed(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.wait()
    assert process.stdout is not None
    assert process.stdin is not None
    process.stdout.close()
    process.stdin.close()


def line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def go_on(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()


BLOCKS = 24
_UPLOAD = f"""
    upload = store.upload("big", {BLOCKS << 20}, overwrite)
    for span in upload.missing():
        for start in range(span.start, span.end, 1 << 20):
            upload.write(start, bytes([start >> 20]) * (1 << 20))
            say(start >> 20)
            sys.stdin.readline()
    upload.commit()
    store.close()
    say("done")
"""
_CONTENT = b"".join(bytes([number]) * MIB for number in range(BLOCKS))


def test_a_killed_writer_goes_on_behind_the_last_block_it_was_told_is_there(memory: Path) -> None:
    writer = started(memory, "", _UPLOAD)
    told = {int(line(writer))}
    while len(told) < BLOCKS // 2:
        go_on(writer)
        told.add(int(line(writer)))
    killed(writer)
    assert tree(memory) == {}
    with FolderStore(memory, DOWNLOADS, exclusive=False) as store:
        upload = store.upload("big", BLOCKS << 20, PutOptions(key="k"))
        missing = {start >> 20 for span in upload.missing() for start in range(span.start, span.end, MIB)}
        assert not missing & told
        assert len(missing) == BLOCKS // 2
    finisher = started(memory, "", _UPLOAD)
    again = finisher.communicate("\n" * BLOCKS)[0].split()
    assert sorted(again) == sorted([*map(str, missing), "done"])
    assert (memory / "big").read_bytes() == _CONTENT
    assert not (memory / ".filexfer").exists()


def test_killed_at_any_moment_it_is_old_or_new_and_ends_well(memory: Path) -> None:
    chance = random.Random(7)
    (memory / "small0").write_bytes(b"old")
    body = """
        for round in range(1000):
            for number in range(3):
                content = b"%d" % round * 1000
                [saved] = store.put([Small(f"small{number}", content, overwrite)])
                upload = store.upload(f"block{number}", len(content), overwrite)
                if upload.missing():
                    upload.write(0, content)
                upload.commit()
                upload.close()
                stream = store.upload(f"stream{number}", None, overwrite)
                stream.write(0, content)
                stream.commit()
            say(round)
    """
    for _ in range(6):
        writer = started(memory, "", body)
        line(writer)
        timer = threading.Timer(chance.random() / 20, writer.kill)
        timer.start()
        writer.wait()
        timer.join()
        killed(writer)
        for name, data in tree(memory).items():
            digit = data[: len(data) // 1000] if name != "small0" or data != b"old" else data
            assert data in (b"old", digit * 1000), f"{name} is half written"
    # Whoever comes next sweeps away what the dead left, but for what can be resumed.
    with FolderStore(memory, DOWNLOADS, exclusive=False) as store:
        for upload in store.uploads():
            store.resume(upload.id).abort()
    left = [path.relative_to(memory) for path in (memory / ".filexfer").rglob("*")]
    assert not (memory / ".filexfer").exists(), left


def test_an_upload_is_one_process_at_a_time(memory: Path) -> None:
    body = """
        upload = store.upload("big", 1 << 20, overwrite)
        say(upload.id)
        sys.stdin.readline()
        upload.close()
        say("closed")
        sys.stdin.readline()
    """
    holder = started(memory, "", body)
    upload_id = line(holder)
    with FolderStore(memory, DOWNLOADS, exclusive=False) as store:
        with pytest.raises(Busy, match="process"):
            store.upload("big", MIB, PutOptions(key="k"))
        with pytest.raises(Busy):
            store.resume(upload_id)
        store.expire()
        # Another name, another key: nobody's business.
        store.upload("big", MIB, PutOptions(key="other")).abort()
        go_on(holder)
        assert line(holder) == "closed"
        upload = store.upload("big", MIB, PutOptions(key="k"))
        assert upload.id == upload_id
        upload.write(0, bytes(MIB))
        upload.commit()
    killed(holder)


def test_what_a_killed_process_had_locked_is_free(memory: Path) -> None:
    holder = started(memory, "", "upload = store.upload('big', 1 << 20, overwrite)\nsay(upload.id)\nsys.stdin.readline()")
    upload_id = line(holder)
    killed(holder)
    with FolderStore(memory, DOWNLOADS, exclusive=False) as store:
        assert store.upload("big", MIB, PutOptions(key="k")).id == upload_id


def test_one_server_per_share(memory: Path) -> None:
    with FolderStore(memory), pytest.raises(Busy, match="shares this folder"):
        FolderStore(memory)
    FolderStore(memory).close()
    holder = started(memory, "", "server = FolderStore(root)\nsay(1)\nsys.stdin.readline()")
    line(holder)
    with pytest.raises(Busy):
        FolderStore(memory)
    # Who only downloads into it is not kept out.
    with FolderStore(memory, DOWNLOADS, exclusive=False) as store:
        store.put([Small("f", b"x")])
    killed(holder)
    FolderStore(memory).close()


def test_many_processes_download_into_one_folder_whose_area_comes_and_goes(memory: Path) -> None:
    body = """
        for round in range(40):
            with FolderStore(root, StoreSettings(trash=False, keep_free=0), exclusive=False) as mine:
                results = mine.put([Small(f"{what}/{round}/{n}", b"x") for n in range(3)])
                assert not [one for one in results if isinstance(one, Exception)], results
                upload = mine.upload(f"{what}/{round}/big", 5, overwrite)
                upload.write(0, b"12345")
                upload.commit()
                stream = mine.upload(f"{what}/{round}/stream", None, overwrite)
                stream.write(0, b"12345")
                stream.commit()
        store.close()
        say("well")
    """
    writers = [started(memory, str(number), body) for number in range(3)]
    assert [line(writer) for writer in writers] == ["well"] * 3
    for writer in writers:
        writer.communicate()
    assert len(tree(memory)) == 3 * 40 * 5
    assert not (memory / ".filexfer").exists()


def test_the_area_goes_with_the_last_thing_in_it(memory: Path) -> None:
    with FolderStore(memory, DOWNLOADS, exclusive=False) as store:
        store.put([Small("f", b"x")])
        upload = store.upload("big", MIB, PutOptions(key="k"))
        assert (memory / ".filexfer").is_dir()
    # What can be resumed stays.
    assert (memory / ".filexfer").is_dir()
    with FolderStore(memory, DOWNLOADS, exclusive=False) as store:
        store.resume(upload.id).abort()
    assert [path.name for path in memory.iterdir()] == ["f"]


def test_a_folder_that_is_only_read_gets_no_area(memory: Path) -> None:
    (memory / "f").write_bytes(b"x")
    with FolderStore(memory) as store:
        list(store.scan("", recursive=True))
        store.open("f").close()
        store.stat("f")
        assert store.trash.list() == []
        assert store.uploads() == []
        store.expire()
    assert [path.name for path in memory.iterdir()] == ["f"]


def test_threads_use_all_of_a_store_at_once(memory: Path) -> None:
    failures: list[BaseException] = []
    overwrite = PutOptions(on_conflict=Conflict.OVERWRITE)
    with FolderStore(memory, StoreSettings(keep_free=0, block_size=1000)) as store:

        def work(number: int) -> None:
            try:
                for round_ in range(25):
                    store.put([Small(f"{number}/a/{round_}", b"x"), Small("shared", b"%d" % number * 2000, overwrite)])
                    upload = store.upload("shared", 2000, overwrite)
                    upload.write(0, b"%d" % number * 2000)
                    upload.commit()
                    list(store.scan("", recursive=True))
                    with store.open("shared") as reader:
                        buffer = bytearray(2000)
                        reader.read_into(memoryview(buffer), 0)
                        assert len(set(buffer)) == 1
                    if round_ % 5 == 4:
                        store.delete(f"{number}/a")
                store.expire()
            except BaseException as error:
                failures.append(error)

        threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert failures == []
        assert store.uploads() == []
        # Every version that was replaced is in the trash: at most those of 4 × 25 × 2 writings.
        kept = [item for item in store.trash.list() if item.path == "shared"]
        assert 0 < len(kept) < 200
        assert all(item.size == 2000 for item in kept)


def test_closing_leaves_no_descriptor_open(memory: Path) -> None:
    store = FolderStore(memory, StoreSettings(keep_free=0))
    store.put([Small("a/b", b"x")])
    uploads = [store.upload("big", MIB, PutOptions(key=str(n))) for n in range(70)]
    stream = store.upload(None, None)
    stream.write(0, b"x")
    store.delete("a")
    assert 0 < len(opened(memory)) < 2 * 64 + 10
    store.close()
    store.close()
    assert opened(memory) == set()
    # Another folder may have the number of the old descriptor by now.
    other = memory / "other"
    other.mkdir()
    taken = [os.open(other, os.O_RDONLY) for _ in range(20)]
    for late in (*uploads, stream):
        with pytest.raises(FilexferError):
            late.write(0, bytes(MIB))
    for act in (store.stat, store.make_folder, store.open, store.delete, lambda p: list(store.scan(p)), lambda p: put(store, p)):
        with pytest.raises(ShuttingDown):
            act("x")
    for descriptor in taken:
        os.close(descriptor)
    assert list(other.iterdir()) == []


def test_what_a_closed_store_stood_on_is_let_go_after_the_last_act(memory: Path) -> None:
    """A folder opened meanwhile may get the number of its descriptor: an act under way must not end there."""
    share, other = memory / "share", memory / "other"
    share.mkdir()
    other.mkdir()
    syncing, closed = threading.Event(), threading.Event()

    class Slow(FsOps):
        def sync_all(self, descriptor: int) -> None:
            syncing.set()
            assert closed.wait(20)
            super().sync_all(descriptor)

    store = FolderStore(share, StoreSettings(keep_free=0), fs=Slow())
    results: list[object] = []
    act = threading.Thread(target=lambda: results.extend(store.put([Small(f"d/{n}", b"x") for n in range(10)])))
    act.start()
    assert syncing.wait(20)
    store.close()
    taken = [os.open(other, os.O_RDONLY) for _ in range(20)]
    closed.set()
    act.join()
    assert [type(result) for result in results] == [Saved] * 10
    for descriptor in taken:
        os.close(descriptor)
    assert len(tree(share)) == 10
    assert list(other.iterdir()) == []
    assert not (share / ".filexfer").exists()
    assert opened(memory) == set()


@pytest.mark.parametrize("ending", ["rename", "link"])
def test_an_act_under_way_comes_to_its_end_though_the_store_is_closed(memory: Path, ending: str) -> None:
    """The trash counts and sweeps within the act that fills it."""

    class Closing(FsOps):
        def rename(self, name: bytes, folder: int, to: bytes, to_folder: int) -> None:
            super().rename(name, folder, to, to_folder)
            self._close("rename")

        def link(self, name: bytes, folder: int, to: bytes, to_folder: int) -> None:
            super().link(name, folder, to, to_folder)
            self._close("link")

        def _close(self, call: str) -> None:
            if call == ending:
                closer = threading.Thread(target=store.close)
                closer.start()
                closer.join()

    (memory / "f").write_bytes(b"old")
    store = FolderStore(memory, StoreSettings(keep_free=0, trash_bytes=2), fs=Closing())
    if ending == "rename":
        assert store.delete("f")
        assert not (memory / "f").exists()
    else:
        [saved] = store.put([Small("f", b"new", PutOptions(on_conflict=Conflict.OVERWRITE))])
        assert isinstance(saved, Saved)
        assert (memory / "f").read_bytes() == b"new"
    # Swept, too much as it was, and with it our area.
    assert not (memory / ".filexfer").exists()
    assert opened(memory) == set()
    with pytest.raises(ShuttingDown):
        store.stat("f")


def put(store: FolderStore, path: str) -> None:
    [result] = store.put([Small(path, b"x")])
    if isinstance(result, FilexferError):
        raise result
