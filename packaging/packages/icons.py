"""Draws the app's icon in the sizes that desktops look for, and tells where they look (hicolor, the Icon Theme Specification)."""

from __future__ import annotations

from bundle.icons import png

from packages.archive import Entry
from packages.release import TOP

SOURCE = TOP / "resources" / "icons" / "filexfer.svg"
SIZES = (16, 22, 24, 32, 48, 64, 96, 128, 256, 512)


def tree() -> dict[str, Entry]:
    """All of them below `/usr/share`."""
    found = {f"icons/hicolor/{size}x{size}/apps/filexfer.png": Entry(png(SOURCE, size)) for size in SIZES}
    return found | {"icons/hicolor/scalable/apps/filexfer.svg": Entry(SOURCE.read_bytes())}
