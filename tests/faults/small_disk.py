"""A real disk of a few MiB, in a mount namespace of its own, so that it can be filled, made read-only, and taken away."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

#: With and without being root.
_WAYS = (["unshare", "-m"], ["unshare", "-Urm"])
_SCRIPT = """
mount -t tmpfs -o size=$2,mode=777 none "$1" || exit 1
echo ready
while read -r line; do eval "$line" >/dev/null 2>&1; echo "$?"; done
"""


class SmallDisk:
    """Attributes: root, where it can be reached from outside of its namespace."""

    def __init__(self, where: Path, size: str) -> None:
        """Raises `OSError` where the machine permits no such thing."""
        where.mkdir()
        self._where = where
        for way in _WAYS if shutil.which("unshare") else ():
            self._process = subprocess.Popen(
                [*way, "sh", "-c", _SCRIPT, "sh", str(where), size],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
            )
            assert self._process.stdout is not None
            if self._process.stdout.readline() == "ready\n":
                break
            self._process.communicate()
        else:
            raise OSError("this machine lets nobody mount a disk of his own")
        self.root = Path(f"/proc/{self._process.pid}/root{where}")
        self._ballast = self.root / "ballast"

    def do(self, command: str) -> int:
        """Run a command within; `$1` is where the disk is mounted. Its exit code."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(command + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())

    def fill(self, leave: int = 0) -> None:
        """Take all of it but for `leave` bytes."""
        with self._ballast.open("wb") as file:
            try:
                while self.free() > leave:
                    file.write(bytes(min(65536, self.free() - leave)))
                    file.flush()
            except OSError:
                pass  # it is full

    def make_room(self) -> None:
        os.unlink(self._ballast)

    def free(self) -> int:
        status = os.statvfs(self.root)
        return status.f_bavail * status.f_frsize

    def close(self) -> None:
        self._process.communicate()
