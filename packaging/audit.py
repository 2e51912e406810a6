"""`make audit`: asks the advisory services what is known against the pinned versions in constraints.txt, by `pip-audit`.

Exit codes: 0 every pinned package was looked up and nothing is known against it; 1 something is known; 3 nothing is known, but
not every package could be looked up, so this is no all-clear. `pip-audit` alone calls packages that its service does not know
“skipped”, and itself content."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

CONSTRAINTS = Path(__file__).resolve().parent.parent / "constraints.txt"
#: Asked in this order, the second only about all where the first could not answer about each.
SERVICES = ("pypi", "osv")
CLEAR, KNOWN, UNCHECKED = 0, 1, 3

Rows = list[dict[str, object]]


def ask(service: str, constraints: Path) -> tuple[Rows, str]:
    """A row for each package, and what went wrong; no row where the service could not be asked at all."""
    with tempfile.TemporaryDirectory() as folder:
        found = Path(folder, "found.json")
        command = [sys.executable, "-m", "pip_audit", "-s", service, "-r", str(constraints), "--no-deps", "--disable-pip"]
        command += ["--progress-spinner", "off", "--format", "json", "-o", str(found)]
        done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        if not found.exists():
            return [], said[-1].partition(":")[0] if said else f"pip-audit ended with {done.returncode}"
        return json.loads(found.read_text(encoding="utf-8"))["dependencies"], ""


def main(constraints: Path = CONSTRAINTS) -> int:
    answers: dict[str, dict[str, object]] = {}
    for service in SERVICES:
        rows, wrong = ask(service, constraints)
        for row in rows:
            if "vulns" in row or str(row["name"]) not in answers:
                answers[str(row["name"])] = row
        unchecked = [row for row in answers.values() if "vulns" not in row]
        if rows and not unchecked:
            break
        print(
            f"{service} could not be asked ({wrong})." if wrong else f"{service} does not know {len(unchecked)} of the packages."
        )
    return verdict(list(answers.values()))


def verdict(rows: Rows) -> int:
    """Say what the answers come to, and the exit code for it."""
    known = [row for row in rows if row.get("vulns")]
    for row in known:
        print(f"{row['name']} {row['version']}: {', '.join(str(one['id']) for one in row['vulns'])}")  # type: ignore[attr-defined]
    if known:
        print("Something is known against what we stand on. Raise these versions in constraints.txt.")
        return KNOWN
    if not rows or any("vulns" not in row for row in rows):
        print("Not every package could be looked up from here, so this is no all-clear. Try where the services can be reached.")
        return UNCHECKED
    print(f"Nothing is known against the {len(rows)} packages in constraints.txt.")
    return CLEAR


if __name__ == "__main__":
    sys.exit(main(*map(Path, sys.argv[1:])))
