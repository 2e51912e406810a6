"""Looks now and then at the history for jobs of other processes (`filexfer put` in a terminal), so that a window sees them too.
Rule: it reads only when the history's file has changed and somebody follows the events."""

from __future__ import annotations

import logging
import os
import threading
from pathlib import Path

from filexfer.agent.events import Events
from filexfer.client.engine import Engine
from filexfer.core.errors import StorageFailed

_log = logging.getLogger("filexfer.agent")

#: Seconds between two looks.
PAUSE = 1.0


class Watch:
    def __init__(self, engine: Engine, events: Events, history: Path) -> None:
        self._engine = engine
        self._events = events
        # SQLite writes here first (https://sqlite.org/wal.html); the main file changes at checkpoints only.
        self._log = f"{history}-wal"
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._run, name="filexfer-watch", daemon=True)

    def start(self) -> None:
        """Look once, then on and on in the background."""
        self._look()
        self._thread.start()

    def close(self) -> None:
        self._closed.set()
        if self._thread.ident is not None:
            self._thread.join()

    def _run(self) -> None:
        seen = None
        while not self._closed.wait(PAUSE):
            mark = self._mark()
            if mark != seen and self._events.followed:
                try:
                    self._look()
                except StorageFailed as error:
                    # A disk that is full or gone for the moment; the next look comes in a second.
                    _log.warning("The history could not be looked at: %s", error)
                else:
                    seen = mark

    def _look(self) -> None:
        version = self._events.version
        self._events.noticed(self._engine.jobs(), version)

    def _mark(self) -> tuple[int, int]:
        try:
            found = os.stat(self._log)
        except OSError:
            return 0, 0
        return found.st_mtime_ns, found.st_size
