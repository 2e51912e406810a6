"""The cases: who moves what in which direction, each against a fresh server and share, what arrived compared afterwards."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks import peers
from benchmarks.measure import Usage, timed, wait_for_calm
from benchmarks.place import FILEXFER, Place, fresh, serving
from benchmarks.workloads import Load, differs

#: These measure the way alone.
_NOTHING_ARRIVES = ("tcp", "iperf3")


@dataclass(frozen=True)
class Case:
    """Attributes:
    who: `cp`; `tcp` (`stream`: a plain socket, from memory to memory); `stock`; of filexfer `raw` (the lane that large files take
        by default), `tls` (the same, paired and encrypted) or `xmlrpc`; or one of `peers.PEERS`.
    direction: `up` or `down`; a copy by `cp` is `up`.
    """

    who: str
    direction: str
    load: Load

    @property
    def name(self) -> str:
        return f"{self.who} {self.load.name} {self.direction}"

    @property
    def ours(self) -> bool:
        return self.who in ("raw", "tls", "xmlrpc")


def run(case: Case, base: Path) -> Usage:
    """Run `case` once in folders below `base`. Raises `RuntimeError` where a command fails or other bytes arrived."""
    with fresh(base) as place:
        if case.direction == "down":  # hard links: the share is full at no cost
            subprocess.run(["cp", "-rl", case.load.path, place.share / case.load.name], check=True)
        with _ready(case, place) as (process, command):
            wait_for_calm()
            usage = timed(command, place.environment, place.home, process)
        arrived = (place.share if case.direction == "up" else place.target) / case.load.name
        if case.who not in _NOTHING_ARRIVES and (difference := differs(case.load.path, arrived)):
            raise RuntimeError(f"{case.name}: {difference}")
        return usage


@contextmanager
def _ready(case: Case, place: Place) -> Iterator[tuple[int, list[str]]]:
    """The server that a case needs (0 for none), and the command to measure."""
    if case.who == "cp":
        yield 0, ["cp", "-r", str(case.load.path), str(place.share)]
    elif case.who in peers.PEERS:
        with peers.serving(case.who, case.direction, case.load, place) as ready:
            yield ready
    else:
        with serving(place, who=case.who) as (process, address):
            yield process, _command(case, place, address)


def _command(case: Case, place: Place, address: str) -> list[str]:
    source, name = str(case.load.path), case.load.name
    if case.who == "tcp":
        return [sys.executable, "-m", "benchmarks.stream", "send", address, str(case.load.size)]
    if case.who == "stock":
        path = source if case.direction == "up" else str(place.target / name)
        return [sys.executable, "-m", "benchmarks.stock", case.direction, address, path]
    if case.who == "xmlrpc":
        ends = [source, name] if case.direction == "up" else [name, str(place.target / name)]
        return [sys.executable, "-m", "benchmarks.xmlrpc_lane", case.direction, address, *ends]
    if case.direction == "up":
        return [*FILEXFER, "put", "--quiet", source, address]
    return [*FILEXFER, "get", "--quiet", f"{address.rstrip('/')}/{name}", str(place.target)]
