"""What the keyboard does in the whole window: F6 goes from one part to the next, F10 opens the menu, F1 lists all keys.
Rules: the list is made of the actions themselves, as they are when it is opened; only keys that lists handle are named here."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QRect, Qt
from PySide6.QtGui import QAction, QContextMenuEvent, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QAbstractButton, QApplication, QToolButton, QWidget

from filexfer.gui.shortcuts_dialog import Group, ShortcutsDialog

if TYPE_CHECKING:
    from filexfer.gui.window import Window


class Keyboard(QObject):
    """Attributes: list (the action that shows all keys)."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window = window
        self._meant: QWidget | None = None
        # Queued: while a key is acted upon it stays what it was when the key went down.
        QApplication.instance().focusChanged.connect(self._follow, Qt.ConnectionType.QueuedConnection)  # type: ignore[union-attr]
        self.next = self._action(self.tr("Next part of the window"), "F6")
        self.previous = self._action(self.tr("Previous part of the window"), "Shift+F6")
        self.menu = self._action(self.tr("Open the menu"), "F10")
        self.more = self._action(self.tr("What can be done with it"), "Shift+F10")
        self.list = self._action(self.tr("Keyboard shortcuts"), "F1")
        self.next.triggered.connect(lambda: self._step(1))
        self.previous.triggered.connect(lambda: self._step(-1))
        self.menu.triggered.connect(window.toolbar.more.showMenu)
        # Windows does this by itself; a Menu key, where there is one, does it everywhere.
        self.more.setEnabled(sys.platform != "win32")
        self.more.triggered.connect(_ask_for_menu)
        self.list.triggered.connect(self.show_list)
        window.toolbar.more.menu().addSeparator()
        window.toolbar.more.menu().addAction(self.list)

    def _action(self, text: str, key: str) -> QAction:
        action = QAction(text, self._window)
        action.setShortcut(QKeySequence(key))
        self._window.addAction(action)
        return action

    def _follow(self) -> None:
        self._meant = self._window.focusWidget()

    def press(self, event: QKeyEvent) -> bool:
        """Have Enter press the button that has the keyboard, as in dialogs, where alone Qt does so; whether it was that. A list
        or a field that has acted upon Enter leaves it to others all the same, and may have given the keyboard to a button."""
        button = self._window.focusWidget()
        if event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter) or not isinstance(button, QAbstractButton):
            return False
        if button is not self._meant:
            return False
        if isinstance(button, QToolButton) and button.menu() is not None:
            button.showMenu()
        else:
            button.click()
        return True

    # From part to part.

    def _parts(self) -> list[tuple[QWidget, QWidget]]:
        """Each part that is shown, and what of it takes the keyboard."""
        window = self._window
        bar, pane, transfers = window.toolbar, window.pane, window.transfers
        rows = transfers.view if transfers.view.isVisible() else transfers.head.search
        shown = [
            (bar, next((part for part in reversed(bar.breadcrumb.parts) if part.isVisible()), bar.more)),
            (window.errors, next(_stops(window.errors), window.errors)),
            (window.sidebar, window.sidebar.view),
            (pane, pane.centre),
            (window.looking.panel, next(_stops(window.looking.panel), window.looking.panel)),
            (transfers, rows),
        ]
        return [
            (part, stop)
            for part, stop in shown
            if stop.isVisible() and stop.isEnabled() and stop.focusPolicy() & Qt.FocusPolicy.TabFocus
        ]

    def _step(self, by: int) -> None:
        parts, here = self._parts(), QApplication.focusWidget()
        at = next((place for place, (part, _) in enumerate(parts) if here is part or part.isAncestorOf(here)), -1) if here else -1
        reason = Qt.FocusReason.TabFocusReason if by > 0 else Qt.FocusReason.BacktabFocusReason
        parts[(at + by) % len(parts) if at >= 0 else 0][1].setFocus(reason)

    # The list of all keys.

    def show_list(self) -> None:
        """Open the list of all keys."""
        ShortcutsDialog(self.groups(), self._window).open()

    def groups(self) -> list[Group]:
        """All keys of the window, under what they are for."""
        window, files = self._window, self._window.actions_
        bar, choice = window.toolbar, window.looking.choice
        around = [files["edit_path"], bar.to_filter, files["refresh"]]
        going = [*map(_of_button, (bar.back, bar.forward, bar.up)), *map(_of, around)]
        chosen = [files[name] for name in _FILES]
        views = [choice.as_list, choice.as_grid, choice.panel, files["hidden"], choice.preview]
        own = [self.next, self.previous, self.menu, self.more, bar.to_connect, self.list]
        known = {id(action) for action in (*chosen, *views, *own, *around)}
        rest = [action for action in window.actions() if id(action) not in known and not action.shortcut().isEmpty()]
        return [
            (self.tr("Going from place to place"), going),
            (self.tr("In the list of files"), [*self._in_files(), *_with_key(chosen)]),
            (self.tr("How files are shown"), _with_key(views)),
            (self.tr("In the list of transfers"), self._in_transfers()),
            (self.tr("In the window"), [*map(_of, (*own, *rest)), (self.tr("Hide the message"), _native("Esc"))]),
        ]

    def _in_files(self) -> list[tuple[str, str]]:
        return [
            (self.tr("Open"), _native("Return")),
            (self.tr("Folder above"), _native("Backspace")),
            (self.tr("Select all"), _native("Ctrl+A")),
            (self.tr("Select nothing"), _native("Esc")),
        ]

    def _in_transfers(self) -> list[tuple[str, str]]:
        return [
            (self.tr("Pause, or go on"), _native("Space")),
            (self.tr("Try again"), "R"),
            (self.tr("Open"), "O"),
            (self.tr("Show in folder"), _native("Return")),
            (self.tr("Cancel, or remove from the list"), _native("Del")),
            (self.tr("Move up"), _native("Ctrl+Up")),
            (self.tr("Move down"), _native("Ctrl+Down")),
        ]


#: Actions on files, in the order of the list.
_FILES = (
    "upload_files", "upload_folder", "paste", "download_to", "download", "copy", "paste_into", "copy_path", "new_folder",
    "rename", "delete", "erase", "undo", "properties",
)  # fmt: skip


def _stops(part: QWidget) -> Iterator[QWidget]:
    """What in a part the Tab key reaches."""
    found = (one for one in part.findChildren(QWidget) if one.isVisible() and one.isEnabled())
    return (one for one in found if one.focusPolicy() & Qt.FocusPolicy.TabFocus)


def _ask_for_menu() -> None:
    """Have what has the keyboard open its menu, as `QWidgetWindow` does for the Menu key."""
    widget = QApplication.focusWidget()
    if widget is not None:
        rect = widget.inputMethodQuery(Qt.InputMethodQuery.ImCursorRectangle)
        place = rect.center() if isinstance(rect, QRect) else widget.rect().center()
        event = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, place, widget.mapToGlobal(place))
        QApplication.sendEvent(widget, event)


def _with_key(actions: Iterable[QAction]) -> list[tuple[str, str]]:
    return [(words, key) for words, key in map(_of, actions) if key]


def _of(action: QAction) -> tuple[str, str]:
    """What an action does, and its key: one that a list handles stands behind its words."""
    words, _, key = action.text().partition("\t")
    sequence = QKeySequence(key) if key else action.shortcut()
    return words.replace("&&", "&"), sequence.toString(QKeySequence.SequenceFormat.NativeText)


def _of_button(button: QToolButton) -> tuple[str, str]:
    return button.accessibleName(), button.shortcut().toString(QKeySequence.SequenceFormat.NativeText)


def _native(key: str) -> str:
    return QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText)
