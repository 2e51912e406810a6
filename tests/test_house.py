"""Holds the style of docs/architecture.md where a machine can tell: first lines, lengths, locks, what must not be committed."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parent.parent
ROOMS = ("filexfer", "benchmarks", "fuzz", "packaging", "tests")
SOURCES = sorted(p for room in ROOMS for p in (TOP / room).rglob("*.py") if "programs" not in p.parts)
PRODUCT = [path for path in SOURCES if path.is_relative_to(TOP / "filexfer")]

#: Mostly under 250 lines and about 10; these are where it is certain that a noun is missing.
FILE_LINES = 400
FUNCTION_LINES = 60


def shown(path: Path) -> str:
    return str(path.relative_to(TOP))


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node


def committed() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=TOP, capture_output=True)
    if listed.returncode:
        pytest.skip("not a git work tree")
    return [path for name in listed.stdout.decode().split("\0") if name and (path := TOP / name).is_file()]


def test_every_file_says_its_job_in_its_first_line() -> None:
    assert [shown(path) for path in SOURCES if not path.read_text(encoding="utf-8").startswith('"""')] == []


def test_files_and_functions_are_short() -> None:
    long = [shown(path) for path in PRODUCT if len(path.read_text(encoding="utf-8").splitlines()) > FILE_LINES]
    long += [
        f"{shown(path)}:{f.lineno} {f.name}"
        for path in PRODUCT
        for f in functions(path)
        if (f.end_lineno or 0) - f.lineno >= FUNCTION_LINES
    ]
    assert long == []


def test_every_lock_says_what_it_guards() -> None:
    silent = []
    for path in PRODUCT:
        lines = path.read_text(encoding="utf-8").splitlines()
        for n, line in enumerate(lines):
            makes_one = re.search(r"= (threading\.)?(R?Lock|Condition)\(\)", line)
            if makes_one and "#" not in line and not lines[n - 1].lstrip().startswith("#"):
                silent.append(f"{shown(path)}:{n + 1}")
    assert silent == []


def test_no_error_is_hidden_and_no_check_is_silenced_wholesale() -> None:
    hidden = []
    for path in SOURCES:
        text = path.read_text(encoding="utf-8")
        for found in re.finditer(r"#\s*type: ignore(?!\[)|#\s*noqa(?!: )|except( Base)?(Exception)?:\s*\n?\s*pass\b", text):
            hidden.append(f"{shown(path)}:{text.count(chr(10), 0, found.start()) + 1}")
    assert hidden == []


def test_no_drawer_for_everything() -> None:
    assert [shown(path) for path in PRODUCT if path.stem in ("utils", "util", "helpers", "misc", "common")] == []


def test_nothing_committed_names_the_place_it_was_made_at() -> None:
    # Written in pieces, so that this file does not name them either.
    places = re.compile("|".join([r"/wor" r"k/", r"\.\./share" r"d\b", r"files\.python" r"hosted", r"registry\.npm" r"js"]))
    named = []
    for path in committed():
        if path.suffix in (".png", ".ico", ".qm", ".icns", ".jpg", ".gz"):
            continue
        for n, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
            if places.search(line):
                named.append(f"{shown(path)}:{n}")
    assert named == []


def test_every_dependency_has_one_pinned_version() -> None:
    project = tomllib.loads((TOP / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [*project["dependencies"], *(one for extra in project["optional-dependencies"].values() for one in extra)]
    names = {re.split(r"[\s\[<>=!;~]", one)[0].lower() for one in wanted} - {"filexfer"}
    lines = [line for line in (TOP / "constraints.txt").read_text(encoding="utf-8").splitlines() if line and line[0] != "#"]
    pinned = {line.partition("==")[0]: line for line in lines}
    assert names - set(pinned) == set()
    assert [line for line in lines if not re.match(r"[a-z0-9-]+==[^ ]+( ; .+)?$", line)] == []
    # It loses references on Python 3.11 and aborts.
    assert "==6.12.0" not in pinned["pyside6-essentials"]


def test_the_change_log_knows_this_version() -> None:
    from filexfer import __version__

    assert re.search(rf"^## {re.escape(__version__)}\b", (TOP / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)


def test_ci_runs_what_a_newcomer_runs() -> None:
    script = (TOP / ".ci" / "run").read_text(encoding="utf-8")
    assert re.search(r"^exec make test$", script, re.MULTILINE)
    screen = "\n".join((TOP / "README.md").read_text(encoding="utf-8").splitlines()[:25])
    assert re.search(r"^make run\b", screen, re.MULTILINE)
    assert re.search(r"^make test\b", screen, re.MULTILINE)


def test_importing_the_package_costs_nothing() -> None:
    program = "import sys; before = set(sys.modules); import filexfer; print(*sorted(set(sys.modules) - before))"
    done = subprocess.run([sys.executable, "-c", program], cwd=TOP, capture_output=True, text=True, check=True)
    imported = {name.partition(".")[0] for name in done.stdout.split()}
    assert imported <= {"filexfer", *sys.stdlib_module_names}
    assert not imported & {"socket", "ssl", "threading", "xmlrpc", "sqlite3"}
    assert "filexfer.core" not in done.stdout
