"""The real command in processes of its own, and what tests look at: its results, trees of files."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

COMMAND = [sys.executable, "-m", "filexfer"]
#: Seconds after which a command counts as hanging.
PATIENCE = 60


@dataclass(frozen=True)
class Result:
    """How a command ended."""

    code: int
    raw: bytes
    err: str

    @property
    def out(self) -> str:
        return self.raw.decode("utf-8", "surrogateescape")

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()


@dataclass(frozen=True)
class Share:
    """A shared folder and where it is reached."""

    folder: Path
    url: str

    def at(self, path: str) -> str:
        return f"{self.url.rstrip('/')}/{path}"


def _signals_as_usual() -> None:
    # A test run started in the background of a shell has SIGINT ignored, and its children would inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)


def start(*words: str | Path, env: Mapping[str, str] | None = None, **more: object) -> subprocess.Popen[bytes]:
    """The command `filexfer WORDS…`, running."""
    return subprocess.Popen(  # type: ignore[call-overload, no-any-return]
        [*COMMAND, *map(os.fspath, words)],
        stdout=more.pop("stdout", subprocess.PIPE),
        stderr=more.pop("stderr", subprocess.PIPE),
        env={**os.environ, **(env or {})},
        preexec_fn=_signals_as_usual,
        **more,
    )


def ended(process: subprocess.Popen[bytes], data: bytes | None = None) -> Result:
    """Wait for a started command."""
    try:
        out, err = process.communicate(data, PATIENCE)
    finally:
        process.kill()
    return Result(process.returncode, out, err.decode("utf-8", "replace"))


def run(*words: str | Path, data: bytes | None = None, env: Mapping[str, str] | None = None, cwd: Path | None = None) -> Result:
    """Run the command `filexfer WORDS…` to its end."""
    stdin = subprocess.DEVNULL if data is None else subprocess.PIPE
    return ended(start(*words, env=env, stdin=stdin, cwd=cwd), data)


class Served:
    """A `filexfer serve` that runs. `lines`: what it printed until it was ready."""

    def __init__(self, *words: str | Path, count: int = 1, env: Mapping[str, str] | None = None) -> None:
        self.process = start("serve", *words, env=env)
        assert self.process.stdout is not None
        self.lines = [self.process.stdout.readline().decode().rstrip("\n") for _ in range(count)]

    @property
    def address(self) -> str:
        return self.lines[0].removeprefix("Listening on ")

    def end(self, number: signal.Signals) -> Result:
        self.process.send_signal(number)
        return ended(self.process)


def tree(top: Path, files: Mapping[str, bytes]) -> Path:
    """A folder with these files."""
    for name, data in files.items():
        (top / name).parent.mkdir(parents=True, exist_ok=True)
        (top / name).write_bytes(data)
    return top


def contents(top: Path) -> dict[str, bytes | None]:
    """Every file below `top` with its bytes, every folder with None; our own area left out."""
    found: dict[str, bytes | None] = {}
    for path in sorted(top.rglob("*")):
        name = str(path.relative_to(top))
        if not name.startswith(".filexfer"):
            found[name] = None if path.is_dir() else path.read_bytes()
    return found
