"""Tells what to do on another computer to be invited by it: a command, with a button that copies it, or in its window."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from filexfer.core import paths
from filexfer.gui.kit.controls import faint_label, fixed_font, icon_button, plain_label, to_clipboard
from filexfer.gui.kit.icons import Icons
from filexfer.gui.kit.theme import GAP

COMMAND = "filexfer invite"


class InviteHint(QFrame):
    def __init__(self, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._where = plain_label()
        command = QLabel(COMMAND)
        command.setFont(fixed_font(self.font().pointSizeF()))
        command.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.copy = icon_button(icons.icon("copy"), self.tr("Copy the command {command}").format(command=COMMAND))
        self.copy.clicked.connect(lambda: to_clipboard(COMMAND))
        line = QHBoxLayout()
        line.setSpacing(GAP)
        line.addWidget(self._where)
        line.addWidget(command)
        line.addWidget(self.copy)
        line.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(line)
        layout.addWidget(faint_label(self.tr("or choose “Pair a device…” in its window. It shows a code and a link.")))

    def name(self, computer: str) -> None:
        """Say it of this computer; of the other one, where it is not known yet."""
        words = (
            self.tr("On {computer} run").format(computer=paths.shown(computer))
            if computer
            else self.tr("On the other computer run")
        )
        self._where.setText(words)
