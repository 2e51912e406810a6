"""Makes a widget take drops: asks where a point leads, opens folders that are hovered over for a while, scrolls at the edges.

Rules: looks at nothing on the disk; what is let go is handed on with its place, and whoever takes it answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt, QTimer, Signal
from PySide6.QtGui import QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import QAbstractScrollArea, QWidget

from filexfer.gui.dragging.dragged import Dragged, Lifted, Verdict, read
from filexfer.gui.kit.location import Location

#: How long a folder is hovered over until it opens, in milliseconds.
SPRING_MS = 600
#: How near to an edge scrolling begins, and how often and how far it goes at the most, in pixels.
EDGE, SCROLL_MS, STRIDE = 36, 30, 14


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a point leads. `into`: the folder a drop goes to, None for none yet; `area`: what to outline, in the widget;
    `springs`: it opens when it is hovered over; `why`: a sentence why nothing can go there, with no `into`."""

    into: Location | None
    area: QRect
    springs: bool = False
    why: str = ""


class DropZone(QObject):
    """Signals: `over(Dragged, Spot)` while something hangs over the widget, `left()` when it is gone; `let_go(Dragged,
    Location or None)`; `sprung(Location)` when a folder was hovered over for long; `turned_down(sentence)` where a place takes
    nothing.

    Args:
        widget: takes the drops; of a scroll area its viewport.
        spot: where a point of the widget leads; None where a drop means nothing.
        lifted: the rows that are being dragged in this window.
        area: what scrolls when the pointer is near its upper or lower edge.
    """

    over = Signal(object, object)
    left = Signal()
    let_go = Signal(object, object)
    sprung = Signal(object)
    turned_down = Signal(str)

    def __init__(
        self,
        widget: QWidget,
        spot: Callable[[QPoint], Spot | None],
        lifted: Callable[[], Lifted | None],
        area: Callable[[], QAbstractScrollArea] | None = None,
    ) -> None:
        super().__init__(widget)
        self._widget, self._spot, self._lifted, self._area = widget, spot, lifted, area
        self._dragged: Dragged | None = None
        self._point = QPoint()
        self._aim: Location | None = None
        self._spring = QTimer(self, singleShot=True, interval=SPRING_MS)
        self._spring.timeout.connect(self._on_spring)
        self._scroll = QTimer(self, interval=SCROLL_MS)
        self._scroll.timeout.connect(self._on_scroll)
        widget.setAcceptDrops(True)
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if isinstance(event, QDragMoveEvent) and kind in (QEvent.Type.DragEnter, QEvent.Type.DragMove):
            self._move(event)
        elif kind == QEvent.Type.DragLeave:
            self.end()
        elif isinstance(event, QDropEvent) and kind == QEvent.Type.Drop:
            self._drop(event)
        else:
            return False
        return True

    @property
    def scrolls(self) -> bool:
        """Whether the pointer is so near to an edge that the area scrolls."""
        return self._scroll.isActive()

    def look_again(self) -> None:
        """The widget shows something else below the pointer now."""
        if self._dragged is not None:
            self._aim_at(self._spot(self._point), self._dragged)

    def _move(self, event: QDragMoveEvent) -> None:
        dragged = read(event.mimeData(), self._lifted())
        point = event.position().toPoint()
        spot = self._spot(point)
        if dragged is None or spot is None:
            self.end()
            event.ignore()
            # An entry that is refused would not be followed by moves.
            if dragged is not None and event.type() == QEvent.Type.DragEnter:
                _accept(event)
            return
        self._dragged, self._point = dragged, point
        self._aim_at(spot, dragged)
        if _takes(dragged, spot) or event.type() == QEvent.Type.DragEnter:
            _accept(event)
        else:
            event.ignore()
        if self._stride() and not self._scroll.isActive():
            self._scroll.start()

    def _aim_at(self, spot: Spot | None, dragged: Dragged) -> None:
        if spot is None:
            self._aim = None
            self._spring.stop()
            self.left.emit()
            return
        aim = spot.into if spot.springs and dragged.verdict(spot.into) is not Verdict.INTO_ITSELF else None
        if aim != self._aim:
            self._aim = aim
            if aim is None:
                self._spring.stop()
            else:
                self._spring.start()
        self.over.emit(dragged, spot)

    def _drop(self, event: QDropEvent) -> None:
        dragged = read(event.mimeData(), self._lifted(), dropped=True)
        spot = self._spot(event.position().toPoint())
        self.end()
        if dragged is None or spot is None:
            event.ignore()
            return
        if spot.why:
            event.ignore()
            self.turned_down.emit(spot.why)
            return
        _accept(event)
        self.let_go.emit(dragged, spot.into)

    def end(self) -> None:
        """Nothing hangs over the widget any more."""
        self._dragged, self._aim = None, None
        self._spring.stop()
        self._scroll.stop()
        self.left.emit()

    def _on_spring(self) -> None:
        if self._aim is not None:
            self.sprung.emit(self._aim)

    # At the edges.

    def _stride(self) -> int:
        """How far to scroll now, in pixels: faster towards the edge."""
        if self._area is None or self._dragged is None:
            return 0
        port = self._area().viewport()
        y, height = port.mapFrom(self._widget, self._point).y(), port.height()
        if 0 <= y < EDGE:
            return -STRIDE * (EDGE - y) // EDGE
        if height - EDGE < y <= height:
            return STRIDE * (EDGE - (height - y)) // EDGE
        return 0

    def _on_scroll(self) -> None:
        stride = self._stride()
        if self._area is None or not stride:
            self._scroll.stop()
            return
        bar = self._area().verticalScrollBar()
        before = bar.value()
        bar.setValue(before + stride)
        if bar.value() != before:
            self.look_again()


def _takes(dragged: Dragged, spot: Spot) -> bool:
    """Whether letting go is answered; files from elsewhere nearly always are, if by a sentence."""
    if spot.why:
        return False
    return dragged.rows is None or dragged.verdict(spot.into) in (Verdict.MOVE, Verdict.OTHER_SERVER, Verdict.NOWHERE)


def _accept(event: QDropEvent) -> None:
    # Copy only: a source that is offered a move would delete what it believes has been moved.
    event.setDropAction(Qt.DropAction.CopyAction)
    event.accept()
