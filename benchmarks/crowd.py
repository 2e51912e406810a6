"""How quick small calls stay beside others: connections that say nothing, and a crowd that calls as fast as it can from another
address. Ratios of speeds in one run."""

from __future__ import annotations

import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit
from xmlrpc.client import Binary, ServerProxy

SILENT = 500
CALLERS = 16
_CALLS = 100
_CALL = (
    b"POST /RPC2 HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/xml\r\nContent-Length: 67\r\n\r\n"
    b"<methodCall><methodName>server_info</methodName>      </methodCall>"
)
#: Where the system has it (Linux), others come from another address, as they would.
_OTHERS = "127.0.0.2" if sys.platform == "linux" else "127.0.0.1"


def speeds(address: str) -> dict[str, float]:
    """How quick a small file is put and looked at, against alone: {what is beside it: ratio}."""
    with ServerProxy(address) as proxy:
        _median(proxy)
        alone = _median(proxy)
        found = {}
        for beside in ("silent", "calling"):
            with _others(address, beside):
                found[beside] = alone / _median(proxy)
    return found


def _median(proxy: ServerProxy) -> float:
    taken = []
    for number in range(_CALLS):
        begun = time.perf_counter()
        proxy.file_put(f"beside {number % 8}", Binary(bytes(8192)), {"on_conflict": "overwrite"})
        proxy.file_stat(f"beside {number % 8}")
        taken.append(time.perf_counter() - begun)
    return statistics.median(taken)


@contextmanager
def _others(address: str, beside: str) -> Iterator[None]:
    """A process that is beside us in this way until the block ends."""
    command = [sys.executable, "-m", "benchmarks.crowd", address, beside]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdout.readline()
            yield
        finally:
            process.stdin.close()
            process.kill()


def _line(address: str) -> socket.socket:
    where = urlsplit(address)
    return socket.create_connection((where.hostname or "", where.port or 0), 20, (_OTHERS, 0))


def _call_on(line: socket.socket) -> None:
    while True:
        line.sendall(_CALL)
        if not line.recv(1 << 16):
            return


def _be_there(address: str, beside: str) -> None:
    lines = [_line(address) for _ in range(SILENT if beside == "silent" else CALLERS)]
    if beside == "calling":
        for line in lines:
            threading.Thread(target=_call_on, args=(line,), daemon=True).start()
    print("there", flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    _be_there(*sys.argv[1:])
