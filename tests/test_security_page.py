"""docs/security.md says what is so: its programs run, the tests it names are there, its tables fit the code."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from filexfer import Server, connect
from filexfer.protocol import pairing
from filexfer.server import settings
from filexfer.storage.store import StoreSettings

TOP = Path(__file__).resolve().parent.parent
PAGE = (TOP / "docs/security.md").read_text(encoding="utf-8")
PAIRING, USING = re.findall(r"^```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    (tmp_path / "share").mkdir()
    listen, control = ["https://127.0.0.1:0"], tmp_path / "c.sock"
    with Server(tmp_path / "share", listen=listen, state=tmp_path / "state", control=control) as server:
        yield server


def python(program: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-W", "ignore", "-c", program], cwd=folder, capture_output=True, text=True, timeout=60)


def filled(server: Server, code: str) -> str:
    port = server.addresses[0].rstrip("/").rpartition(":")[2]
    return PAIRING.replace('"attic-pi", 8765, "ABCDEFGHIJKLMNOP"', f'"127.0.0.1", {port}, "{code}"')


def test_a_stock_python_pairs_as_the_page_says_and_uses_what_it_got(server: Server, tmp_path: Path) -> None:
    with connect(f"unix:{tmp_path}/c.sock") as owner:
        code = str(owner.call("invite_create")["code"]).replace("-", "")
        paired = python(filled(server, code), tmp_path)
        assert paired.returncode == 0, paired.stderr
        (tmp_path / "token-and-certificate.txt").write_text(paired.stdout, encoding="utf-8")
        port = server.addresses[0].rstrip("/").rpartition(":")[2]
        used = python(USING.replace("attic-pi:8765", f"127.0.0.1:{port}"), tmp_path)
        assert used.stdout == "share\n", used.stderr
        assert [device["name"] for device in owner.call("device_list")] == ["backup script"]


def test_with_a_wrong_code_it_gets_nothing(server: Server, tmp_path: Path) -> None:
    refused = python(filled(server, pairing.new_code()), tmp_path)
    assert refused.returncode != 0
    assert "203" in refused.stderr
    assert refused.stdout == ""


def test_the_client_of_the_page_believes_no_server_that_does_not_know_the_code(
    server: Server, tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.setattr(pairing, "server_proof", lambda *told: bytes(32))
    with connect(f"unix:{tmp_path}/c.sock") as owner:
        code = str(owner.call("invite_create")["code"]).replace("-", "")
        refused = python(filled(server, code), tmp_path)
    assert refused.returncode == 1
    assert refused.stderr == "This server does not know the code. Nothing was kept.\n"


def test_the_tests_that_hold_the_promises_are_there() -> None:
    named = set(re.findall(r"`(tests/[a-z_/]+\.py)`", PAGE))
    assert len(named) > 15
    assert [name for name in sorted(named) if not (TOP / name).exists()] == []
    for row in re.findall(r"^\| \*\*\d\..*$", PAGE, re.MULTILINE):
        assert "`tests/" in row


def test_every_page_it_points_to_is_there_and_points_back() -> None:
    for page in re.findall(r"\]\(([^)#]+)", PAGE):
        assert (TOP / "docs" / page).exists(), page
    for page in ("README.md", "SECURITY.md", "docs/architecture.md"):
        assert "security.md" in (TOP / page).read_text(encoding="utf-8"), page


def test_its_figures_are_those_of_the_code() -> None:
    bounds, store = settings.Settings(), StoreSettings()
    assert (bounds.login_failures, bounds.invite_seconds, bounds.audit_bytes) == (20, 600, 16 << 20)
    assert (store.trash_age, store.trash_bytes) == (30 * 86_400, 20 << 30)
    for said in ("20 a minute", "ten minutes", "16 MiB", "30 days", "20 GiB", "80 random bits"):
        assert said in PAGE


def test_the_audit_log_has_the_fields_it_names(server: Server, tmp_path: Path) -> None:
    with connect(f"unix:{tmp_path}/c.sock") as owner:
        owner.call("folder_make", "a\x1b\n")
        with pytest.raises(Exception, match="no such"):
            owner.call("entry_delete", "not there")
    lines = [json.loads(line) for line in (tmp_path / "state/audit.log").read_text(encoding="ascii").splitlines()]
    table = PAGE[PAGE.index("## The audit log") :].partition("## What is not")[0]
    named = set(re.findall(r"`([a-z]+)`", " ".join(row.split("|")[1] for row in table.splitlines() if row.startswith("| `"))))
    assert {name for line in lines for name in line} | {"fault"} == named | {"fault"}
    assert [(line["act"], line["result"]) for line in lines[-2:]] == [("folder_make", "done"), ("entry_delete", "fault")]
