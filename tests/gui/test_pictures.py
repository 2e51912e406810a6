"""Thumbnails and previews as they arrive: what is decoded and what is not, what is asked for, kept and given up."""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image
from PySide6.QtCore import QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QImage, QMouseEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from filexfer.core.errors import BadParameters, ConnectionLost, FilexferError
from filexfer.core.model import Entry, Kind
from filexfer.gui.files import thumbnails
from filexfer.gui.files.browser import Browser
from filexfer.gui.files.file_view import FileView
from filexfer.gui.files.grid_view import GridView
from filexfer.gui.files.listing import PAGE_ROWS, ListingModel, Page
from filexfer.gui.files.pictures import Preview, decoded, rounded
from filexfer.gui.files.previews import Previews
from filexfer.gui.files.thumbnails import Thumbnails
from filexfer.gui.kit.bridge import PICTURE_THREADS, Bridge
from filexfer.gui.kit.icons import Icons
from filexfer.gui.kit.location import Location
from filexfer.protocol import wire

HERE = Location("https://studio:8765/", "Photos", "studio")


def picture(size: tuple[int, int] = (64, 32), kind: str = "PNG") -> bytes:
    made = io.BytesIO()
    Image.new("RGB", size, "red").save(made, kind)
    return made.getvalue()


def bomb(width: int, height: int) -> bytes:
    """A small PNG file that says it is large."""
    head = width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes([8, 2, 0, 0, 0])

    def chunk(kind: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")

    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_what_was_asked_for_is_decoded(look: QApplication, kind: str) -> None:
    assert decoded(picture(kind=kind), 64).width() == 64


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"text",
        b"<svg xmlns='http://www.w3.org/2000/svg' width='10' height='10'/>",
        picture(kind="GIF"),
        picture(kind="BMP"),
        picture((65, 10)),
        bomb(60_000, 60_000),
        bomb(64, 60_000),
        picture(kind="JPEG")[:200],
        picture()[:40],
    ],
)
def test_what_was_not_asked_for_is_not(look: QApplication, data: bytes) -> None:
    with pytest.raises(ValueError):
        decoded(data, 64)


def test_corners_are_round_and_the_middle_stays(look: QApplication) -> None:
    made = rounded(decoded(picture(), 64), 6)
    assert made.pixelColor(0, 0).alpha() < 50
    assert made.pixelColor(32, 16).name() == "#ff0000"


class Asked(Bridge):
    """A bridge that only notes what it is asked, so that a test answers when and how it likes."""

    def __init__(self) -> None:
        super().__init__(lambda timeout: pytest.fail("no agent"))
        self.paths: list[str] = []
        self.answers: list[Callable[[object], object]] = []
        self.failures: list[Callable[[FilexferError], object]] = []

    def ask(self, method: str, *params: object, **after: Any) -> None:
        self.paths.append(str(params[1]))
        self.answers.append(after["done"])
        self.failures.append(after["failed"])


def files(*names: str) -> list[Entry]:
    return [Entry(name, Kind.FILE, 5, 7) for name in names]


def image() -> QImage:
    made = QImage(128, 128, QImage.Format.Format_ARGB32_Premultiplied)
    made.fill(1)
    return made


def test_a_few_are_asked_for_at_once_in_the_order_of_the_screen(look: QApplication) -> None:
    bridge = Asked()
    thumbs = Thumbnails(bridge)
    thumbs.want(HERE, files("a.png", "b.txt", "c.jpg", "d.png", "e.gif"))
    assert bridge.paths == ["Photos/a.png", "Photos/c.jpg"][:PICTURE_THREADS]
    bridge.answers[0](image())
    assert bridge.paths[2:] == ["Photos/d.png"]
    assert thumbs.picture(HERE, files("a.png")[0]) is not None
    assert thumbs.picture(HERE, files("c.jpg")[0]) is None


def test_what_scrolled_away_before_its_turn_is_not_asked_for(look: QApplication) -> None:
    bridge = Asked()
    thumbs = Thumbnails(bridge)
    thumbs.want(HERE, files(*(f"{number}.png" for number in range(50))))
    thumbs.want(HERE, files("x.png", "y.png"))
    for number in range(4):
        bridge.answers[number](image())
    assert bridge.paths == ["Photos/0.png", "Photos/1.png", "Photos/x.png", "Photos/y.png"]
    assert not thumbs.waiting


def test_a_picture_that_cannot_be_shown_is_asked_for_once_and_one_that_was_lost_again(look: QApplication) -> None:
    bridge = Asked()
    thumbs = Thumbnails(bridge)
    for _ in range(2):
        thumbs.want(HERE, files("broken.png", "lost.png"))
        for failed, error in zip(bridge.failures[-2:], (BadParameters(), ConnectionLost()), strict=True):
            failed(error)
    assert bridge.paths == ["Photos/broken.png", "Photos/lost.png", "Photos/lost.png"]


def test_another_version_is_another_picture(look: QApplication) -> None:
    bridge = Asked()
    thumbs = Thumbnails(bridge)
    thumbs.want(HERE, files("a.png"))
    bridge.answers[0](image())
    newer = Entry("a.png", Kind.FILE, 5, 8)
    assert thumbs.picture(HERE, newer) is None
    thumbs.want(HERE, [newer])
    assert len(bridge.paths) == 2


def test_the_memory_for_pictures_is_bounded(look: QApplication, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(thumbnails, "KEPT_BYTES", 10 * 128 * 128 * 4)
    bridge = Asked()
    thumbs = Thumbnails(bridge)
    for number in range(30):
        thumbs.want(HERE, files(f"{number}.png"))
        bridge.answers[-1](image())
    assert thumbs.here == 10
    assert thumbs.picture(HERE, files("29.png")[0]) is not None
    assert thumbs.picture(HERE, files("0.png")[0]) is None


def _preview(name: str) -> Preview:
    return Preview("text", files(name)[0], 0, 0, None, name, False, "")


def test_of_previews_only_the_last_one_asked_for_is_fetched_and_shown(look: QApplication) -> None:
    bridge = Asked()
    previews = Previews(bridge)
    came: list[str] = []
    previews.came.connect(lambda preview: came.append(preview.text))
    for name in ("a", "b", "c"):
        previews.ask(HERE, files(name)[0], 256)
    assert bridge.paths == ["Photos/a"]
    bridge.answers[0](_preview("a"))
    assert bridge.paths == ["Photos/a", "Photos/c"]
    bridge.answers[1](_preview("c"))
    assert came == ["c"]
    previews.ask(HERE, files("a")[0], 256)
    assert came == ["c", "a"], "what was fetched before is there at once"
    assert len(bridge.paths) == 2


def test_a_preview_that_failed_is_told_only_while_it_is_wanted(look: QApplication) -> None:
    bridge = Asked()
    previews = Previews(bridge)
    said: list[FilexferError] = []
    previews.failed.connect(said.append)
    previews.ask(HERE, files("a")[0], 256)
    previews.forget()
    bridge.failures[0](ConnectionLost())
    assert said == []
    previews.ask(HERE, files("a")[0], 256)
    bridge.failures[1](ConnectionLost())
    assert len(said) == 1


def test_a_grid_of_100000_rows_looks_at_no_more_of_them_than_are_seen(
    look: QApplication, icons: Icons, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    bridge, model = Asked(), ListingModel()
    browser, view = Browser(bridge, model), FileView(model, icons)
    grid = GridView(browser, view, Thumbnails(bridge), icons)
    for widget in (view, grid):
        qtbot.addWidget(widget)
    grid.resize(800, 600)
    grid.show()
    qtbot.waitExposed(grid)
    looked: list[int] = []
    entry = ListingModel.entry
    monkeypatch.setattr(ListingModel, "entry", lambda self, row: looked.append(row) or entry(self, row))
    rows = wire.columns_of(wire.pack([Entry(f"{row:06}.png", Kind.FILE, row, row) for row in range(PAGE_ROWS)]))
    model.show(100_000, [Page(0, rows, 100_000, True, "", 1)])
    grid.verticalScrollBar().setValue(grid.verticalScrollBar().maximum())
    qtbot.wait(1)
    grid.selectAll()
    grid.viewport().repaint(QRect(0, 0, 800, 600))
    assert grid.row_rect(99_999).bottom() <= grid.viewport().height()
    assert view.ranges() == [(0, 99_999)]
    assert len(set(looked)) <= 3 * len(grid.seen())


def test_a_cell_that_is_dragged_asks_the_list_for_the_drag(look: QApplication, icons: Icons, qtbot: QtBot) -> None:
    bridge, model = Asked(), ListingModel()
    browser, view = Browser(bridge, model), FileView(model, icons)
    grid = GridView(browser, view, Thumbnails(bridge), icons)
    for widget in (view, grid):
        qtbot.addWidget(widget)
    grid.resize(800, 600)
    grid.show()
    model.show(9, [Page(0, wire.columns_of(wire.pack(files(*"abcdefghi"))), 9, True, "", 1)])
    wanted: list[list[str]] = []
    view.drag_wanted.connect(lambda: wanted.append(view.names()))
    start = grid.row_rect(2).center()
    qtbot.mousePress(grid.viewport(), Qt.MouseButton.LeftButton, pos=start)
    for step in range(1, 5):
        QApplication.sendEvent(grid.viewport(), _move(start + QPoint(10 * step, 6 * step)))
    qtbot.mouseRelease(grid.viewport(), Qt.MouseButton.LeftButton, pos=start)
    assert wanted[:1] == [["c"]]


def _move(point: QPoint) -> QMouseEvent:
    left = Qt.MouseButton.LeftButton
    return QMouseEvent(QMouseEvent.Type.MouseMove, QPointF(point), QPointF(point), left, left, Qt.KeyboardModifier.NoModifier)
