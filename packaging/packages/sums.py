"""Writes `SHA256SUMS` beside the packages, as `sha256sum --check` reads it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path


def write(packages: Iterable[Path], folder: Path) -> Path:
    """The sums of `packages`, by their names in order, in `folder`."""
    lines = []
    for path in sorted(packages, key=lambda path: path.name):
        with path.open("rb") as file:
            lines.append(f"{hashlib.file_digest(file, 'sha256').hexdigest()}  {path.name}\n")
    sums = folder / "SHA256SUMS"
    sums.write_text("".join(lines), "utf-8")
    return sums
