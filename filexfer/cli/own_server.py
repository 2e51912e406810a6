"""A `filexfer serve` of one's own, as another process: what the demo talks to. Ends with the block it was made for."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from types import TracebackType

from filexfer.core.errors import ConnectionFailed

_END = 10.0


def command() -> list[str]:
    """How this program starts itself again: the bundled one by its executable, else by this Python."""
    return [sys.executable] if getattr(sys, "frozen", False) else [sys.executable, "-m", "filexfer"]


class OwnServer:
    """Shares `folder` with everybody on this computer, at any free port; remembers things in `state`.

    Attributes:
        address: where it listens.
    """

    def __init__(self, folder: Path, state: Path) -> None:
        self._command = [*command(), "serve", str(folder), "--listen", "http://localhost:0", "--guest", "write", "--json", "-q"]
        self._command += ["--state", str(state)]
        self.address = ""

    def __enter__(self) -> OwnServer:
        self._process = subprocess.Popen(self._command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        try:
            self.address = json.loads(line)["address"]
        except (ValueError, KeyError, TypeError):
            self.__exit__(None, None, None)
            raise ConnectionFailed(
                f"The server did not start: {line.strip() or 'it ended at once'}. See above for why."
            ) from None
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None, /) -> None:
        self._process.terminate()
        try:
            self._process.wait(_END)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()
