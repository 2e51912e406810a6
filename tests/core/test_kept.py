"""Small files of ours: old or new, never lost, and on the disk itself."""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from filexfer.core import durable, kept
from filexfer.core.errors import StorageFailed


def test_each_damaged_file_is_set_aside_and_stays(tmp_path: Path) -> None:
    file = tmp_path / "devices.json"
    for text in ("first", "second", "third"):
        file.write_text(text)
        assert kept.read(file) == {}
    found = {one.name: one.read_text() for one in tmp_path.iterdir()}
    assert found == {"devices.json.broken": "first", "devices.json.broken-2": "second", "devices.json.broken-3": "third"}


def test_where_the_folder_cannot_be_synced_the_file_is_whole_and_it_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "f.json"
    kept.write(file, {"a": 1})
    real = os.fsync

    def fails_for_folders(descriptor: int) -> None:
        if os.path.samestat(os.fstat(descriptor), tmp_path.stat()):
            raise OSError(errno.EIO, "Input/output error")
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fails_for_folders)
    with pytest.raises(StorageFailed):
        kept.write(file, {"a": 2})
    assert kept.read(file) == {"a": 2}


@pytest.mark.parametrize(
    ("number", "plain"), [(0, False), (errno.ENOTSUP, True), (errno.EINVAL, True), (errno.ENOTTY, True), (errno.EIO, None)]
)
def test_a_mac_is_asked_to_empty_the_drives_cache(monkeypatch: pytest.MonkeyPatch, number: int, plain: bool | None) -> None:
    asked: list[object] = []

    def control(descriptor: int, act: int) -> int:
        asked.append(act)
        if number:
            raise OSError(number, os.strerror(number))
        return 0

    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setitem(sys.modules, "fcntl", SimpleNamespace(fcntl=control))
    monkeypatch.setattr(os, "fsync", lambda descriptor: asked.append("plain"))
    if plain is None:
        with pytest.raises(OSError, match=os.strerror(number)):
            durable.sync(7)
    else:
        durable.sync(7)
    assert asked == ([51, "plain"] if plain else [51])


def test_what_is_kept_is_synced_that_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[bool] = []
    for module in (kept, durable):
        monkeypatch.setattr(module, "sync", lambda descriptor: synced.append(os.path.isdir(f"/dev/fd/{descriptor}")))
    kept.write(tmp_path / "f.json", {})
    assert len(synced) == (2 if os.name == "posix" else 1)
