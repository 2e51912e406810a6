"""The answer of one connection that is to come later: it waits for that in the loop, and no worker does. Rule: from the moment
that somebody may call back, the connection belongs to the loop."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from filexfer.server.answers import Answer, Later

if TYPE_CHECKING:
    from filexfer.server.connection import Connection
    from filexfer.server.house import House
    from filexfer.server.networks import Task

_NEVER = float("inf")


class Lateness:
    """Belongs to whoever has the connection: the loop or a worker. It is true while an answer is waited for."""

    def __init__(self, house: House, connection: Connection, hand_over: Callable[[Task], None], answer: Task) -> None:
        """`hand_over` has a worker do something; `answer`: send what `take` gives."""
        self._house = house
        self._connection = connection
        self._hand_over = hand_over
        self._answer = answer
        self._later: Later | None = None

    def __bool__(self) -> bool:
        return self._later is not None

    # ---- on a worker

    def wait_for(self, later: Later) -> None:
        """Give the connection away until that answer can be made."""
        one = self._connection
        self._later = later
        one.evictable, one.grace = False, _NEVER
        one.deadline = time.monotonic() + later.deferred.timeout
        self._house.loop.park(one)
        # Only now: the call-back is to find it parked.
        later.deferred.when_done(lambda: self._house.loop.unpark(one, lambda: self._hand_over(self._answer)))

    def take(self) -> Callable[[], Answer | Later]:
        """What makes the answer, which is waited for no more."""
        later, self._later = self._later, None
        assert later is not None
        return lambda: later.finish(later.deferred)

    # ---- in the loop

    def heard(self, count: int) -> None:
        """So many bytes came meanwhile."""
        later = self._later
        assert later is not None
        if not later.wants:
            if count > 0:
                # Its next request, early. It has to wait; were it read on, a peer could fill the memory.
                self._house.loop.mute(self._connection)
        elif len(self._connection.channel.ahead) >= later.wants:
            later.deferred.resolve(None)

    def expired(self) -> None:
        """It has been waited for long enough."""
        assert self._later is not None
        self._connection.deadline = _NEVER
        self._hand_over(self._later.deferred.expire)

    # ---- whoever holds it

    def end(self) -> None:
        """The connection is closed."""
        later = self._later
        if later is not None and not later.deferred.resolve(None) and later.missed is not None:
            later.missed()
