"""What is done otherwise on Windows, forced here: reading at a place, folders without descriptors, sending in pieces."""

from __future__ import annotations

import os
import socket
import threading
from pathlib import Path

import pytest

from filexfer.client import local, sockets
from filexfer.client.engine import Engine
from filexfer.client.session import connect
from filexfer.core.errors import ConnectionFailed
from filexfer.core.model import Direction, JobSpec, JobState
from tests.client.conftest import Share
from tests.client.places import snapshot, tree


@pytest.fixture
def windows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without what Windows has not; the calls themselves are taken away for the client alone."""
    monkeypatch.setattr(local, "_PREADV", False)
    monkeypatch.setattr(local, "_DIR_FD", False)
    monkeypatch.setattr(sockets, "_SENDMSG", False)


@pytest.mark.usefixtures("windows")
def test_trees_cross_both_ways(share: Share, engine: Engine, tmp_path: Path) -> None:
    source = tree(tmp_path / "source", {"large": os.urandom(5 << 20), "d/e/f": None, **{f"d/{n}": b"x" * n for n in range(300)}})
    job = engine.wait(engine.add(JobSpec(Direction.PUT, share.address, ((str(source), "t"),))), 20)
    assert (job.state, job.files_done, job.error) == (JobState.DONE, 301, "")
    job = engine.wait(engine.add(JobSpec(Direction.GET, share.address, (("t", str(tmp_path / "back")),))), 20)
    assert job.state is JobState.DONE
    assert snapshot(source) == snapshot(tmp_path / "back")
    job = engine.wait(engine.add(JobSpec(Direction.PUT, share.address, ((str(source), "t"),), checksum=True)), 20)
    assert (job.state, job.files_skipped) == (JobState.DONE, 301)


@pytest.mark.usefixtures("windows")
def test_threads_that_read_one_file_at_several_places_do_not_disturb_each_other(tmp_path: Path) -> None:
    content = os.urandom(1 << 20)
    (tmp_path / "file").write_bytes(content)
    file, wrong = local.OpenFile(str(tmp_path / "file")), []

    def read(first: int) -> None:
        view = memoryview(bytearray(4096))
        for offset in range(first, len(content), 4 * 4096):
            if file.read_at(view, offset) != 4096 or view != content[offset : offset + 4096]:
                wrong.append(offset)

    threads = [threading.Thread(target=read, args=(number * 4096,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert file.read_at(memoryview(bytearray(100)), len(content) - 7) == 7
    file.close()


@pytest.mark.usefixtures("windows")
def test_a_folder_that_is_none_is_refused_as_it_is_opened(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        local.OpenFolder(str(tmp_path / "none"))
    (tmp_path / "a").write_bytes(b"1")
    folder = local.OpenFolder(str(tmp_path))
    file = folder.open_file("a")
    assert os.read(file, 2) == b"1"
    os.close(file)
    folder.close()


def test_without_unix_sockets_that_is_told_in_words(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delattr(socket, "AF_UNIX")
    with connect(f"unix:{tmp_path}/s") as session, pytest.raises(ConnectionFailed, match="has no UNIX sockets"):
        session.info()
