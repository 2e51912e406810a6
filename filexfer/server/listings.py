"""Held scans: a listing that is read page by page. Rules: bounded in number, in all and for one device; one that nobody asks goes
away, and its cursor faults *changed*; the page asked for last can be asked for again, as a client does whose connection broke,
unless too many entries would have to be kept for that."""

from __future__ import annotations

import itertools
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from filexfer.core.errors import Changed
from filexfer.core.model import Entry
from filexfer.protocol import wire

_GONE = "This listing is not held any more. List the folder again from its beginning."


class Page:
    """Some entries of a listing. In columns an entry takes some 40 bytes, as an object 240, and the last page is kept a while.

    Attribute: columns (`wire.pack`; `next` is left to whoever answers with them).
    """

    __slots__ = ("_count", "columns")

    def __init__(self, entries: list[Entry]) -> None:
        self._count = len(entries)
        self.columns = wire.pack(entries)

    def __len__(self) -> int:
        return self._count

    def entries(self) -> list[Entry]:
        return wire.unpack(self.columns)


@dataclass(slots=True)
class _Held:
    """`page` counts the pages given; `last` is the newest one while it is kept, `ahead` the entry that was read to know that
    there is more. `ended`: the scan is closed."""

    device: str
    scan: Iterator[Entry]
    touched: float
    guest: bool = False
    page: int = 0
    last: Page | None = None
    ahead: list[Entry] = field(default_factory=list)
    ended: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock)  # one page at a time, and none while the scan is closed


class Listings:
    """At most `most` held scans, each for `seconds` without a call; at most `entries` in pages that are kept to be asked for
    again. Half of both are for one device, and half of the scans for all guests, who may come from everywhere."""

    def __init__(self, most: int, seconds: float, entries: int) -> None:
        self._most = most
        self._seconds = seconds
        self._entries = entries
        self._lock = threading.Lock()  # guards `_held`
        self._held: dict[str, _Held] = {}  # the one that was asked longest ago first

    def begin(self, device: str, scan: Iterator[Entry], limit: int, guest: bool = False) -> tuple[Page, str]:
        """The first page of `scan`, at most `limit` entries, and the cursor of the next; "" where there is none."""
        held = _Held(device, scan, time.monotonic(), guest)
        page = _turn(held, limit)
        if not held.ahead:
            return page, ""
        name = secrets.token_urlsafe(9)
        with self._lock:
            dropped = self._make_room(held)
            self._held[name] = held
        for old in dropped:
            _end(old)
        return page, f"{name}.1"

    def next(self, device: str, cursor: str, limit: int) -> tuple[Page, str]:
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
            page = held.last
            if number != str(held.page - 1) or page is None:
                if number != str(held.page) or not held.ahead or held.ended:
                    raise Changed(_GONE)
                page = held.last = _turn(held, limit)
            following = f"{name}.{held.page}" if held.ahead else ""
        self._forget_pages(device)
        return page, following

    def expire(self) -> None:
        """Let go of what is idle for too long; to be called now and then, for each holds descriptors."""
        with self._lock:
            idle = [self._held.pop(name) for name in self._idle()]
        for one in idle:
            _end(one)

    def close(self) -> None:
        with self._lock:
            held, self._held = list(self._held.values()), {}
        for one in held:
            _end(one)

    def _forget_pages(self, device: str) -> None:
        """Keep fewer pages, those asked for longest ago first, where there are too many entries in them."""
        with self._lock:
            kept = [one for one in self._held.values() if one.last]
            _forget([one for one in kept if one.device == device], self._entries // 2)
            _forget(kept, self._entries)

    def _idle(self) -> list[str]:
        until = time.monotonic() - self._seconds
        return [name for name, one in self._held.items() if one.touched < until]

    def _make_room(self, new: _Held) -> list[_Held]:
        """Take out, with the lock, what is idle for too long, and the oldest where there are too many."""
        gone = [self._held.pop(name) for name in self._idle()]
        gone += self._oldest(lambda one: one.device == new.device, self._most // (4 if new.guest else 2))
        if new.guest:
            gone += self._oldest(lambda one: one.guest, self._most // 2)
        return gone + self._oldest(lambda one: True, self._most)

    def _oldest(self, of: Callable[[_Held], bool], most: int) -> list[_Held]:
        """Take out the oldest of some, so that there is room for one more within `most`, which is one at least."""
        names = [name for name, one in self._held.items() if of(one)]
        return [self._held.pop(name) for name in names[: max(0, len(names) + 1 - max(1, most))]]


def _turn(held: _Held, limit: int) -> Page:
    """Read the next page; `held.ahead` tells whether there is one behind it."""
    try:
        page = held.ahead + list(itertools.islice(held.scan, limit + 1 - len(held.ahead)))
    except BaseException:
        # Read on, it would look as if it had come to its end.
        _close(held)
        raise
    held.ahead = page[limit:]
    held.page += 1
    return Page(page[:limit])


def _forget(kept: list[_Held], most: int) -> None:
    """Drop pages from the front on until `most` entries are left in them."""
    entries = sum(len(one.last or ()) for one in kept)
    for one in kept:
        if entries <= most:
            break
        entries -= len(one.last or ())
        one.last = None


def _end(held: _Held) -> None:
    """Close the scan, behind the page that somebody may be reading."""
    with held.lock:
        _close(held)


def _close(held: _Held) -> None:
    held.ended = True
    held.last = None
    close = getattr(held.scan, "close", None)
    if close is not None:
        close()
