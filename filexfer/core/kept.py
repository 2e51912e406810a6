"""Small things kept in a JSON file: written whole, beside, then renamed, so that a crash leaves the old or the new. A file that
cannot be read is set aside, never overwritten: somebody may still want what is in it. Locks are the callers' business."""

from __future__ import annotations

import itertools
import json
import os
from pathlib import Path

from filexfer.core.durable import sync, sync_folder
from filexfer.core.errors import StorageFailed


def read(file: Path) -> dict[str, object]:
    """The JSON object in `file`; empty where there is none."""
    try:
        content = file.read_bytes()
    except FileNotFoundError:
        return {}
    try:
        values = json.loads(content.decode("utf-8"))
    except (ValueError, RecursionError):
        values = None
    if isinstance(values, dict):
        return values
    import logging  # here, for commands that find nothing broken start 4 ms sooner without it

    aside = _free(file)
    file.replace(aside)
    logging.getLogger("filexfer.core").warning(
        "%s could not be read. It was renamed to %s, and a new one begun.", file, aside.name
    )
    return {}


def _free(file: Path) -> Path:
    """A name to set `file` aside by: what was set aside before stays."""
    names = itertools.chain((".broken",), (f".broken-{number}" for number in itertools.count(2)))
    return next(aside for name in names if not os.path.lexists(aside := file.with_name(file.name + name)))


def write(file: Path, values: dict[str, object]) -> None:
    """Put `values` in place of what `file` held, for this user's eyes only (0600); durable when it returns. Raises
    `StorageFailed`: then it holds what it held or, where only the last step failed, the new values, of which a power cut may
    make the old ones again."""
    replace(file, (json.dumps(values, indent=1, sort_keys=True, ensure_ascii=True) + "\n").encode("ascii"))


def replace(file: Path, content: bytes) -> None:
    """The same for any content."""
    beside = file.with_name(file.name + ".new")
    try:
        fd = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with open(fd, "wb") as out:
            out.write(content)
            out.flush()
            sync(out.fileno())
        beside.replace(file)
        sync_folder(file.parent)
    except OSError as error:
        raise StorageFailed(
            f"{file.name} could not be saved: {error.strerror or error}. Make room on the disk, then try again."
        ) from None
