"""How the open folder is looked at: grid instead of list, the panel at the side, the large preview. Puts these parts together."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QSplitter, QWidget

from filexfer.gui.file_pane import FilePane
from filexfer.gui.files.browser import Browser
from filexfer.gui.files.file_view import FileView
from filexfer.gui.files.grid_view import GridView
from filexfer.gui.files.preview import PreviewDialog
from filexfer.gui.files.side_panel import SidePanel
from filexfer.gui.files.thumbnails import Thumbnails
from filexfer.gui.files.view_choice import ViewChoice
from filexfer.gui.kit.bridge import Bridge
from filexfer.gui.kit.icons import Icons
from filexfer.gui.kit.settings import Memory


class Looking(QObject):
    """Attributes: choice (the actions), thumbnails, grid, panel."""

    def __init__(self, bridge: Bridge, browser: Browser, view: FileView, memory: Memory, icons: Icons, window: QWidget) -> None:
        super().__init__(window)
        self._bridge, self._browser, self._view, self._icons, self._window = bridge, browser, view, icons, window
        self.choice = ViewChoice(memory, view, icons, self)
        self.thumbnails = Thumbnails(bridge, self)
        self.grid = GridView(browser, view, self.thumbnails, icons)
        self.panel = SidePanel(bridge, browser, view, icons)
        self._preview: PreviewDialog | None = None
        window.addActions([self.choice.as_list, self.choice.as_grid, self.choice.panel])
        view.preview_wanted.connect(self.show_preview)
        self.grid.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.grid.customContextMenuRequested.connect(view.customContextMenuRequested)
        self.grid.verticalScrollBar().valueChanged.connect(self._on_scrolled)

    def join(self, pane: FilePane, across: QSplitter) -> None:
        """Take the places of the window that are for these parts."""
        pane.add_grid(self.grid)
        across.addWidget(self.panel)
        self.choice.grid_wanted.connect(lambda wanted: pane.show_as(self.grid if wanted else self._view))
        self.choice.panel_wanted.connect(self.panel.setVisible)
        self.choice.recall()

    def show_preview(self) -> None:
        """Open the large preview of the current row."""
        if self._preview is None and self._view.currentIndex().isValid():
            self._preview = PreviewDialog(self._bridge, self._browser, self._view, self._icons, self._window)
            self._preview.finished.connect(self._on_closed)
            self._preview.show()

    def _on_closed(self) -> None:
        self._preview = None
        self._view.front.setFocus()

    def _on_scrolled(self) -> None:
        if self._view.front is self.grid:
            self._browser.top_row = self.grid.seen().start
