"""What a worker does while the disk syncs: others of its caller compute and, where syncs take long, other requests are begun."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from filexfer.server.tally import Tally

#: Disks that take longer, in seconds, are waited for; a memory file system is not.
_MOMENT = 0.001


class Syncing:
    """Called, it gives what a sync happens within: `away`, and `rest` before it, if the latest sync was a long one: then many
    that wait at once make one journal write together. Each is counted in `tally`."""

    def __init__(self, away: Callable[[], AbstractContextManager[object]], rest: Callable[[], None], tally: Tally) -> None:
        self._away = away
        self._rest = rest
        self._tally = tally
        self._long = False  # any thread writes it: the latest is right

    @contextmanager
    def __call__(self) -> Iterator[None]:
        if self._long:
            self._rest()
        began = time.monotonic()
        seconds, failed = 0.0, True
        try:
            with self._away():
                try:
                    yield
                    failed = False
                finally:
                    seconds = time.monotonic() - began
        finally:
            self._long = time.monotonic() - began > _MOMENT
            self._tally.synced(seconds, failed)
