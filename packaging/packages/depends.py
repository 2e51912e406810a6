"""Finds out which Debian packages a bundle needs beside itself: for every use, and for the window alone.

The names come from the machine that builds: which of its libraries the bundle's files ask for, and which packages
brought them."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

#: What only the window asks for: Qt, and whatever nothing but Qt leads to.
_WINDOW = ("PySide6", "shiboken6")
#: What Qt opens by name while it runs, so that no file says it: keyboard, D-Bus, glyphs; what opens files for the app, and what
#: makes its links and its icon known.
_OPENED = (
    "desktop-file-utils", "fontconfig-config", "fonts-dejavu-core", "hicolor-icon-theme", "libdbus-1-3", "libegl1", "libgl1",
    "xdg-utils", "xkb-data",
)  # fmt: skip


@dataclass(frozen=True)
class Needs:
    """Packages with the oldest version that will do, as in `Depends` (every use) and `Recommends` (the window)."""

    always: tuple[str, ...]
    window: tuple[str, ...]


@dataclass(frozen=True)
class _Library:
    """A program or library of the bundle: the names it asks for, and the newest glibc that it does."""

    needs: frozenset[str]
    glibc: tuple[int, ...]


def of_bundle(folder: Path) -> Needs:
    """What the programs and libraries in `folder` need. Raises `LookupError` for a library that no package here has brought."""
    files = [path for path in folder.rglob("*") if path.is_file() and not path.is_symlink() and _is_elf(path)]
    read = {path: _library(path) for path in files}
    own = {path.name for path in [*files, *(path for path in folder.rglob("*") if path.is_symlink())]}
    window = {path for path in files if any(part in _WINDOW for part in path.relative_to(folder).parts)}
    # Libraries at the top are there because somebody asks for them: who, decides.
    asked = {path for path in files if path.name.startswith("lib")} - window
    reached = _closure(set(files) - window - asked, read)
    always = {name for path in reached for name in read[path].needs} - own
    rest = {name for path in files for name in read[path].needs} - own - always
    glibc = ".".join(map(str, max((one.glibc for one in read.values()), default=())))
    base = sorted(f"libc6 (>= {glibc})" if one == "libc6" else one for one in packages_of(always))
    extra = sorted({*packages_of(rest), *_OPENED} - packages_of(always))
    return Needs(tuple(base), tuple(extra))


def _closure(start: set[Path], read: dict[Path, _Library]) -> set[Path]:
    """`start` and all of the bundle that they lead to."""
    by_name = {path.name: path for path in read}
    reached, left = set(start), list(start)
    while left:
        for name in read[left.pop()].needs:
            path = by_name.get(name)
            if path is not None and path not in reached:
                reached.add(path)
                left.append(path)
    return reached


def packages_of(libraries: Iterable[str]) -> set[str]:
    """The Debian packages that brought these libraries (`libEGL.so.1`) to this machine."""
    listed = subprocess.run(["ldconfig", "-p"], capture_output=True, text=True, check=True).stdout
    places = dict(reversed(re.findall(r"^\s+(\S+) \([^)]*\) => (\S+)$", listed, re.MULTILINE)))
    found = set()
    for library in sorted(libraries):
        if library not in places:
            raise LookupError(f"{library} is needed, and not installed here. Install it: make package does so as root.")
        found.add(owner(Path(places[library])))
    return found


def owner(path: Path) -> str:
    """The Debian package that brought the file `path`. Raises `LookupError` if none did."""
    # Where /lib is a link to /usr/lib, packages may still name their files by the one or the other.
    spelt = [str(path), str(path.resolve())]
    spelt += [name.removeprefix("/usr") for name in spelt if name.startswith("/usr/lib")]
    asked = subprocess.run(["dpkg-query", "-S", *spelt], capture_output=True, text=True)
    brought = [line.partition(":")[0] for line in asked.stdout.splitlines() if not line.startswith("diversion")]
    if not brought:
        raise LookupError(f"No package of this system brought {path}.")
    return brought[0]


def _is_elf(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) == b"\x7fELF"


def _library(path: Path) -> _Library:
    said = subprocess.run(["objdump", "-p", path], capture_output=True, text=True, check=True).stdout
    versions = re.findall(r"\bGLIBC_(\d+(?:\.\d+)+)$", said, re.MULTILINE)
    glibc = max((tuple(map(int, one.split("."))) for one in versions), default=())
    return _Library(frozenset(re.findall(r"NEEDED +(\S+)", said)), glibc)
