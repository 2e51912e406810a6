"""This computer's share: on or off, which folder, what others may, and the addresses they reach it at."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QComboBox, QFileDialog, QFrame, QGridLayout, QHBoxLayout, QLabel, QPushButton, QWidget

from filexfer.core import paths
from filexfer.gui.controls import faint_label, icon_button
from filexfer.gui.icons import Icons
from filexfer.gui.servers_model import Servers
from filexfer.gui.switch import Switch
from filexfer.gui.theme import GAP, MARGIN, PAGE

#: Widest the folder's path is shown, in pixels.
FOLDER_WIDTH = 420


class SharePanel(QFrame):
    """Shows `Servers.share` and changes it; nothing is true before the agent has said so."""

    changed = Signal()

    def __init__(self, servers: Servers, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._servers = servers
        self._icons = icons
        self.switch = Switch(self.tr("Share this folder"))
        self.switch.toggled.connect(self._on_switch)
        self._state = QLabel()
        self._folder = QLabel()
        self._folder.setTextFormat(Qt.TextFormat.PlainText)
        self.choose = QPushButton(self.tr("Change…"))
        self.choose.setAccessibleName(self.tr("Change the shared folder"))
        self.choose.clicked.connect(self._on_choose)
        self.permission = QComboBox()
        for widget in (self.permission, self.permission.view()):
            widget.setAccessibleName(self.tr("What others may do"))
        for value, text in (
            ("read", self.tr("look and fetch")),
            ("write", self.tr("look, fetch, send and change")),
            ("none", self.tr("nothing")),
        ):
            self.permission.addItem(text, value)
        self.permission.activated.connect(self._on_permission)
        self._addresses = QHBoxLayout()
        self._addresses.setSpacing(GAP)
        self._lay_out()
        servers.changed.connect(self._show)
        self._show()

    def _lay_out(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(PAGE, MARGIN, PAGE, MARGIN)
        grid.setHorizontalSpacing(MARGIN)
        grid.setVerticalSpacing(GAP)
        grid.setColumnStretch(1, 1)
        head = QHBoxLayout()
        head.setSpacing(GAP)
        head.addWidget(self.switch)
        head.addWidget(self._state, 1)
        grid.addLayout(head, 0, 0, 1, 2)
        folder = QHBoxLayout()
        folder.setSpacing(GAP)
        folder.addWidget(self._folder)
        folder.addWidget(self.choose)
        folder.addStretch(1)
        others = QHBoxLayout()
        others.addWidget(self.permission)
        others.addStretch(1)
        for row, (text, line) in enumerate(
            ((self.tr("Folder"), folder), (self.tr("Others may"), others), (self.tr("Address"), self._addresses)), 1
        ):
            grid.addWidget(faint_label(text), row, 0)
            grid.addLayout(line, row, 1)

    def _show(self) -> None:
        share = self._servers.share
        self.setEnabled(self._servers.known)
        with QSignalBlocker(self.switch):
            self.switch.setChecked(share.on)
        words = self.tr("Sharing") if share.on else self.tr("Not shared: nobody else reaches this folder.")
        self._state.setText(paths.shown(share.problem) or words)
        text = paths.shown(share.folder)
        self._folder.setText(self.fontMetrics().elidedText(text, Qt.TextElideMode.ElideMiddle, FOLDER_WIDTH))
        self._folder.setToolTip(text)
        self.permission.setCurrentIndex(max(0, self.permission.findData(share.permission)))
        self._show_addresses(share.addresses if share.on else ())

    def _show_addresses(self, addresses: tuple[str, ...]) -> None:
        while (item := self._addresses.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        shown = [address for address in addresses if not address.startswith("unix:")]
        for address in shown[:2]:
            label = QLabel(address)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            copy = icon_button(self._icons.icon("copy"), self.tr("Copy the address {address}").format(address=address))
            copy.clicked.connect(partial(QGuiApplication.clipboard().setText, address))
            self._addresses.addWidget(label)
            self._addresses.addWidget(copy)
        if not shown:
            self._addresses.addWidget(QLabel(self.tr("none while it is not shared")))
        self._addresses.addStretch(1)

    def _on_switch(self, on: bool) -> None:
        self._servers.set_share(on=on)

    def _on_permission(self) -> None:
        self._servers.set_share(permission=self.permission.currentData())

    def _on_choose(self) -> None:
        dialog = QFileDialog(self, self.tr("Folder to share"), self._servers.share.folder)
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self._on_folder)
        dialog.open()

    def _on_folder(self, folder: str) -> None:
        self._servers.set_share(folder=folder)
