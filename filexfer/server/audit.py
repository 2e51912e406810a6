"""The audit log: one line of JSON for each change, pairing, invitation, and refusal: when, which device, what, result.
Rules: it never fails a request, it is bounded (an older file stands beside the newest), and what peers say is in it only in
bounded pieces with every control character escaped. A line is in the system's hands before its answer is sent, not yet on the
disk."""

from __future__ import annotations

import json
import logging
import os
import re
import threading
import time
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from filexfer.core.errors import FilexferError
from filexfer.protocol.faults import code_of
from filexfer.server.access import Caller

_log = logging.getLogger("filexfer.server")

NAME = "audit.log"
#: Behind the name of the file before the newest one.
_OLDER = ".1"
#: Longest text, most members of a list and of a struct, and levels of them, that a line takes over; and the longest line.
_TEXT = 1024
_ITEMS = 3
_MEMBERS = 12
_LEVELS = 3
_LINE = 16 << 10
#: Refusals of one caller are told so often, in seconds; those between are counted. And so many callers are told apart.
_REFUSALS_EVERY = 60.0
_CALLERS = 1024
_COMPLAIN_EVERY = 60.0
#: What people paste where an address belongs: one with a password in it, or an invitation's link. Both are refused, and not told.
_SECRET = re.compile(r"(?<=://)[^\s@]{1,512}(?=@)|(?i:filexfer:)\S*")


class Audit:
    """The log in a folder, once there is one; `most_bytes` for both of its files together."""

    def __init__(self, most_bytes: int) -> None:
        self._most = most_bytes // 2
        self._lock = threading.Lock()  # guards all below
        self._file: Path | None = None
        self._descriptor = -1
        self._size = 0
        self._torn = False
        self._complained = float("-inf")
        self._refused: OrderedDict[tuple[str, str], tuple[float, int]] = OrderedDict()

    def open(self, folder: Path) -> None:
        """Write to the log in `folder` from now on."""
        with self._lock:
            self._file = folder / NAME

    @property
    def kept(self) -> bool:
        """Whether lines are kept at all; without a folder nothing is."""
        return self._file is not None

    def note(self, caller: Caller | None, act: str, told: Mapping[str, object], error: BaseException | None = None) -> None:
        """One line: `caller` (None: the server itself) did `act`, and it went well, or ended with `error`."""
        if self._file is None:
            return
        line: dict[str, object] = {"time": _now()}
        if caller is not None:
            line |= {"device": caller.device, "name": caller.name, "peer": caller.peer}
        line |= {"act": act, "result": "done" if error is None else "fault"}
        if isinstance(error, FilexferError):
            line["fault"] = code_of(error)
        what = {name: shown(value) for name, value in told.items()}
        data = _encoded(line | {"what": what})
        self._write(data if len(data) <= _LINE else _encoded(line | {"what": {"cut": list(what)}}))

    def refused(self, caller: Caller, act: str, error: FilexferError) -> None:
        """The caller may not do that, or did not prove who it is. Told once a minute for each caller, with the number of those
        that were not told: nobody pushes older lines out of the log by knocking."""
        if self._file is None:
            return
        now, whom = time.monotonic(), (caller.device, caller.peer)
        with self._lock:
            told, count = self._refused.pop(whom, (float("-inf"), 0))
            due = now - told >= _REFUSALS_EVERY
            self._refused[whom] = (now, 0) if due else (told, count + 1)
            if len(self._refused) > _CALLERS:
                self._refused.popitem(last=False)
        if due:
            self.note(caller, act, {"before": count} if count else {}, error)

    def close(self) -> None:
        """Let go of the file. A later line takes it up again."""
        with self._lock:
            self._let_go()

    # ---- below

    def _write(self, data: bytes) -> None:
        with self._lock:
            try:
                self._take_up(len(data))
                # Appended in one call: also where another process writes to it, lines stay whole.
                written = os.write(self._descriptor, b"\n" + data if self._torn else data)
                self._torn = written < len(data)
                self._size += written
            except OSError as error:
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

    def _reopen(self, file: Path) -> None:
        flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NOFOLLOW", 0)
        self._descriptor = os.open(file, flags, 0o600)
        self._size = os.fstat(self._descriptor).st_size
        # Where a full disk or a crash cut the last line, the next one begins a new one.
        os.lseek(self._descriptor, max(0, self._size - 1), os.SEEK_SET)
        self._torn = os.read(self._descriptor, 1) not in (b"", b"\n")

    def _let_go(self) -> None:
        if self._descriptor >= 0:
            descriptor, self._descriptor = self._descriptor, -1
            os.close(descriptor)

    def _complain(self, error: OSError) -> None:
        now = time.monotonic()
        if now - self._complained >= _COMPLAIN_EVERY:
            self._complained = now
            _log.warning("The audit log cannot be written: %s.", error.strerror or error)


def shown(value: object, levels: int = _LEVELS) -> object:
    """What a line takes over of a value that a peer sent: as much as tells what it was."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, bytes):
        value = value[: _TEXT + 1].decode("utf-8", "surrogateescape")
    if isinstance(value, str):
        value = _SECRET.sub("…", value[: 2 * _TEXT])
        return value if len(value) <= _TEXT else value[:_TEXT] + "…"
    if levels and isinstance(value, Sequence):
        return {"count": len(value), "first": [shown(one, levels - 1) for one in value[:_ITEMS]]}
    if isinstance(value, Mapping) and value.get("packed") is True and isinstance(value.get("names"), bytes):
        # Columns (docs/protocol.md): names with a NUL between them.
        first = value["names"][: _ITEMS * _TEXT].split(b"\0", _ITEMS)[:_ITEMS]
        return {"count": shown(value.get("count")), "first": [shown(name) for name in first]}
    if levels and isinstance(value, Mapping):
        return {str(name)[:_TEXT]: shown(one, levels - 1) for name, one in list(value.items())[:_MEMBERS]}
    return type(value).__name__


def _encoded(line: Mapping[str, object]) -> bytes:
    # Printable ASCII: all else is escaped, every control character with it.
    return (json.dumps(line, ensure_ascii=True, separators=(",", ":")) + "\n").encode("ascii")


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"
