"""What the runs come to: a table of medians, the ratios the targets are about, and the same as JSON."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from benchmarks.cases import Case
from benchmarks.measure import Usage

#: Above this share of all cores at work elsewhere, a figure says more about the neighbours.
NOISY = 0.10

#: The stock pair is given a part of the large file only.
_STOCK = {"large": "part"}

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
class Figure:
    """Something measured that no target is about by itself."""

    what: str
    value: float
    unit: str


@dataclass(frozen=True)
class Ratio:
    """One figure that a target is about.

    Attributes:
        target: what is aimed at; `accept`: what is let pass where docs/performance.md says where the rest goes.
        at_most: less is better (seconds, memory), else more is.
    """

    what: str
    value: float
    target: float
    accept: float | None = None
    at_most: bool = False

    @property
    def met(self) -> bool:
        return self._reaches(self.target)

    @property
    def verdict(self) -> str:
        """`met`, `accepted` or `MISSED`."""
        if self.met:
            return "met"
        return "accepted" if self.accept is not None and self._reaches(self.accept) else "MISSED"

    def _reaches(self, bound: float) -> bool:
        return self.value <= bound if self.at_most else self.value >= bound


@dataclass(frozen=True)
class Section:
    """What a part of the benchmark found. `note`: a sentence on what this machine could not measure, and why."""

    name: str
    figures: Sequence[Figure] = ()
    ratios: Sequence[Ratio] = ()
    note: str = ""


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


def relative(rows: Sequence[Row]) -> dict[str, dict[str, float]]:
    """Of each row: its bytes per second by those of `cp` and of the stock pair with the same load, and of plain TCP."""
    speeds = {row.case: row.bytes_per_second for row in rows}
    found: dict[str, dict[str, float]] = {}
    for row in rows:
        _, load, way = row.case.rsplit(" ", 2)
        others = {"cp": f"cp {load} up", "TCP": "tcp large up", "stock": f"stock {_STOCK.get(load, load)} {way}"}
        found[row.case] = {name: row.bytes_per_second / speeds[other] for name, other in others.items() if other in speeds}
    return found


def table(rows: Sequence[Row], sections: Sequence[Section]) -> str:
    """All of it for a person; at the end what the targets are about, of all sections."""
    lines = (
        []
        if not rows
        else [
            f"{'':22}{'seconds':>8}{'low..high':>14}{'MB/s':>7}{'files/s':>8}{'CPU s/GB':>9}{'MiB client':>11}{'server':>7}"
            f"   speed by {'cp':>5}{'TCP':>6}{'stock':>7}"
        ]
    )
    beside = relative(rows)
    for r in rows:
        spread = f"{r.low:.2f}..{r.high:.2f}"
        by = "".join(_shown(beside[r.case].get(name), width) for name, width in (("cp", 16), ("TCP", 6), ("stock", 7)))
        lines.append(
            f"{r.case:22}{r.seconds:8.3f}{spread:>14}{r.bytes_per_second / 1e6:7.0f}{r.files_per_second:8.0f}{r.cpu_per_gb:9.2f}"
            f"{r.client_mib:11.0f}{r.server_mib:7.0f}{by}{'  noisy' if r.noisy else ''}"
        )
    for section in sections:
        if section.figures or section.note:
            lines += ["", section.name, *([section.note] if section.note else [])]
            lines += [f"  {figure.what:58}{figure.value:12.3f} {figure.unit}" for figure in section.figures]
    lines += ["", "Targets, in this run"]
    lines += [_judged(ratio) for section in sections for ratio in section.ratios]
    if any(r.noisy for r in rows):
        lines += ["", "“noisy”: the machine was busy with other things in every run of this case. Measure again when it is calm."]
    return "\n".join(lines)


def _shown(ratio: float | None, width: int) -> str:
    return f"{ratio:{width}.2f}" if ratio is not None else f"{'–':>{width}}"


def _judged(ratio: Ratio) -> str:
    accept = "" if ratio.accept is None else f" ({ratio.accept:.3g})"
    bound = f"at {'most ' if ratio.at_most else 'least'} {ratio.target:.3g}{accept}"
    return f"{ratio.what:60}{ratio.value:10.2f}   {bound:24}{ratio.verdict}"


def as_json(rows: Sequence[Row], sections: Sequence[Section], runs: Runs) -> dict[str, object]:
    beside = relative(rows)
    return {
        "rows": [{**asdict(r), "speed_by": beside[r.case]} for r in rows],
        "sections": {s.name: {"figures": [asdict(f) for f in s.figures], "note": s.note} for s in sections},
        "ratios": [{**asdict(r), "verdict": r.verdict} for s in sections for r in s.ratios],
        "runs": {case.name: [asdict(usage) for usage in usages] for case, usages in runs.items()},
    }
