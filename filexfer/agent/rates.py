"""How fast transfers to each server went, as remembered, to tell how long the next one takes. Two figures a server: bytes a
second of large files, files a second of small ones, for neither says much about the other."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence

from filexfer.agent.memory import Memory
from filexfer.core.errors import FilexferError
from filexfer.core.model import SMALL_FILE, Direction, Job, JobState

#: Seconds that a job must have run to tell anything, and how much of a new figure goes into the one that is kept.
_LEAST, _WEIGHT = 1.0, 0.5
#: Servers that are remembered.
_MOST = 200


class Rates:
    """`changed` is told of jobs by the engine; `memory` keeps what they tell."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._lock = threading.Lock()  # guards the one below
        #: When each running job was first seen to run: monotonic time, files and bytes until then.
        self._running: dict[int, tuple[float, int, int]] = {}

    def changed(self, jobs: Sequence[Job]) -> None:
        """The engine tells: these jobs are so now."""
        now = time.monotonic()
        for job in jobs:
            if job.spec.direction is not Direction.PUT:
                continue
            with self._lock:
                if job.state is JobState.RUNNING:
                    self._running.setdefault(job.id, (now, job.files_done, job.bytes_moved))
                    continue
                began, files, moved = self._running.pop(job.id, (now, 0, 0))
            if job.state is JobState.DONE and now - began >= _LEAST:
                self._learn(job.spec.server, job.files_done - files, job.bytes_moved - moved, now - began)

    def _learn(self, server: str, files: int, moved: int, seconds: float) -> None:
        if files <= 0 or moved <= 0:
            return
        kind, rate = _kind(files, moved), (moved if _kind(files, moved) == "bytes" else files) / seconds
        known = dict(self._known())
        of_server = dict(_figures(known.pop(server, None)))
        before = of_server.get(kind, rate)
        of_server[kind] = round(before + (rate - before) * _WEIGHT, 3)
        kept = [*known.items(), (server, of_server)][-_MOST:]
        try:
            self._memory.put({"rates": dict(kept)})
        except FilexferError:
            return  # An estimate is not worth an error: the next job tells it again.

    def seconds(self, server: str, files: int, size: int, limit: int) -> float:
        """How long it will take to send so many files of `size` bytes together; -1 for unknown. `limit`: bytes a second, 0 for
        none."""
        if not files:
            return 0.0
        kind = _kind(files, size)
        rate = _figures(self._known().get(server)).get(kind, 0.0)
        least = size / limit if limit else 0.0
        if rate <= 0:
            return least or -1.0
        return max(least, (size if kind == "bytes" else files) / rate)

    def _known(self) -> dict[str, object]:
        found = self._memory.get("rates")
        return found if isinstance(found, dict) else {}


def _kind(files: int, size: int) -> str:
    return "bytes" if size > files * SMALL_FILE else "files"


def _figures(found: object) -> dict[str, float]:
    known = found if isinstance(found, dict) else {}
    return {str(kind): float(rate) for kind, rate in known.items() if isinstance(rate, int | float)}
