"""How tests run what was packaged: by its desktop entry, with an environment that says nothing but where screen and home are."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.screen import Screen

#: A point on the list of files of a window that lies where the tests put it.
MIDDLE = (780, 330)


def contents(top: Path) -> dict[str, bytes | None]:
    return {str(path.relative_to(top)): path.read_bytes() if path.is_file() else None for path in sorted(top.rglob("*"))}


def command_of(entry: Path) -> list[str]:
    """The command line of a desktop entry, read as the specification has it: first the escapes of a string, then the quoting of
    `Exec`, then the field codes (no file was given, `%k` is the entry itself)."""
    (text,) = re.findall(r"^Exec=(.*)$", entry.read_text(encoding="utf-8"), re.MULTILINE)
    text = re.sub(r"\\(.)", lambda found: {"s": " ", "n": "\n", "t": "\t", "r": "\r"}.get(found[1], found[1]), text)
    words = re.findall(r'"((?:\\.|[^"\\])*)"|(\S+)', text)
    plain = [re.sub(r'\\(["`$\\])', r"\1", quoted) if quoted else word for quoted, word in words]
    return [str(entry) if word == "%k" else word for word in plain if word not in ("%f", "%F", "%u", "%U")]


@contextmanager
def serving(bundle: Path, share: Path, home: Path, *words: str) -> Iterator[str]:
    """A headless server, run by the bundle's own command line; its address."""
    words = words or ("--listen", "http://localhost:0", "--guest", "write")
    command = [str(bundle / "filexfer"), "serve", str(share), *words]
    with subprocess.Popen(command, env={"HOME": str(home)}, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            yield server.stdout.readline().removeprefix("Listening on ").strip()
        finally:
            server.terminate()


@contextmanager
def started(command: Sequence[str], bundle: Path, home: Path, desk: Screen) -> Iterator[None]:
    """The app, told nothing but where the screen and the home are. Its background service is stopped with it."""
    environment = {"DISPLAY": desk.environment["DISPLAY"], "HOME": str(home)}
    with subprocess.Popen(command, env=environment) as app:
        try:
            yield
        finally:
            app.terminate()
            told = home / ".local/state/filexfer/agent.address"
            if told.exists():
                stop = [str(bundle / "filexfer"), "call", told.read_text(encoding="utf-8").strip(), "agent_stop"]
                subprocess.run(stop, env={"HOME": str(home)}, check=True, timeout=60)
