"""What is kept on disk because making it again takes long."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from filexfer.server.disk_cache import DiskCache


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "kept"


def _sizes(folder: Path) -> list[int]:
    return [file.stat().st_size for file in folder.iterdir()]


def test_what_was_put_comes_back_also_after_a_restart(folder: Path) -> None:
    cache = DiskCache(folder, 1 << 20)
    assert cache.get("a") is None
    assert not folder.exists()
    cache.put("a", b"one")
    cache.put("a", b"two")
    cache.put("\udcff\0", b"")
    for again in (cache, DiskCache(folder, 1 << 20)):
        assert again.get("a") == b"two"
        assert again.get("\udcff\0") == b""
        assert again.get("b") is None
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {file.stat().st_mode & 0o777 for file in folder.iterdir()} == {0o600}


def test_what_was_used_longest_ago_goes_first(folder: Path) -> None:
    cache = DiskCache(folder, 10_000)
    for number in range(9):
        cache.put(str(number), bytes(1000))
        assert cache.get("0") is not None
    cache.put("9", bytes(1000))
    assert cache.get("0") is not None
    assert cache.get("1") is None
    assert sum(_sizes(folder)) <= 10_000
    again = DiskCache(folder, 8_200)
    again.put("10", bytes(1000))
    assert sum(_sizes(folder)) <= 8_200
    assert again.get("0") is not None, "the time of the last use is remembered"
    assert again.get("2") is None


def test_nothing_that_would_drive_out_much_else_is_kept(folder: Path) -> None:
    cache = DiskCache(folder, 8000)
    cache.put("large", bytes(1000))
    assert cache.get("large") is None


@pytest.mark.parametrize("left", [0, 10, 17, 100])
def test_what_a_crash_left_half_written_is_not_given_out(folder: Path, left: int) -> None:
    cache = DiskCache(folder, 1 << 20)
    cache.put("a", b"x" * 200)
    os.truncate(next(folder.iterdir()), left)
    assert cache.get("a") is None
    assert list(folder.iterdir()) == []
    cache.put("a", b"new")
    assert cache.get("a") == b"new"


def test_a_folder_that_went_away_is_made_again(folder: Path) -> None:
    cache = DiskCache(folder, 1 << 20)
    cache.put("a", b"1")
    for file in folder.iterdir():
        file.unlink()
    folder.rmdir()
    assert cache.get("a") is None
    cache.put("b", b"2")
    assert cache.get("b") == b"2"


def test_a_place_that_cannot_be_written_is_no_error(folder: Path) -> None:
    folder.write_text("a file stands here")
    cache = DiskCache(folder, 1 << 20)
    cache.put("a", b"1")
    assert cache.get("a") is None
