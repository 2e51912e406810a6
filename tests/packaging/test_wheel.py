"""The installable package: that it holds what the program needs where it lies, and nothing of the house around it."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
RESOURCES = "data/share/filexfer/resources/"


def test_wheel_holds_the_package_its_resources_and_its_licence(tmp_path: Path) -> None:
    source = tmp_path / "source"
    for name in ("filexfer", "resources"):
        shutil.copytree(TOP / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(TOP / name, source)
    command = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--quiet",
        "--no-deps",
        "--no-build-isolation",
        "--wheel-dir",
        str(tmp_path),
        ".",
    ]
    made = subprocess.run([*command, "."], cwd=source, capture_output=True, text=True, timeout=120)
    assert made.returncode == 0, made.stderr
    assert "Warning" not in made.stderr
    (wheel,) = tmp_path.glob("filexfer-*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    modules = {name for name in names if name.startswith("filexfer/")}
    assert modules == {
        str(path.relative_to(source)) for path in (source / "filexfer").rglob("*") if path.suffix in (".py", ".typed")
    }
    carried = {name.partition(RESOURCES)[2] for name in names if RESOURCES in name}
    wanted = {str(path.relative_to(source / "resources")) for path in (source / "resources").rglob("*") if path.is_file()}
    assert carried == wanted
    assert any(name.endswith("/licenses/LICENSE") for name in names)
    assert {name.partition("/")[0].partition("-")[0] for name in names} == {"filexfer"}
