"""A bar over the foot of the list that says what was done, and for ten seconds offers to take it back."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QWidget

from filexfer.gui.kit.controls import icon_button
from filexfer.gui.kit.elided import Elided
from filexfer.gui.kit.icons import Icons
from filexfer.gui.kit.reading import margins
from filexfer.gui.kit.theme import GAP, MARGIN, colours

#: How long it stands, in milliseconds.
STANDS_MS = 10_000
#: Widest it is, and how far above the foot of its parent, in pixels: the words of a drop stand below it. In a low one, where it
#: would lie over what stands in the middle, just above the line of figures at the foot.
WIDEST, RAISED, LOW, LOW_RAISED = 560, 84, 420, 32


class UndoBar(QFrame):
    """Floats over its parent, so that no row moves. It stays while the pointer or the keyboard is on it. Signal: `wanted()`."""

    wanted = Signal()

    def __init__(self, icons: Icons, parent: QWidget) -> None:
        super().__init__(parent)
        self._over = parent
        self._sentence = Elided()
        self.button = QPushButton(self.tr("Undo"))
        self.button.clicked.connect(self._on_click)
        self._close = icon_button(icons.icon("dismiss"), self.tr("Hide this message"))
        self._close.clicked.connect(self.hide)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(margins(MARGIN, GAP // 2, GAP // 2, GAP // 2))
        layout.setSpacing(GAP)
        layout.addWidget(self._sentence, 1)
        layout.addWidget(self.button)
        layout.addWidget(self._close)
        self._timer = QTimer(self, singleShot=True, interval=STANDS_MS)
        self._timer.timeout.connect(self._on_time)
        parent.installEventFilter(self)
        self.hide()

    @property
    def stops(self) -> tuple[QWidget, QWidget]:
        """What of it takes the keyboard."""
        return self.button, self._close

    @property
    def words(self) -> str:
        """What it says; "" while hidden."""
        return "" if self.isHidden() else self._sentence.text()

    def say(self, sentence: str, undoable: bool = True) -> None:
        """Show `sentence`, with the button where it can be taken back."""
        self._sentence.setText(sentence)
        self.setAccessibleName(sentence)
        self.button.setVisible(undoable)
        self._place()
        self.show()
        self.raise_()
        self._timer.start()

    def _on_click(self) -> None:
        self.hide()
        self.wanted.emit()

    def _on_time(self) -> None:
        if self.underMouse() or self.isAncestorOf(self.window().focusWidget() or self._over):
            self._timer.start()
        else:
            self.hide()

    def _place(self) -> None:
        rest = self.button.sizeHint().width() * (not self.button.isHidden()) + self._close.sizeHint().width() + 3 * GAP
        wanted = self._sentence.full_width + rest + MARGIN + GAP // 2
        wide = min(wanted, WIDEST, self._over.width() - 2 * MARGIN)
        high = self.sizeHint().height()
        raised = RAISED if self._over.height() > LOW else LOW_RAISED
        self.setGeometry((self._over.width() - wide) // 2, self._over.height() - high - raised, wide, high)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._over and event.type() == QEvent.Type.Resize:
            self._place()
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        scheme = colours(self.palette())
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QColor(scheme.line))
        painter.setBrush(QColor(scheme.button))
        painter.drawRoundedRect(self.rect().toRectF().adjusted(0.5, 0.5, -0.5, -0.5), 8, 8)
        painter.end()
