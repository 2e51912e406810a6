"""The benchmark of many clients: that it runs, compares what arrived, and judges shares by how far each client was."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import clients
from benchmarks.load import Contents
from benchmarks.workloads import MIB, Scale


def test_it_tells_speed_shares_and_memory_of_sixty_four_clients(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clients, "FEW", (1,))
    found = clients.section(tmp_path / "base", Scale(1, 4 * MIB, 60, 0))
    kinds = ("blocks", "whole", "calls", "batches")
    acts = {f"64 clients, {kind} {way}" for kind in kinds for way in ("up", "down")}
    assert {figure.what for figure in found.figures} == acts | {f"{act}, apart" for act in acts}
    assert all(figure.value > 0 for figure in found.figures)
    assert len(found.ratios) == 33
    assert 10 < found.ratios[-1].value < 500


def test_shares_are_those_when_the_first_client_is_through() -> None:
    quick, median, slow = [(1.0, 10), (2.0, 20)], [(1.5, 10), (2.5, 20)], [(2.0, 4), (9.0, 20)]
    assert clients._slowest([quick, median, slow]) == 0.4
    assert clients._slowest([quick, median, [(3.0, 20)]]) == 0.0


def test_a_file_with_other_content_is_found(tmp_path: Path) -> None:
    contents = Contents()
    (tmp_path / "000000").write_bytes(b"".join(block for _, block, _ in contents.blocks(0, 3 * MIB // 2)))
    clients._compare(tmp_path, "blocks", 1, 3 * MIB // 2)
    with pytest.raises(RuntimeError, match="other content"):
        clients._compare(tmp_path, "blocks", 1, MIB)
