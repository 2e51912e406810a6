"""A computer that runs: the box's own systemd as the first process of namespaces of its own, and commands started in there."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.packaging.box import CLEAN, Box
from tests.screen import wait_for

_SCRIPT = Path(__file__).with_name("boot.sh")


class Booted:
    """Attributes: number (of its first process, as seen from outside)."""

    def __init__(self, number: int) -> None:
        self.number = number

    def command(self, *words: str) -> list[str]:
        """What runs a command there as root."""
        enter = ["nsenter", "--target", str(self.number), "--mount", "--uts", "--ipc", "--net", "--pid", "--cgroup"]
        return [*enter, "env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", *words]

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(self.command(*words), capture_output=True, text=True, timeout=60)

    def asked(self, *words: str) -> str:
        """What a command says that has to succeed."""
        done = self.run(*words)
        assert done.returncode == 0, f"{words}: {done.stdout}{done.stderr}"
        return done.stdout

    def is_up(self) -> bool:
        return self.run("systemctl", "is-system-running").stdout.strip() in ("running", "degraded")


@contextmanager
def booted(box: Box) -> Iterator[Booted]:
    """`box`, running. Skips where this system does not let that be."""
    if not CLEAN:
        pytest.skip("this takes root, debootstrap and unshare")
    groups = _groups()
    if groups is None:
        pytest.skip("no cgroup2 is mounted here, under which another systemd could have its own")
    group = groups / f"filexfer-test-{os.getpid()}"
    said = box.root.with_name("console")
    with (
        said.open("w") as console,
        subprocess.Popen(["sh", _SCRIPT, box.root, group], stdout=subprocess.PIPE, stderr=console, text=True) as starter,
    ):
        assert starter.stdout is not None
        line = starter.stdout.readline()
        try:
            if not line:
                pytest.skip(f"this system does not let another one start in it: {said.read_text()}")
            one = Booted(int(line))
            wait_for(one.is_up, "systemd to be up")
            yield one
        finally:
            if line:
                # Whatever runs there ends with its first process.
                os.kill(int(line), signal.SIGKILL)
            starter.wait(60)
            wait_for(lambda: _removed(group), "the end of its control groups")


def _groups() -> Path | None:
    """Where control groups of the unified hierarchy can be made."""
    mounts = [line.split() for line in Path("/proc/mounts").read_text().splitlines()]
    return next((Path(mount[1]) for mount in mounts if mount[2] == "cgroup2" and os.access(mount[1], os.W_OK)), None)


def _removed(group: Path) -> bool:
    for folder in sorted((path for path in group.rglob("*") if path.is_dir()), reverse=True):
        with contextlib.suppress(OSError):
            folder.rmdir()
    with contextlib.suppress(OSError):
        group.rmdir()
    return not group.exists()
