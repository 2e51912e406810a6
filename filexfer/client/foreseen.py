"""Calls that a job is known to make first: they travel behind the first question to the server, on one connection (RFC 9112,
section 9.3.2), so that all of them together take one round trip."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, TypeAlias

from filexfer.core.errors import ConnectionLost, FilexferError
from filexfer.protocol.http import ResponseHead

if TYPE_CHECKING:
    from filexfer.client.session import Session
    from filexfer.client.transport import Connection

#: A method and its parameters.
Call: TypeAlias = tuple[str, tuple[object, ...]]


class Foreseen:
    """Of one session. Each answer is for one call: what is asked again is asked anew. Thread-safe."""

    def __init__(self) -> None:
        # Guards both.
        self._lock = threading.Lock()
        self._due: list[Call] = []
        self._answers: list[tuple[Call, object]] = []

    def add(self, method: str, *params: object) -> None:
        """A call that only reads, and is soon made. Not made here where nothing is asked any more before it."""
        with self._lock:
            self._due.append((method, params))

    def ask(self, session: Session, connection: Connection, method: str) -> tuple[ResponseHead, object]:
        """Call `method` and, behind it, what is foreseen; the head of the last answer that came, and the value of the first."""
        with self._lock:
            # Only once: a server that breaks off at them is asked the plain way.
            due, self._due = self._due, []
        session.begin(connection, method)
        for name, params in due:
            session.begin(connection, name, *params)
        head, value = session.end(connection, session.timeout)
        for call in due:
            if not head.keep_alive:
                break
            try:
                head, answer = session.end(connection, session.timeout)
            except ConnectionLost:
                head.keep_alive = False
                break
            if not isinstance(value, FilexferError):
                with self._lock:
                    self._answers.append((call, answer))
        return head, value

    def take(self, method: str, params: tuple[object, ...]) -> object | None:
        """The answer to this call, a value or the error of a fault, if it came ahead."""
        with self._lock:
            for place, (call, answer) in enumerate(self._answers):
                if call == (method, params):
                    del self._answers[place]
                    return answer
        return None
