"""Desktop entries (desktop-entry-spec of freedesktop.org): where a person's lie, how a command is written and read."""

from __future__ import annotations

import os
import re
from pathlib import Path


def data_home() -> Path:
    """The person's own data (basedir-spec)."""
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")


def config_home() -> Path:
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")


def exec_line(words: list[str]) -> str:
    """A command as the key `Exec` of a desktop entry has it (desktop-entry-spec, The Exec key): quoted, `%` doubled, and then
    escaped once more as every string there."""
    quoted = []
    for word in words:
        # What need not be quoted is not: xdg-open alone, on a desktop that has nothing better, does not read quotes.
        if not re.search(r"[^\w@%+=:,./-]", word):
            quoted.append(word.replace("%", "%%"))
            continue
        inner = "".join(f"\\{letter}" if letter in '"`$\\' else letter for letter in word)
        quoted.append(f'"{inner}"'.replace("%", "%%"))
    return " ".join(quoted).replace("\\", "\\\\")


def program_of(file: Path) -> str:
    """The program that an entry starts; empty where there is no such entry."""
    try:
        found = re.search(r"^Exec=(.*)$", file.read_text("utf-8"), re.MULTILINE)
    except (OSError, UnicodeDecodeError):
        return ""
    if found is None:
        return ""
    text = re.sub(r"\\(.)", lambda one: {"s": " ", "n": "\n", "t": "\t", "r": "\r"}.get(one[1], one[1]), found[1])
    word = re.match(r'"((?:\\.|[^"\\])*)"|(\S*)', text)
    assert word is not None
    quoted = re.sub(r"\\(.)", r"\1", word[1]) if word[1] is not None else word[2]
    return quoted.replace("%%", "%")
