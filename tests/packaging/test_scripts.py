"""The shell scripts behind `make`: which Python they choose, and what they install, with the system's commands replaced by ones
that only write down how they were called."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).resolve().parents[2] / "packaging"


@pytest.fixture
def commands(tmp_path: Path) -> Callable[..., None]:
    """`commands(name="shell lines")` puts such a command before the system's own."""
    (tmp_path / "bin").mkdir()

    def make(**lines: str) -> None:
        for name, text in lines.items():
            path = tmp_path / "bin" / name.replace("_", "-")
            path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
            path.chmod(0o755)

    return make


@pytest.fixture
def script(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    def run(name: str, *words: str) -> subprocess.CompletedProcess[str]:
        environment = {"PATH": f"{tmp_path}/bin:/usr/bin:/bin", "PYTHON": sys.executable, "CALLS": str(tmp_path / "calls")}
        command = ["sh", str(SCRIPTS / name), *words]
        return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)

    return run


def calls(tmp_path: Path) -> list[str]:
    path = tmp_path / "calls"
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


WRITES_DOWN = 'echo "$(basename "$0") $*" >>"$CALLS"'
ALL_INSTALLED = 'for last in "$@"; do case $last in -*|*\\{*) ;; *) echo "installed $last" ;; esac; done'
#: On this machine libEGL is missing, and a newer release's name stands for one library.
SOME_MISSING = f"{{ {ALL_INSTALLED}; }} | sed -e '/ libegl1/d' -e '/ libglib2.0-0$/d' -e '/ xdotool/d'"


def test_nothing_is_done_where_all_is_there(script, commands, tmp_path: Path) -> None:
    commands(dpkg_query=ALL_INSTALLED, apt_get=WRITES_DOWN, id="echo 0")
    done = script("system-packages.sh", "venv", "tests", "bundle")
    assert (done.returncode, done.stdout, done.stderr, calls(tmp_path)) == (0, "", "", [])


def test_root_installs_what_is_missing_and_only_that(script, commands, tmp_path: Path) -> None:
    commands(dpkg_query=SOME_MISSING, apt_get=WRITES_DOWN, id="echo 0")
    done = script("system-packages.sh", "tests")
    assert done.returncode == 0, done.stderr
    update, install = calls(tmp_path)
    assert update.split()[-1] == "update"
    assert install.partition("--no-install-recommends ")[2].split() == ["libegl1", "xdotool"]


def test_others_install_through_sudo(script, commands, tmp_path: Path) -> None:
    commands(dpkg_query=SOME_MISSING, apt_get=WRITES_DOWN, id="echo 1000", sudo='shift; [ "$1" = true ] || "$@"')
    assert script("system-packages.sh", "window").returncode == 0
    assert calls(tmp_path)[-1].endswith("--no-install-recommends libegl1")


def test_who_may_not_install_is_told_the_names_and_goes_on(script, commands, tmp_path: Path) -> None:
    commands(dpkg_query=SOME_MISSING, apt_get=WRITES_DOWN, id="echo 1000", sudo="exit 1")
    done = script("system-packages.sh", "window")
    assert done.returncode == 0
    assert "libegl1" in done.stderr
    assert calls(tmp_path) == []


def test_without_venv_there_is_no_way_on(script, commands, tmp_path: Path) -> None:
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\ncase "$2" in *ensurepip*) exit 1 ;; *) exec {sys.executable} "$@" ;; esac\n', encoding="utf-8")
    python.chmod(0o755)
    commands(dpkg_query="exit 1", apt_get=WRITES_DOWN, id="echo 1000", sudo="exit 1")
    environment = {"PATH": f"{tmp_path}/bin:/usr/bin:/bin", "PYTHON": str(python), "CALLS": str(tmp_path / "calls")}
    command = ["sh", str(SCRIPTS / "system-packages.sh"), "venv"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert "python3-venv" in done.stderr


def test_an_unknown_group_is_refused(script, commands) -> None:
    assert script("system-packages.sh", "everything").returncode == 2


def test_the_default_python_is_taken_if_it_is_new_enough(script, commands, tmp_path: Path) -> None:
    commands(python3="exit 0")
    assert script("find-python.sh").stdout.strip() == f"{tmp_path}/bin/python3"


def test_else_the_newest_python_is_taken(script, commands, tmp_path: Path) -> None:
    # Each answers whether it is 3.11 or newer; the default one is not, and the newest is broken.
    commands(**{"python3": "exit 1", "python3.14": "exit 1", "python3.13": "exit 0", "python3.12": "exit 0"})
    assert script("find-python.sh").stdout.strip() == f"{tmp_path}/bin/python3.13"


def test_no_python_at_all_is_said_in_words(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    command = ["/bin/sh", str(SCRIPTS / "find-python.sh")]
    done = subprocess.run(command, env={"PATH": f"{tmp_path}/empty"}, capture_output=True, text=True)
    assert done.returncode == 1
    assert "Python 3.11 or newer" in done.stderr


@pytest.mark.parametrize(("display", "started"), [({"DISPLAY": ":7"}, "filexfer-app "), ({}, "filexfer demo")])
def test_run_opens_the_app_where_there_is_a_display(commands, tmp_path: Path, display: dict[str, str], started: str) -> None:
    commands(filexfer=WRITES_DOWN, filexfer_app=WRITES_DOWN, dpkg_query=ALL_INSTALLED, python=f'exec {sys.executable} "$@"')
    environment = {"PATH": f"{tmp_path}/bin:/usr/bin:/bin", "CALLS": str(tmp_path / "calls"), **display}
    subprocess.run(["sh", "packaging/run.sh", f"{tmp_path}/bin"], cwd=SCRIPTS.parent, env=environment, check=True, timeout=60)
    assert calls(tmp_path) == [started]


def test_who_cannot_make_a_clean_root_is_told_what_it_takes(script, commands, tmp_path: Path) -> None:
    commands(id="echo 1000", debootstrap=WRITES_DOWN)
    done = script("clean-root.sh", str(tmp_path / "root"))
    assert (done.returncode, calls(tmp_path), (tmp_path / "root").exists()) == (1, [], False)
    assert "apt-get install debootstrap" in done.stderr
