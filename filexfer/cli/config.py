"""`filexfer config`: looks over a `filexfer.toml` for `serve --config`, shows what holds, prints a sample with all settings."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from filexfer.cli import exits
from filexfer.cli.configuration.effective import FILE, Effective, Origin
from filexfer.cli.configuration.reading import Fault, Key, in_order, read
from filexfer.cli.configuration.table import Setting, settings
from filexfer.cli.output import Output
from filexfer.core.paths import shown

_ACTIONS = ("check", "show", "sample")
NAME = "filexfer.toml"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "action",
        metavar="ACTION",
        choices=_ACTIONS,
        help="check (what is wrong with the file, and with the folders, keys and addresses it names; then exit code 2), "
        "show (every setting, its value, and where that came from), sample (prints a file with every setting explained)",
    )
    parser.add_argument(
        "file",
        metavar="FILE",
        nargs="?",
        default="",
        help=f"for check and show; unless given {NAME} in the user's own folder of configurations, else in /etc/filexfer",
    )
    parser.add_argument("--folder", metavar="DIR", default="", help="sample: has it share this folder")
    parser.add_argument("--state", metavar="DIR", default="", help="sample: has it keep its key and devices there")


def run(args: argparse.Namespace, out: Output) -> int:
    if args.action == "sample":
        return _sample(args, out)
    if args.folder or args.state:
        raise exits.UsageError("--folder and --state are for `filexfer config sample`; here the file says them.")
    path = Path(args.file) if args.file else _usual_place()
    found = Effective(read(path))
    return _check(path, found, out) if args.action == "check" else _show(path, found, out)


def refuse(faults: Iterable[Fault], out: Output) -> exits.Exit:
    """Say each of them; the exit code for it."""
    for fault in sorted(faults, key=lambda fault: fault.line):
        out.failure(exits.UsageError(str(fault)))
    return exits.Exit.USAGE


def _usual_place() -> Path:
    from platformdirs import user_config_path

    places = [user_config_path("filexfer", appauthor=False) / NAME]
    if os.name == "posix":
        places.append(Path("/etc/filexfer") / NAME)
    for place in places:
        if place.exists():
            return place
    looked = " or ".join(f"“{shown(str(place))}”" for place in places)
    raise exits.UsageError(f"There is no {looked}. Name the file, or make one with `filexfer config sample`.")


def _check(path: Path, found: Effective, out: Output) -> int:
    from filexfer.cli.configuration.examine import examine, remarks

    faults = [*found.faults, *examine(found)]
    for remark in remarks(found):
        out.note(remark)
    if faults:
        return refuse(faults, out)
    if out.json:
        out.record(event="checked", file=str(path))
    else:
        out.say(f"{path} is in order. It shares {found.folder} at {', '.join(found.listen)}.")
    return exits.Exit.DONE


def _show(path: Path, found: Effective, out: Output) -> int:
    """What can be told is told, beside what is wrong."""
    told = list(found.rows())
    if out.json:
        for row, value, origin in told:
            out.record(section=row.section, name=row.name, value=_plain(value), source=origin.source, line=origin.line)
    else:
        for line in _shown(path, {(row.section, row.name): (value, origin) for row, value, origin in told}):
            out.result(line)
    return refuse(found.faults, out) if found.faults else exits.Exit.DONE


def _shown(path: Path, told: dict[Key, tuple[object, Origin]]) -> Iterator[str]:
    yield f"# {path}"
    for section, rows in in_order(settings()):
        yield ""
        yield f"[{section}]"
        for row in rows:
            yield _line(row, *told[section, row.name])


def _line(row: Setting, value: object, origin: Origin) -> str:
    came = f"line {origin.line}" if origin.line else origin.source if origin.source == FILE else "default"
    if value is None:
        return f"# {row.name}: {row.otherwise or 'none'}"
    return f"{f'{row.name} = {row.kind.written(value)}':<50}  # {came}"


def _plain(value: object) -> object:
    """A value as JSON has it."""
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return str(value) if isinstance(value, Path) else value


def _sample(args: argparse.Namespace, out: Output) -> int:
    from filexfer.cli.configuration.sample import sample

    if args.file:
        raise exits.UsageError("`filexfer config sample` reads no file: it prints one.")
    active: dict[Key, object] = {}
    for name in ("folder", "state"):
        if given := getattr(args, name):
            active["serve", name] = _named(given)
    for line in sample(active).splitlines():
        out.result(line)
    return exits.Exit.DONE


def _named(given: str) -> Path:
    """A folder as a file of settings can name it. Raises `UsageError` where it cannot."""
    path = Path(given).expanduser().absolute()
    try:
        str(path).encode("utf-8")
    except UnicodeEncodeError:
        raise exits.UsageError(f"The name of “{path}” is not UTF-8, which TOML is. Give the folder another name.") from None
    return path
