"""Makes the wheel and the sdist: the sdist from the sources, the wheel from the sdist, both the same wherever they are made.

setuptools writes the sdist with the times and owners of the files it found; it is written anew without them. The wheel takes its
time from SOURCE_DATE_EPOCH, and its modes from the unpacked sdist."""

from __future__ import annotations

import gzip
import io
import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path
from tempfile import TemporaryDirectory

from packages import archive, release
from packages.archive import Entry

#: What a build leaves lying, and is no source.
NOT_SOURCES = (".git", ".venv*", "build", "dist", "*.egg-info", "__pycache__", ".*_cache", ".hypothesis", ".coverage*")
_BACKEND = "import sys; from setuptools import build_meta; getattr(build_meta, sys.argv[1])(sys.argv[2])"


def sdist(to: Path, moment: int, top: Path = release.TOP) -> Path:
    """Write the sdist of the sources in `top` into the folder `to`. Raises `CalledProcessError` where setuptools fails."""
    with TemporaryDirectory() as folder:
        # A copy, for setuptools leaves a folder there, and takes up what an older one of those tells.
        sources = Path(folder, "sources")
        shutil.copytree(top, sources, symlinks=True, ignore=shutil.ignore_patterns(*NOT_SOURCES))
        _build("build_sdist", sources, Path(folder, "made"), moment)
        (path,) = Path(folder, "made").glob("*.tar.gz")
        return _settled(path, to / path.name, moment)


def wheel(source: Path, to: Path, moment: int) -> Path:
    """Write the wheel that the sdist `source` makes of itself into the folder `to`."""
    with TemporaryDirectory() as folder, tarfile.open(source) as packed:
        # Debian 12's Python 3.11.2 knows no filters yet; our own archive needs none, but a newer one asks for it.
        packed.extraction_filter = getattr(tarfile, "data_filter", None)
        packed.extractall(folder)
        (sources,) = Path(folder).iterdir()
        made = Path(folder, "made")
        _build("build_wheel", sources, made, moment)
        (path,) = made.glob("*.whl")
        return Path(shutil.copy(path, to))


def _build(what: str, sources: Path, to: Path, moment: int) -> None:
    to.mkdir()
    environment = os.environ | {"SOURCE_DATE_EPOCH": str(moment), "PYTHONHASHSEED": "0"}
    environment.pop("PYTHONPATH", None)
    command = [sys.executable, "-c", _BACKEND, what, str(to)]
    done = subprocess.run(command, cwd=sources, env=environment, umask=0o022, capture_output=True, text=True)
    if done.returncode:
        sys.stderr.write(done.stderr)
        done.check_returncode()


def _settled(path: Path, to: Path, moment: int) -> Path:
    """The sdist `path` written anew as `to`, with nothing in it of the machine and the hour."""
    tree = {}
    with tarfile.open(path) as packed:
        for one in packed:
            content = packed.extractfile(one)
            if content is not None:
                tree[one.name] = Entry(content.read(), program=bool(one.mode & 0o100))
    plain = io.BytesIO()
    archive.tar(tree, plain, moment)
    to.write_bytes(gzip.compress(plain.getvalue(), 9, mtime=moment))
    return to
