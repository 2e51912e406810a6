"""A real share behind a real server, and a history of transfers of the test's own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from filexfer import Server
from tests.cli.command import Share


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
