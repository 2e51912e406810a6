"""What every store does, told through `Store` alone: run over each store of `conftest.store`."""

from __future__ import annotations

import os
import threading

import pytest

from filexfer.core import digests
from filexfer.core.errors import (
    AlreadyExists,
    BadDigest,
    BadOffset,
    Changed,
    FilexferError,
    InvalidPath,
    IsAFolder,
    NotAFolder,
    NotFound,
    UnknownUpload,
)
from filexfer.core.model import Conflict, Kind, Outcome, PutOptions, Range, Saved
from filexfer.storage.folder import FolderStore
from filexfer.storage.store import Small, Upload

MIB = 1 << 20
SECOND = 1_000_000_000
OLD, NEW = 1_500_000_000 * SECOND, 1_600_000_000 * SECOND
#: Three whole blocks and a short one.
CONTENT = os.urandom(3 * MIB + 5)


def put(store: FolderStore, path: str, data: bytes, policy: Conflict = Conflict.FAIL, **options: object) -> Saved:
    [result] = store.put([Small(path, data, PutOptions(on_conflict=policy, **options))])  # type: ignore[arg-type]
    if isinstance(result, FilexferError):
        raise result
    return result


def content(store: FolderStore, path: str) -> bytes:
    with store.open(path) as reader:
        buffer = bytearray(reader.entry.size)
        assert reader.read_into(memoryview(buffer), 0) == len(buffer)
        return bytes(buffer)


def names(store: FolderStore, path: str = "", recursive: bool = False) -> set[str]:
    return {entry.name for entry in store.scan(path, recursive)}


def fill(upload: Upload, data: bytes = CONTENT) -> None:
    for span in upload.missing():
        for start in range(span.start, span.end, upload.block_size):
            upload.write(start, data[start : min(start + upload.block_size, span.end)])


# -- small files ----------------------------------------------------------------------------------------------------


def test_a_file_put_is_there_with_its_time_and_missing_folders_are_made(store: FolderStore) -> None:
    saved = put(store, "a/b/c.txt", b"hello", mtime_ns=OLD)
    assert (saved.path, saved.outcome, saved.size, saved.mtime_ns) == ("a/b/c.txt", Outcome.CREATED, 5, OLD)
    entry = store.stat("a/b/c.txt")
    assert (entry.name, entry.kind, entry.size, entry.mtime_ns) == ("c.txt", Kind.FILE, 5, OLD)
    assert content(store, "a/b/c.txt") == b"hello"
    assert names(store, recursive=True) == {"a", "a/b", "a/b/c.txt"}


def test_a_batch_answers_for_each_file_and_one_bad_one_harms_no_other(store: FolderStore) -> None:
    good = digests.digest(b"1")
    results = store.put(
        [
            Small("x/1", b"1", PutOptions(digest=good)),
            Small("x/2", b"2", PutOptions(digest=good)),
            Small("../3", b"3"),
            Small("x/1/4", b"4"),
            Small("", b"5"),
            Small("x/6", bytearray(b"6")),
            Small("x/6", memoryview(b"other")),
            Small("x/7", b""),
            *[Small(f"x/more/{n}", b"%d" % n) for n in range(20)],
        ]
    )
    kinds = [type(result) for result in results]
    assert kinds == [Saved, BadDigest, InvalidPath, NotAFolder, InvalidPath, Saved, AlreadyExists, Saved, *[Saved] * 20]
    assert names(store, "x") == {"1", "6", "7", "more"}
    assert content(store, "x/6") == b"6"
    assert content(store, "x/more/19") == b"19"


def test_an_empty_batch_is_nothing(store: FolderStore) -> None:
    assert store.put([]) == []
    assert names(store) == set()


def test_names_that_are_not_utf8_and_odd_ones_round_trip(store: FolderStore) -> None:
    odd = ["\udcff\udc80", "line\nfeed", "\u202etxt.exe", "a\\b", "C:x", "\x01", "é", "e\u0301", "\uffff", " ", "..."]
    for name in odd:
        put(store, f"odd/{name}", name.encode("utf-8", "surrogateescape"))
    assert names(store, "odd") == set(odd)
    for name in odd:
        assert content(store, f"odd/{name}") == name.encode("utf-8", "surrogateescape")


# -- what is there already ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("policy", list(Conflict))
@pytest.mark.parametrize("way", ["put", "upload", "stream"])
def test_content_that_is_there_already_is_a_success_under_every_policy(store: FolderStore, policy: Conflict, way: str) -> None:
    put(store, "f", b"same", mtime_ns=NEW)
    saved = send(store, way, "f", b"same", policy, OLD)
    assert (saved.path, saved.outcome) == ("f", Outcome.SAME)
    assert names(store) == {"f"}
    # Who asked for overwriting wants the file as it sends it, its time too; no other policy alters anything.
    assert store.stat("f").mtime_ns == (OLD if policy is Conflict.OVERWRITE else NEW)


@pytest.mark.parametrize("way", ["put", "upload", "stream"])
@pytest.mark.parametrize(
    ("policy", "mtime_ns", "expected"),
    [
        (Conflict.FAIL, NEW, AlreadyExists),
        (Conflict.OVERWRITE, OLD, Outcome.REPLACED),
        (Conflict.RENAME, OLD, Outcome.RENAMED),
        (Conflict.SKIP, NEW, Outcome.SKIPPED),
        (Conflict.NEWER, NEW, Outcome.REPLACED),
        (Conflict.NEWER, OLD, Outcome.SKIPPED),
        (Conflict.NEWER, None, Outcome.REPLACED),
    ],
)
@pytest.mark.parametrize("data", [b"NEW!", b"another length"])
def test_other_content_is_met_as_the_policy_says(
    store: FolderStore, way: str, policy: Conflict, mtime_ns: int | None, expected: object, data: bytes
) -> None:
    put(store, "d/f.txt", b"old!", mtime_ns=(OLD + NEW) // 2)
    before = store.stat("d/f.txt")
    if expected is AlreadyExists:
        with pytest.raises(AlreadyExists, match=r"d/f\.txt"):
            send(store, way, "d/f.txt", data, policy, mtime_ns)
    else:
        saved = send(store, way, "d/f.txt", data, policy, mtime_ns)
        assert saved.outcome is expected
    if expected is Outcome.REPLACED:
        assert content(store, "d/f.txt") == data
        [old] = store.trash.list()
        assert (old.path, old.size) == ("d/f.txt", 4)
    else:
        after = store.stat("d/f.txt")
        assert (after.mtime_ns, after.etag.removeprefix("W/")) == (before.mtime_ns, before.etag.removeprefix("W/"))
        assert content(store, "d/f.txt") == b"old!"
        assert store.trash.list() == []
    assert names(store, "d") == ({"f.txt", "f (1).txt"} if expected is Outcome.RENAMED else {"f.txt"})


def send(store: FolderStore, way: str, path: str, data: bytes, policy: Conflict, mtime_ns: int | None = None) -> Saved:
    """One file by one of the three ways in."""
    options = PutOptions(on_conflict=policy, mtime_ns=mtime_ns)
    if way == "put":
        return put(store, path, data, policy, mtime_ns=mtime_ns)
    upload = store.upload(path, len(data) if way == "upload" else None, options)
    if data:
        upload.write(0, data)
    try:
        return upload.commit()
    finally:
        upload.abort()


@pytest.mark.parametrize("way", ["put", "upload", "stream"])
@pytest.mark.parametrize("policy", list(Conflict))
def test_a_folder_is_never_replaced_by_a_file(store: FolderStore, way: str, policy: Conflict) -> None:
    put(store, "f/inner", b"x")
    if policy is Conflict.RENAME:
        assert send(store, way, "f", b"data", policy).path == "f (1)"
    elif policy is Conflict.SKIP:
        assert send(store, way, "f", b"data", policy).outcome is Outcome.SKIPPED
    else:
        with pytest.raises(IsAFolder):
            send(store, way, "f", b"data", policy)
    assert content(store, "f/inner") == b"x"


@pytest.mark.parametrize("way", ["put", "upload", "stream"])
def test_renaming_stops_at_the_first_candidate_with_the_same_content(store: FolderStore, way: str) -> None:
    put(store, "f.tar", b"one")
    first = send(store, way, "f.tar", b"two", Conflict.RENAME)
    second = send(store, way, "f.tar", b"three", Conflict.RENAME)
    again = send(store, way, "f.tar", b"two", Conflict.RENAME)
    assert [first.path, second.path, again.path] == ["f (1).tar", "f (2).tar", "f (1).tar"]
    assert [first.outcome, second.outcome, again.outcome] == [Outcome.RENAMED, Outcome.RENAMED, Outcome.SAME]


def test_a_long_name_is_shortened_when_it_is_numbered(store: FolderStore) -> None:
    name = "é" * 125 + ".txt"
    put(store, name, b"one")
    saved = put(store, name, b"two", Conflict.RENAME)
    assert saved.path.endswith("é (1).txt")
    assert len(saved.path.encode()) <= 255
    assert content(store, saved.path) == b"two"


@pytest.mark.parametrize("way", ["put", "upload", "stream"])
def test_overwriting_only_one_version_finds_out_that_it_is_another(store: FolderStore, way: str) -> None:
    put(store, "f", b"one")
    seen = store.stat("f").etag
    put(store, "f", b"two", Conflict.OVERWRITE)

    def send_if(etag: str, data: bytes) -> Saved:
        options = PutOptions(on_conflict=Conflict.OVERWRITE, etag=etag)
        if way == "put":
            return put(store, "f", data, Conflict.OVERWRITE, etag=etag)
        upload = store.upload("f", len(data) if way == "upload" else None, options)
        upload.write(0, data)
        return upload.commit()

    with pytest.raises(Changed):
        send_if(seen, b"three")
    assert content(store, "f") == b"two"
    # A repetition of what already came about is a success, though the version is another one now.
    assert send_if(seen, b"two").outcome is Outcome.SAME
    assert send_if(store.stat("f").etag, b"four").outcome is Outcome.REPLACED
    store.delete("f")
    with pytest.raises(Changed):
        send_if(store.stat("").etag, b"five")
    assert names(store) == set()


def test_two_writers_of_one_name_leave_one_of_both_and_the_loser_is_told(store: FolderStore) -> None:
    outcomes: list[object] = []

    def write(number: int) -> None:
        outcomes.append(store.put([Small("one", b"%d" % number * 100)])[0])

    threads = [threading.Thread(target=write, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    won = [result for result in outcomes if isinstance(result, Saved)]
    assert len(won) == 1
    assert sum(isinstance(result, AlreadyExists) for result in outcomes) == 7
    assert len(set(content(store, "one"))) == 1


# -- reading --------------------------------------------------------------------------------------------------------


def test_reading_gives_any_part_and_stops_at_the_end(store: FolderStore) -> None:
    put(store, "f", b"0123456789")
    with store.open("f") as reader:
        buffer = bytearray(4)
        assert reader.read_into(memoryview(buffer), 3) == 4
        assert buffer == b"3456"
        assert reader.read_into(memoryview(buffer), 8) == 2
        assert buffer[:2] == b"89"
        assert reader.read_into(memoryview(buffer), 10) == 0
        assert reader.read_into(memoryview(buffer), 99) == 0
        with pytest.raises(BadOffset):
            reader.read_into(memoryview(buffer), -1)
        assert reader.entry.etag == store.stat("f").etag


def test_what_is_not_there_is_said_so(store: FolderStore) -> None:
    put(store, "f", b"x")
    for call in (store.stat, store.open, store.delete, lambda p: list(store.scan(p)), lambda p: store.move(p, "z")):
        with pytest.raises(NotFound, match="missing"):
            call("missing")
        with pytest.raises(NotFound):
            call("missing/too")
        with pytest.raises(NotAFolder):
            call("f/below")
    with pytest.raises(IsAFolder):
        store.make_folder("g") and store.open("g")


# -- listing --------------------------------------------------------------------------------------------------------


def test_a_recursive_listing_is_depth_first_with_every_folder_before_its_content(store: FolderStore) -> None:
    for path in ("a/1", "a/b/2", "a/b/c/3", "d/4", "5"):
        put(store, path, b"x")
    store.make_folder("empty")
    listed = [entry.name for entry in store.scan("", recursive=True)]
    assert sorted(listed) == sorted(["a", "a/1", "a/b", "a/b/2", "a/b/c", "a/b/c/3", "d", "d/4", "5", "empty"])
    for index, name in enumerate(listed):
        if "/" in name:
            folder = name.rpartition("/")[0]
            assert folder in listed[:index]
            # Depth first: between a folder and what is in it stands nothing but what is in it.
            assert all(between.startswith(folder + "/") for between in listed[listed.index(folder) + 1 : index])
    assert {entry.name for entry in store.scan("a", recursive=True)} == {"1", "b", "b/2", "b/c", "b/c/3"}


def test_a_listing_can_be_left_in_the_middle(store: FolderStore) -> None:
    store.put([Small(f"d{n}/f", b"x") for n in range(10)])
    listing = store.scan("", recursive=True)
    next(listing)
    listing.close()
    assert list(listing) == []


# -- uploads in blocks ----------------------------------------------------------------------------------------------


def test_an_upload_in_any_order_is_published_whole_and_not_before(store: FolderStore) -> None:
    upload = store.upload("a/f", len(CONTENT), PutOptions(mtime_ns=OLD, digest=digests.digest(CONTENT, "sha256")))
    assert upload.missing() == [Range(0, len(CONTENT))]
    upload.write(3 * MIB, CONTENT[3 * MIB :], digests.digest(CONTENT[3 * MIB :]))
    upload.write(MIB, CONTENT[MIB : 2 * MIB], digests.digest(CONTENT[MIB : 2 * MIB], "sha256"))
    assert upload.missing() == [Range(0, MIB), Range(2 * MIB, 3 * MIB)]
    assert names(store) == set()
    with pytest.raises(BadOffset, match=str(2 * MIB)):
        upload.commit()
    fill(upload)
    saved = upload.commit()
    assert (saved.path, saved.outcome, saved.size, saved.mtime_ns) == ("a/f", Outcome.CREATED, len(CONTENT), OLD)
    assert content(store, "a/f") == CONTENT
    assert upload.missing() == []


def test_several_blocks_at_once_and_again_are_taken(store: FolderStore) -> None:
    upload = store.upload("f", len(CONTENT))
    upload.write(MIB, CONTENT[MIB : 2 * MIB])
    upload.write(0, CONTENT, digests.digest(CONTENT))
    upload.write(0, CONTENT)
    upload.commit()
    assert content(store, "f") == CONTENT


def test_blocks_that_do_not_fit_are_refused(store: FolderStore) -> None:
    upload = store.upload("f", len(CONTENT))
    for offset, length in ((1, MIB), (0, MIB - 1), (-MIB, MIB), (3 * MIB, 6), (4 * MIB, 5), (0, 0), (len(CONTENT), 0)):
        with pytest.raises(BadOffset):
            upload.write(offset, bytes(length))
    with pytest.raises(BadDigest):
        upload.write(0, CONTENT[:MIB], digests.digest(b"other"))
    with pytest.raises(BadDigest):
        upload.write(0, CONTENT, digests.digest(b"other", "sha256"))
    assert upload.missing() == [Range(0, len(CONTENT))]


def test_a_block_that_came_with_other_content_is_changed(store: FolderStore) -> None:
    upload = store.upload("f", len(CONTENT))
    upload.write(0, CONTENT[:MIB])
    with pytest.raises(Changed):
        upload.write(0, CONTENT[MIB : 2 * MIB])
    fill(upload)
    upload.commit()
    assert content(store, "f") == CONTENT


def test_a_whole_file_that_has_another_digest_than_announced_is_not_published(store: FolderStore) -> None:
    for size in (len(CONTENT), None):
        upload = store.upload("f", size, PutOptions(digest=digests.digest(b"other")))
        upload.write(0, CONTENT)
        with pytest.raises(BadDigest):
            upload.commit()
        assert names(store) == set()
        upload.abort()


def test_an_empty_file_uploads(store: FolderStore) -> None:
    assert store.upload("f", 0).commit().size == 0
    assert store.upload("g", None).commit().size == 0
    assert content(store, "f") == content(store, "g") == b""


def test_many_files_are_opened_in_one_go_and_one_that_cannot_be_harms_no_other(store: FolderStore) -> None:
    put(store, "a/b/1", b"one")
    put(store, "a/b/2", b"two")
    found: list[object] = []
    with store.reading() as reading:
        for path in ("a/b/1", "a/b", "a/none/x", "a/b/2/x", "", "a/b/2"):
            try:
                with reading.open(path) as reader:
                    assert reader.entry == store.stat(path)
                    buffer = bytearray(3)
                    reader.read_into(memoryview(buffer), 0)
                    found.append(bytes(buffer))
            except FilexferError as error:
                found.append(type(error))
        with reading.open("a/b/1", version=False) as reader:
            assert (reader.entry.name, reader.entry.size, reader.entry.etag) == ("1", 3, "")
    assert found == [b"one", IsAFolder, NotFound, NotAFolder, InvalidPath, b"two"]


def test_many_threads_write_blocks_of_one_upload(store: FolderStore) -> None:
    data = os.urandom(16 * MIB)
    upload = store.upload("f", len(data))
    failures: list[BaseException] = []

    def write(first: int) -> None:
        try:
            # Each block twice, by two threads.
            for number in [*range(first, 16, 4), *range((first + 1) % 4, 16, 4)]:
                upload.write(number * MIB, data[number * MIB : (number + 1) * MIB])
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=write, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    upload.commit()
    assert content(store, "f") == data


def test_a_commit_that_met_a_conflict_can_be_repeated_with_another_policy(store: FolderStore) -> None:
    put(store, "f", b"old")
    for size in (len(CONTENT), None):
        upload = store.upload("f", size)
        upload.write(0, CONTENT)
        with pytest.raises(AlreadyExists):
            upload.commit()
        assert content(store, "f") == b"old"
        saved = upload.commit(options=PutOptions(on_conflict=Conflict.RENAME))
        assert content(store, saved.path) == CONTENT
        store.delete(saved.path)


def test_an_upload_without_a_name_gets_it_at_commit(store: FolderStore) -> None:
    for size in (5, None):
        upload = store.upload(None, size)
        upload.write(0, b"hello")
        with pytest.raises(InvalidPath):
            upload.commit()
        with pytest.raises(InvalidPath):
            upload.commit("a/../../b")
        assert upload.commit(f"dir/{size}").path == f"dir/{size}"
    assert names(store, "dir") == {"5", "None"}


def test_a_commit_answers_again_and_the_same(store: FolderStore) -> None:
    upload = store.upload("f", len(CONTENT))
    fill(upload)
    saved = upload.commit()
    assert upload.commit() == saved
    upload.close()
    assert store.resume(upload.id).commit() == saved
    # Even when the file is another one by now.
    put(store, "f", b"other", Conflict.OVERWRITE)
    assert store.resume(upload.id).commit() == saved
    assert content(store, "f") == b"other"


def test_an_aborted_upload_is_gone(store: FolderStore) -> None:
    for size in (len(CONTENT), None):
        upload = store.upload("f", size)
        upload.write(0, CONTENT)
        upload.abort()
        upload.abort()
        with pytest.raises(UnknownUpload):
            upload.write(0, CONTENT)
        with pytest.raises(UnknownUpload):
            upload.commit()
        with pytest.raises(UnknownUpload):
            store.resume(upload.id)
    assert names(store) == set()
    assert store.uploads() == []


def test_an_upload_is_found_again_by_its_key_and_by_its_id(store: FolderStore) -> None:
    options = PutOptions(key="job 1")
    upload = store.upload("f", len(CONTENT), options)
    upload.write(MIB, CONTENT[MIB : 2 * MIB])
    rest = [Range(0, MIB), Range(2 * MIB, len(CONTENT))]
    assert store.upload("f", len(CONTENT), options).missing() == rest
    upload.close()
    assert store.upload("f", len(CONTENT), options).missing() == rest
    assert store.resume(upload.id).missing() == rest
    assert [(one.path, one.size, one.received) for one in store.uploads()] == [("f", len(CONTENT), MIB)]
    # Another path, size or key is another upload.
    whole = len(CONTENT)
    for path, size, key in (("g", whole, "job 1"), ("f", 5, "job 1"), ("f", whole, "job 2"), ("f", whole, "")):
        assert store.upload(path, size, PutOptions(key=key)).id != upload.id
    # An object that was closed takes up its work again.
    fill(upload)
    assert upload.commit().outcome is Outcome.CREATED


def test_a_key_whose_file_was_committed_and_is_still_there_sends_nothing_again(store: FolderStore) -> None:
    options = PutOptions(key="job 1")
    upload = store.upload("f", len(CONTENT), options)
    fill(upload)
    saved = upload.commit()
    upload.close()
    again = store.upload("f", len(CONTENT), options)
    assert again.missing() == []
    assert again.commit() == saved
    again.close()
    # When it is gone, the same command sends it anew.
    store.delete("f")
    anew = store.upload("f", len(CONTENT), options)
    assert anew.missing() == [Range(0, len(CONTENT))]
    fill(anew)
    assert anew.commit().outcome is Outcome.CREATED
    assert content(store, "f") == CONTENT


def test_nothing_is_taken_over_from_where_no_file_goes(store: FolderStore) -> None:
    put(store, "f", CONTENT)
    upload = store.upload("f", 2 * MIB, PutOptions(on_conflict=Conflict.OVERWRITE))
    with pytest.raises(BadOffset):
        upload.reuse_blocks(0, -1, [bytes(32)] * 2)
    for nowhere in (len(CONTENT), 1 << 50, (1 << 63) - 1):
        assert upload.reuse_blocks(0, nowhere, [bytes(32)] * 2) == [Range(0, MIB), Range(MIB, 2 * MIB)]
        with pytest.raises(Changed):
            upload.reuse(0, nowhere, MIB, "", digests.digest(b""))
    upload.abort()


def test_a_piece_of_the_old_version_is_reused(store: FolderStore) -> None:
    old = store.upload("f", len(CONTENT))
    fill(old)
    etag = old.commit().etag
    changed = CONTENT[5:] + b"tail!"
    upload = store.upload("f", len(changed), PutOptions(on_conflict=Conflict.OVERWRITE))
    upload.reuse(0, 5, 2 * MIB, etag, digests.digest(CONTENT[5 : 5 + 2 * MIB]))
    with pytest.raises(BadDigest):
        upload.reuse(2 * MIB, 0, MIB, etag, digests.digest(b"other"))
    with pytest.raises(Changed):
        upload.reuse(2 * MIB, 2 * MIB + 5, MIB, "0-0-0-0", digests.digest(changed[2 * MIB : 3 * MIB]))
    with pytest.raises(Changed):
        upload.reuse(2 * MIB, len(CONTENT), MIB, etag, digests.digest(b""))
    assert upload.missing() == [Range(2 * MIB, len(changed))]
    fill(upload, changed)
    upload.commit()
    assert content(store, "f") == changed


def test_a_stream_is_written_in_order(store: FolderStore) -> None:
    stream = store.upload("f", None)
    stream.write(0, b"abc", digests.digest(b"abc"))
    with pytest.raises(BadOffset):
        stream.write(0, b"abc")
    with pytest.raises(BadOffset):
        stream.write(4, b"d")
    with pytest.raises(BadDigest):
        stream.write(3, b"d", digests.digest(b"e"))
    stream.write(3, b"def")
    assert stream.commit().size == 6
    assert stream.commit().size == 6
    assert content(store, "f") == b"abcdef"


def test_ids_that_are_none_are_unknown(store: FolderStore) -> None:
    for upload_id in ("", "x", "0" * 32, "../" + "0" * 29, "0" * 31 + "\n", "F" * 32):
        with pytest.raises(UnknownUpload):
            store.resume(upload_id)


# -- the tree -------------------------------------------------------------------------------------------------------


def test_folders_are_made_with_those_above_them_and_again(store: FolderStore) -> None:
    assert store.make_folder("a/b/c").name == "c"
    assert store.make_folder("a/b/c").kind is Kind.FOLDER
    put(store, "f", b"x")
    with pytest.raises(NotAFolder):
        store.make_folder("f")
    with pytest.raises(NotAFolder):
        store.make_folder("f/g")
    assert names(store, recursive=True) == {"a", "a/b", "a/b/c", "f"}


def test_files_and_folders_move(store: FolderStore) -> None:
    put(store, "a/f", b"x", mtime_ns=OLD)
    assert store.move("a/f", "new/b/g").name == "g"
    assert store.stat("new/b/g").mtime_ns == OLD
    assert store.move("new", "other").kind is Kind.FOLDER
    assert names(store, recursive=True) == {"a", "other", "other/b", "other/b/g"}
    assert store.move("other/b/g", "other/b/g").name == "g"


def test_a_folder_is_not_moved_into_itself(store: FolderStore) -> None:
    put(store, "a/b/f", b"x")
    for to in ("a/c", "a/b/c", "a/b/a"):
        with pytest.raises(InvalidPath, match="itself"):
            store.move("a", to)
    with pytest.raises(InvalidPath):
        store.move("", "x")
    with pytest.raises(InvalidPath):
        store.move("a", "")
    assert names(store, recursive=True) == {"a", "a/b", "a/b/f"}


@pytest.mark.parametrize(
    ("policy", "source_time", "expected"),
    [
        (Conflict.FAIL, NEW, None),
        (Conflict.OVERWRITE, OLD, "g.txt"),
        (Conflict.RENAME, OLD, "g (1).txt"),
        (Conflict.SKIP, NEW, ""),
        (Conflict.NEWER, NEW, "g.txt"),
        (Conflict.NEWER, OLD, ""),
    ],
)
def test_moving_onto_a_file_does_as_the_policy_says(
    store: FolderStore, policy: Conflict, source_time: int, expected: str | None
) -> None:
    put(store, "f.txt", b"source", mtime_ns=source_time)
    put(store, "g.txt", b"target", mtime_ns=(OLD + NEW) // 2)
    if expected is None:
        with pytest.raises(AlreadyExists):
            store.move("f.txt", "g.txt", policy)
    else:
        assert store.move("f.txt", "g.txt", policy).name == (expected or "g.txt")
    if expected:
        assert content(store, expected) == b"source"
        assert "f.txt" not in names(store)
    else:
        assert content(store, "f.txt") == b"source"
    assert [item.path for item in store.trash.list()] == (["g.txt"] if expected == "g.txt" else [])
    if expected != "g.txt":
        assert content(store, "g.txt") == b"target"


def test_a_folder_with_content_is_never_replaced_by_a_move(store: FolderStore) -> None:
    put(store, "a/f", b"x")
    put(store, "b/g", b"y")
    put(store, "file", b"z")
    with pytest.raises(FilexferError):
        store.move("a", "b", Conflict.OVERWRITE)
    with pytest.raises(FilexferError):
        store.move("a", "file", Conflict.OVERWRITE)
    with pytest.raises(IsAFolder):
        store.move("file", "a", Conflict.OVERWRITE)
    assert store.move("a", "b", Conflict.RENAME).name == "b (1)"
    store.make_folder("empty.d")
    assert store.move("b", "empty.d", Conflict.OVERWRITE).name == "empty.d"
    assert names(store, recursive=True) == {"b (1)", "b (1)/f", "empty.d", "empty.d/g", "file"}


def test_move_and_delete_hold_to_the_version_they_were_told(store: FolderStore) -> None:
    etag = put(store, "f", b"one").etag
    put(store, "f", b"two", Conflict.OVERWRITE)
    with pytest.raises(Changed):
        store.move("f", "g", etag=etag)
    with pytest.raises(Changed):
        store.delete("f", etag=etag)
    store.move("f", "g", etag=store.stat("f").etag)
    store.delete("g", etag=store.stat("g").etag)
    assert names(store) == set()


def test_times_of_files_and_folders_are_set(store: FolderStore) -> None:
    put(store, "a/f", b"x")
    store.set_times("a/f", OLD)
    store.set_times("a", NEW)
    store.set_times("", OLD)
    assert [store.stat(path).mtime_ns for path in ("a/f", "a", "")] == [OLD, NEW, OLD]


# -- the trash ------------------------------------------------------------------------------------------------------


def test_what_is_deleted_comes_back_from_the_trash(store: FolderStore) -> None:
    put(store, "a/b/f", b"12345")
    put(store, "a/g", b"123")
    trash_id = store.delete("a")
    assert names(store) == set()
    [item] = store.trash.list()
    assert (item.id, item.path, item.kind, item.size) == (trash_id, "a", Kind.FOLDER, 8)
    assert store.trash.restore(trash_id) == "a"
    assert content(store, "a/b/f") == b"12345"
    assert store.trash.list() == []
    with pytest.raises(NotFound):
        store.trash.restore(trash_id)


def test_restoring_beside_a_new_file_takes_a_free_name_and_makes_its_folder(store: FolderStore) -> None:
    put(store, "d/f.txt", b"first")
    first = store.delete("d/f.txt")
    put(store, "d/f.txt", b"second")
    assert store.trash.restore(first) == "d/f (1).txt"
    again = store.delete("d/f (1).txt")
    store.delete("d", permanent=True)
    assert store.trash.restore(again) == "d/f (1).txt"
    assert content(store, "d/f (1).txt") == b"first"


def test_ids_that_are_none_restore_nothing(store: FolderStore) -> None:
    put(store, "f", b"x")
    store.delete("f")
    for trash_id in ("", "..", "../../outside/secret", "x" * 300, store.trash.list()[0].id + "\n"):
        with pytest.raises(NotFound):
            store.trash.restore(trash_id)


def test_deleting_for_good_leaves_nothing(store: FolderStore) -> None:
    put(store, "a/b/f", b"x")
    put(store, "g", b"x")
    store.make_folder("empty")
    assert [store.delete(path, permanent=True) for path in ("a", "g", "empty")] == ["", "", ""]
    assert names(store) == set()
    assert store.trash.list() == []


def test_emptying_the_trash_leaves_nothing(store: FolderStore) -> None:
    put(store, "a/b/f", b"x")
    store.delete("a")
    put(store, "g", b"x")
    store.delete("g")
    assert len(store.trash.list()) == 2
    store.trash.empty()
    assert store.trash.list() == []


def test_the_share_itself_cannot_be_deleted(store: FolderStore) -> None:
    with pytest.raises(InvalidPath):
        store.delete("")


def test_space_is_told(store: FolderStore) -> None:
    free, total = store.space()
    assert 0 < free <= total
