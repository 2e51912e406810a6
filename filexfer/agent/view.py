"""One open folder: its rows as they are known so far, the order they are shown in, and the listing that fills it.
Rules: whoever asks never waits for a server; a folder listed again replaces the old rows at once, when it is complete; one that
changes all the time is listed again only after a rest, and only while somebody looks."""

from __future__ import annotations

import threading
import time
from array import array
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from filexfer.agent.listing import FETCH_ROWS, MOST_ENTRIES, Listing, Query
from filexfer.agent.pages import Pages
from filexfer.agent.pick import Chosen, pairs
from filexfer.agent.view_news import fault_of
from filexfer.core import paths
from filexfer.core.errors import Changed, FilexferError, NotWellFormed
from filexfer.server.deferred import Deferred

if TYPE_CHECKING:
    from filexfer.client.session import Session

#: A folder that changed is listed again after so many seconds at the earliest, and after so many times as long as that took.
REST, REST_TIMES = 0.3, 4.0

#: Lends a session to a server.
Sessions = Callable[[str], AbstractContextManager["Session"]]


class View:
    """Attributes: number, server, path (what it shows); used (monotonic time somebody last asked for it)."""

    def __init__(self, number: int, server: str, path: str, query: Query) -> None:
        self.number = number
        self.server = server
        self.path = path
        self.used = time.monotonic()
        self._lock = threading.Condition()  # guards all below; notified when a round is not to wait any more
        self._query = query
        self._listing = Listing()
        self._order = array("I")
        self._arranged = 0  # how many entries `_order` was made of
        self._version = 0
        self._complete = False
        self._error = ""
        self._fault: FilexferError | None = None  # why it could not be listed again
        self._stale = False  # what it shows may be old
        self._moved = 0.0  # when rows moved last; monotonic, as the next one
        self._rested = 0.0  # when it may be listed again
        self._waiting: list[Deferred] = []  # for the next round of listing
        self._running = False
        self._closed = False

    def __len__(self) -> int:
        return len(self._listing)

    @property
    def query(self) -> Query:
        return self._query

    @property
    def failing(self) -> bool:
        """Whether it could not be listed when it was to be listed again."""
        return self._fault is not None

    @property
    def shown(self) -> bool:
        """Whether it ever had something to show."""
        return self._version > 0

    def state(self) -> dict[str, object]:
        with self._lock:
            return {"view": self.number, "path": paths.to_wire(self.path), "count": len(self._order)} | self._progress()

    def rows(self, offset: int, count: int) -> dict[str, object]:
        """Rows from `offset` on, at most `count`, as packed columns."""
        first = max(0, offset)
        with self._lock:
            packed = self._listing.rows(self._order[first : first + min(max(0, count), FETCH_ROWS)])
            return packed | {"offset": first, "total": len(self._order)} | self._progress()

    def _progress(self) -> dict[str, object]:
        error = str(self._fault) if self._fault else self._error
        return {"complete": self._complete, "error": error, "version": self._version}

    def news(self) -> dict[str, object]:
        """What somebody is told who waits for it to change."""
        with self._lock:
            return {"view": self.number, "count": len(self._order), "fault": fault_of(self._fault)} | self._progress()

    def chosen(self, version: int, ranges: array[int]) -> Chosen:
        """The rows that stand in these places. Raises `Changed` where rows moved since `version`."""
        with self._lock:
            rows = array("I")
            for first, last in pairs(ranges):
                rows.extend(self._order[first : last + 1])
            if version != self._version or not rows:
                raise Changed("The folder changed meanwhile. Select again, then repeat.")
            whole = self._complete and not self._error and len(rows) == len(self._listing)
            return Chosen(self.server, self.path, self._listing, rows, whole)

    def places(self, names: Sequence[str]) -> dict[str, object]:
        """In which rows these stand; -1 for those that do not."""
        with self._lock:
            return {"rows": self._listing.places(self._order, names), "version": self._version}

    def find(self, text: str, start: int, exact: bool) -> int:
        """The row whose name begins with `text`, from `start` on and round again; -1 for none."""
        with self._lock:
            return self._listing.find(self._order, text, start, exact)

    def refine(self, query: Query) -> None:
        """Show what is known in the way of `query`."""
        with self._lock:
            if query != self._query:
                self._query = query
                self._arrange(self._listing)

    # Listing: one thread at a time, in rounds -----------------------------------------------------------------------------------

    def want(self, deferred: Deferred) -> bool:
        """Have `deferred` resolved by the next round. True: the caller must have a thread run the rounds."""
        with self._lock:
            self._waiting.append(deferred)
            self._lock.notify()
            return self._starts()

    def stale(self) -> bool:
        """Something in the folder changed: list it again soon. True: as for `want`."""
        with self._lock:
            self._stale = True
            return self._starts()

    def looked_at(self) -> bool:
        """Somebody asks for it. True: as for `want`."""
        with self._lock:
            self.used = time.monotonic()
            return self._starts()

    def _starts(self) -> bool:
        start = not self._running and not self._closed and (bool(self._waiting) or (self._stale and self._is_looked_at()))
        self._running = self._running or start
        return start

    def _is_looked_at(self) -> bool:
        """Whether somebody has asked for it since rows moved."""
        return self.used >= self._moved

    def next_round(self) -> list[Deferred] | None:
        """Whoever waits for a round to begin now, maybe nobody; None when there is nothing to do any more."""
        with self._lock:
            while not self._waiting:
                if self._closed or not self._stale or not self._is_looked_at():
                    self._running = False
                    return None
                rest = self._rested - time.monotonic()
                if rest <= 0:
                    break
                self._lock.wait(rest)
            waiting, self._waiting = self._waiting, []
            self._stale = False
            return waiting

    def lost(self, error: FilexferError) -> None:
        """It cannot be listed again for now; the rows stay."""
        with self._lock:
            self._fault = error

    def close(self) -> None:
        """Have the listing under way end soon."""
        with self._lock:
            self._closed = True
            self._lock.notify()

    def list(self, sessions: Sessions, first_rows: Callable[[], None]) -> None:
        """List the folder. `first_rows` is called when the first page of a folder just opened is there to be shown.
        Raises what the server answered where there is nothing to show, or only the old rows."""
        with self._lock:
            listing = Listing()
            growing = not self._complete
            if growing:
                self._listing, self._order, self._arranged = listing, array("I"), 0
        began = time.monotonic()
        try:
            with sessions(self.server) as session, Pages(session, self.path) as pages:
                while True:
                    before = len(listing)
                    cursor = self._take(pages.next(), listing, growing)
                    if not cursor or self._closed:
                        return
                    if len(listing) == before:
                        raise NotWellFormed("The server's listing does not come to an end.")
                    if growing and not before:
                        first_rows()
        except FilexferError as error:
            if not growing or not len(listing):
                raise
            with self._lock:
                self._complete, self._error = True, str(error)
                self._arrange(listing)
        finally:
            with self._lock:
                now = time.monotonic()
                self._rested = now + max(REST, REST_TIMES * (now - began))

    def _take(self, page: object, listing: Listing, growing: bool) -> str:
        with self._lock:
            cursor = listing.add(page)
            if not cursor:
                self._complete, self._fault = True, None
                self._error = f"Only the first {MOST_ENTRIES:,} entries are shown." if listing.truncated else ""
                if not growing and listing.same(self._listing):
                    return ""
            # Sorted anew when it has doubled, so that all the sorting costs twice that of the last one.
            if not cursor or (growing and len(listing) >= 2 * self._arranged):
                self._arrange(listing)
            return cursor

    def _arrange(self, listing: Listing) -> None:
        self._listing = listing
        self._order = listing.order(self._query)
        self._arranged = len(listing)
        self._version += 1
        self._moved = time.monotonic()
