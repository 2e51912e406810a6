"""What a command says: results on stdout, everything else on stderr. Knows terminal, pipe and `--json`; no command prints.

On a terminal, control characters of remote names are made visible; into a pipe names go out byte for byte, as `ls` does it.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterable
from datetime import UTC, datetime

from filexfer.cli import exits
from filexfer.core.errors import FilexferError
from filexfer.core.paths import shown


class Output:
    """The voice of one command.

    Attributes:
        json: one JSON object a line on stdout instead of text.
        quiet: nothing but results asked for, and errors.
        verbose: every file, and what an error came from.
        terminal: stdout is one.
        live: stderr is a terminal that may show progress.
    """

    def __init__(self, *, json: bool = False, quiet: bool = False, verbose: bool = False) -> None:
        self.json = json
        self.quiet = quiet
        self.verbose = verbose and not quiet
        self.terminal = sys.stdout.isatty()
        self.live = sys.stderr.isatty() and not quiet and not json and os.environ.get("TERM") != "dumb"
        if isinstance(sys.stdout, io.TextIOWrapper):
            # Undecodable bytes of names leave as they came; an old 8-bit locale gets escapes for what it lacks.
            sys.stdout.reconfigure(errors="surrogateescape" if sys.stdout.encoding.lower() == "utf-8" else "backslashreplace")

    def result(self, text: str) -> None:
        """A line that the command was called for; printed even with `-q`."""
        sys.stdout.write(f"{shown(text) if self.terminal else text}\n")

    def say(self, text: str) -> None:
        """A line that tells a person what happened, when it happens."""
        if not self.quiet and not self.json:
            self.result(text)
            self.flush()

    def picture(self, lines: Iterable[str]) -> None:
        """Lines of our own making, colours and all, for a terminal."""
        for line in lines:
            sys.stdout.write(f"{line}\n")

    def detail(self, text: str) -> None:
        """A line for `-v`."""
        if self.verbose:
            self.say(text)

    def record(self, /, **fields: object) -> None:
        """One JSON object on a line of its own, for `--json`; flushed, so that a reader sees it when it happens."""
        sys.stdout.write(as_json(fields) + "\n")
        sys.stdout.flush()

    def note(self, text: str) -> None:
        """A line on stderr, for whoever watches; not with `-q`."""
        if not self.quiet:
            self.warn(text)

    def warn(self, text: str) -> None:
        """A line on stderr that even `-q` lets through."""
        sys.stdout.flush()
        sys.stderr.write(f"filexfer: {shown(text)}\n")
        sys.stderr.flush()

    def failure(self, error: BaseException, subject: str = "") -> exits.Exit:
        """Say what went wrong (with `subject`, to what) and return the exit code for it."""
        code = exits.of_error(error)
        text = f"{subject}: {sentence(error)}" if subject else sentence(error)
        if self.json:
            self.record(error=text, kind=type(error).__name__, exit=int(code))
        self.warn(text)
        cause = error.__cause__ if self.verbose else None
        while cause is not None:
            self.warn(f"  from {type(cause).__name__}: {cause}")
            cause = cause.__cause__
        return code

    def flush(self) -> None:
        sys.stdout.flush()

    def abandon(self) -> None:
        """Nobody reads stdout any more: let what is still buffered go nowhere, so that the end of the process is silent."""
        with open(os.devnull, "wb") as nowhere:
            os.dup2(nowhere.fileno(), sys.stdout.fileno())


def sentence(error: BaseException) -> str:
    """An error as a sentence for a person."""
    if isinstance(error, KeyboardInterrupt):
        return "Interrupted."
    if isinstance(error, OSError) and error.strerror:
        return f"{os.fsdecode(error.filename)}: {error.strerror}." if error.filename else f"{error.strerror}."
    if isinstance(error, FilexferError):
        return str(error)
    return f"{type(error).__name__}: {error}"


def as_json(value: object, indent: int | None = None) -> str:
    """`value` as JSON text that is safe on a terminal; stray bytes of names are lone surrogates, as Python reads them."""
    import json

    text = json.dumps(value, ensure_ascii=False, indent=indent)
    # Layout of an indented text aside, whatever is left that does not print stands inside a string, where JSON escapes fit.
    return "".join(c if c.isprintable() or c == "\n" else _escaped(c) for c in text)


def _escaped(character: str) -> str:
    code = ord(character)
    if code < 0x10000:
        return f"\\u{code:04x}"
    code -= 0x10000
    return f"\\u{0xD800 + (code >> 10):04x}\\u{0xDC00 + (code & 0x3FF):04x}"


def size(count: float) -> str:
    """Bytes for people, by thousands as the app and file managers have it: `0 B`, `1.5 kB`, `102 MB`."""
    value = float(count)
    for unit in ("B", "kB", "MB", "GB", "TB"):
        if value < 999.5:
            return f"{value:.0f} {unit}" if unit == "B" or value >= 99.95 else f"{value:.1f} {unit}"
        value /= 1000
    return f"{value:.1f} PB"


def rate(bytes_per_second: float) -> str:
    """Bytes a second for people: `117 MB/s`."""
    return f"{size(bytes_per_second)}/s"


def number(count: int) -> str:
    return f"{count:,}"


def files(count: int) -> str:
    return f"{number(count)} file" if count == 1 else f"{number(count)} files"


def span(seconds: float) -> str:
    """A time for people: `0.42 s`, `8 s`, `3 min 20 s`, `2 h 05 min`."""
    if seconds < 10 and seconds != int(seconds):
        return f"{seconds:.2f} s" if seconds < 1 else f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    return f"{minutes} min {rest:02} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02} min"


def moment(mtime_ns: int) -> str:
    """A time of the wire as local date and minute."""
    try:
        return datetime.fromtimestamp(mtime_ns / 1e9).strftime("%Y-%m-%d %H:%M")
    except (OverflowError, ValueError, OSError):
        return "????-??-?? ??:??"


def iso(mtime_ns: int) -> str:
    """A time of the wire in ISO 8601, UTC, to the microsecond; empty where a calendar has no such day."""
    try:
        return (
            datetime.fromtimestamp(mtime_ns // 1_000_000_000, UTC).replace(microsecond=mtime_ns // 1000 % 1_000_000).isoformat()
        )
    except (OverflowError, ValueError, OSError):
        return ""
