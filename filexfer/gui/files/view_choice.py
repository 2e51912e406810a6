"""How the open folder is shown: as a list or as a grid, in which order, with the panel at the side or without. Remembered."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QWidget

from filexfer.gui.files.file_view import FileView
from filexfer.gui.files.sort_menu import SortMenu
from filexfer.gui.kit.icons import Icons
from filexfer.gui.kit.menu import Menu
from filexfer.gui.kit.settings import Memory


class ViewChoice(QObject):
    """Signals: `grid_wanted(bool)`, `panel_wanted(bool)`. Attributes: as_list, as_grid, panel (actions that stay checked),
    preview (an action), sort (a menu)."""

    grid_wanted = Signal(bool)
    panel_wanted = Signal(bool)

    def __init__(self, memory: Memory, view: FileView, icons: Icons, parent: QObject) -> None:
        super().__init__(parent)
        self.sort = SortMenu(view.horizontalHeader(), view)
        # Its key belongs to the list, which handles it; here it is only named.
        name = self.tr("Preview")
        self.preview = QAction(f"{name}\t{QKeySequence(Qt.Key.Key_Space).toString()}", self)
        self.preview.triggered.connect(view.preview_wanted)
        self._memory = memory
        self.as_list = self._action(self.tr("As a list"), icons, "text_bullet_list_ltr", "Ctrl+1", not memory.grid)
        self.as_grid = self._action(self.tr("As pictures"), icons, "grid", "Ctrl+2", memory.grid)
        self.panel = self._action(self.tr("Details at the side"), icons, "panel_right", "Ctrl+I", memory.panel)
        group = QActionGroup(self)
        for action in (self.as_list, self.as_grid):
            group.addAction(action)
        self.as_grid.toggled.connect(self._on_grid)
        self.panel.toggled.connect(self._on_panel)

    def _action(self, text: str, icons: Icons, icon: str, key: str, checked: bool) -> QAction:
        action = QAction(icons.icon(icon), text, self, checkable=True, checked=checked)
        action.setShortcut(QKeySequence(key))
        action.setToolTip(f"{text}  {QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText)}")
        return action

    def menu(self, parent: QWidget) -> Menu:
        """All of it, to be chosen by its words."""
        menu = Menu(parent)
        menu.setTitle(self.tr("View"))
        menu.addActions([self.as_list, self.as_grid, self.panel, self.preview])
        menu.addMenu(self.sort)
        return menu

    def recall(self) -> None:
        """Tell those who listen what was chosen last."""
        self.grid_wanted.emit(self._memory.grid)
        self.panel_wanted.emit(self._memory.panel)

    def _on_grid(self, wanted: bool) -> None:
        self._memory.grid = wanted
        self.grid_wanted.emit(wanted)

    def _on_panel(self, wanted: bool) -> None:
        self._memory.panel = wanted
        self.panel_wanted.emit(wanted)
