"""The TLS handshake of one connection: when a step of it can be done, and when it is its turn. Rules: it holds no worker while it
waits, for its peer or for its turn; its time runs from the moment of accepting, and what it waits for us is not its peer's."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from filexfer.server.channel import NotTls, PeerGone
from filexfer.server.loop import Next

if TYPE_CHECKING:
    from filexfer.server.connection import Connection
    from filexfer.server.house import House


class Greeting:
    """Belongs to whoever has the connection: the loop or a worker.

    Attributes:
        put_off: the deadline that it will have when it is its turn; 0 while it waits for none.
    """

    def __init__(self, house: House, connection: Connection, submit: Callable[[], None]) -> None:
        """`submit` has a worker do a `step`."""
        self.put_off = 0.0
        self._house = house
        self._connection = connection
        self._submit = submit
        self._begun = False
        self._handed_over = 0.0

    # ---- in the loop

    def heard(self) -> Next:
        """Something of it has arrived. The first step is the dear one, and has its turn."""
        one = self._connection
        if not one.channel.can_greet:
            return None
        wait = 0.0 if self._begun else self._house.handshakes.wait(one.household)
        if wait is None:
            self._house.complaints.note("handshakes", one.peer, "Too many TLS handshakes at once: one was turned away.")
            return one.close
        self._begun = True
        if not wait:
            return self._hand_over
        self.put_off = one.deadline + wait
        one.deadline = time.monotonic() + wait
        self._house.loop.mute(one)  # it could send on and on meanwhile
        return None

    def turn(self) -> Next:
        """It is its turn, unless it has gone."""
        one = self._connection
        one.deadline, self.put_off = self.put_off, 0.0
        try:
            return self._hand_over if one.channel.receive() else one.close
        except PeerGone:
            return one.close

    def _hand_over(self) -> None:
        self._handed_over = time.monotonic()
        self._submit()

    # ---- on a worker

    def step(self) -> bool:
        """Go on with it; whether it is done. Raises as `TlsChannel.greet`."""
        one = self._connection
        visit = self._house.crowd.arrive(one.household)
        try:
            done = one.channel.greet()
        except NotTls:
            self._house.tally.greeted(False)
            raise
        finally:
            visit.end()
        if done:
            self._house.tally.greeted(True)
        one.deadline += time.monotonic() - self._handed_over
        return done
