"""The uploads that are open: whose each is, how many one device may have. The store keeps their blocks; this only holds their
handles. Rule: an upload is its device's; to others it does not exist."""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from dataclasses import dataclass

from filexfer.core.errors import Busy, FilexferError, UnknownUpload
from filexfer.core.model import PutOptions
from filexfer.server.access import Caller
from filexfer.server.tally import Tally
from filexfer.storage.folder import FolderStore
from filexfer.storage.store import Upload

#: An upload without a block for so long gives its descriptors back, and its place if others want it. In seconds.
_IDLE = 600.0
#: How often the store is asked to drop what was abandoned long ago, in seconds.
_EXPIRE_EVERY = 3600.0


@dataclass(slots=True)
class _Held:
    upload: Upload
    device: str
    who: str
    touched: float
    over: bool  # it was committed before, and is only asked what that answered


class Uploads:
    """At most `most` open uploads of one caller, and `kept` that it left alone, on disk: one more, and the one that was left
    longest ago is dropped."""

    def __init__(self, store: FolderStore, most: int, kept: int, tally: Tally) -> None:
        self._store = store
        self._most = most
        self._kept = kept
        self._tally = tally
        self._lock = threading.Lock()  # guards the three below
        self._held: dict[str, _Held] = {}
        self._alone: dict[str, dict[str, None]] = {}  # caller -> ids, the one left alone longest first
        self._next_expiry = 0.0

    def begin(self, caller: Caller, path: str, size: int, options: PutOptions) -> Upload:
        """Begin an upload, or go on with it by `options.key`. Raises what `Store.upload` does, and `Busy`."""
        self._tidy(caller.who)
        if options.key:
            # Two devices that choose the same key mean two uploads.
            options = options._replace(key=f"{caller.device}/{options.key}")
        upload = self._store.upload(path, size, options, caller.device)
        with self._lock:
            held = self._held.get(upload.id)
            if held is None or held.over:  # what it was committed to has gone, and it is begun anew
                self._hold(upload, caller, time.monotonic())
                return upload
        # The same one again, by its key.
        self._check(held, caller)
        return held.upload

    def get(self, caller: Caller, upload_id: str) -> Upload:
        """The open upload of this id. Raises `UnknownUpload`."""
        held = self._held.get(upload_id)
        if held is None:
            # From before a restart of the server, or long idle. Whose it is was kept with it.
            resumed = self._resumed(upload_id, caller)
            with self._lock:
                held = self._held.get(upload_id) or self._hold(resumed, caller, 0.0)
        self._check(held, caller)
        held.touched = time.monotonic()
        return held.upload

    def _hold(self, upload: Upload, caller: Caller, touched: float) -> _Held:
        """With the lock."""
        held = self._held[upload.id] = _Held(upload, upload.owner, caller.who, touched, upload.committed)
        left_alone = self._alone.get(caller.who, {})
        if upload.id in left_alone:
            del left_alone[upload.id]
        elif not held.over:
            self._tally.upload("opened")
        return held

    def _resumed(self, upload_id: str, caller: Caller) -> Upload:
        """The upload of this id, opened anew, if it is this caller's."""
        resumed = self._store.resume(upload_id)
        if resumed.owner != caller.device and not caller.local:
            _let_go(resumed)
            raise UnknownUpload()
        return resumed

    def ended(self, upload: Upload, how: str) -> bool:
        """It was committed or aborted (`how`): hold it no more. False where that is only a repetition."""
        with self._lock:
            held = self._held.pop(upload.id, None)
        if held is None or held.over:
            return False
        self._tally.upload(how)
        return True

    @property
    def open(self) -> int:
        """How many are held."""
        return len(self._held)

    def close(self) -> None:
        """Let go of all descriptors; the uploads can be resumed."""
        with self._lock:
            held, self._held = list(self._held.values()), {}
        for one in held:
            _let_go(one.upload)

    def _check(self, held: _Held, caller: Caller) -> None:
        if held.device != caller.device and not caller.local:
            raise UnknownUpload()

    def _tidy(self, who: str) -> None:
        """Make room, and drop what has expired. Raises `Busy`."""
        now = time.monotonic()
        with self._lock:
            idle = [one for one in self._held.values() if now - one.touched > _IDLE]
            for one in idle:
                del self._held[one.upload.id]
                self._alone.setdefault(one.who, {})[one.upload.id] = None
            mine = sum(1 for one in self._held.values() if one.who == who)
            left = self._alone.get(who, {})
            surplus = list(left)[: max(0, len(left) - self._kept)]
            for upload_id in surplus:
                del left[upload_id]
            expire = now >= self._next_expiry
            if expire:
                self._next_expiry = now + _EXPIRE_EVERY
        for one in idle:
            _let_go(one.upload)
        for upload_id in surplus:
            with suppress(FilexferError):  # it was committed, say, or has expired
                self._store.resume(upload_id).abort()
        if expire:
            self._store.expire()
            with self._lock:
                self._alone = {one: ids for one, ids in self._alone.items() if ids}
        if mine >= self._most:
            raise Busy(f"You have {mine} open uploads, which is the most. Commit or abort some of them first.")


def _let_go(upload: Upload) -> None:
    # What fails here (a disk that takes no more) is told when somebody goes on with it; nobody else shall suffer.
    with suppress(FilexferError):
        upload.close()
