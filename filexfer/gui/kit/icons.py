"""Icons: Fluent's SVG outlines, coloured from the palette by one `QIconEngine`.

Rules: every file is read once, at start-up, so that painting does no I/O; the size that fits best is drawn crisp.
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QByteArray, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QGuiApplication, QIcon, QIconEngine, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer

#: Those that show which way reading goes: they are turned round where it goes from right to left.
READS = frozenset("arrow_left arrow_right arrow_undo folder_arrow_right panel_right send text_bullet_list_ltr".split())


class Icons:
    """All icons by name (`folder`, `arrow_up`, …), read from `resources/icons`.

    Raises `KeyError` for a name that is not there: a wrong name is a mistake in the program.
    """

    def __init__(self, resources: Path) -> None:
        self._sources: dict[str, dict[int, bytes]] = {}
        self._drawn: dict[tuple[str, int, str, float, bool], QPixmap] = {}
        for file in sorted((resources / "icons" / "fluent").glob("*.svg")):
            name, size, _style = file.stem.rsplit("_", 2)
            self._sources.setdefault(name, {})[int(size)] = file.read_bytes()
        self.app = QIcon(str(resources / "icons" / "filexfer.svg"))

    def icon(self, name: str) -> QIcon:
        """The icon in the palette's text colour, faint when disabled, `HighlightedText` when selected."""
        if name not in self._sources:
            raise KeyError(name)
        return QIcon(_Engine(self, name))

    def paint(self, painter: QPainter, rect: QRect, name: str, colour: QColor) -> None:
        """Draw it in the middle of `rect`, as large as fits."""
        edge = min(rect.width(), rect.height())
        device = painter.device()
        ratio = device.devicePixelRatio() if device is not None else 1.0
        corner = QPoint(rect.x() + (rect.width() - edge) // 2, rect.y() + (rect.height() - edge) // 2)
        painter.drawPixmap(corner, self.pixmap(name, edge, colour, ratio))

    def pixmap(self, name: str, edge: int, colour: QColor, ratio: float = 1.0) -> QPixmap:
        """It as a picture of `edge` × `edge` logical pixels in one colour."""
        turned = name in READS and QGuiApplication.layoutDirection() == Qt.LayoutDirection.RightToLeft
        key = (name, edge, colour.name(QColor.NameFormat.HexArgb), ratio, turned)
        if key not in self._drawn:
            if len(self._drawn) > 500:
                self._drawn.clear()
            self._drawn[key] = _draw(self._source(name, edge), edge, colour, ratio, turned)
        return self._drawn[key]

    def _source(self, name: str, edge: int) -> bytes:
        sizes = self._sources[name]
        return sizes[min(sizes, key=lambda size: (abs(size - edge), size))]


class _Engine(QIconEngine):
    def __init__(self, icons: Icons, name: str) -> None:
        super().__init__()
        self._icons = icons
        self._name = name

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        self._icons.paint(painter, rect, self._name, _colour(mode))

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        return self._icons.pixmap(self._name, min(size.width(), size.height()), _colour(mode))

    def scaledPixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State, scale: float) -> QPixmap:
        return self._icons.pixmap(self._name, min(size.width(), size.height()), _colour(mode), scale)

    def clone(self) -> QIconEngine:
        return _Engine(self._icons, self._name)


def _colour(mode: QIcon.Mode) -> QColor:
    palette = QGuiApplication.palette()
    if mode == QIcon.Mode.Disabled:
        return palette.color(QPalette.ColorGroup.Disabled, QPalette.ColorRole.Text)
    if mode == QIcon.Mode.Selected:
        return palette.color(QPalette.ColorRole.HighlightedText)
    return palette.color(QPalette.ColorRole.Text)


def _draw(source: bytes, edge: int, colour: QColor, ratio: float, turned: bool) -> QPixmap:
    pixels = max(1, round(edge * ratio))
    picture = QPixmap(pixels, pixels)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    if turned:
        painter.translate(pixels, 0)
        painter.scale(-1, 1)
    QSvgRenderer(QByteArray(source)).render(painter, QRectF(0, 0, pixels, pixels))
    painter.resetTransform()
    # The outline gives the shape, the palette the colour.
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceIn)
    painter.fillRect(picture.rect(), colour)
    painter.end()
    picture.setDevicePixelRatio(ratio)
    return picture
