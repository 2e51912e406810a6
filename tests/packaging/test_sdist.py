"""The sdist and the wheel it makes of itself: that they hold what they should, and are the same wherever they are made."""

from __future__ import annotations

import os
import shutil
import subprocess
import tarfile
import zipfile
from pathlib import Path

import pytest
from packages import python, release

MOMENT = 1_700_000_000
_EXTRACT_ALL = tarfile.TarFile.extractall


def extract_all_of_debian_12(packed: tarfile.TarFile, path: str) -> None:
    """As the method is there, in Python 3.11.2: the words for filters came later."""
    _EXTRACT_ALL(packed, path)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The sdist and the wheel of these sources."""
    folder = tmp_path_factory.mktemp("made")
    source = python.sdist(folder, MOMENT)
    return source, python.wheel(source, folder, MOMENT)


def test_the_sdist_holds_all_that_is_committed_and_nothing_that_was_built(made: tuple[Path, Path]) -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=release.TOP, capture_output=True, text=True)
    if listed.returncode:
        pytest.skip("not a git work tree")
    committed = {name for name in listed.stdout.splitlines() if name[0] != "."}
    with tarfile.open(made[0]) as packed:
        names = {one.name.partition("/")[2] for one in packed if one.isfile()}
    assert committed - names == set()
    assert not [name for name in names if name.endswith(".pyc") or name.startswith(("build/", "dist/"))]


def test_the_same_sources_elsewhere_later_and_of_another_owner_make_the_same(
    made: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tarfile.TarFile, "extractall", extract_all_of_debian_12)
    copy, out = tmp_path / "else where", tmp_path / "out"
    shutil.copytree(release.TOP, copy, ignore=shutil.ignore_patterns(*python.NOT_SOURCES))
    out.mkdir()
    for path in copy.rglob("*"):
        os.utime(path, (1_000_000_000, 1_000_000_000))
        path.chmod(path.stat().st_mode & 0o700)
    before = os.umask(0o077)
    try:
        source = python.sdist(out, MOMENT, copy)
        wheel = python.wheel(source, out, MOMENT)
    finally:
        os.umask(before)
    assert source.read_bytes() == made[0].read_bytes()
    assert wheel.read_bytes() == made[1].read_bytes()


def test_the_wheel_is_named_and_dated_by_the_release(made: tuple[Path, Path]) -> None:
    assert [path.name for path in made] == [
        f"filexfer-{release.version()}.tar.gz",
        f"filexfer-{release.version()}-py3-none-any.whl",
    ]
    with zipfile.ZipFile(made[1]) as wheel:
        assert {one.date_time for one in wheel.infolist()} == {(2023, 11, 14, 22, 13, 20)}


def test_the_moment_of_the_sources_is_the_last_commits_or_the_change_logs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "CHANGELOG.md").touch()
    os.utime(tmp_path / "CHANGELOG.md", (1_600_000_000, 1_600_000_000))
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    assert release.moment(tmp_path) == 1_600_000_000
    who = {"GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@b", "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@b"}
    dated = os.environ | who | {"GIT_COMMITTER_DATE": "1650000000 +0200"}
    for words in (["init", "-q"], ["add", "."], ["commit", "-qm", "x"]):
        subprocess.run(["git", "-C", tmp_path, *words], env=dated, check=True)
    assert release.moment(tmp_path) == 1_650_000_000
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "7")
    assert release.moment(tmp_path) == 7


def test_the_change_log_is_read_by_versions() -> None:
    text = "# Top\n\n## 2.0, not yet released\n- One\n  goes on\n- Two\n\n## 1.9.1, 2026-02-03\n- Old\n"
    assert release.changes(text) == [("2.0", "", ["One goes on", "Two"]), ("1.9.1", "2026-02-03", ["Old"])]
