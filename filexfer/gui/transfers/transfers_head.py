"""The line above the transfers: what goes on in all, a search through the history, the speed limit, and what is done to all."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QPalette
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QToolButton, QWidget

from filexfer.core.model import JobState
from filexfer.gui.kit import words
from filexfer.gui.kit.asks import Asks
from filexfer.gui.kit.controls import faint_label, icon_button
from filexfer.gui.kit.elided import Elided
from filexfer.gui.kit.icons import Icons
from filexfer.gui.kit.menu import Menu
from filexfer.gui.kit.reading import margins
from filexfer.gui.kit.theme import GAP, MARGIN, heading, smaller
from filexfer.gui.kit.words import Words
from filexfer.gui.transfers.finish import SLEEP, FinishMenu
from filexfer.gui.transfers.jobs_model import JobsModel
from filexfer.gui.transfers.limit_menu import LimitMenu, rate_words

#: How long typing in the search must pause before it is asked for, and how soon after new transfers, in milliseconds.
PAUSE_MS, AGAIN_MS = 150, 500
#: Most transfers that a search shows.
MOST = 1000


class SearchField(QLineEdit):
    """Escape empties it first, and only then does what it does elsewhere."""

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and self._is_leaving(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self._is_leaving(event):
            self.clear()
        else:
            super().keyPressEvent(event)

    def _is_leaving(self, event: QEvent) -> bool:
        return isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape and bool(self.text())


class TransfersHead(QWidget):
    """Signals: `verify_wanted()`."""

    verify_wanted = Signal()

    def __init__(
        self, bridge: Asks, model: JobsModel, icons: Icons, parent: QWidget | None = None, *, elsewhere: bool = False
    ) -> None:
        super().__init__(parent)
        self._bridge, self._jobs, self._icons, self._elsewhere = bridge, model, icons, elsewhere
        self._title = faint_label(self.tr("TRANSFERS"))
        self._title.setFont(heading(self.font()))
        self._sum = Elided()
        self._sum.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self._sum.setFont(smaller(self.font()))
        self.search = self._make_search()
        self.retry = icon_button(icons.icon("arrow_clockwise"), self.tr("Try all that failed again"))
        self.retry.clicked.connect(self._on_retry)
        self.limits = LimitMenu(bridge, self)
        self.limits.changed.connect(self.summarise)
        self.limit = self._menu_button("top_speed", self.limits, self.tr("Speed limit"))
        self.finish = FinishMenu(bridge, self)
        self.finish.changed.connect(self.summarise)
        self.more = self._menu_button("more_vertical", self._more_menu(), self.tr("More about transfers"))
        self.sweep = icon_button(icons.icon("broom"), self.tr("Remove what has ended from the list"))
        self.sweep.clicked.connect(self._on_sweep)
        if elsewhere:
            self.more.hide()  # what it offers is about this computer: its sleep, its files
        self._lay_out()

    def _make_search(self) -> QLineEdit:
        field = SearchField(placeholderText=self.tr("Search"), clearButtonEnabled=True)
        field.setAccessibleName(self.tr("Search transfers by the names of files"))
        field.setMinimumWidth(120)
        field.setMaximumWidth(176)
        field.addAction(self._icons.icon("search"), QLineEdit.ActionPosition.LeadingPosition)
        self._typing = QTimer(self, singleShot=True)
        self._typing.timeout.connect(self._on_search)
        field.textChanged.connect(lambda: self._typing.start(PAUSE_MS))
        field.returnPressed.connect(self._on_search)
        return field

    def _menu_button(self, icon: str, menu: Menu, name: str) -> QToolButton:
        button = icon_button(self._icons.icon(icon), name)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        button.setMenu(menu)
        return button

    def _more_menu(self) -> Menu:
        menu = Menu(self)
        menu.addMenu(self.finish)
        menu.addSeparator()
        self.verify = menu.addAction(self.tr("Check by a receipt…"))
        self.verify.triggered.connect(lambda: self.verify_wanted.emit())
        return menu

    def _lay_out(self) -> None:
        layout = QHBoxLayout(self)
        # In a dialog the margins are the dialog's.
        layout.setContentsMargins(margins(*((0, 4, 0, 4) if self._elsewhere else (MARGIN, 4, GAP, 4))))
        layout.setSpacing(GAP)
        layout.addWidget(self._title)
        layout.addWidget(self._sum, 1)
        for widget in (self.search, self.retry, self.limit, self.sweep, self.more):
            layout.addWidget(widget)

    @property
    def words(self) -> str:
        return self._sum.text()

    def summarise(self) -> None:
        """Show how all transfers are now."""
        jobs = self._jobs.all()
        self.sweep.setEnabled(any(job.state.ended for job in jobs))
        self.retry.setVisible(any(job.state is JobState.FAILED for job in jobs))
        running = [job for job in jobs if job.state is JobState.RUNNING]
        rate = sum(job.rate for job in running)
        parts = [Words.tr("%Ln running", "", len(running))] if running else []
        if rate > 0:
            parts.append(Words.tr("{size}/s").format(size=words.size(int(rate))))
        if self.limits.rate:
            parts.append(self.tr("limit {rate}").format(rate=rate_words(self.limits.rate)))
        if self.finish.action == SLEEP:
            parts.append(self.tr("sleeps when finished"))
        self._sum.setText(" · ".join(parts))

    def search_again(self) -> None:
        """Transfers came or went: what was found may not be all any more."""
        if self.search.text().strip() and not self._typing.isActive():
            self._typing.start(AGAIN_MS)

    def _on_search(self) -> None:
        self._typing.stop()
        text = self.search.text().strip()
        if text:
            self._bridge.ask("job_list", {"search": text, "limit": MOST}, read=_found, done=self._take)
        else:
            self._jobs.show_only(None)

    def _take(self, answer: list[int]) -> None:
        if self.search.text().strip():
            self._jobs.show_only(answer)

    def _on_retry(self) -> None:
        for job in [job for job in self._jobs.all() if job.state is JobState.FAILED]:
            self._bridge.ask("job_retry", job.id)

    def _on_sweep(self) -> None:
        self._bridge.ask("job_clear", [])


def _found(answer: object) -> list[int]:
    jobs = answer["jobs"] if isinstance(answer, dict) else []
    return [int(job["id"]) for job in jobs]
