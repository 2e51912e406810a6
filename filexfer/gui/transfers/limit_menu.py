"""How fast all transfers together may be: a menu with a few rates and one's own. The agent keeps the rate, and tells every window
of another one, whoever chose it."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QDoubleSpinBox, QVBoxLayout, QWidget

from filexfer.gui.kit import words
from filexfer.gui.kit.asks import Asks
from filexfer.gui.kit.controls import name_number, plain_label
from filexfer.gui.kit.menu import Menu
from filexfer.gui.kit.theme import GAP, PAGE
from filexfer.gui.kit.words import Words

MB = 1_000_000
#: Bytes per second to choose from.
RATES = (MB, 5 * MB, 10 * MB, 50 * MB)


def rate_words(rate: int) -> str:
    """A limit for people: `5.0 MB/s`."""
    return Words.tr("{size}/s").format(size=words.size(rate)) if rate else Words.tr("No limit")


class LimitMenu(Menu):
    """Attributes: rate (bytes per second, 0 for no limit). Signals: `changed()`; `chosen()`, the agent has taken a choice."""

    changed = Signal()
    chosen = Signal()

    def __init__(self, bridge: Asks, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self.rate = 0
        self.setTitle(self.tr("Speed limit"))
        self._group = QActionGroup(self)
        self._choices = {rate: self._choice(rate_words(rate), partial(self.choose, rate)) for rate in (0, *RATES)}
        self.addSeparator()
        self.own = self._choice("", self._ask_own)
        self._mark()

    def _choice(self, text: str, act: object) -> QAction:
        action = QAction(text, self, checkable=True)
        action.triggered.connect(act)
        self._group.addAction(action)
        self.addAction(action)
        return action

    def choose(self, rate: int, _checked: bool = False) -> None:
        """Set the limit; from now on it holds for what runs too."""
        # A click has ticked it; it is so only once the agent says so.
        self._mark()
        self._bridge.ask("limit_set", {"rate": rate}, done=lambda _: self.chosen.emit())

    def take(self, rate: int) -> None:
        """Show what the agent told."""
        if rate != self.rate:
            self.rate = rate
            self._mark()
            self.changed.emit()

    def _mark(self) -> None:
        own = self.rate not in self._choices
        text = self.tr("Another limit…")
        self.own.setText(self.tr("Another limit ({rate})…").format(rate=rate_words(self.rate)) if own else text)
        self._choices.get(self.rate, self.own).setChecked(True)

    def _ask_own(self, _checked: bool = False) -> None:
        # A click has ticked it; it stays so only once a number is chosen.
        self._mark()
        dialog = LimitDialog(self.rate or 2 * MB, self.parentWidget())
        dialog.chosen.connect(self.choose)
        dialog.open()


class LimitDialog(QDialog):
    """Asks for a limit of one's own. Signal: `chosen(bytes per second)`."""

    chosen = Signal(int)

    def __init__(self, rate: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Speed limit"))
        self.field = QDoubleSpinBox(decimals=1, minimum=0.1, maximum=10_000.0, value=rate / MB, suffix=self.tr(" MB/s"))
        name_number(self.field, self.tr("Megabytes per second"), 240)
        self.field.selectAll()
        label = plain_label(self.tr("All transfers together move at most:"))
        label.setBuddy(self.field)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.go = buttons.addButton(self.tr("Set limit"), QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.accepted.connect(self._on_go)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(PAGE, PAGE, PAGE, PAGE)
        layout.setSpacing(GAP)
        for widget in (label, self.field, buttons):
            layout.addWidget(widget)
        self.finished.connect(self.deleteLater)

    def _on_go(self) -> None:
        self.chosen.emit(round(self.field.value() * MB))
        self.accept()
