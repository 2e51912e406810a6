"""The benchmark itself: that it runs, compares what arrived, and says its ratios; on small loads, without judging times."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import report, workloads
from benchmarks.cases import Case
from benchmarks.measure import Usage

TOP = Path(__file__).resolve().parents[2]


def test_it_measures_every_case_and_says_the_ratios(tmp_path: Path) -> None:
    options = [
        "--rounds",
        "1",
        "--large-mib",
        "4",
        "--small-files",
        "60",
        "--folder",
        str(tmp_path),
        "--json",
        str(tmp_path / "out.json"),
    ]
    done = subprocess.run([sys.executable, "-m", "benchmarks", *options], cwd=TOP, capture_output=True, text=True, timeout=200)
    assert done.returncode == 0, done.stderr
    written = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
    both_ways = [
        f"{case} {way}"
        for case in (
            *(f"{who} {load}" for who in ("raw", "tls") for load in ("large", "small", "library")),
            "xmlrpc large",
            "stock part",
        )
        for way in ("up", "down")
    ]
    assert set(written["runs"]) == {"cp large up", "cp small up", "cp library up", *both_ways}
    assert all(run["wall"] > 0 for runs in written["runs"].values() for run in runs)
    assert all(row["client_mib"] > 5 and row["server_mib"] > 5 for row in written["rows"] if not row["case"].startswith("cp"))
    assert len(written["ratios"]) == 12
    beside = [ratio for ratio in written["ratios"] if "beside" in ratio["what"]]
    assert all(0 < ratio["value"] < 10 for ratio in beside)
    assert len(beside) == 2
    assert "raw lane / cp, up" in done.stdout


def test_a_copy_with_one_other_byte_is_found(tmp_path: Path) -> None:
    load = workloads.small(tmp_path / "sent", 3)
    assert workloads.differs(load.path, load.path) == ""
    other = workloads.small(tmp_path / "arrived", 3)
    assert workloads.differs(load.path, other.path) == ""
    changed = workloads.files_of(other.path)[1]
    changed.write_bytes(changed.read_bytes()[:-1] + b"?")
    assert "other content" in workloads.differs(load.path, other.path)
    changed.unlink()
    assert "missing" in workloads.differs(load.path, other.path)


def test_noisy_runs_count_only_where_there_are_no_calm_ones() -> None:
    case = Case("raw", "up", workloads.Load(Path("large"), 1000, 1))
    calm, noisy = Usage(wall=2.0, client_cpu=1.0), Usage(wall=9.0, client_cpu=1.0, other=0.5)
    assert report.row(case, [noisy, calm]).seconds == 2.0
    assert not report.row(case, [noisy, calm]).noisy
    assert report.row(case, [noisy]).noisy


@pytest.mark.parametrize(("seconds", "met"), [(1.0, True), (2.0, False)])
def test_a_ratio_compares_speeds_not_seconds(seconds: float, met: bool) -> None:
    lane = report.row(Case("xmlrpc", "up", workloads.Load(Path("large"), 8000, 1)), [Usage(wall=seconds, client_cpu=0)])
    stock = report.row(Case("stock", "up", workloads.Load(Path("part"), 1000, 1)), [Usage(wall=4.0, client_cpu=0)])
    (ratio,) = report.ratios({("xmlrpc", "large", "up"): lane, ("stock", "part", "up"): stock})
    assert (ratio.value, ratio.met) == (4.0 * 8 / seconds, met)
