"""Paints a cell of the grid whole: the thumbnail, or the icon of what it is, and the name below it; edits the name in place."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPalette, QPen, QPixmap
from PySide6.QtWidgets import QStyleOptionViewItem, QWidget

from filexfer.core import paths
from filexfer.core.model import Entry, Kind
from filexfer.gui.files.file_delegate import FileDelegate, icon_of
from filexfer.gui.kit.icons import Icons
from filexfer.gui.kit.reading import isolated
from filexfer.gui.kit.theme import GAP, colours

#: Sizes in logical pixels: of a cell, at least; of a thumbnail, at most; of the icon that stands for one.
CELL_WIDTH, CELL_HEIGHT, PICTURE, ICON = 144, 172, 128, 48
_RADIUS = 6
_MIDDLE = int(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter)
#: Names kept as they were broken into lines.
MOST_NAMES = 3000


@dataclass(frozen=True, slots=True)
class CellLook:
    """How a cell is to be painted."""

    rect: QRect
    selected: bool
    hovered: bool
    current: bool
    edited: bool


class GridDelegate(FileDelegate):
    """`begin` once a repaint, then `paint_cell` for each cell."""

    def __init__(self, icons: Icons, parent: QWidget) -> None:
        super().__init__(icons, parent)
        self._names: dict[tuple[str, int], list[str]] = {}

    def paint_cell(self, painter: QPainter, entry: Entry | None, picture: QPixmap | None, look: CellLook) -> None:
        palette = self._view.palette()
        scheme = colours(palette)
        box = QRectF(look.rect.adjusted(2, 0, -2, -4))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        lit = look.selected and self._view.hasFocus()
        if look.selected or look.hovered:
            chosen = palette.color(QPalette.ColorRole.Highlight) if lit else QColor(scheme.tint)
            ground = chosen if look.selected else QColor(scheme.hover)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(ground)
            painter.drawRoundedRect(box, _RADIUS, _RADIUS)
        text = QColor("#ffffff") if lit else QColor(scheme.text)
        faint = QColor("#ffffff") if lit else QColor(scheme.secondary)
        tone = faint if lit else QColor(scheme.accent)
        self._paint_picture(painter, entry, picture, look, (faint, tone, QColor(scheme.tint)))
        if entry is not None and not look.edited:
            self._paint_name(painter, entry, look.rect, text)
        if look.current and not look.selected:
            painter.setPen(QPen(QColor(scheme.accent), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), _RADIUS, _RADIUS)

    def _paint_picture(
        self,
        painter: QPainter,
        entry: Entry | None,
        picture: QPixmap | None,
        look: CellLook,
        tones: tuple[QColor, QColor, QColor],
    ) -> None:
        faint, accent, bone = tones
        area = self.picture_rect(look.rect)
        if entry is None:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(bone)
            painter.drawRoundedRect(QRectF(area.adjusted(32, 32, -32, -32)), _RADIUS, _RADIUS)
        elif picture is None:
            middle = QRect(0, 0, ICON, ICON)
            middle.moveCenter(area.center())
            self._icons.paint(painter, middle, icon_of(entry), accent if entry.kind is Kind.FOLDER else faint)
        else:
            device = painter.device()
            ratio = device.devicePixelRatio() if device is not None else 1.0
            wide, high = picture.width() / ratio, picture.height() / ratio
            corner = QPointF(area.x() + round((PICTURE - wide) / 2), area.y() + round((PICTURE - high) / 2))
            painter.drawPixmap(QRectF(corner.x(), corner.y(), wide, high), picture, QRectF(picture.rect()))

    def _paint_name(self, painter: QPainter, entry: Entry, cell: QRect, pen: QColor) -> None:
        painter.setFont(self._font)
        painter.setPen(pen)
        room = self.caption_rect(cell)
        high = self._metrics.height()
        for number, line in enumerate(self._lines(entry.name, room.width())):
            painter.drawText(QRect(room.left(), room.top() + number * high, room.width(), high), _MIDDLE, isolated(line))

    def _lines(self, name: str, width: int) -> list[str]:
        """`name` in at most two lines, the second one elided in the middle."""
        found = self._names.get((name, width))
        if found is None:
            if len(self._names) > MOST_NAMES:
                self._names.clear()
            found = self._names[name, width] = _two_lines(paths.shown(name), width, self._metrics)
        return found

    def begin(self) -> None:
        before = self._metrics
        super().begin()
        if self._metrics is not before:
            self._names.clear()

    @staticmethod
    def picture_rect(cell: QRect) -> QRect:
        return QRect(cell.left() + (cell.width() - PICTURE) // 2, cell.top() + 4, PICTURE, PICTURE)

    @staticmethod
    def caption_rect(cell: QRect) -> QRect:
        """Where the name stands."""
        top = cell.top() + 4 + PICTURE + 2
        return QRect(cell.left() + GAP, top, cell.width() - 2 * GAP, cell.bottom() - 4 - top)

    # Editing a name in place.

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(CELL_WIDTH, CELL_HEIGHT)

    def updateEditorGeometry(
        self, editor: QWidget, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        cell: QRect = option.rect
        room = self.caption_rect(cell)
        editor.setGeometry(QRect(room.left() - 4, room.top(), room.width() + 8, self._metrics.height() + 6))


def _two_lines(name: str, width: int, metrics: QFontMetrics) -> list[str]:
    if metrics.horizontalAdvance(name) <= width:
        return [name]
    low, high = 1, len(name)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if metrics.horizontalAdvance(name[:middle]) <= width else (low, middle - 1)
    # Broken behind a space or a sign where there is one near.
    cut = next((at for at in range(low, max(1, low // 2), -1) if name[at - 1] in " -_.,+&()"), low)
    return [name[:cut].strip(), metrics.elidedText(name[cut:].strip(), Qt.TextElideMode.ElideMiddle, width)]
