"""A page that says one thing in place of a list: nothing here, nothing found, no connection. An icon, a sentence, one button."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFocusEvent, QResizeEvent
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from filexfer.gui.kit.icons import Icons
from filexfer.gui.kit.theme import GAP, PAGE, Repolish, colours, title

#: Widest its lines are, in pixels.
WIDEST = 600


class Notice(QWidget):
    """`say` fills it; the button does what the last `say` handed in."""

    def __init__(self, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icons = icons
        self._icon = ""
        self._act: Callable[[], object] | None = None
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self._picture = QLabel(alignment=Qt.AlignmentFlag.AlignCenter)
        self._sentence = QLabel(alignment=Qt.AlignmentFlag.AlignCenter, wordWrap=True)
        self._sentence.setTextFormat(Qt.TextFormat.PlainText)
        self._sentence.setFont(title(self.font()))
        self._more = QLabel(alignment=Qt.AlignmentFlag.AlignCenter, wordWrap=True)
        self._more.setTextFormat(Qt.TextFormat.PlainText)
        self._more.setForegroundRole(self.palette().ColorRole.PlaceholderText)
        self.button = QPushButton()
        self.button.hide()
        self.button.clicked.connect(self._on_click)
        self.second = QPushButton()
        self.second.setFlat(True)
        self.second.hide()
        self.second.clicked.connect(self._on_second)
        self._act_second: Callable[[], object] | None = None
        self._lines = layout = QVBoxLayout(self)
        layout.setContentsMargins(PAGE, PAGE, PAGE, PAGE)
        layout.setSpacing(GAP)
        layout.addStretch(2)
        for widget in (self._picture, self._sentence, self._more):
            layout.addWidget(widget)
        layout.addSpacing(GAP)
        layout.addWidget(self.button, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addWidget(self.second, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addStretch(3)
        self._polish = Repolish(self, self._colour)

    def resizeEvent(self, event: QResizeEvent) -> None:
        # Lines of a length that can be read.
        side = max(PAGE, (event.size().width() - WIDEST) // 2)
        self._lines.setContentsMargins(side, PAGE, side, PAGE)
        super().resizeEvent(event)

    @property
    def words(self) -> str:
        return self._sentence.text()

    def say(self, icon: str, sentence: str, more: str = "", button: str = "", act: Callable[[], object] | None = None) -> None:
        """Show `icon`, `sentence`, a smaller line `more`, and a button that calls `act`."""
        self._icon, self._act = icon, act
        self._sentence.setText(sentence)
        self.setAccessibleName(f"{sentence} {more}".strip())
        self._more.setText(more)
        self._more.setVisible(bool(more))
        self.button.setText(button)
        self.button.setVisible(bool(button))
        self.second.hide()
        self._colour()
        self._hand_on()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._hand_on()

    def _hand_on(self) -> None:
        """The keyboard is for the button, which shows that it has it."""
        if self.hasFocus() and not self.button.isHidden():
            self.button.setFocus(Qt.FocusReason.OtherFocusReason)

    def offer(self, button: str, act: Callable[[], object]) -> None:
        """Have a second button, until the next `say`."""
        self._act_second = act
        self.second.setText(button)
        self.second.show()

    def _colour(self) -> None:
        if self._icon:
            scheme = colours(self.palette())
            tones = {"checkmark_circle": scheme.done, "shield_error": scheme.failed}
            colour = QColor(tones.get(self._icon, scheme.secondary))
            self._picture.setPixmap(self._icons.pixmap(self._icon, 48, colour, self.devicePixelRatioF()))

    def _on_second(self) -> None:
        if self._act_second is not None:
            self._act_second()

    def _on_click(self) -> None:
        if self._act is not None:
            self._act()
