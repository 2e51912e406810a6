"""Hears of what changes on the servers whose folders are open: one long poll (`share_changes`) a server, for all of its views.
Rules: nobody waits for one but who opens the first folder there; a line that broke is made again by itself, later each time."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection
from typing import Protocol

from filexfer.agent.servers import Servers
from filexfer.client.session import Session
from filexfer.core import paths
from filexfer.core.errors import (
    Cancelled,
    ConnectionFailed,
    ConnectionLost,
    FilexferError,
    KeyChanged,
    KeyringLocked,
    LoginNeeded,
)
from filexfer.protocol.members import flag, sequence, struct, text

#: Seconds: that one poll is parked; without an answer after which the server counts as gone; between two polls, for many changes
#: come together; until a broken line is tried again, at first and at most; and the same where only a person can help.
POLL, PATIENCE, PAUSE = 15.0, 8.0, 0.25
RETRY, RETRY_MOST, HOPELESS = 0.5, 5.0, 300.0

_GONE = (ConnectionFailed, ConnectionLost)
_REFUSED = (LoginNeeded, KeyChanged, KeyringLocked)


class Hearing(Protocol):
    """What is told. All may be called from any thread."""

    def changed(self, session: Session, server: str, folders: Collection[str] | None) -> None:
        """Something in these folders changed; None: maybe everywhere."""

    def lost(self, server: str, error: FilexferError) -> None:
        """Nothing is heard from there any more, for this reason."""


class Following:
    """The lines to all servers."""

    def __init__(self, servers: Servers, hearing: Hearing) -> None:
        self._servers = servers
        self._hearing = hearing
        self._lock = threading.Lock()  # guards `_lines`
        self._lines: dict[str, _Line] = {}

    def begin(self, server: str) -> None:
        """Hear of what changes at `server` from now on. Raises what a call to it raises, and goes on trying."""
        with self._lock:
            line = self._lines.get(server)
            if line is None:
                line = self._lines[server] = _Line(server, self._servers, self._hearing)
        line.begin()

    def keep(self, wanted: Callable[[], Collection[str]]) -> None:
        """Let go of all servers but those. It is asked which these are when nobody begins."""
        with self._lock:
            servers = wanted()
            over = [self._lines.pop(server) for server in list(self._lines) if server not in servers]
        for line in over:
            line.close()

    def close(self) -> None:
        self.keep(tuple)


class _Line:
    """One server."""

    def __init__(self, server: str, servers: Servers, hearing: Hearing) -> None:
        self._server = server
        self._servers = servers
        self._hearing = hearing
        self._beginning = threading.Lock()  # guards `_begun`; held while the first question is asked
        self._begun = False
        self._cursor = ""
        self._missed = False  # things may have changed unheard
        self._wake = threading.Event()  # try now, or end
        self._lock = threading.Lock()  # guards the two below
        self._session: Session | None = None
        self._closed = False

    def begin(self) -> None:
        self._wake.set()
        with self._beginning:
            if self._begun or self._closed:
                return
            self._begun = True
            try:
                # Before any folder is listed: what changes while it is must not be missed.
                self._cursor = _cursor(self._servers.call(self._server, "share_changes", ["", 0]))
            except FilexferError as error:
                self._missed = True
                if isinstance(error, _GONE + _REFUSED):
                    raise
            finally:
                threading.Thread(target=self._run, name="filexfer-follow", daemon=True).start()

    def close(self) -> None:
        with self._lock:
            self._closed, session = True, self._session
        self._wake.set()
        if session is not None:
            session.close()

    def _run(self) -> None:
        retry = RETRY
        while not self._closed:
            self._wake.clear()
            try:
                with self._servers.connect(self._server, PATIENCE) as session:
                    if not self._adopt(session):
                        return
                    while True:
                        self._ask(session)
                        retry = RETRY
                        self._wake.wait(PAUSE)
                        self._wake.clear()
            except Cancelled:
                return
            except FilexferError as error:
                if self._closed:
                    return
                self._missed = True
                self._failed(error)
                self._wake.wait(retry if isinstance(error, _GONE) else HOPELESS)
                retry = min(2 * retry, RETRY_MOST)

    def _adopt(self, session: Session) -> bool:
        with self._lock:
            self._session = session
            return not self._closed

    def _ask(self, session: Session) -> None:
        missed = self._missed
        # After a break the server answers at once: with what was missed, or as to a stranger.
        answer = struct(session.call("share_changes", self._cursor, 0 if missed else POLL), "share_changes")
        cursor = _cursor(answer)
        folders = {paths.from_wire(folder) for folder in sequence(answer.get("folders"), "folders")}
        everything = missed or flag(answer.get("all"), "all")
        self._servers.heard(self._server)
        self._cursor, self._missed = cursor, False
        if everything or folders:
            self._hearing.changed(session, self._server, None if everything else folders)

    def _failed(self, error: FilexferError) -> None:
        # A server without this method, or too busy for it, is there all the same.
        if isinstance(error, _GONE + _REFUSED):
            self._servers.heard(self._server, error)
            self._hearing.lost(self._server, error)


def _cursor(answer: object) -> str:
    return text(struct(answer, "share_changes").get("cursor"), "cursor")
