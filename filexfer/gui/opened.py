"""What macOS opens with the app while it runs, or starts it for: files and links come as events, not as arguments (Qt's
QFileOpenEvent; Apple's “open documents” and “get URL” events)."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QFileOpenEvent
from PySide6.QtWidgets import QApplication

from filexfer.gui.single import Handover
from filexfer.protocol.pairing import is_link


class Opened(QObject):
    """Calls `take` with what is opened."""

    def __init__(self, app: QApplication, take: Callable[[Handover], object]) -> None:
        super().__init__(app)
        self._app, self._take = app, take
        app.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() != QEvent.Type.FileOpen or not isinstance(event, QFileOpenEvent):
            return False
        link = event.url().toString()
        if is_link(link):
            self._take(Handover(link=link))
        elif event.file():
            self._take(Handover((event.file(),)))
        return True

    def close(self) -> None:
        """Take no more."""
        self._app.removeEventFilter(self)
