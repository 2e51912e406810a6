"""A switch: on or off, drawn as one. Behaves as a check box for keys and screen readers."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QCheckBox, QWidget

from filexfer.gui.kit.theme import colours

WIDTH, HEIGHT = 40, 22


class Switch(QCheckBox):
    """Its words stand beside it, in a label; give it an accessible name."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFixedSize(WIDTH, HEIGHT)

    def sizeHint(self) -> QSize:
        return QSize(WIDTH, HEIGHT)

    def hitButton(self, pos: object) -> bool:
        return True

    def paintEvent(self, event: QPaintEvent) -> None:
        scheme = colours(self.palette())
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        body = QRectF(2, 2, WIDTH - 4, HEIGHT - 4)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(scheme.done if self.isChecked() else scheme.secondary))
        painter.setOpacity(1.0 if self.isEnabled() else 0.4)
        painter.drawRoundedRect(body, body.height() / 2, body.height() / 2)
        painter.setBrush(QColor("#ffffff"))
        edge = body.height() - 4
        right = self.isChecked() != (self.layoutDirection() == Qt.LayoutDirection.RightToLeft)
        painter.drawEllipse(QRectF(body.right() - 2 - edge if right else body.left() + 2, body.top() + 2, edge, edge))
        if self.hasFocus():
            painter.setPen(QPen(QColor(scheme.accent), 1.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(0.75, 0.75, WIDTH - 1.5, HEIGHT - 1.5), HEIGHT / 2, HEIGHT / 2)
        painter.end()
