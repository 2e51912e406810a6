"""`make bench`: every case once a round, rounds interleaved; then the sections; a table beside the targets, and JSON.

A section is one function of a module of its own, `section(base, scale) -> report.Section`, entered in `SECTIONS` below.
`base` is a folder that is not there yet and is removed afterwards; `scale` says how often (take medians) and how much, so that a
test can run all of it in seconds. It tells `Figure`s, `Ratio`s (the rows of the target table, by name, judged) or, where this
machine allows none of it, a `note`. `place.fresh`, `place.serving`, `measure.timed` give it folders, servers and the usage of a
command. It takes a minute at most.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks import batches, beside, clients, codec, delta, growth, listing, peers, report, startup, targets, trees, workloads
from benchmarks.cases import Case, run
from benchmarks.measure import Usage, warm_memory
from benchmarks.report import Section
from benchmarks.workloads import Load, Scale

#: What the stock pair is given: it takes 33 s and 2 GB of memory for 1 GiB, so it gets a part, and speeds are compared.
STOCK_MIB = 128
#: What takes others more seconds than this is measured once.
SLOW = 2.5
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


def measure(options: argparse.Namespace, base: Path) -> dict[Case, list[Usage]]:
    todo = cases(options, base / "sent")
    runs: dict[Case, list[Usage]] = {case: [] for case in todo}
    for number in range(options.rounds if todo else 0):
        # The server's copy, the client's, and what both processes and the stock pair hold besides.
        with warm_memory(options.large_mib * 5 << 20):
            for case in todo:
                if runs[case] and not case.ours and runs[case][0].wall > SLOW:
                    continue
                usage = run(case, base / "run")
                runs[case].append(usage)
                print(f"{number + 1}/{options.rounds} {case.name:20}{usage.wall:9.3f} s", file=sys.stderr, flush=True)
    return runs


def measure_sections(options: argparse.Namespace, base: Path) -> list[Section]:
    found, scale = [], Scale(options.rounds, options.large_mib << 20, options.small_files, options.entries)
    for name, section in SECTIONS.items():
        if wanted(options, name):
            print(name, file=sys.stderr, flush=True)
            found.append(section(base / name, scale))
            shutil.rmtree(base / name, ignore_errors=True)
    return found


def main() -> None:
    options = arguments()
    folder = options.folder or next((path for path in [Path("/dev/shm")] if os.access(path, os.W_OK)), None)
    with tempfile.TemporaryDirectory(prefix="filexfer-bench-", dir=folder) as base:
        runs = measure(options, Path(base))
        found = measure_sections(options, Path(base))
    rows = {(case.who, case.load.name, case.direction): report.row(case, usages) for case, usages in runs.items()}
    found.insert(0, Section("cases", ratios=targets.judged(rows)))
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, in {folder or tempfile.gettempdir()}")
    print(f"Peers that are not here: {', '.join(name for name, peer in peers.PEERS.items() if not peer.here) or 'none'}")
    print(f"large: {options.large_mib} MiB; part: {min(STOCK_MIB, options.large_mib)} MiB of the same kind, for the stock pair;")
    print(f"small: {options.small_files} × 8 KiB; library: Python's own. Whole client processes, contents compared.\n")
    print(report.table(list(rows.values()), found))
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps(report.as_json(list(rows.values()), found, runs), indent=1), encoding="utf-8")
    print(f"\nAll figures: {options.json}")


if __name__ == "__main__":
    main()
