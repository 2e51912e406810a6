"""The app's picture as programs for Windows (`.ico`) and macOS (`.icns`) carry it, rendered from the one drawing of it.

Qt renders, since it draws the same file in the window; Pillow writes what Qt cannot write."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

from PIL import Image
from PySide6.QtCore import QBuffer, QByteArray, QIODevice, Qt
from PySide6.QtGui import QImage, QImageWriter, QPainter
from PySide6.QtSvg import QSvgRenderer

#: Pixels: what Explorer and the task bar show at any scale; what an `.icns` holds, twice as many of each for sharp screens.
ICO_SIZES = (16, 20, 24, 32, 40, 48, 64, 128, 256)
ICNS_SIZES = (32, 64, 128, 256, 512, 1024)


def png(drawing: Path, size: int) -> bytes:
    """The SVG file as a square PNG of `size` pixels, its ground transparent. Raises `ValueError` where it is no drawing."""
    renderer = QSvgRenderer(str(drawing))
    if not renderer.isValid():
        raise ValueError(f"{drawing} is no drawing that Qt can read.")
    image = QImage(size, size, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    renderer.render(painter)
    painter.end()
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    QImageWriter(buffer, QByteArray(b"png")).write(image)
    return bytes(buffer.data().data())


def rendered(drawing: Path, size: int) -> Image.Image:
    """The same as a picture of Pillow."""
    return Image.open(io.BytesIO(png(drawing, size))).convert("RGBA")


def write_icon(drawing: Path, target: Path) -> Path:
    """Write `target`, an `.ico` or an `.icns` by its name, and return it."""
    sizes: Sequence[int] = ICNS_SIZES if target.suffix == ".icns" else ICO_SIZES
    pictures = [rendered(drawing, size) for size in sizes]
    target.parent.mkdir(parents=True, exist_ok=True)
    largest = pictures[-1]
    if target.suffix == ".icns":
        largest.save(target, append_images=pictures[:-1])
    else:
        largest.save(target, sizes=[(size, size) for size in sizes], append_images=pictures[:-1])
    return target
