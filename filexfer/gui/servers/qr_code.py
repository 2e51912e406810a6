"""Paints a QR code (ISO/IEC 18004): dark on light in either scheme, with its quiet zone, whole pixels to a module."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

#: Modules of light around the code, which readers need (ISO/IEC 18004, 6.3.8).
QUIET = 4
_DARK, _LIGHT = 0xFF000000, 0xFFFFFFFF


class QrCode(QWidget):
    """A square of `edge` pixels. Give it an accessible name that does not tell what it says."""

    def __init__(self, edge: int, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._edge = edge
        self._picture = QImage()
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setFixedSize(edge, edge)

    def show_modules(self, modules: Sequence[bytes]) -> None:
        """Show this code, given row by row, 1 for dark; none: an empty square."""
        self._picture = QImage(len(modules), len(modules), QImage.Format.Format_RGB32)
        self._picture.fill(_LIGHT)
        for y, row in enumerate(modules):
            for x, dark in enumerate(row):
                if dark:
                    self._picture.setPixel(x, y, _DARK)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(self._edge, self._edge)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(Qt.GlobalColor.white)
        painter.drawRoundedRect(self.rect(), 8, 8)
        if not self._picture.isNull():
            # Whole pixels of the screen to a module, else its edges blur.
            ratio = self.devicePixelRatioF()
            module = int(self._edge * ratio) // (self._picture.width() + 2 * QUIET) / ratio
            wide = module * self._picture.width()
            corner = round((self._edge - wide) / 2 * ratio) / ratio
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
            painter.drawImage(QRectF(corner, corner, wide, wide), self._picture)
        painter.end()
