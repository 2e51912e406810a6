"""The benchmark of networks: that what it makes is as slow as it says, that it measures and compares; where this machine lets."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from benchmarks import networks, wire, workloads

TOP = Path(__file__).resolve().parents[2]

needs_networks = pytest.mark.skipif(bool(wire.why_not()), reason=wire.why_not() or "-")

_ECHO = """
import socket, sys
with socket.create_server(("{address}", 7)) as server:
    print("ready", flush=True)
    with server.accept()[0] as made:
        while data := made.recv(1 << 16):
            made.send(data[:1])
"""
_ASK = """
import socket, time
with socket.create_connection(("{address}", 7)) as made:
    began = time.monotonic()
    made.send(b"x")
    made.recv(1)
    print(time.monotonic() - began)
"""


@needs_networks
def test_a_wire_takes_the_time_that_it_is_made_with() -> None:
    with wire.hosts(wire.Wire(10e6, 0.05)) as (one, other):
        echo = other.command(sys.executable, "-c", _ECHO.format(address=other.address))
        with subprocess.Popen(echo, stdout=subprocess.PIPE, text=True) as server:
            assert server.stdout is not None
            assert server.stdout.readline() == "ready\n"
            ask = one.command(sys.executable, "-c", _ASK.format(address=other.address))
            told = subprocess.run(ask, check=True, capture_output=True, text=True, timeout=60).stdout
            server.kill()
    assert float(told) >= 0.1


@needs_networks
def test_it_moves_files_both_ways_compares_them_and_writes_what_it_measured(tmp_path: Path) -> None:
    wanted = ["--rounds", "1", "--links", "far", "--loads", "large,small", "--scale", "0.01"]
    places = ["--folder", str(tmp_path), "--json", str(tmp_path / "out.json")]
    command = [sys.executable, "-m", "benchmarks.networks", *wanted, *places]
    began = time.monotonic()
    done = subprocess.run(command, cwd=TOP, capture_output=True, text=True, timeout=200)
    assert done.returncode == 0, done.stderr
    rows = [row for row in json.loads((tmp_path / "out.json").read_text())["rows"] if row["who"] == "filexfer"]
    assert {(row["load"], row["way"]) for row in rows} == {(load, way) for load in ("large", "small") for way in ("up", "down")}
    assert all(0 < row["seconds"] < time.monotonic() - began for row in rows)
    assert "far" not in done.stdout
    assert "100 Mbit/s, 40 ms: small up, filexfer" in done.stdout


def test_who_may_not_make_networks_is_told_why(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    monkeypatch.setattr(sys, "argv", ["networks"])
    networks.main()
    assert "need root" in capsys.readouterr().out


def test_a_ratio_is_of_speeds_and_large_files_are_held_against_iperf3() -> None:
    link, load = networks.LINKS[0], workloads.Load(Path("large-near"), 1000, 1)
    peer, ours = networks.Case("iperf3", "up", load), networks.Case("filexfer", "up", load)
    (ratio,) = networks.ratios_of(link, [(peer, [1.9]), (ours, [2.0, 9.0, 1.0])])
    assert (ratio.value, ratio.target, ratio.met) == (0.95, networks.LARGE_TARGET, True)
