"""How a server is at one moment: all that `health` judges and `metrics` tells, gathered in one place. Nothing here costs more
than reading some numbers; only the disk is asked, by `probe`."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from typing import NamedTuple

from filexfer.core.model import Permission
from filexfer.server.access import Gate
from filexfer.server.audit import Audit
from filexfer.server.census import Census
from filexfer.server.crowd import Crowd
from filexfer.server.pool import AtWork, Pool
from filexfer.server.probe import Seen
from filexfer.server.share import Share
from filexfer.server.tally import Tally, Totals
from filexfer.server.trust import Trust


class Vitals(NamedTuple):
    """One moment.

    Attributes:
        uptime: seconds since the start.
        totals: what has been done since.
        connections: open now, of `most_connections`; `accepted` and `turned_away` since the start.
        crowded: seconds since there was last no room, or no descriptor, for one more.
        at_work: the workers.
        held: bytes that calls and answers hold.
        failures: to prove who one is, by kind.
        uploads: in blocks, open now.
        disk: how that of the share is; `writers`: whether anybody may write there.
        audit_failing: lines of the audit log are not written; `answers_failing`: results of keyed calls are not kept.
        problems: what others who use this server say of it, as sentences.
    """

    uptime: float
    totals: Totals
    connections: int
    most_connections: int
    accepted: int
    turned_away: int
    crowded: float
    at_work: AtWork
    held: int
    failures: dict[str, int]
    uploads: int
    disk: Seen
    writers: bool
    audit_failing: bool
    answers_failing: bool
    problems: tuple[str, ...]


#: Gives the present one; may wait for the disk, within its bound.
Look = Callable[[], Vitals]


class Instruments(NamedTuple):
    """Where the numbers of one server stand. Each part keeps its own; `problems` are asked too, "" for none."""

    tally: Tally
    census: Census
    pool: Pool
    crowd: Crowd
    gate: Gate
    trust: Trust
    audit: Audit
    share: Callable[[], Share]
    problems: list[Callable[[], str]]

    def look(self) -> Vitals:
        """The present state; may wait for the disk, within its bound."""
        share, census = self.share(), self.census
        return Vitals(
            self.tally.uptime,
            self.tally.totals(),
            census.open,
            census.most,
            census.accepted,
            census.turned_away,
            time.monotonic() - census.crowded,
            self.pool.at_work(),
            self.crowd.held,
            self.trust.failures(),
            share.uploads.open,
            share.probe.seen(),
            self._writers(),
            self.audit.failing,
            share.keys.failing,
            tuple(filter(None, (ask() for ask in self.problems))),
        )

    def _writers(self) -> bool:
        """Whether anybody may write in the share."""
        may = (self.gate.guest, *(device.permission for device in self.trust.devices()))
        return max(may) >= Permission.WRITE


def open_files() -> int:
    """Descriptors that this process has open; -1 where the system does not tell."""
    try:
        return len(os.listdir("/proc/self/fd" if sys.platform == "linux" else "/dev/fd")) - 1  # less the one of this look
    except OSError:
        return -1
