"""Section: trees in which names cost more than bytes: many folders, deep ones, empty ones; beside `cp` and what else is here."""

from __future__ import annotations

import statistics
from pathlib import Path

from benchmarks.cases import Case, run
from benchmarks.peers import PEERS
from benchmarks.report import Figure, Section
from benchmarks.workloads import Load, Scale

#: Folders in each other, and how many such chains.
_DEPTH, _CHAINS = 100, 10


def section(base: Path, scale: Scale) -> Section:
    """Seconds; folders are compared as files are."""
    found = []
    who = ["cp", *(["rsync"] if PEERS["rsync"].here else []), "raw"]
    for load in (_folders(base / "sent", scale.small_files), _deep(base / "sent"), _empty(base / "sent", scale.small_files)):
        for way in ("up", "down"):
            walls: dict[str, list[float]] = {one: [] for one in who if (one, way) != ("cp", "down")}
            for _ in range(scale.rounds):
                for one, taken in walls.items():
                    taken.append(run(Case(one, way, load), base / "run").wall)
            found += [
                Figure(f"{load.name}: {load.files:,} entries, {one} {way}", statistics.median(taken), "s")
                for one, taken in walls.items()
            ]
    return Section("trees", found)


def _folders(base: Path, count: int) -> Load:
    """Half as many folders, each with one file in it."""
    for number in range(count // 2):
        folder = base / "folders" / f"{number % 50:02}" / f"{number:05}"
        folder.mkdir(parents=True)
        (folder / "file").write_bytes(b"%d" % number)
    return _counted(base / "folders")


def _deep(base: Path) -> Load:
    for chain in range(_CHAINS):
        folder = base / "deep" / f"chain{chain}"
        for level in range(_DEPTH):
            folder /= f"level{level:03}"
            folder.mkdir(parents=True)
            (folder / "file").write_bytes(b"%d" % level)
    return _counted(base / "deep")


def _empty(base: Path, count: int) -> Load:
    for number in range(count):
        (base / "empty" / f"{number % 50:02}" / f"{number:05}").mkdir(parents=True)
    return _counted(base / "empty")


def _counted(path: Path) -> Load:
    found = list(path.rglob("*"))
    return Load(path, sum(one.stat().st_size for one in found if one.is_file()), len(found))
