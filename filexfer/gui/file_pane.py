"""The middle of the window: the open folder as a list, or a page that says why there is none."""

from __future__ import annotations

from itertools import pairwise

from PySide6.QtCore import QPoint, QRect, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QStackedWidget, QVBoxLayout, QWidget

from filexfer.core import paths
from filexfer.core.errors import ConnectionFailed, ConnectionLost, FilexferError, KeyChanged, LoginNeeded
from filexfer.gui.dragging.drop_outline import DropOutline
from filexfer.gui.dragging.drop_zone import Spot
from filexfer.gui.files.browser import Browser
from filexfer.gui.files.file_view import FileView
from filexfer.gui.files.grid_view import GridView
from filexfer.gui.files.place import Place
from filexfer.gui.files.undo_bar import UndoBar
from filexfer.gui.kit import words
from filexfer.gui.kit.icons import Icons
from filexfer.gui.kit.location import Location
from filexfer.gui.kit.notice import Notice
from filexfer.gui.kit.reading import leading
from filexfer.gui.kit.sentences import why
from filexfer.gui.kit.theme import MARGIN, smaller
from filexfer.gui.kit.words import Words
from filexfer.gui.manage_bar import ManageBar
from filexfer.gui.servers.servers_model import Servers
from filexfer.gui.servers.share_panel import SharePanel
from filexfer.gui.servers.welcome import Welcome

#: A folder that opens within this time needs no word about it, in milliseconds.
SOON_MS = 200


class FilePane(QWidget):
    """Signals: `upload_wanted()`, `filter_cleared()`,
    `pair_wanted(address)`, `doctor_wanted(address)`, `manage_wanted(address)` from the buttons of the pages."""

    upload_wanted = Signal()
    filter_cleared = Signal()
    pair_wanted = Signal(str)
    doctor_wanted = Signal(str)
    manage_wanted = Signal(str)

    def __init__(self, browser: Browser, view: FileView, share: SharePanel, servers: Servers, icons: Icons) -> None:
        super().__init__()
        self._browser, self.view, self.share = browser, view, share
        self.manage = ManageBar()
        self.manage.wanted.connect(self._on_manage)
        self.notice = Notice(icons)
        self.welcome = Welcome(servers, icons)
        self._place = Place(browser, view)
        browser.kept = self._names_kept
        self._stack = QStackedWidget()
        for page in (self.welcome, self.notice, view):
            self._stack.addWidget(page)
        self._count = leading(QLabel())
        self._free = leading(QLabel())
        self.outline = DropOutline(self)
        self._lay_out()
        # After the list, for the Tab key.
        self.undo_bar = UndoBar(icons, self)
        # Drops are answered by the pane, over the list as over the pages in its place; see `window_drops`.
        view.setAcceptDrops(False)
        view.viewport().setAcceptDrops(False)
        self._slow = QTimer(self, singleShot=True, interval=SOON_MS)
        self._slow.timeout.connect(self._say_opening)
        browser.moved.connect(self._on_moved)
        browser.opening.connect(self._slow.start)
        browser.about_to_show.connect(self._keep_place)
        browser.shown.connect(self._on_shown)
        browser.failed.connect(self._on_failed)
        view.selection_changed.connect(self._show_count)
        self._on_moved()

    def _lay_out(self) -> None:
        status = QHBoxLayout()
        status.setContentsMargins(MARGIN, 4, MARGIN, 4)
        for label in (self._count, self._free):
            label.setFont(smaller(self.font()))
            label.setForegroundRole(self.palette().ColorRole.PlaceholderText)
        status.addWidget(self._count, 1)
        status.addWidget(self._free)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.share)
        layout.addWidget(self.manage)
        layout.addWidget(self._stack, 1)
        layout.addLayout(status)

    @property
    def page(self) -> str:
        """Which page is shown: "welcome", "list", or what the notice says."""
        current = self._stack.currentWidget()
        if current is self.welcome:
            return "welcome"
        return "list" if current is self.view.front else self.notice.words

    @property
    def centre(self) -> QWidget:
        """What takes the keyboard in the middle: the files, or the button of the page in their place."""
        page = self._stack.currentWidget()
        if page is self.welcome:
            return self.welcome.send.button
        return self.notice.button if page is self.notice else self.view.front

    def add_grid(self, grid: GridView) -> None:
        """Have a place for the grid that may stand where the list does."""
        self._stack.addWidget(grid)
        for before, after in pairwise([self.view, grid, *self.undo_bar.stops]):
            self.setTabOrder(before, after)

    def show_as(self, front: FileView | GridView) -> None:
        """Show the rows by this view, now or when there are some."""
        before, self.view.front = self.view.front, front
        if self._stack.currentWidget() is before and before is not front:
            self._turn_to(front)
            front.scrollTo(self.view.currentIndex())

    def show_free(self, count: int) -> None:
        """Say how much space is free there, in bytes; negative for unknown."""
        self._free.setText(self.tr("{size} free").format(size=words.size(count)) if count >= 0 else "")

    def show_permission(self, here: Location, permission: str) -> None:
        """We may do so much on the server that is open."""
        self.manage.show_for(here.server, here.name, permission == "manage")

    def _on_manage(self) -> None:
        if self._browser.here is not None:
            self.manage_wanted.emit(self._browser.here.server)

    def _turn_to(self, page: QWidget) -> None:
        """Show `page`, and keep the keyboard where it is looked at: a hidden page would hand it on to anybody."""
        focused = self.window().focusWidget()
        held = focused is None or self._stack.isAncestorOf(focused)
        self._stack.setCurrentWidget(page)
        if held:
            self.take_keyboard()

    def take_keyboard(self) -> None:
        """Give the keyboard to the files, or to the page in their place, which hands it on to its button."""
        page = self._stack.currentWidget()
        (self.welcome.send.button if page is self.welcome else page or self).setFocus(Qt.FocusReason.OtherFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        # Of a page without files, whose buttons leave this key to us.
        if event.key() == Qt.Key.Key_Backspace:
            self._browser.up()
        else:
            super().keyPressEvent(event)

    # What the browser tells.

    def _on_moved(self) -> None:
        here = self._browser.here
        self._place.forget()
        self._count.clear()
        self.share.setVisible(here is not None and not here.server)
        self.manage.keep_to("" if here is None else here.server)
        if here is None:
            self._slow.stop()
            self.show_free(-1)
            self._turn_to(self.welcome)

    def _say_opening(self) -> None:
        if self._browser.here is not None:
            self.notice.say("folder", self.tr("Opening “{place}”…").format(place=self._browser.here.words))
            self._turn_to(self.notice)

    def _names_kept(self) -> list[str]:
        return self._place.names() if self._stack.currentWidget() is self.view.front else []

    def _keep_place(self) -> None:
        if self._stack.currentWidget() is self.view.front:
            self._place.keep()

    def _on_shown(self, select: list[str]) -> None:
        self._slow.stop()
        if self._browser.model.rowCount():
            self._turn_to(self.view.front)
            self._place.put_back(select)
        elif self._browser.complete:
            self._say_nothing()
        self._show_count()

    def _say_nothing(self) -> None:
        if self._browser.filter:
            sentence = self.tr("Nothing here is called “{text}”.").format(text=paths.shown(self._browser.filter))
            self.notice.say("search", sentence, "", self.tr("Show everything"), self.filter_cleared.emit)
        else:
            self.notice.say(
                "folder",
                self.tr("This folder is empty."),
                self.tr("Drop files and folders here to upload them."),
                self.tr("Upload files…"),
                self.upload_wanted.emit,
            )
        self._turn_to(self.notice)

    def _on_failed(self, error: FilexferError) -> None:
        self._slow.stop()
        here = self._browser.here
        if here is None:
            return
        if isinstance(error, KeyChanged) or (isinstance(error, LoginNeeded) and here.server.startswith("https:")):
            self._say_untrusted(here, error)
        else:
            sentence = self.tr("“{place}” cannot be opened.").format(place=here.words)
            again = self._browser.refresh
            self.notice.say("plug_disconnected", sentence, why(error), self.tr("Try again"), lambda: again())
            if here.server and isinstance(error, ConnectionFailed | ConnectionLost):
                self.notice.offer(self.tr("Find out why"), lambda: self.doctor_wanted.emit(here.server))
        self._turn_to(self.notice)
        self._count.clear()

    def _say_untrusted(self, here: Location, error: FilexferError) -> None:
        """Nothing was sent there, and the one way on is pairing."""
        self.manage.hide()
        name = paths.shown(here.name)
        if isinstance(error, KeyChanged):
            icon, sentence = "shield_error", self.tr("“{name}” shows another key.").format(name=name)
            more = self.tr(
                "It is not the one it was paired with, so nothing was sent to it. If its owner set it up anew, pair again. "
                "Otherwise somebody may be in between: ask its owner first."
            )
            button = self.tr("Pair again…")
        else:
            icon, sentence = "lock_closed", self.tr("“{name}” needs pairing.").format(name=name)
            more = self.tr("It does not know this computer, or not any more. Ask for a code there, and type it here.")
            button = self.tr("Pair…")
        self.notice.say(icon, sentence, more, button, lambda: self.pair_wanted.emit(here.server))

    def _show_count(self) -> None:
        chosen, total = self.view.chosen(), self._browser.model.rowCount()
        text = Words.tr("%Ln item(s)", "", total)
        if chosen:
            text = self.tr("{chosen} of {items} selected").format(chosen=words.number(chosen), items=text)
        elif not self._browser.complete:
            text = self.tr("{items}, still counting…").format(items=text)
        self._count.setText(text if self._browser.here is not None else "")

    # Drops.

    def spot(self, point: QPoint) -> Spot:
        """Where a drop at `point` goes, and what to outline."""
        here, front = self._browser.here, self.view.front
        area = QRect(self._stack.geometry())
        if here is None or self._stack.currentWidget() is not front:
            return Spot(here, area)
        port = front.viewport()
        inside = port.mapFrom(self, point)
        folder = front.folder_at(inside) if port.rect().contains(inside) else None
        if folder is None:
            return Spot(here, area)
        rect = front.row_rect(front.row_at(inside))
        return Spot(here.into(folder.name), QRect(port.mapTo(self, rect.topLeft()), rect.size()), springs=True)
