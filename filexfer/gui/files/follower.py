"""Shows the open folder anew when the agent tells that it changed, and has it looked at again when somebody comes back.

Rule: never while a name is edited or something is dragged over the list; rows would move away under the hand."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, QTimer

from filexfer.gui.files.browser import Browser
from filexfer.gui.kit.bridge import Bridge, ViewNews

#: While rows must stay, it is tried again this often; and a folder is looked at again this long after somebody came back, both
#: in milliseconds.
HELD_MS, PAUSE_MS = 150, 700


class Follower(QObject):
    def __init__(self, browser: Browser, bridge: Bridge, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._browser = browser
        self._news: ViewNews | None = None
        self._again = QTimer(self, singleShot=True, interval=HELD_MS)
        self._again.timeout.connect(self._show)
        self._timer = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._timer.timeout.connect(self._look)
        browser.moved.connect(self._timer.stop)
        bridge.views.connect(self._on_views)

    def look_soon(self) -> None:
        if self._browser.here is not None and not self._timer.isActive():
            self._timer.start()

    def _look(self) -> None:
        if self._browser.held():
            self._timer.start()
        else:
            self._browser.refresh()

    def _on_views(self, views: Sequence[ViewNews]) -> None:
        for news in views:
            if news.view == self._browser.view:
                self._news = news
        self._show()

    def _show(self) -> None:
        news = self._news
        if news is None or news.view != self._browser.view:
            self._news = None
        elif self._browser.held() or not self._browser.settled:
            self._again.start()
        else:
            self._news = None
            self._browser.take_news(news)
