"""A QR code on a terminal: two rows of it in a line of text. `segno` makes it, imported only when one is shown."""

from __future__ import annotations

import os
import sys

#: Free modules around a code: the standard (ISO/IEC 18004) wants four; phones are content with two, and lines are short.
_QUIET = 2
#: By upper and lower module, dark or not.
_BLOCKS = {(False, False): "█", (False, True): "▀", (True, False): "▄", (True, True): " "}
#: White on black, whatever the terminal's own colours are.
_COLOURS, _END = "\x1b[97;40m", "\x1b[0m"


def drawn(text: str) -> list[str]:
    """The lines of a code that says `text`; none where stdout is no terminal, too narrow for it, or cannot show it."""
    if not sys.stdout.isatty() or os.environ.get("TERM") == "dumb" or "utf" not in (sys.stdout.encoding or "").lower():
        return []
    import segno

    rows = [list(map(bool, row)) for row in segno.make(text, error="l", micro=False).matrix_iter(border=_QUIET)]
    if os.get_terminal_size(sys.stdout.fileno()).columns < len(rows[0]):
        return []
    rows += [[False] * len(rows[0])] * (len(rows) % 2)
    return [f"{_COLOURS}{_line(rows[at], rows[at + 1])}{_END}" for at in range(0, len(rows), 2)]


def _line(upper: list[bool], lower: list[bool]) -> str:
    return "".join(_BLOCKS[pair] for pair in zip(upper, lower, strict=True))
