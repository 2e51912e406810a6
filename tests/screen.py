"""A screen of a test's own: Xvfb with a window manager, and the hands of a person on it (`xdotool`). Linux only.

Nothing in here knows filexfer. The moves of a drag, and why they are slow, were found by trying: toolkits want to see a press, a
small move, a pause, and movement over the target before they believe in a drag.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

_T = TypeVar("_T")

#: Seconds that anything on the screen may take to happen.
PATIENCE = 30.0

_SOURCE = """
import sys
from PySide6.QtCore import QMimeData, QUrl, Qt
from PySide6.QtGui import QDrag
from PySide6.QtWidgets import QApplication, QLabel

class Source(QLabel):
    def mouseMoveEvent(self, event):
        drag = QDrag(self)
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(path) for path in sys.argv[1:]])
        drag.setMimeData(data)
        print("dropped" if drag.exec(Qt.DropAction.CopyAction) == Qt.DropAction.CopyAction else "refused", flush=True)

app = QApplication(sys.argv[:1])
source = Source("drag me", alignment=Qt.AlignmentFlag.AlignCenter)
source.setWindowFlags(Qt.WindowType.X11BypassWindowManagerHint)
source.setGeometry(0, 0, 80, 40)
source.show()
app.exec()
"""


def wait_for(look: Callable[[], _T], what: str, patience: float = PATIENCE) -> _T:
    """The first true answer of `look`, asked again and again; fails, naming `what`, when patience ends."""
    deadline = time.monotonic() + patience
    while not (found := look()):
        assert time.monotonic() < deadline, f"Waited in vain for {what}."
        time.sleep(0.05)
    return found


class Screen:
    """One display.

    Attributes:
        environment: what a process needs in its environment to show itself there.
    """

    def __init__(self, display: str) -> None:
        self.environment = {"DISPLAY": display, "QT_QPA_PLATFORM": "xcb"}

    def hand(self, *words: str) -> str:
        """Run one `xdotool` command line, and return what it printed."""
        done = subprocess.run(["xdotool", *words], env={**os.environ, **self.environment}, capture_output=True, text=True)
        return done.stdout.strip()

    def window(self, title: str) -> str:
        """The id of the visible window whose title matches the expression, once there is one."""
        return wait_for(lambda: self.hand("search", "--onlyvisible", "--name", title), f"a window “{title}”").splitlines()[-1]

    def place(self, window: str, left: int, top: int, width: int, height: int) -> None:
        """Put a window where the test expects it, in front and with the keyboard."""
        self.hand("windowsize", "--sync", window, str(width), str(height), "windowmove", window, str(left), str(top))
        self.hand("windowactivate", "--sync", window)

    def press(self, *keys: str) -> None:
        """Press keys one after the other, each as `xdotool key` names it, such as `ctrl+l`."""
        self.hand("key", "--delay", "60", *keys)

    def type(self, text: str) -> None:
        self.hand("type", "--delay", "8", text)

    def click(self, left: int, top: int) -> None:
        self.hand("mousemove", str(left), str(top), "sleep", "0.1", "click", "1")

    def drag(self, start: tuple[int, int], end: tuple[int, int]) -> None:
        """Press at `start`, move on to `end` as a hand does, let go."""
        between = [(start[n] + end[n]) // 2 for n in (0, 1)]
        moves = ["mousemove", *map(str, start), "sleep", "0.2", "mousedown", "1", "sleep", "0.1"]
        moves += ["mousemove_relative", "--", "6", "4", "sleep", "0.04"] * 5
        moves += ["mousemove", *map(str, between), "sleep", "0.1"]
        for step in range(1, 6):
            there = [str(between[n] + (end[n] - between[n]) * step // 5) for n in (0, 1)]
            moves += ["mousemove", *there, "sleep", "0.05"]
        moves += ["sleep", "0.25", "mousemove_relative", "--", "2", "2", "sleep", "0.25"]
        moves += ["mousemove_relative", "--", "-2", "-2", "sleep", "0.25", "mouseup", "1", "sleep", "0.4"]
        self.hand(*moves)

    def drag_files(self, paths: Sequence[Path], end: tuple[int, int]) -> str:
        """Drag files and folders out of another process's window, and drop them at `end`. Answers what that process saw:
        `dropped` or `refused`."""
        command = [sys.executable, "-c", _SOURCE, *map(str, paths)]
        environment = {**os.environ, **self.environment}
        with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as source:
            assert source.stdout is not None
            try:
                wait_for(lambda: self.hand("search", "--onlyvisible", "--pid", str(source.pid)), "the window to drag from")
                self.drag((40, 20), end)
                return source.stdout.readline().strip()
            finally:
                source.terminate()


@contextmanager
def screen(width: int = 1280, height: int = 800) -> Iterator[Screen]:
    """An empty screen with a window manager, gone when the block ends."""
    reads, writes = os.pipe()
    # Without -noreset the server resets when its last client leaves, and the next window may never show.
    server = ["Xvfb", "-displayfd", str(writes), "-screen", "0", f"{width}x{height}x24", "-nolisten", "tcp", "-noreset"]
    with subprocess.Popen(server, pass_fds=[writes], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as display:
        os.close(writes)
        with open(reads, encoding="ascii") as told:
            number = told.readline().strip()
        try:
            assert number, "Xvfb did not start; `make test` installs it."
            made = Screen(f":{number}")
            environment = {**os.environ, **made.environment}
            quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
            with subprocess.Popen(["openbox", "--sm-disable"], env=environment, **quiet) as manager:
                # It says so on the root window when it has taken the screen.
                root = ["xprop", "-root", "_NET_SUPPORTING_WM_CHECK"]
                wait_for(lambda: b"window id" in subprocess.run(root, env=environment, capture_output=True).stdout, "openbox")
                try:
                    yield made
                finally:
                    manager.terminate()
        finally:
            display.terminate()
