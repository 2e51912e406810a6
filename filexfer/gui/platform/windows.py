"""Windows: start at login by the registry's Run key, *Send to* by that folder, the number of transfers on its task bar."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PySide6.QtGui import QGuiApplication

from filexfer.gui.platform.system import System, own_command, remove_all, write_all

_RUN, _NAME = r"Software\Microsoft\Windows\CurrentVersion\Run", "filexfer"


class Windows(System):
    def progress(self, fraction: float | None, jobs: int) -> None:
        badge = getattr(QGuiApplication.instance(), "setBadgeNumber", None)
        if badge is not None:
            badge(jobs)

    def show_files(self, files: Sequence[str]) -> bool:
        if not os.path.exists(files[0]):
            return False
        # One line, for Explorer reads its arguments in its own way; it takes one file, and its exit code tells nothing.
        subprocess.Popen(f'explorer /select,"{os.path.normpath(files[0])}"').wait()
        return True

    @property
    def can_start_at_login(self) -> bool:
        return True

    def at_login(self) -> bool:
        registry = _registry()
        try:
            with registry.OpenKey(registry.HKEY_CURRENT_USER, _RUN) as key:
                registry.QueryValueEx(key, _NAME)
        except FileNotFoundError:
            return False
        return True

    def set_at_login(self, on: bool) -> None:
        registry = _registry()
        with registry.CreateKey(registry.HKEY_CURRENT_USER, _RUN) as key:
            if on:
                registry.SetValueEx(key, _NAME, 0, registry.REG_SZ, subprocess.list2cmdline(own_command("agent")))
                return
            try:
                registry.DeleteValue(key, _NAME)
            except FileNotFoundError:
                return  # it was not there

    @property
    def can_send(self) -> bool:
        return True

    def sends(self) -> bool:
        return _sender().is_file()

    def set_sends(self, on: bool) -> None:
        if on:
            write_all([(_sender(), f'@start "" {subprocess.list2cmdline(own_command("app", "--"))} %*\r\n', False)])
        else:
            remove_all([_sender()])

    def close(self) -> None:
        self.progress(None, 0)


def _sender() -> Path:
    return Path(os.environ["APPDATA"]) / "Microsoft" / "Windows" / "SendTo" / "filexfer.cmd"


def _registry() -> Any:
    import winreg

    return winreg
