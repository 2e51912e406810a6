"""What a release hangs on: one place for the version, and workflows whose commands exist."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from filexfer import __version__

TOP = Path(__file__).resolve().parents[2]
WORKFLOWS = sorted((TOP / ".github/workflows").glob("*.yml"))


def test_only_the_package_and_the_changelog_name_the_version() -> None:
    named = subprocess.run(["git", "grep", "-lF", __version__], cwd=TOP, capture_output=True, text=True, timeout=60)
    written = {Path(name) for name in named.stdout.splitlines()}
    ours = {
        name
        for name in written
        if re.search(rf"filexfer\D{{0,3}}{re.escape(__version__)}|version\W+{re.escape(__version__)}", _text(name), re.I)
    }
    assert ours <= {Path("filexfer/__init__.py"), Path("CHANGELOG.md")}
    assert Path("CHANGELOG.md") in written


def _text(name: Path) -> str:
    return (TOP / name).read_text(encoding="utf-8", errors="replace")


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda file: file.name)
def test_workflows_call_targets_that_the_makefile_has(workflow: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", (TOP / "Makefile").read_text(), re.MULTILINE))
    called = set(re.findall(r"run: make ([a-z]+)", workflow.read_text()))
    assert called
    assert called <= targets


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda file: file.name)
def test_workflows_pin_each_action_by_its_commit_and_hold_no_rights_by_default(workflow: Path) -> None:
    text = workflow.read_text()
    actions = re.findall(r"uses: (\S+)(.*)", text)
    assert actions
    assert all(re.fullmatch(r"[\w/-]+@[0-9a-f]{40}", action) and re.match(r" # v\d", note) for action, note in actions)
    assert re.search(r"^permissions:\n  contents: read\n", text, re.MULTILINE)


def test_the_test_workflow_runs_each_python_that_the_project_names() -> None:
    (pythons,) = re.findall(
        r'^        python: \["3\.11", (.*)\]$', (TOP / ".github/workflows/test.yml").read_text(), re.MULTILINE
    )[:1]
    assert [name.strip('"') for name in pythons.split(", ")] == ["3.12", "3.13", "3.14"]
