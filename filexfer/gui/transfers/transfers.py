"""The list of transfers at the bottom: what runs, waits and has ended, and what can be done with it.

Keys on a row: Space pauses and goes on, R tries again, Delete cancels or clears, Enter shows the folder, O opens, Ctrl+Up and
Ctrl+Down give it another place in the queue; so does dragging it.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import partial

from PySide6.QtCore import QModelIndex, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QContextMenuEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QFrame, QListView, QStackedWidget, QToolButton, QVBoxLayout, QWidget

from filexfer.core.model import Job, JobState
from filexfer.gui.kit.asks import Asks
from filexfer.gui.kit.bridge import JobNews
from filexfer.gui.kit.controls import faint_label
from filexfer.gui.kit.icons import Icons
from filexfer.gui.kit.menu import Menu
from filexfer.gui.kit.words import Words
from filexfer.gui.transfers.finish import NOTHING, SLEEP, FinishBar
from filexfer.gui.transfers.job_delegate import BUTTONS, Hover, JobDelegate
from filexfer.gui.transfers.jobs_model import JobsModel
from filexfer.gui.transfers.transfers_head import TransfersHead


class JobsView(QListView):
    """Signals: `acted(action, job)` when a button, a key or a menu entry of a row was used. `without`: actions that are not
    offered."""

    acted = Signal(str, object)

    def __init__(self, model: JobsModel, icons: Icons, parent: QWidget | None = None, without: Collection[str] = ()) -> None:
        super().__init__(parent)
        self._jobs = model
        self._without = without
        self._painter = JobDelegate(icons, self, without)
        # The button that is held down, and the number of its job: rows may move until it is let go.
        self._pressed = ("", 0)
        self.setModel(model)
        self.setItemDelegate(self._painter)
        self.setUniformItemSizes(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(self.tr("Transfers"))
        self.setDragDropMode(QListView.DragDropMode.DragDrop)
        self.setDefaultDropAction(Qt.DropAction.MoveAction)
        self.doubleClicked.connect(self._on_double_click)

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
        self._pressed = self._button_at(event)
        if not self._pressed[0] or event.button() != Qt.MouseButton.LeftButton:
            super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        action, number = self._button_at(event)
        pressed, self._pressed = self._pressed, ("", 0)
        if event.button() == Qt.MouseButton.LeftButton and action and (action, number) == pressed:
            self.acted.emit(action, self._jobs.job(self._jobs.row(number)))
        else:
            super().mouseReleaseEvent(event)

    def _button_at(self, event: QMouseEvent) -> tuple[str, int]:
        """The button at the pointer, and the number of its job; "" and 0 for none."""
        here = self.under(event.position().toPoint())
        return (here.action, self._jobs.job(here.row).id) if here.action else ("", 0)

    def leaveEvent(self, event: object) -> None:
        self._hover(Hover())

    def _hover(self, hover: Hover) -> None:
        if hover != self._painter.hover:
            self._painter.hover = hover
            self.setToolTip(action_words(hover.action) if hover.action else "")
            self.viewport().update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        row = self.currentIndex().row()
        action = self._key_action(event, self._jobs.job(row)) if 0 <= row < self._jobs.rowCount() else ""
        if action:
            self.acted.emit(action, self._jobs.job(row))
        else:
            super().keyPressEvent(event)

    def offered(self, job: Job) -> list[str]:
        """What can be done with a job now, and here."""
        return [action for action in offered(job) if action not in self._without]

    def _key_action(self, event: QKeyEvent, job: Job) -> str:
        key = Qt.Key(event.key())
        if key == Qt.Key.Key_Delete and event.isAutoRepeat():
            return ""  # held down it would cancel one, clear it, and go on with the next
        wanted = {
            Qt.Key.Key_Space: ("pause", "resume"),
            Qt.Key.Key_R: ("retry",),
            Qt.Key.Key_O: ("open",),
            Qt.Key.Key_Delete: ("cancel", "clear"),
            Qt.Key.Key_Return: ("reveal",),
            Qt.Key.Key_Enter: ("reveal",),
        }.get(key, ())
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            wanted = {Qt.Key.Key_Up: ("sooner",), Qt.Key.Key_Down: ("later",)}.get(key, ())
        return next((action for action in wanted if action in self.offered(job)), "")

    def _on_double_click(self, index: QModelIndex) -> None:
        job = self._jobs.job(index.row())
        self.acted.emit("open" if "open" in self.offered(job) else "details", job)

    def keyboardSearch(self, search: str) -> None:
        """Letters are keys here."""

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        index = self.indexAt(event.pos()) if event.reason() == QContextMenuEvent.Reason.Mouse else self.currentIndex()
        if index.isValid():
            self._menu(index).popup(event.globalPos())

    def _menu(self, index: QModelIndex) -> Menu:
        job = self._jobs.job(index.row())
        menu = Menu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for action in self.offered(job):
            entry = QAction(action_words(action), menu)
            entry.triggered.connect(partial(self.acted.emit, action, job))
            menu.addAction(entry)
        return menu


def offered(job: Job) -> list[str]:
    """What can be done with a job now: what its buttons do first."""
    actions = [action for action, _ in BUTTONS[job.state]]
    more = ["retry"] if job.is_held else []
    more += ["sooner", "later"] if not job.state.ended else []
    if job.state is JobState.DONE and job.spec.items:
        more.append("open")
    if job.error_kind in ("ConnectionFailed", "ConnectionLost") and job.spec.server:
        more.append("doctor")
    more += ["reveal", "details"]
    if job.state in (JobState.DONE, JobState.FAILED) and job.files_done + job.files_skipped:
        more.append("receipt")
    return [*actions, *(one for one in more if one not in actions)]


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
        "open": Words.tr("Open"),
        "sooner": Words.tr("Move up"),
        "later": Words.tr("Move down"),
        "receipt": Words.tr("Save a receipt…"),
        "doctor": Words.tr("Find out why"),
    }[action]


#: What is of use only on the computer that does the transfer.
_HERE_ONLY = frozenset({"reveal", "open", "receipt", "doctor"})


class Transfers(QWidget):
    """The list with its head; `elsewhere`: those of another computer. Signals: `reveal(job)`, `details(job)`, `open(job)`,
    `receipt(job)`, `verify()`; `doctor_wanted(address)`; `problem(FilexferError)`; `acted()` when something was done to a job."""

    reveal = Signal(object)
    details = Signal(object)
    open = Signal(object)
    receipt = Signal(object)
    verify = Signal()
    doctor_wanted = Signal(str)
    problem = Signal(object)
    acted = Signal()

    def __init__(
        self, bridge: Asks, model: JobsModel, icons: Icons, parent: QWidget | None = None, *, elsewhere: bool = False
    ) -> None:
        super().__init__(parent)
        self._bridge, self._elsewhere = bridge, elsewhere
        self._jobs = model
        self.view = JobsView(model, icons, without=_HERE_ONLY if elsewhere else ())
        self.view.acted.connect(self._act)
        self.head = TransfersHead(bridge, model, icons, elsewhere=elsewhere)
        self.head.verify_wanted.connect(self.verify)
        self.head.limits.chosen.connect(self.acted)
        self.finish = FinishBar(bridge)
        self.finish.state.connect(self.head.finish.take)
        self.finish.problem.connect(self.problem)
        self._nothing = faint_label()
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._nothing)
        self._stack.addWidget(self.view)
        self._lay_out()
        # Two hundred rows may change at once; they are summed up once.
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self._summarise)
        for signal in (model.rowsInserted, model.rowsRemoved, model.modelReset, model.dataChanged, model.taken):
            signal.connect(self._soon.start)
        model.moved.connect(self._on_moved)
        self.head.finish.changed.connect(self._soon.start)
        self._known = 0
        self._finish_told = NOTHING
        self._summarise()

    @property
    def sweep(self) -> QToolButton:
        return self.head.sweep

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.head)
        layout.addWidget(self.finish)
        layout.addWidget(self._stack, 1)

    def take(self, news: JobNews) -> None:
        """Show what the agent told."""
        self._jobs.take(news)
        self.head.limits.take(news.limit)
        if not self._elsewhere and news.finish != self._finish_told:
            self._finish_told = news.finish
            self.finish.look()

    def _summarise(self) -> None:
        self._nothing.setText(self._why_nothing())
        self._stack.setCurrentWidget(self.view if self._jobs.rowCount() else self._nothing)
        self.head.summarise()
        self.finish.watch(self.head.finish.action == SLEEP and not self._jobs.active)
        known, self._known = self._known, len(self._jobs.all())
        if known != self._known:
            self.head.search_again()

    def _why_nothing(self) -> str:
        if self.head.search.text().strip():
            return self.tr("No transfer has a file of that name.")
        if self._elsewhere:
            return self.tr("That computer sends and fetches nothing by itself just now.")
        return self.tr("Files you send or fetch are listed here.")

    def _act(self, action: str, job: Job) -> None:
        asked = {"reveal": self.reveal, "details": self.details, "open": self.open, "receipt": self.receipt}.get(action)
        if asked is not None:
            asked.emit(job)
        elif action == "doctor":
            self.doctor_wanted.emit(job.spec.server)
        elif action in ("sooner", "later"):
            self._shift(job, -1 if action == "sooner" else 1)
        elif action == "clear":
            self._bridge.ask("job_clear", [job.id], done=self._done)
        else:
            self._bridge.ask(f"job_{action}", job.id, done=self._done)

    def _done(self, answer: object) -> None:
        self.acted.emit()

    def _shift(self, job: Job, by: int) -> None:
        row = self._jobs.row(job.id) + by
        position = self._jobs.position_at(job.id, row + (by > 0)) if row >= 0 else None
        if position is not None:
            self._on_moved(job.id, position)

    def _on_moved(self, number: int, position: float) -> None:
        self._bridge.ask("job_move", number, position, done=self._done)
