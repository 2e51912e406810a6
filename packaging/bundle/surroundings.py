"""The environment that programs opened from a bundle get: as it was before the bundle was started.

What starts a bundle changes the environment for its own sake: PyInstaller's bootloader has LD_LIBRARY_PATH lead to the bundle's
libraries (which a browser would load instead of its own), its hook QT_PLUGIN_PATH to the bundle's plugins, and an AppImage tells
where it is mounted. None of that is for others, so it is put right once, in the environment of this process, from which all of
them come: `subprocess`, Qt's `openUrl` and D-Bus activation alike. The loader of this process has read its path already."""

from __future__ import annotations

import os
from collections.abc import MutableMapping
from pathlib import Path

#: Where libraries are looked for, by system; the bootloader keeps what it found under the same name with _ORIG.
_LIBRARIES = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "LIBPATH")
#: What is said to the bundle alone. A hook sets the first two, the runtime of an AppImage the last four.
_OURS = ("QT_PLUGIN_PATH", "QML2_IMPORT_PATH", "APPDIR", "APPIMAGE", "ARGV0", "OWD")
_BOOTLOADER = "_PYI_"


def give_back(environment: MutableMapping[str, str], executable: str, inside: str) -> str:
    """Put `environment` right, and return the program that starts this one: the AppImage, where we run from one, for its files
    are gone when nobody uses it; else the executable.

    Args:
        environment: changed in place, `os.environ` outside of tests.
        executable, inside: this program's file, and the folder of its libraries."""
    image, mounted = environment.get("APPIMAGE", ""), environment.get("APPDIR", "")
    ours = bool(image and mounted) and _lies_in(executable, mounted)
    for name in _LIBRARIES:
        before = environment.pop(f"{name}_ORIG", "")
        if before:
            environment[name] = before
        elif _leads_to(environment.get(name, ""), inside):
            del environment[name]
    for name in _OURS:
        # One that started us from within another AppImage has told that one's.
        if _leads_to(environment.get(name, ""), inside) or (ours and name in ("APPDIR", "APPIMAGE", "ARGV0", "OWD")):
            environment.pop(name, None)
    for name in [one for one in environment if one.startswith(_BOOTLOADER)]:
        del environment[name]
    return image if ours else executable


def _leads_to(paths: str, folder: str) -> bool:
    return any(_lies_in(path, folder) for path in paths.split(os.pathsep) if path)


def _lies_in(path: str, folder: str) -> bool:
    place, outer = Path(os.path.realpath(path)), Path(os.path.realpath(folder))
    return outer == place or outer in place.parents
