"""Section: ten times the files take ten times as long, and no more memory."""

from __future__ import annotations

import statistics
from pathlib import Path

from benchmarks.cases import Case, run
from benchmarks.measure import Usage
from benchmarks.report import Figure, Ratio, Section
from benchmarks.workloads import Load, Scale, scattered

#: Bytes of each file, and how many times as many there are.
_BYTES, _TIMES = 1024, 10


def section(base: Path, scale: Scale) -> Section:
    """Seconds and memory of many files by those of a tenth of them, in both directions."""
    few = scattered(base / "sent", "few", scale.small_files, _BYTES)
    many = scattered(base / "sent", "many", scale.small_files * _TIMES, _BYTES)
    figures, ratios = [], []
    for way in ("up", "down"):
        runs: dict[Load, list[Usage]] = {few: [], many: []}
        for _ in range(scale.rounds):
            for load, usages in runs.items():
                usages.append(run(Case("raw", way, load), base / "run"))
        figures += [Figure(f"{load.files:,} files {way}", _seconds(usages), "s") for load, usages in runs.items()]
        one, other = runs[few], runs[many]
        ratios.append(Ratio(f"{_TIMES} × the files {way}: × the time", _seconds(other) / _seconds(one), 10.2, 10.5, at_most=True))
        ratios.append(
            Ratio(f"{_TIMES} × the files {way}: client MiB", max(usage.client_mib for usage in other), 60, 80, at_most=True)
        )
        ratios.append(
            Ratio(f"{_TIMES} × the files {way}: server MiB", max(usage.server_mib for usage in other), 50, 60, at_most=True)
        )
    return Section("growth", figures, ratios)


def _seconds(usages: list[Usage]) -> float:
    return statistics.median(usage.wall for usage in usages)
