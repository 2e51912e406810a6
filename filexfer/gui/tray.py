"""The icon in the tray, where the desktop has one: opens the window, and ends everything."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QMenu, QSystemTrayIcon, QWidget

from filexfer.gui.kit.icons import Icons


class Tray(QObject):
    """Signals: `opened()`, `preferences_wanted()`, `quit_wanted()`. Attributes: there (whether this desktop shows it)."""

    opened = Signal()
    preferences_wanted = Signal()
    quit_wanted = Signal()

    def __init__(self, icons: Icons, window: QWidget, has_work: Callable[[], bool]) -> None:
        super().__init__(window)
        self._has_work = has_work
        self.menu = QMenu(window)
        self.menu.addAction(self.tr("Open filexfer"), self.opened.emit)
        self.menu.addAction(self.tr("Preferences…"), self.preferences_wanted.emit)
        self.menu.addSeparator()
        self._quit = self.menu.addAction(self.tr("Quit"), self.quit_wanted.emit)
        self.menu.aboutToShow.connect(self._name_quit)
        self._icon = QSystemTrayIcon(icons.app, self)
        self._icon.setToolTip("filexfer")
        self._icon.setContextMenu(self.menu)
        self._icon.activated.connect(self._on_activated)
        self._icon.messageClicked.connect(self.opened)
        if QSystemTrayIcon.isSystemTrayAvailable():
            self._icon.show()

    @property
    def there(self) -> bool:
        # Asked anew each time: a panel may come up later, or go.
        return self._icon.isVisible() and QSystemTrayIcon.isSystemTrayAvailable()

    def tell(self, title: str, text: str) -> None:
        """Show a message beside the icon, on systems that have no other way."""
        if self.there:
            self._icon.showMessage(title, text, self._icon.icon())

    def tip(self, text: str) -> None:
        self._icon.setToolTip(text)

    def hide(self) -> None:
        self._icon.hide()

    def _name_quit(self) -> None:
        self._quit.setText(self.tr("Stop and quit") if self._has_work() else self.tr("Quit"))

    def _on_activated(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        if reason in (QSystemTrayIcon.ActivationReason.Trigger, QSystemTrayIcon.ActivationReason.DoubleClick):
            self.opened.emit()
