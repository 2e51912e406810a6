"""Section: small files by programs of others (`strangers`), in batches of calls; beside the peers that move them too."""

from __future__ import annotations

import statistics
import subprocess
from pathlib import Path

from benchmarks import strangers, workloads
from benchmarks.cases import Case, run
from benchmarks.measure import timed, wait_for_calm
from benchmarks.peers import PEERS
from benchmarks.place import fresh, serving
from benchmarks.report import Figure, Ratio, Section
from benchmarks.workloads import Load, Scale

#: Seconds of a program that knows how, against the best peer's: aim, accept.
_BOUNDS = 1.5, 2.0
_QUICK = "quick"


def section(base: Path, scale: Scale) -> Section:
    """Seconds; what arrived is compared."""
    load = workloads.small(base / "sent", scale.small_files)
    figures, ratios = [], []
    for way in ("up", "down"):
        peers = [name for name, peer in PEERS.items() if peer.here and peer.client(way, load.name)]
        rounds = [_round(peers, way, load, base / "run") for _ in range(scale.often)]
        seconds = {who: statistics.median(one[who] for one in rounds) for who in rounds[0]}
        figures += [Figure(f"{load.files:,} small files {way}, {who}", taken, "s") for who, taken in seconds.items()]
        if peers:
            best = min(peers, key=seconds.__getitem__)
            ratio = seconds[_QUICK] / seconds[best]
            ratios.append(Ratio(f"small files in batches {way}: seconds / best peer ({best})", ratio, *_BOUNDS, at_most=True))
    return Section("batches", figures, ratios)


def _round(peers: list[str], way: str, load: Load, base: Path) -> dict[str, float]:
    """The seconds of each: the peers, and both programs."""
    theirs = {peer: run(Case(peer, way, load), base).wall for peer in peers}
    return theirs | {who: _seconds(who, way, load, base) for who in ("stock", _QUICK)}


def _seconds(who: str, way: str, load: Load, base: Path) -> float:
    with fresh(base) as place:
        if way == "down":
            subprocess.run(["cp", "-rl", load.path, place.share / load.name], check=True)
        folder = load.path if way == "up" else place.target / load.name
        with serving(place) as (process, address):
            wait_for_calm()
            usage = timed(strangers.command(who, way, address, folder), place.environment, place.home, process)
        arrived = place.share / load.name if way == "up" else folder
        if difference := workloads.differs(load.path, arrived):
            raise RuntimeError(f"{who} {way}: {difference}")
        return usage.wall
