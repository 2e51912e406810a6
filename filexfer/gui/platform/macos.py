"""macOS: start at login by a launch agent (launchd.plist(5)), the number of transfers on the Dock's icon. Links open the app by
its Info.plist once it lies in the Applications folder, so there is nothing to integrate."""

from __future__ import annotations

import plistlib
import subprocess
from collections.abc import Sequence
from pathlib import Path

from filexfer.gui.platform.system import System, own_command, remove_all, write_all

_LABEL = "org.filexfer.agent"


class MacOs(System):
    def progress(self, fraction: float | None, jobs: int) -> None:
        from PySide6.QtGui import QGuiApplication

        badge = getattr(QGuiApplication.instance(), "setBadgeNumber", None)
        if badge is not None:
            badge(jobs)

    def show_files(self, files: Sequence[str]) -> bool:
        # open(1): -R reveals files in the Finder.
        return subprocess.run(["open", "-R", *files], capture_output=True, check=False).returncode == 0

    @property
    def can_start_at_login(self) -> bool:
        return True

    def at_login(self) -> bool:
        return _file().is_file()

    def set_at_login(self, on: bool) -> None:
        if on:
            job = {"Label": _LABEL, "ProgramArguments": own_command("agent"), "RunAtLoad": True, "ProcessType": "Background"}
            write_all([(_file(), plistlib.dumps(job).decode("utf-8"), False)])
        else:
            remove_all([_file()])

    def close(self) -> None:
        self.progress(None, 0)


def _file() -> Path:
    return Path.home() / "Library" / "LaunchAgents" / f"{_LABEL}.plist"
