"""Looks after folders that were listed lately, while somebody waits to hear of changes: by what the system tells, and now and
then by their times, which is all there is where the system tells nothing (no room for watches, a disk of another machine).

Bounds: folders are few, and who lists many pushes out only the own ones; nothing is watched while nobody asks."""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter, OrderedDict
from collections.abc import Callable

from filexfer.core.errors import FilexferError, NotWellFormed, StorageFailed
from filexfer.storage.folder import FolderStore
from filexfer.storage.notices import Notices

_log = logging.getLogger("filexfer.server")

#: Folders looked after.
MOST = 128
#: Seconds between two looks at the times of all; between two changes of what the system watches; that watching goes on after the
#: last question, since whoever waits asks again; and until watching is tried again where the system refused.
LOOK, SETTLE, GRACE, AGAIN = 2.0, 0.1, 20.0, 60.0


class Watching:
    """`told(*folders)` is called for those that changed, on a thread of its own or on that of `look`."""

    def __init__(self, store: FolderStore, told: Callable[..., None]) -> None:
        self._store = store
        self._told = told
        self._lock = threading.Lock()  # guards the four below
        self._asked: OrderedDict[tuple[str, str], None] = OrderedDict()  # caller and folder, listed longest ago first
        self._times: dict[str, int] = {}  # folder -> its mtime when it was last looked at
        self._until = 0.0
        self._running = False
        self._stirred = threading.Event()  # other folders are to be watched, or it is over
        self._closed = threading.Event()

    def add(self, who: str, folder: str, mtime_ns: int) -> None:
        """`who` listed `folder` when it had this time."""
        with self._lock:
            self._asked[who, folder] = None
            self._asked.move_to_end((who, folder))
            if folder not in self._times:
                self._stirred.set()
            self._times[folder] = mtime_ns
            if len(self._asked) > MOST:
                self._push_out()

    def _push_out(self) -> None:
        """Drop, with the lock, the oldest one of whoever has most of them."""
        ((most, _),) = Counter(who for who, _ in self._asked).most_common(1)
        oldest = next(one for one in self._asked if one[0] == most)
        del self._asked[oldest]
        self._drop_unasked(oldest[1])

    def _drop_unasked(self, folder: str) -> None:
        if all(asked != folder for _, asked in self._asked):
            self._times.pop(folder, None)

    def need(self, seconds: float) -> None:
        """Somebody waits so long to hear of changes."""
        with self._lock:
            self._until = max(self._until, time.monotonic() + seconds + GRACE)
            start = not self._running and not self._closed.is_set()
            self._running = self._running or start
        if start:
            threading.Thread(target=self._run, name="filexfer-changes", daemon=True).start()

    def look(self) -> None:
        """Compare the times of all folders with those they had, and tell which are others."""
        with self._lock:
            known = list(self._times.items())
        found = {folder: now for folder, before in known if (now := self._time(folder)) != before}
        if found:
            self._know(found)
            self._told(*found)

    def close(self) -> None:
        """End soon: within the time that a look takes."""
        self._closed.set()
        self._stirred.set()

    def _time(self, folder: str) -> int:
        """Its time; -1 where it is gone."""
        try:
            return self._store.stat(folder).mtime_ns
        except FilexferError:
            return -1

    def _know(self, times: dict[str, int]) -> None:
        with self._lock:
            for folder, now in times.items():
                if folder in self._times:
                    self._times[folder] = now
                    if now == -1:
                        self._forget(folder)

    def _forget(self, folder: str) -> None:
        del self._times[folder]
        for one in [one for one in self._asked if one[1] == folder]:
            del self._asked[one]

    # The thread -----------------------------------------------------------------------------------------------------------------

    def _run(self) -> None:
        heard: Notices | None = None
        settled = again = 0.0
        looked = time.monotonic()
        try:
            while not self._over():
                now = time.monotonic()
                if (self._stirred.is_set() and now >= max(settled, again)) or (heard is None and now >= again):
                    heard = self._listen(heard)
                    settled, again = now + SETTLE, now + AGAIN if heard is None and self._times else 0.0
                    self.look()  # what happened in between
                    looked = now
                self._hear(heard, now < max(settled, again))
                if time.monotonic() - looked >= LOOK:
                    self.look()
                    looked = time.monotonic()
        finally:
            if heard:
                heard.close()

    def _over(self) -> bool:
        with self._lock:
            if self._closed.is_set() or time.monotonic() > self._until:
                self._running = False
            return not self._running

    def _listen(self, before: Notices | None) -> Notices | None:
        """Watch what is to be watched now. The old watch ends after the new one has begun, so that nothing falls between."""
        self._stirred.clear()
        with self._lock:
            folders = list(self._times)
        try:
            made = self._store.listen(folders) if folders else None
        except FilexferError as error:
            if isinstance(error, StorageFailed):
                _log.warning(
                    "%s Changes made by other programs are seen some seconds late, and not where a file was rewritten in place. "
                    "On Linux make room: sysctl fs.inotify.max_user_watches=524288 fs.inotify.max_user_instances=512.",
                    error,
                )
            made = None
        if before:
            before.close()
        return made

    def _hear(self, heard: Notices | None, settling: bool) -> None:
        """Wait a while for what the system tells, and tell it."""
        # While what is watched has just been changed, or could not be, other folders wait.
        stop, seconds = (self._closed, SETTLE) if settling else (self._stirred, LOOK)
        if heard is None:
            stop.wait(seconds)
            return
        try:
            changed = heard.wait(stop, seconds)
        except NotWellFormed:
            self.look()
            self._stirred.set()  # this watch would tell of nothing else from now on
            return
        if changed:
            self._know({folder: self._time(folder) for folder in changed})
            self._told(*changed)
