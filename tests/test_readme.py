"""The README's own words, run: its shell lines and its Python, against a real server, with only the port changed."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from filexfer import Server

README = (Path(__file__).resolve().parent.parent / "README.md").read_text(encoding="utf-8")
THERE = "http://localhost:8765"


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def section(title: str, language: str) -> list[str]:
    text = re.search(rf"^## {title}\n(.*?)(?=^## |\Z)", README, re.MULTILINE | re.DOTALL)
    assert text is not None
    return [block for block in blocks(language) if block in text[1]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where a reader stands: a file and a folder of pictures, and a folder that is shared."""
    for name in ("share", "here/photos"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "here/notes.txt").write_text("Milk.", encoding="utf-8")
    for number in range(3):
        (tmp_path / f"here/photos/{number}.jpg").write_bytes(bytes([number]) * 10_000)
    return tmp_path


@pytest.fixture
def address(folder: Path) -> Iterator[str]:
    with Server(folder / "share", listen=["http://localhost:0"], guest="write") as server:
        yield server.addresses[0].rstrip("/")


def run(command: list[str], folder: Path) -> str:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_command_line_examples_work(folder: Path, address: str) -> None:
    (lines,) = section("The command line", "sh")
    assert THERE in lines
    said = run(["sh", "-e", "-c", lines.replace(THERE, address)], folder / "here")
    assert (folder / "share/notes.txt").read_text(encoding="utf-8") == "Milk."
    assert (folder / "here/back/2.jpg").read_bytes() == b"\2" * 10_000
    assert (folder / "share/old.tar").stat().st_size > 30_000
    assert "system.listMethods" in said


def test_the_library_example_works(folder: Path) -> None:
    ours, _ = section("The library", "python")
    said = run([sys.executable, "-c", ours], folder / "here")
    assert said.splitlines() == ["file notes.txt 5", "Hello you"]
    assert (folder / "here/shared/from me/notes.txt").read_text(encoding="utf-8") == "Milk."


def test_twelve_lines_of_stock_python_work(folder: Path, address: str) -> None:
    _, stock = section("The library", "python")
    assert len(stock.split("\n\n", 1)[1].splitlines()) <= 12
    assert "filexfer" not in stock
    said = run([sys.executable, "-c", stock.replace(THERE, address)], folder / "here").splitlines()
    assert said[:2] == ["b'Buy milk.'", "['created', 'created', 'created']"]
    assert sorted(said[2:]) == ["0.jpg 10000", "1.jpg 10000", "2.jpg 10000"]
    assert (folder / "share/notes/today.txt").read_bytes() == b"Buy milk."


def test_the_headless_server_needs_five_lines() -> None:
    (lines,) = section("A server without a screen", "sh")
    assert len(lines.splitlines()) == 5
    assert re.search(r"filexfer serve \S+ --guest write &$", lines, re.MULTILINE)


def test_every_page_it_points_to_is_there() -> None:
    pages = re.findall(r"\]\((?!http)([^)#]+)\)", README)
    assert pages
    assert [page for page in pages if not (Path(__file__).resolve().parent.parent / page).exists()] == []
