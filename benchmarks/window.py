"""`python -m benchmarks.window`: a folder of 100,000 entries in the real window, with a real agent and server in processes of
their own: when the window and its rows are there, how late the main thread ever was, also while as many files are dropped and a
server dies, how much memory it takes, beside the targets of the project."""

from __future__ import annotations

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEventLoop, QObject, QTimer
from PySide6.QtWidgets import QApplication

from benchmarks.dying import Dying
from benchmarks.ending import gone, handle_signals
from benchmarks.place import workplace
from filexfer.gui import app
from filexfer.gui.files.browser import Browser
from filexfer.gui.files.gather import Gather
from filexfer.gui.kit import launch
from filexfer.gui.kit.location import Location
from filexfer.gui.window import Window

#: The probe's period, in milliseconds, and how long anything may take, in seconds.
PERIOD, PATIENCE = 5, 60.0
#: What a person may expect, of 100,000 entries: seconds, milliseconds, MiB.
TARGETS = {
    "start": 1.0,
    "first": 0.3,
    "whole": 1.0,
    "late": 50.0,
    "select": 50.0,
    "drop": 50.0,
    "dying": 50.0,
    "window_mib": 130.0,
    "agent_mib": 80.0,
}


@dataclass
class Figures:
    """first, whole: seconds until 1,000 rows and until all could be looked at; late: the longest that the main thread kept a
    timer of 5 ms waiting beyond its time while the folder opened, was scrolled, sorted and filtered, in ms; idle: the same
    while nothing happened; window_mib, agent_mib: memory resident then."""

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


def until(seen: Callable[[], object], patience: float = PATIENCE) -> float:
    """Let the window live until `seen()`; the seconds that took."""
    began, loop = time.perf_counter(), QEventLoop()
    watch = QTimer(interval=2)
    watch.timeout.connect(lambda: loop.quit() if seen() or time.perf_counter() - began > patience else None)
    watch.start()
    if told := loop.exec():
        raise SystemExit(abs(told))
    if not seen():
        raise TimeoutError("The window did not come to what was waited for.")
    return time.perf_counter() - began


def pause(seconds: float) -> None:
    began = time.perf_counter()
    until(lambda: time.perf_counter() - began >= seconds)


@contextmanager
def serving(folder: Path, state: Path, guest: str = "read") -> Iterator[str]:
    """The address of a server of that folder."""
    command = [sys.executable, "-m", "filexfer", "serve", str(folder), "--listen", "http://127.0.0.1:0", "--guest", guest]
    with gone(subprocess.Popen([*command, "--state", str(state), "--no-announce"], stdout=subprocess.PIPE, text=True)) as process:
        assert process.stdout is not None
        yield process.stdout.readline().removeprefix("Listening on ").strip()


def stop_agent(state: Path) -> None:
    """Have the agent of this state end, and wait for that: it writes until then."""
    with launch.open_agent(state, 10.0) as session:
        agent = Path(f"/proc/{session.call('agent_info')['pid']}")  # type: ignore[index]
        session.call("agent_stop")
    deadline = time.monotonic() + PATIENCE
    # Once it has ended nothing stands there: it is our child, and stays on the list.
    with suppress(FileNotFoundError):
        while (agent / "cmdline").read_bytes() and time.monotonic() < deadline:
            time.sleep(0.05)


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


@dataclass
class More:
    """start: seconds from the start of the app's process to its first painting; lateness in ms, as above: select, while all rows
    are selected and begun to be fetched; drop, while a folder of as many small files is dropped and crosses (crossed: the seconds
    that takes); dying, while a server dies in mid-listing."""

    start: float
    select: float
    drop: float
    crossed: float
    dying: float


def start(base: Path) -> float:
    """Seconds until the app's first window is painted, its agent not running yet. The second of two starts: bytecode is there."""
    names = ("HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_RUNTIME_DIR")
    taken = 0.0
    for number in range(2):
        folders = {name: str(base / f"user{number}" / name.lower()) for name in names}
        for folder in folders.values():
            Path(folder).mkdir(parents=True, mode=0o700)
        began = time.monotonic()
        said = subprocess.run(
            [sys.executable, "-m", "benchmarks.first_window"],
            env=os.environ | folders,
            stdout=subprocess.PIPE,
            text=True,
            timeout=60,
        ).stdout
        taken = float(said.split()[0]) - began
        stop_agent(Path(folders["XDG_STATE_HOME"]) / "filexfer")
    return taken


def measure_more(base: Path, count: int) -> More:
    """What else must not hold the window up. `base` as for `measure`."""
    fill(base / "share" / "large", count)
    (base / "share" / "into").mkdir()
    for number in range(0, count, 500):
        folder = base / "tree" / f"d{number // 500}"
        folder.mkdir(parents=True)
        for one in range(number, min(count, number + 500)):
            (folder / str(one)).write_bytes(b"small")
    application = QApplication.instance() or QApplication([])
    assert isinstance(application, QApplication)
    app.prepare(application)
    state = base / "state"
    with serving(base / "share", base / "served", "write") as address:
        window = app.make_window(lambda timeout: launch.open_agent(state, timeout), base / "window")
        window.start()
        window.show()
        try:
            until(lambda: window.servers.known)
            selected = _select(window, Location(address, "large", "bench"), count, base / "here", state)
            dropped, crossed = _drop(window, Location(address, "into", "bench"), base / "tree")
            with Dying(address, 500_000) as dying:
                died = _die(window, Location(dying.address, "large", "dying"))
            return More(start(base), selected, dropped, crossed, died)
        finally:
            window.close()
            stop_agent(state)


def _select(window: Window, large: Location, count: int, into: Path, state: Path) -> float:
    """Select all, have it fetched, call that off."""
    into.mkdir()
    window.browser.open(large)
    until(lambda: window.browser.here == large and window.browser.complete and window.listing.rowCount() == count)
    pause(0.5)
    probe = Probe()
    probe.start()
    window.view.selectAll()
    Gather(window.browser, window.view.ranges(), lambda chosen: window.actions_.save_into(large, chosen, str(into))).start()
    until(lambda: any(job.files_total for job in window.jobs.jobs()))
    late = probe.stop()
    window.view.clearSelection()
    with launch.open_agent(state, 10.0) as session:
        for job in window.jobs.jobs():
            session.call("job_cancel", job.id)
    until(lambda: all(job.state.ended for job in window.jobs.jobs()))
    return late


def _drop(window: Window, into: Location, tree: Path) -> tuple[float, float]:
    window.browser.open(into)
    until(lambda: window.browser.here == into and window.browser.settled)
    known = {job.id for job in window.jobs.jobs()}
    probe, began = Probe(), time.perf_counter()
    probe.start()
    window.actions_.take_drop([str(tree)], [], into)

    until(lambda: any(job.id not in known and job.state.ended for job in window.jobs.jobs()), 600.0)
    return probe.stop(), time.perf_counter() - began


def _die(window: Window, there: Location) -> float:
    probe = Probe()
    probe.start()
    window.browser.open(there)
    until(lambda: window.errors.words)
    pause(0.5)
    return probe.stop()


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
            stop_agent(state)


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
    # No exception comes out of the loops of Qt: they are left, and whoever waits in one raises it.
    handle_signals(lambda number, _: QCoreApplication.exit(128 + number))
    with workplace(None) as base:
        found = asdict(measure(base / "a", options.entries))
        found |= asdict(measure_more(base / "b", options.entries))
    print(f"A folder of {options.entries:,} entries; {os.cpu_count()} cores")
    for name, value in found.items():
        print(f"{name:12}{value:9.2f}   " + (f"at most {TARGETS[name]:g}" if name in TARGETS else "for comparison"))
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps(found | {"entries": options.entries}, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
