"""docs/bounds.md names every setting with its true default."""

from __future__ import annotations

import re
from dataclasses import fields

from filexfer.server import Settings
from tests.bounds.stage import TOP

_ROW = re.compile(r"^\| `(\w+)` \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
_MEMORY = ("call_memory", "image_memory", "block_size")


def shown(name: str, value: object) -> str:
    """A default as people read it."""
    if name == "socket_mode":
        return f"0{value:o}"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return "none" if not value else ", ".join(value)
    if isinstance(value, float):
        return f"{value * 1000:g} ms" if value < 0.1 else f"{value / 3600:g} h" if value >= 3600 else f"{value:g} s"
    assert isinstance(value, int)
    if name.endswith("_bytes") or name in _MEMORY:
        return f"{value >> 20} MiB" if value >= 1 << 20 else f"{value >> 10} KiB"
    return f"{value} bytes each second" if name == "body_rate" else f"{value:,}"


def test_the_page_of_bounds_names_every_setting_with_its_default() -> None:
    rows = _ROW.findall((TOP / "docs" / "bounds.md").read_text(encoding="utf-8"))
    told = {name: default for name, default, _ in rows}
    assert len(told) == len(rows), "a setting stands there twice"
    assert told == {one.name: shown(one.name, one.default) for one in fields(Settings)}
