"""Where somebody is in the open folder: what is selected, what is current, what stands at the top. Taken before its rows are
replaced by newer ones, put back after that, wherever those names stand then."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QItemSelection, QItemSelectionModel

from filexfer.gui.files.browser import Browser
from filexfer.gui.files.file_view import FileView
from filexfer.gui.files.listing import MODIFIED, NAME

#: So many selected rows are found again. A larger selection is given up, for a part of it would pass for the whole; all rows
#: stay all rows, as long as the folder is filtered as before.
MOST = 1000


@dataclass(frozen=True, slots=True)
class _Kept:
    chosen: tuple[str, ...] = ()
    everything: bool = False
    current: str = ""
    seen: bool = False
    top: str = ""
    top_row: int = 0
    offset: int = 0
    scroll: int = 0


class Place:
    def __init__(self, browser: Browser, view: FileView) -> None:
        self._browser, self._view = browser, view
        self._kept = _Kept()
        self._shown = self._filtered

    def names(self) -> list[str]:
        """Those whose rows must be known to put it back: the one at the top first."""
        now = self._now()
        return list(dict.fromkeys(name for name in (now.top, now.current, *now.chosen) if name))

    def keep(self) -> None:
        self._kept = self._now()

    def forget(self) -> None:
        self._kept = _Kept()

    def put_back(self, select: Sequence[str] = ()) -> None:
        """Be there again; or at `select`, and select that."""
        self._shown = self._filtered
        if select:
            self._choose(select)
        elif self._kept.everything:
            self._view.selectAll()
        else:
            self._choose(self._kept.chosen)
        row = self._row(select[0] if select else self._kept.current)
        if row >= 0:
            index = self._browser.model.index(row, NAME)
            self._view.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.NoUpdate)
        # After that, for a view goes to what becomes current.
        self._scroll()
        # What was chosen in sight stays so, also while a listing grows between it and the row at the top.
        if row >= 0 and (select or self._kept.seen):
            self._view.front.scrollTo(self._browser.model.index(row, NAME))

    @property
    def _filtered(self) -> tuple[str, bool]:
        return self._browser.filter, self._browser.hidden

    def _now(self) -> _Kept:
        view, model, top_row = self._view, self._browser.model, self._browser.top_row
        count = view.chosen()
        names = tuple(view.names(MOST)) if count <= MOST else ()
        known = len(names) == count
        everything = not known and count == model.rowCount() and self._shown == self._filtered
        row = view.currentIndex().row()
        top, current = model.known(top_row, top_row), model.known(row, row)
        return _Kept(
            chosen=names if known else (),
            everything=everything,
            current=current[0].name if current else "",
            seen=bool(current) and view.selectionModel().isRowSelected(row) and self._in_sight(row),
            top=top[0].name if top else "",
            top_row=top_row,
            offset=-view.front.row_rect(top_row).top(),
            scroll=view.front.verticalScrollBar().value(),
        )

    def _in_sight(self, row: int) -> bool:
        return self._view.front.viewport().rect().contains(self._view.front.row_rect(row))

    def _row(self, name: str) -> int:
        return self._browser.places.get(name, self._browser.model.row_of(name)) if name else -1

    def _scroll(self) -> None:
        kept, front = self._kept, self._view.front
        row, bar = self._row(kept.top), front.verticalScrollBar()
        # At the very top one stays there: new rows above are to be seen.
        if kept.scroll == 0 or row in (-1, kept.top_row):
            bar.setValue(kept.scroll)
        else:
            front.scrollTo(self._browser.model.index(row, NAME), FileView.ScrollHint.PositionAtTop)
            bar.setValue(bar.value() + kept.offset)

    def _choose(self, names: Sequence[str]) -> None:
        model, selection = self._browser.model, QItemSelection()
        for row in (self._row(name) for name in names):
            if 0 <= row < model.rowCount():
                selection.select(model.index(row, NAME), model.index(row, MODIFIED))
        self._view.selectionModel().select(selection, QItemSelectionModel.SelectionFlag.ClearAndSelect)
