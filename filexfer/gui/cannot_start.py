"""Why no window can be opened here, and what to install: a sentence for the terminal, and for somebody who double-clicked one on
the screen, by whatever program of the desktop can show it. Rule: it works without Qt, whose libraries may be what is missing."""

from __future__ import annotations

import ctypes
import os
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

#: Libraries of the system that Qt needs to show a window, by the families of distributions: the packages that have each.
DEBIAN, FEDORA, ARCH = range(3)
LIBRARIES = {
    "libEGL.so.1": ("libegl1", "libglvnd-egl", "libglvnd"),
    "libGL.so.1": ("libgl1", "libglvnd-glx", "libglvnd"),
    "libglib-2.0.so.0": ("libglib2.0-0", "glib2", "glib2"),
    "libgthread-2.0.so.0": ("libglib2.0-0", "glib2", "glib2"),
    "libfontconfig.so.1": ("libfontconfig1", "fontconfig", "fontconfig"),
    "libfreetype.so.6": ("libfreetype6", "freetype", "freetype2"),
    "libdbus-1.so.3": ("libdbus-1-3", "dbus-libs", "dbus"),
    "libxkbcommon.so.0": ("libxkbcommon0", "libxkbcommon", "libxkbcommon"),
}
FOR_X11 = {
    "libX11.so.6": ("libx11-6", "libX11", "libx11"),
    "libX11-xcb.so.1": ("libx11-xcb1", "libX11-xcb", "libx11"),
    "libxkbcommon-x11.so.0": ("libxkbcommon-x11-0", "libxkbcommon-x11", "libxkbcommon-x11"),
    "libxcb.so.1": ("libxcb1", "libxcb", "libxcb"),
    "libxcb-cursor.so.0": ("libxcb-cursor0", "xcb-util-cursor", "xcb-util-cursor"),
    "libxcb-icccm.so.4": ("libxcb-icccm4", "xcb-util-wm", "xcb-util-wm"),
    "libxcb-image.so.0": ("libxcb-image0", "xcb-util-image", "xcb-util-image"),
    "libxcb-keysyms.so.1": ("libxcb-keysyms1", "xcb-util-keysyms", "xcb-util-keysyms"),
    "libxcb-render-util.so.0": ("libxcb-render-util0", "xcb-util-renderutil", "xcb-util-renderutil"),
    "libxcb-randr.so.0": ("libxcb-randr0", "libxcb", "libxcb"),
    "libxcb-render.so.0": ("libxcb-render0", "libxcb", "libxcb"),
    "libxcb-shape.so.0": ("libxcb-shape0", "libxcb", "libxcb"),
    "libxcb-shm.so.0": ("libxcb-shm0", "libxcb", "libxcb"),
    "libxcb-sync.so.1": ("libxcb-sync1", "libxcb", "libxcb"),
    "libxcb-xfixes.so.0": ("libxcb-xfixes0", "libxcb", "libxcb"),
    "libxcb-xkb.so.1": ("libxcb-xkb1", "libxcb", "libxcb"),
}
FOR_WAYLAND = {
    "libwayland-client.so.0": ("libwayland-client0", "libwayland-client", "wayland"),
    "libwayland-cursor.so.0": ("libwayland-cursor0", "libwayland-cursor", "wayland"),
    "libwayland-egl.so.1": ("libwayland-egl1", "libwayland-egl", "wayland"),
}
#: How each family installs, and the names that its members give themselves in os-release.
_INSTALLS = ("sudo apt install", "sudo dnf install", "sudo pacman -S")
_FAMILIES = ({"debian", "ubuntu"}, {"fedora", "rhel", "centos"}, {"arch"})

#: What a loader says of a library that is not there, and of a system library that is older than what was built against it.
_NOT_FOUND = re.compile(r"(\S+\.so[.\d]*): cannot open shared object file")
_TOO_OLD = re.compile(r"version [`'](GLIBC(?:XX)?_[\d.]+)' not found")
#: Programs that show a sentence on a desktop, the first that is there, and what stands before the sentence.
_SHOWN_BY = (
    ("zenity", "--error", "--no-markup", "--title=filexfer", "--text"),
    ("kdialog", "--title", "filexfer", "--error"),
    ("xmessage", "-center"),
    ("notify-send", "-u", "critical", "filexfer"),
)

Load = Callable[[str], object]


def _dlopen(name: str) -> object:
    # `ctypes.CDLL` of a bundle is PyInstaller's, which does not say what was not found.
    from _ctypes import dlopen

    return dlopen(name, ctypes.DEFAULT_MODE)


def is_library(error: ImportError) -> bool:
    """Whether a module could not be loaded for the sake of a library of the system."""
    return bool(_NOT_FOUND.search(str(error)) or _TOO_OLD.search(str(error)))


def reason(said: str = "", load: Load = _dlopen) -> str:
    """What stands in the way of a window, and what to do. `said`: what the loader said, if it was that; `load` loads a library by
    its name, or raises `OSError`."""
    old = _TOO_OLD.search(said)
    if old:
        return (
            f"This system is too old for filexfer's window, which needs {old[1]}. Renew the system, or install filexfer with pip."
        )
    missing = missing_libraries(load) or _NOT_FOUND.findall(said)
    if missing:
        return _to_install(missing)
    display = os.environ.get("WAYLAND_DISPLAY") or os.environ.get("DISPLAY")
    if not display:
        return (
            "filexfer's window needs a screen, and here is none: neither DISPLAY nor WAYLAND_DISPLAY is set. Start it on a "
            "desktop, or use the command line “filexfer”, which does the same."
        )
    return (
        f"filexfer's window needs a screen, and {display}, which DISPLAY or WAYLAND_DISPLAY names, does not let it in. Start it "
        "as the one who is logged in there, or use the command line “filexfer”, which does the same."
    )


def missing_libraries(load: Load = _dlopen) -> list[str]:
    """Those that a window needs and that cannot be loaded here."""
    if sys.platform != "linux":
        return []
    wanted = {**LIBRARIES, **(FOR_WAYLAND if "WAYLAND_DISPLAY" in os.environ else FOR_X11)}
    return [name for name in wanted if not _loads(name, load)]


def _loads(name: str, load: Load) -> bool:
    try:
        load(name)
    except OSError as error:
        # One of ours may be there, and miss another.
        return name not in _NOT_FOUND.findall(str(error))
    return True


def _to_install(missing: Iterable[str]) -> str:
    names = list(missing)
    known = {**LIBRARIES, **FOR_X11, **FOR_WAYLAND}
    rows = [known[name] for name in names if name in known]
    missing_names = ", ".join(names)
    if not rows:
        return f"filexfer's window needs libraries that are missing here: {missing_names}. Install the packages that have them."
    each = [f"“{_INSTALLS[one]} {' '.join(dict.fromkeys(row[one] for row in rows))}”" for one in _families()]
    commands = " · ".join(each)
    return f"filexfer's window needs libraries that are missing here: {missing_names}. Install them and try again: {commands}."


def _families() -> list[int]:
    """The one that this system belongs to; all of them where it does not say."""
    try:
        told = platform.freedesktop_os_release()
    except OSError:
        return [DEBIAN, FEDORA, ARCH]
    names = {told.get("ID", ""), *told.get("ID_LIKE", "").split()}
    return [number for number, family in enumerate(_FAMILIES) if family & names] or [DEBIAN, FEDORA, ARCH]


def tell(sentence: str) -> int:
    """Say it on stderr, and on the screen where nobody reads that. Returns the exit code."""
    text = _translated(sentence)
    print(f"filexfer: {text}", file=sys.stderr, flush=True)
    if not sys.stderr.isatty() and (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        _show(text)
    return 1


def _show(text: str) -> None:
    for program, *words in _SHOWN_BY:
        if shutil.which(program):
            try:
                # It stays when we have ended.
                subprocess.Popen(
                    [program, *words, text],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    start_new_session=True,
                )
            except OSError:
                continue
            return


def _translated(sentence: str) -> str:
    """In the language of the system, as far as Qt's smallest library can be loaded."""
    try:
        from filexfer.gui.kit.unopened import in_their_language
    except ImportError:
        return sentence
    return in_their_language(sentence)


@contextmanager
def told_in_words() -> Iterator[None]:
    """While the application is made: Qt ends the process where no screen lets it in, so the sentence is said before it does."""
    from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler

    def heard(kind: QtMsgType, _: QMessageLogContext, text: str) -> None:
        if kind == QtMsgType.QtFatalMsg:
            code = tell(reason(text))
            sys.stderr.flush()
            os._exit(code)
        if "QT_DEBUG_PLUGINS" in os.environ:
            print(text, file=sys.stderr)

    qInstallMessageHandler(heard)
    try:
        yield
    finally:
        qInstallMessageHandler(None)
