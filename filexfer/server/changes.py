"""Which folders changed, for whoever waits to hear of it. Our own changes are told at once; those of other programs as `watching`
finds them, in folders that were listed lately."""

from __future__ import annotations

import re
import secrets
import threading
from collections import deque

from filexfer.core import paths
from filexfer.core.errors import Busy
from filexfer.server.deferred import Deferred
from filexfer.server.settings import Settings
from filexfer.server.watching import Watching
from filexfer.storage.folder import FolderStore

_REMEMBERED = 4096
#: So many folders are told one by one; where more changed, everything did.
_TOLD = 1000
_NUMBER = re.compile(r"[0-9]{1,20}", re.ASCII)


class Changes:
    """The newest changes of one share, numbered. A cursor is `life.number`; one of another life has missed everything."""

    def __init__(self, store: FolderStore, settings: Settings) -> None:
        self._watching = Watching(store, self.note)
        self._most_polls = settings.open_polls
        self._life = secrets.token_hex(4)
        self._lock = threading.Lock()  # guards all below
        self._number = 0
        self._log: deque[tuple[int, str]] = deque(maxlen=_REMEMBERED)
        self._waiting: dict[Deferred, tuple[str, int]] = {}  # -> device, number from which on it wants to hear

    def note(self, *folders: str) -> None:
        """Something in these folders has just changed."""
        with self._lock:
            for folder in dict.fromkeys(folders):
                self._number += 1
                self._log.append((self._number, folder))
            # Most who wait have heard the same: what a thousand of them are told is found once.
            told = {number: self._since(number) for number in {number for _, number in self._waiting.values()}}
            ready = [(deferred, told[number]) for deferred, (_, number) in self._waiting.items()]
        for deferred, value in ready:
            deferred.resolve(value)

    def changed(self, *entries: str) -> None:
        """These entries came, went or are other ones now."""
        self.note(*(paths.parent(entry) for entry in entries))

    def watch(self, who: str, folder: str, mtime_ns: int) -> None:
        """This caller listed `folder` when it had this time: look after it."""
        self._watching.add(who, folder, mtime_ns)

    def poll(self, device: str, cursor: str, timeout: float) -> object:
        """What changed since `cursor`: at once where something did, else a `Deferred`. Raises `Busy`."""
        life, _, number = cursor.partition(".")
        with self._lock:
            known = life == self._life and _NUMBER.fullmatch(number) is not None
            # "" is the first question; any other cursor is of another life. It is of the time before the look.
            fresh = {"cursor": f"{self._life}.{self._number}", "folders": [], "all": cursor != ""}
        self._watching.look()
        self._watching.need(timeout)
        if not known:
            return fresh
        with self._lock:
            since = int(number)
            if since != self._number or timeout <= 0:
                return self._since(since)
            if sum(1 for other, _ in self._waiting.values() if other == device) >= self._most_polls:
                raise Busy("You wait for changes too often at once. End some of the waits first.")
            deferred = Deferred(timeout, lambda: self._late(since))
            self._waiting[deferred] = (device, since)
        deferred.on_end(lambda: self._forget(deferred))
        return deferred

    def close(self) -> None:
        self._watching.close()
        with self._lock:
            waiting = list(self._waiting)
        for deferred in waiting:
            deferred.expire()

    def _late(self, since: int) -> object:
        self._watching.look()
        with self._lock:
            return self._since(since)

    def _forget(self, deferred: Deferred) -> None:
        with self._lock:
            self._waiting.pop(deferred, None)

    def _since(self, number: int) -> dict[str, object]:
        """The answer, with the lock."""
        cursor = f"{self._life}.{self._number}"
        folders = dict.fromkeys(folder for at, folder in self._log if at > number)
        missed = number > self._number or self._number - number > len(self._log) or len(folders) > _TOLD
        told = [] if missed else [paths.to_wire(folder) for folder in folders]
        return {"cursor": cursor, "folders": told, "all": missed}
