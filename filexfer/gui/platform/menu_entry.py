"""An AppImage or an unpacked folder in a Linux desktop: an entry of the applications menu with its picture, and the program for
links (`x-scheme-handler/filexfer`), for this person alone. Only if they say so, and nothing that `remove` does not take back.

Sources: desktop-entry-spec, icon-theme-spec, mime-apps-spec (the file `mimeapps.list`) of freedesktop.org."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from filexfer.gui.kit import resources
from filexfer.gui.platform.desktop_entry import config_home, data_home, exec_line, program_of
from filexfer.gui.platform.system import Integration, Placed, remove_all, window_command, write_all

_NAME = "filexfer.desktop"
_SCHEME = "x-scheme-handler/filexfer"
_HEAD = "[Default Applications]"
#: Seconds for the desktop's list of programs to be written anew.
_PATIENCE = 20.0


def entry_file() -> Path:
    return data_home() / "applications" / _NAME


def look() -> Integration:
    """Who is in the menu, and is started by links."""
    ours, placed = window_command()[0], program_of(entry_file())
    if placed:
        return Integration(_state(placed, ours), placed)
    of_system = _of_system()
    return Integration(Placed.SYSTEM if of_system and os.path.samefile(of_system, ours) else Placed.NOWHERE, of_system)


def _state(placed: str, ours: str) -> Placed:
    if not os.path.exists(placed):
        return Placed.GONE
    return Placed.HERE if os.path.realpath(placed) == os.path.realpath(ours) else Placed.ELSEWHERE


def _of_system() -> str:
    """The program behind the entry that a package of this system has brought; empty where there is none."""
    for folder in (os.environ.get("XDG_DATA_DIRS") or "/usr/local/share:/usr/share").split(":"):
        program = program_of(Path(folder) / "applications" / _NAME)
        if program:
            return shutil.which(program) or ""
    return ""


def put() -> None:
    """Have the menu and links start this program. Raises `OSError`."""
    folder = resources.folder()
    text = (folder / _NAME).read_text("utf-8")
    line = f"{exec_line(window_command())} %U"
    mine = "\n".join(f"Exec={line}" if one.startswith("Exec=") else one for one in text.splitlines())
    drawing = (folder / "icons" / "filexfer.svg").read_text("utf-8")
    listed = with_default(_read(_defaults()))
    write_all([(entry_file(), f"{mine}\n", False), (_icon(), drawing, False), (_defaults(), listed, False)])
    _renew()


def remove() -> None:
    """Take it back. Raises `OSError`."""
    text = _read(_defaults())
    if without_default(text) != text:
        write_all([(_defaults(), without_default(text), False)])
    remove_all([entry_file(), _icon()])
    _renew()


def _icon() -> Path:
    return data_home() / "icons" / "hicolor" / "scalable" / "apps" / "filexfer.svg"


def _defaults() -> Path:
    return config_home() / "mimeapps.list"


def _read(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except FileNotFoundError:
        return ""


def with_default(text: str) -> str:
    """A `mimeapps.list` in which we open our links; all else in it stays."""
    lines = without_default(text, _SCHEME + "=").splitlines()
    if _HEAD not in lines:
        lines += ["", _HEAD] if lines else [_HEAD]
    lines.insert(lines.index(_HEAD) + 1, f"{_SCHEME}={_NAME};")
    return "\n".join(lines) + "\n"


def without_default(text: str, line: str = f"{_SCHEME}={_NAME}") -> str:
    """Without the lines of default applications that begin like that."""
    kept, group = [], ""
    for one in text.splitlines(keepends=True):
        group = one.strip() if one.startswith("[") else group
        if not (group == _HEAD and one.startswith(line)):
            kept.append(one)
    return "".join(kept)


def _renew() -> None:
    """Desktops that keep a list of who opens what read it from a file that this program writes; the others need nothing."""
    program = shutil.which("update-desktop-database")
    if program:
        try:
            subprocess.run([program, "-q", str(entry_file().parent)], capture_output=True, check=False, timeout=_PATIENCE)
        except subprocess.TimeoutExpired:
            return
