"""The packages as two people have them: an unpacked app on a desktop, and a headless server from the installed .deb in a system
that has nothing else. Linux only."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.packaging.box import CLEAN, STATE, Box
from tests.packaging.running import MIDDLE, command_of, contents, started
from tests.screen import Screen, screen, wait_for

pytestmark = pytest.mark.skipif(shutil.which("dpkg-deb") is None, reason="dpkg is not here")


def test_an_unpacked_app_pairs_with_an_installed_server_and_sends_it_a_folder(
    box: Box, built: Path, tree: Path, home: Path, tmp_path: Path
) -> None:
    bundle = tmp_path / "filexfer"
    shutil.copytree(built, bundle, symlinks=True)
    entry = command_of(bundle / "filexfer.desktop")
    with screen() as desk, box.serving(), started(entry, bundle, home, desk):
        around = {"DISPLAY": desk.environment["DISPLAY"], "HOME": str(home), "PATH": "/usr/bin:/bin"}
        window = desk.window("filexfer$")
        desk.place(window, 100, 60, 1150, 720)

        # Somebody opens a link: the menu's entry starts the app anew, and the window that is open shows it.
        subprocess.run([str(bundle / "filexfer"), "integrate"], env=around, check=True, timeout=60)
        subprocess.run(["xdg-open", box.invite()], env=around, check=True, timeout=60)
        dialog = desk.window("^Connect to another computer$")
        assert "filexfer-app" in os.readlink(f"/proc/{desk.hand('getwindowpid', dialog)}/exe")
        assert desk.hand("getwindowpid", dialog) == desk.hand("getwindowpid", window)
        desk.hand("windowactivate", "--sync", dialog)
        desk.press("Return")
        wait_for(lambda: device_of(box), "the pairing")
        wait_for(lambda: opened(desk), "the share to be open")

        assert desk.drag_files([tree], MIDDLE) == "dropped"
        wait_for(lambda: jobs(bundle, home) == ["done"], "the transfer to be done")
        assert contents(box.share / tree.name) == contents(tree)

        # A start while it is open brings it back.
        desk.hand("windowminimize", "--sync", window)
        assert subprocess.run(entry, env=around, timeout=60).returncode == 0
        wait_for(lambda: desk.hand("getactivewindow") == window, "the first window in front")


def device_of(box: Box) -> bool:
    asked = box.run("filexfer", "devices", "--json", "--state", box.inside(STATE))
    return asked.returncode == 0 and bool(asked.stdout.strip())


def opened(desk: Screen) -> bool:
    """Whether the server's folder is open; as long as not, press what the dialog offers."""
    if desk.hand("search", "--onlyvisible", "--name", "attic.* – filexfer$"):
        return True
    if desk.hand("search", "--onlyvisible", "--name", "^Connect to another computer$"):
        desk.press("Return")
        desk.hand("sleep", "0.3")
    return False


def jobs(bundle: Path, home: Path) -> list[str]:
    command = [str(bundle / "filexfer"), "jobs", "--json"]
    said = subprocess.run(command, env={"HOME": str(home)}, capture_output=True, text=True, timeout=60).stdout
    return [json.loads(line)["state"] for line in said.splitlines()]


@pytest.mark.skipif(not CLEAN, reason="needs a clean root: root, debootstrap")
def test_on_a_system_without_screen_libraries_the_app_names_them_and_the_command_works(box: Box) -> None:
    done = box.run("filexfer-app", DISPLAY=":1")
    assert done.returncode == 1
    (sentence,) = done.stderr.splitlines()
    assert "“sudo apt install libegl1 libgl1 libxcb1”" in sentence, "those, and none that the bundle has"
    assert box.run("filexfer", "--version").stdout.startswith("filexfer ")
