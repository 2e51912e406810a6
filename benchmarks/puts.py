"""Sixty-four commands at once: as many `filexfer put`, a large file each, against one that sends all of these files. What arrives
is compared. Their start alone, with an empty file each, is told apart: it is processor time that no server can spare."""

from __future__ import annotations

import shutil
import statistics
import subprocess
import time
from collections.abc import Sequence
from filecmp import cmpfiles
from pathlib import Path

from benchmarks import place
from benchmarks.ending import by_signals
from benchmarks.load import Contents
from benchmarks.measure import peak_of, warm_memory
from benchmarks.workloads import MIB

MANY = 64
SIZE = 16 * MIB


def _written(folder: Path, size: int) -> list[Path]:
    """As many files as there are commands, of `size` bytes each."""
    folder.mkdir()
    contents = Contents()
    paths = [folder / f"{number:02}" for number in range(MANY)]
    for number, path in enumerate(paths):
        with path.open("wb") as file:
            for _, block, _ in contents.blocks(number, size):
                file.write(block)
    return paths


def _put(sources: Sequence[Sequence[Path]], to: str, here: place.Place) -> list[float]:
    """A command for each of `sources`, all at once; answers after how many seconds each was through. Raises `RuntimeError` where
    one failed."""
    words = [*place.FILEXFER, "put", "--quiet"]
    began = time.perf_counter()
    running = {subprocess.Popen([*words, *map(str, source), f"{to}/"], env=here.environment) for source in sources}
    took = []
    while running:
        for process in [one for one in running if one.poll() is not None]:
            running.remove(process)
            took.append(time.perf_counter() - began)
            if process.returncode:
                raise RuntimeError(f"A put ended with {process.returncode}; what it said stands above.")
        time.sleep(0.002)
    return took


def _compare(sources: Path, arrived: Path) -> None:
    _, other, missing = cmpfiles(sources, arrived, [path.name for path in sources.iterdir()], shallow=False)
    if other or missing:
        raise RuntimeError(f"Not what was sent: {other}, {missing}")


def measure(base: Path) -> str:
    """What came of it, in words."""
    with place.fresh(base) as here, place.serving(here) as (process, address):
        empty, large = _written(here.home / "empty", 0), _written(here.home / "large", SIZE)
        subprocess.run(
            [*place.FILEXFER, "mkdir", *(f"{address}{name}" for name in ("start", "one", "all"))], env=here.environment
        )
        start = max(_put([[path] for path in empty], f"{address}start", here))
        one = max(_put([large], f"{address}one", here))
        _compare(here.home / "large", here.share / "one")
        shutil.rmtree(here.share / "one")
        took = _put([[path] for path in large], f"{address}all", here)
        _compare(here.home / "large", here.share / "all")
        moved, last = MANY * SIZE / 1e6, max(took)
        besides = max(0.01, last - start)
        return (
            f"one put of all: {moved / one:.0f} MB/s\n"
            f"{MANY} at once: {moved / last:.0f} MB/s; without {start:.2f} s, their start: {moved / besides:.0f} MB/s\n"
            f"slowest / median: {statistics.median(took) / last:.2f}; server: {peak_of(process):.0f} MiB"
        )


def main() -> None:
    by_signals()
    with place.workplace(None, 3 << 30) as base, warm_memory(4 << 30):
        print(measure(base / "puts"))


if __name__ == "__main__":
    main()
