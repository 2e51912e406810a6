"""`make audit` where the services answer, know nothing, or cannot be reached: it never calls an unasked package sound."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "packaging" / "audit.py"
#: Stands in for pip-audit: writes what the service named on its command line is said to answer.
PIP_AUDIT = """
import json, os, pathlib, sys
words = sys.argv
answer = json.loads(os.environ["ANSWERS"])[words[words.index("-s") + 1]]
if answer is None:
    sys.exit("requests.exceptions.ConnectionError: nobody there")
pathlib.Path(words[words.index("-o") + 1]).write_text(json.dumps({"dependencies": answer, "fixes": []}))
sys.exit(any(row.get("vulns") for row in answer))
"""
FINE = {"name": "h11", "version": "1", "vulns": []}
BAD = {"name": "keyring", "version": "2", "vulns": [{"id": "PYSEC-1", "fix_versions": ["3"]}]}
SKIPPED = {"name": "h11", "skip_reason": "not found"}

Audit = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def audit(tmp_path: Path) -> Audit:
    (tmp_path / "pip_audit.py").write_text(PIP_AUDIT, encoding="utf-8")

    def run(pypi: object, osv: object = None) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "PYTHONPATH": str(tmp_path), "ANSWERS": json.dumps({"pypi": pypi, "osv": osv})}
        return subprocess.run([sys.executable, SCRIPT], env=environment, capture_output=True, text=True, timeout=60)

    return run


def test_all_looked_up_and_nothing_known_is_a_success(audit: Audit) -> None:
    done = audit([FINE])
    assert (done.returncode, done.stdout) == (0, "Nothing is known against the 1 packages in constraints.txt.\n")


def test_what_is_known_is_named_and_is_a_failure(audit: Audit) -> None:
    done = audit([FINE, BAD])
    assert done.returncode == 1
    assert "keyring 2: PYSEC-1" in done.stdout


@pytest.mark.parametrize("answers", [(None, None), ([SKIPPED], None), ([SKIPPED], [SKIPPED]), ([], [])])
def test_what_could_not_be_asked_is_neither(audit: Audit, answers: tuple[object, object]) -> None:
    done = audit(*answers)
    assert done.returncode == 3, done.stderr
    assert "no all-clear" in done.stdout


def test_the_second_service_is_asked_about_what_the_first_does_not_know(audit: Audit) -> None:
    assert audit([SKIPPED], [FINE]).returncode == 0
    assert audit(None, [FINE]).returncode == 0


def test_what_one_service_knows_is_not_lost_when_the_other_fails(audit: Audit) -> None:
    done = audit([SKIPPED, BAD], None)
    assert done.returncode == 1
    assert "PYSEC-1" in done.stdout
