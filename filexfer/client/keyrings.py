"""The system's keyring, asked with patience: a backend may be missing, broken, locked or silent, and none of that may hold up a
program. `keyring` is imported only when a token is to be kept or read."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

_T = TypeVar("_T")

#: Under which tokens stand there.
SERVICE = "filexfer"
#: Seconds that it has for an answer: long enough for a person to unlock it, short enough not to count as hanging.
PATIENCE = 15.0
#: Seconds for which one that did not answer is not asked again, unless it answers after all.
REST = 60.0
#: Questions that may be left hanging in it; nobody can end one.
_MOST_HANGING = 3
#: Backends below this priority keep secrets readable, or nothing at all (keyring's own rule for what it recommends).
_LEAST = 1


class KeyringFailed(Exception):
    """The text goes on a sentence “the system's keyring …”."""


class Keyrings:
    """One that did not answer in time is let alone for a while, so that nobody waits again and again. Thread-safe."""

    def __init__(self, patience: float = PATIENCE, rest: float = REST) -> None:
        self._patience = patience
        self._rest = rest
        # Guards the two below, and what becomes of an answer that comes just when the wait for it ends.
        self._lock = threading.Lock()
        self._hanging: list[threading.Thread] = []
        self._rests_until = 0.0

    def get(self, name: str) -> str:
        """The token kept as `name`; `""` where there is none. Raises `KeyringFailed`, as the others do."""
        return self._asked(lambda backend: backend.get_password(SERVICE, name) or "")

    def set(self, name: str, token: str) -> None:
        """Keep a token; it can be read again when this returns."""

        def work(backend: KeyringBackend) -> bool:
            backend.set_password(SERVICE, name, token)
            return backend.get_password(SERVICE, name) == token

        # Nobody would know of a token that it took after all.
        if not self._asked(work, too_late=lambda backend: backend.delete_password(SERVICE, name)):
            raise KeyringFailed("does not give back what it was given")

    def delete(self, name: str) -> None:
        """Forget a token; it may be gone already."""

        def work(backend: KeyringBackend) -> None:
            if backend.get_password(SERVICE, name) is not None:
                backend.delete_password(SERVICE, name)

        self._asked(work)

    def _asked(self, work: Callable[[KeyringBackend], _T], too_late: Callable[[KeyringBackend], object] = lambda _: None) -> _T:
        """What `work` answers, on a thread of its own: nobody can end a call into a backend that hangs. `too_late` follows it
        where it came to its end when nobody waited any more."""
        if self._is_silent():
            raise KeyringFailed("does not answer")
        answers: list[_T] = []
        failures: list[Exception] = []
        given_up = False

        def run() -> None:
            try:
                backend = _backend()
                answer = work(backend)
                with self._lock:
                    answers.append(answer)
                    late = given_up
                if late:
                    too_late(backend)
            except Exception as error:  # Backends raise whatever the library below them does.
                failures.append(error)

        thread = threading.Thread(target=run, name="filexfer-keyring", daemon=True)
        thread.start()
        thread.join(self._patience)
        with self._lock:
            given_up = not answers and not failures
            if given_up:
                self._hanging.append(thread)
                self._rests_until = time.monotonic() + self._rest
        if given_up:
            raise KeyringFailed("does not answer")
        if answers:
            return answers[0]
        error = failures[0]
        # Its text is not shown: it is the backend's, and nobody knows what it repeats.
        raise error if isinstance(error, KeyringFailed) else KeyringFailed(f"failed ({type(error).__name__})")

    def _is_silent(self) -> bool:
        """Whether it is let alone: it did not answer a moment ago, and has not since, or too many questions hang in it."""
        with self._lock:
            self._hanging = [thread for thread in self._hanging if thread.is_alive()]
            rests = bool(self._hanging) and time.monotonic() < self._rests_until
            return rests or len(self._hanging) >= _MOST_HANGING


def _backend() -> KeyringBackend:
    import keyring

    backend = keyring.get_keyring()
    if backend.priority < _LEAST:
        raise KeyringFailed("is not there")
    return backend
