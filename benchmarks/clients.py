"""Many clients at once: what 64 connections move together against the best of one, two and four, how even their shares are, and
what the server takes of memory. Each number of clients moves the same files, which are compared."""

from __future__ import annotations

import argparse
import shutil
import statistics
import subprocess
import sys
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from itertools import product
from json import loads
from pathlib import Path

from benchmarks import place
from benchmarks.ending import by_signals
from benchmarks.load import LARGE_BYTES, Contents, Task
from benchmarks.measure import cpu_of, peak_of, warm_memory
from benchmarks.report import Figure, Ratio, Section
from benchmarks.workloads import MIB, Scale

MANY = 64
FEW = (1, 2, 4)
#: Processes that hold the clients between them.
_PROCESSES = 2
#: What is moved, and how many files of it: 1 GiB, or 64 MiB and 256 MiB in small files.
KINDS = {"blocks": 64, "whole": 256, "calls": 4096, "batches": 16384}


@dataclass(frozen=True)
class Crowd:
    """What came of one number of clients: bytes each second together, the slowest one's part of the median one's when the first
    of them was through, processor seconds of the server and of the clients, the server's memory at most so far in MiB."""

    clients: int
    speed: float
    slowest: float
    server_cpu: float
    clients_cpu: float
    server_mib: float


@dataclass(frozen=True)
class Figures:
    """Of one act: the best of few clients, and many."""

    act: str
    few: Crowd
    many: Crowd

    @property
    def ratio(self) -> float:
        return self.many.speed / self.few.speed


def section(base: Path, scale: Scale) -> Section:
    """Each kind, all from one address, where the bounds for one hold, and each client from an address of its own."""
    size = max(64 << 10, min(LARGE_BYTES, scale.large // MANY))
    small = max(MANY, min(KINDS["calls"], scale.small_files))
    # Of whole files and batches each client needs several: else the slowest has none when the first is through.
    counts = {"blocks": MANY, "whole": KINDS["whole"], "calls": small, "batches": small * KINDS["batches"] // KINDS["calls"]}
    figures: list[Figure] = []
    ratios: list[Ratio] = []
    memory = 0.0
    for kind, apart in product(KINDS, (False, True)):
        each = size * MANY // counts[kind] if kind == "whole" else size
        for one in measure(kind, base, apart, counts[kind], scale.rounds, each):
            act = f"{one.act}, apart" if apart else one.act
            figures.append(Figure(f"{MANY} clients, {act}", one.many.speed / 1e6, "MB/s"))
            ratios.append(Ratio(f"{MANY} clients / best of few, {act}", one.ratio, 0.9, 0.8))
            ratios.append(Ratio(f"slowest of {MANY} / median, {act}", one.many.slowest, 0.5))
            memory = max(memory, one.many.server_mib)
    ratios.append(Ratio(f"MiB of a server with {MANY} clients", memory, 96, at_most=True))
    return Section("clients", figures, ratios)


def measure(kind: str, base: Path, apart: bool = False, files: int = 0, rounds: int = 1, size: int = 0) -> list[Figures]:
    """Up, then down, by 1, 2, 4 and 64 clients in turn; speeds are medians of the rounds. `size` is that of a large file. Raises
    `RuntimeError` where something failed or other bytes arrived."""
    files = files or KINDS[kind]
    size = size or (4 * MIB if kind == "whole" else LARGE_BYTES)
    with _loaders() as loaders, place.fresh(base) as here, place.serving(here) as (process, address):
        found: dict[str, list[list[Crowd]]] = {}
        for _ in range(rounds):
            for way in ("up", "down"):
                row = []
                for count in (*FEW, MANY):
                    folder = here.share / f"{count if way == 'up' else MANY}"
                    if way == "up":
                        shutil.rmtree(folder, ignore_errors=True)
                    task = Task(address, f"{kind} {way}", folder.name, size, files, count, 0, 1, apart)
                    row.append(_crowd(task, process, loaders))
                    if way == "up":
                        _compare(folder, kind, files, size)
                        if count != MANY:
                            shutil.rmtree(folder)
                found.setdefault(task.act, []).append(row)
    return [_figures(act, runs) for act, runs in found.items()]


def _figures(act: str, runs: Sequence[Sequence[Crowd]]) -> Figures:
    medians = [_median(column) for column in zip(*runs, strict=True)]
    return Figures(act, max(medians[:-1], key=lambda one: one.speed), medians[-1])


def _median(runs: Sequence[Crowd]) -> Crowd:
    def of(name: str) -> float:
        return float(statistics.median(getattr(run, name) for run in runs))

    return Crowd(
        runs[0].clients, of("speed"), of("slowest"), of("server_cpu"), of("clients_cpu"), max(run.server_mib for run in runs)
    )


@contextmanager
def _loaders() -> Iterator[list[subprocess.Popen[str]]]:
    """Processes that clients can be in."""
    command = [sys.executable, "-m", "benchmarks.load"]
    with ExitStack() as stack:
        found = []
        for _ in range(_PROCESSES):
            process = subprocess.Popen(
                command, cwd=place.TOP, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
            )
            found.append(stack.enter_context(process))
            stack.callback(process.kill)
        yield found


def _crowd(task: Task, served_by: int, loaders: Sequence[subprocess.Popen[str]]) -> Crowd:
    processes = loaders[: task.clients]
    step = len(processes)
    _say(processes, [replace(task, first=first, step=step).as_json() for first in range(step)])
    _heard(processes)
    before = cpu_of(served_by)
    _say(processes, ["go"] * step)
    told = [loads(line) for line in _heard(processes)]
    used = cpu_of(served_by) - before
    moved = [client for one in told for client in one["moved"]]
    seconds = max(one["ended"] for one in told) - min(one["began"] for one in told)
    total = sum(client[-1][1] for client in moved)
    return Crowd(task.clients, total / seconds, _slowest(moved), used, sum(one["cpu"] for one in told), peak_of(served_by))


def _say(processes: Sequence[subprocess.Popen[str]], lines: Iterable[str]) -> None:
    for process, line in zip(processes, lines, strict=True):
        assert process.stdin is not None
        print(line, file=process.stdin)


def _heard(processes: Sequence[subprocess.Popen[str]]) -> list[str]:
    lines = []
    for process in processes:
        assert process.stdout is not None
        lines.append(process.stdout.readline())
    if not all(lines):
        raise RuntimeError("A process with clients failed; what it said stands above.")
    return lines


def _slowest(moved: Sequence[Sequence[tuple[float, int]]]) -> float:
    """How much the slowest client had moved when the first was through, against the median one."""
    first_through = min(client[-1][0] for client in moved)
    shares = []
    for client in moved:
        at = bisect_right(client, first_through, key=lambda point: point[0])
        shares.append(client[at - 1][1] if at else 0)
    return min(shares) / (statistics.median(shares) or 1)


def _compare(folder: Path, kind: str, files: int, size: int) -> None:
    contents = Contents()
    for number in range(files):
        with (folder / f"{number:06}").open("rb") as file:
            if kind in ("blocks", "whole"):
                same = all(file.read(MIB) == block for _, block, _ in contents.blocks(number, size)) and not file.read(1)
            else:
                same = file.read() == contents.small(number)
        if not same:
            raise RuntimeError(f"{file.name} has other content.")


def table(found: Iterable[Figures]) -> str:
    lines = [f"{'':14}{'few':>10}{'64':>10}{'ratio':>8}{'slowest':>9}{'server CPU':>16}{'clients CPU':>16}{'server MiB':>12}"]
    for one in found:
        few, many = one.few, one.many
        lines.append(
            f"{one.act:14}{few.speed / 1e6:6.0f} ({few.clients}){many.speed / 1e6:10.0f}{one.ratio:8.2f}{many.slowest:9.2f}"
            f"{few.server_cpu:8.2f}{many.server_cpu:8.2f}{few.clients_cpu:8.2f}{many.clients_cpu:8.2f}{many.server_mib:12.0f}"
        )
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.clients", description=__doc__)
    parser.add_argument("--only", default="", choices=["", *KINDS])
    parser.add_argument("--files", type=int, default=0, help="that all clients move together")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--apart", action="store_true", help="each client has an address of its own")
    options = parser.parse_args()
    by_signals()
    with place.workplace(None, 3 << 30) as base, warm_memory(3 << 30):
        for kind in [options.only] if options.only else KINDS:
            print(table(measure(kind, base / kind, options.apart, options.files, options.rounds)), flush=True)


if __name__ == "__main__":
    main()
