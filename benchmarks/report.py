"""What the runs come to: a table of medians, the ratios the targets are about, and the same as JSON."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from benchmarks.cases import Case
from benchmarks.measure import Usage

#: Above this share of all cores at work elsewhere, a figure says more about the neighbours.
NOISY = 0.10

Runs = Mapping[Case, Sequence[Usage]]


@dataclass(frozen=True)
class Row:
    """The median run of a case, from its calm runs where there are any; seconds, and bytes and files per second."""

    case: str
    seconds: float
    low: float
    high: float
    bytes_per_second: float
    files_per_second: float
    cpu_per_gb: float
    client_mib: float
    server_mib: float
    noisy: bool
    runs: int


@dataclass(frozen=True)
class Ratio:
    """One figure that a target is about."""

    what: str
    value: float
    target: float

    @property
    def met(self) -> bool:
        return self.value >= self.target


def row(case: Case, runs: Sequence[Usage]) -> Row:
    calm = [usage for usage in runs if usage.other < NOISY] or list(runs)
    walls = [usage.wall for usage in calm]
    seconds = statistics.median(walls)
    cpu = statistics.median(usage.client_cpu + usage.server_cpu for usage in calm)
    return Row(
        case.name,
        seconds,
        min(walls),
        max(walls),
        case.load.size / seconds,
        case.load.files / seconds,
        cpu / (case.load.size / 1e9),
        max(usage.client_mib for usage in calm),
        max(usage.server_mib for usage in calm),
        calm[0].other >= NOISY,
        len(runs),
    )


def ratios(rows: Mapping[tuple[str, str, str], Row]) -> list[Ratio]:
    """The targets whose cases ran; rows are found by (who, load, direction). Bytes per second are compared: the stock pair's
    file is smaller."""
    found = []

    def compare(what: str, one: tuple[str, str, str], other: tuple[str, str, str], target: float) -> None:
        if one in rows and other in rows:
            found.append(Ratio(what, rows[one].bytes_per_second / rows[other].bytes_per_second, target))

    for way in ("up", "down"):
        compare(f"XML-RPC lane / stock pair, {way}", ("xmlrpc", "large", way), ("stock", "part", way), 15)
        compare(f"raw lane / cp, {way}", ("raw", "large", way), ("cp", "large", "up"), 0.35)
        if (row := rows.get(("raw", "small", way))) is not None:
            found.append(Ratio(f"small files each second, {way}", row.files_per_second, 6000))
    return found


def ratios_beside(speeds: Sequence[Mapping[str, float]]) -> list[Ratio]:
    """How quick small calls stay beside others, the medians of several runs: a third of their speed is what is promised."""
    words = {"silent": "small calls beside silence / alone", "calling": "small calls beside 16 callers / alone"}
    return [Ratio(text, statistics.median(run[beside] for run in speeds), 1 / 3) for beside, text in words.items() if speeds]


def table(rows: Sequence[Row], found: Sequence[Ratio]) -> str:
    lines = [f"{'':20}{'seconds':>9}{'low..high':>15}{'MB/s':>8}{'files/s':>9}{'CPU s/GB':>10}{'MiB client':>12}{'server':>8}"]
    for r in rows:
        spread = f"{r.low:.2f}..{r.high:.2f}"
        lines.append(
            f"{r.case:20}{r.seconds:9.3f}{spread:>15}{r.bytes_per_second / 1e6:8.0f}{r.files_per_second:9.0f}{r.cpu_per_gb:10.2f}"
            f"{r.client_mib:12.0f}{r.server_mib:8.0f}{'  noisy' if r.noisy else ''}"
        )
    lines += ["", "Ratios of this run"]
    lines += [f"{r.what:38}{r.value:10.2f}   target {r.target:.3g}   {'met' if r.met else 'MISSED'}" for r in found]
    if any(r.noisy for r in rows):
        lines += ["", "“noisy”: the machine was busy with other things in every run of this case. Measure again when it is calm."]
    return "\n".join(lines)


def as_json(rows: Sequence[Row], found: Sequence[Ratio], runs: Runs) -> dict[str, object]:
    return {
        "rows": [asdict(r) for r in rows],
        "ratios": [{**asdict(r), "met": r.met} for r in found],
        "runs": {case.name: [asdict(usage) for usage in usages] for case, usages in runs.items()},
    }
