"""The one place where an error is shown: a bar that says what happened and what to do, and stays out of the way.

Rules: the sentence comes from `core.errors`, whose texts are for people; details are for whoever is asked for help.
"""

from __future__ import annotations

import platform

from PySide6.QtCore import QSysInfo, Qt, Signal, qVersion
from PySide6.QtGui import QColor, QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QWidget

from filexfer import __version__
from filexfer.core import paths
from filexfer.core.errors import ConnectionFailed, ConnectionLost, FilexferError
from filexfer.gui.kit.controls import icon_button
from filexfer.gui.kit.icons import Icons
from filexfer.gui.kit.reading import leading, margins
from filexfer.gui.kit.sentences import why
from filexfer.gui.kit.theme import GAP, MARGIN, Repolish, colours
from filexfer.protocol.address import mentioned


class ErrorBar(QFrame):
    """Hidden until `show_error`; goes with its cross or with Escape, or when the same thing succeeds (`clear`).

    Signal: `doctor_wanted(address)` when somebody wants to know why a connection did not come about."""

    doctor_wanted = Signal(str)

    def __init__(self, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icons = icons
        self._details = ""
        self.setAutoFillBackground(True)
        self._picture = QLabel()
        self._sentence = leading(QLabel(wordWrap=True))
        self._sentence.setTextFormat(Qt.TextFormat.PlainText)
        self._sentence.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._copy = QPushButton(self.tr("Copy details"))
        self._copy.clicked.connect(self._on_copy)
        self._address = ""
        self.why = QPushButton(self.tr("Find out why"))
        self.why.clicked.connect(lambda: self.doctor_wanted.emit(self._address))
        self._close = icon_button(icons.icon("dismiss"), self.tr("Hide this message"))
        self._close.setShortcut(Qt.Key.Key_Escape)
        self._close.clicked.connect(self.clear)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(margins(MARGIN, GAP // 2, GAP, GAP // 2))
        layout.setSpacing(GAP)
        layout.addWidget(self._picture)
        layout.addWidget(self._sentence, 1)
        layout.addWidget(self.why)
        layout.addWidget(self._copy)
        layout.addWidget(self._close)
        self._polish = Repolish(self, self._colour)
        self._colour()
        self.hide()

    @property
    def words(self) -> str:
        """What it says; "" while hidden."""
        return "" if self.isHidden() else self._sentence.text()

    def show_error(self, error: FilexferError, doing: str = "") -> None:
        """Say what happened. `doing`: what was tried, in words, put before it."""
        sentence = why(error)
        self._sentence.setText(f"{doing} {sentence}" if doing else sentence)
        self._details = describe(error, doing)
        self._address = unreached(error)
        self.why.setVisible(bool(self._address))
        self._copy.setText(self.tr("Copy details"))
        self.show()

    def clear(self) -> None:
        self.hide()

    def _on_copy(self) -> None:
        QGuiApplication.clipboard().setText(self._details)
        self._copy.setText(self.tr("Copied"))

    def _colour(self) -> None:
        failed = QColor(colours(self.palette()).failed)
        self._picture.setPixmap(self._icons.pixmap("error_circle", 20, failed, self.devicePixelRatioF()))


def unreached(error: FilexferError) -> str:
    """The server to which this error says that no connection came about; "" where it says something else."""
    return mentioned(str(error)) if isinstance(error, ConnectionFailed | ConnectionLost) else ""


def describe(error: FilexferError, doing: str = "") -> str:
    """What to send along when asking for help: the error, its kind, and what runs where."""
    # Only here, for a window without errors needs no OpenSSL.
    import ssl

    # Qt's words, for Python asks another program for them.
    system = f"{QSysInfo.prettyProductName()} ({QSysInfo.kernelType()} {QSysInfo.kernelVersion()})"
    lines = [
        doing,
        f"{type(error).__name__}: {paths.shown(str(error))}",
        f"filexfer {__version__}, Python {platform.python_version()}, {ssl.OPENSSL_VERSION}, Qt {qVersion()}, {system}",
    ]
    return "\n".join(line for line in lines if line)
