"""What programs opened from a bundle find in their environment: what was there before the bundle was started."""

from __future__ import annotations

from pathlib import Path

import pytest
from bundle.surroundings import give_back

INSIDE, PROGRAM = "/opt/filexfer/_internal", "/opt/filexfer/filexfer-app"
#: What PyInstaller's bootloader leaves, with nothing there before.
STARTED = {"LD_LIBRARY_PATH": INSIDE, "_PYI_ARCHIVE_FILE": PROGRAM, "_PYI_PARENT_PROCESS_LEVEL": "-1"}


def test_what_the_bootloader_set_is_taken_back() -> None:
    environment = {**STARTED, "HOME": "/home/a", "QT_PLUGIN_PATH": f"{INSIDE}/PySide6/Qt/plugins"}
    assert give_back(environment, PROGRAM, INSIDE) == PROGRAM
    assert environment == {"HOME": "/home/a"}


def test_what_somebody_had_set_is_there_again() -> None:
    environment = {
        **STARTED,
        "LD_LIBRARY_PATH": f"{INSIDE}:/my/lib",
        "LD_LIBRARY_PATH_ORIG": "/my/lib",
        "QT_PLUGIN_PATH": "/usr/qt",
    }
    give_back(environment, PROGRAM, INSIDE)
    assert environment == {"LD_LIBRARY_PATH": "/my/lib", "QT_PLUGIN_PATH": "/usr/qt"}


def test_from_an_appimage_its_own_file_starts_the_program(tmp_path: Path) -> None:
    mounted = tmp_path / "mount"
    told = {"APPIMAGE": "/home/a/filexfer.AppImage", "APPDIR": str(mounted), "ARGV0": "./filexfer.AppImage", "OWD": "/home/a"}
    environment = {**told, "HOME": "/home/a"}
    program = str(mounted / "usr" / "filexfer-app")
    assert give_back(environment, program, str(mounted / "usr" / "_internal")) == "/home/a/filexfer.AppImage"
    assert environment == {"HOME": "/home/a"}


def test_another_appimage_that_opened_us_is_not_taken_for_ours() -> None:
    told = {"APPIMAGE": "/home/a/browser.AppImage", "APPDIR": "/tmp/.mount_browser"}
    environment = {**STARTED, **told}
    assert give_back(environment, PROGRAM, INSIDE) == PROGRAM
    assert environment == told


@pytest.mark.parametrize("path", ["/opt/filexfer/_internal2", "/opt/filexfer", ""])
def test_paths_that_lead_elsewhere_stay(path: str) -> None:
    environment = {"LD_LIBRARY_PATH": path}
    give_back(environment, PROGRAM, INSIDE)
    assert environment == {"LD_LIBRARY_PATH": path}
