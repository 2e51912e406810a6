"""Draws the app's icon in the sizes that desktops look for, and tells where they look (hicolor, the Icon Theme Specification)."""

from __future__ import annotations

from PySide6.QtCore import QBuffer, QIODevice
from PySide6.QtGui import QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

from packages.archive import Entry
from packages.release import TOP

SOURCE = TOP / "resources" / "icons" / "filexfer.svg"
SIZES = (16, 22, 24, 32, 48, 64, 96, 128, 256, 512)


def drawn(size: int) -> bytes:
    """A PNG of `size` × `size` pixels. Raises `ValueError` where Qt cannot read the drawing."""
    drawing = QSvgRenderer(str(SOURCE))
    if not drawing.isValid():
        raise ValueError(f"Qt cannot read {SOURCE}.")
    image = QImage(size, size, QImage.Format.Format_ARGB32)
    image.fill(0)
    painter = QPainter(image)
    drawing.render(painter)
    painter.end()
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]
    return bytes(buffer.data().data())


def tree() -> dict[str, Entry]:
    """All of them below `/usr/share`."""
    found = {f"icons/hicolor/{size}x{size}/apps/filexfer.png": Entry(drawn(size)) for size in SIZES}
    return found | {"icons/hicolor/scalable/apps/filexfer.svg": Entry(SOURCE.read_bytes())}
