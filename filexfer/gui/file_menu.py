"""The context menu of the list: what can be done with what is selected, or with the folder itself."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from filexfer.gui.file_actions import FileActions
from filexfer.gui.kit.menu import Menu

#: Names of actions; "" is a separator.
SELECTED = (
    "open", "", "download_to", "download", "copy", "copy_path", "copy_link", "", "rename", "delete", "erase", "", "properties",
)  # fmt: skip
FOLDER = ("upload_files", "upload_folder", "paste", "paste_into", "", "new_folder", "undo", "", "refresh", "hidden", "trash")


def file_menu(actions: FileActions, names: tuple[str, ...], parent: QWidget) -> Menu:
    """A menu of these actions that goes when it is closed."""
    menu = Menu(parent)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    for name in names:
        if name:
            menu.addAction(actions[name])
        else:
            menu.addSeparator()
    return menu
