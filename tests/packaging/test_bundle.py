"""The bundled program as a person uses it: unpacked anywhere, started by its desktop entry with an empty environment."""

from __future__ import annotations

import json
import os
import re
import subprocess
import tomllib
from collections.abc import Iterable
from importlib import metadata
from io import BytesIO
from pathlib import Path
from xmlrpc.client import Binary, ServerProxy

import pytest
from packages import depends, release
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from PIL import Image
from PyInstaller.archive.readers import CArchiveReader

from tests.packaging.running import MIDDLE, command_of, contents, serving, started
from tests.screen import Screen, screen, wait_for

TOP = Path(__file__).resolve().parents[2]


def test_console_twin_runs_with_an_empty_environment(bundle: Path) -> None:
    done = subprocess.run([str(bundle / "filexfer"), "--version"], env={}, capture_output=True, text=True, timeout=60)
    assert re.fullmatch(r"filexfer \d+\.\d+.*\nPython .*, OpenSSL .*\n", done.stdout), done.stderr


def modules(program: Path) -> set[str]:
    """The modules of Python that a bundled program holds."""
    library: dict[str, object] = CArchiveReader(str(program)).open_embedded_archive("PYZ.pyz").toc
    return set(library)


def installed_with(rows: Iterable[str], extras: Iterable[str] = ("",)) -> set[str]:
    """The projects that these requirements bring along, and those in turn, by normalized names."""
    found: set[str] = set()
    for row in rows:
        one = Requirement(row)
        if one.name == "filexfer" or (one.marker and not any(one.marker.evaluate({"extra": extra}) for extra in extras)):
            continue
        found |= {canonicalize_name(one.name)} | installed_with(metadata.requires(one.name) or (), ("", *one.extras))
    return found


def test_nothing_is_bundled_that_only_builds_or_tests_it(built: Path) -> None:
    told = tomllib.loads((TOP / "pyproject.toml").read_text("utf-8"))["project"]
    extras = told["optional-dependencies"]
    needed = installed_with([*told["dependencies"], *extras["gui"], *extras["images"]]) | {"filexfer"}
    brought = metadata.packages_distributions()
    for name in {module.partition(".")[0] for module in modules(built / "filexfer")} & brought.keys():
        assert needed & {canonicalize_name(one) for one in brought[name]}, name


def test_bundled_server_makes_thumbnails_of_all_that_it_may(bundle: Path, home: Path, tmp_path: Path) -> None:
    """Pillow's parts that decode nothing of this are left out."""
    share = tmp_path / "share"
    share.mkdir()
    formats = {"png", "jpg", "gif", "webp", "bmp", "tif"}
    for one in formats:
        Image.effect_noise((300, 200), 50).convert("RGB").save(share / f"picture.{one}")
    with serving(bundle, share, home) as address, ServerProxy(f"{address}RPC2") as server:
        for one in formats:
            made = server.image_get(f"picture.{one}", 64)
            assert isinstance(made, Binary)
            with Image.open(BytesIO(made.data)) as small:
                assert max(small.size) == 64


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


def test_programs_opened_from_the_bundle_get_the_environment_it_was_started_in(bundle: Path, home: Path, tmp_path: Path) -> None:
    told, programs = tmp_path / "told", tmp_path / "bin"
    programs.mkdir()
    (programs / "zenity").write_text(f'#!/bin/sh\n/usr/bin/env >"{told}.new" && /bin/mv "{told}.new" "{told}"\n')
    (programs / "zenity").chmod(0o755)
    # The app cannot show itself there, and opens another program to say so.
    given = {"HOME": str(home), "DISPLAY": ":94", "PATH": str(programs), "LD_LIBRARY_PATH": "/my/lib", "QT_PLUGIN_PATH": "/my/qt"}
    done = subprocess.run([str(bundle / "filexfer-app")], env=given, stderr=subprocess.PIPE, text=True, timeout=60)
    assert (done.returncode, len(done.stderr.splitlines())) == (1, 1), done.stderr
    wait_for(told.exists, "the other program")
    found = dict(line.split("=", 1) for line in told.read_text().splitlines())
    # What a shell adds, what PySide6 tells itself, and what only others than this window's Qt are to find.
    aside = ("PWD", "SHLVL", "_", "PYSIDE6_OPTION_PYTHON_ENUM", "QT_PLUGIN_PATH")
    assert {name: value for name, value in found.items() if name not in aside} == {
        name: value for name, value in given.items() if name not in aside
    }


@pytest.mark.skipif(not release.on_debian(), reason="dpkg is not here")
def test_a_bare_system_is_given_each_library_that_the_bundle_is_looked_over_for(built: Path) -> None:
    said = (TOP / "packaging" / "system-packages.sh").read_text("utf-8")
    wanted = {name.removesuffix("t64") for name in depends.of_bundle(built).window if name.startswith("lib")}
    assert wanted - set(re.findall(r"[a-z0-9.+-]+", said)) == set()


def test_the_bundle_is_whole(bundle: Path) -> None:
    assert [path for path in bundle.rglob("*") if path.is_symlink() and not path.exists()] == []
    assert list(bundle.rglob("filexfer_zh_CN.qm"))
    assert list(bundle.rglob("libqxcb.so"))
    assert os.path.getsize(bundle / "filexfer") == os.path.getsize(bundle / "filexfer-app")
