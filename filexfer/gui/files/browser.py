"""Which folder is open: asks the agent for a view of it, fetches rows as they are looked at, goes back, forward and up.

Rules: no widget. An answer to a question that is no longer asked (another folder was opened meanwhile) is dropped by its ticket.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from filexfer.core import paths
from filexfer.core.errors import Changed, ConnectionFailed, ConnectionLost, FilexferError, NotFound
from filexfer.gui.files.listing import PAGE_ROWS, ListingModel, Page
from filexfer.gui.kit.bridge import Bridge, ViewNews
from filexfer.gui.kit.location import Location, Trail
from filexfer.gui.kit.sentences import why
from filexfer.protocol import faults

#: How often a listing that still grows is looked at again, in milliseconds.
GROWING_MS = 250
#: How often a server that cannot be reached is tried again, and an open view is called ours, in milliseconds.
RETRY_MS, KEEP_MS = 4000, 5 * 60_000
#: Most rows asked for at once when a large selection is collected.
FETCH_ROWS = 5000


class Browser(QObject):
    """Signals: `moved()` when another folder is to be shown; `opening()` while it is asked for; `shown(names)` when rows are
    there (names: select these); `failed(error)` when it cannot be listed; `problem(error)` for what went wrong beside that;
    `about_to_show()` before rows are replaced by newer ones of the same folder; `recovered(sentence)` when the problem with this
    sentence is over."""

    moved = Signal()
    opening = Signal()
    about_to_show = Signal()
    shown = Signal(object)
    failed = Signal(object)
    problem = Signal(object)
    recovered = Signal(str)

    def __init__(self, bridge: Bridge, model: ListingModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self.model = model
        self.trail = Trail()
        self.sort, self.descending, self.hidden, self.filter = "name", False, False, ""
        self.complete = True
        #: Row at the top of what is seen, kept by the view: the page around it is fetched first.
        self.top_row = 0
        #: Whether rows must stay where they are, because a name is edited or something is dragged over them.
        self.held: Callable[[], bool] = lambda: False
        #: Names whose rows are to be known before rows are replaced, the one at the top first; and the rows of them and of those
        #: to be selected, as far as they are there.
        self.kept: Callable[[], Sequence[str]] = lambda: ()
        self.places: dict[str, int] = {}
        self._placed_in: object = None  # the version of the view in which they stand there
        #: Whether what was asked for last is what is shown.
        self.settled = True
        self._ticket = 0
        self._view: object = None
        self._version: object = None
        self._rows_of: object = None  # the view whose rows are shown, in the version above
        self._select: Sequence[str] = ()
        #: Why nothing can be shown, and why what is shown may be old; as it was told, "" for neither.
        self._failure, self._lost = "", ""
        self._retry = QTimer(self, singleShot=True, interval=RETRY_MS)
        self._retry.timeout.connect(self._try_again)
        # The agent forgets views that nobody asks for.
        self._keep = QTimer(self, interval=KEEP_MS)
        self._keep.timeout.connect(self._call_ours)
        self._keep.start()
        self._again = QTimer(self, singleShot=True, interval=GROWING_MS)
        self._again.timeout.connect(self._look_again)
        model.page_wanted.connect(self._fetch)

    @property
    def here(self) -> Location | None:
        return self.trail.here

    def open(self, location: Location | None, select: Sequence[str] = ()) -> None:
        """Show `location`; None for no folder at all. `select`: names to select once they are there."""
        self.trail.go(location)
        self._enter(select)

    def back(self) -> None:
        if self.trail.can_back:
            left = self.here
            self.trail.back()
            self._enter((paths.name(left.path),) if left else ())

    def forward(self) -> None:
        if self.trail.can_forward:
            self.trail.forward()
            self._enter(())

    def up(self) -> None:
        """To the folder above, the one we come from selected."""
        if self.here is not None and self.here.up is not None:
            self.open(self.here.up, (paths.name(self.here.path),))

    def refresh(self, select: Sequence[str] = ()) -> None:
        """List the open folder again."""
        if self.here is None:
            return
        if self._view is None:
            self._enter(select)
        else:
            self._ask({"view": self._view, "refresh": True}, select)

    def refine(self, *, sort: str | None = None, descending: bool | None = None, text: str | None = None) -> None:
        """Order and filter the open folder anew; what is None stays."""
        wanted = (
            self.sort if sort is None else sort,
            self.descending if descending is None else descending,
            self.filter if text is None else text,
        )
        if wanted != (self.sort, self.descending, self.filter):
            self.sort, self.descending, self.filter = wanted
            self.top_row = 0
            if self._view is not None:
                self._ask({"view": self._view})

    def show_hidden(self, hidden: bool) -> None:
        if hidden != self.hidden:
            self.hidden = hidden
            if self._view is not None:
                self._ask({"view": self._view})

    def find(self, text: str, start: int, done: Any) -> None:
        """Type-ahead: later `done(row)`, -1 for none."""
        version = self.version

        def take(row: int) -> None:
            if version == self.version:
                done(row)
            elif version[0] == self._view:
                self.find(text, start, done)  # rows moved meanwhile: another one may stand there

        if self._view is not None:
            self._bridge.ask("view_find", self._view, text, {"start": start}, done=take, failed=self.problem.emit)

    @property
    def view(self) -> object:
        """The agent's number of the open view; None for none."""
        return self._view

    def take_news(self, news: ViewNews) -> None:
        """Show what the agent tells of the open view."""
        recovered = self._lost and not news.fault
        if news.fault:
            self._say(faults.error_of(news.fault, news.error))
        elif recovered:
            self.recovered.emit(self._lost)
            self._lost = ""
        hidden = bool(self._failure)
        if recovered or (hidden and not news.fault) or (not hidden and news.version != self._version):
            self._fetch_first()

    def _say(self, error: FilexferError) -> None:
        if not isinstance(error, ConnectionFailed | ConnectionLost):
            self._fail(error)
        elif not self._lost:
            self._lost = self.tr("{error} The list shows what was there; it is looked at again by itself.").format(
                error=why(error)
            )
            self.problem.emit(type(error)(self._lost))

    def _fail(self, error: FilexferError) -> None:
        if str(error) != self._failure:
            self._failure = str(error)
            self.model.show(0, [])
            self.failed.emit(error)

    @property
    def version(self) -> tuple[object, object]:
        """Another one means that rows moved, or that another folder is open."""
        return self._rows_of, self._version

    def rows(self, first: int, last: int, done: Callable[[Page], None]) -> None:
        """Later `done(page)` with rows from `first` on, not beyond `last`; not called when rows moved meanwhile."""
        version, count = self.version, min(last - first + 1, FETCH_ROWS)

        def take(page: Page) -> None:
            if (self._view, page.version) == version == self.version:
                done(page)
            else:
                self.say_changed()

        if self._view is not None:
            self._bridge.ask("view_rows", self._view, first, count, read=Page.read, done=take)

    def pick(self, ranges: Callable[[], bytes], read: Callable[[Any], Any], done: Callable[[Any], None]) -> None:
        """Have the agent keep these rows (`ranges` as `view_pick` takes them): later `done(what read made of the answer)`; where
        rows moved meanwhile, that is said instead."""
        if self._view is None or self._view != self._rows_of:
            self.say_changed()  # versions of a view that was opened anew tell nothing of these rows
        else:
            self._bridge.ask("view_pick", self._view, self._version, ranges, read=read, done=done, failed=self.problem.emit)

    def say_changed(self) -> None:
        """Rows moved before it was known which they are, so nothing is done with them."""
        self.problem.emit(Changed(self.tr("The folder changed meanwhile. Select again, then repeat.")))

    def _enter(self, select: Sequence[str]) -> None:
        self._close_view()
        self.filter = ""
        self.top_row = 0
        self._again.stop()
        self._retry.stop()
        self._failure, self._lost, self._version, self._rows_of, self.places = "", "", None, None, {}
        self._ticket += 1
        # What was selected in the folder that is left must not be taken for something in the one that opens.
        self.model.show(0, [])
        self.moved.emit()
        if self.here is not None:
            self.opening.emit()
            self._ask({}, select)

    def _ask(self, options: dict[str, object], select: Sequence[str] = ()) -> None:
        if self.here is None:
            return
        self.settled = False
        self._ticket += 1
        self._select = select
        ticket = self._ticket
        query = self._query()
        self._bridge.ask(
            "view_open",
            self.here.server,
            paths.to_wire(self.here.path),
            query | options,
            done=partial(self._opened, ticket, query),
            failed=partial(self._not_opened, ticket, "view" in options),
        )

    def _query(self) -> dict[str, object]:
        """How the folder is to be shown."""
        return {
            "sort": self.sort,
            "descending": self.descending,
            "filter": self.filter,
            "hidden": self.hidden,
            "folders_first": True,
        }

    def _opened(self, ticket: int, query: dict[str, object], answer: dict[str, Any]) -> None:
        if ticket != self._ticket:
            if answer["view"] != self._view:
                self._bridge.ask("view_close", answer["view"], failed=_ignore)
            return
        self._view = answer["view"]
        if query != self._query():
            self._ask({"view": self._view}, self._select)  # it was sorted or filtered before it was there
        else:
            self._fetch_first()

    def _not_opened(self, ticket: int, reopening: bool, error: FilexferError) -> None:
        if ticket != self._ticket:
            return
        if reopening and isinstance(error, NotFound) and self._view is not None:
            # The agent has forgotten the view, or the folder is gone: opening it afresh tells which.
            self._view = None
            self._ask({}, self._select)
            return
        self._view = None
        self.settled = True
        if isinstance(error, ConnectionFailed | ConnectionLost):
            self._retry.start()
        self._fail(error)

    def _try_again(self) -> None:
        if self._view is None and self.settled and self.here is not None:
            self._ask({}, self._select)

    def _call_ours(self) -> None:
        if self._view is not None:
            self._bridge.ask("view_rows", self._view, 0, 0, failed=_ignore)

    def _fetch_first(self) -> None:
        """Fetch the rows that are looked at: where they are, now that others may have come and gone, is asked before."""
        names = [*self._select[:1], *(self.kept() if self._version is not None else ())]
        if not names:
            self.places, self._placed_in = {}, None
            self._fetch_top()
            return
        self._bridge.ask(
            "view_places",
            self._view,
            [paths.to_wire(name) for name in names],
            done=partial(self._placed, self._ticket, names),
            failed=partial(self._unplaced, self._ticket),
        )

    def _placed(self, ticket: int, names: Sequence[str], answer: dict[str, Any]) -> None:
        if ticket == self._ticket:
            self._placed_in = answer["version"]
            self.places = {name: row for name, row in zip(names, answer["rows"], strict=True) if row >= 0}
            if (self._select or self.top_row) and names[0] in self.places:
                self.top_row = self.places[names[0]]
            self._fetch_top()

    def _unplaced(self, ticket: int, error: FilexferError) -> None:
        # An agent of another version: fetching the rows tells whether the view is there.
        if ticket == self._ticket:
            self.places, self._placed_in = {}, None
            self._fetch_top()

    def _fetch_top(self) -> None:
        offset = self.top_row // PAGE_ROWS * PAGE_ROWS
        self._bridge.ask(
            "view_rows",
            self._view,
            offset,
            PAGE_ROWS,
            read=Page.read,
            done=partial(self._first, self._ticket),
            failed=partial(self._not_opened, self._ticket, True),
        )

    def _first(self, ticket: int, page: Page) -> None:
        if ticket != self._ticket:
            return
        if not page.rows and page.offset and page.total:
            self.top_row = 0
            self._fetch_top()
            return
        if self._placed_in not in (None, page.version):
            self._fetch_first()  # rows moved since it was asked where they stand
            return
        if self._version is not None:
            if self.held():
                self._again.start()
                return
            self.about_to_show.emit()
        self._version, self._rows_of = page.version, self._view
        self.complete = page.complete
        self._failure = ""
        self.settled = True
        self.model.show(page.total, [page] if page.rows else [])
        select = self._select
        # Once: while the listing grows, somebody may select something else.
        if page.complete or (select and (select[0] in self.places or self.model.row_of(select[0]) >= 0)):
            self._select = ()
        self.shown.emit(select)
        if page.complete:
            if page.error and not self._lost:
                self.problem.emit(FilexferError(page.error))
        else:
            self._again.start()

    def _look_again(self) -> None:
        if self._view is not None and not self.held():
            self._fetch_first()
        elif self._view is not None:
            self._again.start()

    def _fetch(self, first_row: int) -> None:
        if self._view is None:
            return
        self._bridge.ask(
            "view_rows",
            self._view,
            first_row,
            PAGE_ROWS,
            read=Page.read,
            done=partial(self._page, self._ticket),
            failed=partial(self._not_fetched, self._ticket, first_row),
        )

    def _page(self, ticket: int, page: Page) -> None:
        if ticket != self._ticket:
            return
        if (self._view, page.version) != self.version:
            self._fetch_first()  # rows moved: what is shown is no longer true
        else:
            self.model.add_page(page)

    def _not_fetched(self, ticket: int, first_row: int, error: FilexferError) -> None:
        if ticket == self._ticket:
            self.model.forget_asked(first_row)
            self._not_opened(ticket, True, error)

    def _close_view(self) -> None:
        if self._view is not None:
            self._bridge.ask("view_close", self._view, failed=_ignore)
        self._view = None


def _ignore(error: FilexferError) -> None:
    """A view that cannot be closed is closed already."""
