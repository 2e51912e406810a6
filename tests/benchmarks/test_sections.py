"""The sections of the benchmark: that each runs, at a scale of nothing, and tells what it found."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import batches, cases, codec, delta, growth, listing, startup, trees
from benchmarks.workloads import Scale

SCALE = Scale(rounds=1, large=1 << 20, small_files=20, entries=3000)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Times are not judged here."""
    for module in (batches, cases):
        monkeypatch.setattr(module, "wait_for_calm", lambda: None)


def test_the_codec_is_measured_beside_the_standard_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(codec, "_LONG", 0.001)
    found = codec.section(tmp_path / "codec", SCALE)
    assert {"MB/s", "µs", "×"} == {figure.unit for figure in found.figures}
    assert all(figure.value > 0 for figure in found.figures)


def test_a_listing_is_read_by_both_clients_and_counted(tmp_path: Path) -> None:
    found = listing.section(tmp_path / "listing", SCALE)
    assert [figure.what for figure in found.figures][:3] == [
        "folder of 300 entries, ours",
        "folder of 300 entries, standard library's client",
        "tree of 3,000 entries, read to its end",
    ]
    assert all(figure.value > 0 for figure in found.figures)
    assert found.ratios[0].what == "listing 3,000 entries: longest pause, seconds"
    assert 0 < found.ratios[0].value < 60


def test_growth_compares_ten_times_the_files_with_a_tenth_in_both_directions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(growth, "_TIMES", 2)
    found = growth.section(tmp_path / "growth", SCALE)
    assert [figure.what for figure in found.figures] == ["20 files up", "40 files up", "20 files down", "40 files down"]
    assert len(found.ratios) == 6


def test_a_tree_of_empty_folders_arrives_whole_and_is_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trees, "_DEPTH", 5)
    monkeypatch.setattr(trees, "_CHAINS", 1)
    found = trees.section(tmp_path / "trees", SCALE)
    ours = [figure.what for figure in found.figures if " raw " in figure.what]
    assert len(ours) == 6  # three trees, each up and down
    assert all(figure.value > 0 for figure in found.figures)


def test_programs_of_others_move_small_files_in_batches_in_both_directions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "PEERS", {})
    # A folder without a file is nothing that these programs make.
    found = batches.section(tmp_path / "batches", Scale(rounds=1, large=0, small_files=60, entries=0))
    ways = [f"60 small files {way}, {who}" for way in ("up", "down") for who in ("stock", "quick")]
    assert [figure.what for figure in found.figures] == ways
    assert all(figure.value > 0 for figure in found.figures)
    assert not found.ratios, "no peer, nothing to compare with"


def test_starting_up_is_measured_beside_a_bare_interpreter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(startup, "_TIMES", 1)
    found = startup.section(tmp_path / "startup", SCALE)
    times = {figure.what: figure.value for figure in found.figures if figure.unit == "s"}
    assert set(times) == {"python -c pass", "--help", "ls", "put", "get", "server ready"}
    assert all(value > 0 for value in times.values())
    assert len(found.ratios) == 5


def test_what_travels_of_a_new_version_is_counted(tmp_path: Path) -> None:
    found = delta.section(tmp_path / "delta", Scale(rounds=1, large=8 << 20, small_files=0, entries=0))
    travelled = {figure.what: figure.value for figure in found.figures if figure.unit == "bytes"}
    for way in ("up", "down"):
        assert travelled[f"delta unchanged {way}"] < 5000
        assert travelled[f"delta only the time changed {way}"] < 100_000
        assert 1 << 20 < travelled[f"delta 1 % of blocks changed {way}"] < 2.2 * (1 << 20)
        assert 1 << 20 < travelled[f"delta 1,000 bytes inserted {way}"] < 2.2 * (1 << 20)
