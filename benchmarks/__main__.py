"""`make bench`: every case once a round, rounds interleaved, medians printed beside the targets and written as JSON."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
from pathlib import Path

from benchmarks import report, workloads
from benchmarks.cases import Case, run, run_beside
from benchmarks.measure import Usage, warm_memory

#: What the stock pair is given: it takes 33 s and 2 GB of memory for 1 GiB, so it gets a part, and speeds are compared.
STOCK_MIB = 128


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--large-mib", type=int, default=1024, metavar="MIB", help="size of the large file")
    parser.add_argument("--small-files", type=int, default=5000, metavar="N", help="number of files of 8 KiB")
    parser.add_argument(
        "--only", default="", metavar="TEXT", help="cases whose name holds TEXT, such as “raw”, “small up” or “beside”"
    )
    parser.add_argument("--folder", type=Path, default=None, help="where to work; the memory file system if there is one")
    parser.add_argument("--json", type=Path, default=Path("build/bench.json"), help="where the figures are written")
    return parser.parse_args()


def cases(options: argparse.Namespace, base: Path) -> list[Case]:
    large = workloads.large(base, "large", options.large_mib << 20)
    part = workloads.large(base, "part", min(STOCK_MIB, options.large_mib) << 20)
    small, library = workloads.small(base, options.small_files), workloads.library(base)
    found = [Case("cp", "up", large), Case("cp", "up", small)]
    for who, load in (("raw", large), ("xmlrpc", large), ("stock", part), ("raw", small), ("raw", library)):
        found += [Case(who, "up", load), Case(who, "down", load)]
    return [case for case in found if options.only in case.name]


def measure_beside(options: argparse.Namespace, base: Path) -> list[dict[str, float]]:
    """Small calls beside others, once a round."""
    return [run_beside(base / "beside") for _ in range(options.rounds)] if options.only in "beside" else []


def measure(options: argparse.Namespace, base: Path) -> dict[Case, list[Usage]]:
    todo = cases(options, base / "sent")
    runs: dict[Case, list[Usage]] = {case: [] for case in todo}
    for number in range(options.rounds):
        # The server's copy, the client's, and what both processes and the stock pair hold besides.
        with warm_memory(options.large_mib * 5 << 20):
            for case in todo:
                usage = run(case, base / "run")
                runs[case].append(usage)
                print(f"{number + 1}/{options.rounds} {case.name:20}{usage.wall:9.3f} s", file=sys.stderr, flush=True)
    return runs


def main() -> None:
    options = arguments()
    folder = options.folder or next((path for path in [Path("/dev/shm")] if os.access(path, os.W_OK)), None)
    with tempfile.TemporaryDirectory(prefix="filexfer-bench-", dir=folder) as base:
        runs = measure(options, Path(base))
        beside = measure_beside(options, Path(base))
    rows = {(case.who, case.load.name, case.direction): report.row(case, usages) for case, usages in runs.items()}
    found = report.ratios(rows) + report.ratios_beside(beside)
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, in {folder or tempfile.gettempdir()}")
    print(f"large: {options.large_mib} MiB; part: {min(STOCK_MIB, options.large_mib)} MiB of the same kind, for the stock pair;")
    print(f"small: {options.small_files} × 8 KiB; library: Python's own. Whole client processes, contents compared.\n")
    print(report.table(list(rows.values()), found))
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps(report.as_json(list(rows.values()), found, runs), indent=1), encoding="utf-8")
    print(f"\nAll figures: {options.json}")


if __name__ == "__main__":
    main()
