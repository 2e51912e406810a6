"""What the methods work on: one shared folder's store, and what the server remembers about it. Another folder is another `Share`.
Rule: whoever works with one is counted, and the store is closed by the last of them: a descriptor closed under somebody's hands
may be another file's a moment later."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable
from contextlib import ExitStack
from types import TracebackType

from filexfer.core.errors import ShuttingDown
from filexfer.core.model import BATCH_BYTES, Outcome, Saved
from filexfer.server.buffers import Buffers
from filexfer.server.changes import Changes
from filexfer.server.crowd import Crowd
from filexfer.server.keys import Keys
from filexfer.server.listings import Listings
from filexfer.server.probe import Probe
from filexfer.server.settings import Settings
from filexfer.server.tally import Tally
from filexfer.server.uploads import Uploads
from filexfer.storage.folder import FolderStore
from filexfer.storage.store import Condition

_IDLE_BUFFERS = 8
_UNCHANGED = (Outcome.SAME, Outcome.SKIPPED)


class Share:
    """One shared folder; a context for those who work with it.

    Attributes:
        name: what people see.
        crowd: what callers take of the server.
        tally: what has been done with it.
        probe: how its disk is.
        keys: results of keyed calls, kept in its hidden folder.
        buffers: each of a block, or of a batch's contents.
    """

    def __init__(
        self, store: FolderStore, name: str, settings: Settings, crowd: Crowd, tally: Tally, area: str | os.PathLike[str]
    ) -> None:
        self.name = name
        self.store = store
        self.settings = settings
        self.crowd = crowd
        self.tally = tally
        self.probe = Probe(self._condition, settings.probe_seconds)
        self.changes = Changes(store, settings)
        self.keys = Keys(os.path.join(area, "answers.db"), settings.key_seconds, settings.key_bytes, store.own_area)
        self.listings = Listings(settings.open_listings, settings.listing_seconds, settings.listing_entries)
        self.uploads = Uploads(store, settings.open_uploads, settings.kept_uploads, tally)
        self.buffers = Buffers(max(settings.payload_bytes, BATCH_BYTES), _IDLE_BUFFERS)
        self._lock = threading.Lock()  # guards the two below
        self._users = 0
        self._retired = False

    def enter(self) -> None:
        """Work with it until `leave`. Raises `ShuttingDown` once it is given up."""
        with self._lock:
            if self._retired:
                raise ShuttingDown("This folder is not shared any more. Look at the share again.")
            self._users += 1

    def leave(self) -> None:
        """Done with it."""
        with self._lock:
            self._users -= 1
            last = self._retired and not self._users
        if last:
            self._close()

    def __enter__(self) -> Share:
        self.enter()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None) -> None:
        self.leave()

    def stored(self, saved: Iterable[Saved]) -> None:
        """These files were put: who waits for changes is told of those that are new."""
        new = [one for one in saved if one.outcome not in _UNCHANGED]
        self.changes.changed(*(one.path for one in new))
        self.tally.stored(len(new), sum(one.size for one in new))

    def _condition(self) -> Condition:
        condition = self.store.condition()
        self.keys.look_again()
        return condition

    def retire(self) -> None:
        """Let nobody begin to work with it; close it now, or when the last who does is done."""
        with self._lock:
            if self._retired:
                return
            self._retired = True
            unused = not self._users
        # Those who wait for a change would wait in vain.
        self.changes.close()
        if unused:
            self._close()

    def _close(self) -> None:
        # Each of them, whatever another one meets: what stays open keeps the folder from its next server.
        with ExitStack() as parts:
            for part in (self.store, self.keys, self.uploads, self.listings):
                parts.callback(part.close)
