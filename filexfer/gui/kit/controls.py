"""Small controls made alike everywhere: a flat button with an icon always has words, as a tool tip and for screen readers."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from PySide6.QtCore import QSize
from PySide6.QtGui import QFont, QFontDatabase, QGuiApplication, QIcon, QPalette, Qt
from PySide6.QtWidgets import QAbstractSpinBox, QCheckBox, QComboBox, QDoubleSpinBox, QLabel, QSpinBox, QToolButton

from filexfer.gui.kit import words
from filexfer.gui.kit.reading import leading
from filexfer.gui.kit.theme import GAP

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
    return leading(label)


def plain_label(text: str = "", wrap: bool = False) -> QLabel:
    """A label whose text is shown as it is, whoever it comes from."""
    label = QLabel(text, wordWrap=wrap)
    label.setTextFormat(Qt.TextFormat.PlainText)
    return leading(label)


def tip(text: str) -> str:
    """`text` as a tool tip that shows it as it is: what Qt would take for HTML is written as HTML that says the same. A tool tip
    has no format of its own to be set, and a file may be called anything."""
    return f"<qt>{escape(text).replace(chr(10), '<br>')}</qt>" if Qt.mightBeRichText(text) else text


def permission_box(name: str, levels: Sequence[str]) -> QComboBox:
    """A choice of permissions; its data are their names."""
    box = QComboBox()
    for widget in (box, box.view()):
        widget.setAccessibleName(name)
    for level in levels:
        box.addItem(words.permission(level), level)
    return box


def name_number(box: QSpinBox | QDoubleSpinBox, name: str, width: int) -> None:
    """Have a field for a number look like one for words, `width` pixels wide, and be called `name`."""
    for widget in (box, box.lineEdit()):
        widget.setAccessibleName(name)
    box.setButtonSymbols(QAbstractSpinBox.ButtonSymbols.NoButtons)
    box.setMinimumSize(width, 30)
    # The style sheet does not reach what is within.
    box.lineEdit().setTextMargins(GAP - 2, 0, GAP - 2, 0)


def fixed_font(points: float) -> QFont:
    """The system's font of letters of one width."""
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
    font.setPointSizeF(points)
    return font


def to_clipboard(text: str) -> None:
    """Put `text` onto the clipboard: always what a person asked for."""
    QGuiApplication.clipboard().setText(text)
