"""Programs of others that move small files in batches of calls: what arrives is what was sent."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from benchmarks import strangers, workloads
from benchmarks.place import fresh, serving


@pytest.mark.parametrize("who", ["stock", "quick"])
def test_files_of_several_batches_arrive_whole(tmp_path: Path, who: str) -> None:
    sent = workloads.small(tmp_path / "sent", 300)
    with fresh(tmp_path / "run") as place, serving(place) as (_, address):
        for direction, folder in (("up", sent.path), ("down", place.target / sent.name)):
            command = strangers.command(who, direction, address, folder)
            subprocess.run(command, env=place.environment, cwd=place.home, check=True, timeout=60)
        assert workloads.differs(sent.path, place.share / sent.name) == ""
        assert workloads.differs(sent.path, place.target / sent.name) == ""
