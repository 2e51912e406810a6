"""The `view_*` methods: folders of any server, listed in the background, sorted and filtered here, handed out as columns, and
listed again when something in them changes there.
Bounds: views are few and forgotten when nobody asks for them; the entries of all together are bounded."""

from __future__ import annotations

import secrets
import threading
import time
from array import array
from collections.abc import Collection
from dataclasses import fields, replace
from functools import partial

from filexfer.agent.following import Following
from filexfer.agent.listing import Query
from filexfer.agent.pick import Chosen
from filexfer.agent.servers import Servers, is_own
from filexfer.agent.view import View
from filexfer.agent.view_news import ViewNews
from filexfer.client.session import Session
from filexfer.core import paths
from filexfer.core.errors import BadParameters, FilexferError, NotAFolder, NotFound, TooLarge
from filexfer.protocol.members import real, sequence
from filexfer.protocol.wire import number, struct, text
from filexfer.server.access import Caller
from filexfer.server.deferred import Deferred

#: Bounds: views, entries of all together, and seconds that a view nobody asks for is kept.
MOST_VIEWS = 32
MOST_ENTRIES = 1_500_000
IDLE = 15 * 60.0
#: Most names whose places are asked for at once.
MOST_NAMES = 2000

#: How long `view_open` waits for something to show; the listing itself may take longer.
PATIENCE = 45.0

_QUERY = {field.name: type(field.default) for field in fields(Query)}


class Views:
    """All open views of all windows."""

    def __init__(self, servers: Servers) -> None:
        self._servers = servers
        self._lock = threading.Lock()  # guards the three below
        self._views: dict[int, View] = {}
        # From somewhere on: a window that knew our predecessor's views shall not find others under their numbers.
        self._last = secrets.randbelow(1 << 30)
        self._sweeping = False
        self._closed = threading.Event()
        self._news = ViewNews()
        self._following = Following(servers, self)

    def view_open(self, caller: Caller, server: str, path: object, options: object = None) -> dict[str, object] | Deferred:
        """List the folder `path` of `server` in the background and answer once its first rows are known:
        {view, path, count, complete, error, version}. Options: sort (name, size, mtime), descending, filter (part of a name),
        hidden (show names with a dot before them), folders_first; view: the number of an open view, to sort and filter that
        one anew without listing it again; refresh: list that one again."""
        given = dict(struct({} if options is None else options, "options"))
        known, refresh = given.pop("view", None), given.pop("refresh", False)
        if known is None:
            view = self._add(caller, text(server, "server"), paths.from_wire(path), _query(Query(), given))
        else:
            view = self._view(known)
            view.refine(_query(view.query, given))
            if not refresh:
                return view.state()
        deferred = Deferred(PATIENCE, view.state)
        self._begin(view, view.want(deferred))
        return deferred

    def view_rows(self, caller: Caller, view: int, offset: int, count: int) -> dict[str, object]:
        """Rows of a view, in its order, as packed columns: names, kinds, sizes, mtimes as in a packed listing, and ids (unsigned
        32-bit, little-endian: a row's number in the listing, which stays when the view is sorted anew). Besides: offset, count
        (rows here; may be fewer than asked for), total (rows known now), complete, error, version (another one: rows moved)."""
        return self._view(view).rows(number(offset, "offset"), number(count, "count"))

    def view_find(self, caller: Caller, view: int, name: object, options: object = None) -> int:
        """The row of the first entry whose name begins with `name`, in any case; -1 for none. Options: start (the row to look
        from; the search goes round), exact (the whole name, as it is)."""
        given = struct({} if options is None else options, "options")
        exact = given.get("exact", False) is True
        return self._view(view).find(paths.from_wire(name), number(given.get("start", 0), "start"), exact)

    def view_places(self, caller: Caller, view: int, names: object) -> dict[str, object]:
        """Where entries of these names stand: {rows, version}; a row for each, -1 for one that is not there. At most 2,000."""
        wanted = [paths.from_wire(name) for name in sequence(names, "names")]
        if len(wanted) > MOST_NAMES:
            raise TooLarge(f"At most {MOST_NAMES:,} names are looked for at once. Ask for fewer.")
        return self._view(view).places(wanted)

    def view_events(self, caller: Caller, cursor: object = "", timeout: object = 0.0) -> dict[str, object] | Deferred:
        """Which views were listed anew since `cursor` ("": all there are), waiting up to `timeout` seconds for one: {cursor,
        views: [{view, count, complete, error, version, fault}]}. Another `version`: rows moved. `fault`: the code of why it
        cannot be listed again for now, 0 for nothing; its rows stay. A view whose folder changes is listed again by itself,
        and then once more only after somebody has asked for it."""
        return self._news.poll(text(cursor, "cursor"), real(timeout, "timeout"))

    def view_close(self, caller: Caller, view: int) -> bool:
        """Forget a view. True, also where it was forgotten before."""
        with self._lock:
            closed = self._views.get(number(view, "view"))
        if closed is not None:
            self._forget([closed])
        return True

    def close(self) -> None:
        self._closed.set()
        with self._lock:
            views = list(self._views.values())
        self._forget(views)
        self._following.close()
        self._news.close()

    # What is heard from servers, see `following.Hearing`.

    def changed(self, session: Session, server: str, folders: Collection[str] | None) -> None:
        for view in self._of(server):
            direct = folders is None or view.path in folders
            if direct or (_is_below(view.path, folders or ()) and (view.failing or _is_gone(session, view.path))):
                self._begin(view, view.stale())

    def lost(self, server: str, error: FilexferError) -> None:
        for view in self._of(server):
            view.lost(error)
            self._news.note(view.number, view.news())

    def chosen(self, caller: Caller, view: int, version: int, ranges: array[int]) -> Chosen:
        """The rows of a view that stand in these places, for this caller. Raises `Changed` where they moved since `version`."""
        found = self._view(view)
        server = self._servers.reach(found.server, caller.local)
        # By its address from now on: whoever saves another server under this name shall not lose what was chosen on this one.
        return replace(found.chosen(version, ranges), server=server if is_own(server) else str(self._servers.resolve(server)))

    def _in_use(self) -> set[str]:
        with self._lock:
            return {view.server for view in self._views.values()}

    def _of(self, server: str) -> list[View]:
        with self._lock:
            return [view for view in self._views.values() if view.server == server]

    def _view(self, view: object) -> View:
        with self._lock:
            found = self._views.get(number(view, "view"))
        if found is None:
            raise NotFound("This view was closed. Open the folder again.")
        self._begin(found, found.looked_at())
        return found

    def _add(self, caller: Caller, server: str, path: str, query: Query) -> View:
        paths.split(path)
        server = self._servers.reach(server, caller.local)
        with self._lock:
            self._last += 1
            view = self._views[self._last] = View(self._last, server, path, query)
            start, self._sweeping = not self._sweeping, True
        self._make_room()
        if start:
            threading.Thread(target=self._sweep, name="filexfer-views", daemon=True).start()
        return view

    def _begin(self, view: View, start: bool) -> None:
        if start:
            threading.Thread(target=self._run, args=(view,), name="filexfer-view", daemon=True).start()

    def _run(self, view: View) -> None:
        """List a view until nobody waits for it; every outcome, a mistake of ours too, goes to those who wait."""
        while (waiting := view.next_round()) is not None:
            outcome: object
            try:
                self._following.begin(view.server)
                view.list(self._servers.session, partial(self._tell_first, view, waiting))
                outcome = view.state()
            except Exception as error:
                if not view.shown:
                    self._forget([view])
                elif isinstance(error, FilexferError):
                    view.lost(error)
                outcome = error
            _tell(waiting, outcome)
            self._tell_news(view)

    def _tell_first(self, view: View, waiting: list[Deferred]) -> None:
        _tell(waiting, view.state())

    def _tell_news(self, view: View) -> None:
        with self._lock:
            known = view.number in self._views
        if known:
            self._news.note(view.number, view.news())

    def _make_room(self) -> None:
        with self._lock:
            by_use = sorted(self._views.values(), key=lambda view: view.used, reverse=True)
        entries = 0
        left_over = []
        for place, view in enumerate(by_use):
            entries += len(view)
            if place >= MOST_VIEWS or (place and entries > MOST_ENTRIES):
                left_over.append(view)
        self._forget(left_over)

    def _sweep(self) -> None:
        while not self._closed.wait(IDLE / 15):
            old = time.monotonic() - IDLE
            with self._lock:
                idle = [view for view in self._views.values() if view.used < old]
            self._forget(idle)
            with self._lock:
                if not self._views:
                    self._sweeping = False
                    return

    def _forget(self, views: list[View]) -> None:
        with self._lock:
            for view in views:
                self._views.pop(view.number, None)
        for view in views:
            view.close()
            self._news.forget(view.number)
        self._following.keep(self._in_use)


def _is_below(path: str, folders: Collection[str]) -> bool:
    while path:
        path = paths.parent(path)
        if path in folders:
            return True
    return False


def _is_gone(session: Session, path: str) -> bool:
    try:
        session.call("file_stat", paths.to_wire(path))
    except (NotFound, NotAFolder):
        return True
    return False


def _tell(waiting: list[Deferred], value: object) -> None:
    for deferred in waiting:
        deferred.resolve(value)


def _query(before: Query, given: dict[str, object]) -> Query:
    for name, value in given.items():
        if name not in _QUERY:
            raise BadParameters(f"There is no option “{paths.shown(name[:40])}”. Known are: {', '.join(_QUERY)}, view, refresh.")
        if type(value) is not _QUERY[name]:
            raise BadParameters(f"The option {name} is {'true or false' if _QUERY[name] is bool else 'a string'}.")
    return replace(before, **given)  # type: ignore[arg-type]  # the types are checked above
