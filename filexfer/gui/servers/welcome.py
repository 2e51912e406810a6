"""The first page: two cards, one to send to another computer, one to let others reach this one."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QGridLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from filexfer.gui.kit.icons import Icons
from filexfer.gui.kit.reading import leading
from filexfer.gui.kit.theme import GAP, PAGE, Repolish, colours
from filexfer.gui.servers.nearby_list import NearbyList
from filexfer.gui.servers.servers_model import Servers

WIDTH, HEIGHT = 336, 268
#: What a list of computers in a card takes more than the button that finds them.
LIST_HEIGHT = 64


class Card(QFrame):
    """An icon, a head, a sentence, what stands `between`, and a button."""

    def __init__(self, icons: Icons, icon: str, head: str, sentence: str, button: str, between: QWidget | None = None) -> None:
        super().__init__()
        self._icons, self._icon = icons, icon
        self._picture = QLabel()
        title = leading(QLabel(head, wordWrap=True))
        font = self.font()
        font.setPointSize(13)
        title.setFont(font)
        words = leading(QLabel(sentence, wordWrap=True))
        words.setForegroundRole(self.palette().ColorRole.PlaceholderText)
        words.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.button = QPushButton(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(PAGE, PAGE, PAGE, PAGE)
        layout.setSpacing(GAP)
        layout.addWidget(self._picture)
        layout.addWidget(title)
        layout.addWidget(words, 1)
        if between is not None:
            layout.addWidget(between)
        layout.addSpacing(GAP)
        layout.addWidget(self.button, 0, Qt.AlignmentFlag.AlignLeading)
        self._polish = Repolish(self, self._colour)
        self._colour()

    def _colour(self) -> None:
        accent = QColor(colours(self.palette()).accent)
        self._picture.setPixmap(self._icons.pixmap(self._icon, 48, accent, self.devicePixelRatioF()))

    def paintEvent(self, event: QPaintEvent) -> None:
        scheme = colours(self.palette())
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(scheme.line), 1))
        painter.setBrush(QColor(scheme.button))
        painter.drawRoundedRect(self.rect().adjusted(0, 0, -1, -1), 8, 8)
        painter.end()


class Welcome(QScrollArea):
    """Signals: `connect_wanted()`, `share_wanted()`; `chosen(Location)` and `pair_wanted(address)` of computers nearby."""

    connect_wanted = Signal()
    share_wanted = Signal()
    chosen = Signal(object)
    pair_wanted = Signal(str)

    def __init__(self, servers: Servers, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.nearby = NearbyList(servers, icons)
        self.nearby.chosen.connect(self.chosen)
        self.nearby.pair_wanted.connect(self.pair_wanted)
        self.send = Card(
            icons,
            "send",
            self.tr("Send to another computer"),
            self.tr("Connect to a computer that runs filexfer, then drag files and folders onto the window."),
            self.tr("Connect…"),
            self.nearby,
        )
        self.share = Card(
            icons,
            "share",
            self.tr("Let others reach this computer"),
            self.tr("Choose a folder and what others may do with it. Nothing is shared before you switch it on."),
            self.tr("Choose what to share"),
        )
        servers.nearby.toggled.connect(self._fit)
        self._fit(servers.nearby.opened)
        self.send.button.setProperty("primary", True)
        self.send.button.clicked.connect(self.connect_wanted)
        self.share.button.clicked.connect(self.share_wanted)
        self._row = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._row.setSpacing(PAGE)
        self._row.addWidget(self.send)
        self._row.addWidget(self.share)
        page = QWidget()
        layout = QGridLayout(page)
        layout.setContentsMargins(PAGE, PAGE, PAGE, PAGE)
        layout.addLayout(self._row, 1, 1)
        for outer in (0, 2):
            layout.setColumnStretch(outer, 1)
            layout.setRowStretch(outer, 2 + outer // 2)
        self.setWidget(page)
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        for ground in (self.viewport(), page):
            ground.setAutoFillBackground(False)

    def _fit(self, opened: bool) -> None:
        """Both are as high as the one that has more to show."""
        for card in (self.send, self.share):
            card.setFixedSize(WIDTH, HEIGHT + (LIST_HEIGHT if opened else 0))

    def resizeEvent(self, event: QResizeEvent) -> None:
        # Beside each other where there is room, else one below the other.
        wide = event.size().width() >= 2 * WIDTH + 3 * PAGE
        self._row.setDirection(QBoxLayout.Direction.LeftToRight if wide else QBoxLayout.Direction.TopToBottom)
        super().resizeEvent(event)
