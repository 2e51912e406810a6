"""The audit log: one line of JSON for each change, pairing, invitation, and refusal: when, which device, what, result.
Rules: it never fails a request, it is bounded (an older file stands beside the newest), and what peers say is in it only in
bounded pieces with every control character escaped. A line is in the system's hands before its answer is sent, and on the disk
a moment later: one sync is for all lines that came meanwhile, in a thread that ends when there are none. Nobody hides what it
does: of a long name both ends are told, of a batch all names, over several lines if need be. And who may change nothing here
pushes nothing out of it: refusals are told by a budget."""

from __future__ import annotations

import itertools
import json
import logging
import os
import re
import threading
import time
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from filexfer.core.durable import sync, sync_folder
from filexfer.core.errors import FilexferError
from filexfer.core.model import BATCH_FILES
from filexfer.protocol.faults import code_of
from filexfer.protocol.methods import METHODS
from filexfer.server.access import Caller

_log = logging.getLogger("filexfer.server")

_Text = TypeVar("_Text", str, bytes)

NAME = "audit.log"
#: Behind the name of the file before the newest one.
_OLDER = ".1"
#: Longest text, most members of a list and of a struct, and levels of them, that a line takes over; and the longest line.
_TEXT = 1024
_ITEMS = 3
_MEMBERS = 12
_LEVELS = 3
_LINE = 16 << 10
#: Longest text in a line that would be too long otherwise; and what a line may take beside the rows of a batch.
_SHORT_TEXT = 128
_ROOM = 4 << 10
#: More names than any batch that is done may have.
_MOST_ROWS = 16 * BATCH_FILES
#: Refusals of one caller are told so often, in seconds; those between are counted. And so many callers are told apart.
_REFUSALS_EVERY = 60.0
_CALLERS = 1024
#: Of all those together whom nobody knows so many are told at once, and then one in so many seconds: addresses are cheap.
_STRANGERS = 30
_STRANGERS_EVERY = 60.0
_COMPLAIN_EVERY = 60.0
#: So long, in seconds, a line may wait for the sync that takes it to the disk together with those behind it.
_SYNC_WITHIN = 1.0
#: What people paste where an address belongs: one with a password in it, or an invitation's link. Both are refused, and not told.
_SECRET = re.compile(r"(?<=://)[^\s@]{1,512}(?=@)|(?i:filexfer:)\S*")
#: Where they do. Elsewhere a name is told as it is, whatever it looks like.
_PASTED = frozenset(name for name, method in METHODS.items() if method.pasted)


class Audit:
    """The log in a folder, once there is one; `most_bytes` for both of its files together. Attributes: failing (the disk did not
    take the latest of it)."""

    def __init__(self, most_bytes: int) -> None:
        self._most = most_bytes // 2
        self._lock = threading.Lock()  # guards all below
        self._file: Path | None = None
        self._descriptor = -1
        self._size = 0
        self._torn = False
        self._unsynced = False  # the file has lines that may not be on the disk
        self._syncing: threading.Thread | None = None
        self._closing = threading.Condition(self._lock)  # the same lock; told when a sync is not to be waited for
        self._complained = float("-inf")
        self.failing = False
        self._refused: OrderedDict[str, tuple[float, int]] = OrderedDict()
        self._strangers = float(_STRANGERS)  # of them that may be told now
        self._strangers_at = time.monotonic()  # when that was so

    def open(self, folder: Path) -> None:
        """Write to the log in `folder` from now on."""
        with self._lock:
            self._file = folder / NAME

    @property
    def kept(self) -> bool:
        """Whether lines are kept at all; without a folder nothing is."""
        return self._file is not None

    def note(self, caller: Caller | None, act: str, told: Mapping[str, object], error: BaseException | None = None) -> None:
        """`caller` (None: the server itself) did `act`, and it ended with `error`: one line. Or it went well: several lines where
        it was done to more things than one holds."""
        if self._file is None:
            return
        line: dict[str, object] = {"time": _now()}
        if caller is not None:
            line |= {"device": caller.device, "name": caller.name, "peer": caller.peer}
        line |= {"act": act, "result": "done" if error is None else "fault"}
        if isinstance(error, FilexferError):
            line["fault"] = code_of(error)
        for what in itertools.islice(_told(told, act in _PASTED), None if error is None else 1):
            data = _encoded(line | {"what": what})
            self._write(data if len(data) <= _LINE else _encoded(line | {"what": {"cut": list(what)}}))

    def refused(self, caller: Caller, act: str, error: BaseException) -> None:
        """The caller may not do that, or did not prove who it is. Told once a minute for each caller, with the number of those
        that were not told, and by a budget for all whom nobody knows: no one pushes older lines out of the log by knocking."""
        if self._file is None:
            return
        now = time.monotonic()
        with self._lock:
            told, count = self._refused.pop(caller.who, (float("-inf"), 0))
            due = now - told >= _REFUSALS_EVERY and (caller.known or self._within_budget(now))
            self._refused[caller.who] = (now, 0) if due else (told, count + 1)
            if len(self._refused) > _CALLERS:
                self._refused.popitem(last=False)
        if due:
            self.note(caller, act, {"before": count} if count else {}, error)

    def _within_budget(self, now: float) -> bool:
        """Whether one more refusal of a stranger is told. With the lock."""
        gained = (now - self._strangers_at) / _STRANGERS_EVERY
        self._strangers, self._strangers_at = min(_STRANGERS, self._strangers + gained), now
        if self._strangers < 1:
            return False
        self._strangers -= 1
        return True

    def close(self) -> None:
        """Let go of the file, all of it being on the disk. A later line takes it up again."""
        with self._lock:
            self._let_go()
            syncing = self._syncing
            self._closing.notify_all()
        if syncing is not None:
            syncing.join()

    # ---- below

    def _write(self, data: bytes) -> None:
        with self._lock:
            try:
                self._take_up(len(data))
                # Appended in one call: also where another process writes to it, lines stay whole.
                written = os.write(self._descriptor, b"\n" + data if self._torn else data)
                self._torn = written < len(data)
                self._size += written
                self._unsynced, self.failing = True, False
                self._sync_soon()
            except OSError as error:
                self._complain(error)

    def _sync_soon(self) -> None:
        """Have a thread sync what is written by then. With the lock."""
        if self._syncing is None:
            syncing = threading.Thread(target=self._sync_while_written, name="filexfer-audit", daemon=True)
            try:
                syncing.start()
            except RuntimeError:
                return  # the system gives no thread: the next line tries again
            self._syncing = syncing

    def _sync_while_written(self) -> None:
        while self._wait_for_lines():
            self._sync()

    def _wait_for_lines(self) -> bool:
        """Whether there are lines to be synced, and a sync is due; if not, this thread is none any more."""
        with self._lock:
            self._closing.wait_for(lambda: not self._unsynced, _SYNC_WITHIN)
            if not self._unsynced:
                self._syncing = None
            return self._unsynced

    def _sync(self) -> None:
        """Get to the disk what is written by now. Without the lock: requests go on meanwhile."""
        try:
            with self._lock:
                if self._descriptor < 0:
                    return
                descriptor, self._unsynced = os.dup(self._descriptor), False
            try:
                sync(descriptor)
            finally:
                os.close(descriptor)
        except OSError as error:
            with self._lock:
                self._complain(error)

    def _take_up(self, more: int) -> None:
        """Have the file open, with room for `more` bytes. With the lock."""
        assert self._file is not None
        if self._descriptor < 0:
            self._reopen(self._file)
        if self._size and self._size + more > self._most:
            self._let_go()  # Windows renames no open file
            os.replace(self._file, self._file.with_name(NAME + _OLDER))
            self._reopen(self._file)
            self._sync_names(self._file.parent)

    def _reopen(self, file: Path) -> None:
        is_new = not os.path.lexists(file)
        flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NOFOLLOW", 0)
        self._descriptor = os.open(file, flags, 0o600)
        self._size = os.fstat(self._descriptor).st_size
        # Where a full disk or a crash cut the last line, the next one begins a new one.
        os.lseek(self._descriptor, max(0, self._size - 1), os.SEEK_SET)
        self._torn = os.read(self._descriptor, 1) not in (b"", b"\n")
        if is_new:
            self._sync_names(file.parent)

    def _sync_names(self, folder: Path) -> None:
        try:
            sync_folder(folder)
        except OSError as error:
            self._complain(error)

    def _let_go(self) -> None:
        if self._descriptor >= 0:
            descriptor, self._descriptor = self._descriptor, -1
            unsynced, self._unsynced = self._unsynced, False
            try:
                if unsynced:
                    sync(descriptor)
            except OSError as error:
                self._complain(error)
            finally:
                os.close(descriptor)

    def _complain(self, error: OSError) -> None:
        self.failing = True
        now = time.monotonic()
        if now - self._complained >= _COMPLAIN_EVERY:
            self._complained = now
            _log.warning("The audit log cannot be written: %s.", error.strerror or error)


def _told(told: Mapping[str, object], pasted: bool) -> Iterator[dict[str, object]]:
    """What the lines say of `told`. `pasted`: there may be secrets in it."""
    batch = next((name for name, value in told.items() if _is_batch(value)), "")
    rest = {name: shown(value, pasted) for name, value in told.items() if name != batch}
    if not batch:
        short = len(json.dumps(rest)) > _LINE - _ROOM
        yield {name: shown(value, pasted, _SHORT_TEXT) for name, value in told.items()} if short else rest
        return
    rows = _rows(told[batch])
    begin = 0
    while begin < len(rows) or not begin:
        these = _first_of(rows, begin, pasted)
        yield rest | {batch: {"count": len(rows), "from": begin, "these": these}}
        begin += max(1, len(these))


def _is_batch(value: object) -> bool:
    return isinstance(value, list | tuple) or _is_packed(value)


def _is_packed(value: object) -> bool:
    """Columns (docs/protocol.md): names with a NUL between them."""
    return isinstance(value, Mapping) and value.get("packed") is True and isinstance(value.get("names"), bytes)


def _rows(value: object) -> Sequence[object]:
    if isinstance(value, Mapping):
        names = value["names"]
        return names.split(b"\0", _MOST_ROWS) if isinstance(names, bytes) else ()
    return value if isinstance(value, list | tuple) else ()


def _first_of(rows: Sequence[object], begin: int, pasted: bool) -> list[object]:
    """As many of `rows`, from `begin` on, as one line holds."""
    these: list[object] = []
    room = _LINE - _ROOM
    for row in itertools.islice(rows, begin, None):
        # Of an entry that is to be put just where: what its size was to be stands in the share.
        row = row["path"] if isinstance(row, Mapping) and "path" in row and "size" in row else row
        one = shown(row, pasted)
        length = len(json.dumps(one))
        if length > room and not these:
            one = shown(row, pasted, _SHORT_TEXT)
            length = len(json.dumps(one))
        if length > room:
            # Not even so: nothing that anybody could have done anything with.
            return these or [type(row).__name__]
        these.append(one)
        room -= length + 2
    return these


def shown(value: object, pasted: bool = False, text: int = _TEXT, levels: int = _LEVELS) -> object:
    """What a line takes over of a value that a peer sent: as much as tells what it was. Texts have at most `text` characters."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, bytes):
        value = _ends(value, 4 * text, b"").decode("utf-8", "surrogateescape")
    if isinstance(value, str):
        # What is masked begins at the beginning: were its end told, one could not see that it is the end of a secret.
        value = _SECRET.sub("…", value[: 2 * text])[:text] if pasted else value
        return _ends(value, text, "…")
    if levels and isinstance(value, Sequence):
        return {"count": len(value), "first": [shown(one, pasted, text, levels - 1) for one in value[:_ITEMS]]}
    if levels and isinstance(value, Mapping):
        return {str(name)[:text]: shown(one, pasted, text, levels - 1) for name, one in list(value.items())[:_MEMBERS]}
    return type(value).__name__


def _ends(value: _Text, most: int, between: _Text) -> _Text:
    """Both ends of what is too long: what a path names stands at its end."""
    return value if len(value) <= most else value[: most // 2] + between + value[-(most // 2) :]


def _encoded(line: Mapping[str, object]) -> bytes:
    # Printable ASCII: all else is escaped, every control character with it.
    return (json.dumps(line, ensure_ascii=True, separators=(",", ":")) + "\n").encode("ascii")


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"
