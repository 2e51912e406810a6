"""Which descriptors a folder's code has left open. Only those of its own files count: other tests' servers come and go."""

from __future__ import annotations

import os
from pathlib import Path


def opened(below: Path) -> set[int]:
    """The descriptors of this process whose file or folder is, or was, `below` or in it."""
    with os.scandir("/proc/self/fd") as found:
        numbers = [int(entry.name) for entry in found]
    return {number for number in numbers if f"{_target(number)}/".startswith(f"{below}/")}


def _target(number: int) -> str:
    try:
        return os.readlink(f"/proc/self/fd/{number}")
    except FileNotFoundError:
        return ""  # That of the look itself.
