"""`make bench`: every case once a round, rounds interleaved; then the sections; a table beside the targets, and JSON.

A section is one function of a module of its own, `section(base, scale) -> report.Section`, entered in `SECTIONS` below.
`base` is a folder that is not there yet and is removed afterwards; `scale` says how often (take medians) and how much, so that a
test can run all of it in seconds. It tells `Figure`s, `Ratio`s (the rows of the target table, by name, judged) or, where this
machine allows none of it, a `note`. `place.fresh`, `place.serving`, `measure.timed` give it folders, servers and the usage of a
command. It takes a minute at most. One that fails takes no other's figures with it, nor does a case; the exit status tells.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TypeVar

from benchmarks import (
    batches,
    beside,
    clients,
    codec,
    delta,
    ending,
    growth,
    listing,
    peers,
    place,
    report,
    startup,
    targets,
    trees,
    workloads,
)
from benchmarks.attempts import Attempts
from benchmarks.cases import Case, run
from benchmarks.measure import Usage, warm_memory
from benchmarks.report import Section
from benchmarks.workloads import Load, Scale

_T = TypeVar("_T")

#: What the stock pair is given: it takes 33 s and 2 GB of memory for 1 GiB, so it gets a part, and speeds are compared.
STOCK_MIB = 128
#: What takes others more seconds than this is measured once.
SLOW = 2.5
#: What takes less is measured more often (`Scale.often`): two rounds of it differ by a tenth, and a minute more buys five.
SHORT = 0.5
#: Bytes in memory at once, as a multiple of the large file: it, the server's copy, the client's, and the other loads.
_COPIES = 4
#: After the cases, in this order.
SECTIONS: dict[str, Callable[[Path, Scale], Section]] = {
    "codec": codec.section,
    "trees": trees.section,
    "listing": listing.section,
    "growth": growth.section,
    "batches": batches.section,
    "beside": beside.section,
    "delta": delta.section,
    "clients": clients.section,
    "startup": startup.section,
}


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measures filexfer beside others, in one run.")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--large-mib", type=int, default=1024, metavar="MIB", help="size of the large file")
    parser.add_argument("--small-files", type=int, default=5000, metavar="N", help="number of files of 8 KiB")
    parser.add_argument("--entries", type=int, default=1_000_000, metavar="N", help="names in the tree that is listed")
    parser.add_argument(
        "--only",
        action="append",
        default=[],
        metavar="TEXT",
        help="cases and sections whose name holds TEXT, such as “raw”, “small up” or “beside”; as often as needed",
    )
    parser.add_argument("--folder", type=Path, default=None, help="where to work; the memory file system if there is one")
    parser.add_argument("--json", type=Path, default=Path("build/bench.json"), help="where the figures are written")
    return parser.parse_args()


def wanted(options: argparse.Namespace, name: str) -> bool:
    return not options.only or any(text in name for text in options.only)


def cases(options: argparse.Namespace, base: Path) -> list[Case]:
    """What is asked for; only what it needs is made below `base`."""
    asked = [one for one in _all_cases() if wanted(options, " ".join(one))]
    size = options.large_mib << 20
    makers: dict[str, Callable[[], Load]] = {
        "large": lambda: workloads.large(base, "large", size),
        "part": lambda: workloads.large(base, "part", min(STOCK_MIB << 20, size)),
        "small": lambda: workloads.small(base, options.small_files),
        "library": lambda: workloads.library(base),
    }
    loads = {name: makers[name]() for name in {load for _, load, _ in asked}}
    return [Case(who, way, loads[load]) for who, load, way in asked]


def _all_cases() -> Iterator[tuple[str, str, str]]:
    """Who, what and which way."""
    yield "tcp", "large", "up"
    for load in ("large", "small", "library"):
        yield "cp", load, "up"
        for way in ("up", "down"):
            others = [name for name, peer in peers.PEERS.items() if peer.here and peer.client(way, load)]
            ours = ["raw", "tls", *(["xmlrpc"] if load == "large" else ["stock"])]
            yield from ((who, load, way) for who in (*others, *ours))
    yield from (("stock", "part", way) for way in ("up", "down"))


class Bench:
    """What is asked for, as far as it has got.

    Attributes:
        runs: of each case. sections: what they found. seconds: that each part took. attempts: what failed.
        versions: of the Python and the OpenSSL that clients and servers ran with.
    """

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.scale = Scale(options.rounds, options.large_mib << 20, options.small_files, options.entries)
        self.runs: dict[Case, list[Usage]] = {}
        self.sections: list[Section] = []
        self.seconds: dict[str, float] = {}
        self.attempts = Attempts()
        self.versions = ""

    def measure(self, base: Path) -> None:
        with place.fresh(base / "versions") as here:
            self.versions = place.versions(here)
        self._timed("cases", partial(self.attempts.at, "cases", partial(self._cases, base)))
        for name, section in SECTIONS.items():
            if wanted(self.options, name):
                print(name, file=sys.stderr, flush=True)
                found = self._timed(name, partial(self.attempts.at, name, partial(section, base / name, self.scale)))
                self.sections += [found] if found else []
                shutil.rmtree(base / name, ignore_errors=True)

    def _timed(self, name: str, part: Callable[[], _T]) -> _T:
        began = time.monotonic()
        try:
            return part()
        finally:
            self.seconds[name] = time.monotonic() - began

    def _cases(self, base: Path) -> None:
        self.runs = {case: [] for case in cases(self.options, base / "sent")}
        for number in range(self.scale.often):
            # The server's copy, the client's, and what both processes and the stock pair hold besides.
            if todo := [case for case in self.runs if self._is_due(case, number)]:
                with warm_memory(self.scale.large * 5):
                    for case in todo:
                        self._run(case, number, base)

    def _is_due(self, case: Case, number: int) -> bool:
        walls = [usage.wall for usage in self.runs[case]]
        if number < self.scale.rounds:
            return case.ours or not walls or walls[0] <= SLOW
        return bool(walls) and statistics.median(walls) < SHORT

    def _run(self, case: Case, number: int, base: Path) -> None:
        if usage := self.attempts.at(case.name, partial(run, case, base / "run")):
            self.runs[case].append(usage)
            print(f"{number + 1}/{self.scale.often} {case.name:20}{usage.wall:9.3f} s", file=sys.stderr, flush=True)

    def tell(self, whole: bool) -> None:
        """Print what was found, and write it; `whole`: nothing ended it before its time."""
        options = self.options
        ran = {case: usages for case, usages in self.runs.items() if usages}
        rows = {(case.who, case.load.name, case.direction): report.row(case, usages) for case, usages in ran.items()}
        found = [Section("cases", ratios=targets.judged(rows)), *self.sections]
        system = f"{platform.system()} {platform.release()}, {os.cpu_count()} cores"
        print(f"{system}. Clients and servers: {self.versions}")
        print(f"Peers that are not here: {', '.join(name for name, peer in peers.PEERS.items() if not peer.here) or 'none'}")
        print(
            f"large: {options.large_mib} MiB; part: {min(STOCK_MIB, options.large_mib)} MiB of the same kind, for the stock pair;"
        )
        print(f"small: {options.small_files} × 8 KiB; library: Python's own. Whole client processes, contents compared.\n")
        print(report.table(list(rows.values()), found))
        if not whole:
            self.attempts.failed["the run"] = "It was ended before everything was measured."
        for name, why in self.attempts.failed.items():
            print(f"\nFAILED: {name}: {why}")
        about = {"client": self.versions, "server": self.versions, "system": system}
        told = {**about, "seconds": self.seconds, "failed": self.attempts.failed}
        options.json.parent.mkdir(parents=True, exist_ok=True)
        written = {**told, **report.as_json(list(rows.values()), found, ran)}
        options.json.write_text(json.dumps(written, indent=1), encoding="utf-8")
        print(f"\nAll figures: {options.json}. Seconds: {', '.join(f'{name} {took:.0f}' for name, took in self.seconds.items())}")


def main() -> int:
    """0, or 1 where something failed."""
    options = arguments()
    if sys.platform != "linux":
        print("The benchmarks take their figures from /proc, which only Linux has.", file=sys.stderr)
        return 1
    ending.by_signals()
    bench, whole = Bench(options), False
    try:
        with place.workplace(options.folder, _COPIES * options.large_mib << 20) as base:
            bench.measure(base)
        whole = True
    finally:
        bench.tell(whole)
    return 1 if bench.attempts.failed else 0


if __name__ == "__main__":
    sys.exit(main())
