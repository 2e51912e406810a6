"""Small controls made alike everywhere: a flat button with an icon always has words, as a tool tip and for screen readers."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QIcon, QPalette
from PySide6.QtWidgets import QCheckBox, QLabel, QToolButton

ICON = 20


def icon_button(icon: QIcon, name: str) -> QToolButton:
    """A flat button that shows `icon` and is called `name`."""
    button = QToolButton()
    button.setIcon(icon)
    button.setIconSize(QSize(ICON, ICON))
    button.setAutoRaise(True)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    button.setAccessibleName(name)
    button.setToolTip(name)
    return button


def check_box(text: str, checked: bool) -> QCheckBox:
    box = QCheckBox(text)
    box.setChecked(checked)
    return box


def faint_label(text: str = "") -> QLabel:
    """A label in the secondary colour, always plain text."""
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setForegroundRole(QPalette.ColorRole.PlaceholderText)
    return label
