"""What a batch of small files holds."""

from __future__ import annotations

from collections.abc import Iterable

from filexfer.client.filling import FIRST_BATCH, Filling

_MOST, _FILES, _SIZE = 2 << 20, 512, 8 << 10


def _batches(files: Iterable[tuple[str, int]], room: int = _MOST) -> list[list[tuple[str, int]]]:
    """The (folder, size) of each file, in batches."""
    filling, found = Filling(_MOST, _FILES, room), [[]]  # type: list[list[tuple[str, int]]]
    for folder, size in files:
        if filling.ends(folder, size):
            filling.next(room)
            found.append([])
        filling.add(folder, size)
        found[-1].append((folder, size))
        assert (filling.files, filling.bytes) == (len(found[-1]), sum(held for _, held in found[-1]))
    return found


def test_folders_that_fit_a_batch_come_whole_once_batches_have_grown() -> None:
    files = [(f"folder{number}", _SIZE) for number in range(20) for _ in range(100)]
    batches = _batches(files)
    assert [file for batch in batches for file in batch] == files
    whole = [{folder for folder, _ in batch} for batch in batches[4:]]
    assert sum(map(len, whole)) == len(set.union(*whole))
    assert [len(batch) for batch in batches[4:-1]] == [200] * (len(batches) - 5)


def test_a_folder_of_as_many_files_as_a_batch_takes_is_in_no_batch_with_a_part_of_another() -> None:
    batches = _batches([(f"folder{number}", 1) for number in range(9) for _ in range(300)])
    assert [len(batch) for batch in batches] == [300] * 9


def test_a_large_folder_ends_a_batch_only_once() -> None:
    small = [(f"small{number}", _SIZE) for number in range(1000)]
    batches = _batches([("large", _SIZE)] * 1000 + small)
    behind = [batch for batch in batches if batch[-1][0] != "large"]
    assert [len(batch) for batch in behind] == [256, 256, 256, 232]


def test_no_batch_holds_more_than_there_is_room_for() -> None:
    batches = _batches([(str(number % 7), _SIZE) for number in range(500)], room=FIRST_BATCH // 2)
    assert {len(batch) for batch in batches} == {8, 500 % 8}


def test_a_file_that_is_larger_than_the_room_goes_alone() -> None:
    assert [len(batch) for batch in _batches([("", FIRST_BATCH * 2)] * 3, room=FIRST_BATCH)] == [1, 1, 1]
