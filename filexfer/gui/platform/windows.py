"""Windows: start at login by the registry's Run key, *Send to* by that folder, links by a class of this person's, the number of
transfers on its task bar. Sources: “Run and RunOnce Registry Keys”, “Registering an Application to a URI Scheme” (Microsoft)."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from filexfer.gui.platform.system import (
    Integration,
    Placed,
    System,
    own_command,
    remove_all,
    window_command,
    write_all,
)

_RUN, _NAME = r"Software\Microsoft\Windows\CurrentVersion\Run", "filexfer"
#: The class of our links, and its keys from the innermost out, as they have to be deleted.
_CLASS = r"Software\Classes\filexfer"
_KEYS = (rf"{_CLASS}\shell\open\command", rf"{_CLASS}\shell\open", rf"{_CLASS}\shell", rf"{_CLASS}\DefaultIcon", _CLASS)


class Windows(System):
    def progress(self, fraction: float | None, jobs: int) -> None:
        from PySide6.QtGui import QGuiApplication

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

    @property
    def can_integrate(self) -> bool:
        return True

    def integration(self) -> Integration:
        registry = _registry()
        try:
            with registry.OpenKey(registry.HKEY_CURRENT_USER, _KEYS[0]) as key:
                line, _ = registry.QueryValueEx(key, "")
        except FileNotFoundError:
            return Integration(Placed.NOWHERE)
        program = str(line).removeprefix('"').partition('"')[0]
        if not os.path.exists(program):
            return Integration(Placed.GONE, program)
        own = os.path.normcase(program) == os.path.normcase(window_command()[0])
        return Integration(Placed.HERE if own else Placed.ELSEWHERE, program)

    def integrate(self, on: bool) -> None:
        registry = _registry()
        if not on:
            for path in _KEYS:
                try:
                    registry.DeleteKey(registry.HKEY_CURRENT_USER, path)
                except FileNotFoundError:
                    continue  # it was not there
            return
        program, *words = window_command()
        # As a command, so that a link made by somebody to bring options with it is refused, not read.
        line = " ".join([f'"{program}"', *(words or ["app"]), '"%1"'])
        for path, name, text in (
            (_CLASS, "", "URL:filexfer"),
            (_CLASS, "URL Protocol", ""),
            (rf"{_CLASS}\DefaultIcon", "", f'"{program}",0'),
            (_KEYS[0], "", line),
        ):
            with registry.CreateKey(registry.HKEY_CURRENT_USER, path) as key:
                registry.SetValueEx(key, name, 0, registry.REG_SZ, text)

    def mend(self) -> bool:
        if self.integration().placed is not Placed.GONE:
            return False
        for was, act in ((True, self.integrate), (self.at_login(), self.set_at_login), (self.sends(), self.set_sends)):
            if was:
                act(True)
        return True

    def close(self) -> None:
        self.progress(None, 0)


def _sender() -> Path:
    return Path(os.environ["APPDATA"]) / "Microsoft" / "Windows" / "SendTo" / "filexfer.cmd"


def _registry() -> Any:
    import winreg

    return winreg
