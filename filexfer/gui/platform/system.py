"""What differs from one desktop to the next, as the window asks for it: progress in the task bar, notifications, start at login,
an entry in the file managers' *Send to*, a file manager that shows files. `this_system` gives the one we run on; what a system
has not is absent quietly.

Rules: `progress` and `notify` return at once; all that looks or changes something (login, *Send to*, menu, `show_files`) reads
and writes files or waits for others, so it is called on other threads than the main one, and all but the last raise `OSError`.
Nothing here imports Qt before a window is there: the command line asks too."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path


class Placed(Enum):
    """Who stands in the system's menu and opens links: nobody of ours, this program, another copy, one that is not there any
    more, or this program by the system's own package."""

    NOWHERE, HERE, ELSEWHERE, GONE, SYSTEM = range(5)


@dataclass(frozen=True, slots=True)
class Integration:
    """Attributes: placed; program (the path of the one that stands there, or empty)."""

    placed: Placed
    program: str = ""


class System:
    """The one that has nothing.

    Attributes:
        clicked: called, on any thread, when a notification was clicked, with the system's leave to come to the front.
        open_words: what such a click does, in the person's language."""

    def __init__(self) -> None:
        self.clicked: Callable[[str], object] = lambda _: None
        self.open_words = "Open"

    def progress(self, fraction: float | None, jobs: int) -> None:
        """Show in the task bar how far all that runs came, 0 to 1; None for nothing to show. `jobs`: how many there are."""

    def notify(self, title: str, text: str) -> bool:
        """Tell a person who looks elsewhere; whether this system has a way of its own."""
        return False

    def show_files(self, files: Sequence[str]) -> bool:
        """Have the file manager show these files of one folder, selected; whether it does."""
        return False

    @property
    def can_start_at_login(self) -> bool:
        return False

    def at_login(self) -> bool:
        """Whether the background process starts at login."""
        return False

    def set_at_login(self, on: bool) -> None:
        """Have it start at login, or not."""

    @property
    def can_send(self) -> bool:
        return False

    def sends(self) -> bool:
        """Whether file managers offer *Send to filexfer*."""
        return False

    def set_sends(self, on: bool) -> None:
        """Have them offer it, or not."""

    @property
    def can_integrate(self) -> bool:
        """Whether the menu and links can be had by asking for it; elsewhere the system sees to that, or nobody can."""
        return False

    def integration(self) -> Integration:
        return Integration(Placed.NOWHERE)

    def integrate(self, on: bool) -> None:
        """Have this program stand in the menu and open links, or none of ours."""

    def mend(self) -> bool:
        """Have what was chosen earlier start this program, where the one it started is not there any more, as when the folder was
        moved; whether there was something to mend."""
        return False

    def close(self) -> None:
        """Show nothing any more."""


def this_system(name: str = sys.platform) -> System:
    """The one of that name, as `sys.platform` has it."""
    if name == "linux":
        from filexfer.gui.platform.linux import Linux

        return Linux()
    if name == "darwin":
        from filexfer.gui.platform.macos import MacOs

        return MacOs()
    if name == "win32":
        from filexfer.gui.platform.windows import Windows

        return Windows()
    return System()


def own_command(*words: str) -> list[str]:
    """How this program starts itself: the bundled one by its executable, else by this Python."""
    start = [sys.executable] if getattr(sys, "frozen", False) else [sys.executable, "-m", "filexfer"]
    return [*start, *words]


def window_command() -> list[str]:
    """How the window is started; of the bundled programs by the one that has no console."""
    if not getattr(sys, "frozen", False):
        return own_command("app")
    program = Path(sys.executable)
    window = program.with_name(f"filexfer-app{program.suffix}")
    return [str(window if program.stem == "filexfer" and window.exists() else program)]


def write_all(files: Sequence[tuple[Path, str, bool]]) -> None:
    """Write (file, text, whether it can be run), each whole or not at all."""
    for file, text, runs in files:
        file.parent.mkdir(parents=True, exist_ok=True)
        beside = file.with_name(f".{file.name}.new")
        beside.write_text(text, "utf-8")
        beside.chmod(0o755 if runs else 0o644)
        os.replace(beside, file)


def remove_all(files: Sequence[Path]) -> None:
    for file in files:
        file.unlink(missing_ok=True)
