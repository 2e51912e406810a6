"""A server in a process of its own, with what /proc tells of it, and offenders in others. The share lies in memory where there is
room: the disk is not what is tested."""

from __future__ import annotations

import json
import os
import re
import select
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]

SERVER = """
import json, logging, sys
from filexfer.server import Server, Settings
logging.basicConfig(level=logging.WARNING)
folder, listen, guest, settings = sys.argv[1:]
bounds = Settings(**json.loads(settings))
with Server(folder + "/share", json.loads(listen), guest, settings=bounds, state=folder + "/state") as server:
    print(json.dumps(server.addresses), flush=True)
    sys.stdin.read()
"""


class Stage:
    """One running server.

    Attributes:
        port: of plain http on loopback; `tls_port`: of https there, 0 for none.
        share: the folder.
    """

    def __init__(self, process: subprocess.Popen[str], folder: Path, addresses: list[str]) -> None:
        ports = {address.partition(":")[0]: int(re.findall(r":(\d+)/", address)[0]) for address in addresses}
        self.port, self.tls_port = ports["http"], ports.get("https", 0)
        self.pid = process.pid
        self.share = folder / "share"
        self._folder = folder

    def log(self) -> str:
        return (self._folder / "log").read_text()

    def memory(self, what: str) -> int:
        """MiB of resident memory: `VmRSS` now, `VmHWM` at its highest."""
        found = re.findall(rf"{what}:\s+(\d+)", Path(f"/proc/{self.pid}/status").read_text())
        return int(found[0]) >> 10

    def descriptors(self) -> int:
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    def threads(self) -> int:
        return len(os.listdir(f"/proc/{self.pid}/task"))


def _room() -> str | None:
    shm = Path("/dev/shm")
    return str(shm) if os.access(shm, os.W_OK) and shutil.disk_usage(shm).free > 1 << 30 else None


@contextmanager
def staged(*, guest: str = "write", tls: bool = False, **settings: object) -> Iterator[Stage]:
    """A server whose guests may do so much, with these settings; its log is kept."""
    listen = ["http://127.0.0.1:0", *(["https://127.0.0.1:0"] if tls else [])]
    with tempfile.TemporaryDirectory(prefix="filexfer-bounds-", dir=_room()) as name:
        folder = Path(name)
        command = [sys.executable, "-c", SERVER, name, json.dumps(listen), guest, json.dumps(settings)]
        with (
            (folder / "log").open("w") as log,
            subprocess.Popen(command, cwd=TOP, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True) as process,
        ):
            assert process.stdin is not None
            assert process.stdout is not None
            said = process.stdout.readline()
            assert said, (folder / "log").read_text()
            try:
                yield Stage(process, folder, json.loads(said))
            finally:
                process.stdin.close()
                try:
                    process.wait(30)
                finally:
                    process.kill()
        assert process.returncode == 0


class Offender:
    """A process that offends until it is told to end.

    Attributes:
        outcomes: how often it got which answer, once it has ended.
    """

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.outcomes: Mapping[str, int] = {}


@contextmanager
def offending(name: str, stage: Stage, beyond: str = "", **how: object) -> Iterator[Offender]:
    """Have the function `name` of `offences` at work, by now beyond its bound with that outcome, until the block ends."""
    ports = str(stage.port), str(stage.tls_port)
    command = [sys.executable, "-m", "tests.bounds.offences", name, *ports, beyond, json.dumps(how)]
    with subprocess.Popen(command, cwd=TOP, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            assert select.select([process.stdout], [], [], 30)[0], "it never got beyond the bound"
            said = process.stdout.readline()
            assert said.strip() == "under way", said
            offender = Offender(process)
            yield offender
            process.stdin.close()
            offender.outcomes = json.loads(process.stdout.readline())
            process.wait(30)
        finally:
            process.kill()
