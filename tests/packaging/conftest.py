"""The bundle that the tests of this folder start: built by the recipe, once for each state of the sources."""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.packaging.box import Box, box_of

TOP = Path(__file__).resolve().parents[2]


def _state_of_sources() -> str:
    """Changes whenever the bundle would."""
    digest = hashlib.sha256(sys.version.encode())
    files = [path for room in ("filexfer", "resources", "packaging") for path in (TOP / room).rglob("*") if path.is_file()]
    for path in sorted([*files, TOP / "constraints.txt", TOP / "pyproject.toml"]):
        if "__pycache__" not in path.parts:
            digest.update(str(path.relative_to(TOP)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


@pytest.fixture(scope="session")
def built() -> Path:
    """The folder that the recipe makes. Builds where the one in `build/` is of other sources; one process at a time."""
    place, state = TOP / "build" / "tested-bundle", _state_of_sources()
    place.mkdir(parents=True, exist_ok=True)
    with (place / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        told = place / "state"
        if not told.exists() or told.read_text() != state:
            told.unlink(missing_ok=True)
            command = [sys.executable, "-m", "PyInstaller", "--noconfirm", "--log-level", "WARN"]
            command += ["--distpath", str(place / "dist"), "--workpath", str(place / "work"), "packaging/filexfer.spec"]
            made = subprocess.run(command, cwd=TOP, capture_output=True, text=True, timeout=280)
            assert made.returncode == 0, made.stderr[-3000:]
            told.write_text(state)
    return place / "dist" / "filexfer"


@pytest.fixture
def bundle(built: Path, tmp_path: Path) -> Iterator[Path]:
    """The bundle as somebody has it who unpacked it into an empty folder, whose name has a space."""
    folder = tmp_path / "un packed"
    shutil.copytree(built, folder / "filexfer", symlinks=True)
    yield folder / "filexfer"
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def box(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Box:
    """Another computer, where the package is installed."""
    return box_of(built, tmp_path_factory.mktemp("box"))


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """An empty home: the one thing that the programs are told, so that they leave the tester's own alone."""
    home = tmp_path / "home"
    home.mkdir()
    return home


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A folder worth moving: nested, with an empty folder, an empty file, a large one, and a name with a space and an umlaut."""
    top = tmp_path / "to send" / "Ferien ü 2026"
    (top / "deep" / "empty folder").mkdir(parents=True)
    (top / "empty").write_bytes(b"")
    (top / "large.bin").write_bytes(bytes(range(256)) * 12_345)
    for number in range(40):
        (top / "deep" / f"note {number}.txt").write_text(f"{number}\n" * number, encoding="utf-8")
    return top
