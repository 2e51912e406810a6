"""Asks the disk of a share how it is, in a thread of its own: a network file system whose server is away keeps whoever asks for
ever. Rules: one thread at most hangs there; nobody waits longer than the patience; what was found stays good for a moment."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import NamedTuple

from filexfer.core.errors import FilexferError
from filexfer.storage.store import Condition

_log = logging.getLogger("filexfer.server")

#: So long, in seconds, an answer is given again.
_FRESH = 1.0


class Seen(NamedTuple):
    """What was seen of a disk.

    Attributes:
        condition: how it is; None where it does not say.
        problem: why not, as a sentence; empty while nobody knows.
        silent: for how many seconds it has owed an answer that is overdue, else 0.
    """

    condition: Condition | None
    problem: str = ""
    silent: float = 0.0


class Probe:
    """`look` asks the disk, and may hang; `patience`: seconds that it is waited for."""

    def __init__(self, look: Callable[[], Condition], patience: float) -> None:
        self._look = look
        self._patience = patience
        self._lock = threading.Lock()  # guards all below
        self._seen = Seen(None, "Nobody has looked at the disk yet.")
        self._at = float("-inf")  # when that was
        self._began = 0.0
        self._under_way: threading.Event | None = None

    def seen(self) -> Seen:
        """How the disk is; waits for it, within the patience."""
        with self._lock:
            if self._under_way is None:
                if time.monotonic() - self._at < _FRESH:
                    return self._seen
                self._begin()
            over, until = self._under_way, self._began + self._patience
        if over is not None:
            over.wait(max(0.0, until - time.monotonic()))
        with self._lock:
            if over is not None and self._under_way is over:
                return Seen(None, silent=time.monotonic() - self._began)
            return self._seen

    def _begin(self) -> None:
        """With the lock."""
        over = threading.Event()
        try:
            threading.Thread(target=self._ask, args=(over,), name="filexfer-probe", daemon=True).start()
        except RuntimeError:
            return  # the system gives no thread: what was seen last has to do
        self._under_way, self._began = over, time.monotonic()

    def _ask(self, over: threading.Event) -> None:
        try:
            seen = Seen(self._look())
        except (FilexferError, MemoryError) as error:
            seen = Seen(None, str(error) or "The machine is out of memory. Try again in a moment.")
        except Exception:
            # Else nobody would look again, and all be told that the disk is silent.
            _log.exception("The disk of the share could not be looked at.")
            seen = Seen(None, "The disk of the shared folder could not be looked at. The server's log tells why.")
        with self._lock:
            self._seen, self._at, self._under_way = seen, time.monotonic(), None
        over.set()
