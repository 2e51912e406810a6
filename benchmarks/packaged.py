"""`python -m benchmarks.packaged FOLDER`: how soon the packaged app shows its window, from a disk whose cache holds nothing of it
and again, beside the same app run from its sources in the same rounds. Linux; needs what `make test` installs.

The window counts as shown when the window manager lists it. The agent, which starts beside it, is stopped after each round."""

from __future__ import annotations

import argparse
import os
import select
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from benchmarks.ending import by_signals, gone
from benchmarks.place import TOP
from benchmarks.window import stop_agent

#: Seconds from the start of the process to its window, cold: what a person may expect of a package.
TARGET = 1.2
#: Where `make package` leaves the bundle.
MADE = Path("dist/filexfer")
#: What makes a screen, manages its windows, and lists them.
_NEEDS = ("Xvfb", "openbox", "xprop")
#: Seconds for a window to show, and bytes read at once of what is listed.
_PATIENCE, _SAID = 60.0, 4096


def forget(folder: Path) -> None:
    """Have the system's cache hold nothing of the files below `folder`."""
    for path in folder.rglob("*"):
        if path.is_file() and not path.is_symlink():
            descriptor = os.open(path, os.O_RDONLY)
            # Pages not yet written would stay.
            os.fdatasync(descriptor)
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
            os.close(descriptor)


@contextmanager
def screen() -> Iterator[dict[str, str]]:
    """An empty screen with a window manager: what a process needs in its environment to show itself there."""
    reads, writes = os.pipe()
    server = ["Xvfb", "-displayfd", str(writes), "-screen", "0", "1280x800x24", "-nolisten", "tcp", "-noreset"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with gone(subprocess.Popen(server, pass_fds=[writes], **quiet)):  # type: ignore[call-overload]
        os.close(writes)
        with open(reads, encoding="ascii") as told:
            environment = {"DISPLAY": f":{told.readline().strip()}"}
        with gone(subprocess.Popen(["openbox", "--sm-disable"], env=os.environ | environment, **quiet)):  # type: ignore[call-overload]
            time.sleep(1.0)
            yield environment


def seconds(command: Sequence[str], display: dict[str, str]) -> float:
    """From the start of `command` to its window, in a home where nothing was yet."""
    with tempfile.TemporaryDirectory(prefix="fxp") as home:
        environment = {**display, "HOME": home, "PATH": os.environ["PATH"]}
        listed = ["xprop", "-spy", "-root", "_NET_CLIENT_LIST"]
        state = Path(home, ".local/state/filexfer")
        with gone(subprocess.Popen(listed, env=environment, stdout=subprocess.PIPE, bufsize=0)) as watch:
            assert watch.stdout is not None
            os.read(watch.stdout.fileno(), _SAID)
            try:
                began = time.perf_counter()
                with gone(subprocess.Popen(command, env=environment, cwd=TOP)) as app:
                    _wait_for_a_window(watch.stdout.fileno(), app)
                    taken = time.perf_counter() - began
                    # The window would start its agent anew.
                    time.sleep(1.0)
            finally:
                if state.exists():
                    stop_agent(state)
    return taken


def _wait_for_a_window(listed: int, app: subprocess.Popen[bytes]) -> None:
    """Until one is among those that are listed. Raises `RuntimeError` where the app shows none."""
    said, end = b"", time.monotonic() + _PATIENCE
    while b"0x" not in said:
        if app.poll() is not None or time.monotonic() > end:
            raise RuntimeError("The app showed no window; what it said stands above.")
        if select.select([listed], [], [], 0.5)[0]:
            said += os.read(listed, _SAID)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.packaged", description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=MADE, help="the unpacked bundle")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    bundle = options.folder.resolve()
    if not (bundle / "filexfer-app").exists():
        print(f"The packaged app is not measured: it is not in {options.folder}, where `make package` leaves it.")
        return
    if lacking := [name for name in _NEEDS if not shutil.which(name)]:
        print(f"The packaged app is not measured: {', '.join(lacking)} not found. `make test` installs what makes a screen.")
        return
    by_signals()
    packaged, sources = [str(bundle / "filexfer-app")], [sys.executable, "-m", "filexfer.gui.start"]
    found: dict[str, list[float]] = {"sources": [], "cold": [], "warm": []}
    with screen() as display:
        for _ in range(options.rounds):
            found["sources"].append(seconds(sources, display))
            forget(bundle)
            found["cold"].append(seconds(packaged, display))
            found["warm"].append(seconds(packaged, display))
    middle = {name: statistics.median(taken) for name, taken in found.items()}
    for name, value in middle.items():
        aim = f"   at most {TARGET} s" if name == "cold" else ""
        print(f"{name:10}{value:7.2f} s   {value / middle['sources']:5.2f} × sources{aim}")


if __name__ == "__main__":
    main()
