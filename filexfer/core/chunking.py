"""Content-defined cutting: where a piece of a file ends is told by the bytes before its end, so that an insertion moves the cuts
behind it along, and pieces are found again wherever they lie. FastCDC as of 2020 (Xia et al., IEEE TPDS 31(9)).

Its name on the wire, `fastcdc2020-65536`, fixes everything: an average in bytes, at least half of it, at most four times it,
normalized chunking of level 2, no seed. Cutting that begins at any cut goes on as if it had begun before."""

from __future__ import annotations

from array import array
from collections.abc import Callable
from typing import TYPE_CHECKING, Literal, NamedTuple

from filexfer.core.digests import hasher
from filexfer.core.errors import BadParameters

if TYPE_CHECKING:
    from pyfastcdc import FastCDC

#: Smallest and largest average of a piece, in bytes.
LEAST, MOST = 64 << 10, 1 << 20
#: A piece has at most so many times the average.
LONGEST = 4
_NAME = "fastcdc2020-"
#: Bytes read at once: some of the longest pieces.
_READ = 16
_MOST_READ = 8 << 20
_LEVEL: Literal[2] = 2
_MISSING = "Files cannot be cut by their content here: the fast part of pyfastcdc is missing."

#: Fills a buffer from an offset on; answers how much there was.
Read = Callable[[memoryview, int], int]


class Cut(NamedTuple):
    """Pieces in their order: their lengths, their blake3 digests (32 bytes each, joined), and where the last one ends."""

    lengths: array[int]
    digests: bytes
    end: int


def name_of(average: int) -> str:
    """The name of cutting into pieces of `average` bytes."""
    return f"{_NAME}{average}"


def average_of(name: str) -> int:
    """The average in bytes that a name stands for. Raises `BadParameters` for one that we do not cut by."""
    known = {name_of(LEAST << power): LEAST << power for power in range((MOST // LEAST).bit_length())}
    if name not in known:
        raise BadParameters(f"There is no such chunking. Use {name_of(LEAST)}, or a power of two up to {name_of(MOST)}.")
    return known[name]


def shortest(average: int) -> int:
    """Bytes that a piece has at least, but the last of a file."""
    return average // 2


def memory(start: int, size: int, average: int) -> int:
    """Bytes that `cut` holds of a file while it cuts it."""
    return min(_READ * average, _MOST_READ, max(1, size - start))


def cut(read: Read, start: int, size: int, average: int, most: int) -> Cut:
    """Cut a file of `size` bytes from `start` on, until `most` bytes or a few more are covered, or it ends. Memory stays flat.

    Raises `BadParameters` where this machine cannot cut, and what `read` raises; a file that ends early ends the last piece.
    """
    cutter = _cutter(average)
    buffer = memoryview(bytearray(memory(start, size, average)))
    lengths, digests = array("I"), bytearray()
    at, stop = start, min(size, start + most)
    while at < stop:
        view = buffer[: min(len(buffer), size - at)]
        count = read(view, at)
        if not count:
            break
        ends = at + count >= size or count < len(view)
        safe = count if ends else count - cutter.max_size
        # Pieces that begin later could be changed by more bytes, or are not asked for.
        at += _take(cutter, view[:count], min(safe, stop - at - 1), lengths, digests)
    return Cut(lengths, bytes(digests), at)


def _take(cutter: FastCDC, view: memoryview, latest: int, lengths: array[int], digests: bytearray) -> int:
    """Note the pieces in `view` that begin at `latest` at the latest; where the next one begins."""
    for piece in cutter.cut_buf(view):
        if piece.offset > latest:
            return int(piece.offset)
        made = hasher()
        made.update(piece.data)
        lengths.append(piece.length)
        digests += made.digest()
    return len(view)


def _cutter(average: int) -> FastCDC:
    try:
        # Imported here: hardly any transfer needs it.
        from pyfastcdc import FastCDC
    except ImportError as error:
        raise BadParameters(_MISSING) from error
    if "cy" not in FastCDC.__module__.split("."):
        raise BadParameters(_MISSING)
    return FastCDC(average, min_size=shortest(average), max_size=LONGEST * average, normalized_chunking=_LEVEL, seed=0)
