"""What every package is called and dated by: the version, the machine, the moment of the sources."""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
from pathlib import Path

from filexfer import __version__

TOP = Path(__file__).resolve().parents[2]
DIST = TOP / "dist"
#: What the recipe makes, and all packages but the wheel and the sdist are made of.
BUNDLE = DIST / "filexfer"
#: Who answers for the packages; there is no public address yet.
MAINTAINER = "the filexfer authors <filexfer@localhost>"
HEADLINE = "Move files between your own machines"

#: Debian's names of the machines that `platform.machine()` names otherwise.
_DEBIAN = {"x86_64": "amd64", "aarch64": "arm64", "armv7l": "armhf", "i686": "i386", "ppc64le": "ppc64el"}


def machine() -> str:
    """The kind of this machine as in the names of tar and AppImage, such as `x86_64`."""
    return platform.machine()


def debian_machine() -> str:
    """The kind of this machine as Debian calls it, such as `amd64`."""
    return _DEBIAN.get(machine(), machine())


def on_debian() -> bool:
    """Whether this is Debian or a descendant: only there it is known which packages brought which library."""
    return shutil.which("dpkg-query") is not None


def version() -> str:
    return __version__


def moment(top: Path = TOP) -> int:
    """When the sources in `top` were last changed, in seconds since 1970, the same for whoever builds them: what
    SOURCE_DATE_EPOCH says (reproducible-builds.org), else the last commit, else, outside of a checkout, the date of the change
    log, which an unpacked sdist keeps."""
    told = os.environ.get("SOURCE_DATE_EPOCH")
    if told:
        return int(told)
    asked = subprocess.run(["git", "-C", str(top), "log", "-1", "--format=%ct"], capture_output=True, text=True)
    if asked.returncode == 0 and asked.stdout.strip() and (top / ".git").exists():
        return int(asked.stdout)
    return int((top / "CHANGELOG.md").stat().st_mtime)


def changes(text: str) -> list[tuple[str, str, list[str]]]:
    """The versions of a change log, newest first: number, date (`2026-12-24`, `""` while it is not released), and its points."""
    found = []
    for part in re.split(r"^## ", text, flags=re.MULTILINE)[1:]:
        head, _, body = part.partition("\n")
        number, _, rest = head.partition(",")
        day = re.search(r"\d{4}-\d\d-\d\d", rest)
        points = [" ".join(point.split()) for point in re.split(r"^- ", body, flags=re.MULTILINE)[1:]]
        found.append((number.strip(), day[0] if day else "", points))
    return found
