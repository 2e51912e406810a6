"""`python -m benchmarks.networks`: filexfer on slow, far and lossy networks, which it makes on this machine, beside what `iperf3`
reaches there with one large file, and rsync's daemon with small ones. Medians, ratios, JSON."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

from benchmarks import workloads
from benchmarks.attempts import Attempts
from benchmarks.ending import by_signals, gone
from benchmarks.place import FILEXFER, Place, fresh, workplace
from benchmarks.report import Ratio
from benchmarks.wire import Host, Wire, hosts, why_not
from benchmarks.workloads import MIB, Load, differs

#: Of a large file against iperf3, and of small files against rsync.
LARGE_TARGET, SMALL_TARGET = 0.93, 1.0
_PORT = 48765
#: Seconds that any one command may take.
_LONGEST = 600
_RSYNCD = """use chroot = no
log file = {home}/rsyncd.log
pid file = {home}/rsyncd.pid
[share]
path = {share}
read only = no
uid = {user}
"""


@dataclass(frozen=True)
class Link:
    """A network to measure in: megabits a second, milliseconds, the share of packets that is lost, and the MiB of the large file,
    which are to keep it busy for some ten seconds."""

    name: str
    rate: int
    delay: int
    loss: float
    large_mib: int

    def wire(self, one_way: bool) -> Wire:
        """`one_way`: the delay is that of one direction; else of both together."""
        return Wire(self.rate * 1e6, self.delay / 1000 / (1 if one_way else 2), self.loss)

    def __str__(self) -> str:
        return f"{self.rate} Mbit/s, {self.delay} ms" + (f", {self.loss:.0%} loss" if self.loss else "")


LINKS = (Link("near", 500, 1, 0.0, 512), Link("far", 100, 40, 0.0, 128), Link("lossy", 50, 100, 0.01, 48))


@dataclass(frozen=True)
class Tools:
    """The programs that filexfer is measured beside; "" for one that is not here."""

    iperf3: str
    rsync: str

    @classmethod
    def find(cls, folder: Path | None) -> Tools:
        path = None if folder is None else f"{folder}{os.pathsep}{os.environ['PATH']}"
        return cls(shutil.which("iperf3", path=path) or "", shutil.which("rsync", path=path) or "")


@dataclass(frozen=True)
class Case:
    """Who moves what; direction: `up` or `down`."""

    who: str
    direction: str
    load: Load


# What runs, each answers the seconds that it took


def iperf3(tools: Tools, near: Host, away: Host, case: Case) -> float:
    """How long as many bytes take: what its receiving side reached, start included."""
    with _listening(away.command(tools.iperf3, "-s", "-1"), os.environ, 5201):
        back = ["-R"] if case.direction == "down" else []
        command = near.command(tools.iperf3, "-c", away.address, "-J", "-n", str(case.load.size), *back)
        said = subprocess.run(command, check=True, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=_LONGEST)
    return case.load.size * 8 / float(json.loads(said.stdout)["end"]["sum_received"]["bits_per_second"])


def rsync(tools: Tools, near: Host, away: Host, case: Case, place: Place) -> float:
    config = place.home / "rsyncd.conf"
    config.write_text(_RSYNCD.format(home=place.home, share=place.share, user=os.getuid()), encoding="utf-8")
    daemon = [tools.rsync, "--daemon", "--no-detach", f"--port={_PORT}", f"--config={config}"]
    there = f"rsync://{away.address}:{_PORT}/share/"
    ends = [str(case.load.path), there] if case.direction == "up" else [there + case.load.name, f"{place.target}/"]
    with _listening(away.command(*daemon), os.environ, _PORT):
        return _seconds(near.command(tools.rsync, "-a", "--whole-file", *ends), os.environ)


def filexfer(_: Tools, near: Host, away: Host, case: Case, place: Place) -> float:
    """The whole client process, with its defaults."""
    there = f"http://{away.address}:{_PORT}"
    serve = [*FILEXFER, "serve", str(place.share), "--listen", there, "--guest", "write", "--insecure"]
    put, get = ["put", str(case.load.path), there], ["get", f"{there}/{case.load.name}", str(place.target)]
    with _listening(away.command(*serve), place.environment, _PORT):
        return _seconds(near.command(*FILEXFER, *(put if case.direction == "up" else get), "--quiet"), place.environment)


def _seconds(command: list[str], environment: Mapping[str, str]) -> float:
    began = time.perf_counter()
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=_LONGEST, env=environment)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {done.returncode}: {done.stderr[-500:]}")
    return time.perf_counter() - began


@contextmanager
def _listening(command: list[str], environment: Mapping[str, str], port: int) -> Iterator[None]:
    """A server, from when it can be reached to the end of the block."""
    quiet = subprocess.DEVNULL
    with gone(subprocess.Popen(command, stdin=quiet, stdout=quiet, stderr=quiet, env=environment)) as server:
        deadline = time.monotonic() + 20
        while not _listens(server.pid, port):
            if server.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{' '.join(command)} did not start.")
            time.sleep(0.05)
        yield


def _listens(process: int, port: int) -> bool:
    """Whether somebody listens at `port` on the host that a process is on."""
    for name in ("tcp", "tcp6"):
        for line in Path(f"/proc/{process}/net/{name}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and fields[1].endswith(f":{port:04X}"):
                return True
    return False


def run(tools: Tools, near: Host, away: Host, case: Case, base: Path) -> float:
    """Run a case once, and compare what arrived. Raises `RuntimeError`."""
    if case.who == "iperf3":
        return iperf3(tools, near, away, case)
    with fresh(base) as place:
        if case.direction == "down":
            subprocess.run(["cp", "-rl", case.load.path, place.share / case.load.name], check=True)
        seconds = (rsync if case.who == "rsync" else filexfer)(tools, near, away, case, place)
        arrived = (place.share if case.direction == "up" else place.target) / case.load.name
        if difference := differs(case.load.path, arrived):
            raise RuntimeError(f"{case.who} {case.load.name} {case.direction}: {difference}")
        return seconds


# What is asked for, and what comes of it


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.networks", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--links", default=",".join(link.name for link in LINKS), metavar="NAMES")
    parser.add_argument("--loads", default="large,small,library", metavar="NAMES")
    parser.add_argument("--ways", default="up,down", metavar="WAYS")
    parser.add_argument("--one-way", action="store_true", help="a link's delay is that of one direction, not of both together")
    parser.add_argument("--congestion", default="", metavar="NAME", help="TCP's congestion control on both hosts, as “cubic”")
    parser.add_argument("--scale", type=float, default=1.0, metavar="F", help="of the sizes of all loads")
    parser.add_argument("--peers", type=Path, default=None, metavar="FOLDER", help="where iperf3 and rsync are, besides the PATH")
    parser.add_argument("--folder", type=Path, default=None, help="where to work; the memory file system if there is one")
    parser.add_argument("--json", type=Path, default=Path("build/networks.json"), help="where the figures are written")
    return parser.parse_args()


def cases(options: argparse.Namespace, tools: Tools, link: Link, loads: Path) -> list[Case]:
    """What is measured in a link, those that are compared one after the other."""
    names, scale = options.loads.split(","), options.scale
    made = []
    if "large" in names:
        made.append(workloads.large(loads, f"large-{link.name}", int(link.large_mib * scale) * MIB))
    if "small" in names:
        made.append(workloads.small(loads, int(5000 * scale)))
    if "library" in names:
        made.append(workloads.library(loads))
    found = []
    for load in made:
        peer = "iperf3" if load.files == 1 else "rsync"
        whos = [peer, "filexfer"] if getattr(tools, peer) else ["filexfer"]
        found += [Case(who, way, load) for way in options.ways.split(",") for who in whos]
    return found


def measure(options: argparse.Namespace, tools: Tools, link: Link, base: Path) -> list[tuple[Case, list[float]]]:
    todo: list[tuple[Case, list[float]]] = [(case, []) for case in cases(options, tools, link, base / "sent")]
    with hosts(link.wire(options.one_way), options.congestion) as (near, away):
        for number in range(options.rounds):
            for case, runs in todo:
                runs.append(run(tools, near, away, case, base / "run"))
                where = f"{link.name:6} {case.load.name:12} {case.direction:5} {case.who:9}"
                print(f"{number + 1}/{options.rounds} {where}{runs[-1]:8.2f} s", file=sys.stderr, flush=True)
    return todo


def main() -> int:
    """0, or 1 where a network failed."""
    options = arguments()
    if reason := why_not():
        print(f"Networks are not measured. {reason}")
        return 0
    tools = Tools.find(options.peers)
    if lacking := [name for name, path in asdict(tools).items() if not path]:
        print(f"Not found, so nothing is compared with: {', '.join(lacking)}.")
    by_signals()
    attempts = Attempts()
    told: list[dict[str, object]] = []
    ratios: list[Ratio] = []
    try:
        for link in LINKS:
            if link.name in options.links.split(","):
                with workplace(options.folder) as base:
                    runs = attempts.at(str(link), partial(measure, options, tools, link, base)) or []
                told += [told_of(link, case, seconds) for case, seconds in runs]
                ratios += ratios_of(link, runs)
    finally:
        _tell(options, told, ratios)
    for name, why in attempts.failed.items():
        print(f"FAILED: {name}: {why}")
    return 1 if attempts.failed else 0


def _tell(options: argparse.Namespace, told: list[dict[str, object]], ratios: list[Ratio]) -> None:
    reading = "one way" if options.one_way else "there and back"
    title = f"Delays are {reading}; congestion control: {options.congestion or 'the system’s'}. Medians of {options.rounds}."
    print(table(title, told, ratios))
    options.json.parent.mkdir(parents=True, exist_ok=True)
    found = [{**asdict(ratio), "met": ratio.met} for ratio in ratios]
    figures = {"delay": reading, "congestion": options.congestion, "rows": told, "ratios": found}
    options.json.write_text(json.dumps(figures, indent=1), encoding="utf-8")


def told_of(link: Link, case: Case, seconds: list[float]) -> dict[str, object]:
    """One row, for people and for JSON."""
    middle = statistics.median(seconds)
    return {
        "link": str(link),
        "load": case.load.name.partition("-")[0],
        "way": case.direction,
        "who": case.who,
        "mib": case.load.size / MIB,
        "files": case.load.files,
        "seconds": middle,
        "mbit": case.load.size * 8 / middle / 1e6,
        "runs": seconds,
    }


def ratios_of(link: Link, runs: list[tuple[Case, list[float]]]) -> list[Ratio]:
    """filexfer's speed by its peer's, in each case."""
    middles = {(case.load.name, case.direction, case.who): statistics.median(seconds) for case, seconds in runs}
    found = []
    for (load, way, who), seconds in middles.items():
        if who != "filexfer":
            target = LARGE_TARGET if who == "iperf3" else SMALL_TARGET
            what = f"{link}: {load.partition('-')[0]} {way} / {who}"
            found.append(Ratio(what, seconds / middles[load, way, "filexfer"], target))
    return found


_FIGURES = "{mib:7.0f}{seconds:9.2f}{mbit:8.1f}"


def table(title: str, rows: list[dict[str, object]], ratios: list[Ratio]) -> str:
    lines = [title, "", f"{'':48}{'MiB':>7}{'seconds':>9}{'Mbit/s':>8}"]
    for row in rows:
        name = "{link}: {load} {way}, {who}".format(**row)
        lines.append(f"{name:48}{_FIGURES.format(**row)}")
    lines += ["", "Ratios of this run"]
    lines += [f"{r.what:48}{r.value:8.3f}   target {r.target:.3g}   {'met' if r.met else 'MISSED'}" for r in ratios]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
