"""What is done when all transfers are finished: the menu that chooses it, and a bar that counts down before the computer sleeps.
The agent counts; this asks it once a second while it matters."""

from __future__ import annotations

from functools import partial
from math import ceil

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from filexfer.core.errors import FilexferError
from filexfer.gui.kit.asks import Asks
from filexfer.gui.kit.elided import Elided
from filexfer.gui.kit.menu import Menu
from filexfer.gui.kit.theme import GAP, MARGIN

NOTHING, SLEEP = "nothing", "sleep"


class FinishMenu(Menu):
    """Attributes: action (`nothing` or `sleep`). Signals: `changed()`."""

    changed = Signal()

    def __init__(self, bridge: Asks, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self.action = NOTHING
        self.setTitle(self.tr("When all is finished"))
        group = QActionGroup(self)
        self.choices: dict[str, QAction] = {}
        for name, text in ((NOTHING, self.tr("Do nothing")), (SLEEP, self.tr("Put this computer to sleep"))):
            choice = QAction(text, self, checkable=True, checked=name == NOTHING)
            choice.triggered.connect(partial(self.choose, name))
            group.addAction(choice)
            self.addAction(choice)
            self.choices[name] = choice

    def choose(self, name: str, _checked: bool = False) -> None:
        # A click has ticked it; it is so only once the agent says so.
        self.choices[self.action].setChecked(True)
        self._bridge.ask("finish_set", {"action": name}, done=self.take)

    def take(self, state: object) -> None:
        """Show what the agent answered."""
        name = state.get("action") if isinstance(state, dict) else NOTHING
        self.action = SLEEP if name == SLEEP else NOTHING
        self.choices[self.action].setChecked(True)
        self.changed.emit()


class FinishBar(QWidget):
    """Hidden, but while a sleep is near. `idle` is to be told whether anything still runs. Signal: `state(struct)`, each answer;
    `problem(FilexferError)` when the computer could not sleep."""

    state = Signal(object)
    problem = Signal(object)

    def __init__(self, bridge: Asks, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._problem = ""
        self._label = Elided()
        self.stay = QPushButton(self.tr("Stay awake"))
        self.stay.clicked.connect(self._on_stay)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(MARGIN, 4, MARGIN, 4)
        layout.setSpacing(GAP)
        layout.addWidget(self._label, 1)
        layout.addWidget(self.stay)
        self._tick = QTimer(self, interval=1000)
        self._tick.timeout.connect(self.look)
        self.hide()

    @property
    def words(self) -> str:
        return self._label.text() if not self.isHidden() else ""

    def watch(self, wanted: bool) -> None:
        """Whether a sleep may come: it is chosen, and nothing runs any more."""
        if wanted and not self._tick.isActive():
            self._tick.start()
            self.look()
        elif not wanted:
            self._tick.stop()
            self.hide()

    def look(self) -> None:
        """Ask the agent how it stands."""
        self._bridge.ask("finish_state", done=self._take)

    def _on_stay(self) -> None:
        self._bridge.ask("finish_set", {"action": NOTHING}, done=self._take)

    def _take(self, state: object) -> None:
        known = state if isinstance(state, dict) else {}
        seconds, problem = float(known.get("seconds", -1.0)), str(known.get("problem", ""))
        self._label.setText(self.tr("All is finished. This computer goes to sleep in %Ln second(s).", "", max(1, ceil(seconds))))
        self.setVisible(seconds >= 0)
        self.state.emit(state)
        if problem and problem != self._problem:
            self.problem.emit(FilexferError(problem))
        self._problem = problem
