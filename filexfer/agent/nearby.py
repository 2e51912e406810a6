"""Which servers are near, and which of them we know: as a command looks for a moment, and as windows follow it (`nearby_list`).
Rule: the networks are asked only while somebody asks us, and for a minute after."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence

from filexfer.agent.lookout import Found, Lookout
from filexfer.agent.moves import Moves
from filexfer.agent.multicast import PIN_DIGITS
from filexfer.agent.servers import Servers
from filexfer.client.vault import Vault
from filexfer.protocol.members import number, real, sequence
from filexfer.server.access import Caller
from filexfer.server.deferred import Deferred

#: So long after the last question we look on, and the longest poll, in seconds.
KEEPS_LOOKING, LONGEST_POLL = 60.0, 50.0
#: Bound: questions that wait for news at once.
_MOST_WAITING = 64


class Surroundings:
    """What is known of servers that were found. `own_pin` tells this computer's own pin, "" while it has none."""

    def __init__(self, servers: Servers, vault: Vault, own_pin: Callable[[], str] = lambda: "") -> None:
        self._servers = servers
        self._vault = vault
        self._own_pin = own_pin

    def look(self, seconds: float) -> tuple[list[dict[str, object]], str]:
        """Look for so long: the rows, and why none can be found, or ""."""
        troubled = threading.Event()
        lookout = Lookout(lambda: troubled.set() if lookout.problem else None)
        lookout.start()
        troubled.wait(seconds)
        lookout.close()
        return self.rows(lookout.found()), lookout.problem

    def rows(self, found: Sequence[Found]) -> list[dict[str, object]]:
        """Each as `nearby_list` tells it."""
        own, names, paired = self._own_pin()[:PIN_DIGITS], self._servers.names(), self._vault.pins()
        return [self._row(one, own, names, paired) for one in found]

    def _row(self, one: Found, own: str, names: Mapping[str, str], paired: Mapping[str, str]) -> dict[str, object]:
        # By its pin, which pairing brought: an address may be another machine's by now.
        theirs = [address for address, pin in paired.items() if one.pin and pin.startswith(one.pin)]
        address = next((at for at in theirs if at in names), theirs[0] if theirs else "")
        return {
            "name": one.name,
            # Where it is known, for that is where we have a token for; else the likeliest.
            "address": address if address in one.addresses else one.addresses[0],
            "addresses": list(one.addresses),
            "pin": one.pin,
            "known": names.get(address, ""),
            "self": bool(one.pin) and one.pin == own,
            "state": self._state(one, address),
        }

    def _state(self, one: Found, paired: str) -> str:
        if not one.speaks:
            return "other version"
        return self._servers.state(paired) if paired else "needs pairing"


class Nearby:
    """The method, for any number of windows. `moves` follows saved servers that are found elsewhere."""

    def __init__(self, around: Surroundings, moves: Moves) -> None:
        self._around = around
        self._moves = moves
        self._lock = threading.Lock()  # guards all below
        # It begins with the time, in microseconds: a cursor of an earlier run is none of this one.
        self._version = time.time_ns() // 1000
        self._until = 0.0
        self._lookout: Lookout | None = None
        self._waiting: list[Deferred] = []
        self._closed = False

    def nearby_list(self, caller: Caller, cursor: int = 0, timeout: float = 0.0) -> dict[str, object] | Deferred:
        """Servers that announce themselves on the networks around: {cursor, servers, problem}, waiting up to `timeout` seconds
        for something else than `cursor` stands for (0: what is known now). Each server: {name, address, addresses, pin, known,
        self, state}; address: the one at which it is known, else the likeliest; pin: the beginning of it, as it is announced;
        known: the name it is saved as, "" for none; self: it is this one; state: as server_list has it, or other version.
        problem: why none can be found, else "". They are looked for while this is asked, and for a minute after. The cursor is
        sent as text where numbers have 32 bits."""
        seen, patience = number(cursor, "cursor"), min(real(timeout, "timeout"), LONGEST_POLL)
        with self._lock:
            self._look_on(patience)
            fresh = seen != self._version or patience <= 0 or len(self._waiting) >= _MOST_WAITING
            if not fresh:
                deferred = Deferred(patience, self._answer)
                self._waiting.append(deferred)
        if fresh:
            return self._answer()
        deferred.on_end(lambda: self._leave(deferred))
        return deferred

    def close(self) -> None:
        with self._lock:
            self._closed = True
            self._moves.close()
            lookout, self._lookout = self._lookout, None
        if lookout is not None:
            lookout.close()

    def _look_on(self, patience: float) -> None:
        self._until = max(self._until, time.monotonic() + max(0.0, patience) + KEEPS_LOOKING)
        if self._lookout is None and not self._closed:
            self._lookout = Lookout(self._on_change, self._is_wanted).start()

    def _is_wanted(self) -> bool:
        with self._lock:
            if time.monotonic() < self._until:
                return True
            self._lookout = None
            self._version += 1
            return False

    def _on_change(self) -> None:
        with self._lock:
            self._version += 1
            waiting, self._waiting = self._waiting, []
        for deferred in waiting:
            deferred.resolve(self._answer())

    def _leave(self, deferred: Deferred) -> None:
        with self._lock:
            self._waiting = [one for one in self._waiting if one is not deferred]

    def _answer(self) -> dict[str, object]:
        with self._lock:
            version, lookout = self._version, self._lookout
        rows = self._around.rows(lookout.found() if lookout else [])
        for row in rows:
            if row["known"] and row["state"] == "offline":
                self._moves.follow(str(row["known"]), [str(one) for one in sequence(row["addresses"])])
        return {
            "cursor": version,
            "servers": rows,
            "problem": lookout.problem if lookout else "",
        }
