"""Has a window open, brings it where a picture is to be taken, and takes it in both schemes."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QCoreApplication, QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QCursor, QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QWidget

from filexfer.gui import app
from filexfer.gui.kit.location import Location
from filexfer.gui.kit.theme import Theme
from filexfer.gui.window import Window
from tests.gui.conftest import OtherServer, OwnAgent, SecureServer

SCHEMES = {"light": Qt.ColorScheme.Light, "dark": Qt.ColorScheme.Dark}
_Dialog = TypeVar("_Dialog", bound=QWidget)


class Photographer:
    """Attributes: agent, server (the other computer), attic (one that pairs), source (files to send), state (folder of the
    window's memory), window."""

    def __init__(
        self, agent: OwnAgent, server: OtherServer, home: Path, source: Path, target: Path, language: str, theme: Theme
    ) -> None:
        self.agent, self.server, self.home, self.source = agent, server, home, source
        self._target, self._language, self._theme = target, language, theme
        self._group = self._number = 0
        self.state = home / "window"
        self.attic = SecureServer(home / "attic", home / "attic-state")
        self.window: Window = app.make_window(agent.open, self.state)
        self.window.start()
        self.window.show()
        # The pointer lies on nothing.
        QCursor.setPos(QPoint(790, 790))
        self.wait(lambda: self.window.servers.known)

    def begin_group(self) -> None:
        """Pictures of a group are numbered for themselves."""
        self._group, self._number = self._group + 1, 0

    def close(self) -> None:
        self.window.close()
        self.attic.stop()

    def put_away(self) -> None:
        """Close what lies over the window."""
        for _ in range(10):
            if (over := QApplication.activePopupWidget() or QApplication.activeModalWidget()) is None:
                break
            over.close()
        self.drag_away()

    def wait(self, seen: Callable[[], object], seconds: float = 60.0) -> None:
        end = time.monotonic() + seconds
        while not seen():
            if time.monotonic() > end:
                raise TimeoutError(f"waited in vain; the window says “{self.window.errors.words}”, “{self.window.pane.page}”")
            QTest.qWait(20)

    def shoot(self, name: str, widget: QWidget | None = None) -> None:
        """Take `widget`, or else the window, in both schemes."""
        self._number += 1
        QTest.qWait(120)
        for scheme, value in SCHEMES.items():
            self._theme.apply(value)
            QTest.qWait(40)
            file = f"{self._group:02}{chr(96 + self._number)}-{name}.{self._language}.{scheme}.png"
            (widget or self.window).grab().save(str(self._target / file))
        self._theme.apply(Qt.ColorScheme.Light)

    def shoot_dialog(self, name: str, kind: type[_Dialog]) -> None:
        """Take the dialog that is open, and close it."""
        dialog = modal(kind)
        self.shoot(name, dialog)
        dialog.close()

    def shoot_menu(self, name: str, menu: QMenu) -> None:
        """Open a menu, take it, and close it."""
        menu.popup(QPoint(0, 0))
        self.shoot(name, menu)
        menu.close()

    def shoot_open_menu(self, name: str) -> None:
        """Take the menu that is open, and close it."""
        menu = QApplication.activePopupWidget()
        assert isinstance(menu, QMenu)
        self.shoot(name, menu)
        menu.close()

    def go(self, path: str, server: str | None = None, name: str = "studio") -> None:
        """Open a folder, and wait until it is there."""
        self.window.browser.open(Location(self.server.address if server is None else server, path, name))
        self.wait(lambda: self.window.browser.settled)
        QTest.qWait(120)

    def offers(self, button: str) -> bool:
        """Whether a page stands in place of the list, and has this button (its English text)."""
        notice = self.window.pane.notice
        wanted = QCoreApplication.translate("FilePane", button)
        return notice.isVisible() and notice.button.isVisible() and notice.button.text() == wanted

    def drag(self, point: QPoint) -> None:
        """Drag a file over the window."""
        mime = QMimeData()
        mime.setUrls([QUrl.fromLocalFile(__file__)])
        for kind in (QDragEnterEvent, QDragMoveEvent):
            event = kind(point, Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
            QApplication.sendEvent(self.window.windowHandle(), event)

    def drag_away(self) -> None:
        QApplication.sendEvent(self.window.windowHandle(), QDragLeaveEvent())

    def server_state(self, name: str) -> str:
        return next((one.state for one in self.window.servers.saved if one.name == name), "")


def modal(kind: type[_Dialog]) -> _Dialog:
    """The dialog that is open."""
    dialog = QApplication.activeModalWidget()
    assert isinstance(dialog, kind), f"{dialog} is open"
    return dialog
