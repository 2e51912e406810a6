"""Real processes that die by SIGKILL at a chosen step. One process imports everything, once, and forks each of them: a start
costs milliseconds then, and a walk over all steps is possible.

Run as a program it reads one JSON object a line, forks a child for it, and each child writes its lines to the same stdout. The
product knows nothing of this: the calls that kill are handed in here."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from filexfer.client import session
from filexfer.client.credentials import Credentials
from filexfer.client.engine import Engine, EngineSettings
from filexfer.client.history import History
from filexfer.client.run import RunSettings
from filexfer.core.model import Conflict, Direction, JobSpec
from filexfer.core.places import control_socket
from filexfer.server import Server
from filexfer.storage import confine
from filexfer.storage.folder import FolderStore
from filexfer.storage.fsops import FsOps
from filexfer.storage.store import StoreSettings

BLOCK = 1 << 16
STORE = StoreSettings(keep_free=0, block_size=BLOCK, checkpoint_bytes=BLOCK)

# -- the one that dies ---------------------------------------------------------------------------------------------------


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class Deadly(FsOps):
    """The calls of this machine; the process dies before the call number `at` (from 1) after `begin`, 0 for none."""

    def __init__(self, at: int) -> None:
        self.at = at
        self.left = -1

    def begin(self) -> None:
        self.left = self.at

    def __getattribute__(self, name: str) -> Any:
        found = object.__getattribute__(self, name)
        if name in _CALLS and self.left > 0:
            self.left -= 1
            if not self.left:
                die()
        return found


_CALLS = frozenset(name for name, call in vars(FsOps).items() if callable(call) and not name.startswith("_"))


def deadly_line(at: int, after: bool) -> None:
    """The process dies at the send number `at` over a socket: before it, or right after it."""
    left = at

    def counted(real: Callable[..., int]) -> Callable[..., int]:
        def send(*arguments: Any) -> int:
            nonlocal left
            left -= 1
            if left == 0 and not after:
                die()
            sent = real(*arguments)
            if left == 0:
                die()
            return sent

        return send

    socket.socket.sendmsg = counted(socket.socket.sendmsg)  # type: ignore[method-assign, assignment]


def serve(folder: str, listen: str, at: int) -> None:
    fs = Deadly(at)
    store = FolderStore(folder, STORE, fs=fs)
    state = Path(folder).parent / "state"
    server = Server(folder, [listen], "write", store=store, state=state, control=control_socket(state))
    server.start()
    fs.begin()
    tell(address=server.addresses[0], control=server.control_address)
    signal.sigwait([signal.SIGTERM])
    server.close()


def move(
    history: str,
    direction: str,
    server: str,
    source: str,
    target: str,
    at: int,
    after: bool = False,
    known: list[str] | None = None,
) -> None:
    """Do one job."""
    fs = Deadly(at)
    if direction == "get":
        confine.native_ops = lambda: fs  # type: ignore[assignment]
        fs.begin()
    elif at:
        deadly_line(at, after)
    credentials = Credentials(*known) if known else None
    engine = Engine(
        History(Path(history)),
        settings=EngineSettings(run=RunSettings(near=1, far=1, patience=20.0)),
        connect=lambda address: session.connect(address, credentials=credentials),
    )
    spec = JobSpec(Direction(direction), server, ((source, target),), on_conflict=Conflict.OVERWRITE)
    job = engine.wait(engine.add(spec))
    engine.close()
    tell(state=job.state.value, error=job.error, failed=job.files_failed)


def tell(**values: object) -> None:
    os.write(1, json.dumps({"pid": os.getpid(), **values}).encode() + b"\n")


def nurse() -> None:
    """Fork a child for each line; tell how each ends."""
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
    for line in sys.stdin:
        wanted = json.loads(line)
        what = wanted.pop("what")
        if what == "bury":
            os.waitpid(wanted["child"], 0)
            tell(buried=wanted["child"])
            continue
        child = os.fork()
        if not child:
            try:
                {"serve": serve, "move": move}[what](**wanted)
            except BaseException:
                tell(wrong=traceback.format_exc())
            finally:
                os._exit(0)
        if what == "move":
            _, status = os.waitpid(child, 0)
            tell(ended=child, killed=os.WIFSIGNALED(status))


# -- the test's side ------------------------------------------------------------------------------------------------------


class Nursery:
    """Starts processes and hears what they say."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.nursery"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._servers: list[Served] = []

    def __enter__(self) -> Nursery:
        return self

    def __exit__(self, *error: object) -> None:
        for server in self._servers:
            server.kill()
        self._process.communicate(timeout=20)

    def serve(self, folder: Path, listen: str = "http://127.0.0.1:0", at: int = 0) -> Served:
        """A server of `folder`, which dies at the call number `at` of its disk."""
        self._ask(what="serve", folder=str(folder), listen=listen, at=at)
        told = self._hear()
        self._servers.append(Served(self, told["pid"], told["address"], told["control"]))
        return self._servers[-1]

    def bury(self, child: int) -> None:
        """Wait until a server is dead, and nothing is held by it any more."""
        self._ask(what="bury", child=child)
        self._hear()

    def move(
        self, history: Path, direction: str, server: str, source: object, target: object, at: int = 0, **more: object
    ) -> Any:
        """Do a job in a process of its own; what became of it, None if it died."""
        self._ask(
            what="move",
            history=str(history),
            direction=direction,
            server=server,
            source=str(source),
            target=str(target),
            at=at,
            **more,
        )
        told = self._hear()
        if "ended" in told:
            assert told["killed"], "it ended without a word"
            return None
        self._hear()
        return told

    def _ask(self, **wanted: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(wanted) + "\n")
        self._process.stdin.flush()

    def _hear(self) -> Any:
        assert self._process.stdout is not None
        told = json.loads(self._process.stdout.readline())
        assert "wrong" not in told, told["wrong"]
        return told


class Served:
    """A server in a process of its own."""

    def __init__(self, nursery: Nursery, child: int, address: str, control: str) -> None:
        self.child = child
        self.address = address
        self.control = control
        self._nursery = nursery
        self._buried = False

    def kill(self) -> None:
        """It is dead then, by this or by itself before."""
        if not self._buried:
            os.kill(self.child, signal.SIGKILL)  # a dead one that is not buried yet takes it too
            self._nursery.bury(self.child)
            self._buried = True

    def send(self, number: int) -> None:
        os.kill(self.child, number)


if __name__ == "__main__":
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    nurse()
