"""Dragging out of the window, on a real (virtual) X server, into windows of other programs: files arrive complete."""

from __future__ import annotations

import os
import queue
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from filexfer.client.control import connect_control
from filexfer.core import places
from filexfer.gui.kit.location import Location
from filexfer.gui.kit.settings import Memory
from tests.gui.conftest import Place
from tests.gui.test_real_screen import MISSING, Screen, _wait

pytestmark = pytest.mark.skipif(
    bool(MISSING), reason=f"not installed here: {', '.join(MISSING)} (apt-get install xvfb openbox xdotool)"
)
MIB = 1 << 20


class Desk:
    """The app with a folder open, and room beside it. Attributes: screen, target (a folder to drop into), place."""

    def __init__(self, parts: ExitStack, place: Place, target: Path) -> None:
        self._parts, self.screen, self.place, self.target = parts, Screen(parts), place, target
        target.mkdir()
        self._said: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._heard = threading.Event()
        self._app = ""

    def open(self) -> None:
        """Show the app on the right, its list filled."""
        shown = threading.Event()
        self._listen(lambda line: shown.set(), "tests.gui.telling_app")
        self._app = self.screen.window("– filexfer")
        self.screen.do("windowsize", "--sync", self._app, 900, 640)
        self.screen.do("windowmove", "--sync", self._app, 300, 60)
        self.screen.do("windowactivate", "--sync", self._app)
        # What is pressed before it has rows is pressed in vain.
        assert shown.wait(20)

    def other(self, *words: object) -> None:
        """Show another program's window on the left, and listen to what it says."""
        self._listen(self._hear, "tests.gui.drop_target", str(self.target), *map(str, words))
        window = self.screen.window("drop-target")
        self.screen.do("windowmove", "--sync", window, 10, 300)
        self.activate()

    def _listen(self, hear: Callable[[str], object], *words: str) -> None:
        """Run a module, and have `hear` called with each line that it says."""
        process = subprocess.Popen(
            [sys.executable, "-m", *words],
            env=self.screen.environment,
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[2],
        )
        lines = process.stdout
        assert lines is not None
        listening = threading.Thread(target=lambda: [hear(line.strip()) for line in lines], daemon=True)
        listening.start()
        self.ends(process, listening)

    def run(self, command: list[str]) -> None:
        """Show a program of others."""
        process = subprocess.Popen(
            command, env=self.screen.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        )
        self._parts.callback(process.wait, 10)
        self._parts.callback(process.kill)

    def ends(self, process: subprocess.Popen[str], *listening: threading.Thread) -> None:
        """Have it stopped at the end, and its pipe closed."""
        assert process.stdout is not None
        self._parts.callback(process.stdout.close)
        for thread in listening:
            self._parts.callback(thread.join, 10)
        self._parts.callback(process.wait, 10)
        self._parts.callback(process.terminate)

    def _hear(self, line: str) -> None:
        self._said.put(line)
        self._heard.set()

    def says(self, word: str) -> str:
        """The rest of the next line that begins with `word`."""
        while True:
            first, _, rest = self._said.get(timeout=20).partition(" ")
            if first == word:
                return rest

    def activate(self) -> None:
        self.screen.do("windowactivate", "--sync", self._app)

    def row(self, number: int = 0) -> tuple[int, int]:
        """A point on the name of a row, on the screen."""
        return 620, 60 + 94 + 28 * number

    def stage(self, number: int = 0) -> None:
        """Click a row, and wait until its file is here."""
        before = len(self.staged)
        self._again(
            lambda: self.screen.do("mousemove", *self.row(number), "sleep", 0.1, "click", 1), lambda: len(self.staged) > before
        )

    def drag(self, number: int = 0, to: tuple[int, int] = (100, 390), taken: Callable[[], bool] | None = None) -> None:
        """Drag a row to a point on the screen, until it is taken: by default, until the other program says something."""
        self._again(lambda: self.screen.drag(self.row(number), to), taken or self._heard.is_set)

    def hold(self, number: int = 0) -> None:
        """Drag a row over the other program, until it says so, and hold it there."""

        def act() -> None:
            x, y = self.row(number)
            self.screen.do("key", "Escape", "mouseup", 1, "mousemove", x, y, "sleep", 0.2, "mousedown", 1, "sleep", 0.1)
            for step in range(x, 90, -60):
                self.screen.do("mousemove", step, 390, "sleep", 0.04)

        self._again(act, self._heard.is_set)

    def _again(self, act: Callable[[], object], seen: Callable[[], bool]) -> None:
        # Only the window knows when its rows are shown and can be clicked.
        for _ in range(5):
            act()
            deadline = time.monotonic() + 3
            while time.monotonic() < deadline:
                if seen():
                    return
                time.sleep(0.05)
        pytest.fail("nothing came of it")

    def jobs(self) -> list[dict[str, object]]:
        with connect_control(places.state_folder()) as session:
            return list(session.call("job_list", {})["jobs"])  # type: ignore[index]

    @property
    def staged(self) -> list[Path]:
        folder = places.state_folder() / "staged"
        return list(folder.glob("*/*"))


@pytest.fixture
def desk(own_home: Path, place: Place, tmp_path: Path) -> Iterator[Desk]:
    state = places.state_folder()
    state.mkdir(parents=True)
    memory = Memory(state / "window.ini")
    memory.last = Location(place.location.server, place.location.path, "studio")
    memory.save()
    with ExitStack() as parts:
        desk = Desk(parts, place, tmp_path / "target")
        own = {name: os.environ[name] for name in os.environ if name.startswith("XDG_") or name == "HOME"}
        desk.screen.environment = {**desk.screen.environment, **own}
        desk.screen.environment.pop("DBUS_SESSION_BUS_ADDRESS", None)
        yield desk


def test_a_small_file_leaves_as_a_real_file(desk: Desk) -> None:
    content = os.urandom(700_000)
    (desk.place.folder / "small ä.bin").write_bytes(content)
    desk.open()
    desk.other("files")
    desk.stage()
    desk.drag()
    assert desk.says("got") == "small ä.bin 700000"
    desk.says("done")
    assert (desk.target / "small ä.bin").read_bytes() == content
    assert desk.jobs() == [], "what is here already needs no transfer"


def test_a_large_file_is_saved_where_it_is_dropped(desk: Desk) -> None:
    content = os.urandom(20 * MIB)
    (desk.place.folder / "large file.bin").write_bytes(content)
    desk.open()
    desk.other("save")
    desk.drag()
    assert desk.says("suggested") == "large file.bin"
    assert desk.says("answer") == "S"
    _wait(lambda: (desk.target / "large file.bin").exists(), "file at its place")
    assert (desk.target / "large file.bin").read_bytes() == content
    assert desk.staged == []


def test_a_folder_and_files_are_saved_together(desk: Desk) -> None:
    (desk.place.folder / "a folder" / "sub").mkdir(parents=True)
    (desk.place.folder / "a folder" / "sub" / "x").write_bytes(b"x" * 1000)
    (desk.place.folder / "b.bin").write_bytes(b"b" * 100)
    desk.open()
    desk.other("save")
    desk.stage(1)
    desk.screen.do("key", "ctrl+a")
    desk.drag()
    assert desk.says("answer") == "S"
    _wait(lambda: (desk.target / "a folder" / "sub" / "x").exists() and (desk.target / "b.bin").exists(), "both")
    assert (desk.target / "a folder" / "sub" / "x").read_bytes() == b"x" * 1000
    assert (desk.target / "b.bin").read_bytes() == b"b" * 100


def test_a_place_on_another_computer_is_refused_in_words(desk: Desk) -> None:
    (desk.place.folder / "large").write_bytes(bytes(17 * MIB))
    desk.open()
    desk.other("save", "elsewhere.example")
    desk.drag()
    assert desk.says("answer") == "E"
    assert desk.jobs() == []


def test_a_program_that_takes_only_real_files_is_promised_none_that_is_not_here(desk: Desk) -> None:
    (desk.place.folder / "large").write_bytes(bytes(17 * MIB))
    desk.open()
    desk.other("files")
    desk.drag()
    assert "text/uri-list" not in desk.says("formats")
    desk.screen.window("Download to")
    assert list(desk.target.iterdir()) == []


def test_a_drag_given_up_leaves_nothing_and_asks_nothing(desk: Desk) -> None:
    (desk.place.folder / "large").write_bytes(bytes(17 * MIB))
    (desk.place.folder / "small").write_bytes(b"x")
    desk.open()
    desk.other("save")
    desk.stage(1)
    desk.hold()
    desk.says("formats")
    desk.screen.do("key", "Escape", "sleep", 0.3, "mouseup", 1, "sleep", 0.5)
    assert desk.screen.do("search", "--onlyvisible", "--name", "Download to") == ""
    assert list(desk.target.iterdir()) == []
    assert desk.jobs() == []


@pytest.mark.skipif(shutil.which("dbus-daemon") is None, reason="not installed here: dbus-daemon (apt-get install dbus)")
def test_the_kde_way_names_a_folder_over_the_session_bus(desk: Desk) -> None:
    bus = subprocess.Popen(["dbus-daemon", "--session", "--nofork", "--print-address"], stdout=subprocess.PIPE, text=True)
    desk.ends(bus)
    assert bus.stdout is not None
    desk.screen.environment["DBUS_SESSION_BUS_ADDRESS"] = bus.stdout.readline().strip()
    content = os.urandom(18 * MIB)
    (desk.place.folder / "for dolphin").write_bytes(content)
    desk.open()
    desk.other("extract")
    desk.drag()
    assert desk.says("answer") == "S"
    _wait(lambda: (desk.target / "for dolphin").exists(), "file at its place")
    assert (desk.target / "for dolphin").read_bytes() == content


@pytest.mark.parametrize("manager", ["pcmanfm", "thunar"])
def test_into_a_file_manager(desk: Desk, manager: str) -> None:
    if shutil.which(manager) is None:
        pytest.skip(f"not installed here: {manager} (apt-get install {manager})")
    content = os.urandom(18 * MIB)
    (desk.place.folder / "large.bin").write_bytes(content)
    (desk.place.folder / "small.txt").write_bytes(b"small")
    desk.open()
    # Killed at the end: pcmanfm does not always heed the signal to end.
    desk.run([manager, str(desk.target)])
    window = desk.screen.window("target")
    desk.screen.do("windowsize", "--sync", window, 280, 300)
    desk.screen.do("windowmove", "--sync", window, 5, 400)
    desk.activate()
    desk.drag(0, (230, 640), taken=lambda: len(desk.jobs()) == 1)
    desk.stage(1)
    desk.drag(1, (230, 640), taken=(desk.target / "small.txt").exists)
    _wait((desk.target / "large.bin").exists, "large file")
    assert (desk.target / "large.bin").read_bytes() == content
    assert (desk.target / "small.txt").read_bytes() == b"small"
    assert sorted(path.name for path in desk.target.iterdir() if not path.name.startswith(".")) == ["large.bin", "small.txt"]
