"""The bundled program as a person uses it: unpacked anywhere, started by its desktop entry with an empty environment."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.screen import Screen, screen, wait_for

#: A point on the list of files of a window that lies where the tests put it.
MIDDLE = (780, 330)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """An empty home: the one thing that the programs are told, so that they leave the tester's own alone."""
    home = tmp_path / "home"
    home.mkdir()
    return home


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A folder worth moving: nested, with an empty folder, an empty file, a large one, and a name with a space and an umlaut."""
    top = tmp_path / "to send" / "Ferien ü 2026"
    (top / "deep" / "empty folder").mkdir(parents=True)
    (top / "empty").write_bytes(b"")
    (top / "large.bin").write_bytes(bytes(range(256)) * 12_345)
    for number in range(40):
        (top / "deep" / f"note {number}.txt").write_text(f"{number}\n" * number, encoding="utf-8")
    return top


def contents(top: Path) -> dict[str, bytes | None]:
    return {str(path.relative_to(top)): path.read_bytes() if path.is_file() else None for path in sorted(top.rglob("*"))}


def command_of(entry: Path) -> list[str]:
    """The command line of a desktop entry, read as the specification has it: first the escapes of a string, then the quoting of
    `Exec`, then the field codes (no file was given, `%k` is the entry itself)."""
    (text,) = re.findall(r"^Exec=(.*)$", entry.read_text(encoding="utf-8"), re.MULTILINE)
    text = re.sub(r"\\(.)", lambda found: {"s": " ", "n": "\n", "t": "\t", "r": "\r"}.get(found[1], found[1]), text)
    words = re.findall(r'"((?:\\.|[^"\\])*)"|(\S+)', text)
    plain = [re.sub(r'\\(["`$\\])', r"\1", quoted) if quoted else word for quoted, word in words]
    return [str(entry) if word == "%k" else word for word in plain if word not in ("%f", "%F", "%u", "%U")]


@contextmanager
def serving(bundle: Path, share: Path, home: Path, *words: str) -> Iterator[str]:
    """A headless server, run by the bundle's own command line; its address."""
    words = words or ("--listen", "http://localhost:0", "--guest", "write")
    command = [str(bundle / "filexfer"), "serve", str(share), *words]
    with subprocess.Popen(command, env={"HOME": str(home)}, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            yield server.stdout.readline().removeprefix("Listening on ").strip()
        finally:
            server.terminate()


@contextmanager
def started(command: Sequence[str], bundle: Path, home: Path, desk: Screen) -> Iterator[None]:
    """The app, told nothing but where the screen and the home are. Its background service is stopped with it."""
    environment = {"DISPLAY": desk.environment["DISPLAY"], "HOME": str(home)}
    with subprocess.Popen(command, env=environment) as app:
        try:
            yield
        finally:
            app.terminate()
            told = home / ".local/state/filexfer/agent.address"
            if told.exists():
                stop = [str(bundle / "filexfer"), "call", told.read_text(encoding="utf-8").strip(), "agent_stop"]
                subprocess.run(stop, env={"HOME": str(home)}, check=True, timeout=60)


def test_console_twin_runs_with_an_empty_environment(bundle: Path) -> None:
    done = subprocess.run([str(bundle / "filexfer"), "--version"], env={}, capture_output=True, text=True, timeout=60)
    assert re.fullmatch(r"filexfer \d+\.\d+.*\n", done.stdout), done.stderr


def test_console_twin_moves_a_tree_both_ways(bundle: Path, tree: Path, home: Path, tmp_path: Path) -> None:
    (tmp_path / "share").mkdir()
    with serving(bundle, tmp_path / "share", home) as address:
        there = f"{address}Ferien%20%C3%BC%202026"
        for words in (["put", str(tree), address], ["get", there, str(tmp_path / "back")]):
            command = [str(bundle / "filexfer"), *words]
            done = subprocess.run(command, env={"HOME": str(home)}, capture_output=True, text=True, timeout=60)
            assert done.returncode == 0, done.stderr
    assert contents(tmp_path / "share" / tree.name) == contents(tree)
    assert contents(tmp_path / "back") == contents(tree)


def test_two_bundled_programs_pair_and_speak_https(bundle: Path, tree: Path, tmp_path: Path) -> None:
    """The key, the keyring and the code of each computer come from libraries that the recipe has to find."""
    box, desk, share = tmp_path / "box", tmp_path / "desk", tmp_path / "share"
    for folder in (box, desk, share):
        folder.mkdir()

    def run(home: Path, *words: str, said: str = "") -> str:
        command = [str(bundle / "filexfer"), *words]
        done = subprocess.run(command, env={"HOME": str(home)}, input=said, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
        return done.stdout

    with serving(bundle, share, box, "--listen", "https://127.0.0.1:0") as address:
        assert address.startswith("https://127.0.0.1:")
        invited = json.loads(run(box, "invite", "--json", "--no-wait"))
        assert "filexfer ls attic:" in run(desk, "pair", "--name", "attic", said=invited["link"] + "\n")
        run(desk, "put", str(tree), "attic:")
        run(desk, "verify", str(tree), f"attic:{tree.name}")
        assert contents(share / tree.name) == contents(tree)


def test_a_dropped_folder_goes_to_a_headless_server_and_comes_back(bundle: Path, tree: Path, home: Path, tmp_path: Path) -> None:
    share, back = tmp_path / "share", tmp_path / "back"
    share.mkdir()
    back.mkdir()
    entry = command_of(bundle / "filexfer.desktop")
    with screen() as desk, serving(bundle, share, home) as address, started(entry, bundle, home, desk):
        window = desk.window("filexfer$")
        desk.place(window, 100, 60, 1150, 720)
        desk.press("ctrl+l")
        desk.type(address)
        desk.press("Return")
        desk.window(" – filexfer$")

        assert desk.drag_files([tree], MIDDLE) == "dropped"
        arrived = share / tree.name
        wait_for(lambda: arrived.is_dir() and contents(arrived) == contents(tree), "the folder to arrive in the share")

        wait_for(lambda: ask_for_all(desk), "the folder's row, and the question where to put it")
        desk.type(str(back))
        desk.press("Return")
        wait_for(lambda: (back / tree.name).is_dir() and contents(back / tree.name) == contents(tree), "the folder to come back")


def ask_for_all(desk: Screen) -> bool:
    """Select all that is listed and ask for it; False where nothing was listed yet, so that no question came up."""
    desk.click(*MIDDLE)
    desk.press("ctrl+a", "ctrl+d")
    desk.hand("sleep", "0.7")
    return bool(desk.hand("search", "--onlyvisible", "--name", "Download to"))
