"""The window where people read from right to left: everything is mirrored, what is painted by hand too."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from PySide6.QtCore import QLibraryInfo, QLocale, QModelIndex, QPoint, QRect, Qt, QTranslator
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QWidget

from filexfer.core.model import Direction, Job, JobSpec, JobState
from filexfer.gui.files.file_delegate import RowLook
from filexfer.gui.files.listing import MODIFIED, NAME, SIZE
from filexfer.gui.kit import words
from filexfer.gui.kit.controls import faint_label, plain_label
from filexfer.gui.kit.icons import Icons
from filexfer.gui.kit.reading import isolated
from filexfer.gui.kit.switch import Switch
from filexfer.gui.kit.theme import FILE_ROW, LIGHT, MARGIN, colours
from filexfer.gui.servers.sidebar import Sidebar
from tests.gui.conftest import MakeWindow, OwnAgent, Place
from tests.gui.person import Person


@pytest.fixture
def turned(look: QApplication) -> Iterator[QApplication]:
    look.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    yield look
    look.setLayoutDirection(Qt.LayoutDirection.LayoutDirectionAuto)


@pytest.fixture
def reader(turned: QApplication, open_window: MakeWindow, agent: OwnAgent, place: Place) -> Person:
    """Somebody who reads from right to left, with a folder open."""
    person = open_window(agent)
    person.wait(lambda: person.window.servers.known)
    (place.folder / "folder" / "deep").mkdir(parents=True)
    (place.folder / "notes.txt").write_bytes(b"x" * 1234)
    person.go(place.location)
    person.wait(lambda: len(person.rows) == 2)
    return person


def _ink(image: QImage, colour: str, within: QRect | None = None) -> QRect:
    """Where pixels of about this colour are."""
    wanted = QColor(colour)

    def alike(x: int, y: int) -> bool:
        pixel = image.pixelColor(x, y)
        parts = ((pixel.red(), wanted.red()), (pixel.green(), wanted.green()), (pixel.blue(), wanted.blue()))
        return pixel.alpha() > 128 and all(abs(one - other) < 40 for one, other in parts)

    area = image.rect() if within is None else within & image.rect()
    points = [(x, y) for y in range(area.top(), area.bottom() + 1) for x in range(area.left(), area.right() + 1) if alike(x, y)]
    assert points, "nothing is painted there"
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return QRect(QPoint(min(xs), min(ys)), QPoint(max(xs), max(ys)))


def _canvas(width: int, height: int) -> QImage:
    image = QImage(width, height, QImage.Format.Format_ARGB32)
    image.fill(Qt.GlobalColor.white)
    return image


@contextmanager
def _painter(image: QImage) -> Iterator[QPainter]:
    painter = QPainter(image)
    yield painter
    painter.end()


def _shot(widget: QWidget) -> QImage:
    QTest.qWait(50)
    return widget.grab().toImage().convertToFormat(QImage.Format.Format_ARGB32)


def _left(widget: QWidget, window: QWidget) -> int:
    return widget.mapTo(window, QPoint(0, 0)).x()


def test_the_parts_of_the_window_are_mirrored(reader: Person) -> None:
    window = reader.window
    assert _left(window.sidebar, window) > _left(window.pane, window)
    bar = window.toolbar
    assert _left(bar.back, window) > _left(bar.forward, window) > _left(bar.breadcrumb, window) > _left(bar.filter, window)
    header = window.view.horizontalHeader()
    assert header.sectionViewportPosition(NAME) > header.sectionViewportPosition(SIZE) > header.sectionViewportPosition(MODIFIED)


def _weight(image: QImage) -> int:
    """How much more is painted in the left half than in the right one."""
    half = image.width() // 2
    return sum(
        image.pixelColor(x, y).alpha() * (1 if x < half else -1) for x in range(image.width()) for y in range(image.height())
    )


def test_back_points_where_reading_comes_from(turned: QApplication, icons: Icons) -> None:
    def picture(name: str) -> QImage:
        return icons.pixmap(name, 20, QColor("black")).toImage()

    back, clock = picture("arrow_left"), picture("clock")
    assert _weight(back) < 0
    turned.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
    assert _weight(picture("arrow_left")) > 0
    assert clock == picture("clock")


def test_a_row_of_the_list_begins_at_the_right(reader: Person) -> None:
    view = reader.window.view
    view.setCurrentIndex(QModelIndex())
    view.clearSelection()
    rect = view.visualRect(reader.window.listing.index(reader.rows.index("folder"), NAME))
    icon = _ink(_shot(view.viewport()), LIGHT.accent, rect)
    assert rect.right() - icon.right() < 2 * MARGIN
    text = _ink(_shot(view.viewport()), LIGHT.text, rect)
    assert text.right() < icon.left()
    assert text.left() > rect.center().x()


def test_a_row_on_its_way_is_sketched_at_the_right(reader: Person) -> None:
    view = reader.window.view
    cell = QRect(100, 0, 400, FILE_ROW)
    image = _canvas(500, FILE_ROW)
    with _painter(image) as painter:
        view._painter.begin()
        look = RowLook(image.rect(), (cell, QRect(), QRect()), False, False, False, False)
        view._painter.paint_row(painter, reader.window.listing, None, look)
    assert cell.right() - _ink(image, LIGHT.tint).right() <= MARGIN + 1
    assert _ink(image, "#ffffff", QRect(100, 0, 150, FILE_ROW)).width() == 150


def test_a_name_is_edited_where_it_stands(reader: Person) -> None:
    view = reader.window.view
    reader.click_row("notes.txt")
    reader.key(Qt.Key.Key_F2)
    reader.wait(lambda: isinstance(QApplication.focusWidget(), QLineEdit))
    field = QApplication.focusWidget()
    assert field is not None
    rect = view.visualRect(reader.window.listing.index(reader.rows.index("notes.txt"), NAME))
    assert rect.left() <= field.geometry().left()
    assert field.geometry().right() < rect.right() - 20
    reader.key(Qt.Key.Key_Escape)


def test_the_path_goes_from_right_to_left(reader: Person, place: Place) -> None:
    reader.go(place.location.into("folder").into("deep"))
    parts = [part for part in reader.window.toolbar.breadcrumb.parts if part.isVisible()]
    lefts = [_left(part, reader.window) for part in parts]
    assert len(lefts) >= 2
    assert lefts == sorted(lefts, reverse=True)
    arrows = [label.text() for label in reader.window.toolbar.breadcrumb.findChildren(QLabel) if label.isVisible()]
    assert set(arrows) == {"‹"}


def test_the_side_bar_has_its_dots_at_the_right_and_buttons_at_the_left(reader: Person) -> None:
    side: Sidebar = reader.window.sidebar
    rect = side.view.visualRect(side._model.index(side._model.row_of("")))
    side.view.clearSelection()
    text = _ink(_shot(side.view.viewport()), LIGHT.text, rect)
    assert rect.right() - text.right() < 40
    dot = _ink(_shot(side.view.viewport()), LIGHT.secondary, rect.adjusted(text.right() + 2, 0, 0, 0))
    assert rect.right() - dot.right() == MARGIN
    assert side.delegate.button_rect(rect).center().x() < rect.center().x()


def test_a_transfer_has_its_icon_at_the_right_and_its_buttons_at_the_left(reader: Person, tmp_path: Path) -> None:
    source = tmp_path / "sent.txt"
    source.write_bytes(b"sent")
    reader.drop([source], reader.in_pane)
    job = reader.wait_job("sent.txt", JobState.DONE)
    view = reader.window.transfers.view
    rect = view.visualRect(reader.window.jobs.index(reader.jobs.index(job)))
    assert view.button_point(reader.jobs.index(job), "reveal").x() < rect.left() + 100
    tick = _ink(_shot(view.viewport()), LIGHT.done, rect)
    assert rect.right() - tick.right() < 2 * MARGIN
    title = _ink(_shot(view.viewport()), LIGHT.text, rect)
    assert title.right() < tick.left()
    assert title.left() > rect.center().x()


def test_a_bar_fills_from_the_right(reader: Person, tmp_path: Path) -> None:
    view = reader.window.transfers.view
    job = Job(1, JobSpec(Direction.PUT, "", (("/x", "x"),)), JobState.RUNNING)
    image = _canvas(200, 20)
    with _painter(image) as painter:
        view._painter._paint_bar(painter, QRect(0, 8, 200, 4), 0.25, job, colours(view.palette()))
    filled = _ink(image, LIGHT.accent)
    assert filled.left() > 140
    assert filled.right() >= 195


def test_cells_of_the_grid_begin_at_the_right_and_arrows_go_where_they_point(reader: Person) -> None:
    reader.click(reader.window.toolbar.as_grid)
    grid = reader.window.looking.grid
    reader.wait(grid.isVisible)
    assert grid.row_rect(0).left() > grid.row_rect(1).left()
    assert grid.row_at(grid.row_rect(1).center()) == 1
    grid.setFocus()
    grid.setCurrentIndex(reader.window.listing.index(0, NAME))
    reader.key(Qt.Key.Key_Left)
    assert grid.currentIndex().row() == 1


def test_a_drop_is_outlined_over_its_row(reader: Person, tmp_path: Path) -> None:
    source = tmp_path / "sent.txt"
    source.write_bytes(b"sent")
    reader.drag_over([source], reader.on_row("folder"))
    outline = reader.window.pane.outline
    rect = reader.window.view.row_rect(reader.rows.index("folder"))
    corner = outline.mapFrom(reader.window, reader.window.view.viewport().mapTo(reader.window, rect.topLeft()))
    assert outline._target == QRect(corner, rect.size())
    assert "folder" in outline.words
    reader.drag_away()


def test_a_label_begins_where_lines_begin_whatever_its_letters(turned: QApplication) -> None:
    labels = ((plain_label("plan.pdf"), LIGHT.text), (faint_label("plan.pdf"), LIGHT.secondary), (plain_label("ملف"), LIGHT.text))
    for label, colour in labels:
        label.resize(300, 24)
        dark = _ink(_shot(label), colour)
        assert dark.left() > 150


def test_bars_have_the_wider_margin_where_lines_begin(reader: Person) -> None:
    window = reader.window
    for bar in (window.pane.undo_bar, window.errors, window.transfers.head):
        layout = bar.layout()
        assert layout is not None
        assert layout.contentsMargins().right() == MARGIN > layout.contentsMargins().left()


def test_the_number_of_items_stands_at_the_right_of_the_free_space(reader: Person) -> None:
    pane = reader.window.pane
    reader.wait(lambda: pane._free.text() and pane._count.text())
    count, free = (_ink(_shot(label), LIGHT.secondary).translated(label.pos()) for label in (pane._count, pane._free))
    assert pane.width() - count.right() < 2 * MARGIN
    assert free.left() < 2 * MARGIN


def test_a_switch_that_is_on_has_its_knob_at_the_left(turned: QApplication) -> None:
    switch = Switch("Sharing")
    switch.setChecked(True)
    assert _ink(_shot(switch), "#ffffff").center().x() < switch.width() // 2


@pytest.mark.parametrize("text", ["/Photos/2026", "copy (1)", "12 B", "connecting…", "ملف (1)"])
def test_what_is_painted_is_laid_out_as_itself(turned: QApplication, text: str) -> None:
    """The same as on its own, not as a part of a line from right to left: a slash in front stays in front."""

    def painted(shown: str, direction: Qt.LayoutDirection) -> QImage:
        image = _canvas(300, 40)
        with _painter(image) as painter:
            painter.setLayoutDirection(direction)
            painter.drawText(image.rect(), int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignAbsolute), shown)
        return image

    own = Qt.LayoutDirection.RightToLeft if text.startswith("م") else Qt.LayoutDirection.LeftToRight
    assert painted(isolated(text), Qt.LayoutDirection.RightToLeft) == painted(text, own)


def test_left_to_right_nothing_is_added(look: QApplication) -> None:
    assert isolated("/Photos (1)") == "/Photos (1)"


def test_a_locale_of_right_to_left_turns_the_window(look: QApplication) -> None:
    """Qt's own translations say it, and the app loads those of the person's language."""
    translator = QTranslator()
    assert translator.load(QLocale("ar"), "qtbase", "_", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath))
    look.setLayoutDirection(Qt.LayoutDirection.LayoutDirectionAuto)
    look.installTranslator(translator)
    try:
        assert look.layoutDirection() == Qt.LayoutDirection.RightToLeft
    finally:
        look.removeTranslator(translator)
        look.setLayoutDirection(Qt.LayoutDirection.LayoutDirectionAuto)
    assert look.layoutDirection() == Qt.LayoutDirection.LeftToRight


def test_figures_are_written_as_the_person_writes_them(look: QApplication) -> None:
    before = QLocale()
    QLocale.setDefault(QLocale("ar_EG"))
    try:
        assert "٨١٢" in words.size(812)
        assert "١" in words.moment(0)
    finally:
        QLocale.setDefault(before)
