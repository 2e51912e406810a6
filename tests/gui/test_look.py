"""Icons, palettes and the parts that only paint."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QImage, QPainter, QPalette
from PySide6.QtWidgets import QApplication

import filexfer.gui
from filexfer.gui.kit import resources
from filexfer.gui.kit.icons import Icons
from filexfer.gui.kit.theme import DARK, LIGHT, Colours, Theme, colours, palette_of

SOURCES = Path(filexfer.gui.__file__).parent


def _contrast(one: str, other: str) -> float:
    """As WCAG 2 has it."""

    def light(text: str) -> float:
        parts = [channel / 255 for channel in QColor(text).getRgb()[:3]]  # type: ignore[index]
        linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted((light(one), light(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", [LIGHT, DARK])
def test_text_is_readable_on_every_ground_it_stands_on(scheme: Colours) -> None:
    for ground in (scheme.window, scheme.base, scheme.button, scheme.tint, scheme.hover):
        assert _contrast(scheme.text, ground) >= 7
        assert _contrast(scheme.secondary, ground) >= 4.5
    assert _contrast("#ffffff", scheme.highlight) >= 4.5


@pytest.mark.parametrize("scheme", [LIGHT, DARK])
def test_a_palette_tells_which_scheme_it_is(look: QApplication, scheme: Colours) -> None:
    assert colours(palette_of(scheme)) is scheme


def test_the_application_changes_scheme_while_it_runs(look: QApplication) -> None:
    theme = Theme(look, resources.folder())
    try:
        theme.apply(Qt.ColorScheme.Dark)
        assert look.palette().color(QPalette.ColorRole.Window).name() == DARK.window
        theme.apply(Qt.ColorScheme.Light)
        assert look.palette().color(QPalette.ColorRole.Window).name() == LIGHT.window
    finally:
        theme.apply(Qt.ColorScheme.Light)


def _inks(icon: QIcon, mode: QIcon.Mode) -> set[str]:
    image = icon.pixmap(QSize(20, 20), 1.0, mode).toImage().convertToFormat(QImage.Format.Format_ARGB32)
    pixels = (image.pixelColor(QPoint(x, y)) for x in range(image.width()) for y in range(image.height()))
    return {pixel.name() for pixel in pixels if pixel.alpha() > 250}


def test_an_icon_takes_its_colour_from_the_palette(look: QApplication) -> None:
    icon = Icons(resources.folder()).icon("folder")
    theme = Theme(look, resources.folder())
    theme.apply(Qt.ColorScheme.Dark)
    dark = _inks(icon, QIcon.Mode.Normal)
    theme.apply(Qt.ColorScheme.Light)
    assert dark == {DARK.text}
    assert _inks(icon, QIcon.Mode.Normal) == {LIGHT.text}
    assert _inks(icon, QIcon.Mode.Selected) == {"#ffffff"}


def test_an_icon_is_drawn_for_screens_with_more_pixels(look: QApplication) -> None:
    picture = Icons(resources.folder()).icon("folder").pixmap(QSize(20, 20), 2.0)
    assert picture.width() == 40
    assert picture.devicePixelRatio() == 2.0


def test_only_icons_that_are_used_are_shipped_and_all_that_are_used_are_there() -> None:
    text = "".join(file.read_text("utf-8") for file in SOURCES.rglob("*.py"))
    folder = resources.folder() / "icons" / "fluent"
    shipped = {file.stem.rsplit("_", 2)[0] for file in folder.glob("*.svg")}
    assert {name for name in shipped if f'"{name}"' not in text} == set()
    asked = set(re.findall(r'\.icon\("(\w+)"\)', text)) | set(re.findall(r'_button\("(\w+)"', text))
    assert asked <= shipped
    assert "MIT License" in (folder / "LICENSE").read_text("utf-8")


def test_an_unknown_icon_is_a_mistake_that_shows_at_once(look: QApplication) -> None:
    with pytest.raises(KeyError):
        Icons(resources.folder()).icon("no_such_icon")


def test_icons_are_painted_without_reading_a_file(look: QApplication, monkeypatch: pytest.MonkeyPatch) -> None:
    icons = Icons(resources.folder())
    monkeypatch.setattr(Path, "read_bytes", lambda self: pytest.fail("read while painting"))
    image = QImage(32, 32, QImage.Format.Format_ARGB32)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    icons.paint(painter, QRect(0, 0, 32, 32), "folder", QColor("#123456"))
    painter.end()
    assert any(image.pixelColor(x, y).name() == "#123456" for x in range(32) for y in range(32))
