"""The small JSON files, and the claim on a state folder."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from filexfer.agent.control import AgentRuns, Claim
from filexfer.agent.memory import Memory
from filexfer.core import places
from filexfer.core.errors import Busy, StorageFailed
from filexfer.core.locks import FileLock


def test_what_was_put_is_there_for_the_next_one_and_for_nobody_else_on_the_machine(tmp_path: Path) -> None:
    file = tmp_path / "m.json"
    Memory(file).put({"a": [1, "\udcff", {"b": None}]})
    Memory(file).put({"c": True})
    again = Memory(file)
    assert (again.get("a"), again.get("c"), again.get("d", 7)) == ([1, "\udcff", {"b": None}], True, 7)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert sorted(os.listdir(tmp_path)) == ["m.json", "m.json.lock"]


def test_what_another_process_wrote_meanwhile_is_seen_and_not_lost(tmp_path: Path) -> None:
    ours, theirs = Memory(tmp_path / "m.json"), Memory(tmp_path / "m.json")
    ours.put({"a": 1})
    assert theirs.get("a") == 1
    theirs.put({"b": 2})
    ours.put({"c": 3})
    assert [Memory(tmp_path / "m.json").get(key) for key in "abc"] == [1, 2, 3]


def test_changes_of_many_processes_follow_each_other(tmp_path: Path) -> None:
    count = (
        "import sys\nfrom pathlib import Path\nfrom filexfer.agent.memory import Memory\n"
        "memory = Memory(Path(sys.argv[1]))\n"
        "for _ in range(50): memory.change(lambda now: {'n': now.get('n', 0) + 1})"
    )
    command = [sys.executable, "-c", count, str(tmp_path / "m.json")]
    for process in [subprocess.Popen(command) for _ in range(4)]:
        assert process.wait(60) == 0
    assert Memory(tmp_path / "m.json").get("n") == 200


def test_a_change_that_raises_changes_nothing(tmp_path: Path) -> None:
    memory = Memory(tmp_path / "m.json")
    memory.put({"a": 1})

    def refuse(now: Mapping[str, object]) -> Mapping[str, object]:
        raise KeyError(now["a"])

    with pytest.raises(KeyError):
        memory.change(refuse)
    memory.put({"b": 2})
    assert (memory.get("a"), memory.get("b")) == (1, 2)


def test_who_keeps_the_file_for_long_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("filexfer.agent.memory.PATIENCE", 0.05)
    memory = Memory(tmp_path / "m.json")
    held = FileLock(tmp_path / "m.json.lock")
    assert held.take()
    with pytest.raises(Busy, match=r"m\.json"):
        memory.put({"a": 1})
    held.release()
    memory.put({"a": 1})


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b"\x00", b'{"a": 1}{', b'{"a": \xff\xfe}', b"[" * 100_000])
def test_a_broken_file_is_set_aside_not_overwritten(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "m.json"
    file.write_bytes(content)
    memory = Memory(file)
    assert memory.get("a") is None
    memory.put({"a": 2})
    assert json.loads(file.read_text()) == {"a": 2}
    assert (tmp_path / "m.json.broken").read_bytes() == content


def test_what_cannot_be_saved_is_said_and_not_pretended(tmp_path: Path) -> None:
    file = tmp_path / "m.json"
    memory = Memory(file)
    memory.put({"a": 1})
    (tmp_path / "m.json.new").mkdir()
    with pytest.raises(StorageFailed, match=r"m\.json could not be saved"):
        memory.put({"a": 2})
    assert memory.get("a") == 1
    assert Memory(file).get("a") == 1


def test_one_claim_a_state_and_the_second_is_told_where_the_first_answers(tmp_path: Path) -> None:
    claim = Claim(tmp_path / "s")
    claim.tell("unix:/run/x.sock")
    assert places.control_address(tmp_path / "s") == "unix:/run/x.sock"
    with pytest.raises(AgentRuns, match=r"unix:/run/x\.sock"):
        Claim(tmp_path / "s")
    claim.release()
    assert places.control_address(tmp_path / "s") == ""
    Claim(tmp_path / "s").release()


def test_the_control_socket_always_fits_a_socket(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    short = places.control_socket(tmp_path)
    assert short.parent.parent == Path(os.environ["XDG_RUNTIME_DIR"])
    deep = tmp_path / ("d" * 100)
    deep.mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(deep))
    fallback = places.control_socket(tmp_path)
    assert len(os.fsencode(fallback)) <= places.SOCKET_PATH_BYTES
    assert fallback.name == short.name
    assert places.control_socket(tmp_path / "other") != fallback


def test_a_private_folder_is_held_to_that(tmp_path: Path) -> None:
    open_to_all = tmp_path / "a"
    open_to_all.mkdir(mode=0o755)
    places.private_folder(open_to_all)
    assert stat.S_IMODE(open_to_all.stat().st_mode) == 0o700
    (tmp_path / "link").symlink_to(open_to_all)
    with pytest.raises((StorageFailed, FileExistsError)):
        places.private_folder(tmp_path / "link")


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give a folder away")
def test_a_private_folder_of_somebody_else_is_refused(tmp_path: Path) -> None:
    os.chown(tmp_path, 12345, 12345)
    with pytest.raises(StorageFailed, match="belongs to somebody else"):
        places.private_folder(tmp_path / "mine")
