"""The benchmark itself: that it runs, compares what arrived, and says its ratios; on small loads, without judging times."""

from __future__ import annotations

import contextlib
import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import __main__ as whole
from benchmarks import cases as measured_cases
from benchmarks import ending, report, targets, workloads
from benchmarks.cases import Case
from benchmarks.measure import Usage, family
from benchmarks.place import TOP


def test_it_measures_what_is_asked_for_and_says_the_ratios(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(measured_cases, "wait_for_calm", lambda: None)
    monkeypatch.setattr(ending, "by_signals", lambda: None)
    sizes = ["--rounds", "1", "--large-mib", "2", "--small-files", "60"]
    places = ["--folder", str(tmp_path), "--json", str(tmp_path / "out.json")]
    cases = ["tcp large", "cp large", "raw large up", "xmlrpc large up", "stock part up", "raw small down", "tls small down"]
    asked = [word for case in cases for word in ("--only", case)]
    monkeypatch.setattr(sys, "argv", ["bench", *sizes, *places, *asked])
    assert whole.main() == 0
    written = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
    ways = {f"{case} up" if case.endswith("large") else case for case in cases}
    assert set(written["runs"]) == ways
    assert all(run["wall"] > 0 for runs in written["runs"].values() for run in runs)
    ours = [row for row in written["rows"] if row["case"].startswith(("raw", "tls", "xmlrpc"))]
    assert all(row["client_mib"] > 5 and row["server_mib"] > 5 for row in ours)
    told = {ratio["what"] for ratio in written["ratios"]}
    assert {"xmlrpc large up: speed / stock pair", "raw large up: seconds / cp", "tls small down: speed / plain"} <= told
    by = {row["case"]: row["speed_by"] for row in written["rows"]}
    assert set(by["raw large up"]) == {"cp", "TCP", "stock"}
    assert "raw large up: seconds / cp" in capsys.readouterr().out


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


def test_an_empty_folder_that_did_not_arrive_is_found(tmp_path: Path) -> None:
    for folder in ("sent/a/empty", "sent/b", "arrived/a", "arrived/b"):
        (tmp_path / folder).mkdir(parents=True)
    assert "Folders are missing" in workloads.differs(tmp_path / "sent", tmp_path / "arrived")


def test_noisy_runs_count_only_where_there_are_no_calm_ones() -> None:
    case = Case("raw", "up", workloads.Load(Path("large"), 1000, 1))
    calm, noisy = Usage(wall=2.0, client_cpu=1.0), Usage(wall=9.0, client_cpu=1.0, other=0.5)
    assert report.row(case, [noisy, calm]).seconds == 2.0
    assert not report.row(case, [noisy, calm]).noisy
    assert report.row(case, [noisy]).noisy


@pytest.mark.parametrize(("seconds", "met"), [(1.0, True), (2.0, False)])
def test_a_ratio_to_the_stock_pair_compares_speeds_not_seconds(seconds: float, met: bool) -> None:
    lane = report.row(Case("xmlrpc", "up", workloads.Load(Path("large"), 8000, 1)), [Usage(wall=seconds, client_cpu=0)])
    stock = report.row(Case("stock", "up", workloads.Load(Path("part"), 1000, 1)), [Usage(wall=4.0, client_cpu=0)])
    found = targets.judged({("xmlrpc", "large", "up"): lane, ("stock", "part", "up"): stock})
    assert [(one.value, one.met) for one in found if "stock" in one.what] == [(4.0 * 8 / seconds, met)]


def test_the_best_peer_is_the_quickest_of_the_same_run_and_no_meter_of_the_way() -> None:
    load = workloads.Load(Path("large"), 1000, 1)
    seconds = {"raw": 2.0, "rsync": 1.6, "nginx": 1.9, "iperf3": 0.1}
    rows = {(who, "large", "up"): report.row(Case(who, "up", load), [Usage(one, 0)]) for who, one in seconds.items()}
    (ratio,) = [one for one in targets.judged(rows) if "best peer" in one.what]
    assert ratio.what == "raw large up: seconds / best peer (rsync)"
    assert ratio.value == 2.0 / 1.6


@pytest.mark.parametrize(
    ("value", "at_most", "verdict"),
    [(1.0, True, "met"), (1.1, True, "accepted"), (1.3, True, "MISSED"), (1.0, False, "met"), (0.9, False, "MISSED")],
)
def test_what_is_let_pass_is_not_called_met(value: float, at_most: bool, verdict: str) -> None:
    assert report.Ratio("what", value, 1.0, 1.2 if at_most else 0.95, at_most).verdict == verdict


def test_a_part_that_fails_leaves_the_others_their_figures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails(base: Path, scale: workloads.Scale) -> report.Section:
        raise OSError("no room")

    def goes_on(base: Path, scale: workloads.Scale) -> report.Section:
        return report.Section("beside", [report.Figure("what it found", 7.0, "s")])

    monkeypatch.setattr(whole, "SECTIONS", {"delta": fails, "beside": goes_on})
    monkeypatch.setattr(ending, "by_signals", lambda: None)
    written = tmp_path / "out.json"
    monkeypatch.setattr(sys, "argv", ["bench", "--only", "delta", "--only", "beside", "--json", str(written)])
    assert whole.main() == 1
    assert "what it found" in (said := capsys.readouterr().out)
    assert "FAILED: delta: OSError: no room" in said
    told = json.loads(written.read_text(encoding="utf-8"))
    assert told["failed"] == {"delta": "OSError: no room"}
    assert all("OpenSSL" in told[side] and "Python" in told[side] for side in ("client", "server"))


def test_a_run_that_is_ended_tells_what_it_has_and_leaves_nothing_behind(tmp_path: Path) -> None:
    places = ["--folder", str(tmp_path), "--json", str(tmp_path / "out.json")]
    sizes = ["--rounds", "400", "--large-mib", "1", "--small-files", "60"]
    command = [sys.executable, "-m", "benchmarks", *sizes, "--only", "raw small up", *places]
    with subprocess.Popen(command, cwd=TOP, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as run:
        assert run.stderr is not None
        while not run.stderr.readline().startswith("1/"):
            continue
        started = family(run.pid)[1:]
        run.terminate()
        said = run.communicate(timeout=60)[0]
    assert run.returncode == 128 + signal.SIGTERM
    assert "raw small up " in said
    assert "ended before everything was measured" in said
    assert [path.name for path in tmp_path.iterdir()] == ["out.json"]
    assert [one for one in started if Path(f"/proc/{one}").exists()] == []


def test_short_cases_are_measured_more_often_than_long_ones(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(whole, "warm_memory", lambda size: contextlib.nullcontext())
    monkeypatch.setattr(whole, "run", lambda case, base: Usage(0.1 if case.who == "cp" else 0.9, 0.1))
    monkeypatch.setattr(
        sys, "argv", ["bench", "--rounds", "2", "--small-files", "1", "--only", "cp small", "--only", "raw small up"]
    )
    bench = whole.Bench(whole.arguments())
    bench._cases(tmp_path)
    assert {case.name: len(usages) for case, usages in bench.runs.items()} == {"cp small up": 5, "raw small up": 2}
