"""A listed folder as columns, and the order its rows are shown in. Nothing here keeps an object a row: 100,000 entries are a few
flat buffers, names stay the bytes that came, and what a window asks for is cut out of them. No thread, no socket."""

from __future__ import annotations

import re
import sys
import unicodedata
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, compress, islice
from operator import itemgetter

from filexfer.core import paths
from filexfer.core.errors import BadParameters, NotWellFormed

#: What a listing holds at most, in entries: an endless one must end somewhere.
MOST_ENTRIES = 1_000_000

#: What one fetch answers at most: rows, and bytes of names. A window's decoder keeps payloads up to 2 MiB in memory.
FETCH_ROWS = 8000
FETCH_BYTES = 1 << 20

#: Most names of folders that are told of rows that were chosen.
FOLDERS = 500

SORTS = ("name", "size", "mtime")
_FOLDER = ord("d")
_PIECE = 8192
_DIGITS = re.compile("[0-9]+")
_ACCENTS = re.compile("[\u0300-\u036f]+")
_NOT_NAMES = frozenset((b"", b".", b".."))


@dataclass(frozen=True, slots=True)
class Query:
    """How rows are to be shown.

    Attributes:
        sort: one of `SORTS`. Names sort as people count: `a9` before `a10`, in any case.
        filter: only names that hold this text, in any case; empty for all.
        hidden: names that begin with a dot are shown too.
        folders_first: folders stand before files, whichever way the rest is sorted.
    """

    sort: str = "name"
    descending: bool = False
    filter: str = ""
    hidden: bool = False
    folders_first: bool = True

    def __post_init__(self) -> None:
        if self.sort not in SORTS:
            raise BadParameters(f"A view is sorted by one of: {', '.join(SORTS)}.")


class Listing:
    """Columns of one folder; a row's number is its place in them and never changes.

    Attributes:
        truncated: there were more than `MOST_ENTRIES`; the rest is left out.
    """

    def __init__(self) -> None:
        self.truncated = False
        self._names = bytearray()  # each name followed by a NUL
        self._ends = array("I")  # where in `_names` that NUL stands
        self._kinds = bytearray()
        self._sizes = array("Q")
        self._mtimes = array("q")
        self._by_name = array("I")  # all rows in the order of their names, once somebody asked

    def __len__(self) -> int:
        return len(self._kinds)

    def add(self, page: object) -> str:
        """Take the rows of one packed page of `file_list`; answer its `next` cursor. `NotWellFormed` where columns disagree.

        Names that no folder can hold (a `/` in them, `..`) are left out: what a window shows, a person may save under.
        """
        names, kinds, sizes, mtimes, following = _columns(page)
        if b"/" in b"".join(names) or not _NOT_NAMES.isdisjoint(names):
            good = [b"/" not in name and name not in _NOT_NAMES for name in names]
            names, kinds = list(compress(names, good)), bytes(compress(kinds, good))
            sizes, mtimes = array("Q", compress(sizes, good)), array("q", compress(mtimes, good))
        room = MOST_ENTRIES - len(self)
        if len(names) > room:
            self.truncated = True
            names, kinds, sizes, mtimes = names[:room], kinds[:room], sizes[:room], mtimes[:room]
        if names:
            self._append(names)
        self._kinds += kinds
        self._sizes.extend(sizes)
        self._mtimes.extend(mtimes)
        return "" if self.truncated else following

    def _append(self, names: list[bytes]) -> None:
        begin = len(self._names)
        # The NUL after name k stands behind all names so far and k NULs.
        self._ends.extend(begin + length + k for k, length in enumerate(accumulate(map(len, names))))
        self._names += b"\0".join(names)
        self._names.append(0)

    def _texts(self) -> Iterator[bytes]:
        """All names, NUL-joined, in pieces of some thousand rows: whole, their decoded forms would fill the memory."""
        for first in range(0, len(self), _PIECE):
            last = min(first + _PIECE, len(self)) - 1
            yield bytes(self._names[self._begin(first) : self._ends[last]])

    def _begin(self, row: int) -> int:
        return self._ends[row - 1] + 1 if row else 0

    def _name(self, row: int) -> bytes:
        return bytes(self._names[self._begin(row) : self._ends[row]])

    def _matching(self, fits: Callable[[str], bool]) -> bytearray:
        """For each row 1 where `fits` says so of its folded name."""
        return bytearray(fits(name) for text in self._texts() for name in fold(paths.decode(text)).split("\0"))

    def order(self, query: Query) -> array[int]:
        """The numbers of the rows that `query` shows, in its order."""
        if len(self._by_name) != len(self):
            self._by_name = self._sorted_by_name()
        rows: Sequence[int] = self._by_name
        if query.sort != "name":
            column = self._sizes if query.sort == "size" else self._mtimes
            rows = sorted(rows, key=column.__getitem__, reverse=query.descending)
        elif query.descending:
            rows = rows[::-1]
        rows = self._filtered(rows, query)
        if query.folders_first:
            kinds = self._kinds
            rows = [i for i in rows if kinds[i] == _FOLDER] + [i for i in rows if kinds[i] != _FOLDER]
        return array("I", rows)

    def _sorted_by_name(self) -> array[int]:
        keys = [key for text in self._texts() for key in natural_keys(text)]
        rows: Iterable[int] = range(len(keys))
        if len(set(keys)) < len(keys):
            # Names that people count as equal (`A1`, `a01`) stand in the order of their bytes, not in the disk's.
            names = [name for text in self._texts() for name in text.split(b"\0")]
            rows = sorted(rows, key=names.__getitem__)
        return array("I", sorted(rows, key=keys.__getitem__))

    def _filtered(self, rows: Sequence[int], query: Query) -> Sequence[int]:
        if not query.hidden:
            shown = bytearray(not name.startswith(b".") for text in self._texts() for name in text.split(b"\0"))
            rows = [i for i in rows if shown[i]]
        if query.filter:
            wanted = fold(query.filter)
            found = self._matching(lambda name: wanted in name)
            rows = [i for i in rows if found[i]]
        return rows

    def rows(self, order: Sequence[int]) -> dict[str, object]:
        """The rows of these numbers as packed columns (as a packed listing has them, and `ids`, the numbers, LE u32). The
        last ones are left out where names grow beyond `FETCH_BYTES`."""
        chosen = [self._name(i) for i in order]
        lengths = list(accumulate(len(name) + 1 for name in chosen))
        fitting = max(1, sum(length <= FETCH_BYTES for length in lengths)) if chosen else 0
        order = order[:fitting]
        return {
            "packed": True,
            "count": fitting,
            "ids": _little(array("I", order)),
            "names": b"\0".join(chosen[:fitting]),
            "kinds": bytes(_pick(self._kinds, order)),
            "sizes": _little(array("Q", _pick(self._sizes, order))),
            "mtimes": _little(array("q", _pick(self._mtimes, order))),
        }

    def names(self, rows: Sequence[int]) -> Iterator[str]:
        """The names of these rows."""
        return (paths.decode(self._name(i)) for i in rows)

    def facts(self, rows: Sequence[int]) -> dict[str, object]:
        """What these rows are together: {first, bytes, folders}: a name, the bytes of the files, names of the first `FOLDERS`."""
        folders = list(islice((i for i in rows if self._kinds[i] == _FOLDER), FOLDERS))
        return {
            "first": paths.to_wire(paths.decode(self._name(rows[0]))),
            "bytes": sum(self._sizes[i] for i in rows),
            "folders": [paths.to_wire(name) for name in self.names(folders)],
        }

    def same(self, other: Listing) -> bool:
        """Whether it holds what `other` does, in the same order."""
        return (
            self._names == other._names
            and self._kinds == other._kinds
            and self._sizes == other._sizes
            and self._mtimes == other._mtimes
        )

    def places(self, order: Sequence[int], names: Sequence[str]) -> list[int]:
        """For each of `names` its place in `order`; -1 for one that is not there."""
        wanted = {paths.encode(name): name for name in names}
        numbers: dict[int, str] = {}
        for first, text in zip(range(0, len(self), _PIECE), self._texts(), strict=True):
            numbers |= {first + at: wanted[name] for at, name in enumerate(text.split(b"\0")) if name in wanted}
        found = {numbers[i]: place for place, i in enumerate(order) if i in numbers}
        return [found.get(name, -1) for name in names]

    def find(self, order: Sequence[int], text: str, start: int, exact: bool) -> int:
        """The place in `order`, from `start` on and round again, of the first name that begins with `text` (`exact`: that is
        `text`); -1 for none."""
        if exact:
            raw = paths.encode(text)
            return next((place for place, i in enumerate(order) if self._name(i) == raw), -1)
        wanted = fold(text)
        found = self._matching(lambda name: name.startswith(wanted))
        places = [place for place, i in enumerate(order) if found[i]]
        return next((place for place in places if place >= start), places[0] if places else -1)


def fold(text: str) -> str:
    """`text` as it is searched and sorted: no case, no accents, compatibility forms apart."""
    return text.casefold() if text.isascii() else _ACCENTS.sub("", unicodedata.normalize("NFKD", text)).casefold()


def natural_keys(names: bytes) -> list[bytes]:
    """For each of the NUL-joined `names` a key; keys compare as people sort names: digits by their value, letters without
    case. All names are folded as one text, which takes a tenth of the time, and UTF-8 compares as its characters do."""
    keys = _DIGITS.sub(_number, fold(paths.decode(names)))
    return keys.encode("utf-8", "surrogatepass").split(b"\0")


def _number(match: re.Match[str]) -> str:
    """Digits with their count before them, so that comparing characters compares values. The count's character stays between
    punctuation and letters, where digits sort."""
    digits = match[0].lstrip("0")
    return chr(0x30 + min(len(digits), 0x2F)) + digits


def _columns(page: object) -> tuple[list[bytes], bytes, array[int], array[int], str]:
    if not isinstance(page, dict):
        raise NotWellFormed("The server's listing is none. Is it a filexfer server?")
    names, kinds, following = page.get("names"), page.get("kinds"), page.get("next", "")
    if not isinstance(names, bytes) or not isinstance(kinds, bytes) or not isinstance(following, str):
        raise NotWellFormed("The server's listing lacks columns. Is it a filexfer server?")
    sizes, mtimes = _array("Q", page.get("sizes")), _array("q", page.get("mtimes"))
    parts = names.split(b"\0") if kinds else []
    if not len(parts) == len(kinds) == len(sizes) == len(mtimes) or (names and not kinds):
        raise NotWellFormed("The columns of the server's listing are not equally long. Open the folder again.")
    return parts, kinds, sizes, mtimes, following


def _array(code: str, raw: object) -> array[int]:
    made: array[int] = array(code)
    if not isinstance(raw, bytes) or len(raw) % made.itemsize:
        raise NotWellFormed("A column of the server's listing is broken. Open the folder again.")
    made.frombytes(raw)
    if sys.byteorder == "big":
        made.byteswap()
    return made


def _little(column: array[int]) -> bytes:
    if sys.byteorder == "big":
        column.byteswap()
    return column.tobytes()


def _pick(column: Sequence[int], order: Sequence[int]) -> Sequence[int]:
    if len(order) < 2:
        return [column[i] for i in order]
    picked: tuple[int, ...] = itemgetter(*order)(column)
    return picked
