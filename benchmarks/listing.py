"""Section: folders of very many entries listed over the wire, by our session and by the standard library's client, and a tree of
a million names read from end to end. `python -m benchmarks.listing WHO ADDRESS PATH` is the client that is measured."""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xmlrpc.client import ServerProxy

from benchmarks.measure import Usage, timed
from benchmarks.place import Place, fresh, serving
from benchmarks.report import Figure, Ratio, Section
from benchmarks.workloads import Scale

#: Of the largest tree, what lies in one folder beside it; and how many names a folder of that tree holds.
_PART, _EACH = 10, 1000
#: Entries of one page that a stock client asks for.
_PAGE = 5000


def section(base: Path, scale: Scale) -> Section:
    """Seconds, the longest that a reader waited for a page, and memory, which must not grow with the names."""
    flat = max(scale.entries // _PART, 1)
    with fresh(base) as place:
        fill(place.share / "flat", flat)
        for number in range(0, scale.entries, _EACH):
            fill(place.share / "tree" / f"folder{number // _EACH:05}", min(_EACH, scale.entries - number))
        with serving(place) as (server, address):
            stock = _median("stock", place, server, address, "flat", scale.rounds)
        with serving(place) as (server, address):
            ours = _median("packed", place, server, address, "flat", scale.rounds)
            tree, gap = _tree(place, server, address, scale)
    figures = [
        Figure(f"folder of {flat:,} entries, ours", ours.wall, "s"),
        Figure(f"folder of {flat:,} entries, standard library's client", stock.wall, "s"),
        Figure(f"tree of {scale.entries:,} entries, read to its end", tree.wall, "s"),
        Figure("resident after the folder: client", ours.client_mib, "MiB"),
        Figure("resident after the tree: client", tree.client_mib, "MiB"),
        Figure("resident after the folder: server", ours.server_mib, "MiB"),
        Figure("resident after the tree: server", tree.server_mib, "MiB"),
    ]
    ratios = [
        Ratio(f"listing {scale.entries:,} entries: longest pause, seconds", gap, 0.1, at_most=True),
        Ratio(f"listing {_PART} × the entries: client memory", tree.client_mib / ours.client_mib, 1.1, at_most=True),
        Ratio(f"listing {_PART} × the entries: server memory", tree.server_mib / ours.server_mib, 1.1, at_most=True),
    ]
    return Section("listing", figures, ratios)


def fill(folder: Path, count: int) -> None:
    """`count` empty files."""
    folder.mkdir(parents=True)
    descriptor = os.open(folder, os.O_RDONLY)
    for number in range(count):
        os.mknod(f"file{number:07}", 0o644, dir_fd=descriptor)
    os.close(descriptor)


def _median(who: str, place: Place, server: int, address: str, path: str, rounds: int) -> Usage:
    found = [_timed(who, place, server, address, path) for _ in range(rounds)]
    return sorted(found, key=lambda usage: usage.wall)[len(found) // 2]


def _tree(place: Place, server: int, address: str, scale: Scale) -> tuple[Usage, float]:
    """The tree once more each round; and the median of the longest pauses."""
    usages, gaps = [], []
    for _ in range(scale.rounds):
        usages.append(_timed("tree", place, server, address, "tree"))
        count, gap = (place.home / "client.log").read_text().split()
        folders = -(-scale.entries // _EACH)
        if int(count) != scale.entries + folders:
            raise RuntimeError(f"The tree has {scale.entries + folders} names, and {count} were listed.")
        gaps.append(float(gap))
    return sorted(usages, key=lambda usage: usage.wall)[len(usages) // 2], statistics.median(gaps)


def _timed(who: str, place: Place, server: int, address: str, path: str) -> Usage:
    return timed([sys.executable, "-m", "benchmarks.listing", who, address, path], place.environment, place.home, server)


def _sizes(who: str, address: str, path: str) -> Iterator[int]:
    """How many entries each page has."""
    if who == "stock":
        proxy, cursor = ServerProxy(address), ""
        while True:
            page: Any = proxy.file_list(path, {"limit": _PAGE, "cursor": cursor} if cursor else {"limit": _PAGE})
            yield len(page["entries"])
            cursor = page["next"]
            if not cursor:
                return
    from filexfer import connect

    with connect(address) as session:
        session.info()
        yield 0
        for columns in session.pages(path, recursive=who == "tree"):
            yield len(columns)


def main(who: str, address: str, path: str) -> None:
    """Prints how many entries there are, and the longest time between two pages."""
    count, gap, before = 0, 0.0, 0.0
    for size in _sizes(who, address, path):
        now = time.perf_counter()
        gap = max(gap, now - before) if before else 0.0
        before, count = now, count + size
    print(count, gap)


if __name__ == "__main__":
    main(*sys.argv[1:])
