"""What other programs of the desktop do for the window, on a real session bus with stand-ins: the file manager shows what was
fetched, and a click on a notification brings the window to the front."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from contextlib import ExitStack
from pathlib import Path

import pytest
from PySide6.QtGui import QDesktopServices

from filexfer.core.model import JobState
from filexfer.gui.platform.linux import Linux
from filexfer.gui.platform.system import System, this_system
from tests.gui.conftest import OwnAgent, Place
from tests.gui.person import Person
from tests.gui.test_system import Bus, Desk, MakeDesk, make_desk, on_a_bus

__all__ = ["make_desk"]  # a fixture


class Shows(System):
    """Its file manager shows files, or is not there. Attributes: shown; thread (the one it was asked on)."""

    def __init__(self, there: bool) -> None:
        super().__init__()
        self.there, self.shown, self.thread = there, list[list[str]](), threading.main_thread()

    def show_files(self, files: object) -> bool:
        assert isinstance(files, list)
        self.shown.append(files)
        self.thread = threading.current_thread()
        return self.there


def _fetch(person: Person, place: Place, name: str, into: Path) -> None:
    (place.folder / name).write_bytes(name.encode())
    person.go(place.location)
    person.wait(lambda: name in person.rows)
    person.click_row(name)
    person.window.actions_.save_into(place.location, person.window.listing.known(0, 0), str(into))
    person.wait_job(name, JobState.DONE)


def test_show_in_folder_selects_the_file_by_the_name_that_it_got(
    make_desk: MakeDesk, agent: OwnAgent, place: Place, tmp_path: Path
) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a b.txt").write_bytes(b"was here before")
    system = Shows(there=True)
    desk = make_desk(agent, system)
    _fetch(desk, place, "a b.txt", tmp_path / "in")
    desk.press("reveal", "a b.txt")
    desk.wait(lambda: system.shown)
    (arrived,) = [file for file in (tmp_path / "in").iterdir() if file.read_bytes() == b"a b.txt"]
    assert arrived.name != "a b.txt"
    assert system.shown == [[str(arrived)]]
    assert system.thread is not threading.main_thread(), "a file manager may take long to start"


def test_without_a_file_manager_the_folder_is_opened(
    make_desk: MakeDesk, agent: OwnAgent, place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url.toLocalFile()))
    desk = make_desk(agent, Shows(there=False))
    (tmp_path / "in").mkdir()
    _fetch(desk, place, "x", tmp_path / "in")
    desk.press("reveal", "x")
    desk.wait(lambda: opened)
    assert opened == [str(tmp_path / "in")]


@on_a_bus
def test_a_linux_file_manager_is_asked_to_show_files_of_any_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with ExitStack() as parts:
        bus = Bus(parts, tmp_path)
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", bus.address)
        files = [str(tmp_path / "a b"), os.fsdecode(os.fsencode(tmp_path) + b"/\xff%")]
        assert Linux().show_files(files)
        bus.wait(f"ShowItems|file://{tmp_path}/a%20b|file://{tmp_path}/%FF%25")


def test_without_a_bus_nobody_shows_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={tmp_path}/nobody")
    assert not Linux().show_files([str(tmp_path)])


@on_a_bus
def test_a_bus_without_a_file_manager_shows_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with ExitStack() as parts:
        bus = Bus._run(parts, ["dbus-daemon", "--session", "--nofork", "--print-address"])
        assert bus.stdout is not None
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", bus.stdout.readline().strip())
        # Nor is one to be started there.
        monkeypatch.setenv("XDG_DATA_DIRS", str(tmp_path))
        assert not Linux().show_files([str(tmp_path)])


@on_a_bus
def test_a_click_on_a_notification_of_ours_is_told_with_the_leave_to_come_to_the_front(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ExitStack() as parts:
        bus = Bus(parts, tmp_path)
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", bus.address)
        system = Linux()
        parts.callback(system.close)
        clicked, tokens = threading.Event(), list[str]()
        system.open_words = "Open it"
        system.clicked = lambda token: (tokens.append(token), clicked.set())
        system.notify("click me", "")
        assert clicked.wait(20)
        bus.wait("Actions|['default', 'Open it']")
        assert tokens == ["token-7"], "the other one was another program's"
        system.notify("and after that", "")
        bus.wait("Notify|filexfer|and after that")


def test_a_click_brings_the_window_to_the_front(make_desk: MakeDesk, agent: OwnAgent, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_ACTIVATION_TOKEN", "")
    desk: Desk = make_desk(agent)
    desk.window.hide()
    thread = threading.Thread(target=desk.shown.clicked, args=("the leave",))
    thread.start()
    thread.join()
    desk.wait(desk.window.isVisible)
    assert os.environ["XDG_ACTIVATION_TOKEN"] == "the leave"


def _ran(monkeypatch: pytest.MonkeyPatch, code: int) -> list[object]:
    """What is run instead of a program that is not here."""
    said: list[object] = []
    run = subprocess.run

    class Ran(subprocess.Popen[bytes]):
        def __init__(self, command: object) -> None:
            said.append(command)
            super().__init__([sys.executable, "-c", ""])

    def ran(command: list[str], **options: object) -> subprocess.CompletedProcess[bytes]:
        said.append(command)
        return run([sys.executable, "-c", f"raise SystemExit({code})"], check=False)

    monkeypatch.setattr(subprocess, "Popen", Ran) if code < 0 else monkeypatch.setattr(subprocess, "run", ran)
    return said


@pytest.mark.parametrize(("code", "shown"), [(0, True), (1, False)])
def test_the_finder_reveals_files(monkeypatch: pytest.MonkeyPatch, code: int, shown: bool) -> None:
    said = _ran(monkeypatch, code)
    assert this_system("darwin").show_files(["/a b", "/c"]) is shown
    assert said == [["open", "-R", "/a b", "/c"]]


def test_explorer_selects_the_first_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    said = _ran(monkeypatch, -1)
    (tmp_path / "a, b").touch()
    assert this_system("win32").show_files([str(tmp_path / "a, b")])
    assert said == [f'explorer /select,"{tmp_path}/a, b"']
    assert not this_system("win32").show_files([str(tmp_path / "gone")]), "it would show another folder"
