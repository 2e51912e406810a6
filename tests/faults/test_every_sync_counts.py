"""Each sync that the store asks for is left out once, and the power cut must then show a broken promise. So none is for show, and
the crash replay does see what it is to see."""

from __future__ import annotations

import random
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import pytest

from filexfer.core.errors import UnknownUpload
from filexfer.core.model import Outcome, PutOptions, Saved
from filexfer.storage import new_folders
from filexfer.storage.folder import FolderStore
from filexfer.storage.store import Small, StoreSettings
from tests.faults.mutants import without
from tests.storage.acts import ACTS, BEFORE, NEW, OLD, OVERWRITE, SETTINGS, Act, prepare, tree
from tests.storage.disk import Disk, File
from tests.storage.test_power_cut import SHARES, broken_promises

MANY = {f"many/{number}/x": NEW for number in range(10)}


def put_into_many_folders(store: FolderStore) -> None:
    """As many as do not come whole any more."""
    with patch.object(new_folders, "_MOST", 0):
        results = store.put([Small("d/f", NEW, OVERWRITE), *(Small(path, data) for path, data in MANY.items())])
    assert [one for one in results if not isinstance(one, Saved)] == []


MORE = {**ACTS, "put a batch into many folders": Act(put_into_many_folders, {"d/f": NEW, **MANY})}

#: Act and what it leaves out. `checkpoint`: the sync of an upload's content before it is complete.
LEFT_OUT = [
    ("put a new file", "sync new content"),
    ("put a new file", "sync a folder"),
    ("put a new file", "sync the share"),
    ("put over a file", "sync new content"),
    ("put over a file", "sync trash"),
    ("put over a file", "sync a folder"),
    ("put beside", "sync new content"),
    ("put beside", "sync a folder"),
    ("put a batch", "sync whole disk"),
    ("put a batch", "sync trash"),
    ("put a batch", "sync a folder"),
    ("put a batch of new folders", "sync whole disk"),
    ("put a batch of new folders", "sync trash"),
    ("put a batch of new folders", "sync a folder"),
    ("put a batch of new folders", "sync the share"),
    ("put a batch into many folders", "sync whole disk"),
    ("put a batch into many folders", "sync trash"),
    ("put a batch into many folders", "sync the share"),
    ("upload a new file", "checkpoint an upload"),
    ("upload a new file", "sync an upload"),
    ("upload a new file", "sync a folder"),
    ("upload a new file", "sync the share"),
    ("upload over a file", "checkpoint an upload"),
    ("upload over a file", "sync an upload"),
    ("upload over a file", "sync trash"),
    ("upload over a file", "sync a folder"),
    ("upload beside the old version", "checkpoint an upload"),
    ("upload beside the old version", "sync an upload"),
    ("upload beside the old version", "sync trash"),
    ("upload beside the old version", "sync a folder"),
    ("stream a new file", "sync new content"),
    ("stream a new file", "sync a folder"),
    ("stream a new file", "sync the share"),
    ("stream over a file", "sync new content"),
    ("stream over a file", "sync trash"),
    ("stream over a file", "sync a folder"),
    ("move", "sync a folder"),
    ("move", "sync the share"),
    ("move a folder", "sync a folder"),
    ("move a folder", "sync the share"),
    ("delete", "sync trash"),
    ("delete a folder", "sync trash"),
    ("delete for good", "sync the share"),
    ("make a folder", "sync a folder"),
    ("make a folder", "sync the share"),
]
#: What they ask for besides, and why leaving out that one shows in no such run.
REDUNDANT = {
    # A rename is whole or not at all to the model, so the sync of one of its two folders covers the other. On a disk that keeps
    # no such promise the order (target first) leaves the file in both places, never in none.
    ("delete", "sync a folder"),
    ("delete a folder", "sync the share"),
    ("restore", "sync the share"),
    ("restore", "sync trash"),
    # Nothing of it comes into the tree; what is there is another test's, below.
    ("put what is there", "sync new content"),
    ("put what is there", "sync a file in its place"),
    ("put what is there", "sync a folder"),
    # Without them an upload is begun again, which breaks no promise to the tree; what they promise is tested below.
    ("upload a new file", "sync a journal"),
    ("upload a new file", "sync uploads"),
    ("upload a new file", "sync .filexfer"),
    ("upload over a file", "sync a journal"),
    ("upload over a file", "sync uploads"),
    ("upload over a file", "sync .filexfer"),
    ("upload over a file", "sync the share"),
    ("upload beside the old version", "sync a journal"),
    ("upload beside the old version", "sync uploads"),
    ("upload beside the old version", "sync .filexfer"),
    ("upload beside the old version", "sync the share"),
}


def test_every_sync_of_every_act_is_in_the_tables(memory: Path) -> None:
    asked = set()
    for name, act in MORE.items():
        seen: Counter[str] = Counter()
        list(broken_promises(memory, act, without("", seen), 1, repeat=False))
        asked |= {(name, word) for word in seen}
    assert asked == {*LEFT_OUT} | REDUNDANT


@pytest.mark.parametrize(("name", "gone"), LEFT_OUT)
def test_a_sync_left_out_breaks_a_promise_that_the_replay_sees(memory: Path, name: str, gone: str) -> None:
    assert found_out(memory, MORE[name], without(gone))


def found_out(memory: Path, act: Act, kind: type[Disk]) -> bool:
    return any(
        list(broken_promises(memory, act, kind, seed, repeat=repeat, often=2)) for repeat in (False, True) for seed in range(12)
    )


@pytest.mark.parametrize("name", ["put a batch", "put a batch of new folders", "put a batch into many folders"])
def test_where_a_disk_is_not_synced_at_once_each_file_and_folder_is(memory: Path, name: str) -> None:
    for seed in range(3):
        assert list(broken_promises(memory, MORE[name], without("", at_once=False), seed)) == []
    assert found_out(memory, MORE[name], without("sync new content", at_once=False))


def test_batches_into_many_folders_break_no_promise(memory: Path) -> None:
    for seed in range(2):
        assert list(broken_promises(memory, MORE["put a batch into many folders"], Disk, seed)) == []


# -- what a checkpoint promises ---------------------------------------------------------------------------------------

#: A checkpoint after the second block, none after it.
HALF = StoreSettings(keep_free=0, block_size=1000, checkpoint_bytes=1500, checkpoint_seconds=1e9)


def broken_checkpoints(where: Path, kind: type[Disk], seed: int) -> Iterator[str]:
    """Half an upload, its checkpoint made; the power fails then. What of it was vouched for must be there and right."""
    chance = random.Random(seed)
    root, after = where / "share", where / "after"
    prepare(root)
    disk = kind(root)
    store = FolderStore(root, HALF, fs=disk)
    upload = store.upload("d/g", len(NEW), PutOptions(key="k"))
    for start in (0, 1000):
        upload.write(start, NEW[start : start + 1000])
    for share in SHARES:
        disk.after_power_cut(after, chance, share)
        with FolderStore(after, HALF) as healed:
            again = healed.upload("d/g", len(NEW), PutOptions(key="k"))
            if again.missing()[0].start < 2000:
                yield "a block that a checkpoint vouched for is sent again"
            for span in again.missing():
                for start in range(span.start, span.end, 1000):
                    again.write(start, NEW[start : start + 1000])
            again.commit()
        if tree(after) != {**BEFORE, "d/g": NEW}:
            yield "wrong content was published"
        shutil.rmtree(after)
    store.close()
    shutil.rmtree(root)


def test_what_a_checkpoint_vouched_for_survives(memory: Path) -> None:
    for seed in range(10):
        assert list(broken_checkpoints(memory, Disk, seed)) == []


@pytest.mark.parametrize("gone", ["checkpoint an upload", "sync a journal", "sync uploads", "sync .filexfer"])
def test_a_checkpoint_that_leaves_out_a_sync_is_found_out(memory: Path, gone: str) -> None:
    assert any(list(broken_checkpoints(memory, without(gone), seed)) for seed in range(5))


# -- what a commit promises to who asks again --------------------------------------------------------------------------


def unanswered(where: Path, name: str, kind: type[Disk], seed: int) -> Iterator[str]:
    """An upload is committed, the power fails, its client did not hear the answer and commits again."""
    chance = random.Random(seed)
    root, after = where / "share", where / "after"
    prepare(root)
    disk = kind(root)
    store = FolderStore(root, SETTINGS, fs=disk)
    upload = store.upload("d/f" if "over" in name else "d/g", len(NEW), OVERWRITE)
    for start in range(0, len(NEW), 1000):
        upload.write(start, NEW[start : start + 1000])
    saved = upload.commit()
    assert saved.outcome is (Outcome.REPLACED if "over" in name else Outcome.CREATED)
    for share in (*SHARES, *SHARES):
        disk.after_power_cut(after, chance, share)
        with FolderStore(after, SETTINGS) as healed:
            try:
                again = healed.resume(upload.id)
                if again.missing() or again.commit().path != saved.path:
                    yield "it has to be sent once more"
            except UnknownUpload:
                yield "nobody knows of it"
        shutil.rmtree(after)
    store.close()
    shutil.rmtree(root)


@pytest.mark.parametrize("name", ["a new file", "over a file"])
def test_a_commit_whose_answer_was_lost_with_the_power_is_answered_again(memory: Path, name: str) -> None:
    for seed in range(20):
        assert list(unanswered(memory, name, Disk, seed)) == []


@pytest.mark.parametrize("gone", ["sync a journal", "sync uploads"])
def test_a_commit_that_does_not_note_itself_durably_is_found_out(memory: Path, gone: str) -> None:
    assert any(list(unanswered(memory, "a new file", without(gone), seed)) for seed in range(20))


# -- what somebody else wrote ------------------------------------------------------------------------------------------


def broken_sames(where: Path, kind: type[Disk], seed: int) -> Iterator[str]:
    """Another program wrote the very file a moment ago and synced nothing; our success says that it is durable."""
    chance = random.Random(seed)
    root, after = where / "share", where / "after"
    prepare(root)
    disk = kind(root)
    for node in disk.nodes.values():
        if isinstance(node, File) and node.now == OLD:
            node.certain = b""
    folder = disk.nodes[(root / "d").stat().st_ino]
    disk.pending.append(disk.named_anew(folder, b"f"))
    with FolderStore(root, SETTINGS, fs=disk) as store:
        [saved] = store.put([Small("d/f", OLD)])
        assert isinstance(saved, Saved)
        assert saved.outcome is Outcome.SAME
        for share in SHARES:
            disk.after_power_cut(after, chance, share)
            if tree(after) != BEFORE:
                yield f"told as done, but there is {sorted(tree(after))}"
            shutil.rmtree(after)
    shutil.rmtree(root)


def test_what_was_there_already_is_made_durable_before_it_is_answered_for(memory: Path) -> None:
    for seed in range(10):
        assert list(broken_sames(memory, Disk, seed)) == []


@pytest.mark.parametrize("gone", ["sync a file in its place", "sync a folder"])
def test_answering_for_what_is_not_durable_is_found_out(memory: Path, gone: str) -> None:
    assert any(list(broken_sames(memory, without(gone), seed)) for seed in range(5))
