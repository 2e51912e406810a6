"""The journal: whatever a crash leaves of it, an upload goes on from what can be believed, never from what cannot."""

from __future__ import annotations

import os
import random
import shutil
from pathlib import Path

import pytest

from filexfer.core.model import Conflict, Outcome, PutOptions, Range, Saved
from filexfer.storage import journal
from filexfer.storage.folder import FolderStore
from filexfer.storage.fsops import FsOps
from filexfer.storage.store import StoreSettings, Upload
from tests.storage.faults import Tapped

BLOCK = 100
CONTENT = os.urandom(7 * BLOCK + 30)
OPTIONS = PutOptions(on_conflict=Conflict.OVERWRITE, mtime_ns=1_500_000_000_000_000_000, key="k")
#: A checkpoint after every third block.
SETTINGS = StoreSettings(keep_free=0, block_size=BLOCK, checkpoint_bytes=3 * BLOCK, checkpoint_seconds=1e9)


def opened(root: Path, fs: FsOps | None = None) -> FolderStore:
    return FolderStore(root, SETTINGS, exclusive=False, fs=fs)


def begin(store: FolderStore) -> Upload:
    return store.upload("d/f", len(CONTENT), OPTIONS)


def fill(upload: Upload) -> None:
    for span in upload.missing():
        for start in range(span.start, span.end, BLOCK):
            upload.write(start, CONTENT[start : min(start + BLOCK, span.end)])


def missing(upload: Upload) -> set[int]:
    return {start // BLOCK for span in upload.missing() for start in range(span.start, span.end, BLOCK)}


def crashed(memory: Path, blocks: int, name: str = "crashed") -> tuple[Path, Path, Path]:
    """A share whose process died after so many blocks; its journal; its content."""
    root, copy = memory / "share", memory / name
    root.mkdir(exist_ok=True)
    store = opened(root)
    upload = begin(store)
    for number in range(blocks):
        start = number * BLOCK
        upload.write(start, CONTENT[start : start + BLOCK])
    shutil.copytree(root, copy)
    upload.abort()
    store.close()
    [log] = copy.rglob("*.journal")
    [data] = copy.rglob("*.data")
    return copy, log, data


def test_a_journal_cut_at_any_byte_costs_at_most_notes(memory: Path) -> None:
    root, log, _ = crashed(memory, 8)
    whole = log.read_bytes()
    before = len(CONTENT)
    for cut in range(len(whole), -1, -1):
        trial = memory / "trial"
        shutil.copytree(root, trial)
        # What a disk may leave behind the cut: nothing, or zeros.
        (trial / log.relative_to(root)).write_bytes(whole[:cut] + bytes((cut % 3) * 20))
        with opened(trial) as store:
            upload = begin(store)
            lacking = sum(span.length for span in upload.missing())
            # A shorter journal never tells of more. (Less is missing the more of it is there.)
            assert lacking >= len(CONTENT) - before
            before = len(CONTENT) - lacking
            fill(upload)
            assert upload.commit().outcome is Outcome.CREATED
        assert (trial / "d/f").read_bytes() == CONTENT
        assert not (trial / ".filexfer").exists()
        shutil.rmtree(trial)
    assert before == 0


def test_a_damaged_byte_anywhere_in_the_journal_publishes_nothing_wrong(memory: Path) -> None:
    root, log, _ = crashed(memory, 5)
    whole = log.read_bytes()
    chance = random.Random(1)
    for at in range(len(whole)):
        trial = memory / "trial"
        shutil.copytree(root, trial)
        (trial / log.relative_to(root)).write_bytes(whole[:at] + bytes([whole[at] ^ chance.randrange(1, 256)]) + whole[at + 1 :])
        with opened(trial) as store:
            upload = begin(store)
            fill(upload)
            upload.commit()
        assert (trial / "d/f").read_bytes() == CONTENT
        shutil.rmtree(trial)


def test_blocks_up_to_the_checkpoint_are_believed_and_later_ones_hashed_again(memory: Path) -> None:
    root, _, data = crashed(memory, 8)
    # Seven blocks were noted when the second checkpoint was made after the sixth.
    held = bytearray(data.read_bytes())
    for number in (0, 6, 7):
        held[number * BLOCK] ^= 1
    data.write_bytes(held)
    fs = Tapped()
    with opened(root, fs) as store:
        upload = begin(store)
        # The first is wrong and believed: its checkpoint says that the disk has it. (No disk does this; it shows who is asked.)
        assert missing(upload) == {6, 7}
        fill(upload)
    reads = [arguments[2] for name, arguments in fs.calls if name == "read_at" and len(arguments[1]) <= BLOCK]  # type: ignore[arg-type]
    assert set(reads) == {6 * BLOCK, 7 * BLOCK}


def test_a_block_that_was_lost_once_is_not_believed_by_a_later_checkpoint(memory: Path) -> None:
    root, _, data = crashed(memory, 5)
    held = bytearray(data.read_bytes())
    held[4 * BLOCK] ^= 1
    data.write_bytes(held)
    with opened(root) as store:
        upload = begin(store)
        assert missing(upload) == {4, 5, 6, 7}
        for number in (5, 6, 7):  # and a checkpoint, which counts the note of the lost block among the durable ones
            upload.write(number * BLOCK, CONTENT[number * BLOCK : (number + 1) * BLOCK])
        upload.close()
        assert missing(begin(store)) == {4}
    with opened(root) as store:
        upload = begin(store)
        assert missing(upload) == {4}
        fill(upload)
        upload.commit()
    assert (root / "d/f").read_bytes() == CONTENT


def test_content_that_was_cut_or_lost_is_missing_whatever_the_journal_says(memory: Path) -> None:
    root, _, data = crashed(memory, 8)
    os.truncate(data, 4 * BLOCK + 50)
    with opened(root) as store:
        assert missing(begin(store)) == {4, 5, 6, 7}
    root, _, data = crashed(memory, 8, "again")
    data.unlink()
    with opened(root) as store:
        upload = begin(store)
        assert upload.missing() == [Range(0, len(CONTENT))]
        fill(upload)
        upload.commit()
    assert (root / "d/f").read_bytes() == CONTENT


def test_a_crash_around_the_rename_is_recognised_by_the_inode(memory: Path) -> None:
    for after_rename in (False, True):
        root = memory / f"share {after_rename}"
        (root / "d").mkdir(parents=True)
        (root / "d/f").write_bytes(b"old")
        store = opened(root)
        upload = begin(store)
        fill(upload)
        upload.close()
        [log] = root.rglob("*.journal")
        [data] = root.rglob("*.data")
        inode = data.stat().st_ino
        store.close()
        # What the disk holds when the process dies just before or just after its rename.
        with log.open("ab") as file:
            file.write(journal.publishing(journal.Publishing("d/f", Outcome.REPLACED, inode)))
        if after_rename:
            data.rename(root / "d/f")
        with opened(root) as store:
            upload = begin(store)
            assert upload.missing() == []
            saved = upload.commit()
        assert (saved.path, saved.outcome) == ("d/f", Outcome.REPLACED)
        assert (root / "d/f").read_bytes() == CONTENT
        assert (root / "d/f").stat().st_ino == inode


@pytest.mark.parametrize("lost", [False, True], ids=["content there", "content lost"])
@pytest.mark.parametrize("way", ["put down", "new process"])
def test_the_options_of_the_last_beginning_hold_after_a_restart(memory: Path, way: str, lost: bool) -> None:
    (memory / "f").write_bytes(b"other")
    store = opened(memory)
    for policy in (Conflict.FAIL, Conflict.OVERWRITE):
        upload = store.upload("f", 3, PutOptions(on_conflict=policy, key="k"))
    upload_id = upload.id
    for _ in range(2):
        if way == "put down":
            upload.close()
        else:
            store.close()
            store = opened(memory)
        if lost:
            next(memory.rglob("*.data")).unlink()
        upload = store.resume(upload_id)
    upload.write(0, b"new")
    assert upload.commit().outcome is Outcome.REPLACED
    assert (memory / "f").read_bytes() == b"new"
    store.close()


def test_records_are_read_as_they_were_written() -> None:
    head = journal.Head("a/\udcff\ud7ff\U0001f600", 10, 5, PutOptions(Conflict.NEWER, -5, "blake3:00", "k\udc80", "e"), 7)
    saved = Saved("p\udc80", Outcome.RENAMED, 1 << 60, -1, "W/x")
    told = journal.Told()
    for record in (
        journal.head(head),
        journal.block(3, b"x" * 32),
        journal.block(4, b"y" * 32),
        journal.block(3, b"z" * 32),
        journal.lost(4),
        journal.checkpoint(2),
        journal.checkpoint(99),
        journal.publishing(journal.Publishing("q", Outcome.CREATED, 1 << 63)),
        journal.done(saved),
        journal.record(b"?", b"of a later version"),
    ):
        journal.take(told, record[:1], record[9:])
    with pytest.raises(journal.Foreign):
        journal.take(told, b"D", b'{"made": "later"}')
    assert told.head == head
    assert told.blocks == {3: (2, b"z" * 32)}
    assert (told.noted, told.durable) == (3, 3)
    assert told.publishing == journal.Publishing("q", Outcome.CREATED, 1 << 63)
    assert told.saved == saved


def test_an_upload_of_another_version_or_a_foreign_file_in_our_area_is_unknown(memory: Path) -> None:
    root, log, _ = crashed(memory, 3)
    (log.parent / "junk").write_bytes(b"junk")
    (log.parent / ("0" * 32 + ".journal")).write_bytes(b"")
    with opened(root) as store:
        assert [upload.received for upload in store.uploads()] == [3 * BLOCK]
        store.expire()
        with pytest.raises(Exception, match="no such upload"):
            store.resume("0" * 32)
