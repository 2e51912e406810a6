"""Entries, ranges, put options and results as structs, both ways. Field names on the wire are the attributes' names; enums travel
as their `.value`, names and paths as `paths.to_wire` has them. What arrived is checked: `BadParameters`, `InvalidPath`."""

from __future__ import annotations

from collections.abc import Iterable

from filexfer.core import digests, paths
from filexfer.core.errors import BadParameters
from filexfer.core.model import Conflict, Entry, Kind, Outcome, PutOptions, Range, Saved
from filexfer.protocol.members import check_names, choice, number, sequence, struct, text


def entry_struct(entry: Entry) -> dict[str, object]:
    """An entry; `etag` only where it has one."""
    made: dict[str, object] = {
        "name": paths.to_wire(entry.name),
        "kind": entry.kind.value,
        "size": entry.size,
        "mtime_ns": entry.mtime_ns,
    }
    if entry.etag:
        made["etag"] = entry.etag
    return made


def entry_of(value: object) -> Entry:
    """The entry a struct describes. Raises `BadParameters`, `InvalidPath`."""
    given = struct(value, "An entry")
    return Entry(
        paths.from_wire(given.get("name")),
        choice(Kind, given.get("kind"), "kind"),
        number(given.get("size"), "size"),
        number(given.get("mtime_ns"), "mtime_ns"),
        text(given.get("etag", ""), "etag"),
    )


def ranges_list(ranges: Iterable[Range]) -> list[list[int]]:
    """Ranges as pairs `[start, end]`."""
    return [[part.start, part.end] for part in ranges]


def ranges_of(value: object) -> list[Range]:
    """The ranges of pairs, in order and apart. Raises `BadParameters`."""
    found: list[Range] = []
    for pair in sequence(value, "Ranges"):
        start, end = (number(bound, "start and end of a range") for bound in _pair(pair))
        if not (found[-1].end if found else 0) <= start < end:
            raise BadParameters("Ranges are in order, apart from each other, and not empty.")
        found.append(Range(start, end))
    return found


def _pair(value: object) -> tuple[object, object]:
    items = sequence(value, "A range")
    if len(items) != 2:
        raise BadParameters("A range is a pair of start and end.")
    return items[0], items[1]


_PUT_OPTIONS = frozenset({"on_conflict", "mtime_ns", "digest", "key", "etag"})


def options_struct(options: PutOptions) -> dict[str, object]:
    """Put options; only what is not the default."""
    made: dict[str, object] = {}
    if options.on_conflict is not Conflict.FAIL:
        made["on_conflict"] = options.on_conflict.value
    if options.mtime_ns is not None:
        made["mtime_ns"] = options.mtime_ns
    for name in ("digest", "key", "etag"):
        if getattr(options, name):
            made[name] = getattr(options, name)
    return made


def options_of(value: object, also: Iterable[str] = ()) -> PutOptions:
    """The put options in a struct, which may hold the names `also` besides. Raises `BadParameters`, also for unknown names."""
    given = struct(value, "Options")
    check_names(given, _PUT_OPTIONS.union(also))
    digest = text(given.get("digest", ""), "digest")
    if digest:
        digests.algorithm_of(digest)  # told now: an upload would notice only once all of it has been sent
    return PutOptions(
        on_conflict=choice(Conflict, given.get("on_conflict", Conflict.FAIL.value), "on_conflict"),
        mtime_ns=None if given.get("mtime_ns") is None else number(given["mtime_ns"], "mtime_ns"),
        digest=digest,
        key=text(given.get("key", ""), "key"),
        etag=text(given.get("etag", ""), "etag"),
    )


def saved_struct(saved: Saved) -> dict[str, object]:
    """What became of a file that was put."""
    return {
        "path": paths.to_wire(saved.path),
        "outcome": saved.outcome.value,
        "size": saved.size,
        "mtime_ns": saved.mtime_ns,
        "etag": saved.etag,
    }


def saved_of(value: object) -> Saved:
    """The inverse of `saved_struct`. Raises `BadParameters`, `InvalidPath`."""
    given = struct(value, "The result of a put")
    return Saved(
        paths.from_wire(given.get("path")),
        choice(Outcome, given.get("outcome"), "outcome"),
        number(given.get("size"), "size"),
        number(given.get("mtime_ns"), "mtime_ns"),
        text(given.get("etag"), "etag"),
    )
