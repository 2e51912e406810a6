"""A question before something is done: one sentence, what it means, and buttons. Rules: text is plain; Enter never does what
cannot be taken back, whatever has had the keyboard meanwhile."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QGridLayout, QMessageBox, QPushButton, QWidget

from filexfer.gui.kit.theme import PAGE


class Question(QMessageBox):
    """Add buttons, then `open()` it; it goes by itself."""

    def __init__(self, title: str, text: str, more: str, parent: QWidget | None = None) -> None:
        super().__init__(QMessageBox.Icon.NoIcon, title, "", parent=parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setText(text)
        if more:
            self.setInformativeText(more)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)

    def add_risk(self, text: str) -> QPushButton:
        """A button for what cannot be taken back: Enter presses it only for those who have stepped to it and ask for it with
        the space bar. What is asked can always be cancelled, and is by Enter as long as no other button is the default."""
        button = self.addButton(text, QMessageBox.ButtonRole.DestructiveRole)
        # Else it becomes the default with the keyboard, which Qt hands to the first button when the system's colours change.
        button.setAutoDefault(False)
        if self.button(QMessageBox.StandardButton.Cancel) is None:
            self.setDefaultButton(self.addButton(QMessageBox.StandardButton.Cancel))
        return button

    def showEvent(self, event: QShowEvent) -> None:
        # Only now: Qt makes a new layout with each part that is added.
        grid = self.layout()
        if isinstance(grid, QGridLayout):
            grid.setContentsMargins(PAGE, PAGE, PAGE, PAGE)
            grid.setHorizontalSpacing(0)
            # What stands in place of an icon.
            if (item := grid.itemAtPosition(0, 0)) is not None and (room := item.spacerItem()) is not None:
                room.changeSize(0, 0)
                grid.invalidate()
        super().showEvent(event)
