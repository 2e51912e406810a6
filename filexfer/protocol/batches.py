"""Many small files in one call, as columns: the index of `files_put`, its outcomes, and the answer of `files_get`
(docs/protocol.md, Methods). Row i of every column belongs to file i; contents are joined in the same order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from filexfer.core import paths
from filexfer.core.errors import BadParameters, FilexferError
from filexfer.core.model import Outcome
from filexfer.protocol.columns import little, wide
from filexfer.protocol.faults import code_of, error_of
from filexfer.protocol.members import binary, number, sequence, struct, text

_LETTERS = {Outcome.CREATED: "c", Outcome.REPLACED: "r", Outcome.RENAMED: "n", Outcome.SAME: "s", Outcome.SKIPPED: "k"}
_OUTCOMES = {letter: outcome for outcome, letter in _LETTERS.items()}
_FAULT = "!"


class Index(NamedTuple):
    """What a batch holds. `sizes` in bytes; `mtimes` in nanoseconds since the epoch, empty for now; `digests` as 32 bytes of
    blake3 each, empty for none."""

    paths: Sequence[str]
    sizes: Sequence[int]
    mtimes: Sequence[int] = ()
    digests: Sequence[bytes] = ()


def pack_index(index: Index) -> dict[str, object]:
    return {
        "packed": True,
        "count": len(index.paths),
        "names": joined_paths(index.paths),
        "sizes": little("Q", index.sizes),
        "mtimes": little("q", index.mtimes),
        "digests": b"".join(index.digests),
    }


def index_of(value: object) -> Index:
    """The inverse of `pack_index`. Raises `BadParameters` where the columns do not fit each other."""
    given = struct(value, "A packed index")
    count = number(given.get("count"), "count")
    names = split_paths(given.get("names"))
    sizes, mtimes = wide("Q", given.get("sizes"), "sizes"), wide("q", given.get("mtimes", b""), "mtimes")
    digests = _digests(given.get("digests", b""))
    if not len(names) == len(sizes) == count or len(mtimes) not in (0, count) or len(digests) not in (0, count):
        raise BadParameters("The columns of a packed index have different lengths.")
    return Index(names, sizes, mtimes, digests)


def joined_paths(names: Sequence[str]) -> bytes:
    """Paths in one Binary, with NUL between."""
    return paths.encode("\0".join(names))


def split_paths(value: object) -> list[str]:
    """The inverse of `joined_paths`; the empty value holds no path. Raises `BadParameters`."""
    raw = binary(value, "names")
    return paths.decode(raw).split("\0") if raw else []


def pack_outcomes(results: Sequence[Outcome | FilexferError], renamed: Mapping[int, str]) -> dict[str, object]:
    """What became of each file; `renamed` says where those are that found their name taken."""
    return {
        "packed": True,
        "outcomes": "".join([_LETTERS[one] if isinstance(one, Outcome) else _FAULT for one in results]).encode(),
        "renamed": [[row, paths.to_wire(path)] for row, path in renamed.items()],
        "faults": _faults({row: one for row, one in enumerate(results) if isinstance(one, FilexferError)}),
    }


def outcomes_of(value: object) -> tuple[list[Outcome | FilexferError], dict[int, str]]:
    """The inverse of `pack_outcomes`. Raises `BadParameters`, `InvalidPath`."""
    given = struct(value, "Outcomes")
    letters = binary(given.get("outcomes"), "outcomes").decode("latin-1")
    errors = _errors_of(given.get("faults"), len(letters))
    renamed = {}
    for pair in sequence(given.get("renamed"), "renamed"):
        row, path = _row(pair, 2, len(letters))
        renamed[row] = paths.from_wire(path[0])
    results: list[Outcome | FilexferError] = []
    for row, letter in enumerate(letters):
        result = errors.get(row) if letter == _FAULT else _OUTCOMES.get(letter)
        if result is None:
            raise BadParameters("The outcomes of a batch do not say what became of each file.")
        results.append(result)
    return results, renamed


class Contents(NamedTuple):
    """The first files of those asked for: their index without paths, and an error where a row has no content."""

    sizes: Sequence[int]
    mtimes: Sequence[int]
    digests: Sequence[bytes]
    errors: Mapping[int, FilexferError]


def pack_contents(contents: Contents, data: object) -> dict[str, object]:
    """The answer of a packed `files_get`; `data` is the joined contents, as bytes or as a stream."""
    return {
        "packed": True,
        "count": len(contents.sizes),
        "sizes": little("Q", contents.sizes),
        "mtimes": little("q", contents.mtimes),
        "digests": b"".join(contents.digests),
        "faults": _faults(contents.errors),
        "data": data,
    }


def contents_of(value: object) -> tuple[Contents, bytes | bytearray]:
    """The inverse of `pack_contents`; what came as a tail stays a bytearray. Raises `BadParameters` where the columns do not fit
    each other and the data."""
    given = struct(value, "Contents")
    count = number(given.get("count"), "count")
    sizes, mtimes = wide("Q", given.get("sizes"), "sizes"), wide("q", given.get("mtimes"), "mtimes")
    digests, data = _digests(given.get("digests")), given.get("data")
    data = data if isinstance(data, bytearray) else binary(data, "data")
    if not len(sizes) == len(mtimes) == len(digests) == count or sum(sizes) != len(data):
        raise BadParameters("The columns of a batch do not fit each other.")
    return Contents(sizes, mtimes, digests, _errors_of(given.get("faults"), count)), data


def _digests(value: object) -> list[bytes]:
    raw = binary(value, "digests")
    if len(raw) % 32:
        raise BadParameters("A digest has 32 bytes.")
    return [raw[at : at + 32] for at in range(0, len(raw), 32)]


def _faults(errors: Mapping[int, FilexferError]) -> list[object]:
    return [[row, code_of(error), str(error)] for row, error in errors.items()]


def _errors_of(value: object, count: int) -> dict[int, FilexferError]:
    errors = {}
    for item in sequence(value, "faults"):
        row, (code, words) = _row(item, 3, count)
        sentence = paths.decode(words) if isinstance(words, bytes) else text(words, "A fault's text")
        errors[row] = error_of(number(code, "A fault's code"), sentence)
    return errors


def _row(value: object, length: int, count: int) -> tuple[int, list[object]]:
    items = sequence(value, "A row")
    row = number(items[0], "row") if len(items) == length else -1
    if not 0 <= row < count:
        raise BadParameters("A row of a batch is out of its bounds.")
    return row, items[1:]
