"""What values of `filexfer.toml` may be: each kind takes what TOML holds, refuses in words, and writes a value as TOML again."""

from __future__ import annotations

import json
import os
import re
import unicodedata
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Protocol

from filexfer.core.errors import FilexferError

_UNITS = {"B": 1, "KIB": 1 << 10, "MIB": 1 << 20, "GIB": 1 << 30, "KB": 10**3, "MB": 10**6, "GB": 10**9}
_SIZE = re.compile(r"(\d{1,20}(?:\.\d{1,20})?) ?([KMG]i?B|B)", re.IGNORECASE | re.ASCII)


class WrongValue(ValueError):
    """A value that a setting cannot have. The text goes on from “name = value: ” and says what to write."""


class Kind(Protocol):
    """One kind of values."""

    @property
    def says(self) -> str:
        """What may be written, for the sample and the page."""
        ...

    def read(self, value: object) -> object:
        """The value that `value`, as `tomllib` has it, means. Raises `WrongValue`."""
        ...

    def written(self, value: object) -> str:
        """A value of this kind as TOML."""
        ...


@dataclass(frozen=True)
class Flag:
    says: str = "true or false"

    def read(self, value: object) -> bool:
        if not isinstance(value, bool):
            raise WrongValue("write true or false, without quotation marks.")
        return value

    def written(self, value: object) -> str:
        return "true" if value else "false"


@dataclass(frozen=True)
class Text:
    """`most`: characters."""

    says: str
    most: int = 200

    def read(self, value: object) -> str:
        if not isinstance(value, str):
            raise WrongValue('write a text in quotation marks, like "…".')
        if len(value) > self.most:
            raise WrongValue(f"it has {len(value)} characters; write at most {self.most}.")
        if any(unicodedata.category(one) == "Cc" for one in value):
            raise WrongValue("it holds a control character, such as the end of a line; leave that out.")
        return value

    def written(self, value: object) -> str:
        return quoted(str(value))


@dataclass(frozen=True)
class HostName:
    """A name of a computer, as the `Host` of a request bears it, without its port."""

    says: str = "names of computers"

    def read(self, value: object) -> str:
        if not isinstance(value, str) or not re.fullmatch(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,252}", value):
            raise WrongValue(
                'write the name alone, like "files.example.org", without https:// and port; one with other letters as "xn--…".'
            )
        return value

    def written(self, value: object) -> str:
        return quoted(str(value))


@dataclass(frozen=True)
class Choice:
    of: tuple[str, ...]

    @property
    def says(self) -> str:
        return _either([quoted(one) for one in self.of])

    def read(self, value: object) -> str:
        if isinstance(value, str) and value in self.of:
            return value
        near = get_close_matches(value.lower(), self.of, n=1) if isinstance(value, str) else []
        raise WrongValue(f"write {self.says}." + (f" Did you mean {quoted(near[0])}?" if near else ""))

    def written(self, value: object) -> str:
        return quoted(str(value))


@dataclass(frozen=True)
class Place:
    """A path of this computer: whole, or from the home folder on (`~/…`)."""

    says: str = "a whole path"

    def read(self, value: object) -> Path:
        if not isinstance(value, str) or not value:
            raise WrongValue('write a path in quotation marks, like "/srv/files".')
        if "\0" in value:
            raise WrongValue("it holds a NUL character; leave that out.")
        path = os.path.expanduser(value)
        if not os.path.isabs(path):
            raise WrongValue("write the whole path, from the root (or from “~/”) on: a service has no folder that it stands in.")
        return Path(os.path.normpath(path))

    def written(self, value: object) -> str:
        return quoted(str(value))


@dataclass(frozen=True)
class Number:
    """From `least` to `most`; `whole` for integers. `unit` is a word for people."""

    least: float
    most: float
    unit: str = ""
    whole: bool = True

    @property
    def says(self) -> str:
        unit = f" {self.unit}" if self.unit else ""
        return f"{_spoken(self.least)} to {_spoken(self.most)}{unit}"

    def read(self, value: object) -> int | float:
        kinds = (int,) if self.whole else (int, float)
        if not isinstance(value, kinds) or isinstance(value, bool):
            raise WrongValue(f"write a {'whole ' if self.whole else ''}number, {self.says}, without quotation marks.")
        if not self.least <= value <= self.most:
            raise WrongValue(f"write a number from {self.says}.")
        return value if self.whole else float(value)

    def written(self, value: object) -> str:
        return _figure(value) if isinstance(value, int | float) else str(value)


@dataclass(frozen=True)
class Size:
    """Bytes from `least` to `most`: a number of them, or a text with a unit."""

    least: int
    most: int

    @property
    def says(self) -> str:
        return f'{_of_bytes(self.least)} to {_of_bytes(self.most)}: bytes, or a text like "16 MiB"'

    def read(self, value: object) -> int:
        count = value if isinstance(value, int) and not isinstance(value, bool) else _bytes_of(value)
        if count is None:
            raise WrongValue('write a number of bytes, or a text like "16 MiB" (units: B, KiB, MiB, GiB, kB, MB, GB).')
        if not self.least <= count <= self.most:
            raise WrongValue(f"write something from {_of_bytes(self.least)} to {_of_bytes(self.most)}.")
        return count

    def written(self, value: object) -> str:
        text = _of_bytes(int(str(value)))
        return text.removesuffix(" B") if text.endswith(" B") else quoted(text)


@dataclass(frozen=True)
class Mode:
    """The mode of a file, in octal digits as `chmod` takes them."""

    says: str = 'octal digits in quotation marks, like "0660"'

    def read(self, value: object) -> int:
        if not isinstance(value, str) or not re.fullmatch(r"0?[0-7]{3}", value):
            raise WrongValue(f"write {self.says}.")
        return int(value, 8)

    def written(self, value: object) -> str:
        return quoted(f"{int(str(value)):04o}")


@dataclass(frozen=True)
class Several:
    """A list; each of its members is `each`."""

    each: Kind
    least: int = 0

    @property
    def says(self) -> str:
        return f"a list of {self.each.says}"

    def read(self, value: object) -> tuple[object, ...]:
        if not isinstance(value, list):
            raise WrongValue('write a list in brackets, like ["…"].')
        if len(value) < self.least:
            raise WrongValue("the list is empty: write at least one, or leave the setting out.")
        members, faults = [], []
        for number, one in enumerate(value, 1):
            try:
                members.append(self.each.read(one))
            except WrongValue as wrong:
                faults.append(f"number {number} of the list: {wrong}")
        if faults:
            raise WrongValue(" And ".join(faults))
        return tuple(members)

    def written(self, value: object) -> str:
        assert isinstance(value, tuple | list)
        return "[" + ", ".join(self.each.written(one) for one in value) + "]"


@dataclass(frozen=True)
class ListenAddress:
    """Where a server can listen, as `--listen` takes it."""

    says: str = field(default="addresses: https://HOST:PORT, http://localhost:PORT or unix:/SOCKET")

    def read(self, value: object) -> str:
        from filexfer.server.listener import check_form

        if not isinstance(value, str):
            raise WrongValue('write each address in quotation marks, like "https://*:8765".')
        try:
            check_form(value)
        except FilexferError as error:
            raise WrongValue(str(error)) from None
        return value

    def written(self, value: object) -> str:
        return quoted(str(value))


def quoted(text: str) -> str:
    """A text as a basic string of TOML, which takes JSON's escapes (but for halves of pairs, which no setting of ours has), and
    wants DEL escaped too."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _either(words: list[str]) -> str:
    return f"{', '.join(words[:-1])} or {words[-1]}"


def _figure(value: float) -> str:
    return f"{value:g}" if isinstance(value, float) and abs(value) < 1e15 else str(value)


def _spoken(value: float) -> str:
    return f"{value:,}" if isinstance(value, int) else _figure(value)


def _of_bytes(count: int) -> str:
    for unit, size in (("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)):
        if count and count % size == 0:
            return f"{count // size} {unit}"
    return f"{count} B"


def _bytes_of(value: object) -> int | None:
    found = _SIZE.fullmatch(value) if isinstance(value, str) else None
    return None if found is None else round(float(found[1]) * _UNITS[found[2].upper()])
