"""Whether two local trees are the same: names, folders (empty ones too), every byte, times. For the demo: it trusts nothing."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from filexfer.client import scan
from filexfer.client.patterns import Filter
from filexfer.core import paths

_PIECE = 1 << 20


@dataclass(slots=True)
class Compared:
    """What was found: files and folders in the first tree, bytes read of each side, links and special files left out, and a
    sentence for each difference."""

    files: int
    folders: int
    bytes: int
    left_out: int
    differences: list[str]


def compare(one: str, other: str, keep: Filter, tick: Callable[[int], None]) -> Compared:
    """Compare the tree `one`, as far as `keep` takes it, with `other`. `tick(files)` is called now and then."""
    wanted = {folder.path: folder for folder in scan.walk(one, keep)}
    found = {folder.path: folder for folder in scan.walk(other, Filter())}
    result = Compared(0, len(wanted), 0, sum(len(folder.skipped) for folder in wanted.values()), [])
    result.differences += [f"{path or '.'}/: missing" for path in wanted.keys() - found.keys()]
    result.differences += [f"{path}/: was not there before" for path in found.keys() - wanted.keys()]
    for path, folder in wanted.items():
        if path in found:
            result.differences += _files(one, other, folder, found[path], result)
            tick(result.files)
    return result


def _files(one: str, other: str, wanted: scan.Folder, found: scan.Folder, result: Compared) -> Iterator[str]:
    there = {name: (size, mtime_ns) for name, size, mtime_ns in found.files}
    if found.mtime_ns != wanted.mtime_ns:
        yield f"{wanted.path or '.'}/: another time"
    for name, size, mtime_ns in wanted.files:
        path = paths.join(wanted.path, name)
        result.files += 1
        if name not in there:
            yield f"{path}: missing"
            continue
        other_size, other_mtime = there.pop(name)
        if size != other_size or not _same_bytes(os.path.join(one, path), os.path.join(other, path)):
            yield f"{path}: other content"
        elif mtime_ns != other_mtime:
            yield f"{path}: another time"
        result.bytes += size
    yield from (f"{paths.join(wanted.path, name)}: was not there before" for name in there)


def _same_bytes(one: str, other: str) -> bool:
    with open(one, "rb", buffering=0) as first, open(other, "rb", buffering=0) as second:
        while True:
            piece = first.read(_PIECE)
            if piece != second.read(_PIECE):
                return False
            if not piece:
                return True
