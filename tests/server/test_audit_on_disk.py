"""What of the audit log is on the disk: soon all of it, by few syncs, however many lines there are, whatever the disk says."""

from __future__ import annotations

import errno
import json
import logging
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from filexfer.core.model import Permission
from filexfer.server import audit as module
from filexfer.server.access import Caller
from filexfer.server.audit import Audit

LAPTOP = Caller("0123456789abcdef", Permission.WRITE, peer="192.0.2.1", name="laptop")


class Disk:
    """What syncs have brought to it. Attributes: files (bytes of each by inode), syncs, folders (synced), fails (the next ones),
    hangs (they wait while it is not set)."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.files: dict[int, int] = {}
        self.syncs = 0
        self.folders: list[str] = []
        self.fails = False
        self.hangs = threading.Event()
        self.hangs.set()
        self.reached = threading.Event()

    def sync(self, descriptor: int) -> None:
        status = os.fstat(descriptor)
        if status.st_ino not in {file.stat().st_ino for file in self._folder.glob("audit.log*")}:
            return  # a log of another test is on its way to its own disk
        self.reached.set()
        assert self.hangs.wait(20)
        self.syncs += 1
        if self.fails:
            raise OSError(errno.EIO, "the disk is gone")
        os.fsync(descriptor)
        self.files[status.st_ino] = status.st_size

    def sync_folder(self, folder: Path) -> None:
        if folder == self._folder:
            self.folders.append(folder.name)


@pytest.fixture
def disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Disk:
    made = Disk(tmp_path)
    monkeypatch.setattr(module, "sync", made.sync)
    monkeypatch.setattr(module, "sync_folder", made.sync_folder)
    return made


@pytest.fixture
def log(tmp_path: Path) -> Audit:
    made = Audit(1 << 20)
    made.open(tmp_path)
    return made


def note(log: Audit, number: int) -> None:
    log.note(LAPTOP, "file_put", {"path": f"file {number}"})


def until(condition: Callable[[], object]) -> None:
    end = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < end, "it never came about"
        time.sleep(0.002)


def kept(disk: Disk, file: Path) -> list[str]:
    """The paths that a power cut would leave in `file`."""
    status = file.stat()
    content = file.read_bytes()[: disk.files.get(status.st_ino, 0)]
    return [json.loads(line)["what"]["path"] for line in content.splitlines()]


def test_all_lines_reach_the_disk_by_themselves_and_by_few_syncs(disk: Disk, log: Audit, tmp_path: Path) -> None:
    began = time.monotonic()
    for number in range(2000):
        note(log, number)
    until(lambda: len(kept(disk, tmp_path / "audit.log")) == 2000)
    assert disk.syncs <= 2 + (time.monotonic() - began) / module._SYNC_WITHIN
    assert disk.folders == [tmp_path.name], "its name, once it is made"


def test_lines_that_come_during_a_sync_have_one_of_their_own(
    disk: Disk, log: Audit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_SYNC_WITHIN", 0.01)
    disk.hangs.clear()
    note(log, 0)
    assert disk.reached.wait(20)
    note(log, 1)  # and nobody waits for the disk here
    disk.hangs.set()
    until(lambda: kept(disk, tmp_path / "audit.log") == ["file 0", "file 1"])


def test_the_thread_ends_when_there_is_nothing_to_be_synced(disk: Disk, log: Audit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_SYNC_WITHIN", 0.01)
    for round_ in (1, 2):
        note(log, round_)
        until(lambda: log._syncing is None)
        assert disk.syncs == round_


def test_what_ends_leaves_all_lines_on_the_disk_at_once_and_no_thread(disk: Disk, log: Audit, tmp_path: Path) -> None:
    note(log, 0)
    log.close()
    assert kept(disk, tmp_path / "audit.log") == ["file 0"]
    assert log._syncing is None
    note(log, 1)
    log.close()
    assert kept(disk, tmp_path / "audit.log") == ["file 0", "file 1"]


def test_a_file_that_makes_room_for_the_next_is_on_the_disk_before(disk: Disk, tmp_path: Path) -> None:
    log = Audit(8000)
    log.open(tmp_path)
    number = 0
    while not (tmp_path / "audit.log.1").exists():
        note(log, number)
        number += 1
    assert kept(disk, tmp_path / "audit.log.1") == [f"file {n}" for n in range(number - 1)]
    assert disk.folders == [tmp_path.name] * 3, "made, made anew, and renamed"
    log.close()


def test_a_disk_that_fails_costs_no_line_and_is_told_of_once(
    disk: Disk, log: Audit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(module, "_SYNC_WITHIN", 0.01)
    disk.fails = True
    with caplog.at_level(logging.WARNING, "filexfer.server"):
        for number in range(3):
            note(log, number)
            until(lambda number=number: disk.syncs > number)
        until(lambda: log._syncing is None)
    assert caplog.text.count("audit log cannot be written") == 1
    disk.fails = False
    note(log, 3)
    until(lambda: len(kept(disk, tmp_path / "audit.log")) == 4)
    log.close()
