"""Where a case runs: fresh folders, and a fresh server of the kind that it needs."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.ending import gone

TOP = Path(__file__).resolve().parent.parent
FILEXFER = [sys.executable, "-m", "filexfer"]
_MEMORY = Path("/dev/shm")


@dataclass(frozen=True)
class Place:
    """The folders of one run of one case: the server's share, where a download goes, and a home for all its processes."""

    share: Path
    target: Path
    home: Path

    @property
    def environment(self) -> dict[str, str]:
        own = {f"XDG_{kind}_HOME": str(self.home / kind.lower()) for kind in ("STATE", "CONFIG", "DATA", "CACHE")}
        runtime = {"XDG_RUNTIME_DIR": str(self.home), "HOME": str(self.home), "TMPDIR": str(self.home)}
        quiet = {"FILEXFER_MDNS": "off", "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring", "LC_ALL": "C.UTF-8"}
        programs = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
        return {**programs, "PYTHONPATH": str(TOP), **quiet, **own, **runtime}


@contextmanager
def workplace(chosen: Path | None, needed: int = 0) -> Iterator[Path]:
    """An empty folder, gone with the block: in `chosen`, else in the memory file system, if there is one with room for `needed`
    bytes, else where temporary files go, which is said."""
    memory = _MEMORY if os.access(_MEMORY, os.W_OK) else None
    if chosen is None and memory and (free := shutil.disk_usage(memory).free) < needed:
        print(
            f"{memory} has {free >> 20} MiB free, and this takes {needed >> 20}: figures are of the disk under "
            f"{tempfile.gettempdir()} instead. Figures of the programs alone take more memory, or smaller loads.",
            file=sys.stderr,
        )
        memory = None
    with tempfile.TemporaryDirectory(prefix="filexfer-bench-", dir=chosen or memory) as base:
        yield Path(base)


@contextmanager
def fresh(base: Path) -> Iterator[Place]:
    """Folders below `base`, gone with the block."""
    place = Place(base / "share", base / "target", base / "home")
    for folder in (place.share, place.target, place.home):
        folder.mkdir(parents=True)
    try:
        yield place
    finally:
        shutil.rmtree(base)


@contextmanager
def serving(place: Place, *options: str, who: str = "raw") -> Iterator[tuple[int, str]]:
    """The id and the address of a server of that place's share.

    Args:
        options: more words for `filexfer serve`.
        who: `stock` is the standard library's; `tcp` one that reads and forgets; `tls` has this place's home paired with it;
            all others take guests, who may write.
    """
    with _started(_command(place, who, options), place) as (process, address):
        if who == "tls":
            _pair(place)
        yield process, address


def _command(place: Place, who: str, options: Sequence[str]) -> list[str]:
    if who == "stock":
        return [sys.executable, "-m", "benchmarks.stock", "serve", str(place.share)]
    if who == "tcp":
        return [sys.executable, "-m", "benchmarks.stream", "receive"]
    listen = ["--listen", "https://127.0.0.1:0"] if who == "tls" else ["--listen", "http://127.0.0.1:0", "--guest", "write"]
    return [*FILEXFER, "serve", str(place.share), *listen, *options]


@contextmanager
def _started(command: Sequence[str], place: Place) -> Iterator[tuple[int, str]]:
    with (place.home / "server.log").open("wb") as log:
        process = subprocess.Popen(
            command, env=place.environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log, text=True
        )
        with gone(process) as server:
            assert server.stdout is not None
            said = server.stdout.readline()
            if not said.startswith("Listening on "):
                raise RuntimeError(f"The server did not start: {(place.home / 'server.log').read_text()}")
            yield server.pid, said.removeprefix("Listening on ").split()[0]


def versions(place: Place) -> str:
    """The Python and the OpenSSL of clients and servers: both are this command, in this environment."""
    words = [*FILEXFER, "--version"]
    said = subprocess.run(words, env=place.environment, check=True, capture_output=True, text=True).stdout
    return ", ".join(said.split("\n")[:2])


def _pair(place: Place) -> None:
    """As two people would, with one home for both computers."""
    words = {"check": True, "capture_output": True, "text": True, "env": place.environment, "timeout": 60}
    invited = subprocess.run([*FILEXFER, "invite", "--no-wait", "--quiet", "--host", "127.0.0.1"], **words)  # type: ignore[call-overload]
    subprocess.run([*FILEXFER, "pair", "--quiet"], input=invited.stdout, **words)  # type: ignore[call-overload]
