"""On a real (virtual) X server, with a window manager: a file is dragged from another program's window onto the app's."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from filexfer.core import places
from filexfer.gui.kit.location import Location
from filexfer.gui.kit.settings import Memory
from tests.gui.conftest import Place

NEEDED = ("Xvfb", "openbox", "xdotool")
MISSING = [name for name in NEEDED if shutil.which(name) is None]
pytestmark = pytest.mark.skipif(
    bool(MISSING), reason=f"not installed here: {', '.join(MISSING)} (apt-get install xvfb openbox xdotool)"
)


def _wait(seen: Callable[[], bool], what: str, seconds: float = 30.0) -> None:
    deadline = time.monotonic() + seconds
    while not seen():
        assert time.monotonic() < deadline, f"no {what} after {seconds} s"
        time.sleep(0.05)


class Screen:
    """An X server with a window manager, and a hand on its mouse. Attributes: environment (for programs shown on it)."""

    def __init__(self, parts: ExitStack) -> None:
        self._parts = parts
        reading, writing = os.pipe()
        # -noreset: without it the server starts anew when its last client leaves, and the next window may never show.
        self.run(["Xvfb", "-displayfd", str(writing), "-screen", "0", "1280x800x24", "-nolisten", "tcp", "-noreset"], writing)
        os.close(writing)
        with os.fdopen(reading) as pipe:
            number = pipe.readline().strip()
        assert number, "Xvfb did not start"
        self.environment = os.environ | {"DISPLAY": f":{number}", "QT_QPA_PLATFORM": "xcb"}
        self.run(["openbox"])

    def run(self, command: list[str], *descriptors: int) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            command,
            env=getattr(self, "environment", None),
            pass_fds=descriptors,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._parts.callback(process.wait, 10)
        self._parts.callback(process.terminate)
        return process

    def do(self, *words: object) -> str:
        """`xdotool` with these words; what it prints."""
        found = subprocess.run(
            ["xdotool", *map(str, words)], env=self.environment, capture_output=True, text=True, timeout=20, check=False
        )
        return found.stdout.strip()

    def window(self, title: str) -> str:
        """The id of the window whose title has `title` in it, once it is shown."""
        _wait(lambda: bool(self.do("search", "--onlyvisible", "--name", title)), f"window “{title}”")
        return self.do("search", "--onlyvisible", "--name", title).split()[-1]

    def drag(self, start: tuple[int, int], end: tuple[int, int]) -> None:
        """As a hand does it: press, move a little, move over, hover, let go."""
        self.do("mousemove", *start, "sleep", 0.2, "mousedown", 1, "sleep", 0.1)
        for _ in range(5):
            self.do("mousemove_relative", "--", 6, 4, "sleep", 0.04)
        for step in range(1, 9):
            x, y = (round(a + (b - a) * step / 8) for a, b in zip(start, end, strict=True))
            self.do("mousemove", x, y, "sleep", 0.04)
        for jitter in (2, -2):
            self.do("sleep", 0.25, "mousemove_relative", "--", jitter, jitter)
        self.do("sleep", 0.25, "mouseup", 1, "sleep", 0.4)


@pytest.fixture
def screen() -> Iterator[Screen]:
    with ExitStack() as parts:
        yield Screen(parts)


def test_a_file_dragged_from_another_program_arrives(screen: Screen, own_home: Path, place: Place, tmp_path: Path) -> None:
    state = places.state_folder()
    state.mkdir(parents=True)
    memory = Memory(state / "window.ini")
    memory.last = Location(place.location.server, place.location.path, "studio")
    memory.save()
    screen.environment |= {name: os.environ[name] for name in os.environ if name.startswith("XDG_") or name == "HOME"}
    file = tmp_path / "dragged file.bin"
    file.write_bytes(os.urandom(3_000_000))
    tree = tmp_path / "tree"
    (tree / "sub").mkdir(parents=True)
    (tree / "sub" / "x").write_bytes(b"x" * 1000)
    screen.run([sys.executable, "-m", "filexfer.gui.start"])
    screen.run([sys.executable, str(Path(__file__).with_name("drag_source.py")), str(file), str(tree)])
    app, source = screen.window("– filexfer"), screen.window("drag-source")
    screen.do("windowmove", "--sync", source, 10, 30)
    screen.do("windowsize", "--sync", app, 900, 640)
    screen.do("windowmove", "--sync", app, 300, 60)
    screen.do("windowactivate", "--sync", source)
    screen.drag((90, 110), (800, 330))
    _wait(lambda: (place.folder / "dragged file.bin").exists(), "file in the share")
    _wait(lambda: (place.folder / "tree" / "sub" / "x").exists(), "folder in the share")
    assert (place.folder / "dragged file.bin").read_bytes() == file.read_bytes()
    assert (place.folder / "tree" / "sub" / "x").read_bytes() == b"x" * 1000
    assert file.exists()
    assert tree.exists(), "what was dragged is copied, never moved"
