"""Section: how long commands take that do next to nothing, beside a bare interpreter in the same rounds, and how soon a server
answers. For `make bench`: `seconds` measures, `section` tells it with the targets."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit
from xmlrpc.client import ServerProxy

from benchmarks.place import FILEXFER, Place, fresh, serving
from benchmarks.report import Figure, Ratio, Section
from benchmarks.workloads import Scale

BARE = "python -c pass"
#: Seconds: aim, accept.
_TARGETS = {"--help": (0.1, 0.1), "ls": (0.15, 0.15), "server ready": (0.4, 0.4), "put": (0.1, 0.12), "get": (0.1, 0.12)}
#: Rounds for each of the whole benchmark: what takes so little time is measured often.
_TIMES = 5


def section(base: Path, scale: Scale) -> Section:
    """Seconds of each, and as a multiple of the bare interpreter's, beside the targets."""
    found = seconds(base, scale.rounds * _TIMES)
    figures = [Figure(what, value, "s") for what, value in found.items()]
    figures += [Figure(f"{what} / {BARE}", value / found[BARE], "×") for what, value in found.items() if what != BARE]
    ratios = [Ratio(f"{what}: seconds", found[what], *bounds, at_most=True) for what, bounds in _TARGETS.items()]
    return Section("startup", figures, ratios)


def seconds(base: Path, rounds: int) -> dict[str, float]:
    """Median seconds of whole processes, all of them once a round, by what they do: `python -c pass`, `--help`, `ls` (of a server
    here), `put` and `get` (of one small file), and `server ready`, from the start of its process to its answer to a call."""
    with fresh(base) as place, serving(place) as (_, address):
        here = place.home / "small"
        here.write_bytes(b"small")
        (place.share / "theirs").write_bytes(b"small")
        taken: dict[str, list[float]] = {}
        for number in range(rounds + 1):  # the first finds nothing in the cache, and does not count
            for what, words in _commands(here, address.rstrip("/"), place, number).items():
                taken.setdefault(what, []).append(_seconds(words, place))
            taken.setdefault("server ready", []).append(_ready(base / f"share{number}", place))
        return {what: statistics.median(times[1:]) for what, times in taken.items()}


def _commands(here: Path, address: str, place: Place, number: int) -> dict[str, Sequence[str]]:
    return {
        BARE: [sys.executable, "-c", "pass"],
        "--help": [*FILEXFER, "--help"],
        "ls": [*FILEXFER, "ls", f"{address}/"],
        "put": [*FILEXFER, "put", str(here), f"{address}/put{number}"],
        "get": [*FILEXFER, "get", f"{address}/theirs", str(place.target / f"got{number}")],
    }


def _seconds(words: Sequence[str], place: Place) -> float:
    began = time.perf_counter()
    subprocess.run(words, env=place.environment, cwd=place.home, stdin=subprocess.DEVNULL, capture_output=True, check=True)
    return time.perf_counter() - began


def _ready(share: Path, place: Place) -> float:
    share.mkdir()
    command = [*FILEXFER, "serve", str(share), "--listen", "http://127.0.0.1:0", "--guest", "read"]
    began = time.perf_counter()
    with subprocess.Popen(command, env=place.environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        try:
            assert server.stdout is not None
            address = server.stdout.readline().split()[-1]
            with ServerProxy(f"http://{urlsplit(address).netloc}/") as proxy:
                proxy.server_info()
            return time.perf_counter() - began
        finally:
            server.terminate()
