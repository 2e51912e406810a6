"""Reads `filexfer.toml`: strictly, and to its end, so that all that is wrong with it is told at once."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from filexfer.cli.configuration.kinds import WrongValue, quoted
from filexfer.cli.configuration.lines import Lines
from filexfer.cli.configuration.table import SECTIONS, Setting, settings
from filexfer.core.paths import shown

#: Longest file, in bytes: the whole sample has a tenth of it.
_MOST = 1 << 20
#: Most characters of a wrong value that are repeated.
_REPEATED = 60
#: Most bits of a number that is repeated: Python refuses to write those of thousands of digits, and TOML has them.
_WRITTEN = 64
_PLACE = re.compile(r"\s*\(at line (\d+), column (\d+)\)$")

#: Section and name of a setting.
Key = tuple[str, str]


@dataclass(frozen=True)
class Fault:
    """What is wrong, and what to do: a sentence. `file` and `line` (0: not known) say where."""

    text: str
    file: Path | None = None
    line: int = 0

    def __str__(self) -> str:
        if self.file is None:
            return self.text
        return f"{shown(str(self.file))}{f', line {self.line}' if self.line else ''}: {self.text}"


@dataclass(frozen=True)
class Given:
    """A value that somebody gave. `line` of the file, 0 for one from the command line (or where it is not known)."""

    value: object
    line: int = 0


@dataclass(frozen=True)
class ConfigFile:
    """What stands in a file: the values that can be had, and what is wrong with the others. `wrong`: the settings whose values
    cannot; None where the file could not be read at all."""

    path: Path
    values: Mapping[Key, Given]
    faults: tuple[Fault, ...] = ()
    wrong: frozenset[Key] | None = None

    def refused(self, section: str, name: str) -> bool:
        """Whether `faults` tell why there is no value of this setting."""
        return self.wrong is None or (section, name) in self.wrong


def read(path: Path) -> ConfigFile:
    """Read the file at `path`; what is wrong with it is in the answer's `faults`."""
    try:
        with path.open("rb") as file:
            content = file.read(_MOST + 1)
    except FileNotFoundError:
        return _refused(path, "there is no such file. Make one with “filexfer config sample”, or name another one.")
    except OSError as error:
        return _refused(path, f"it cannot be read: {error.strerror or error}. Change its rights, or name another file.")
    if len(content) > _MOST:
        return _refused(path, "it has more than 1 MiB, which no configuration needs. Name another file.")
    try:
        text = content.decode("utf-8-sig")
        found = tomllib.loads(text)
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        return _refused(path, "this is not UTF-8 text. Save it as UTF-8.", line)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        return _not_toml(path, str(error))
    except ValueError:
        # Python turns no text of more than 4,300 digits into a number.
        return _refused(path, "it holds a number with thousands of digits, which no setting takes. Write a smaller one.")
    return _Reader(path, Lines(text)).file(found)


def _refused(path: Path, text: str, line: int = 0) -> ConfigFile:
    return ConfigFile(path, {}, (Fault(text, path, line),))


def _not_toml(path: Path, why: str) -> ConfigFile:
    found = _PLACE.search(why)
    line, column = (int(found[1]), int(found[2])) if found else (0, 0)
    at = f" at column {column}" if found else ""
    reason = _PLACE.sub("", why).rstrip(".")
    return _refused(path, f"this is not TOML{at}: {reason}. “filexfer config sample” shows how settings are written.", line)


class _Reader:
    """Looks at each value of one file."""

    def __init__(self, path: Path, lines: Lines) -> None:
        self._path = path
        self._lines = lines
        self._known = {(row.section, row.name): row for row in settings()}
        self._values: dict[Key, Given] = {}
        self._faults: list[Fault] = []
        self._wrong: set[Key] = set()

    def file(self, found: Mapping[str, object]) -> ConfigFile:
        for section, content in found.items():
            if section not in SECTIONS:
                self._fault(self._no_section(section), self._lines.of(section) or self._lines.of("", section))
            elif not isinstance(content, dict):
                self._fault(f"“{section}” is a section: write [{section}] on a line of its own.", self._lines.of("", section))
            else:
                self._section(section, content)
        return ConfigFile(self._path, self._values, tuple(self._faults), frozenset(self._wrong))

    def _section(self, section: str, content: Mapping[str, object]) -> None:
        for name, value in content.items():
            line = self._lines.of(section, name)
            row = self._known.get((section, name))
            if row is None:
                self._fault(self._no_setting(section, name), line)
                continue
            try:
                self._values[section, name] = Given(row.kind.read(value), line)
            except WrongValue as wrong:
                self._wrong.add((section, name))
                self._fault(f"[{section}] {name}{_repeated(value)}: {wrong}", line)

    def _fault(self, text: str, line: int) -> None:
        self._faults.append(Fault(text, self._path, line))

    def _no_section(self, name: str) -> str:
        at_home = [section for section, known in self._known if known == name]
        if at_home:
            return f"“{name}” stands outside of its section. Write it below the line [{at_home[0]}]."
        return f"there is no section [{shown(name)}]. {_instead(name, SECTIONS) or _list_of(SECTIONS)}"

    def _no_setting(self, section: str, name: str) -> str:
        here = [known for place, known in self._known if place == section]
        near = _instead(name, here)
        elsewhere = [place for place, known in self._known if known == name]
        if elsewhere:
            near = f"It belongs to [{elsewhere[0]}]."
        return f"[{section}] has no setting “{shown(name)}”. {near or '“filexfer config sample” shows all that there are.'}"


def _instead(name: str, known: Collection[str]) -> str:
    near = get_close_matches(name.lower().replace("-", "_"), known, n=1)
    return f"Did you mean “{near[0]}”?" if near else ""


def _list_of(sections: Collection[str]) -> str:
    return f"There are {', '.join(f'[{one}]' for one in sections)}."


def _repeated(value: object) -> str:
    """A value that was refused, where it helps to see it: members of lists may be addresses with a password in them."""
    if not isinstance(value, str | int | float):
        return ""
    if isinstance(value, int) and value.bit_length() > _WRITTEN:
        return ""
    text = quoted(value) if isinstance(value, str) else str(value).lower()
    return f" = {shown(text if len(text) <= _REPEATED else f'{text[:_REPEATED]}…')}"


def in_order(rows: Collection[Setting]) -> Iterator[tuple[str, list[Setting]]]:
    """The rows of each section, in the order of the table."""
    for section in SECTIONS:
        yield section, [row for row in rows if row.section == section]
