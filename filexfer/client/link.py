"""A job's line to its server: the session, and the patience with it. A connection that breaks off, or a server that is being
restarted, is waited for; a wish to stop ends every wait."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TypeVar

from filexfer.client.session import Session
from filexfer.core.errors import Busy, Cancelled, ConnectionFailed, ConnectionLost, ShuttingDown

_T = TypeVar("_T")

#: What may pass by itself.
_PASSING = (ConnectionFailed, ConnectionLost, ShuttingDown, Busy)
_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 2.0


class Link:
    """Args:
        session: this job's own.
        stop: set by whoever wants the job to stop.
        patience: seconds that a server may be gone before the job gives up.

    Attributes:
        losses: how often a call had to be repeated; a transfer that sees it change asks anew what has arrived.
    """

    def __init__(self, session: Session, stop: threading.Event, patience: float) -> None:
        self.session = session
        self.losses = 0
        self._stop = stop
        self._patience = patience

    def call(self, method: str, *params: object) -> object:
        """`Session.call`, again and again while the server is gone."""
        return self.patiently(lambda: self.session.call(method, *params))

    def patiently(self, work: Callable[[], _T]) -> _T:
        """Do `work`, which is harmless to repeat. Raises what it raises at last, `Cancelled` once stopped."""
        deadline, pause = 0.0, _FIRST_PAUSE
        while True:
            if self._stop.is_set():
                raise Cancelled()
            try:
                return work()
            except _PASSING as error:
                now = time.monotonic()
                deadline = deadline or now + self._patience
                if now >= deadline and not self._stop.is_set():
                    raise
                self.losses += not isinstance(error, Busy)
            self._stop.wait(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)
