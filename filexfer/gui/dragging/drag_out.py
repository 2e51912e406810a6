"""Dragging rows out of the list or the grid: real files where they are here already, else a place told by the other program, or a
question on release outside of the window. Rules: copies only; a path is never promised before its file is complete; no drag waits
for anything; what is dragged is settled when the drag begins."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import QByteArray, QEvent, QMetaType, QMimeData, QObject, QPoint, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QDrag, QGuiApplication, QKeyEvent, QPainter, QPalette, QPixmap, QWindow
from PySide6.QtWidgets import QAbstractItemView

from filexfer.core import paths
from filexfer.gui.dragging import drops
from filexfer.gui.dragging.dragged import Lifted
from filexfer.gui.dragging.staged import Staged
from filexfer.gui.files.browser import Browser
from filexfer.gui.files.gather import Chosen
from filexfer.gui.kit.location import Location
from filexfer.gui.kit.words import Words
from filexfer.gui.platform.direct_save import FORMAT, LATER, REFUSED, SAVED, DirectSave, direct_save, local_path
from filexfer.gui.platform.extract import Extract

#: Size of what hangs at the pointer, in pixels, and where the pointer is in it.
_LABEL_WIDTH, _LABEL_HEIGHT, _HOT = 220, 28, (-12, -8)


class Offer(QMimeData):
    """What a drag carries. `answers`: formats whose bytes are made when the other program asks for them."""

    def __init__(self, answers: Mapping[str, Callable[[], bytes]]) -> None:
        super().__init__()
        self._answers = answers
        for name in answers:
            self.setData(name, QByteArray(b"\0"))

    def retrieveData(self, name: str, kind: QMetaType | QMetaType.Type) -> Any:
        answer = self._answers.get(name)
        return super().retrieveData(name, kind) if answer is None else QByteArray(answer())


class _Watch(QObject):
    """How a drag goes. Attributes: outside (the pointer is over none of our windows), given_up (by Escape)."""

    def __init__(self) -> None:
        super().__init__()
        self.outside = False
        self.given_up = False

    def begin(self) -> None:
        # Once the drag is under way: Qt's own filter takes all keys, and the newest filter is asked first.
        if (app := QGuiApplication.instance()) is not None:
            app.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if isinstance(watched, QWindow) and kind in (QEvent.Type.DragEnter, QEvent.Type.DragMove):
            self.outside = False
        elif isinstance(watched, QWindow) and kind == QEvent.Type.DragLeave:
            self.outside = True
        elif isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            self.given_up = True
        return False


class DragOut(QObject):
    """Signals: `told(Location, entries, folder, name)`: they are wanted in that local folder, a single one under `name`;
    `released(Location, entries)`: outside of the window, where nobody told a place; `refused(sentence)`."""

    told = Signal(object, object, str, str)
    released = Signal(object, object)
    refused = Signal(str)

    def __init__(self, browser: Browser, staged: Staged, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._browser, self._staged = browser, staged
        #: What is dragged, or was last.
        self.lifted: Lifted | None = None

    def start(self, view: QAbstractItemView) -> Qt.DropAction:
        """Drag what is selected in `view`, which has `ranges()`; returns when it was let go."""
        here, ranges = self._browser.here, view.ranges()  # type: ignore[attr-defined]  # of list and grid
        first = self._browser.model.entry(ranges[0][0]) if ranges else None
        if here is None or first is None:
            return Qt.DropAction.IgnoreAction
        load, watch = Lifted(self._browser, ranges), _Watch()
        self.lifted = load
        files = self._staged.files(view)  # type: ignore[arg-type]
        promise = _Promise(self, load, "" if files else first.name)
        drag = QDrag(view)
        drag.setMimeData(self._offer(here, files, promise))
        count = sum(last - first + 1 for first, last in ranges)
        label = paths.shown(first.name) if count == 1 else Words.tr("%Ln item(s)", "", count)
        drag.setPixmap(_picture(view, label))
        drag.setHotSpot(QPoint(*_HOT))
        QTimer.singleShot(0, watch, watch.begin)
        QTimer.singleShot(0, watch, promise.begin)
        # Copies only: some programs that are offered a move always take it.
        action = drag.exec(Qt.DropAction.CopyAction)
        if action == Qt.DropAction.IgnoreAction:
            promise.end()
            if watch.outside and not watch.given_up:
                load.then(self.released.emit)
        return action

    def _offer(self, here: Location, files: Sequence[str], promise: _Promise) -> Offer:
        offer = Offer(promise.answers)
        offer.setData(drops.ROWS, QByteArray(drops.rows_of(here)))
        if files:
            offer.setUrls([drops.url_of(file) for file in files])
        return offer


class _Promise:
    """The ways in which another program tells where it wants what is not here yet. Attributes: answers (by format)."""

    def __init__(self, owner: DragOut, load: Lifted, name: str) -> None:
        self._owner, self._load = owner, load
        self._save: DirectSave | None = direct_save(name) if name else None
        self._told = False
        self.answers: dict[str, Callable[[], bytes]] = {}
        if self._save is not None:
            self.answers[FORMAT] = self._answer
        if name:
            self._extract = Extract(self._take)
            self.answers |= self._extract.answers()

    def begin(self) -> None:
        if self._save is not None:
            self._save.offer()

    def end(self) -> None:
        """Nobody took it."""
        if self._save is not None:
            self._save.withdraw()

    def _answer(self) -> bytes:
        """Direct save: asked on the drop, when the place stands in the property."""
        uri = self._save.place() if self._save is not None else b""
        if not uri:
            return LATER
        place = local_path(uri)
        if not place:
            self._owner.refused.emit(
                Words.tr("Files can be dropped only into folders of this computer. Drop them there, or use Download.")
            )
            return REFUSED
        folder, _, name = place.rstrip("/").rpartition("/")
        self._take(folder or "/", name)
        return SAVED

    def _take(self, folder: str, name: str = "") -> None:
        if not self._told:
            self._told = True
            self._load.then(partial(self._tell, folder, name))

    def _tell(self, folder: str, name: str, here: Location, entries: Chosen) -> None:
        self._owner.told.emit(here, entries, folder, name if len(entries) == 1 else "")


def _picture(view: QAbstractItemView, text: str) -> QPixmap:
    """What hangs at the pointer: `text` on a small plate."""
    metrics = view.fontMetrics()
    text = metrics.elidedText(text, Qt.TextElideMode.ElideMiddle, _LABEL_WIDTH - 24)
    ratio = view.devicePixelRatioF()
    width = metrics.horizontalAdvance(text) + 24
    picture = QPixmap(round(width * ratio), round(_LABEL_HEIGHT * ratio))
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setFont(view.font())
    painter.setBrush(view.palette().color(QPalette.ColorRole.Base))
    painter.setPen(view.palette().color(QPalette.ColorRole.Highlight))
    area = QRectF(0.5, 0.5, width - 1, _LABEL_HEIGHT - 1)
    painter.drawRoundedRect(area, 6, 6)
    painter.setPen(view.palette().color(QPalette.ColorRole.Text))
    painter.drawText(area, Qt.AlignmentFlag.AlignCenter, text)
    painter.end()
    return picture
