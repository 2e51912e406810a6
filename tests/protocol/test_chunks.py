"""Lists of a file's pieces as the other side tells them: what cannot be is refused."""

from __future__ import annotations

from array import array

import pytest

from filexfer.core.chunking import LEAST, LONGEST, Cut
from filexfer.core.errors import BadParameters
from filexfer.protocol import wire


def told(lengths: list[int], size: int, after: int = -1) -> dict[str, object]:
    return wire.pack_chunks(Cut(array("I", lengths), b"d" * 32 * len(lengths), 0)) | {"size": size, "next": after}


def test_pieces_travel_both_ways() -> None:
    found, size = wire.chunks_of(told([40_000, 50_000, 7], 100_007), 10_000, LEAST)
    assert (list(found.lengths), found.digests, found.end, size) == ([40_000, 50_000, 7], b"d" * 96, 100_007, 100_007)


@pytest.mark.parametrize(
    "answer",
    [
        told([40_000], 50_000),  # ends before the end
        told([40_000], 50_000, 39_999),  # goes on elsewhere
        told([], 50_000, 0),  # goes on without having come further
        told([40_000, 40_000], 60_000, 80_000),  # beyond the end
        told([LONGEST * LEAST + 1], LONGEST * LEAST + 1),
        told([100, 40_000], 40_100),  # too short, and not the last
        told([100], 40_100, 100),
        told([40_000, 0], 40_000),
        told([40_000], 40_000) | {"digests": b"d" * 31},
        told([40_000], 40_000) | {"lengths": b"abc"},
        told([40_000], 40_000) | {"algorithm": "md5"},
        told([40_000], 40_000) | {"next": "x"},
        {},
        7,
    ],
)
def test_pieces_that_cannot_be_are_refused(answer: object) -> None:
    with pytest.raises(BadParameters):
        wire.chunks_of(answer, 0, LEAST)
