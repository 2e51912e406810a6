"""What hangs at the pointer over the window: files of this computer, or our own rows; and where it may go.

Rules: values only. Rows are told by a mark in the MIME data, and what they are by `Lifted`, which the drag fills as it begins."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum

from PySide6.QtCore import QMimeData

from filexfer.core import paths
from filexfer.core.model import Kind
from filexfer.gui.dragging import drops
from filexfer.gui.files.browser import Browser
from filexfer.gui.files.gather import Chosen, Gather, Pick
from filexfer.gui.kit.location import Location


class Verdict(Enum):
    """What letting go at a place would do. `NOTHING`: the rows lie there already."""

    UPLOAD = "upload"
    MOVE = "move"
    NOTHING = "nothing"
    OTHER_SERVER = "other server"
    INTO_ITSELF = "into itself"
    NOWHERE = "nowhere"


class Lifted:
    """Rows of the open folder, settled when they were taken up: the folder may be another one when they are let go."""

    def __init__(self, browser: Browser, ranges: Sequence[tuple[int, int]]) -> None:
        self.here = browser.here
        self.count = sum(last - first + 1 for first, last in ranges)
        self._entries: Chosen = ()
        self._then: Callable[[Location, Chosen], None] | None = None
        Gather(browser, ranges, self._take).start()

    @property
    def folders(self) -> list[str]:
        """Paths of the folders among them, as far as they are known."""
        here, chosen = self.here, self._entries
        names = chosen.folders if isinstance(chosen, Pick) else [one.name for one in chosen if one.kind is Kind.FOLDER]
        return [] if here is None else [here.into(name).path for name in names]

    @property
    def name(self) -> str:
        """The name of the first."""
        chosen = self._entries
        return chosen.first if isinstance(chosen, Pick) else chosen[0].name if chosen else ""

    def then(self, act: Callable[[Location, Chosen], None]) -> None:
        """Call `act` with where they lie and what they are, now or as soon as all of them are known; one act a drag."""
        self._then = act
        self._act()

    def _take(self, entries: Chosen) -> None:
        self._entries = entries
        self._act()

    def _act(self) -> None:
        if self._then is not None and self._entries and self.here is not None:
            act, self._then = self._then, None
            act(self.here, self._entries)


@dataclass(frozen=True, slots=True)
class Dragged:
    """What a drag event brings. `rows` are None for files from elsewhere, which are known once they are let go."""

    local: Sequence[str] = ()
    foreign: Sequence[str] = ()
    rows: Lifted | None = None

    def verdict(self, into: Location | None) -> Verdict:
        """What letting go over the folder `into` would do."""
        if into is None:
            return Verdict.NOWHERE
        if self.rows is None:
            return Verdict.UPLOAD
        here = self.rows.here
        if here is None or here.server != into.server:
            return Verdict.OTHER_SERVER
        if here.path == into.path:
            return Verdict.NOTHING
        if any(f"{into.path}/".startswith(f"{folder}/") for folder in self.rows.folders):
            return Verdict.INTO_ITSELF
        return Verdict.MOVE


def read(mime: QMimeData, lifted: Lifted | None, *, dropped: bool = False) -> Dragged | None:
    """What `mime` holds; None where it is nothing for us. `lifted`: the rows that are taken up in this window, if any are.
    `dropped`: it was let go; before that nobody reads which files they are, for there may be very many."""
    if mime.hasFormat(drops.ROWS):
        here = None if lifted is None else lifted.here
        mine = here is not None and bytes(mime.data(drops.ROWS).data()) == drops.rows_of(here)
        # Rows of another window of ours: only its files, where they lie on this disk already.
        return Dragged(rows=lifted) if mine else None
    if not mime.hasUrls():
        return None
    return Dragged(*drops.local_paths(mime)) if dropped else Dragged()


def target_name(into: Location) -> str:
    """A folder in a word: its own name, or the server's."""
    return paths.shown(paths.name(into.path) or into.name)
