"""A real share behind a real server, and a history of transfers of the test's own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from filexfer import Server
from tests.cli.command import Served, Share


@pytest.fixture
def share(tmp_path: Path) -> Iterator[Share]:
    """A shared folder, guests may write."""
    folder = tmp_path / "share"
    folder.mkdir()
    with Server(folder, listen=["http://localhost:0"], guest="write") as server:
        yield Share(folder, server.addresses[0])


@pytest.fixture(autouse=True)
def own_history(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test has a history of transfers of its own."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


@pytest.fixture
def serve() -> Iterator[Callable[..., Served]]:
    """Starts servers; what a failed test leaves running is killed."""
    running: list[Served] = []

    def begin(*words: str | Path, count: int = 1, env: Mapping[str, str] | None = None) -> Served:
        running.append(Served(*words, count=count, env=env))
        return running[-1]

    yield begin
    for one in running:
        one.process.kill()
        one.process.communicate()
