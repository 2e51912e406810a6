"""Content-defined cutting: the same cuts wherever it begins, on every machine, and within its bounds."""

from __future__ import annotations

import random

import pytest
from blake3 import blake3

from filexfer.core import chunking
from filexfer.core.chunking import LEAST, LONGEST, Cut, Read, average_of, cut, name_of, shortest
from filexfer.core.errors import BadParameters

MIB = 1 << 20
GOLDEN = [124722, 92053, 71723, 89933, 92030, 67208, 87079, 78332, 114213, 85241, 69256, 69686, 7100]


def reading(data: bytes) -> Read:
    def read(view: memoryview, offset: int) -> int:
        piece = data[offset : offset + len(view)]
        view[: len(piece)] = piece
        return len(piece)

    return read


def whole(data: bytes, average: int = LEAST) -> Cut:
    return cut(reading(data), 0, len(data), average, len(data) + 1)


@pytest.mark.parametrize("average", [LEAST, 2 * LEAST, MIB])
@pytest.mark.parametrize("size", [0, 1, 32_767, 200_000, 9 * MIB + 11])
def test_pieces_cover_the_file_within_their_bounds_and_have_their_digests(average: int, size: int) -> None:
    data = random.Random(size).randbytes(size)
    found = whole(data, average)
    assert sum(found.lengths) == found.end == size
    assert all(shortest(average) <= length <= LONGEST * average for length in found.lengths[:-1])
    at = 0
    for number, length in enumerate(found.lengths):
        assert found.digests[32 * number : 32 * number + 32] == blake3(data[at : at + length]).digest()
        at += length


def test_the_cuts_are_those_that_the_name_promises_forever() -> None:
    """Other versions of the library, and other machines, must cut alike: a name on the wire stands for these numbers."""
    found = whole(random.Random(5).randbytes(MIB))
    assert list(found.lengths) == GOLDEN


def test_page_by_page_it_cuts_as_at_once() -> None:
    data = random.Random(2).randbytes(11 * MIB)
    at, lengths = 0, []
    while at < len(data):
        page = cut(reading(data), at, len(data), LEAST, MIB)
        assert MIB <= page.end - at <= MIB + LONGEST * LEAST or page.end == len(data)
        lengths += list(page.lengths)
        at = page.end
    assert lengths == list(whole(data).lengths)


def test_after_an_insertion_most_pieces_are_found_again() -> None:
    old = random.Random(3).randbytes(8 * MIB)
    before, after = whole(old), whole(b"some bytes" + old)

    def marks(found: Cut) -> set[bytes]:
        return {found.digests[at : at + 32] for at in range(0, len(found.digests), 32)}

    assert len(marks(before) & marks(after)) >= len(before.lengths) - 3


def test_zeros_are_cut_into_the_longest_pieces() -> None:
    assert set(whole(bytes(4 * MIB)).lengths) == {LONGEST * LEAST}


def test_a_file_that_ends_early_ends_the_last_piece() -> None:
    data = random.Random(4).randbytes(MIB)
    assert sum(cut(reading(data), 0, 5 * MIB, LEAST, 9 * MIB).lengths) == MIB


@pytest.mark.parametrize(
    "name", ["", "fastcdc2020", "fastcdc2020-65537", "fastcdc2020-32768", "fastcdc2020-2097152", "rabin-65536"]
)
def test_other_names_are_refused(name: str) -> None:
    with pytest.raises(BadParameters):
        average_of(name)
    assert average_of(name_of(MIB)) == MIB


def test_without_its_fast_part_nothing_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    import pyfastcdc
    import pyfastcdc.py

    monkeypatch.setattr(pyfastcdc, "FastCDC", pyfastcdc.py.FastCDC)
    with pytest.raises(BadParameters):
        cut(reading(b"x" * MIB), 0, MIB, chunking.LEAST, MIB)
