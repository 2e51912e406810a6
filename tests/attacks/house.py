"""The house that is attacked: a real agent in a process of its own, its share, and canaries all around it.

    top/share/            what is shared
    top/share-twin/       a sibling whose name begins with the share's
    top/outside/          canaries: files, folders, links, modes
    top/state/            the agent's own

What an attack may change is told by `share_now`, what none may by `outside_now`: content, times (of reading too), links, modes.
"""

from __future__ import annotations

import base64
import json
import os
import re
import secrets
import shutil
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.attacks.wire import Wire

#: Stands in every canary and nowhere else: no answer may hold it.
SECRET = b"canary-3f9c1d7e-of-the-owner"
#: How base64 shows it at each of the three places it may begin, cut to what does not depend on its neighbours.
_SHOWN = [SECRET, *(base64.b64encode(bytes(n) + SECRET)[(n * 4 + 2) // 3 + 1 : -4] for n in range(3))]

OUTSIDE = {"secret": SECRET, "deep/secret": b"more " + SECRET, "x": b"x " + SECRET}
INSIDE = {"mine": b"mine", "folder/inside": b"inside", "folder/deep/er": b"deeper", "honest": b"honest"}

#: Everything the attacked agent is started with comes by argv: folder, state, guest, settings, addresses.
_PROGRAM = """
import json, sys
from pathlib import Path
from filexfer.agent.agent import Agent
from filexfer.server.settings import Settings
folder, state, guest, settings, *listen = sys.argv[1:]
with Agent(folder, listen, guest, state=Path(state), settings=Settings(**json.loads(settings))) as agent:
    print(agent.control, *agent.addresses, flush=True)
    sys.stdin.read()
"""

#: What the log says when something was not foreseen.
_UNFORESEEN = re.compile("Traceback|not foreseen|met an error|is dropped")


class House:
    """Args:
        top: an empty folder.
        guest: what callers without credentials may do.
        settings: those of `server.settings.Settings` that differ from the defaults.

    Attributes:
        share, outside, twin: folders.
        address: of the first listener; `control`: of the control socket.
        honest: token of the device that the honest client is, where guests may not read.
    """

    def __init__(self, top: Path, guest: str = "write", listen: tuple[str, ...] = ("http://127.0.0.1:0",), **settings: object):
        self.top = top
        self.share, self.outside, self.twin = top / "share", top / "outside", top / "share-twin"
        self._guest, self._listen, self._settings = guest, listen, settings
        lay(self.outside, OUTSIDE)
        lay(self.twin, OUTSIDE)
        (self.outside / "link").symlink_to("secret")
        (self.outside / "deep" / "secret").chmod(0o600)
        self.share.mkdir()
        self.reset()
        self.honest = ""
        self._read = 0
        self._process: subprocess.Popen[str] | None = None
        try:
            self.start()
        except BaseException:
            self.stop()
            raise

    # ---- the process

    def start(self) -> None:
        words = [str(self.share), str(self.top / "state"), self._guest, json.dumps(self._settings), *self._listen]
        self._log = (self.top / "log").open("a+")
        self._process = subprocess.Popen(
            [sys.executable, "-c", _PROGRAM, *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._log, text=True
        )
        assert self._process.stdout
        told = self._process.stdout.readline().split()
        if not told:
            self._process.communicate()
            self._log.close()
            raise AssertionError(self.log())
        self.control, *self.addresses = told
        self.address = self.addresses[0]
        # What is made once, at the first write, is there from now on: our own area, and the results of keyed calls.
        with Wire(self.control) as wire:
            assert wire.call("file_put", "first", b"", {"key": secrets.token_hex(8)}).code == 0
            assert wire.call("entry_delete", "first", {"permanent": True}).code == 0
        if self._guest == "none" and not self.honest:
            self.honest = self.device("honest", "read")["token"]

    def stop(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        assert process.stdin
        assert process.stdout
        process.stdin.close()
        try:
            process.wait(30)
        finally:
            process.kill()
            process.stdout.close()
            self._log.close()
        assert process.returncode == 0, self.log()

    @property
    def pid(self) -> int:
        assert self._process
        return self._process.pid

    def peak(self) -> int:
        """The most memory the server has had, in KiB."""
        return int(re.findall(r"VmHWM:\s+(\d+)", Path(f"/proc/{self.pid}/status").read_text())[0])

    def descriptors(self) -> int:
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    def log(self) -> str:
        return (self.top / "log").read_text()

    # ---- what is there

    def reset(self) -> None:
        """The share as it was at first; its own area stays."""
        for entry in os.scandir(os.fsencode(self.share)):
            if entry.name == b".filexfer":
                continue
            if entry.is_dir(follow_symlinks=False):
                shutil.rmtree(entry.path)
            else:
                os.unlink(entry.path)
        lay(self.share, INSIDE)

    def share_now(self) -> dict[bytes, object]:
        """All that is in the share; of our own area what it keeps for later: uploads, trash, content on its way in."""
        found = snapshot(self.share)
        area = os.fsencode(self.share / ".filexfer")
        kept = {path for path in found if path.startswith(area)}
        files = {path for path in kept if not path.endswith(b"/.") and b"/keys." not in path and not _is_folder(found[path])}
        return {**{path: told for path, told in found.items() if path not in kept}, area: files}

    def outside_now(self) -> dict[bytes, object]:
        """Everything beside the share; reading counts as a change."""
        return {b"beside": sorted(os.listdir(self.top)), **snapshot(self.outside, reads=True), **snapshot(self.twin, reads=True)}

    # ---- who is there

    def wire(self, timeout: float = 20.0, token: str = "") -> Wire:
        """The attacker's."""
        return Wire(self.address, timeout, token=token)

    def device(self, name: str, permission: str) -> dict[str, str]:
        """A new device: {id, name, token, pin, certificate, permission}."""
        return self.manage("device_add", name, permission)

    def manage(self, method: str, *params: object) -> Any:
        """What a call over the control socket answers."""
        with Wire(self.control) as wire:
            return wire.call(method, *params).value

    def check_honest(self) -> None:
        """A second client, from another address, is served right on both lanes."""
        with self._honest_wire() as wire:
            serve_honest(wire)

    def _honest_wire(self) -> Wire:
        return Wire(self.address, 20.0, source="127.0.0.2", token=self.honest)

    @contextmanager
    def served(self) -> Iterator[None]:
        """Meanwhile an honest client calls again and again; it is served each time, and at least once."""
        over = threading.Event()
        failures: list[BaseException] = []

        def call() -> None:
            try:
                with self._honest_wire() as wire:
                    while True:
                        serve_honest(wire)
                        if over.wait(0.02):
                            break
            except BaseException as error:
                failures.append(error)

        thread = threading.Thread(target=call)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()
        assert not failures, failures

    def check_alive(self) -> None:
        """It runs, serves, and nothing happened in it, since it was asked last, that was not foreseen."""
        assert self._process is not None
        assert self._process.poll() is None
        self.check_honest()
        said = self.log()[self._read :]
        self._read += len(said)
        assert not _UNFORESEEN.search(said), said


@contextmanager
def running(top: Path, **how: object) -> Iterator[House]:
    """A house in `top`, stopped at the end."""
    house = House(top, **how)  # type: ignore[arg-type]
    try:
        yield house
    finally:
        house.stop()


def serve_honest(wire: Wire) -> None:
    assert wire.call("file_get", "honest").value == b"honest"
    assert wire.request("GET /files/honest").body == b"honest"


def tells_secret(said: bytes) -> bool:
    """Whether `said` holds something of a canary, plain or as base64."""
    return any(shown in said for shown in _SHOWN)


def lay(top: Path, files: dict[str, bytes]) -> None:
    """Make these files, older than a moment and never read since they were written."""
    for name, content in files.items():
        path = top / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        # A disk that is mounted relatime notes the next reading where the last one was before the writing.
        os.utime(path, ns=(10**18, 15 * 10**17))


def snapshot(top: Path, reads: bool = False) -> dict[bytes, object]:
    """Every entry at and below `top`: content or target, mode, owner, links, inode, times."""
    found: dict[bytes, object] = {}
    for folder, folders, files in os.walk(os.fsencode(top)):
        for name in [b".", *folders, *files]:
            path = os.path.join(folder, name)
            found[path] = _told(path, reads)
    return found


def _is_folder(told: object) -> bool:
    return isinstance(told, tuple) and isinstance(told[0], int) and stat.S_ISDIR(told[0])


def _told(path: bytes, reads: bool) -> object:
    status = os.lstat(path)
    told = (status.st_mode, status.st_uid, status.st_nlink, status.st_ino, status.st_mtime_ns, status.st_ctime_ns)
    if stat.S_ISLNK(status.st_mode):
        return told, os.readlink(path)
    if not stat.S_ISREG(status.st_mode):
        return told
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOATIME", 0))
    try:
        content = os.read(descriptor, 1 << 22)
    finally:
        os.close(descriptor)
    return told, content, status.st_atime_ns if reads and hasattr(os, "O_NOATIME") else 0


def until(true: object, what: str, seconds: float = 20.0) -> None:
    """Wait until `true()`; fail after `seconds`, saying `what` was waited for."""
    assert callable(true)
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, f"never: {what}"
        time.sleep(0.005)
