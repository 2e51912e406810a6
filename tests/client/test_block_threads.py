"""How many threads move the blocks of a job's large files."""

from __future__ import annotations

import os
from types import SimpleNamespace

import pytest

from filexfer.client.run import Run


@pytest.mark.parametrize(
    ("within", "processors", "threads"), [(True, 1, 1), (True, 2, 1), (True, 4, 2), (True, 64, 4), (True, None, 1), (False, 1, 4)]
)
def test_within_a_machine_blocks_have_half_of_its_processors(
    within: bool, processors: int | None, threads: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: processors)
    connections = SimpleNamespace(within_machine=within)
    run = SimpleNamespace(breadth=4, link=SimpleNamespace(session=SimpleNamespace(connections=connections)))

    assert Run.block_threads.fget(run) == threads  # type: ignore[attr-defined]
