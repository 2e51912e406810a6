"""Small kept files: whatever bytes one holds, it is read or set aside, and what is written is read."""

from __future__ import annotations

import json
import logging
import tempfile
from pathlib import Path

from filexfer.core import kept

# Each broken file is told of; here that would be a line for each of a million.
logging.getLogger("filexfer.core").addHandler(logging.NullHandler())
logging.getLogger("filexfer.core").propagate = False


def check(data: bytes) -> None:
    """`data` is what a file holds."""
    with tempfile.TemporaryDirectory(dir=_memory()) as folder:
        file = Path(folder, "kept.json")
        file.write_bytes(data)
        values = kept.read(file)
        assert isinstance(values, dict)
        aside = file.with_name("kept.json.broken")
        assert aside.exists() != file.exists(), "neither taken nor set aside, or both"
        assert (aside if aside.exists() else file).read_bytes() == data
        kept.write(file, values)
        assert json.dumps(kept.read(file)) == json.dumps(values, sort_keys=True)
        assert file.stat().st_mode & 0o777 == 0o600
        assert {path.name for path in Path(folder).iterdir()} <= {"kept.json", "kept.json.broken"}


def _memory() -> str | None:
    return "/dev/shm" if Path("/dev/shm").is_dir() else None
