"""In which line of a TOML file something stands, which `tomllib` does not tell. Only ever a hint for people: 0 where it cannot be
said."""

from __future__ import annotations

import re
import tomllib

_HEAD = re.compile(r"\s*\[\s*\"?([^\[\]\"]+?)\"?\s*\]\s*(?:#.*)?")
_KEY = re.compile(r"\s*(?:\"([^\"]+)\"|'([^']+)'|([A-Za-z0-9_-]+))\s*(?:=|\.)")


class Lines:
    """Of the file whose text this is, which `tomllib` takes."""

    def __init__(self, text: str) -> None:
        self._places: dict[tuple[str, str], int] = {}
        lines = text.replace("\r\n", "\n").split("\n")
        section, whole = "", 0
        for number, line in enumerate(lines):
            head, key = _HEAD.fullmatch(line), _KEY.match(line)
            if (head or key) and _ended(lines[whole:number]):
                whole = number
                section = head[1] if head else section
                name = key[1] or key[2] or key[3] if key else ""
                self._places.setdefault((section, name), number + 1)

    def of(self, section: str, name: str = "") -> int:
        """The line of a setting, or of a section's head."""
        return self._places.get((section, name), 0)


def _ended(before: list[str]) -> bool:
    """Whether the value that began in these lines has ended. Else what looks like a key is within it."""
    try:
        tomllib.loads("\n".join(before))
    except tomllib.TOMLDecodeError:
        return False
    return True
