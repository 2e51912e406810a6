"""The pages of a folder's listing, the next one asked for while the last one is worked on: a server reads while we sort.
Rule: nothing is under way any more when the `with` block is left."""

from __future__ import annotations

import threading
from types import TracebackType
from typing import TYPE_CHECKING

from filexfer.core import paths

if TYPE_CHECKING:
    from filexfer.client.session import Session

#: Entries asked for at first, so that something is shown soon, and from then on.
FIRST_PAGE = 1000
PAGE = 8000


class Pages:
    """`with Pages(session, path) as pages: pages.next()`, until it is None."""

    def __init__(self, session: Session, path: str) -> None:
        self._session, self._path = session, path
        self._thread: threading.Thread | None = None
        self._page: object = None
        self._error: BaseException | None = None
        self._ask("")

    def __enter__(self) -> Pages:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None, /) -> None:
        if self._thread is not None:
            self._thread.join()

    def next(self) -> object:
        """The next page as the server answered it; None behind the last. Raises what kept it from coming."""
        if self._thread is None:
            return None
        self._thread.join()
        self._thread = None
        if self._error is not None:
            raise self._error
        following = self._page.get("next") if isinstance(self._page, dict) else None
        page, self._page = self._page, None
        if isinstance(following, str) and following:
            self._ask(following)
        return page

    def _ask(self, cursor: str) -> None:
        self._thread = threading.Thread(target=self._fetch, args=(cursor,), name="filexfer-page", daemon=True)
        self._thread.start()

    def _fetch(self, cursor: str) -> None:
        options = {"packed": True, "limit": PAGE if cursor else FIRST_PAGE} | ({"cursor": cursor} if cursor else {})
        try:
            self._page = self._session.call("file_list", paths.to_wire(self._path), options)
        except BaseException as error:
            self._error = error  # raised to whoever asks for the page
