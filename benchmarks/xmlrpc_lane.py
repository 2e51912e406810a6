"""`filexfer put` and `get` held to the XML-RPC lane: the same engine, its sessions told not to use the raw one."""

from __future__ import annotations

import functools
import sys
from pathlib import Path

from filexfer import connect
from filexfer.client.engine import Engine
from filexfer.client.history import History
from filexfer.core.model import Direction, JobSpec, JobState


def move(direction: str, address: str, source: str, target: str) -> None:
    """Move one file or folder: `up` from a local path to one in the share, `down` the other way."""
    engine = Engine(History(Path("history.sqlite")), connect=functools.partial(connect, lanes="xmlrpc"))
    way = Direction.PUT if direction == "up" else Direction.GET
    job = engine.wait(engine.add(JobSpec(way, address, ((source, target),))))
    engine.close()
    if job.state is not JobState.DONE:
        raise SystemExit(job.error)


if __name__ == "__main__":
    move(*sys.argv[1:])
