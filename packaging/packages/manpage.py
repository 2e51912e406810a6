"""Writes the manual pages filexfer(1) and filexfer-app(1) in troff, the first from the parsers of the command line.

The macros are those of man(7). Run alone, it prints the page named: `python -m packages.manpage filexfer`."""

from __future__ import annotations

import re
import sys
import textwrap
import time
from collections.abc import Iterable, Iterator

from filexfer import __version__
from filexfer.cli.exits import MEANING
from filexfer.cli.main import FORMS
from packages import release
from packages.commands import Argument, Command, commands

_FILES = {
    "/etc/filexfer/filexfer.toml": "settings of the server that systemd runs",
    "~/.local/state/filexfer/": "transfers, saved servers, the key of this computer and, where no keyring works, its tokens",
}
_ENVIRONMENT = {
    "FILEXFER_MDNS": "addresses of this computer, with commas between: the only networks that are told of a server here and "
    "searched for others; `off`: none",
}


def pages(moment: int) -> dict[str, str]:
    """The text of each page by its file name. `moment`, in seconds since 1970, dates them."""
    day = time.strftime("%Y-%m-%d", time.gmtime(moment))
    return {"filexfer.1": "\n".join(_filexfer(day)) + "\n", "filexfer-app.1": "\n".join(_app(day)) + "\n"}


def escape(text: str) -> str:
    """`text` as troff prints it unchanged; what stands in backquotes becomes bold."""
    text = text.replace("\\", "\\e").replace("-", "\\-")
    text = re.sub(r"`([^`]+)`", r"\\fB\1\\fR", text)
    # Short lines, as the format asks for; a point or an apostrophe at the start of one would be a macro.
    text = textwrap.fill(text, 66, break_long_words=False, break_on_hyphens=False)
    return re.sub(r"^([.'])", r"\\&\1", text, flags=re.MULTILINE)


def _filexfer(day: str) -> Iterator[str]:
    known = commands()
    yield f'.TH FILEXFER 1 {day} "filexfer {__version__}" "User Commands"'
    yield from _section("NAME", ["filexfer \\- move files and folders between your own machines"])
    yield ".SH SYNOPSIS"
    yield from ("\\fBfilexfer\\fR \\fICOMMAND\\fR [\\fIARGUMENT\\fR…] [\\fIOPTION\\fR…]", ".br")
    yield "\\fBfilexfer\\fR \\fICOMMAND\\fR \\fB\\-\\-help\\fR"
    yield ".SH DESCRIPTION"
    yield escape(
        "filexfer shares a folder over XML-RPC, encrypted and for paired devices only unless told otherwise, and sends and "
        "fetches files and folders of any size. What was interrupted goes on where it stopped when it is run again."
    )
    yield ".SH COMMANDS"
    shared = set.intersection(*(set(command.options) for command in known))
    for command in known:
        yield from _of_command(command, shared)
    yield from _section("OPTIONS OF EVERY COMMAND", _arguments([one for one in known[0].options if one in shared]))
    yield from _section("ADDRESSES", _table(re.findall(r"^  (\S+) +(.+)$", FORMS, re.MULTILINE)))
    yield from _section("EXIT STATUS", _table((str(code.value), text) for code, text in MEANING.items()))
    yield from _section("ENVIRONMENT", _table(_ENVIRONMENT.items()))
    yield from _section("FILES", _table(_FILES.items()))
    yield from _section("SEE ALSO", [".BR filexfer\\-app (1)"])


def _app(day: str) -> Iterator[str]:
    yield f'.TH FILEXFER\\-APP 1 {day} "filexfer {__version__}" "User Commands"'
    yield from _section("NAME", ["filexfer\\-app \\- the window that moves files between your machines"])
    yield from _section("SYNOPSIS", ["\\fBfilexfer\\-app\\fR [\\fILINK\\fR | \\fIPATH\\fR…]"])
    yield ".SH DESCRIPTION"
    yield escape(
        "Opens the window, or raises the one that is open. A link that pairs (`filexfer://…`) only fills in the dialog; files "
        "and folders it asks where to send. Transfers go on in the background when the window is closed."
    )
    yield ".PP"
    yield escape("With a command of filexfer as its first word it does what filexfer(1) does. Options of Qt are taken too.")
    yield from _section("SEE ALSO", [".BR filexfer (1)"])


def _section(title: str, lines: Iterable[str]) -> Iterator[str]:
    yield f".SH {title}"
    yield from lines


def _table(rows: Iterable[tuple[str, str]]) -> Iterator[str]:
    for left, right in rows:
        yield ".TP"
        yield f"\\fB{escape(left)}\\fR"
        yield escape(right)


def _of_command(command: Command, shared: set[Argument]) -> Iterator[str]:
    """A command with what it takes, but for the options `shared` by all."""
    yield f'.SS "filexfer {escape(command.name)}"'
    yield " ".join(["\\fBfilexfer", f"{escape(command.name)}\\fR", *map(_synopsis, command.words), "[\\fIOPTION\\fR…]"])
    yield ".PP"
    yield escape(f"{command.text[0].upper()}{command.text[1:]}.")
    yield from _arguments([*command.words, *(one for one in command.options if one not in shared)])


def _arguments(arguments: Iterable[Argument]) -> Iterator[str]:
    for argument in arguments:
        yield ".TP"
        yield _head(argument)
        yield escape(argument.text)


def _synopsis(argument: Argument) -> str:
    name = f"\\fI{escape(argument.value)}\\fR"
    return {"?": f"[{name}]", "*": f"[{name}…]", "+": f"{name}…"}.get(str(argument.count), name)


def _head(argument: Argument) -> str:
    if not argument.flags:
        return _synopsis(argument)
    flags = ", ".join(f"\\fB{escape(flag)}\\fR" for flag in argument.flags)
    return f"{flags} \\fI{escape(argument.value)}\\fR" if argument.value else flags


if __name__ == "__main__":
    sys.stdout.write(pages(release.moment())[f"{sys.argv[1]}.1"])
