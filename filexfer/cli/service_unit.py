"""What the unit that packages install for systemd asks for, before systemd has done it."""

from __future__ import annotations

import os
import re
from pathlib import Path

#: Where packages put the unit, and where systemd makes what it asks for as its `StateDirectory` (systemd.exec(5)).
_UNIT, _STATES = Path("/usr/lib/systemd/system/filexfer.service"), Path("/var/lib")


def makes_later(place: Path | None) -> bool:
    """Whether this folder is not there yet, and systemd makes it when it starts the installed service."""
    if place is None or os.path.lexists(place):
        return False
    try:
        unit = _UNIT.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return False
    names = [name for line in re.findall(r"^StateDirectory=(.*)$", unit, re.MULTILINE) for name in line.split()]
    return place in [_STATES / name for name in names]
