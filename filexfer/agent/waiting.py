"""Looks out for servers that transfers wait for, and tells the engine as soon as one answers. Rules: one look at a time for each
server, however many transfers wait, later each time; what other calls find out counts as well; no thread while nobody waits."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from filexfer.agent.servers import LOOK, Servers
from filexfer.client.away import passes
from filexfer.client.session import Session
from filexfer.core.errors import FilexferError

_log = logging.getLogger("filexfer.agent")

#: Seconds between two looks, at first and at most.
FIRST, MOST = 0.5, 30.0
#: Whoever is away again within so many seconds after it was back is looked for as late as before.
_STEADY = 60.0
#: Bound: servers that were back of which that is known.
_REMEMBERED = 400


@dataclass(slots=True)
class _Watched:
    """A server that is looked out for.

    Attributes:
        back: to be called once it is back.
        pause: seconds until the look after the next.
        due: when it is to be looked for; what is heard before `earliest` does not count. Both monotonic.
        away: it was found away since.
    """

    back: Callable[[bool], None]
    pause: float
    due: float
    earliest: float
    away: bool = False


class Waiting:
    """An `away.Lookout` of the servers that `servers` knows."""

    def __init__(self, servers: Servers) -> None:
        self._servers = servers
        # Guards all below; notified when something is due earlier.
        self._changed = threading.Condition()
        self._watched: dict[str, _Watched] = {}  # by what jobs name them by
        self._returned: dict[str, tuple[float, float]] = {}  # when one was back (monotonic), and its pause until then
        self._thread: threading.Thread | None = None
        self._closed = False
        self._end = servers.follow(self._heard)

    def connect(self, server: str) -> Session:
        """A session of the caller's own. Raises `ConnectionFailed` at once where the server was found away a moment ago."""
        self.check(server)
        return self._servers.connect(server)

    def check(self, server: str) -> None:
        error = self._servers.found_away(self._at(server))
        if error is not None:
            raise error

    def watch(self, server: str, back: Callable[[bool], None]) -> None:
        now = time.monotonic()
        with self._changed:
            since, before = self._returned.pop(server, (-_STEADY, 0.0))
            # The first time it is looked for at once.
            pause = min(MOST, max(FIRST, 2 * before)) if now - since < _STEADY else 0.0
            self._watched[server] = _Watched(back, max(FIRST, pause), now + pause, now + pause)
            self._wake()

    def hurry(self, server: str) -> None:
        with self._changed:
            watched = self._watched.get(server)
            if watched is not None:
                watched.due = watched.earliest = time.monotonic()
                watched.pause = FIRST
                self._wake()

    def forget(self, server: str) -> None:
        with self._changed:
            self._watched.pop(server, None)
            self._changed.notify_all()

    def close(self) -> None:
        self._end()
        with self._changed:
            self._closed = True
            self._watched.clear()
            self._changed.notify_all()
            thread = self._thread
        if thread is not None:
            thread.join(LOOK)

    def _wake(self) -> None:
        if self._thread is None and not self._closed:
            self._thread = threading.Thread(target=self._run, name="filexfer-waiting", daemon=True)
            self._thread.start()
        self._changed.notify_all()

    def _run(self) -> None:
        while True:
            with self._changed:
                due = self._due()
                while not due and self._watched:
                    self._changed.wait(max(0.0, min(one.due for one in self._watched.values()) - time.monotonic()))
                    due = self._due()
                if not due:
                    self._thread = None
                    return
            for server in due:
                # In the background: what it finds is heard.
                self._servers.look(self._at(server))

    def _due(self) -> list[str]:
        """Those that are to be looked for now. What is not heard of by then is looked for once more."""
        now = time.monotonic()
        due = [server for server, watched in self._watched.items() if watched.due <= now]
        for server in due:
            self._watched[server].due = now + LOOK + self._watched[server].pause
        return due

    def _heard(self, address: str, error: FilexferError | None) -> None:
        """A call to the server at `address` ended so."""
        with self._changed:
            servers = list(self._watched)
        # Where a server is may have changed since.
        for server in [server for server in servers if self._at(server) == address]:
            if passes(error):
                self._still_away(server)
            else:
                self._is_back(server)

    def _at(self, server: str) -> str:
        """The address at which it is now."""
        try:
            return str(self._servers.resolve(server))
        except OSError as error:
            # What is remembered of moves cannot be read for the moment: calls of others do not fail by that.
            _log.warning("It is not known whether %s has moved: %s", server, error)
            return server

    def _still_away(self, server: str) -> None:
        with self._changed:
            watched = self._watched.get(server)
            if watched is not None:
                watched.away = True
                watched.due = max(watched.earliest, time.monotonic() + watched.pause)
                watched.pause = min(MOST, 2 * watched.pause)
                self._changed.notify_all()

    def _is_back(self, server: str) -> None:
        now = time.monotonic()
        with self._changed:
            watched = self._watched.get(server)
            if watched is None or now < watched.earliest:
                return
            del self._watched[server]
            self._returned[server] = (now, watched.pause)
            while len(self._returned) > _REMEMBERED:
                del self._returned[next(iter(self._returned))]
        watched.back(watched.away)
