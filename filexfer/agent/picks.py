"""The `view_pick` and `pick_*` methods: many rows of a view are named by where they stand, and kept here by a number; so no call
grows with what somebody selects. Bounds: few are kept, with not too many rows in all; the one asked for longest ago goes."""

from __future__ import annotations

import os
import secrets
import sys
import threading
import time
from array import array
from collections.abc import Callable

from filexfer.agent.jobs import Jobs
from filexfer.agent.pick import Chosen, Pick, pairs
from filexfer.agent.servers import Servers
from filexfer.core import paths
from filexfer.core.errors import BadParameters, NotFound
from filexfer.core.model import Conflict, Direction, JobSpec
from filexfer.protocol.members import binary, check_names, flag, number, struct
from filexfer.server.access import Caller

#: Picks that are kept, and rows of all together, also of the listings that they are of: as many as a window remembers acts to
#: take back, and some more.
MOST, MOST_ROWS = 32, 2_000_000


#: Gives the rows of a view that stand in these places, if the view is still of that version; see `Views.chosen`.
ChosenOf = Callable[[Caller, int, int, "array[int]"], Chosen]


class Picks:
    """The methods."""

    def __init__(self, servers: Servers, jobs: Jobs, chosen: ChosenOf) -> None:
        self._servers, self._jobs, self._chosen = servers, jobs, chosen
        self._lock = threading.Lock()  # guards the two below
        self._picks: dict[int, Pick] = {}
        self._last = secrets.randbelow(1 << 30)

    def view_pick(self, caller: Caller, view: int, version: int, ranges: object) -> dict[str, object]:
        """Keep rows of a view for what comes next: {pick, count, first (a name), bytes (of the files), folders (names of the
        first 500 folders)}. `ranges`: pairs of first and last row, unsigned 32-bit, little-endian, in rising order. *changed*
        where the view is of another version by now. What was picked stays what it is when the view moves on."""
        chosen = self._chosen(caller, number(view, "view"), number(version, "version"), _ranges(ranges))
        with self._lock:
            self._last += 1
            pick = self._picks[self._last] = Pick(self._last, chosen, self._servers.session)
            left_over = self._left_over()
            for old in left_over:
                del self._picks[old.number]
        return pick.facts()

    def pick_fetch(self, caller: Caller, pick: int, folder: object) -> dict[str, object]:
        """Begin a transfer of what was picked into a local folder (a whole path), and answer its job. What is there already is
        kept."""
        chosen = self._pick(caller, pick).chosen
        into = paths.from_wire(folder)
        if chosen.whole:
            # The folder's own name stands for all that is in it; a separator behind the target: what it holds goes into that.
            items: tuple[tuple[str, str], ...] = ((chosen.path, os.path.join(into, "")),)
        else:
            items = tuple(
                (paths.join(chosen.path, name), os.path.join(into, paths.local_name(name)))
                for name in chosen.listing.names(chosen.rows)
            )
        return self._jobs.begin(self._jobs.checked(caller, JobSpec(Direction.GET, chosen.server, items, Conflict.RENAME)))

    def pick_delete(self, caller: Caller, pick: int, options: object = None) -> bool:
        """Begin to move what was picked to the trash of its share; `pick_state` tells how it goes. Option: permanent (for
        good)."""
        given = struct({} if options is None else options, "options")
        check_names(given, ("permanent",))
        self._pick(caller, pick).begin("erase" if flag(given.get("permanent", False), "permanent") else "delete")
        return True

    def pick_move(self, caller: Caller, pick: int, to: object) -> bool:
        """Begin to move what was picked into another folder of its server; what has a name that is in use there stays."""
        into = paths.from_wire(to)
        paths.split(into)
        self._pick(caller, pick).begin("move", into)
        return True

    def pick_undo(self, caller: Caller, pick: int) -> bool:
        """Begin to take back what `pick_delete` or `pick_move` did; what changed since stays as it is."""
        self._pick(caller, pick).begin_undo()
        return True

    def pick_state(self, caller: Caller, pick: int) -> dict[str, object]:
        """How far such a change came: {running, done, failed, renamed (came back under another name), undoable, fault (the code
        of the first failure, or of what ended it; 0 for none), error (its sentence), first (the path of the first that
        failed)}."""
        return self._pick(caller, pick).state()

    def close(self) -> None:
        with self._lock:
            picks, self._picks = list(self._picks.values()), {}
        for pick in picks:
            pick.close()

    def _pick(self, caller: Caller, pick: object) -> Pick:
        with self._lock:
            found = self._picks.get(number(pick, "pick"))
            if found is None:
                raise NotFound("This selection is not known any more. Select again, then repeat.")
            found.used = time.monotonic()
        # Somebody from elsewhere may name only servers that they could have opened a view of.
        if self._servers.reach(found.chosen.server, caller.local) != found.chosen.server:
            raise NotFound("This selection is not known any more. Select again, then repeat.")
        return found

    def _left_over(self) -> list[Pick]:
        """Those beyond the bounds, with the lock held; the newest stays, and what is under way."""
        kept, rows, left_over = 0, 0, []
        listings: dict[int, int] = {}  # how long each is: few rows keep the whole listing that they are of
        for pick in sorted(self._picks.values(), key=lambda pick: (pick.number == self._last, pick.used), reverse=True):
            kept, rows = kept + 1, rows + len(pick)
            listings[id(pick.chosen.listing)] = len(pick.chosen.listing)
            over = kept > MOST or max(rows, sum(listings.values())) > MOST_ROWS
            if kept > 1 and not pick.running and over:
                left_over.append(pick)
        return left_over


def _ranges(packed: object) -> array[int]:
    """First, last, first, last …, as they came."""
    raw = binary(packed, "ranges")
    found: array[int] = array("I")
    if not raw or len(raw) % (2 * found.itemsize):
        raise BadParameters("The ranges are pairs of 32-bit numbers, and at least one.")
    found.frombytes(raw)
    if sys.byteorder == "big":
        found.byteswap()
    before = -1
    for first, last in pairs(found):
        if not before < first <= last:
            raise BadParameters("The ranges are first and last rows, in rising order.")
        before = last
    return found
