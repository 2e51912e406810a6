"""Where secrets must not be: looks for the real ones in every form they could leak in, and at all processes while they run."""

from __future__ import annotations

import base64
import os
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote


def forms(secret: bytes) -> list[bytes]:
    """`secret` as it is, as hex, in an address, and within base64 (of `user:secret`, of a header, of a whole body) at each of the
    three places it may begin there."""
    hexes = [secret.hex().encode(), secret.hex().upper().encode()]
    found = [secret, *hexes, quote(secret, safe="").encode(), repr(secret)[2:-1].encode()]
    for shift in range(3):
        encoded = base64.b64encode(bytes(shift) + secret)
        # Cut to the characters that depend on the secret alone.
        found.append(encoded[(shift * 4 + 2) // 3 : len(encoded) // 4 * 4 - 4])
    return [form for form in dict.fromkeys(found) if len(form) >= 8]


def leaks(text: bytes, secrets: dict[str, bytes]) -> list[str]:
    """Names of the secrets that `text` holds in some form."""
    return [name for name, secret in secrets.items() if any(form in text for form in forms(secret))]


def leaky(files: Iterable[Path], secrets: dict[str, bytes]) -> list[str]:
    """Those of `files` that hold a secret, and which."""
    return [f"{file}: {name}" for file in files if file.is_file() for name in leaks(file.read_bytes(), secrets)]


def below(top: Path, *but: str) -> Iterator[Path]:
    """All files below `top`, but those of these names."""
    return (path for path in sorted(top.rglob("*")) if path.name not in but)


class Onlooker:
    """Another user of the machine, with a very quick `ps`.

    Attributes:
        argv, environ: what it saw of every process but this one: command lines, and the environments of those with `mark` in it.
    """

    def __init__(self, mark: bytes) -> None:
        self.argv: set[bytes] = set()
        self.environ: set[bytes] = set()
        self._mark = mark
        self._over = threading.Event()

    @contextmanager
    def looking(self) -> Iterator[Onlooker]:
        thread = threading.Thread(target=self._look, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._over.set()
            thread.join()

    def _look(self) -> None:
        while not self._over.wait(0.01):
            for name in os.listdir("/proc"):
                if name.isdigit() and int(name) != os.getpid():
                    self._one(Path("/proc", name))

    def _one(self, process: Path) -> None:
        try:
            environ = (process / "environ").read_bytes()
            if self._mark in environ:
                self.environ.add(environ)
                self.argv.add((process / "cmdline").read_bytes())
        except OSError:
            pass  # it has ended, or is somebody else's
