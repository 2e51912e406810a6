"""What is done to a built folder and to the packages made of it: foreign search paths go, and their sums are told."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from packages import __main__ as making
from packages import bundle, sums


def search_path(library: Path) -> list[str]:
    said = subprocess.run(["objdump", "-p", library], capture_output=True, text=True, check=True).stdout
    return re.findall(r"(?:RPATH|RUNPATH) +(.+)", said)


def test_libraries_forget_the_folders_of_the_machine_that_built_them_and_keep_their_own(tmp_path: Path) -> None:
    for name, path in {"foreign.so": "/opt/somebody/lib", "own.so": "$ORIGIN/../lib", "none.so.1": ""}.items():
        paths = [f"-Wl,-rpath,{path}"] if path else []
        command = ["gcc", "-shared", "-x", "c", "/dev/null", *paths, "-o", tmp_path / name]
        subprocess.run(command, check=True)
    assert search_path(tmp_path / "foreign.so") == ["/opt/somebody/lib"]
    bundle.forget_search_paths(tmp_path)
    assert [search_path(tmp_path / name) for name in ("foreign.so", "own.so", "none.so.1")] == [[], ["$ORIGIN/../lib"], []]


def test_metadata_forgets_how_it_was_installed_and_keeps_what_it_tells(tmp_path: Path) -> None:
    told = tmp_path / "_internal" / "thing-1.0.dist-info"
    told.mkdir(parents=True)
    for name in ("METADATA", "entry_points.txt", "RECORD", "INSTALLER", "REQUESTED", "direct_url.json"):
        (told / name).touch()
    bundle.forget_installation(tmp_path)
    assert {path.name for path in told.iterdir()} == {"METADATA", "entry_points.txt"}


def test_sums_are_what_sha256sum_checks(tmp_path: Path) -> None:
    files = [tmp_path / name for name in ("b.deb", "a.tar.xz")]
    for file in files:
        file.write_bytes(file.name.encode() * 1000)
    told = sums.write(files, tmp_path)
    assert told.name == "SHA256SUMS"
    check = ["sha256sum", "--check", "--strict", "SHA256SUMS"]
    assert subprocess.run(check, cwd=tmp_path, capture_output=True, text=True).stdout == "a.tar.xz: OK\nb.deb: OK\n"
    files[0].write_bytes(b"changed")
    assert subprocess.run(check, cwd=tmp_path, capture_output=True).returncode == 1


def test_a_tool_that_is_missing_is_named_first(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert making.main() == 1
    assert "mksquashfs (Debian: squashfs-tools)" in capsys.readouterr().err


@pytest.mark.parametrize(("bytes_made", "code"), [(100, 0), (101, 1)])
def test_a_package_that_is_too_large_to_download_ends_the_making_as_a_failure(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path, bytes_made: int, code: int
) -> None:
    def makes(name: str, size: int) -> Callable[..., Path]:
        def make(*_: object) -> Path:
            (tmp_path / name).write_bytes(b"x" * size)
            return tmp_path / name

        return make

    monkeypatch.setattr(making, "TOOLS", {})
    monkeypatch.setattr(making, "LARGEST", 100)
    monkeypatch.setattr(making.release, "DIST", tmp_path)
    monkeypatch.setattr(making.bundle, "build", lambda moment: tmp_path)
    monkeypatch.setattr(making.python, "sdist", makes("filexfer-1.tar.gz", 10))
    monkeypatch.setattr(making.python, "wheel", makes("filexfer-1.whl", 10))
    monkeypatch.setattr(making, "makers", lambda: [makes("filexfer_1.deb", bytes_made)])
    assert making.main() == code
    assert ("filexfer_1.deb" in capsys.readouterr().err) == bool(code)
    assert (tmp_path / "SHA256SUMS").exists()


def test_only_debian_makes_a_deb(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert [make.__name__ for make in making.makers()] == ["tarball", "image"]
    assert "No .deb is made here" in capsys.readouterr().out
