"""The system's keyring, asked with patience: a backend may be missing, broken, locked or silent, and none of that may hold up a
program. `keyring` is imported only when a token is to be kept or read."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

_T = TypeVar("_T")

#: Under which tokens stand there.
SERVICE = "filexfer"
#: Seconds that it has for an answer: long enough for a person to unlock it, short enough not to count as hanging.
PATIENCE = 15.0
#: Backends below this priority keep secrets readable, or nothing at all (keyring's own rule for what it recommends).
_LEAST = 1


class KeyringFailed(Exception):
    """The text goes on a sentence “the system's keyring …”."""


class Keyrings:
    """One that did not answer in time is not waited for again by this object."""

    def __init__(self, patience: float = PATIENCE) -> None:
        self._patience = patience
        self._silent = False

    def get(self, name: str) -> str:
        """The token kept as `name`; `""` where there is none. Raises `KeyringFailed`, as the others do."""
        return self._asked(lambda backend: backend.get_password(SERVICE, name) or "")

    def set(self, name: str, token: str) -> None:
        """Keep a token; it can be read again when this returns."""

        def work(backend: KeyringBackend) -> bool:
            backend.set_password(SERVICE, name, token)
            return backend.get_password(SERVICE, name) == token

        if not self._asked(work):
            raise KeyringFailed("does not give back what it was given")

    def delete(self, name: str) -> None:
        """Forget a token; it may be gone already."""

        def work(backend: KeyringBackend) -> None:
            if backend.get_password(SERVICE, name) is not None:
                backend.delete_password(SERVICE, name)

        self._asked(work)

    def _asked(self, work: Callable[[KeyringBackend], _T]) -> _T:
        """What `work` answers, on a thread of its own: nobody can end a call into a backend that hangs."""
        if self._silent:
            raise KeyringFailed("does not answer")
        answers: list[_T] = []
        failures: list[Exception] = []

        def run() -> None:
            try:
                answers.append(work(_backend()))
            except Exception as error:  # Backends raise whatever the library below them does.
                failures.append(error)

        thread = threading.Thread(target=run, name="filexfer-keyring", daemon=True)
        thread.start()
        thread.join(self._patience)
        if answers:
            return answers[0]
        if failures:
            error = failures[0]
            # Its text is not shown: it is the backend's, and nobody knows what it repeats.
            raise error if isinstance(error, KeyringFailed) else KeyringFailed(f"failed ({type(error).__name__})")
        self._silent = True
        raise KeyringFailed("does not answer")


def _backend() -> KeyringBackend:
    import keyring

    backend = keyring.get_keyring()
    if backend.priority < _LEAST:
        raise KeyringFailed("is not there")
    return backend
