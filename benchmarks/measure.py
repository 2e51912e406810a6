"""How long a command takes and what it uses: wall time, processor time and peak memory of a client process and its server's."""

from __future__ import annotations

import mmap
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from benchmarks.ending import gone
from benchmarks.workloads import MIB

_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Usage:
    """Of one run: seconds, processor seconds, peak resident MiB; `other` is the share of all cores that went to anything else."""

    wall: float
    client_cpu: float
    server_cpu: float = 0.0
    client_mib: float = 0.0
    server_mib: float = 0.0
    other: float = 0.0


def timed(command: Sequence[str], environment: Mapping[str, str], folder: Path, server: int = 0) -> Usage:
    """Run `command` to its end, beside the server process of that id. Raises `RuntimeError` with what it said where it failed."""
    log = folder / "client.log"
    with log.open("wb") as out:
        machine, served = _machine_cpu(), cpu_of(server)
        began = time.perf_counter()
        client = subprocess.Popen(command, env=dict(environment), cwd=folder, stdin=subprocess.DEVNULL, stdout=out, stderr=out)
        try:
            with _peaks(client.pid, server) as peaks:
                _, status, used = os.wait4(client.pid, 0)
            wall = time.perf_counter() - began
            client.returncode = os.waitstatus_to_exitcode(status)
        finally:
            if client.returncode is None:
                _kill(client)
    if client.returncode:
        raise RuntimeError(f"{command[0]} ended with {client.returncode}: {log.read_text(errors='replace')[-500:]}")
    client_cpu, server_cpu = used.ru_utime + used.ru_stime, cpu_of(server) - served
    elsewhere = _machine_cpu() - machine - client_cpu - server_cpu
    other = max(0.0, elsewhere / (wall * (os.cpu_count() or 1)))
    return Usage(wall, client_cpu, server_cpu, peaks.get(client.pid, 0.0), peaks.get(server, 0.0), other)


def _kill(process: subprocess.Popen[bytes]) -> None:
    """With those below it: a shell's commands outlive it."""
    for one in family(process.pid):
        with suppress(ProcessLookupError):
            os.kill(one, signal.SIGKILL)
    process.wait()


@contextmanager
def _peaks(*processes: int) -> Iterator[dict[int, float]]:
    """The most memory each process has held, with those below it, in MiB, looked at until the block ends. The kernel's figure at
    a process's end cannot be used: it begins with that of the process that started it."""
    found: dict[int, float] = {}
    over = threading.Event()

    def look() -> None:
        pause = 0.01
        while True:
            for process in processes:
                found[process] = max(found.get(process, 0.0), sum(map(peak_of, family(process))))
            if over.wait(pause):
                return
            pause = min(0.05, pause * 1.1)

    watcher = threading.Thread(target=look, daemon=True)
    watcher.start()
    try:
        yield found
    finally:
        over.set()
        watcher.join()


def family(process: int) -> list[int]:
    """It and the processes below it; none for 0."""
    if not process:
        return []
    children: list[int] = []
    with suppress(OSError):  # it has ended
        for file in Path(f"/proc/{process}/task").glob("*/children"):
            children += map(int, file.read_text().split())
    return [process, *(one for child in children for one in family(child))]


def peak_of(process: int) -> float:
    with suppress(OSError):  # it has ended
        for line in Path(f"/proc/{process}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    return 0.0


def cpu_of(process: int) -> float:
    """Processor seconds of a process and those below it, and of its ended children; 0 for no process."""
    total = 0
    for one in family(process):
        with suppress(OSError):
            fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
            total += sum(map(int, fields[11:15]))
    return total / _TICKS


def _machine_cpu() -> float:
    """Busy processor seconds of the whole machine."""
    with open("/proc/stat") as file:
        figures = [int(figure) / _TICKS for figure in file.readline().split()[1:9]]
    return sum(figures) - figures[3] - figures[4]


def wait_for_calm() -> None:
    """Until the machine does next to nothing, or for a second: what a server does after its start is not the client's."""
    end = time.monotonic() + 1.0
    while time.monotonic() < end:
        before = _machine_cpu()
        time.sleep(0.2)
        if _machine_cpu() - before < 0.02 * (os.cpu_count() or 1):
            return


@contextmanager
def warm_memory(size: int) -> Iterator[None]:
    """Keep `size` bytes of free memory (at most a third of it) backed by the host of a virtual machine.

    A guest that reports its free memory has it taken away in blocks of 2 MiB and pays for each page when it uses it next: a copy
    of 1 GiB in a memory file system then takes five times as long, whoever is measured. A helper process touches some GiB and
    gives back all but one page in each half MiB: what is free then lies in smaller blocks, which are not taken away.
    """
    command = [sys.executable, "-m", "benchmarks.measure", str(size)]
    with gone(subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)) as helper:
        assert helper.stdout is not None
        helper.stdout.readline()
        yield


def _hold_memory(wanted: int) -> None:
    """What the helper does until its standard input ends."""
    available = os.sysconf("SC_AVPHYS_PAGES") * mmap.PAGESIZE
    size = min(wanted, available // 3) // MIB * MIB
    memory = mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    memory.madvise(mmap.MADV_NOHUGEPAGE)
    for at in range(0, size, MIB):
        memory[at : at + MIB] = b"1" * MIB
    for at in range(0, size, MIB // 2):
        memory.madvise(mmap.MADV_DONTNEED, at + mmap.PAGESIZE, MIB // 2 - mmap.PAGESIZE)
    # Ctrl-C reaches all that a terminal started; this ends when the benchmark does.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    print("warm", flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    _hold_memory(int(sys.argv[1]))
