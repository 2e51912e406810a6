"""What a peer sends behind an answer, and nobody wants: the rest of a refused body, dropped for the sake of the next request, and
what follows a last answer, dropped for a moment: the reset that unread bytes bring would take that answer away from it.
Rules: it is waited for in the loop, and kept nowhere; who is welcome and sends much is read by the worker that refused it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from filexfer.server.body import Body
from filexfer.server.loop import Next

if TYPE_CHECKING:
    from filexfer.server.connection import Connection
    from filexfer.server.house import House


class Leftovers:
    """Belongs to whoever has the connection: the loop or a worker.

    Attributes:
        last: bytes that are still dropped before the connection ends; 0 where it goes on.
    """

    def __init__(self, house: House, connection: Connection) -> None:
        self.last = 0
        self._house = house
        self._settings = house.settings
        self._connection = connection
        self._body: Body | None = None  # what is left of it is being dropped

    # ---- on a worker, which gives the connection away by it

    def drop(self, body: Body) -> None:
        """Let what is left of a refused body pass."""
        self._body = body
        self._park()

    def hang_up(self) -> None:
        """Let pass what follows the last answer, and close the connection."""
        self._connection.channel.finish_sending()
        self.last = max(1, self._settings.drain_bytes)
        self._park()

    def _park(self) -> None:
        one = self._connection
        one.evictable = True
        one.deadline = time.monotonic() + self._settings.drain_seconds
        self._house.loop.park(one)

    # ---- in the loop

    def body_passed(self, welcome: bool) -> bool:
        """Whether nothing of a refused body is to come, now that something has arrived. Who is `welcome` may send it slowly."""
        if self._body is None:
            return True
        passed = self._body.drop_ahead()
        if passed or welcome:
            patience = self._settings.idle_seconds if passed else self._settings.drain_seconds
            self._connection.deadline = time.monotonic() + patience
        if passed:
            self._body = None
        return passed

    def drop_last(self) -> Next:
        """Something followed the last answer."""
        count = self._connection.channel.discard()
        if count > 0:
            self.last = max(0, self.last - count)
        return None if count and self.last else self._connection.close
