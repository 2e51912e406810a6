"""How the tutorial's programs are run: each in a process of its own, its text unchanged but for addresses and paths."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

PROGRAMS = Path(__file__).resolve().parent / "programs"


@pytest.fixture
def program(tmp_path: Path) -> Callable[..., Path]:
    """`program(name, {old: new})` writes that program, with each `old` (which must be in it) made `new`, and returns its path."""

    def write(name: str, replaced: dict[str, str]) -> Path:
        text = (PROGRAMS / name).read_text(encoding="utf-8")
        for old, new in replaced.items():
            assert old in text
            text = text.replace(old, new)
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write


@pytest.fixture
def run(program: Callable[..., Path]) -> Callable[..., str]:
    """`run(name, {old: new}, after="")` runs it in its folder, with the lines of `after` added, and returns what it printed."""

    def run_it(name: str, replaced: dict[str, str], after: str = "") -> str:
        path = program(name, replaced)
        with path.open("a", encoding="utf-8") as file:
            file.write(after)
        done = subprocess.run([sys.executable, path.name], cwd=path.parent, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run_it


@pytest.fixture
def functions() -> Callable[[str], dict[str, Callable[..., object]]]:
    """`functions(name)` gives what a server program of the tutorial defines, without starting its server."""

    def load(name: str) -> dict[str, Callable[..., object]]:
        namespace = {"__name__": "tutorial"}
        exec(compile((PROGRAMS / name).read_text(encoding="utf-8"), name, "exec"), namespace)
        return namespace

    return load


@pytest.fixture
def short_folder(folders_of_nobody: Path) -> Iterator[Path]:
    """A folder for sockets: a UNIX socket's path has room for 108 bytes, and `tmp_path` alone can take them."""
    with tempfile.TemporaryDirectory(prefix="s", dir=folders_of_nobody) as folder:
        yield Path(folder)
