"""One open folder: its rows as they are known so far, the order they are shown in, and the listing that fills it.
Rules: whoever asks never waits for a server; a folder listed again replaces the old rows at once, when it is complete."""

from __future__ import annotations

import threading
import time
from array import array
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from filexfer.agent.listing import FETCH_ROWS, MOST_ENTRIES, Listing, Query
from filexfer.core import paths
from filexfer.core.errors import FilexferError, NotWellFormed
from filexfer.server.deferred import Deferred

if TYPE_CHECKING:
    from filexfer.client.session import Session

#: Entries asked for at first, so that something is shown soon, and from then on.
FIRST_PAGE = 1000
PAGE = 8000

#: Lends a session to a server.
Sessions = Callable[[str], AbstractContextManager["Session"]]


class View:
    """Attributes: number, server, path (what it shows); used (monotonic time somebody last asked for it)."""

    def __init__(self, number: int, server: str, path: str, query: Query) -> None:
        self.number = number
        self.server = server
        self.path = path
        self.used = time.monotonic()
        self._lock = threading.Lock()  # guards all below
        self._query = query
        self._listing = Listing()
        self._order = array("I")
        self._arranged = 0  # how many entries `_order` was made of
        self._version = 0
        self._complete = False
        self._error = ""
        self._waiting: list[Deferred] = []  # for the next round of listing
        self._running = False
        self._closed = False

    def __len__(self) -> int:
        return len(self._listing)

    @property
    def query(self) -> Query:
        return self._query

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
        return {"complete": self._complete, "error": self._error, "version": self._version}

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
            start, self._running = not self._running, True
            return start

    def next_round(self) -> list[Deferred]:
        """Whoever waits for a round to begin now; empty when there is nothing to do any more."""
        with self._lock:
            waiting, self._waiting = self._waiting, []
            self._running = bool(waiting)
            return waiting

    def close(self) -> None:
        """Have the listing under way end soon."""
        with self._lock:
            self._closed = True

    def list(self, sessions: Sessions, first_rows: Callable[[], None]) -> None:
        """List the folder. `first_rows` is called when the first page of a folder just opened is there to be shown.
        Raises what the server answered where there is nothing to show, or only the old rows."""
        with self._lock:
            listing = Listing()
            growing = not self._complete
            if growing:
                self._listing, self._order, self._arranged = listing, array("I"), 0
        cursor = ""
        try:
            with sessions(self.server) as session:
                while True:
                    before = len(listing)
                    cursor = self._take(session.call("file_list", paths.to_wire(self.path), _page(cursor)), listing, growing)
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

    def _take(self, page: object, listing: Listing, growing: bool) -> str:
        with self._lock:
            cursor = listing.add(page)
            if not cursor:
                self._complete = True
                self._error = f"Only the first {MOST_ENTRIES:,} entries are shown." if listing.truncated else ""
            # Sorted anew when it has doubled, so that all the sorting costs twice that of the last one.
            if not cursor or (growing and len(listing) >= 2 * self._arranged):
                self._arrange(listing)
            return cursor

    def _arrange(self, listing: Listing) -> None:
        self._listing = listing
        self._order = listing.order(self._query)
        self._arranged = len(listing)
        self._version += 1


def _page(cursor: str) -> dict[str, object]:
    return {"packed": True, "limit": PAGE, "cursor": cursor} if cursor else {"packed": True, "limit": FIRST_PAGE}
