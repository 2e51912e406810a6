"""What shows a preview: the picture as large as there is room, the text, or an icon with a sentence. Text is always plain."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPaintEvent, QPalette, QPixmap
from PySide6.QtWidgets import QFrame, QLabel, QPlainTextEdit, QStackedWidget, QVBoxLayout, QWidget

from filexfer.core import paths
from filexfer.core.model import Entry, Kind
from filexfer.gui.files.file_delegate import icon_of
from filexfer.gui.files.pictures import Preview
from filexfer.gui.kit.controls import fixed_font, plain_label
from filexfer.gui.kit.icons import Icons
from filexfer.gui.kit.sentences import said
from filexfer.gui.kit.theme import GAP, MARGIN, Repolish

ICON = 48


class Picture(QWidget):
    """A picture in the middle, made smaller where there is no room, and never larger."""

    def __init__(self) -> None:
        super().__init__()
        self._pixmap = QPixmap()

    def show_picture(self, picture: QImage | None) -> None:
        self._pixmap = QPixmap() if picture is None else QPixmap.fromImage(picture)
        self.update()

    def place(self) -> QRect:
        """Where it is painted; empty where there is none."""
        natural = (self._pixmap.size() / self.devicePixelRatio()).expandedTo(QSize(0, 0))
        fitting = natural.scaled(natural.boundedTo(self.size()), Qt.AspectRatioMode.KeepAspectRatio)
        result = QRect(0, 0, fitting.width(), fitting.height())
        result.moveCenter(self.rect().center())
        return result

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._pixmap.isNull():
            painter = QPainter(self)
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawPixmap(self.place(), self._pixmap)
            painter.end()


class PreviewView(QStackedWidget):
    """`show_icon` at once, `show_preview` when it came, `say` where none comes."""

    def __init__(self, icons: Icons) -> None:
        super().__init__()
        self._icons = icons
        self.picture = Picture()
        self.text = QPlainTextEdit(readOnly=True)
        self.text.setFrameShape(QFrame.Shape.NoFrame)
        self.text.setAccessibleName(self.tr("Preview of the text"))
        self.text.setFont(fixed_font(max(7.0, self.font().pointSizeF() - 1)))
        self.text.setProperty("reads", True)
        self.text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        # By Tab too: the arrow keys scroll it.
        self.text.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.text.setTabChangesFocus(True)
        self._note = QWidget()
        self._icon, self._words = QLabel(), plain_label(wrap=True)
        self._words.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self._drawn: tuple[str, QPalette.ColorRole] | None = None
        self._lay_out_note()
        self._polish = Repolish(self, self._colour)
        for page in (self._note, self.picture, self.text):
            self.addWidget(page)

    def _lay_out_note(self) -> None:
        layout = QVBoxLayout(self._note)
        layout.setContentsMargins(MARGIN, MARGIN, MARGIN, MARGIN)
        layout.setSpacing(GAP)
        layout.addStretch(1)
        for label in (self._icon, self._words):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            layout.addWidget(label)
        layout.addStretch(1)

    @property
    def page(self) -> str:
        """What is shown: "picture", "text", or the words beside the icon."""
        current = self.currentWidget()
        if current is self._note:
            return self._words.text()
        return "picture" if current is self.picture else "text"

    def edge(self, most: int) -> int:
        """How large a picture is to be asked for, in pixels of the screen: in steps, so that a window that is drawn larger does
        not ask at each."""
        wanted = round(max(self.width(), self.height()) * self.devicePixelRatio())
        return min(most, max(256, -(-wanted // 256) * 256))

    def show_icon(self, entry: Entry, words: str = "") -> None:
        """What stands for `entry` while nothing better is there."""
        tone = QPalette.ColorRole.Accent if entry.kind is Kind.FOLDER else QPalette.ColorRole.PlaceholderText
        self._say(icon_of(entry), tone, words)

    def show_nothing(self, words: str) -> None:
        """Nothing is chosen: say what to choose."""
        self._say("image", QPalette.ColorRole.PlaceholderText, words)

    def _say(self, icon: str, tone: QPalette.ColorRole, words: str) -> None:
        self._drawn = (icon, tone)
        self._colour()
        self._words.setText(words)
        self._words.setVisible(bool(words))
        self.setCurrentWidget(self._note)

    def _colour(self) -> None:
        if self._drawn is not None:
            name, tone = self._drawn
            self._icon.setPixmap(self._icons.pixmap(name, ICON, self.palette().color(tone), self.devicePixelRatio()))

    def show_preview(self, preview: Preview) -> None:
        if preview.kind == "image":
            self.picture.show_picture(preview.picture)
            self.setCurrentWidget(self.picture)
        elif preview.kind == "text" and preview.text:
            self.text.setPlainText(preview.text + ("\n…" if preview.cut else ""))
            self.setCurrentWidget(self.text)
        elif preview.kind == "text":
            self.show_icon(preview.entry, self.tr("The file is empty."))
        else:
            self.show_icon(preview.entry, said(paths.shown(preview.reason)))
