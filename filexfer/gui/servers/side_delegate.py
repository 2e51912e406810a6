"""Paints lists of computers: heads, hints, and computers with a dot, a name and a word or a button."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from filexfer.core import paths
from filexfer.gui.kit.reading import isolated
from filexfer.gui.kit.theme import GAP, MARGIN, SIDE_ROW, Colours, colours, heading, smaller
from filexfer.gui.servers.servers_model import ROW, SideRow

DOT = 8


class SideDelegate(QStyledItemDelegate):
    """The delegate of a `RowsModel`."""

    def __init__(self, view: QListView) -> None:
        super().__init__(view)
        self._view = view
        self._pair_text = self.tr("Pair")

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(120, SIDE_ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        row: SideRow = index.data(ROW)
        scheme = colours(self._view.palette())
        rect: QRect = option.rect
        state: QStyle.StateFlag = option.state
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if row.hint:
            self._paint_hint(painter, rect, row, scheme)
        elif row.address is None:
            self._paint_head(painter, rect, row, scheme, state)
        else:
            self._paint_computer(painter, rect, row, scheme, state)
        painter.restore()

    def _paint_hint(self, painter: QPainter, rect: QRect, row: SideRow, scheme: Colours) -> None:
        font = smaller(self._view.font())
        line = rect.adjusted(MARGIN, 0, -MARGIN, 0)
        painter.setFont(font)
        painter.setPen(QColor(scheme.secondary))
        text = QFontMetrics(font).elidedText(paths.shown(row.text), Qt.TextElideMode.ElideRight, line.width())
        painter.drawText(line, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeading), isolated(text))

    def _paint_head(self, painter: QPainter, rect: QRect, row: SideRow, scheme: Colours, state: QStyle.StateFlag) -> None:
        painter.setFont(heading(self._view.font()))
        painter.setPen(QColor(scheme.secondary))
        painter.drawText(rect.adjusted(MARGIN, 0, -MARGIN, -4), int(_FLAGS_BOTTOM), row.text)
        if row.opened is None:
            return
        direction = self._view.layoutDirection()
        high = QFontMetrics(heading(self._view.font())).height()
        place = QStyle.visualRect(direction, rect, QRect(rect.right() - MARGIN - 10, rect.bottom() - 4 - high, 10, high))
        painter.setPen(QPen(QColor(scheme.secondary), 1.5))
        middle, step = QPointF(place.center()), 3.5
        if row.opened:
            painter.drawPolyline([middle + QPointF(-step, -2), middle + QPointF(0, 2), middle + QPointF(step, -2)])
        else:
            out = -1 if direction == Qt.LayoutDirection.RightToLeft else 1
            painter.drawPolyline(
                [middle + QPointF(-2 * out, -step), middle + QPointF(2 * out, 0), middle + QPointF(-2 * out, step)]
            )
        if state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QColor(scheme.accent))
            painter.drawRoundedRect(QRectF(rect).adjusted(4.5, 4.5, -4.5, -1.5), 6, 6)

    def _paint_computer(self, painter: QPainter, rect: QRect, row: SideRow, scheme: Colours, state: QStyle.StateFlag) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        if state & QStyle.StateFlag.State_Selected or state & QStyle.StateFlag.State_MouseOver:
            painter.setBrush(QColor(scheme.tint if state & QStyle.StateFlag.State_Selected else scheme.hover))
            painter.drawRoundedRect(QRectF(rect).adjusted(4, 1, -4, -1), 6, 6)
        if state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QColor(scheme.accent))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(rect).adjusted(4.5, 1.5, -4.5, -1.5), 6, 6)
        direction = self._view.layoutDirection()
        self._paint_dot(
            painter, QStyle.visualRect(direction, rect, QRect(rect.left() + MARGIN, rect.center().y() - 3, DOT, DOT)), row, scheme
        )
        line = QStyle.visualRect(direction, rect, rect.adjusted(MARGIN + DOT + GAP, 0, -MARGIN, 0))
        small = smaller(self._view.font())
        if row.can_pair:
            wide = self._paint_button(painter, self.button_rect(rect), scheme)
        else:
            word = self._word(row, line.width(), small)
            wide = QFontMetrics(small).horizontalAdvance(word)
            painter.setFont(small)
            painter.setPen(QColor(scheme.failed if row.state == "key changed" else scheme.secondary))
            painter.drawText(line, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignTrailing), isolated(word))
        name = QFontMetrics(self._view.font()).elidedText(
            paths.shown(row.text), Qt.TextElideMode.ElideMiddle, line.width() - wide - GAP
        )
        painter.setFont(self._view.font())
        painter.setPen(QColor(scheme.text))
        painter.drawText(line, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeading), isolated(name))

    def _word(self, row: SideRow, room: int, font: QFont) -> str:
        """The state of a row, with more of it where its name leaves room."""
        name = QFontMetrics(self._view.font()).horizontalAdvance(paths.shown(row.text))
        fits = QFontMetrics(font).horizontalAdvance(row.words) + name + GAP <= room
        return row.words if row.words and fits else row.word

    def button_rect(self, rect: QRect) -> QRect:
        """Where the button of the row in `rect` is, of one that has a button."""
        wide = QFontMetrics(smaller(self._view.font())).horizontalAdvance(self._pair_text) + 2 * GAP
        place = QRect(rect.right() - MARGIN - wide + 5, rect.top() + 5, wide, rect.height() - 10)
        return QStyle.visualRect(self._view.layoutDirection(), rect, place)

    def _paint_button(self, painter: QPainter, place: QRect, scheme: Colours) -> int:
        painter.setPen(QColor(scheme.line))
        painter.setBrush(QColor(scheme.button))
        painter.drawRoundedRect(QRectF(place).adjusted(0.5, 0.5, -0.5, -0.5), 5, 5)
        painter.setFont(smaller(self._view.font()))
        painter.setPen(QColor(scheme.text))
        painter.drawText(place, int(Qt.AlignmentFlag.AlignCenter), self._pair_text)
        return place.width()

    @staticmethod
    def _paint_dot(painter: QPainter, place: QRect, row: SideRow, scheme: Colours) -> None:
        """A full one for a computer that can be used now; an open one for all others, its colour as good as its word."""
        if row.state == "online":
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(scheme.done))
            painter.drawEllipse(QRectF(place))
        else:
            known = {
                "offline": scheme.failed,
                "key changed": scheme.failed,
                "needs pairing": scheme.paused,
                "keyring locked": scheme.paused,
            }
            painter.setPen(QColor(known.get(row.state, scheme.secondary)))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(QRectF(place).adjusted(0.5, 0.5, -0.5, -0.5))


_FLAGS_BOTTOM = Qt.AlignmentFlag.AlignBottom | Qt.AlignmentFlag.AlignLeading
