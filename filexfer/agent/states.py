"""How servers do: a word for each, found by calls that were made anyway, or by a look in the background that nobody waits for."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import NamedTuple

from filexfer.core.errors import ConnectionFailed, ConnectionLost, FilexferError, KeyChanged, KeyringLocked, LoginNeeded

#: What is known of a server is asked anew after this long, in seconds.
FRESH = 10.0
#: The same while the keyring does not give a token: each look may have the system ask its user for a password.
FRESH_LOCKED = 300.0
#: Bound: servers of which is known how they do.
MOST = 400


_LOCKED = "keyring locked"

Follower = Callable[[str, FilexferError | None], None]


class State(NamedTuple):
    """Attributes: word ("connecting", "online", "offline", "needs pairing", "key changed", "keyring locked"); found (monotonic
    time); answered (when it answered last, in nanoseconds since the epoch; 0 for never in this run); error (what a call to it
    ended in, None for an answer)."""

    word: str = "connecting"
    found: float = -FRESH
    answered: int = 0
    error: FilexferError | None = None

    @property
    def is_old(self) -> bool:
        """Whether it is time to look again."""
        return time.monotonic() - self.found >= (FRESH_LOCKED if self.word == _LOCKED else FRESH)

    @property
    def since(self) -> int:
        """Since when it is offline, as far as that is known, in nanoseconds since the epoch; else 0."""
        return self.answered if self.word == "offline" else 0


class States:
    """Knows servers by their addresses. `look` asks one of them whether it is there, and raises where it is not."""

    def __init__(self, look: Callable[[str], object]) -> None:
        self._look = look
        self._lock = threading.Lock()  # guards all below
        self._followers: list[Follower] = []
        self._known: dict[str, State] = {}  # the oldest first
        self._looking: dict[str, object] = {}  # who looks at an address now
        self._closed = False

    def follow(self, follower: Follower) -> Callable[[], None]:
        """Have it called with each address a call went to, and the error it ended in; on any thread. Returns what ends it."""
        with self._lock:
            self._followers.append(follower)

        def end() -> None:
            with self._lock:
                self._followers.remove(follower)

        return end

    def of(self, address: str) -> State:
        """What is known now. What is old is asked anew in the background."""
        state = self.known(address)
        if state.is_old:
            self.look(address)
        return state

    def known(self, address: str) -> State:
        """What is known now, however old."""
        with self._lock:
            return self._known.get(address, State())

    def look(self, address: str) -> None:
        """Ask it anew in the background, unless that is done already."""
        with self._lock:
            if address in self._looking or self._closed:
                return
            look = self._looking[address] = object()
        threading.Thread(target=self._find, args=(address, look), name="filexfer-check", daemon=True).start()

    def note(self, address: str, error: FilexferError | None = None) -> None:
        """A call to it ended so."""
        word = _word(error)
        with self._lock:
            before = self._known.pop(address, State())
            self._known[address] = State(word, time.monotonic(), time.time_ns() if word == "online" else before.answered, error)
            if len(self._known) > MOST:
                del self._known[next(iter(self._known))]
            followers = list(self._followers)
        for follower in followers:
            follower(address, error)

    def forget(self, address: str) -> None:
        """Something about it has changed: it is to be asked anew, and what a look finds that began before says nothing."""
        with self._lock:
            self._known.pop(address, None)
            self._looking.pop(address, None)

    def close(self) -> None:
        with self._lock:
            self._closed = True

    def _find(self, address: str, look: object) -> None:
        outcome: FilexferError | None = None
        try:
            self._look(address)
        except FilexferError as error:
            outcome = error
        finally:
            with self._lock:
                ours = self._looking.get(address) is look
                if ours:
                    del self._looking[address]
        if ours:
            self.note(address, outcome)


def _word(error: FilexferError | None) -> str:
    if isinstance(error, ConnectionFailed | ConnectionLost):
        return "offline"
    if isinstance(error, KeyChanged):
        return "key changed"
    if isinstance(error, KeyringLocked):
        return _LOCKED
    # A server that refuses an act, or has no such method, is there.
    return "needs pairing" if isinstance(error, LoginNeeded) else "online"
