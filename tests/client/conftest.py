"""A real share behind a real server, and engines with histories of the test's own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from filexfer.client.engine import Engine, EngineSettings
from filexfer.client.history import History
from filexfer.server import Server


class Share:
    """Attributes: folder, address, server."""

    def __init__(self, folder: Path, server: Server) -> None:
        self.folder = folder
        self.server = server
        self.address = server.addresses[0]


@pytest.fixture
def share(tmp_path: Path) -> Iterator[Share]:
    """A shared folder in this process; guests may write."""
    folder = tmp_path / "share"
    folder.mkdir()
    with Server(folder, listen=["http://127.0.0.1:0"], guest="write") as server:
        yield Share(folder, server)


@pytest.fixture
def engines(tmp_path: Path) -> Iterator[Callable[..., Engine]]:
    """Makes engines on one history; all are closed at the end."""
    made: list[tuple[Engine, History]] = []

    def make(settings: EngineSettings | None = None) -> Engine:
        history = History(tmp_path / "history" / "history.sqlite")
        made.append((Engine(history, settings=settings or EngineSettings()), history))
        return made[-1][0]

    yield make
    for engine, history in made:
        engine.close()
        history.close()


@pytest.fixture
def engine(engines: Callable[..., Engine]) -> Engine:
    return engines()
