"""The app where no window can be had: it says in a sentence what is missing and what to do, in the terminal or on the screen."""

from __future__ import annotations

import ctypes
import os
import platform
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from filexfer.gui import cannot_start
from filexfer.gui.cannot_start import FOR_WAYLAND, FOR_X11, LIBRARIES, reason

on_linux = pytest.mark.skipif(sys.platform != "linux", reason="libraries of Linux")

START = [sys.executable, "-m", "filexfer.gui.start"]


def without(*names: str) -> Callable[[str], object]:
    """A loader that does not find these libraries."""

    def load(name: str) -> object:
        if name in names:
            raise OSError(f"{name}: cannot open shared object file: No such file or directory")
        return ctypes.CDLL(None)

    return load


@pytest.fixture(autouse=True)
def of_x11(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.setenv("DISPLAY", ":99")


def of(monkeypatch: pytest.MonkeyPatch, **told: str) -> None:
    monkeypatch.setattr(platform, "freedesktop_os_release", lambda: told)


@on_linux
@pytest.mark.parametrize(
    ("told", "command"),
    [
        ({"ID": "debian"}, "“sudo apt install libegl1 libxcb-cursor0”"),
        ({"ID": "linuxmint", "ID_LIKE": "ubuntu debian"}, "“sudo apt install libegl1 libxcb-cursor0”"),
        ({"ID": "fedora"}, "“sudo dnf install libglvnd-egl xcb-util-cursor”"),
        ({"ID": "manjaro", "ID_LIKE": "arch"}, "“sudo pacman -S libglvnd xcb-util-cursor”"),
    ],
)
def test_missing_libraries_are_named_with_the_packages_of_this_system(
    told: dict[str, str], command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    of(monkeypatch, **told)
    said = reason(load=without("libEGL.so.1", "libxcb-cursor.so.0"))
    assert said == (
        "filexfer's window needs libraries that are missing here: libEGL.so.1, libxcb-cursor.so.0. Install them and try again: "
        f"{command}."
    )


@on_linux
def test_a_system_that_says_nothing_of_itself_is_told_all_names(monkeypatch: pytest.MonkeyPatch) -> None:
    of(monkeypatch, ID="void")
    said = reason(load=without("libGL.so.1"))
    assert all(f"{how}”" in said for how in ("apt install libgl1", "dnf install libglvnd-glx", "pacman -S libglvnd"))


@on_linux
def test_a_library_that_no_table_has_is_named_as_the_loader_does() -> None:
    said = reason("libfoo.so.3: cannot open shared object file: No such file or directory", without())
    assert "libfoo.so.3. Install the packages" in said


@on_linux
def test_a_library_that_is_there_but_misses_another_is_not_named(monkeypatch: pytest.MonkeyPatch) -> None:
    of(monkeypatch, ID="debian")

    def load(name: str) -> None:
        if name.startswith(("libX11", "libxcb")):
            raise OSError("libxcb.so.1: cannot open shared object file: No such file or directory")

    assert "“sudo apt install libxcb1”" in reason(load=load)


@on_linux
def test_what_only_the_other_kind_of_screen_needs_is_not_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    of(monkeypatch, ID="debian")
    load = without(*FOR_X11, *FOR_WAYLAND)
    assert "libwayland" not in reason(load=load)
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")
    assert "libxcb" not in reason(load=load)
    assert "libwayland-client0" in reason(load=load)


@on_linux
def test_what_this_machine_has_is_not_missing() -> None:
    """The names are those that the loader of a system with a screen finds."""
    assert cannot_start.missing_libraries() == []
    assert len(LIBRARIES | FOR_X11) > 20


def test_a_system_that_is_too_old_is_told_so() -> None:
    said = "/lib/x86_64-linux-gnu/libm.so.6: version `GLIBC_2.35' not found (required by libQt6Core.so.6)"
    assert cannot_start.is_library(ImportError(said))
    assert "needs GLIBC_2.35. Renew the system" in reason(said)


def test_another_failure_is_none_of_ours() -> None:
    assert not cannot_start.is_library(ImportError("cannot import name 'x' from 'y'"))


@on_linux
@pytest.mark.parametrize(
    ("display", "language", "words"),
    [
        ({}, "en_US.UTF-8", "here is none: neither DISPLAY nor WAYLAND_DISPLAY is set"),
        ({"DISPLAY": ":94"}, "en_US.UTF-8", "and :94, which DISPLAY"),
        ({}, "zh_CN.UTF-8", "的窗口需要屏幕"),
    ],
)
def test_without_a_screen_the_app_ends_with_a_sentence(
    display: dict[str, str], language: str, words: str, own_home: Path
) -> None:
    environment = {name: os.environ[name] for name in os.environ if name not in ("DISPLAY", "QT_QPA_PLATFORM", "LC_ALL")}
    done = subprocess.run(START, env=environment | display | {"LANG": language}, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert words in done.stderr
    assert len(done.stderr.splitlines()) == 1, "nothing of Qt's, and no stack trace"


@on_linux
def test_who_double_clicked_sees_it_on_the_screen(own_home: Path, tmp_path: Path) -> None:
    said = tmp_path / "said"
    (tmp_path / "bin").mkdir()
    program = tmp_path / "bin" / "zenity"
    program.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" >"{said}.new" && mv "{said}.new" "{said}"\n')
    program.chmod(0o755)
    environment = {**os.environ, "DISPLAY": ":94", "PATH": f"{tmp_path}/bin:{os.environ['PATH']}", "QT_QPA_PLATFORM": "xcb"}
    assert subprocess.run(START, env=environment, stderr=subprocess.DEVNULL, timeout=60).returncode == 1
    from tests.screen import wait_for

    wait_for(said.exists, "the dialog")
    *options, sentence = said.read_text().splitlines()
    assert options[0] == "--error"
    assert sentence.startswith("filexfer's window needs a screen, and :94")
