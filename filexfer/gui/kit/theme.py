"""How it looks: the two palettes, the few colours a palette has no role for, fonts, and following the system's scheme.

Rules: widgets ask `colours(palette)` when they paint, and hold no colour, so a change of scheme needs nothing but a repaint.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from string import Template

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QColor, QFont, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

#: The 4 px grid: margins, gaps, page margins, heights of rows.
MARGIN, GAP, PAGE = 12, 8, 24
FILE_ROW, JOB_ROW, SIDE_ROW, SIDE_WIDTH = 28, 52, 30, 208


@dataclass(frozen=True, slots=True)
class Colours:
    """One scheme. All are `#rrggbb`; `tint` is the selection in the side bar, `hover` a row under the pointer."""

    window: str
    base: str
    text: str
    secondary: str
    line: str
    accent: str
    highlight: str
    tint: str
    hover: str
    button: str
    done: str = "#2e9e5b"
    paused: str = "#d9822b"
    failed: str = "#d64545"


LIGHT = Colours(
    window="#f6f6f7",
    base="#ffffff",
    text="#1d1d20",
    secondary="#5f5f68",
    line="#dcdce0",
    accent="#2f6fe0",
    highlight="#2f6fe0",
    tint="#e3e3e8",
    hover="#f3f3f6",
    button="#ffffff",
)
# White on the dark accent is hard to read (3:1), so what is selected lies on a deeper blue.
DARK = Colours(
    window="#1f1f22",
    base="#18181a",
    text="#ececf0",
    secondary="#a0a0aa",
    line="#38383d",
    accent="#5b93ff",
    highlight="#2f5fbf",
    tint="#343439",
    hover="#222226",
    button="#2b2b2f",
)


def colours(palette: QPalette) -> Colours:
    """The scheme that `palette` belongs to, told by how light its window colour is."""
    return LIGHT if palette.color(QPalette.ColorRole.Window).lightness() > 127 else DARK


def palette_of(scheme: Colours) -> QPalette:
    """`scheme` as the palette Fusion draws with."""
    roles = QPalette.ColorRole
    palette = QPalette(QColor(scheme.button), QColor(scheme.window))
    for role, value in {
        roles.Window: scheme.window,
        roles.WindowText: scheme.text,
        roles.Base: scheme.base,
        roles.AlternateBase: scheme.window,
        roles.Text: scheme.text,
        roles.PlaceholderText: scheme.secondary,
        roles.Button: scheme.button,
        roles.ButtonText: scheme.text,
        roles.ToolTipBase: scheme.button,
        roles.ToolTipText: scheme.text,
        roles.Mid: scheme.tint,
        roles.Midlight: scheme.hover,
        roles.Dark: scheme.line,
        roles.Highlight: scheme.highlight,
        roles.HighlightedText: "#ffffff",
        roles.Accent: scheme.accent,
        roles.Link: scheme.accent,
        roles.BrightText: "#ffffff",
    }.items():
        palette.setColor(role, QColor(value))
    for role in (roles.Text, roles.WindowText, roles.ButtonText):
        faint = QColor(scheme.secondary)
        faint.setAlpha(130)
        palette.setColor(QPalette.ColorGroup.Disabled, role, faint)
    palette.setColor(QPalette.ColorGroup.Disabled, roles.Highlight, QColor(scheme.tint))
    return palette


class Theme(QObject):
    """Puts the scheme on the application and follows the system's as it changes (`org.freedesktop.appearance` through Qt)."""

    def __init__(self, app: QApplication, resources: Path) -> None:
        super().__init__(app)
        self._app = app
        self._sheet = Template((resources / "style" / "filexfer.qss").read_text("utf-8"))
        self._pictures = (resources / "style").as_posix()
        self._own = sys.platform not in ("win32", "darwin")
        if self._own:
            app.setStyle("fusion")
        QGuiApplication.styleHints().colorSchemeChanged.connect(self.apply)
        self.apply(QGuiApplication.styleHints().colorScheme())

    def apply(self, scheme: Qt.ColorScheme) -> None:
        """Show everything in `scheme`; a system that does not tell gets the light one."""
        chosen = DARK if scheme == Qt.ColorScheme.Dark else LIGHT
        if self._own:
            self._app.setPalette(palette_of(chosen))
        names = {name: getattr(chosen, name) for name in Colours.__dataclass_fields__}
        self._app.setStyleSheet(self._sheet.substitute(names, style=self._pictures))


class Repolish(QObject):
    """Calls `refresh` when the widget it watches changes palette: for icons and pixmaps made from colours."""

    def __init__(self, widget: QObject, refresh: object) -> None:
        super().__init__(widget)
        self._refresh = refresh
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.PaletteChange and callable(self._refresh):
            self._refresh()
        return False


def smaller(font: QFont, points: float = 1.0) -> QFont:
    """`font` a little smaller, for secondary text."""
    result = QFont(font)
    result.setPointSizeF(max(7.0, font.pointSizeF() - points))
    return result


def heading(font: QFont) -> QFont:
    """`font` for the head of a section: 8.5 pt, DemiBold."""
    result = QFont(font)
    result.setPointSizeF(8.5)
    result.setWeight(QFont.Weight.DemiBold)
    return result


def title(font: QFont) -> QFont:
    """`font` for the one sentence of a page or a dialog: 13 pt."""
    result = QFont(font)
    result.setPointSize(13)
    return result


def tabular(font: QFont) -> QFont:
    """`font` with digits of one width, so that figures stand still while they change."""
    result = QFont(font)
    result.setFeature(QFont.Tag("tnum"), 1)
    return result
