"""What each command takes, read off the parsers of the command line: manual page and completions are made from it."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from filexfer.cli.main import COMMANDS, parser_of
from filexfer.core.model import Conflict


class Kind(Enum):
    """What a shell can offer for a word."""

    FILE = "file"
    FOLDER = "folder"
    ADDRESS = "address"
    OTHER = "other"


#: What the words in the help mean, where a command does not mean something of its own by them.
_KINDS = {
    "FILE": Kind.FILE,
    "LOCAL": Kind.FILE,
    "LINK or PATH": Kind.FILE,
    "DIR": Kind.FOLDER,
    "FOLDER": Kind.FOLDER,
    "TREE": Kind.FOLDER,
    "ADDRESS": Kind.ADDRESS,
    "SRC": Kind.ADDRESS,
    "DEST": Kind.ADDRESS,
    "DST": Kind.FILE,
}
_OWN_KINDS = {("put", "SRC"): Kind.FILE, ("pair", "ADDRESS"): Kind.OTHER}
#: Values that argparse knows by a function only.
_VALUES = {"POLICY": tuple(one.value for one in Conflict)}


@dataclass(frozen=True)
class Argument:
    """One option or positional word of a command. `flags` is empty for a positional; `value` is what the help calls it, `""` for
    a switch; `count` is argparse's `nargs`, of which `None` means exactly one (or for a switch, none)."""

    flags: tuple[str, ...]
    value: str
    count: str | int | None
    again: bool
    choices: tuple[str, ...]
    kind: Kind
    text: str

    @property
    def many(self) -> bool:
        return self.count in ("*", "+")


@dataclass(frozen=True)
class Command:
    """One command: its line in the help, its options and its positional words, in their order."""

    name: str
    text: str
    options: tuple[Argument, ...]
    words: tuple[Argument, ...]


def commands() -> list[Command]:
    """All commands, as `filexfer --help` lists them."""
    return [_command(name, text) for name, text in COMMANDS.items()]


def _command(name: str, text: str) -> Command:
    parser = parser_of(name)
    taken = [_argument(name, action, parser) for action in _actions(parser)]
    options = tuple(one for one in taken if one.flags)
    return Command(name, text, options, tuple(one for one in taken if not one.flags))


def _actions(parser: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    for action in parser._actions:
        # One that the formatter below would print a line for, and that is no line here, must not go unnoticed.
        assert not isinstance(action, argparse._SubParsersAction), f"{parser.prog}: commands below a command are not written yet"
        if action.help is not argparse.SUPPRESS:
            yield action


def _argument(command: str, action: argparse.Action, parser: argparse.ArgumentParser) -> Argument:
    takes = action.nargs != 0
    value = (action.metavar or (action.dest.upper() if action.option_strings else action.dest)) if takes else ""
    assert isinstance(value, str)
    choices = tuple(map(str, action.choices or ())) or _VALUES.get(value, ())
    if takes and action.metavar is None and choices:
        value = "|".join(choices)
    kind = _OWN_KINDS.get((command, value), _KINDS.get(value, Kind.OTHER)) if takes else Kind.OTHER
    again = isinstance(action, argparse._AppendAction)
    text = parser._get_formatter()._expand_help(action) if action.help else ""
    return Argument(tuple(action.option_strings), value, action.nargs, again, choices, kind, text)
