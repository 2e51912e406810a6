"""Builds the one-folder program by its recipe, and takes out of it what only the machine that built it knows."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from packages import copyright, release

#: Where PyInstaller works, and leaves the tables that tell where each file came from.
_WORK = release.TOP / "build" / "pyinstaller"
TABLES = _WORK / "filexfer"


def build(moment: int) -> Path:
    """The folder `dist/filexfer`, made anew. Raises `CalledProcessError` where PyInstaller or chrpath fails."""
    # What another version of a library left behind must not be taken for this one's.
    shutil.rmtree(_WORK, ignore_errors=True)
    command = [sys.executable, "-m", "PyInstaller", "--noconfirm", "--log-level", "WARN"]
    command += ["--distpath", str(release.DIST), "--workpath", str(_WORK), "packaging/filexfer.spec"]
    # The order of sets goes into compiled code; the date into the archives.
    settled = {"PYTHONHASHSEED": "0", "SOURCE_DATE_EPOCH": str(moment)}
    subprocess.run(command, cwd=release.TOP, env=os.environ | settled, check=True)
    forget_installation(release.BUNDLE)
    if sys.platform == "linux":
        forget_search_paths(release.BUNDLE)
    (release.BUNDLE / "copyright").write_text(copyright.text(TABLES), "utf-8")
    return release.BUNDLE


def forget_installation(folder: Path) -> None:
    """Leave out of the metadata of Python's packages in `folder` how and from where pip installed them here."""
    for name in ("RECORD", "REQUESTED", "INSTALLER", "direct_url.json"):
        for path in sorted(folder.rglob(f"*.dist-info/{name}")):
            path.unlink()


def forget_search_paths(folder: Path) -> None:
    """Have no library in `folder` look for others in a folder of the machine it was built on, such as its Python's."""
    for path in sorted(folder.rglob("*.so*")):
        if path.is_symlink() or not path.is_file():
            continue
        said = subprocess.run(["objdump", "-p", path], capture_output=True, text=True, check=True).stdout
        if re.search(r"^ *(RPATH|RUNPATH) +/", said, re.MULTILINE):
            subprocess.run(["chrpath", "--delete", path], check=True, stdout=subprocess.DEVNULL)
