"""The list of transfers at the bottom: what runs, waits and has ended, and what can be done with it.

Keys on a row: Space pauses and goes on, R tries again, Delete cancels or clears, Enter shows the folder.
"""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QModelIndex, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QContextMenuEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QListView, QMenu, QStackedWidget, QVBoxLayout, QWidget

from filexfer.core.model import Job, JobState
from filexfer.gui import words
from filexfer.gui.bridge import Bridge
from filexfer.gui.controls import faint_label, icon_button
from filexfer.gui.icons import Icons
from filexfer.gui.job_delegate import BUTTONS, Hover, JobDelegate
from filexfer.gui.jobs_model import JobsModel
from filexfer.gui.theme import GAP, MARGIN, heading, smaller
from filexfer.gui.words import Words


class JobsView(QListView):
    """Signals: `acted(action, job)` when a button, a key or a menu entry of a row was used."""

    acted = Signal(str, object)

    def __init__(self, model: JobsModel, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._jobs = model
        self._painter = JobDelegate(icons, self)
        self._pressed = Hover()
        self.setModel(model)
        self.setItemDelegate(self._painter)
        self.setUniformItemSizes(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(self.tr("Transfers"))

    def under(self, point: QPoint) -> Hover:
        """The row, and its button, at a point of the viewport."""
        index = self.indexAt(point)
        if not index.isValid():
            return Hover()
        return Hover(index.row(), self._painter.action_at(self.visualRect(index), self._jobs.job(index.row()), point))

    def button_point(self, row: int, action: str) -> QPoint:
        """The middle of a button of a row, in the viewport. Raises `KeyError` where the row has no such button."""
        rect = self.visualRect(self._jobs.index(row))
        return {name: place.center() for name, _, place in self._painter.buttons(rect, self._jobs.job(row))}[action]

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._hover(self.under(event.position().toPoint()))
        super().mouseMoveEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._pressed = self.under(event.position().toPoint())
        if not self._pressed.action or event.button() != Qt.MouseButton.LeftButton:
            super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        here = self.under(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and here.action and here == self._pressed:
            self.acted.emit(here.action, self._jobs.job(here.row))
        else:
            super().mouseReleaseEvent(event)
        self._pressed = Hover()

    def leaveEvent(self, event: object) -> None:
        self._hover(Hover())

    def _hover(self, hover: Hover) -> None:
        if hover != self._painter.hover:
            self._painter.hover = hover
            self.setToolTip(action_words(hover.action) if hover.action else "")
            self.viewport().update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        row = self.currentIndex().row()
        action = self._key_action(event.key(), self._jobs.job(row)) if 0 <= row < self._jobs.rowCount() else ""
        if action:
            self.acted.emit(action, self._jobs.job(row))
        else:
            super().keyPressEvent(event)

    @staticmethod
    def _key_action(key: int, job: Job) -> str:
        offered = [action for action, _ in BUTTONS[job.state]]
        wanted = {
            Qt.Key.Key_Space: ("pause", "resume"),
            Qt.Key.Key_R: ("retry",),
            Qt.Key.Key_Delete: ("cancel", "clear"),
        }.get(Qt.Key(key), ())
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            return "reveal"
        return next((action for action in wanted if action in offered), "")

    def keyboardSearch(self, search: str) -> None:
        """Letters are keys here."""

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        index = self.indexAt(event.pos()) if event.reason() == QContextMenuEvent.Reason.Mouse else self.currentIndex()
        if index.isValid():
            self._menu(index).popup(event.globalPos())

    def _menu(self, index: QModelIndex) -> QMenu:
        job = self._jobs.job(index.row())
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        actions = [action for action, _ in BUTTONS[job.state]]
        for action in [*actions, *(extra for extra in ("reveal", "details") if extra not in actions)]:
            entry = QAction(action_words(action), menu)
            entry.triggered.connect(partial(self.acted.emit, action, job))
            menu.addAction(entry)
        return menu


def action_words(action: str) -> str:
    """What a button or menu entry does."""
    return {
        "pause": Words.tr("Pause"),
        "resume": Words.tr("Go on"),
        "cancel": Words.tr("Cancel"),
        "retry": Words.tr("Try again"),
        "clear": Words.tr("Remove from the list"),
        "reveal": Words.tr("Show in folder"),
        "details": Words.tr("Files…"),
    }[action]


class Transfers(QWidget):
    """The list with its head. Signals: `reveal(job)`, `details(job)`."""

    reveal = Signal(object)
    details = Signal(object)

    def __init__(self, bridge: Bridge, model: JobsModel, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._jobs = model
        self.view = JobsView(model, icons)
        self.view.acted.connect(self._act)
        self._head = faint_label(self.tr("TRANSFERS"))
        self._head.setFont(heading(self.font()))
        self._sum = faint_label()
        self._sum.setFont(smaller(self.font()))
        self.sweep = icon_button(icons.icon("broom"), self.tr("Remove what has ended from the list"))
        self.sweep.clicked.connect(self._on_sweep)
        self._nothing = faint_label(self.tr("Files you send or fetch are listed here."))
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._nothing)
        self._stack.addWidget(self.view)
        self._lay_out()
        # Two hundred rows may change at once; they are summed up once.
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self._summarise)
        for signal in (model.rowsInserted, model.rowsRemoved, model.modelReset, model.dataChanged):
            signal.connect(self._soon.start)
        self._summarise()

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(MARGIN, 4, GAP, 4)
        head.setSpacing(GAP)
        head.addWidget(self._head)
        head.addWidget(self._sum, 1)
        head.addWidget(self.sweep)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(head)
        layout.addWidget(self._stack, 1)

    def _summarise(self) -> None:
        jobs = self._jobs.jobs()
        self._stack.setCurrentWidget(self.view if jobs else self._nothing)
        self.sweep.setEnabled(any(job.state.ended for job in jobs))
        running = [job for job in jobs if job.state is JobState.RUNNING]
        rate = sum(job.rate for job in running)
        parts = [Words.tr("%Ln running", "", len(running))] if running else []
        if rate > 0:
            parts.append(Words.tr("{size}/s").format(size=words.size(int(rate))))
        self._sum.setText(" · ".join(parts))

    def _act(self, action: str, job: Job) -> None:
        if action == "reveal":
            self.reveal.emit(job)
        elif action == "details":
            self.details.emit(job)
        elif action == "clear":
            self._bridge.ask("job_clear", [job.id])
        else:
            self._bridge.ask(f"job_{action}", job.id)

    def _on_sweep(self) -> None:
        self._bridge.ask("job_clear", [])
