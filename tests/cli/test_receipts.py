"""Receipts on the command line: made of a transfer that has ended, and both sides checked by them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.cli.command import Share, run


@pytest.fixture
def own(tmp_path: Path) -> dict[str, str]:
    """A user of this test's own."""
    return {"XDG_STATE_HOME": str(tmp_path / "state"), "HOME": str(tmp_path)}


@pytest.fixture
def sent(tmp_path: Path, share: Share, own: dict[str, str]) -> Path:
    """A tree that was sent."""
    source = tmp_path / "source"
    (source / "deep" / "er").mkdir(parents=True)
    (source / "large").write_bytes(os.urandom((3 << 20) + 7))
    (source / "a.txt").write_bytes(b"content")
    (source / "zero").touch()
    (source / "deep" / "er" / "b\n c").write_bytes(b"odd")
    assert run("put", source, share.url, env=own).code == 0
    return source


def receipt_of(own: dict[str, str], folder: Path) -> Path:
    number = str(json.loads(run("jobs", "--json", env=own).lines[0])["job"])
    made = run("jobs", "receipt", number, env=own)
    assert (made.code, made.err) == (0, "")
    receipt = folder / "receipt"
    receipt.write_bytes(made.raw)
    return receipt


def test_a_receipt_of_a_transfer_checks_both_sides(sent: Path, share: Share, own: dict[str, str], tmp_path: Path) -> None:
    receipt = receipt_of(own, tmp_path)
    files = [path for path in sent.rglob("*") if path.is_file() and not path.is_symlink()]
    checked = run("verify", receipt, env=own)
    assert checked.code == 0
    assert f"Checked {len(files)} files" in checked.out
    assert subprocess.run(["sha256sum", "-c", "--strict", receipt], cwd=sent, capture_output=True, timeout=30).returncode == 0
    changed = min(files)
    (share.folder / sent.name / changed.relative_to(sent)).write_bytes(b"something else")
    found = run("verify", "--json", receipt, env=own)
    assert found.code == 1
    first, last = (json.loads(line) for line in found.lines)
    assert first == {"event": "difference", "path": str(changed.relative_to(sent)), "difference": "other content there"}
    assert last["differences"] == 1
    assert run("verify", "--side", "here", receipt, env=own).code == 0


def test_what_was_sent_can_be_checked_there_when_it_is_gone_here(
    sent: Path, share: Share, own: dict[str, str], tmp_path: Path
) -> None:
    receipt = receipt_of(own, tmp_path)
    shutil.rmtree(sent)
    assert run("verify", "--side", "there", receipt, env=own).code == 0
    both = run("verify", receipt, env=own)
    assert both.code == 1
    assert "missing here" in both.out
    assert "there" not in both.out


def test_what_differs_by_now_is_left_out_and_said(sent: Path, share: Share, own: dict[str, str]) -> None:
    name = next(path.name for path in sent.iterdir() if path.is_file() and not path.is_symlink())
    (share.folder / sent.name / name).write_bytes(b"something else")
    number = str(json.loads(run("jobs", "--json", env=own).lines[0])["job"])
    made = run("jobs", "receipt", number, env=own)
    assert made.code == 1
    assert name in made.err
    assert f"  {name}\n" not in made.out


def test_what_is_no_receipt_is_said(tmp_path: Path, own: dict[str, str]) -> None:
    (tmp_path / "photo").write_bytes(b"\x89PNG and so on")
    assert "no receipt" in run("verify", tmp_path / "photo", env=own).err
    assert "LOCAL ADDRESS" in run("verify", tmp_path, env=own).err
    assert run("verify", tmp_path / "missing", env=own).code == 1
    assert run("jobs", "receipt", "7", env=own).code != 0
    assert "NUMBER > FILE" in run("jobs", "receipt", "7", "8", env=own).err
