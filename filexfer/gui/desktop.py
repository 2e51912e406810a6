"""The window on its desktop: tray, task bar, notifications, what closing means, later starts of the app, preferences, the doctor.
Rules: it puts parts together and keeps nothing; all of them may be absent."""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QAction, QGuiApplication, QKeySequence
from PySide6.QtWidgets import QApplication, QWidget

from filexfer.gui.closing import Closing
from filexfer.gui.dragging.send_dialog import SendDialog
from filexfer.gui.files.aside import Aside
from filexfer.gui.integrate_dialog import IntegrateDialog
from filexfer.gui.kit.bridge import Bridge, JobNews
from filexfer.gui.kit.icons import Icons
from filexfer.gui.kit.location import Location
from filexfer.gui.kit.settings import Memory
from filexfer.gui.notify import Notifier
from filexfer.gui.platform.system import System
from filexfer.gui.preferences import Preferences
from filexfer.gui.servers.doctor_dialog import DoctorDialog
from filexfer.gui.single import Handover
from filexfer.gui.tray import Tray
from filexfer.gui.window import Window

_log = logging.getLogger("filexfer.gui")


class Desktop(QObject):
    """Signals, which may be sent from any thread: `handed(Handover)`, what another start was given; `clicked(token)`, a
    notification was clicked.

    Attributes: window, tray, closing, notifier.
    """

    handed = Signal(object)
    clicked = Signal(str)

    def __init__(self, window: Window, bridge: Bridge, memory: Memory, icons: Icons, system: System) -> None:
        super().__init__(window)
        self.window, self._bridge, self._memory, self._icons, self._system = window, bridge, memory, icons, system
        self.closing = Closing(window, bridge, memory, lambda: self.tray.there)
        self.tray = Tray(icons, window, lambda: self.closing.has_work)
        self.notifier = Notifier(window.jobs, memory, window, self._notify)
        self._waiting: list[str] = []
        self._aside = Aside(self)
        self._add_actions()
        self.tray.opened.connect(self.show_window)
        self.tray.preferences_wanted.connect(self.show_preferences)
        self.tray.quit_wanted.connect(self._on_quit)
        self.handed.connect(self.take)
        self.clicked.connect(self.show_window)
        system.clicked, system.open_words = self.clicked.emit, self.tr("Open filexfer")
        window.job_acts.show_files = system.show_files
        bridge.jobs.connect(self._on_jobs)
        window.errors.doctor_wanted.connect(self.show_doctor)
        window.pane.doctor_wanted.connect(self.show_doctor)
        window.transfers.doctor_wanted.connect(self.show_doctor)
        window.servers.changed.connect(self._offer_waiting)
        # The end of the session asks nothing: a question there would only hold it up.
        QGuiApplication.instance().commitDataRequest.connect(self.closing.leave)  # type: ignore[union-attr]

    def _add_actions(self) -> None:
        self.preferences = QAction(self.tr("Preferences…"), self.window)
        self.preferences.setShortcut(QKeySequence("Ctrl+,"))
        self.preferences.setMenuRole(QAction.MenuRole.PreferencesRole)
        self.preferences.triggered.connect(self.show_preferences)
        self.integrate = QAction(self.tr("Integrate…"), self.window)
        self.integrate.setVisible(self._system.can_integrate)
        self.integrate.triggered.connect(self.show_integrate)
        self.quit = QAction(self.tr("Quit"), self.window)
        self.quit.setShortcut(QKeySequence("Ctrl+Q"))
        self.quit.setMenuRole(QAction.MenuRole.QuitRole)
        self.quit.triggered.connect(self.window.close)
        menu = self.window.toolbar.more.menu()
        menu.addSeparator()
        menu.addActions([self.preferences, self.integrate, self.quit])
        self.window.addActions([self.preferences, self.quit])

    @Slot()
    @Slot(str)
    def show_window(self, token: str = "") -> None:
        """Bring the window to the front; `token` is the system's leave to do so."""
        if token:
            # Qt takes it from there (https://wayland.app/protocols/xdg-activation-v1).
            os.environ["XDG_ACTIVATION_TOKEN"] = token
        if self.window.isMinimized():
            self.window.showNormal()
        self.window.show()
        self.window.raise_()
        self.window.activateWindow()

    @Slot(object)
    def take(self, given: Handover) -> None:
        """Show the window, and what a start was given: a link in the dialog that pairs, paths in the one that sends."""
        self.show_window(given.token)
        if given.link:
            self.window.connect_to(given.link)
        if given.paths:
            self.offer(given.paths)

    def offer(self, local: Sequence[str]) -> None:
        """Ask where these files and folders are to go; as soon as it is known where they can."""
        self._waiting += local
        self._offer_waiting()

    def _offer_waiting(self) -> None:
        if not self._waiting or not self.window.servers.known:
            return
        local, self._waiting = self._waiting, []
        dialog = SendDialog(local, self._places(), self.window)
        dialog.chosen.connect(lambda place: self.window.actions_.take_drop(local, [], place))
        dialog.open()

    def _places(self) -> list[Location]:
        """Where files can go: the open folder, then the folder last open on each server."""
        servers, memory = self.window.servers, self._memory
        here = self.window.browser.here
        others = [Location(one.address, memory.folder_of(one.address), one.name) for one in servers.saved]
        own = Location("", memory.folder_of(""), servers.name_of(""))
        found = [*([here] if here is not None else []), *others, own]
        return list({(place.server, place.path): place for place in reversed(found)}.values())[::-1]

    def show_preferences(self) -> None:
        """Open the preferences."""
        self.show_window()
        dialog = Preferences(self._bridge, self._memory, self._system, self.window)
        dialog.share_wanted.connect(self.window.open_own_share)
        dialog.open()

    def show_integrate(self) -> None:
        """Open what has the system's menu and links start this program."""
        IntegrateDialog(self._system, self.window).open()

    def mend(self) -> None:
        """See whether what was integrated earlier has been moved since, and have it start this program; say so."""
        self._aside.do(self._system.mend, self._on_mended, lambda error: _log.warning("nothing was mended: %s", error))

    def _on_mended(self, mended: bool) -> None:
        if mended:
            self._notify(self.tr("filexfer was moved"), self.tr("The menu, links and the login start it from where it is now."))

    def show_doctor(self, server: str) -> None:
        """Open the doctor on the way to `server`."""
        DoctorDialog(self._bridge, server, self.window.servers.name_of(server), self._icons, self._front).open()

    @property
    def _front(self) -> QWidget:
        """What a new dialog is to lie over."""
        return QApplication.activeModalWidget() or self.window

    def _notify(self, title: str, text: str) -> None:
        if not self._system.notify(title, text):
            self.tray.tell(title, text)

    def _on_jobs(self, news: JobNews) -> None:
        self.notifier.take(news)
        jobs = self.window.jobs
        percent = jobs.percent
        self._system.progress(None if percent is None else percent / 100, len(jobs.active))
        self.tray.tip("filexfer" if percent is None else f"filexfer · {percent} %")

    def _on_quit(self) -> None:
        if self.closing.has_work:
            self.closing.stop()
        else:
            self.closing.leave()

    def close(self) -> None:
        """The app ends: nothing of it stays on the desktop."""
        self.tray.hide()
        self._system.close()
