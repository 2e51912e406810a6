"""What the client's tests stand on: trees to send, ways to compare them, servers and clients in processes of their own, and a
relay that counts, cuts and stalls what passes between."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from filexfer.client.credentials import Credentials
from filexfer.protocol.address import parse

SERVE = """
import sys
from filexfer.server import Server
server = Server(sys.argv[1], listen=[sys.argv[2]], guest="write").start()
print(server.addresses[0], flush=True)
sys.stdin.read()
server.close()
"""

SERVE_SECURELY = """
import sys
from pathlib import Path
from filexfer.client.session import connect
from filexfer.core.places import control_socket, private_folder
from filexfer.server import Server
state = private_folder(Path(sys.argv[3]))
server = Server(sys.argv[1], listen=[sys.argv[2]], state=state, control=control_socket(state)).start()
print(server.addresses[0], flush=True)
for _ in sys.stdin:
    with connect(server.control_address) as owner:
        added = owner.call("device_add", "device %d" % len(owner.call("device_list")), "write")
    print(added["pin"], added["token"], flush=True)
server.close()
"""

MOVE = """
import sys
from pathlib import Path
from filexfer.client.engine import Engine, EngineSettings
from filexfer.client.history import History
from filexfer.core.model import Conflict, Direction, JobSpec
history, direction, server, source, target, limit, *policy = sys.argv[1:]
engine = Engine(History(Path(history)))
spec = JobSpec(Direction(direction), server, ((source, target),), Conflict(*policy or ["fail"]), limit=int(limit))
engine.subscribe(lambda jobs: print(jobs[-1].bytes_done, jobs[-1].state.value, flush=True))
job = engine.wait(engine.add(spec))
print("end", job.state.value, job.files_done, job.error, flush=True)
engine.close()
"""


def tree(top: Path, contents: Mapping[str, bytes | None]) -> Path:
    """Make files (bytes) and empty folders (None) below `top`; each gets a time of its own, folders the innermost first."""
    top.mkdir(parents=True, exist_ok=True)
    for name, content in contents.items():
        path = top / name
        if content is None:
            path.mkdir(parents=True, exist_ok=True)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            os.utime(path, ns=(0, 1_600_000_000_123_456_789 + len(name) * 1_000_001))
    for number, folder in enumerate(sorted((p for p in [top, *top.rglob("*")] if p.is_dir()), reverse=True)):
        os.utime(folder, ns=(0, 1_500_000_000_987_654_321 + number * 1_000_003))
    return top


def snapshot(top: Path, times: bool = True) -> dict[str, object]:
    """Every file's content and every folder below `top`, with its mtime_ns. A share's own area is not looked at."""
    found: dict[str, object] = {}
    for folder, folders, files in os.walk(top):
        folders[:] = [name for name in folders if name != ".filexfer"]
        for name in [*folders, *files, "."]:
            path = Path(folder, name)
            content = path.read_bytes() if path.is_file() else None
            below = os.path.relpath(path, top)
            # The top of a share is nobody's folder to set the time of.
            found[below] = (content, path.stat().st_mtime_ns if times else 0)
    return found


class Process:
    """A program in a process of its own; `lines` are what it printed."""

    def __init__(self, program: str, *arguments: str | Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", program, *map(str, arguments)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def line(self) -> str:
        """The next line."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise AssertionError(self.process.communicate()[1])
        return line.strip()

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()

    def end(self) -> str:
        """Close its stdin, wait for its end; what else it printed."""
        said, wrong = self.process.communicate(timeout=50)
        assert not wrong, wrong
        return said


class Served:
    """`folder` served by a process of its own. Attributes: address."""

    def __init__(self, folder: Path, listen: str = "http://127.0.0.1:0") -> None:
        folder.mkdir(exist_ok=True)
        self._folder = folder
        self._process = Process(SERVE, folder, listen)
        self.address = self._process.line()

    def kill(self) -> None:
        """As a power cut would, for this process."""
        self._process.kill()

    def again(self) -> None:
        """Start it once more, at the same address."""
        self._process = Process(SERVE, self._folder, self.address)
        assert self._process.line() == self.address

    def close(self) -> None:
        if self._process.process.poll() is None:
            self._process.end()


class SecurelyServed(Served):
    """The same over https, guests may nothing. Its key and its devices last from one process to the next."""

    def __init__(self, folder: Path, state: Path, listen: str = "https://127.0.0.1:0") -> None:
        folder.mkdir(exist_ok=True)
        self._folder = folder
        self._state = state
        self._process = Process(SERVE_SECURELY, folder, listen, state)
        self.address = self._process.line()

    def again(self) -> None:
        self._process = Process(SERVE_SECURELY, self._folder, self.address, self._state)
        assert self._process.line() == self.address

    def device(self) -> Credentials:
        """Who we are to it from now on."""
        assert self._process.process.stdin is not None
        self._process.process.stdin.write("add\n")
        self._process.process.stdin.flush()
        pin, token = self._process.line().split()
        return Credentials(pin, token)


class Relay:
    """Passes bytes between clients and the server at `address`.

    Attributes:
        address: where clients connect.
        up, down: bytes passed to the server, and from it.
    """

    def __init__(self, address: str) -> None:
        server = parse(address)
        self._server = (server.host, server.port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"{server.scheme}://127.0.0.1:{self._listener.getsockname()[1]}/"
        self.up = self.down = 0
        # Guards the counters and the connections.
        self._lock = threading.Lock()
        self._connections: list[socket.socket] = []
        self._cut_up = self._cut_down = -1
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def cut_after(self, up: int = -1, down: int = -1) -> None:
        """Break the connection by which so many more bytes pass, once."""
        with self._lock:
            self._cut_up = self.up + up if up >= 0 else -1
            self._cut_down = self.down + down if down >= 0 else -1

    def cut(self) -> None:
        """Break all connections now."""
        with self._lock:
            connections, self._connections = self._connections, []
        for connection in connections:
            _shut(connection)

    def close(self) -> None:
        self._listener.close()
        self.cut()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            try:
                server = socket.create_connection(self._server)
            except OSError:
                client.close()
                continue
            with self._lock:
                self._connections += [client, server]
            for ends in ((client, server, True), (server, client, False)):
                threading.Thread(target=self._pass, args=ends, daemon=True).start()

    def _pass(self, source: socket.socket, target: socket.socket, up: bool) -> None:
        try:
            while data := source.recv(1 << 16):
                if self._counted(len(data), up):
                    break
                target.sendall(data)
        except OSError:
            pass
        _shut(source)
        _shut(target)

    def _counted(self, count: int, up: bool) -> bool:
        with self._lock:
            if up:
                self.up += count
                due = 0 <= self._cut_up <= self.up
                self._cut_up = -1 if due else self._cut_up
            else:
                self.down += count
                due = 0 <= self._cut_down <= self.down
                self._cut_down = -1 if due else self._cut_down
            return due


def _shut(one: socket.socket) -> None:
    try:
        one.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass
    one.close()


def until(true: Callable[[], object], what: str, seconds: float = 20.0) -> None:
    """Wait until `true()`; fail after `seconds`, saying `what` was waited for."""
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            raise AssertionError(f"never: {what}")
        time.sleep(0.005)
