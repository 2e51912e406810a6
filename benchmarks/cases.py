"""The cases: who moves what in which direction, each against a fresh server and share, what arrived compared afterwards."""

from __future__ import annotations

import subprocess
import sys
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measure import Usage, timed
from benchmarks.place import FILEXFER, Place, fresh, serving
from benchmarks.workloads import Load, differs


@dataclass(frozen=True)
class Case:
    """Attributes:
    who: `cp`, `stock`, `raw` (the lane that large files take by default), `tls` (the same, paired and encrypted) or `xmlrpc`.
    direction: `up` or `down`; a copy by `cp` is `up`.
    """

    who: str
    direction: str
    load: Load

    @property
    def name(self) -> str:
        return f"{self.who} {self.load.name} {self.direction}"


def run(case: Case, base: Path) -> Usage:
    """Run `case` once in folders below `base`. Raises `RuntimeError` where a command fails or other bytes arrived."""
    with fresh(base) as place:
        if case.direction == "down":  # hard links: the share is full at no cost
            subprocess.run(["cp", "-rl", case.load.path, place.share / case.load.name], check=True)
        with nullcontext((0, "")) if case.who == "cp" else serving(place, who=case.who) as (process, address):
            usage = timed(_command(case, place, address), place.environment, place.home, process)
        arrived = (place.share if case.direction == "up" else place.target) / case.load.name
        if difference := differs(case.load.path, arrived):
            raise RuntimeError(f"{case.name}: {difference}")
        return usage


def _command(case: Case, place: Place, address: str) -> list[str]:
    source, name = str(case.load.path), case.load.name
    if case.who == "cp":
        return ["cp", "-r", source, str(place.share)]
    if case.who == "stock":
        path = source if case.direction == "up" else str(place.target / name)
        return [sys.executable, "-m", "benchmarks.stock", case.direction, address, path]
    if case.who == "xmlrpc":
        ends = [source, name] if case.direction == "up" else [name, str(place.target / name)]
        return [sys.executable, "-m", "benchmarks.xmlrpc_lane", case.direction, address, *ends]
    if case.direction == "up":
        return [*FILEXFER, "put", "--quiet", source, address]
    return [*FILEXFER, "get", "--quiet", f"{address.rstrip('/')}/{name}", str(place.target)]
