"""The README and the page on the library, run: shell lines and Python, against a real server, with only the port changed."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from filexfer import Server

TOP = Path(__file__).resolve().parent.parent
README = (TOP / "README.md").read_text(encoding="utf-8")
LIBRARY = (TOP / "docs/library.md").read_text(encoding="utf-8")
THERE = "http://localhost:8765"


def section(title: str, language: str, page: str = README) -> list[str]:
    text = re.search(rf"^## {title}\n(.*?)(?=^## |\Z)", page, re.MULTILINE | re.DOTALL)
    assert text is not None
    return re.findall(rf"^```{language}\n(.*?)^```$", text[1], re.MULTILINE | re.DOTALL)


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
    (ours,) = section("The library", "python", LIBRARY)
    said = run([sys.executable, "-c", ours], folder / "here")
    assert said.splitlines() == ["file notes.txt 5", "Hello you"]
    assert (folder / "here/shared/from me/notes.txt").read_text(encoding="utf-8") == "Milk."


def test_twelve_lines_of_stock_python_work(folder: Path, address: str) -> None:
    (stock,) = section("From the standard library", "python", LIBRARY)
    assert len(stock.split("\n\n", 1)[1].splitlines()) <= 12
    assert "filexfer" not in stock
    said = run([sys.executable, "-c", stock.replace(THERE, address)], folder / "here").splitlines()
    assert said[:2] == ["b'Buy milk.'", "['created', 'created', 'created']"]
    assert sorted(said[2:]) == ["0.jpg 10000", "1.jpg 10000", "2.jpg 10000"]
    assert (folder / "share/notes/today.txt").read_bytes() == b"Buy milk."


@pytest.fixture
def secure(folder: Path) -> Iterator[str]:
    """`filexfer serve`, as the README starts it, but on a port of its own; its address."""
    start, _ = section("A server without a screen", "sh")
    line = next(line for line in start.splitlines() if " serve " in line)
    command = re.sub(r"^\S*/filexfer|&.*$", "", line).replace("~/", f"{folder}/").split()
    filexfer = str(Path(sys.executable).with_name("filexfer"))
    with subprocess.Popen([filexfer, *command, "--listen", "https://127.0.0.1:0"], stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        yield server.stdout.readline().removeprefix("Listening on ").strip()
        server.terminate()
        assert server.wait(30) == 0


def test_the_headless_server_needs_five_lines_and_the_other_machine_two(
    folder: Path, secure: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    start, other = section("A server without a screen", "sh")
    assert len(start.splitlines()) == 5
    assert re.search(r"filexfer serve ~/share +&", start)
    assert re.search(r"^\S+/filexfer invite +#", start, re.MULTILINE)
    (link,) = re.findall(r"filexfer://\S+", run(["filexfer", "invite", "--no-wait"], folder))
    monkeypatch.setenv("XDG_STATE_HOME", str(folder / "other"))
    script = re.sub(r"^filexfer pair\b", f"echo '{link}' | filexfer pair", other, flags=re.MULTILINE)
    assert script != other
    assert f"Paired with {secure}" in run(["sh", "-e", "-c", script], folder / "here")
    assert (folder / "share/photos/2.jpg").read_bytes() == b"\2" * 10_000


def test_five_lines_of_stock_python_work(folder: Path, address: str) -> None:
    (stock,) = section("With nothing but Python", "python")
    assert len(stock.replace("\n\n", "\n").splitlines()) == 5
    said = run([sys.executable, "-c", stock.replace(THERE, address)], folder / "here")
    assert said == "b'Buy milk.'\n['today.txt']\n"


def test_stock_python_works_over_https_too(folder: Path, secure: str) -> None:
    (stock,) = section("From another machine", "python", LIBRARY)
    (add,) = section("From another machine", "sh", LIBRARY)
    assert "filexfer" not in stock
    run(["sh", "-e", "-c", add], folder / "here")
    assert (folder / "here/stock.token").stat().st_mode & 0o077 == 0
    (folder / "share/a").write_bytes(b"a" * 7)
    at = secure.removeprefix("https://").rstrip("/")
    assert run([sys.executable, "-c", stock.replace("thatbox:8765", at)], folder / "here") == "a 7\n"


def test_every_page_it_points_to_is_there() -> None:
    pages = re.findall(r"\]\((?!http)([^)#]+)[)#]|(?:src|srcset)=\"([^\"]+)\"", README)
    assert any(picture for _, picture in pages)
    assert [page or picture for page, picture in pages if not (TOP / (page or picture)).exists()] == []
