"""One window a user: a second start of the app hands over what it was given, and the first one shows it. Real processes."""

from __future__ import annotations

import json
import os
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from filexfer.core import places
from filexfer.gui import single
from filexfer.gui.app import read_arguments
from filexfer.gui.single import Handover, Single
from tests.gui.conftest import SecureServer


class Taken:
    """What a first start was handed over."""

    def __init__(self) -> None:
        self.all: list[Handover] = []
        self._more = threading.Condition()

    def __call__(self, given: Handover) -> None:
        with self._more:
            self.all.append(given)
            self._more.notify_all()

    def wait(self, count: int) -> list[Handover]:
        with self._more:
            assert self._more.wait_for(lambda: len(self.all) >= count, 10)
            return list(self.all)


@pytest.fixture
def first(home: Path, own_home: Path) -> Iterator[tuple[Single, Taken]]:
    made, taken = Single(places.state_folder()), Taken()
    assert made.take()
    made.listen(taken)
    yield made, taken
    made.close()


NAMES = ("/a/plain", "/tmp/line\nbreak", "/tmp/" + os.fsdecode(b"no \xff text"), "/tmp/中文 ‮x")


def test_a_second_start_hands_over_all_that_it_was_given(first: tuple[Single, Taken]) -> None:
    _, taken = first
    second = Single(places.state_folder())
    assert not second.take()
    given = Handover(NAMES, "filexfer://x", "token-7")
    assert second.hand_over(given)
    assert second.hand_over(Handover())
    assert taken.wait(2) == [given, Handover()]


def test_only_this_user_reaches_it(first: tuple[Single, Taken]) -> None:
    path = places.window_socket(places.state_folder())
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize(
    "line", [b"", b"\n", b"{}\n", b"[1]\n", b"x" * 70_000, b'{"paths": 7, "link": "", "token": "", "secret": ""}\n']
)
def test_what_is_no_handover_is_dropped_and_the_next_one_is_heard(first: tuple[Single, Taken], line: bytes) -> None:
    _, taken = first
    with socket.socket(socket.AF_UNIX) as sock:
        sock.settimeout(10)
        sock.connect(str(places.window_socket(places.state_folder())))
        sock.sendall(line)
        sock.shutdown(socket.SHUT_WR)
        assert sock.recv(10) == b""
    assert Single(places.state_folder()).hand_over(Handover(("/x",)))
    assert taken.wait(1) == [Handover(("/x",))]


def test_the_one_that_waits_becomes_the_first_when_that_ends(first: tuple[Single, Taken]) -> None:
    made, _ = first
    second = Single(places.state_folder())
    assert not second.take()
    made.close()
    assert not second.hand_over(Handover(("/x",)))
    assert not made.take(), "the second holds the lock now"
    second.close()


def test_a_socket_that_a_killed_window_left_is_replaced(own_home: Path) -> None:
    path = places.window_socket(places.state_folder())
    places.private_folder(path.parent)
    with socket.socket(socket.AF_UNIX) as sock:
        sock.bind(str(path))
    made, taken = Single(places.state_folder()), Taken()
    assert made.take()
    made.listen(taken)
    assert Single(places.state_folder()).hand_over(Handover(("/y",)))
    assert taken.wait(1)
    made.close()


def test_a_first_one_that_hangs_does_not_lock_its_user_out(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(single, "_STARTING", 0.2)
    hanging, second = Single(places.state_folder()), Single(places.state_folder())
    assert hanging.take()
    assert not second.take()
    assert not second.hand_over(Handover())
    hanging.close()


def test_without_unix_sockets_it_takes_a_token_that_only_this_user_can_read(
    own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(single, "_UNIX", False)
    state = places.state_folder()
    made, taken = Single(state), Taken()
    assert made.take()
    made.listen(taken)
    file = state / "window.address"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert Single(state).hand_over(Handover(("/x",)))
    port = file.read_text("ascii").split()[0]
    with socket.create_connection(("127.0.0.1", int(port)), 10) as sock:
        sock.sendall(json.dumps({"paths": ["/evil"], "link": "", "token": "", "secret": "guess"}).encode() + b"\n")
        assert sock.recv(10) == b""
    assert taken.wait(1) == [Handover(("/x",))]
    made.close()


def test_the_command_line_is_told_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("XDG_ACTIVATION_TOKEN", "DESKTOP_STARTUP_ID"):
        monkeypatch.delenv(name, raising=False)
    here = f"{tmp_path}/"
    handover, rest = read_arguments(["-platform", "xcb", "a b", "file:///tmp/x%20y%ff", "filexfer://LINK", "--", "-dash"])
    assert handover == Handover((f"{here}a b", os.fsdecode(b"/tmp/x y\xff"), f"{here}-dash"), "filexfer://LINK")
    assert rest == ["-platform", "xcb"]
    assert "LINK" not in repr(handover)
    monkeypatch.setenv("XDG_ACTIVATION_TOKEN", "t")
    assert read_arguments([])[0].token == "t"


_PROGRAM = """
import json, sys
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

def look():
    dialog = QApplication.activeModalWidget()
    if dialog is not None:
        kind = type(dialog).__name__
        text = dialog.field.text() if kind == "ConnectDialog" else dialog.where.currentText()
        print(json.dumps([kind, text]), flush=True)
        dialog.reject()

timer = QTimer(interval=30)
timer.timeout.connect(look)
run = QApplication.exec
def execute(*_):
    timer.start()
    print(json.dumps(["ready", ""]), flush=True)
    return run()
QApplication.exec = staticmethod(execute)
from filexfer.gui.app import main
sys.exit(main(sys.argv))
"""


def test_a_second_start_raises_the_first_which_shows_its_link_and_its_paths(own_home: Path, home: Path, tmp_path: Path) -> None:
    attic = SecureServer(home / f"attic-{own_home.name}", home / f"attic-state-{own_home.name}")
    (tmp_path / "file").touch()
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen"}
    first = subprocess.Popen([sys.executable, "-c", _PROGRAM], env=environment, stdout=subprocess.PIPE, text=True)
    assert first.stdout is not None
    try:
        assert json.loads(first.stdout.readline()) == ["ready", ""]
        link = attic.invite()["link"]
        for words, shown in (([link], ["ConnectDialog", link]), ([str(tmp_path / "file")], ["SendDialog", "filexfer"])):
            begun = time.monotonic()
            again = subprocess.run(
                [sys.executable, "-m", "filexfer", "app", *words], env=environment, timeout=30, capture_output=True, text=True
            )
            assert (again.returncode, again.stderr) == (0, "")
            assert json.loads(first.stdout.readline()) == shown
            assert time.monotonic() - begun < 30
        assert attic.call("device_list") == []
        first.send_signal(signal.SIGTERM)
        assert first.wait(15) == 0
    finally:
        first.kill()
        first.wait()
        first.stdout.close()
        attic.stop()
