"""The outline over what a drop would go into, naming the destination. Rules: sees no mouse, holds no state but what it shows."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from filexfer.gui.kit.reading import isolated
from filexfer.gui.kit.theme import GAP, MARGIN, colours

#: Height of the words, and how far above the foot of the parent they end, in pixels: clear of the line of words at the foot.
HEIGHT, RAISED = 32, 42


class DropOutline(QWidget):
    """Covers its parent while something is dragged over it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._over = parent
        self._target = QRect()
        self._words = ""
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    @property
    def words(self) -> str:
        """What it says; "" while hidden."""
        return self._words if self.isVisible() else ""

    def point_at(self, target: QRect, words: str) -> None:
        """Outline `target` (in the parent's coordinates; an empty one is none) and say `words`."""
        if self.isVisible() and (target, words) == (self._target, self._words):
            return
        self._target, self._words = target, words
        self.resize(self._over.size())
        self.show()
        self.raise_()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        scheme = colours(self.palette())
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        fill = QColor(scheme.accent)
        fill.setAlphaF(0.08)
        painter.setPen(QPen(QColor(scheme.accent), 2))
        painter.setBrush(fill)
        radius = 8.0 if self._target.height() > 60 else 6.0
        if not self._target.isEmpty():
            painter.drawRoundedRect(QRectF(self._target).adjusted(3, 1, -3, -1), radius, radius)
        if self._words:
            self._paint_words(painter, QColor(scheme.highlight))
        painter.end()

    def _paint_words(self, painter: QPainter, colour: QColor) -> None:
        metrics = self.fontMetrics()
        room = self.width() - 2 * (MARGIN + 2 * GAP)
        words = metrics.elidedText(self._words, Qt.TextElideMode.ElideMiddle, room)
        width = metrics.horizontalAdvance(words) + 2 * MARGIN + 4
        label = QRectF((self.width() - width) / 2, self.height() - HEIGHT - RAISED, width, HEIGHT)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawRoundedRect(label, 8, 8)
        painter.setPen(QColor("#ffffff"))
        painter.drawText(label, int(Qt.AlignmentFlag.AlignCenter), isolated(words))
