"""How soon a TLS handshake may begin: each costs a signature, whether or not the peer goes on with it, so those of one household
have a rate. Rules: whoever comes too early waits, in the loop, and not in vain; nobody waits for another household's. For the
loop's thread only."""

from __future__ import annotations

import time
from collections.abc import Callable

#: So many seconds' worth may come at once, by who was quiet before.
_AT_ONCE = 1.0
#: So many households are remembered before those that are quiet are looked for and forgotten.
_MANY = 1024


class Handshakes:
    """At most `rate` of one household begin each second; nobody waits for longer than `longest` seconds."""

    def __init__(self, rate: int, longest: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._gap = 1 / rate
        self._longest = longest
        self._clock = clock
        self._even: dict[str, float] = {}  # when the next one of each would be due, did they come evenly
        self._full = _MANY

    def wait(self, who: str) -> float | None:
        """One more of `who` is here: how many seconds it is to wait; None: so many wait that it is to go."""
        now = self._clock()
        even = max(now, self._even.get(who, now))
        wait = max(0.0, even - _AT_ONCE - now)
        if wait > self._longest:
            return None
        self._even[who] = even + self._gap
        if len(self._even) > self._full:
            self._even = {one: due for one, due in self._even.items() if due > now}
            self._full = max(_MANY, 2 * len(self._even))
        return wait
