"""Which way a line is read. Rules: where the window reads from right to left, a name from outside is still laid out as itself."""

from __future__ import annotations

from typing import TypeVar

from PySide6.QtCore import QMargins, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel

#: FIRST STRONG ISOLATE and POP DIRECTIONAL ISOLATE of Unicode (UAX #9): what stands between them goes the way of its first
#: letter, and what is around it does not matter. `core.paths.shown` makes visible those that a name itself holds.
_FIRST_STRONG, _POP = "\u2068", "\u2069"
_Label = TypeVar("_Label", bound=QLabel)


def is_turned() -> bool:
    """Whether the window reads from right to left."""
    return QGuiApplication.layoutDirection() == Qt.LayoutDirection.RightToLeft


def isolated(text: str) -> str:
    """`text` to be painted: `/Photos (1)` keeps its slash in front and its bracket behind."""
    return f"{_FIRST_STRONG}{text}{_POP}" if text and is_turned() else text


def margins(begin: int, top: int, end: int, bottom: int) -> QMargins:
    """Room around what a layout holds: at the side where lines begin, above, where they end, and below. Layouts turn what they
    hold, and leave their margins where they are."""
    return QMargins(end, top, begin, bottom) if is_turned() else QMargins(begin, top, end, bottom)


def leading(label: _Label) -> _Label:
    """Has the lines of `label` begin where lines begin in this window. By itself a label goes by the letters of its text."""
    if is_turned():
        label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignAbsolute)
    return label
