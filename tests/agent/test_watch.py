"""The look at other processes' jobs, and the file that tells where an agent answers, when the disk does not play along."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from filexfer.agent import watch
from filexfer.agent.events import Events
from filexfer.agent.watch import Watch
from filexfer.client.engine import Engine
from filexfer.client.history import History
from filexfer.core import places
from filexfer.core.errors import StorageFailed
from filexfer.core.model import Direction, Job, JobSpec


class Failing(Engine):
    """An engine whose history cannot be read for the moment."""

    fails = 0

    def jobs(self) -> list[Job]:
        if self.fails:
            self.fails -= 1
            raise StorageFailed("The history of transfers cannot be read: disk I/O error.")
        return super().jobs()


def test_a_history_that_cannot_be_read_for_the_moment_is_looked_at_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, until: Callable[..., Any]
) -> None:
    monkeypatch.setattr(watch, "PAUSE", 0.01)
    file = tmp_path / "history.sqlite"
    history, other, events = History(file), History(file), Events()
    engine = Failing(history)
    looking = Watch(engine, events, file)
    looking.start()
    cursor = events.poll(0, 0)
    assert isinstance(cursor, dict)
    engine.fails = 3
    waiting = events.poll(cursor["cursor"], 20)
    other.add("k", JobSpec(Direction.PUT, "http://localhost:1/", (("/a", "b"),)), "a", "")
    until(lambda: not engine.fails)
    until(lambda: events.version > cursor["cursor"])
    assert waiting is not None
    looking.close()
    engine.close()
    history.close()
    other.close()


@pytest.mark.parametrize("content", [b"\xff\xfe", None])
def test_an_address_file_that_cannot_be_read_is_none(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / places.CONTROL_FILE
    if content is None:
        file.mkdir()
    else:
        file.write_bytes(content)
    assert places.control_address(tmp_path) == ""
