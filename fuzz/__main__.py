"""`make fuzz`: every target for its share of the time, each in a process of its own, guided by coverage (atheris, libFuzzer).

    python -m fuzz                       all targets, 600 seconds together
    python -m fuzz --only head           one of them, all of the time
    python -m fuzz --again head FILE     one input once more, without a fuzzer

What breaks a rule is written to build/fuzz/TARGET/crash-…; mend it, then put the file into fuzz/corpus/TARGET, where the suite
finds it. Exit codes: 0 nothing found, 1 something found, 2 there is no fuzzer for this Python or system."""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from fuzz.targets import CORPUS, TARGETS, check_of

FOUND = Path("build/fuzz")
#: Longest input, in bytes; a head may be longer, but what breaks readers breaks them sooner.
MAX_LEN = 4096
#: Seconds for one input, and megabytes for all, beyond which it counts as found.
SLOW, MEMORY = 10, 2048


class Ended(NamedTuple):
    """How one target ended: its exit code, how many inputs ran, what the fuzzer said, and the inputs that broke a rule."""

    code: int
    runs: int
    said: str
    inputs: list[Path]


def main() -> int:
    options = _arguments()
    if options.again:
        check_of(options.again[0])(Path(options.again[1]).read_bytes())
        print("No rule is broken.")
        return 0
    if options.child:
        return _fuzz(options.child, options.seconds)
    if importlib.util.find_spec("atheris") is None:
        print("There is no fuzzer here: atheris has builds for Linux and Python 3.11 to 3.13 only. Nothing was tried.")
        return 2
    wanted = [options.only] if options.only else list(TARGETS)
    return max([_report(target, _run(target, options.seconds / len(wanted))) for target in wanted])


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m fuzz", formatter_class=argparse.RawDescriptionHelpFormatter, description=__doc__
    )
    parser.add_argument("--seconds", type=float, default=600, help="for all targets together")
    parser.add_argument("--only", choices=TARGETS)
    parser.add_argument("--again", nargs=2, metavar=("TARGET", "FILE"))
    parser.add_argument("--child", choices=TARGETS, help=argparse.SUPPRESS)
    return parser.parse_args()


def _run(target: str, seconds: float) -> Ended:
    (FOUND / target / "corpus").mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "fuzz", "--child", target, "--seconds", str(max(1, round(seconds)))]
    before = set((FOUND / target).iterdir())
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    said = done.stdout.decode("utf-8", "replace")
    (FOUND / target / "log").write_text(said, encoding="utf-8")
    runs = re.search(r"number_of_executed_units: *(\d+)", said)
    return Ended(done.returncode, int(runs[1]) if runs else 0, said, sorted({*(FOUND / target).glob("*-*")} - before))


def _report(target: str, ended: Ended) -> int:
    print(f"{target:10}{ended.runs:12,} inputs  {'nothing found' if ended.code == 0 else 'FOUND SOMETHING'}", flush=True)
    if ended.code == 0:
        return 0
    # The stack of ours, without the engine's.
    print("\n".join(line for line in ended.said.splitlines()[-60:] if not line.startswith(("#", "INFO", "stat::"))))
    for file in ended.inputs:
        print(f"  once more: {sys.executable} -m fuzz --again {target} {file}")
    return 1


def _fuzz(target: str, seconds: float) -> int:
    """Fuzz until the time is over; the engine ends this process itself."""
    atheris = importlib.import_module("atheris")
    with atheris.instrument_imports(include=["filexfer"]):
        check = check_of(target)
    own = FOUND / target
    settings = {
        "max_total_time": round(seconds),
        "max_len": MAX_LEN,
        "timeout": SLOW,
        "rss_limit_mb": MEMORY,
        "print_final_stats": 1,
        "artifact_prefix": f"{own}/",
    }
    words = [sys.argv[0], *(f"-{name}={value}" for name, value in settings.items())]
    atheris.Setup([*words, str(own / "corpus"), str(CORPUS / target)], check)
    atheris.Fuzz()
    return 0


if __name__ == "__main__":
    sys.exit(main())
