"""Reads what an installed package of Python was compiled together with, such as crates of Rust: from the list of parts that its
wheel brought along (`dist-info/sboms`, PEP 770), in the format CycloneDX (https://cyclonedx.org/docs/1.6/json/)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib.metadata import Distribution
from pathlib import Path
from typing import Any


def told(one: Distribution) -> str:
    """A line for each such part: name, version, authors, licence; "" where the wheel lists none."""
    found = {_line(part) for sbom in _lists(one) for part in sbom.get("components", ()) if _is_inside(part, one)}
    if not found:
        return ""
    return "\n".join(
        [
            f"{one.name} is compiled together with these, by the list that it brings along (licences by their SPDX names):",
            *sorted(found),
        ]
    )


def _lists(one: Distribution) -> Iterator[dict[str, Any]]:
    for path in one.files or ():
        if path.suffix == ".json" and path.parent.name == "sboms":
            yield json.loads(Path(str(one.locate_file(path))).read_text("utf-8"))


def _is_inside(part: dict[str, Any], one: Distribution) -> bool:
    """Whether it is somebody else's, and not only a tool that built."""
    return part.get("scope") != "excluded" and str(part["name"]).lower() != one.name.lower()


def _line(part: dict[str, Any]) -> str:
    title = " ".join(str(part[name]) for name in ("name", "version") if part.get(name))
    author = f", by {part['author']}" if part.get("author") else ""
    return f"  {title}{author}: {_licence(part)}"


def _licence(part: dict[str, Any]) -> str:
    """As one expression. No wheel brings the texts along."""
    rows = part.get("licenses") or ()
    names = [row.get("expression") or row["license"].get("id") or row["license"].get("name", "") for row in rows]
    return " and ".join(name for name in names if name) or "its licence is not told there"
