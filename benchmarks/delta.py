"""Section: a new version of a large file over an old one. How many bytes travel, counted on the way, and how long it takes
against sending all of it in the same run; what arrived is compared."""

from __future__ import annotations

import random
import shutil
import socket
import statistics
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks import workloads
from benchmarks.measure import timed, warm_memory
from benchmarks.place import FILEXFER, fresh, serving
from benchmarks.report import Figure, Ratio, Section
from benchmarks.workloads import MIB, Scale, differs

#: Of the bytes of the file, what may travel where a hundredth of its blocks changed, and for a few more blocks and their lists.
_MOST = 0.012
#: An unchanged file: what is asked and answered.
_LOOK = 4096

_NAME = "delta"


def section(base: Path, scale: Scale) -> Section:
    """Bytes are what is promised; seconds are told."""
    old = workloads.large(base / "versions", "old", scale.large).path
    runs: dict[str, list[tuple[int, float]]] = {}
    for _ in range(scale.rounds):
        with warm_memory(scale.large * 5):
            for way in ("up", "down"):
                for name, change in _CHANGES.items():
                    new = base / "versions" / "new"
                    change(old, new)
                    runs.setdefault(f"{name} {way}", []).append(_run(base / "run", old, new, way, name))
    figures, ratios = [], []
    for case, found in runs.items():
        travelled = max(count for count, _ in found)
        seconds = statistics.median(wall for _, wall in found)
        whole = statistics.median(wall for _, wall in runs[f"sent whole {case.rpartition(' ')[2]}"])
        if travelled:
            figures.append(Figure(f"{_NAME} {case}", travelled, "bytes"))
        figures.append(Figure(f"{_NAME} {case}: seconds / all of it", seconds / whole, ""))
        if case.startswith("unchanged"):
            ratios.append(Ratio(f"{_NAME} {case}: bytes for one look", travelled, _LOOK, at_most=True))
        elif travelled:
            ratios.append(Ratio(f"{_NAME} {case}: bytes / file", travelled / scale.large, _MOST, at_most=True))
    return Section(_NAME, figures, ratios)


def _same(old: Path, new: Path) -> None:
    shutil.copy2(old, new)


def _touched(old: Path, new: Path) -> None:
    shutil.copyfile(old, new)


def _in_place(old: Path, new: Path) -> None:
    """A hundredth of the blocks, at least one, all over the file."""
    shutil.copyfile(old, new)
    blocks = max(1, old.stat().st_size // MIB)
    with new.open("r+b") as file:
        for block in random.Random(1).sample(range(blocks), max(1, blocks // 100)):
            file.seek(block * MIB)
            file.write(random.Random(block).randbytes(MIB))


def _inserted(old: Path, new: Path) -> None:
    """A thousand bytes near the front."""
    with old.open("rb") as source, new.open("wb") as target:
        target.write(source.read(5000))
        target.write(random.Random(2).randbytes(1000))
        shutil.copyfileobj(source, target, MIB)


def _another(old: Path, new: Path) -> None:
    workloads.large(new.parent, new.name, old.stat().st_size)


#: How the new version is made of the old one. Where it is sent whole there is no old one.
_CHANGES: dict[str, Callable[[Path, Path], None]] = {
    "sent whole": _touched,
    "unchanged": _same,
    "1 % of blocks changed": _in_place,
    "1,000 bytes inserted": _inserted,
    "only the time changed": _touched,
    "another file": _another,
}


#: Not through the relay, which would take the time that it is to count; the bytes are not counted then.
_WHOLE = ("sent whole", "another file")


def _run(base: Path, old: Path, new: Path, way: str, name: str) -> tuple[int, float]:
    """Bytes that travelled both ways, and seconds. Raises `RuntimeError` where other bytes arrived."""
    with fresh(base) as place, serving(place) as (process, address), _counted(address) as (through, count):
        source, target = (
            (place.home / "file", place.share / "file") if way == "up" else (place.share / "file", place.target / "file")
        )
        shutil.copy2(new, source)
        if name != "sent whole":
            shutil.copy2(old, target)
        through = address if name in _WHOLE else through
        ends = [str(source), through] if way == "up" else [f"{through}file", str(place.target)]
        verb = "put" if way == "up" else "get"
        usage = timed([*FILEXFER, verb, "--quiet", "--on-conflict", "overwrite", *ends], place.environment, place.home, process)
        if difference := differs(new, target):
            raise RuntimeError(f"{_NAME} {way}: {difference}")
        return sum(count), usage.wall


@contextmanager
def _counted(address: str) -> Iterator[tuple[str, list[int]]]:
    """An address that leads to the server at `address`, and the bytes that pass by it, a number for each read."""
    host, port = address.removeprefix("http://").rstrip("/").rsplit(":", 1)
    count: list[int] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=_accept, args=(listener, (host, int(port)), count), daemon=True).start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}/", count
        finally:
            listener.shutdown(socket.SHUT_RDWR)


def _accept(listener: socket.socket, server: tuple[str, int], count: list[int]) -> None:
    while True:
        try:
            near = listener.accept()[0]
        except OSError:
            return
        far = socket.create_connection(server)
        for ends in ((near, far), (far, near)):
            threading.Thread(target=_pass, args=(*ends, count), daemon=True).start()


def _pass(source: socket.socket, target: socket.socket, count: list[int]) -> None:
    buffer = memoryview(bytearray(256 << 10))
    try:
        target.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while read := source.recv_into(buffer):
            count.append(read)
            target.sendall(buffer[:read])
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass  # one end has gone
    finally:
        source.close()
