"""Paints a transfer: icon, name, facts, a 4 px bar, and the buttons at its right. Rules: a state always has its word.

The buttons are painted, not widgets: a list of thousands needs no widget a row. Each has a key and a menu entry too.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QAbstractItemView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from filexfer.core import paths
from filexfer.core.model import Direction, Job, JobState
from filexfer.gui.kit.icons import Icons
from filexfer.gui.kit.reading import isolated
from filexfer.gui.kit.sentences import said
from filexfer.gui.kit.theme import GAP, JOB_ROW, MARGIN, Colours, colours, smaller, tabular
from filexfer.gui.transfers.jobs_model import JOB, JobsModel

ICON, BUTTON, BAR = 20, 28, 4
#: What can be done with a job, in the order of its buttons: action → icon.
BUTTONS: dict[JobState, tuple[tuple[str, str], ...]] = {
    JobState.WAITING: (("pause", "pause"), ("cancel", "dismiss")),
    JobState.RUNNING: (("pause", "pause"), ("cancel", "dismiss")),
    JobState.PAUSED: (("resume", "play"), ("cancel", "dismiss")),
    JobState.DONE: (("reveal", "folder_open"), ("clear", "dismiss")),
    JobState.FAILED: (("retry", "arrow_clockwise"), ("clear", "dismiss")),
    JobState.CANCELLED: (("retry", "arrow_clockwise"), ("clear", "dismiss")),
}


@dataclass(frozen=True, slots=True)
class Hover:
    """What lies under the pointer: a row, and the action of a button on it or ""."""

    row: int = -1
    action: str = ""


class JobDelegate(QStyledItemDelegate):
    """`hover` is set by the list as the pointer moves; `without`: actions that are not offered."""

    def __init__(self, icons: Icons, parent: QAbstractItemView, without: Collection[str] = ()) -> None:
        super().__init__(parent)
        self._without = without
        self._icons = icons
        self._view = parent
        self.hover = Hover()

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(200, JOB_ROW)

    def buttons(self, rect: QRect, job: Job) -> list[tuple[str, str, QRect]]:
        """(action, icon, rectangle) of each button of a row that lies in `rect`."""
        found = []
        shown = [one for one in BUTTONS[job.state] if one[0] not in self._without]
        x = rect.right() - MARGIN + 4 - BUTTON * len(shown)
        for action, icon in shown:
            place = QRect(x, rect.top() + (JOB_ROW - BUTTON) // 2, BUTTON, BUTTON)
            found.append((action, icon, QStyle.visualRect(self._view.layoutDirection(), rect, place)))
            x += BUTTON
        return found

    def action_at(self, rect: QRect, job: Job, point: QPoint) -> str:
        """The action of the button at `point`; "" for none."""
        return next((action for action, _, place in self.buttons(rect, job) if place.contains(point)), "")

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        job: Job = index.data(JOB)
        model = self._view.model()
        assert isinstance(model, JobsModel)
        rect: QRect = option.rect
        # A row that is stepped to, and not chosen, is seen too.
        selected = bool(option.state & (QStyle.StateFlag.State_Selected | QStyle.StateFlag.State_HasFocus))
        scheme = colours(self._view.palette())
        self._paint_back(painter, rect, scheme, selected, self.hover.row == index.row())
        if option.state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QPen(QColor(scheme.accent), 1))
            painter.drawRect(rect.adjusted(0, 0, -1, -2))
        self._paint_icon(painter, rect, job, scheme)
        left, right = MARGIN + ICON + MARGIN, MARGIN + BUTTON * 2 + GAP
        room = QStyle.visualRect(self._view.layoutDirection(), rect, rect.adjusted(left, 0, -right, 0))
        if job.state in (JobState.RUNNING, JobState.PAUSED, JobState.WAITING):
            self._paint_words(painter, QRect(room.left(), room.top() + 8, room.width(), 20), job, model, scheme)
            self._paint_bar(painter, QRect(room.left(), room.top() + 35, room.width(), BAR), model.fraction(job), job, scheme)
        else:
            self._paint_words(painter, QRect(room.left(), room.top() + 6, room.width(), 20), job, model, scheme)
            self._paint_end(painter, QRect(room.left(), room.top() + 26, room.width(), 18), job, model, scheme)
        for action, icon, place in self.buttons(rect, job):
            self._paint_button(painter, place, icon, scheme, self.hover == Hover(index.row(), action))

    def _paint_back(self, painter: QPainter, rect: QRect, scheme: Colours, selected: bool, hovered: bool) -> None:
        if selected:
            painter.fillRect(rect, QColor(scheme.tint))
        elif hovered:
            painter.fillRect(rect, QColor(scheme.hover))
        painter.setPen(QPen(QColor(scheme.line), 1))
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())

    def _paint_icon(self, painter: QPainter, rect: QRect, job: Job, scheme: Colours) -> None:
        name, colour = {
            JobState.DONE: ("checkmark_circle", scheme.done),
            JobState.FAILED: ("error_circle", scheme.failed),
            JobState.CANCELLED: ("dismiss_circle", scheme.secondary),
        }.get(job.state, ("arrow_upload" if job.spec.direction is Direction.PUT else "arrow_download", scheme.text))
        place = QRect(rect.left() + MARGIN, rect.top() + (JOB_ROW - ICON) // 2, ICON, ICON)
        self._icons.paint(painter, QStyle.visualRect(self._view.layoutDirection(), rect, place), name, QColor(colour))

    def _paint_words(self, painter: QPainter, line: QRect, job: Job, model: JobsModel, scheme: Colours) -> None:
        small = tabular(smaller(self._view.font()))
        facts = QFontMetrics(small).elidedText(model.facts(job), Qt.TextElideMode.ElideRight, line.width() * 2 // 3)
        wide = QFontMetrics(small).horizontalAdvance(facts)
        name = QFontMetrics(self._view.font()).elidedText(
            model.title(job), Qt.TextElideMode.ElideMiddle, line.width() - wide - 2 * MARGIN
        )
        painter.setFont(self._view.font())
        painter.setPen(QColor(scheme.text))
        painter.drawText(line, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeading), isolated(name))
        painter.setFont(small)
        painter.setPen(QColor(scheme.failed if job.state is JobState.FAILED else scheme.secondary))
        painter.drawText(line, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignTrailing), isolated(facts))

    def _paint_end(self, painter: QPainter, line: QRect, job: Job, model: JobsModel, scheme: Colours) -> None:
        small = smaller(self._view.font())
        text = said(paths.shown(job.error)) if job.state is JobState.FAILED and job.error else model.place(job)
        painter.setFont(small)
        painter.setPen(QColor(scheme.secondary))
        shown = QFontMetrics(small).elidedText(text, Qt.TextElideMode.ElideMiddle, line.width())
        painter.drawText(line, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeading), isolated(shown))

    def _paint_bar(self, painter: QPainter, line: QRect, fraction: float, job: Job, scheme: Colours) -> None:
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(scheme.line))
        painter.drawRoundedRect(QRectF(line), 2, 2)
        if fraction > 0:
            part = QRect(line.left(), line.top(), max(BAR, round(line.width() * fraction)), BAR)
            painter.setBrush(QColor(scheme.paused if job.state is JobState.PAUSED else scheme.accent))
            painter.drawRoundedRect(QRectF(QStyle.visualRect(self._view.layoutDirection(), line, part)), 2, 2)
        painter.restore()

    def _paint_button(self, painter: QPainter, place: QRect, icon: str, scheme: Colours, hovered: bool) -> None:
        if hovered:
            painter.save()
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(scheme.line))
            painter.drawRoundedRect(QRectF(place).adjusted(1, 1, -1, -1), 6, 6)
            painter.restore()
        self._icons.paint(painter, place.adjusted(4, 4, -4, -4), icon, QColor(scheme.text if hovered else scheme.secondary))
