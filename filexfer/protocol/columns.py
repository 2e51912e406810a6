"""Listings and digests as columns: one Binary for each. Numbers are little-endian, 64-bit but for lengths of pieces."""

from __future__ import annotations

import sys
from array import array
from collections.abc import Iterable, Sequence

from filexfer.core import paths
from filexfer.core.chunking import LONGEST, Cut, shortest
from filexfer.core.errors import BadParameters
from filexfer.core.model import Entry, Kind
from filexfer.protocol.members import binary, number, struct, text

_LETTERS = {Kind.FILE: "f", Kind.FOLDER: "d", Kind.LINK: "l", Kind.OTHER: "o"}
_KINDS = {letter: kind for kind, letter in _LETTERS.items()}


class Columns:
    """A packed listing, unpacked no further than needed: row i is `names[i]`, `kinds[i]` (a letter of fdlo), `sizes[i]` (bytes),
    `mtimes[i]` (nanoseconds since the epoch).

    Attributes:
        next: cursor of the next page, "" on the last.
    """

    __slots__ = ("kinds", "mtimes", "names", "next", "sizes")

    def __init__(self, names: Sequence[str], kinds: str, sizes: array[int], mtimes: array[int], next: str = "") -> None:
        self.names = names
        self.kinds = kinds
        self.sizes = sizes
        self.mtimes = mtimes
        self.next = next

    def __len__(self) -> int:
        return len(self.names)

    def entry(self, row: int) -> Entry:
        return Entry(self.names[row], _KINDS[self.kinds[row]], self.sizes[row], self.mtimes[row])


def pack(entries: Iterable[Entry], next: str = "") -> dict[str, object]:
    """The packed listing of `entries` (docs/protocol.md). Versions are not in it."""
    rows = entries if isinstance(entries, list | tuple) else list(entries)
    letters = _LETTERS
    return {
        "packed": True,
        "count": len(rows),
        "names": paths.encode("\0".join([row.name for row in rows])),
        "kinds": "".join([letters[row.kind] for row in rows]).encode(),
        "sizes": little("Q", [row.size for row in rows]),
        "mtimes": little("q", [row.mtime_ns for row in rows]),
        "next": next,
    }


def columns_of(value: object) -> Columns:
    """The columns of a packed listing. Raises `BadParameters` where they do not fit each other."""
    given = struct(value, "A packed listing")
    count = number(given.get("count"), "count")
    raw = binary(given.get("names"), "names")
    names = paths.decode(raw).split("\0") if count else []
    kinds = binary(given.get("kinds"), "kinds").decode("latin-1")
    sizes, mtimes = wide("Q", given.get("sizes"), "sizes"), wide("q", given.get("mtimes"), "mtimes")
    if not len(names) == len(kinds) == len(sizes) == len(mtimes) == count or (not count and raw):
        raise BadParameters("The columns of a packed listing have different lengths.")
    if kinds.strip("fdlo") or not set(kinds) <= _KINDS.keys():
        raise BadParameters("The kinds of a packed listing are letters of “fdlo”.")
    return Columns(names, kinds, sizes, mtimes, text(given.get("next", ""), "next"))


def unpack(value: object) -> list[Entry]:
    """The entries of a packed listing. Raises `BadParameters`."""
    columns = columns_of(value)
    return list(map(Entry, columns.names, map(_KINDS.__getitem__, columns.kinds), columns.sizes, columns.mtimes))


def little(code: str, values: Iterable[int]) -> bytes:
    """A column of 64-bit numbers; `code` is "Q" or "q" (signed), as in `array`."""
    made = array(code, values)
    if sys.byteorder == "big":
        made.byteswap()
    return made.tobytes()


def wide(code: str, value: object, name: str) -> array[int]:
    """The numbers of a column, the inverse of `little`. Raises `BadParameters`."""
    raw = binary(value, name)
    if len(raw) % 8:
        raise BadParameters(f"{name} holds 64-bit numbers; its length is no multiple of 8.")
    made = array(code)
    made.frombytes(raw)
    if sys.byteorder == "big":
        made.byteswap()
    return made


def pack_digests(digests: Sequence[str]) -> dict[str, object]:
    """Digests (`algorithm:hex`, all of one algorithm) as columns."""
    return {
        "count": len(digests),
        "algorithm": digests[0].partition(":")[0] if digests else "",
        "digests": bytes.fromhex("".join([digest.partition(":")[2] for digest in digests])),
    }


def digests_of(value: object) -> list[bytes]:
    """The digests in columns, 32 bytes each. Raises `BadParameters`."""
    given = struct(value, "Digests")
    count, raw = number(given.get("count"), "count"), binary(given.get("digests"), "digests")
    if len(raw) != 32 * count or (count and given.get("algorithm") not in ("blake3", "sha256")):
        raise BadParameters("The digests do not fit their count.")
    return [raw[at : at + 32] for at in range(0, len(raw), 32)]


def pack_chunks(cut: Cut) -> dict[str, object]:
    """The pieces of a file that was cut by content, as columns."""
    lengths = cut.lengths[:]
    if sys.byteorder == "big":
        lengths.byteswap()
    return {"count": len(lengths), "lengths": lengths.tobytes(), "algorithm": "blake3", "digests": cut.digests}


def chunks_of(value: object, start: int, average: int) -> tuple[Cut, int]:
    """The pieces in columns, the first of which begins at `start`, and the size of the file. Raises `BadParameters` where they
    cannot be pieces of that average, in their number, their lengths or where they end."""
    given = struct(value, "Pieces")
    raw, digests = binary(given.get("lengths"), "lengths"), binary(given.get("digests"), "digests")
    size, after = number(given.get("size"), "size"), number(given.get("next"), "next")
    if len(raw) % 4 or len(digests) != 8 * len(raw) or given.get("algorithm") != "blake3":
        raise BadParameters("The columns of a file's pieces have different lengths.")
    lengths = array("I")
    lengths.frombytes(raw)
    if sys.byteorder == "big":
        lengths.byteswap()
    end = start + sum(lengths)
    fits = end == size if after == -1 else start < end == after < size
    longest = max(lengths, default=0)
    least = min(lengths if after != -1 else lengths[:-1], default=average)
    if not fits or longest > LONGEST * average or least < shortest(average) or 0 in lengths:
        raise BadParameters("The pieces of a file do not fit it.")
    return Cut(lengths, digests, end), size
