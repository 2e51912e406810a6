"""A name typed in a list of files. The agent finds its row, which takes a moment; what is pressed meanwhile is meant for that row
and never done to the one before."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent

#: Letters typed within this time belong to one word, in seconds.
TYPING = 1.0
#: So long a key waits for its row, in milliseconds. Then it is forgotten: nobody knows any more what it was meant for.
_PATIENCE = 2000
_ACTS = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Delete, Qt.Key.Key_F2)


class TypeAhead(QObject):
    """Signal: `wanted(text, start row)`, to be answered by `found`. `press` does what a key is for."""

    wanted = Signal(str, int)

    def __init__(self, press: Callable[[QKeyEvent], object], parent: QObject) -> None:
        super().__init__(parent)
        self._press = press
        self._word, self._at = "", 0.0
        self._asked = 0  # answers that are awaited
        self._held: QKeyEvent | None = None
        self._waiting = QTimer(self, singleShot=True, interval=_PATIENCE)
        self._waiting.timeout.connect(self._give_up)

    @property
    def typing(self) -> bool:
        """Whether a space belongs to the name that is typed."""
        return bool(self._word) and time.monotonic() - self._at <= TYPING

    def type(self, letters: str, row: int) -> None:
        """Letters were typed while `row` was the current one."""
        fresh = not self.typing
        self._word, self._at = letters if fresh else self._word + letters, time.monotonic()
        self._asked += 1
        self._waiting.start()
        self.wanted.emit(self._word, max(0, row + (1 if fresh else 0)))

    def end(self) -> None:
        """No word goes on behind what was typed."""
        self._word = ""

    def hold(self, event: QKeyEvent) -> bool:
        """Keep a key that does something to a row until that is known; whether it is kept."""
        if not self._waiting.isActive() or event.key() not in _ACTS:
            return False
        self._held = QKeyEvent(QEvent.Type.KeyPress, event.key(), event.modifiers())
        return True

    def found(self, row: int) -> None:
        """The row that was asked for is the current one now; -1: there is none."""
        self._asked = max(0, self._asked - 1)
        if self._asked:
            return
        held = self._held
        self._give_up()
        if held is not None and row >= 0:
            self._press(held)

    def _give_up(self) -> None:
        self._waiting.stop()
        self._asked, self._held = 0, None
