"""Section: how quick small calls stay beside others (`crowd.speeds`)."""

from __future__ import annotations

import statistics
from pathlib import Path

from benchmarks import crowd
from benchmarks.place import fresh, serving
from benchmarks.report import Ratio, Section
from benchmarks.workloads import Scale

#: Small calls beside them, against alone.
_WORDS = {"silent": "small calls beside silence / alone", "calling": "small calls beside 16 callers / alone"}


def section(base: Path, scale: Scale) -> Section:
    """A third of their speed is what is promised."""
    runs = [_run(base) for _ in range(scale.often)]
    found = [Ratio(text, statistics.median(run[others] for run in runs), 1 / 3) for others, text in _WORDS.items()]
    return Section("beside", ratios=found)


def _run(base: Path) -> dict[str, float]:
    with fresh(base) as place, serving(place) as (_, address):
        return crowd.speeds(address)
