"""The sample of `filexfer.toml`: every setting with what it is for, what may be written, and its default."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping

from filexfer.cli.configuration.reading import Key, in_order
from filexfer.cli.configuration.table import SECTIONS, Setting, settings

_WIDTH = 100

_HEAD = """\
filexfer.toml: the settings of “filexfer serve --config FILE”. Every setting is here; a “#” stands before those that have their
default. To change one take the “#” away and write another value. Then “filexfer config check FILE” tells what is wrong, all at
once, and “filexfer config show FILE” what holds. The server reads this file when it starts: restart it after a change. What the
command line says wins over what stands here."""


def sample(active: Mapping[Key, object]) -> str:
    """The text of the file; of the settings all but those `active`, with these values, are commented out."""
    lines = [*_comment(_HEAD)]
    for section, rows in in_order(settings()):
        lines += ["", "", *_comment(SECTIONS[section]), f"[{section}]"]
        for row in rows:
            lines += ["", *_setting(row, active)]
    return "\n".join(lines) + "\n"


def _setting(row: Setting, active: Mapping[Key, object]) -> Iterator[str]:
    yield from _comment(row.says)
    yield from _comment(f"Write {row.kind.says}." + (f" Unless given: {row.otherwise}." if row.otherwise else ""))
    key = row.section, row.name
    if key in active:
        yield f"{row.name} = {row.kind.written(active[key])}"
    else:
        yield f"# {row.name} = {row.kind.written(row.default if row.example is None else row.example)}"


def _comment(text: str) -> Iterator[str]:
    for line in textwrap.wrap(" ".join(text.split()), _WIDTH - 2, break_long_words=False, break_on_hyphens=False):
        yield f"# {line}"
