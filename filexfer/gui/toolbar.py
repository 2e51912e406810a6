"""The bar at the top: back, forward, up, where we are, the filter, and what can be done here."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QAction, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QToolButton, QWidget

from filexfer.gui.file_actions import FileActions
from filexfer.gui.files.breadcrumb import Breadcrumb
from filexfer.gui.files.browser import Browser
from filexfer.gui.files.view_choice import ViewChoice
from filexfer.gui.kit.controls import icon_button
from filexfer.gui.kit.icons import Icons
from filexfer.gui.kit.menu import Menu
from filexfer.gui.kit.reading import margins
from filexfer.gui.kit.theme import GAP, MARGIN

#: How long typing in the filter must pause before it is asked for, in milliseconds.
PAUSE_MS = 120
#: Pixels of the filter, and of a window in which it takes less.
FILTER_WIDTH, FILTER_NARROW, NARROW = 176, 112, 860


class Toolbar(QWidget):
    """Signals: `connect_wanted()`. Attributes: to_filter, to_connect (actions that have a key)."""

    connect_wanted = Signal()

    def __init__(
        self, browser: Browser, actions: FileActions, choice: ViewChoice, icons: Icons, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._browser, self._actions, self._choice, self._icons = browser, actions, choice, icons
        self.as_list, self.as_grid, self.panel = (_toggle(one) for one in (choice.as_list, choice.as_grid, choice.panel))
        self.back = self._button("arrow_left", self.tr("Back"), QKeySequence("Alt+Left"))
        self.forward = self._button("arrow_right", self.tr("Forward"), QKeySequence("Alt+Right"))
        self.up = self._button("arrow_up", self.tr("Folder above"), QKeySequence("Alt+Up"))
        self.back.clicked.connect(browser.back)
        self.forward.clicked.connect(browser.forward)
        self.up.clicked.connect(browser.up)
        self.breadcrumb = Breadcrumb()
        self.filter = self._make_filter()
        self.upload = self._button("arrow_upload", self.tr("Upload"))
        self.upload.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.upload.setMenu(self._menu(self.upload, "upload_files", "upload_folder"))
        self.download = self._button("arrow_download", actions["download_to"].text())
        self.download.clicked.connect(actions["download_to"].trigger)
        self.more = self._button("more_vertical", self.tr("More"))
        self.more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.more.setMenu(self._more_menu())
        self._lay_out()
        actions["download_to"].changed.connect(self._enable)
        browser.moved.connect(self._on_moved)
        self._on_moved()

    def _button(self, icon: str, name: str, key: QKeySequence | None = None) -> QToolButton:
        button = icon_button(self._icons.icon(icon), name)
        if key is not None:
            button.setToolTip(f"{name}  {key.toString(QKeySequence.SequenceFormat.NativeText)}")
            button.setShortcut(key)
        return button

    def _make_filter(self) -> QLineEdit:
        field = QLineEdit(placeholderText=self.tr("Filter"), clearButtonEnabled=True)
        field.setAccessibleName(self.tr("Filter by name"))
        field.setFixedWidth(FILTER_WIDTH)
        field.addAction(self._icons.icon("search"), QLineEdit.ActionPosition.LeadingPosition)
        self._typing = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._typing.timeout.connect(self._on_filter)
        field.textChanged.connect(self._typing.start)
        field.returnPressed.connect(self._on_filter)
        self.to_filter = QAction(self.tr("Filter by name"), field, shortcut=QKeySequence(QKeySequence.StandardKey.Find))
        self.to_filter.triggered.connect(lambda: field.setFocus(Qt.FocusReason.ShortcutFocusReason))
        self.addAction(self.to_filter)
        return field

    def _menu(self, parent: QWidget, *names: str) -> Menu:
        menu = Menu(parent)
        for name in names:
            if name:
                menu.addAction(self._actions[name])
            else:
                menu.addSeparator()
        return menu

    def _more_menu(self) -> Menu:
        menu = self._menu(self.more, "new_folder", "paste", "paste_into", "undo", "trash", "", "refresh", "hidden", "edit_path")
        menu.addMenu(self._choice.menu(menu))
        menu.addSeparator()
        self.to_connect = menu.addAction(self._icons.icon("plug_connected"), self.tr("Connect…"))
        self.to_connect.setShortcut(QKeySequence("Ctrl+N"))
        self.to_connect.triggered.connect(self.connect_wanted)
        return menu

    def _lay_out(self) -> None:
        layout = QHBoxLayout(self)
        layout.setContentsMargins(margins(GAP, GAP, MARGIN, GAP))
        layout.setSpacing(4)
        for widget in (self.back, self.forward, self.up):
            layout.addWidget(widget)
        layout.addSpacing(GAP)
        layout.addWidget(self.breadcrumb, 1)
        layout.addWidget(self.filter)
        for widget in (self.upload, self.download, self.as_list, self.as_grid, self.panel, self.more):
            layout.addWidget(widget)

    def resizeEvent(self, event: QResizeEvent) -> None:
        # Where there is little room, where we are comes first.
        self.filter.setFixedWidth(FILTER_WIDTH if event.size().width() >= NARROW else FILTER_NARROW)
        super().resizeEvent(event)

    def clear_filter(self) -> None:
        self.filter.clear()
        self._on_filter()

    def _on_filter(self) -> None:
        self._typing.stop()
        self._browser.refine(text=self.filter.text())

    def _on_moved(self) -> None:
        self.filter.clear()
        self._typing.stop()
        self.breadcrumb.show_location(self._browser.here)
        self._enable()

    def _enable(self) -> None:
        here = self._browser.here
        self.back.setEnabled(self._browser.trail.can_back)
        self.forward.setEnabled(self._browser.trail.can_forward)
        self.up.setEnabled(here is not None and here.up is not None)
        self.filter.setEnabled(here is not None)
        self.upload.setEnabled(here is not None)
        self.download.setEnabled(self._actions["download_to"].isEnabled())


def _toggle(action: QAction) -> QToolButton:
    """A flat button that stays down while its action is checked."""
    button = icon_button(action.icon(), action.text())
    button.setDefaultAction(action)
    return button
