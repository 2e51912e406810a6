"""The demo's own comparison: it must find whatever a transfer could get wrong."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from filexfer.cli import mirror
from filexfer.client.patterns import Filter
from tests.cli.command import tree


@pytest.fixture
def twins(tmp_path: Path) -> tuple[Path, Path]:
    """Two trees that are the same."""
    one = tree(tmp_path / "one", {"a": b"alpha", "d/b": os.urandom(2_500_000)})
    (one / "empty").mkdir()
    (one / "link").symlink_to("a")
    shutil.copytree(one, tmp_path / "other", symlinks=True)
    (tmp_path / "other/link").unlink()
    for folder in ("", "empty"):
        shutil.copystat(one / folder, tmp_path / "other" / folder)
    return one, tmp_path / "other"


def differences(one: Path, other: Path, *exclude: str) -> list[str]:
    return mirror.compare(str(one), str(other), Filter(exclude=exclude), lambda files: None).differences


def test_twins_are_the_same_and_are_counted(twins: tuple[Path, Path]) -> None:
    found = mirror.compare(str(twins[0]), str(twins[1]), Filter(), lambda files: None)
    assert found == mirror.Compared(files=2, folders=3, bytes=2_500_005, left_out=1, differences=[])


def test_one_other_byte_at_the_end_is_found(twins: tuple[Path, Path]) -> None:
    place = twins[1] / "d/b"
    status = place.stat()
    data = bytearray(place.read_bytes())
    data[-1] ^= 1
    place.write_bytes(data)
    os.utime(place, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert differences(*twins) == ["d/b: other content"]


def test_another_size_another_time_and_missing_things_are_found(twins: tuple[Path, Path]) -> None:
    one, other = twins
    (other / "a").write_bytes(b"alphabet")
    os.utime(other / "d/b", ns=(0, 1))
    os.utime(other / "d", ns=(0, 1))
    (other / "empty").rmdir()
    (other / "more").mkdir()
    (other / "more/f").write_bytes(b"")
    shutil.copystat(one, other)
    assert sorted(differences(one, other)) == [
        "a: other content",
        "d/: another time",
        "d/b: another time",
        "empty/: missing",
        "more/: was not there before",
    ]


def test_what_was_excluded_must_not_be_there(twins: tuple[Path, Path]) -> None:
    assert differences(*twins, "d/") == ["d/: was not there before"]
