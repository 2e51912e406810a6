"""What is dragged over the window: the list, the breadcrumb and the side bar take drops alike, and say where they would go.

Rules: every drop is answered, by a transfer, a move or a sentence; one outline at a time."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QPoint, QRect, Signal

from filexfer.core import paths
from filexfer.gui.dragging.dragged import Dragged, Lifted, Verdict, target_name
from filexfer.gui.dragging.drop_outline import DropOutline
from filexfer.gui.dragging.drop_zone import DropZone, Spot
from filexfer.gui.file_pane import FilePane
from filexfer.gui.files.breadcrumb import Breadcrumb
from filexfer.gui.files.browser import Browser
from filexfer.gui.files.gather import Chosen
from filexfer.gui.kit.location import Location
from filexfer.gui.kit.words import Words
from filexfer.gui.servers.sidebar import Sidebar


class WindowDrops(QObject):
    """Signals: `dropped(local paths, URLs that are none, Location or None)`; `moved(Location, entries, Location)`: these
    entries of the first folder into the second; `refused(sentence)`.

    Args:
        lifted: the rows that are being dragged in this window, None for none.
    """

    dropped = Signal(object, object, object)
    moved = Signal(object, object, object)
    refused = Signal(str)

    def __init__(
        self, browser: Browser, pane: FilePane, breadcrumb: Breadcrumb, sidebar: Sidebar, lifted: Callable[[], Lifted | None]
    ) -> None:
        super().__init__(pane)
        self._browser, self._pane, self._sidebar, self._breadcrumb = browser, pane, sidebar, breadcrumb
        viewport = sidebar.view.viewport()
        # The pane takes them, over the list as over the pages in its place.
        self._list = DropZone(pane, self._entry, lifted, lambda: pane.view.front)
        self._parts = DropZone(breadcrumb, self._part, lifted)
        self._computers = DropZone(viewport, self._computer, lifted)
        self._zones = (self._list, self._parts, self._computers)
        for zone, outline in zip(self._zones, (None, DropOutline(breadcrumb), DropOutline(viewport)), strict=True):
            self._connect(zone, outline)
        browser.shown.connect(self._list.look_again)

    def _connect(self, zone: DropZone, outline: DropOutline | None) -> None:
        def show(dragged: Dragged, spot: Spot) -> None:
            # Not every system tells a widget that the pointer has gone on to the next.
            for other in self._zones:
                if other is not zone:
                    other.end()
            words = spot.why or self.words(dragged, spot.into)
            if not words:
                hide()
                return
            # The words always stand over the list, where there is room for them.
            self._pane.outline.point_at(QRect() if outline else spot.area, words)
            if outline is not None:
                outline.point_at(QRect() if spot.why else spot.area, "")

        def hide() -> None:
            self._pane.outline.hide()
            if outline is not None:
                outline.hide()

        zone.over.connect(show)
        zone.left.connect(hide)
        zone.let_go.connect(self._let_go)
        zone.turned_down.connect(self.refused)
        zone.sprung.connect(self._browser.open)

    @property
    def scrolls(self) -> bool:
        """Whether the list scrolls because something hangs at its edge."""
        return self._list.scrolls

    def words(self, dragged: Dragged, into: Location | None) -> str:
        """What letting go would do; "" for nothing."""
        verdict = dragged.verdict(into)
        if into is None or verdict is Verdict.NOWHERE:
            return self.tr("Connect to a computer first, then drop files onto its folder")
        if verdict is Verdict.UPLOAD and self._sidebar.is_offline(into.server):
            return self.tr("Drop to upload to “{place}” as soon as it is online").format(place=into.words)
        if verdict is Verdict.UPLOAD:
            return self.tr("Drop to upload to “{place}”").format(place=into.words)
        if verdict is Verdict.OTHER_SERVER:
            return self.tr("Download it first, then upload it to “{place}”").format(place=into.words)
        if verdict is Verdict.INTO_ITSELF:
            return self.tr("A folder cannot be moved into itself")
        if verdict is Verdict.NOTHING or dragged.rows is None:
            return ""
        rows, place = dragged.rows, target_name(into)
        if rows.count == 1:
            return self.tr("Move “{name}” to “{place}”").format(name=paths.shown(rows.name), place=place)
        return Words.tr("Move %Ln items to “{place}”", "", rows.count).format(place=place)

    def _entry(self, point: QPoint) -> Spot:
        return self._judged(self._pane.spot(point))

    def _part(self, point: QPoint) -> Spot | None:
        found = self._breadcrumb.at(point)
        return None if found is None else self._judged(Spot(*found, springs=True))

    def _computer(self, point: QPoint) -> Spot | None:
        found = self._sidebar.computer_at(point)
        if found is None:
            return None
        # To open one that is off would only cover what is there.
        return self._judged(Spot(*found, springs=not self._sidebar.is_offline(found[0].server)))

    def _judged(self, spot: Spot) -> Spot:
        """The same, or where its computer takes nothing, why."""
        why = "" if spot.into is None else self._sidebar.why_not(spot.into.server)
        return Spot(None, spot.area, why=why) if why else spot

    def _let_go(self, dragged: Dragged, into: Location | None) -> None:
        if dragged.rows is None:
            self.dropped.emit(dragged.local, dragged.foreign, into)
        elif into is not None and dragged.verdict(into) is Verdict.MOVE:

            def move(here: Location, entries: Chosen) -> None:
                self.moved.emit(here, entries, into)

            dragged.rows.then(move)
        else:
            self.refused.emit(
                self.tr("Files cannot go from one computer to another by themselves. Download them, then upload them there.")
            )
