"""One line on a terminal's stderr that is redrawn in place, for what has no known end: streams and comparisons."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

from filexfer.core.paths import shown

#: Seconds between two drawings.
REDRAW = 0.2


class StatusLine:
    """Draws nothing unless `live`. Take it down with `clear` before anything else is printed."""

    def __init__(self, live: bool) -> None:
        self._live = live
        self._drawn = time.monotonic()
        self._standing = False

    def show(self, text: Callable[[], str]) -> None:
        """Draw what `text()` says, if the line is due."""
        if not self._live or (now := time.monotonic()) - self._drawn < REDRAW:
            return
        self._drawn, self._standing = now, True
        sys.stderr.write(f"\r\x1b[K{shown(text())}")
        sys.stderr.flush()

    def clear(self) -> None:
        if self._standing:
            self._standing = False
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
