"""Held scans: a listing that is read page by page. Rules: bounded in number, in all and for one device; one that nobody asks goes
away, and its cursor faults *changed*; the page asked for last can be asked for again, as a client does whose connection broke."""

from __future__ import annotations

import itertools
import secrets
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from filexfer.core.errors import Changed
from filexfer.core.model import Entry

_GONE = "This listing is not held any more. List the folder again from its beginning."


@dataclass(slots=True)
class _Held:
    """`page` counts the pages given; `last` is the newest one, with the entry that was read ahead to know that there is more."""

    device: str
    scan: Iterator[Entry]
    touched: float
    page: int = 0
    last: list[Entry] = field(default_factory=list)
    ahead: list[Entry] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)  # one page at a time


class Listings:
    """At most `most` held scans, half of them for one device, each for `seconds` without a call."""

    def __init__(self, most: int, seconds: float) -> None:
        self._most = most
        self._seconds = seconds
        self._lock = threading.Lock()  # guards `_held`
        self._held: dict[str, _Held] = {}  # the one that was asked longest ago first

    def begin(self, device: str, scan: Iterator[Entry], limit: int) -> tuple[list[Entry], str]:
        """The first page of `scan`, at most `limit` entries, and the cursor of the next; "" where there is none."""
        held = _Held(device, scan, time.monotonic())
        try:
            more = _turn(held, limit)
        except BaseException:
            _end(scan)
            raise
        if not more:
            return held.last, ""
        name = secrets.token_urlsafe(9)
        with self._lock:
            dropped = self._make_room(device)
            self._held[name] = held
        for old in dropped:
            _end(old.scan)
        return held.last, f"{name}.{held.page}"

    def next(self, device: str, cursor: str, limit: int) -> tuple[list[Entry], str]:
        """The page that `cursor` stands for, and the cursor of the next. Raises `Changed` where it is not held any more."""
        name, _, number = cursor.partition(".")
        with self._lock:
            held = self._held.pop(name, None)
            if held is None or held.device != device:
                if held is not None:
                    self._held[name] = held
                raise Changed(_GONE)
            self._held[name] = held  # at the end: asked for just now
            held.touched = time.monotonic()
        with held.lock:
            if number == str(held.page - 1) and held.page > 1:
                return held.last, f"{name}.{held.page}" if held.ahead else ""
            if number != str(held.page) or not held.ahead:
                raise Changed(_GONE)
            more = _turn(held, limit)
            return held.last, f"{name}.{held.page}" if more else ""

    def close(self) -> None:
        with self._lock:
            held, self._held = list(self._held.values()), {}
        for one in held:
            with one.lock:
                _end(one.scan)

    def _make_room(self, device: str) -> list[_Held]:
        """Take out, with the lock, what is idle for too long, and the oldest where there are too many."""
        until = time.monotonic() - self._seconds
        names = [name for name, one in self._held.items() if one.touched < until]
        mine = [name for name, one in self._held.items() if one.device == device and name not in names]
        names += mine[: max(0, len(mine) + 1 - max(1, self._most // 2))]
        rest = [name for name in self._held if name not in names]
        names += rest[: max(0, len(rest) + 1 - self._most)]
        return [self._held.pop(name) for name in names]


def _turn(held: _Held, limit: int) -> bool:
    """Read the next page; whether there is one behind it."""
    page = held.ahead + list(itertools.islice(held.scan, limit + 1 - len(held.ahead)))
    held.last, held.ahead = page[:limit], page[limit:]
    held.page += 1
    return bool(held.ahead)


def _end(scan: Iterator[Entry]) -> None:
    close = getattr(scan, "close", None)
    if close is not None:
        close()
