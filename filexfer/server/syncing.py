"""What a worker does while the disk syncs: where syncs take long, others of its caller compute, and other requests are begun."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

from filexfer.server.tally import Tally

#: Disks that take longer, in seconds, are waited for; a memory file system is not.
_MOMENT = 0.001
#: So many syncs tell whether a disk takes long. What is measured has the wait for the interpreter in it: where many threads
#: compute some seem long on any disk, and to let go for those brings yet more threads to compute.
_LOOKED_AT = 8


class Syncing:
    """Called, it gives what a sync happens within: `rest`, then `away`, if each of the latest syncs was a long one: then many
    that wait at once make one journal write together. For a short one nothing is let go: to have it back costs more. Each is
    counted in `tally`."""

    def __init__(self, away: Callable[[], AbstractContextManager[object]], rest: Callable[[], None], tally: Tally) -> None:
        self._away = away
        self._rest = rest
        self._tally = tally
        self._taken = deque([0.0], _LOOKED_AT)  # seconds; any thread adds to it

    @contextmanager
    def __call__(self) -> Iterator[None]:
        long = min(self._taken.copy()) > _MOMENT
        if long:
            self._rest()
        began = time.monotonic()
        seconds, failed = 0.0, True
        try:
            with self._away() if long else nullcontext():
                try:
                    yield
                    failed = False
                finally:
                    seconds = time.monotonic() - began
        finally:
            self._taken.append(seconds)
            self._tally.synced(seconds, failed)
