"""`python -m benchmarks.window`: a folder of 100,000 entries in the real window, with a real agent and server in processes of
their own: when rows are there, how late the main thread ever was, how much memory it takes, beside the targets of the project."""

from __future__ import annotations

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import QEventLoop, QObject, QTimer
from PySide6.QtWidgets import QApplication

from filexfer.gui import app, launch
from filexfer.gui.browser import Browser
from filexfer.gui.location import Location
from filexfer.gui.window import Window

#: The probe's period, in milliseconds, and how long anything may take, in seconds.
PERIOD, PATIENCE = 5, 60.0
#: What a person may expect, of 100,000 entries: seconds, milliseconds, MiB.
TARGETS = {"first": 0.3, "whole": 1.0, "late": 50.0, "window_mib": 130.0, "agent_mib": 80.0}


@dataclass
class Figures:
    """first, whole: seconds until 1,000 rows and until all could be looked at; late: the longest that the main thread kept a
    timer of 5 ms waiting beyond its time while the folder opened, was scrolled, sorted and filtered, in ms; idle: the same
    while nothing happened; window_mib, agent_mib: memory resident at the end."""

    first: float
    whole: float
    late: float
    idle: float
    window_mib: float
    agent_mib: float


class Probe(QObject):
    """A timer on the main thread that measures its own lateness. Attribute: worst (ms)."""

    def __init__(self) -> None:
        super().__init__()
        self.worst = 0.0
        self._due = 0.0
        self._timer = QTimer(self, interval=PERIOD)
        self._timer.timeout.connect(self._tick)

    def start(self) -> None:
        self.worst, self._due = 0.0, time.perf_counter() + PERIOD / 1000
        self._timer.start()

    def stop(self) -> float:
        self._tick()
        self._timer.stop()
        return self.worst

    def _tick(self) -> None:
        now = time.perf_counter()
        self.worst = max(self.worst, (now - self._due) * 1000)
        self._due = now + PERIOD / 1000


def fill(folder: Path, count: int) -> None:
    """`count` empty files named as cameras name them."""
    folder.mkdir(parents=True)
    descriptor = os.open(folder, os.O_RDONLY)
    for number in range(count):
        os.close(os.open(f"IMG_{number}.jpg", os.O_CREAT | os.O_WRONLY, dir_fd=descriptor))
    os.close(descriptor)


def until(seen: Callable[[], object]) -> float:
    """Let the window live until `seen()`; the seconds that took."""
    began, loop = time.perf_counter(), QEventLoop()
    watch = QTimer(interval=2)
    watch.timeout.connect(lambda: loop.quit() if seen() or time.perf_counter() - began > PATIENCE else None)
    watch.start()
    loop.exec()
    if not seen():
        raise TimeoutError("The window did not come to what was waited for.")
    return time.perf_counter() - began


def pause(seconds: float) -> None:
    began = time.perf_counter()
    until(lambda: time.perf_counter() - began >= seconds)


@contextmanager
def serving(folder: Path, state: Path) -> Iterator[str]:
    """The address of a server of that folder."""
    command = [sys.executable, "-m", "filexfer", "serve", str(folder), "--listen", "http://127.0.0.1:0", "--guest", "read"]
    with subprocess.Popen([*command, "--state", str(state), "--no-announce"], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().removeprefix("Listening on ").strip()
        finally:
            process.terminate()


def resident(pid: int) -> float:
    """MiB that a process holds now."""
    line = next(line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


def use(window: Window, count: int) -> None:
    """Scroll, sort and filter, as fast as somebody could."""
    browser, bar = window.browser, window.view.verticalScrollBar()
    for step in range(1, 21):
        bar.setValue(bar.maximum() * step // 20)
        pause(0.03)
    until(lambda: window.listing.entry(count - 1) is not None)
    for column, descending in (("name", True), ("size", False), ("mtime", True), ("name", False)):
        before = browser.version
        browser.refine(sort=column, descending=descending)
        until(partial(_is_other, browser, before))
    browser.refine(text=f"g_{count - 1}")
    until(lambda: window.listing.rowCount() == 1)
    browser.refine(text="")
    until(lambda: window.listing.rowCount() == count)


def _is_other(browser: Browser, before: object) -> bool:
    return browser.settled and browser.version != before


def measure(base: Path, count: int) -> Figures:
    """Open a folder of `count` files in a window, and use it. `base`: a short path, for sockets are made below it."""
    fill(base / "share" / "large", count)
    application = QApplication.instance() or QApplication([])
    assert isinstance(application, QApplication)
    app.prepare(application)
    state = base / "state"
    with serving(base / "share", base / "served") as address:
        window = app.make_window(lambda timeout: launch.open_agent(state, timeout), base / "window")
        window.start()
        window.show()
        try:
            until(lambda: window.servers.known)
            window.browser.open(Location(address, "", "bench"))
            until(lambda: window.browser.settled and window.listing.rowCount() == 1)
            pause(0.5)
            return _figures(window, Location(address, "large", "bench"), count, state)
        finally:
            window.close()
            with launch.open_agent(state, 10.0) as session:
                session.call("agent_stop")


def _figures(window: Window, large: Location, count: int, state: Path) -> Figures:
    probe, browser = Probe(), window.browser
    probe.start()
    pause(1.0)
    idle = probe.stop()
    probe.start()
    began = time.perf_counter()
    browser.open(large)
    until(lambda: browser.here == large and browser.settled and window.listing.rowCount() >= min(1000, count))
    first = time.perf_counter() - began
    until(lambda: browser.complete and window.listing.rowCount() == count)
    whole = time.perf_counter() - began
    use(window, count)
    late = probe.stop()
    with launch.open_agent(state, 10.0) as session:
        agent = int(session.call("agent_info")["pid"])  # type: ignore[index]
    return Figures(first, whole, late, idle, resident(os.getpid()), resident(agent))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.window", description=__doc__)
    parser.add_argument("--entries", type=int, default=100_000)
    parser.add_argument("--json", type=Path, default=Path("build/window.json"), help="where the figures are written")
    options = parser.parse_args()
    folder = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="fxw", dir=folder) as base:
        found = asdict(measure(Path(base), options.entries))
    print(f"A folder of {options.entries:,} entries; {os.cpu_count()} cores")
    for name, value in found.items():
        print(f"{name:12}{value:9.2f}   " + (f"at most {TARGETS[name]:g}" if name in TARGETS else "for comparison"))
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps(found | {"entries": options.entries}, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
