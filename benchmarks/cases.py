"""The cases: who moves what in which direction, each against a fresh server and share, what arrived compared afterwards."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks import crowd
from benchmarks.measure import Usage, timed
from benchmarks.workloads import Load, differs

TOP = Path(__file__).resolve().parent.parent
FILEXFER = [sys.executable, "-m", "filexfer"]


@dataclass(frozen=True)
class Case:
    """Attributes:
    who: `cp`, `stock`, `raw` (the lane that large files take by default) or `xmlrpc`.
    direction: `up` or `down`; a copy by `cp` is `up`.
    """

    who: str
    direction: str
    load: Load

    @property
    def name(self) -> str:
        return f"{self.who} {self.load.name} {self.direction}"


@dataclass(frozen=True)
class Place:
    """The folders of one run of one case: the server's share, where a download goes, and a home for both processes."""

    share: Path
    target: Path
    home: Path

    @property
    def environment(self) -> dict[str, str]:
        own = {f"XDG_{kind}_HOME": str(self.home / kind.lower()) for kind in ("STATE", "CONFIG", "DATA", "CACHE")}
        runtime = {"XDG_RUNTIME_DIR": str(self.home), "HOME": str(self.home), "TMPDIR": str(self.home)}
        return {"PATH": os.environ["PATH"], "PYTHONPATH": str(TOP), "LC_ALL": "C.UTF-8", **own, **runtime}


def run(case: Case, base: Path) -> Usage:
    """Run `case` once in folders below `base`. Raises `RuntimeError` where a command fails or other bytes arrived."""
    with _place(base) as place:
        if case.direction == "down":  # hard links: the share is full at no cost
            subprocess.run(["cp", "-rl", case.load.path, place.share / case.load.name], check=True)
        with _server(case.who, place) as (process, address):
            usage = timed(_command(case, place, address), place.environment, place.home, process)
        arrived = (place.share if case.direction == "up" else place.target) / case.load.name
        if difference := differs(case.load.path, arrived):
            raise RuntimeError(f"{case.name}: {difference}")
        return usage


def run_beside(base: Path) -> dict[str, float]:
    """How quick small calls are beside others; see `crowd.speeds`."""
    with _place(base) as place, _server("raw", place) as (_, address):
        return crowd.speeds(address)


@contextmanager
def _place(base: Path) -> Iterator[Place]:
    """Folders of a run, gone with it."""
    place = Place(base / "share", base / "target", base / "home")
    for folder in (place.share, place.target, place.home):
        folder.mkdir(parents=True)
    try:
        yield place
    finally:
        shutil.rmtree(base)


@contextmanager
def _server(who: str, place: Place) -> Iterator[tuple[int, str]]:
    """The id and the address of the server that a case needs; (0, "") for `cp`."""
    if who == "cp":
        yield 0, ""
        return
    if who == "stock":
        command = [sys.executable, "-m", "benchmarks.stock", "serve", str(place.share)]
    else:
        command = [*FILEXFER, "serve", str(place.share), "--listen", "http://127.0.0.1:0", "--guest", "write"]
    with (
        (place.home / "server.log").open("wb") as log,
        subprocess.Popen(
            command, env=place.environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log, text=True
        ) as server,
    ):
        assert server.stdout is not None
        said = server.stdout.readline()
        if not said.startswith("Listening on "):
            raise RuntimeError(f"The server of “{who}” did not start: {(place.home / 'server.log').read_text()}")
        try:
            yield server.pid, said.removeprefix("Listening on ").strip()
        finally:
            server.terminate()
            server.communicate(timeout=30)


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
