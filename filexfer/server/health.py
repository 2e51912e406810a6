"""Whether a server does well, and if not why: a verdict, and a sentence for each reason. Rule: `failing` is what keeps people
from their files, `degraded` what somebody should look at while work goes on; what one peer does to itself is neither."""

from __future__ import annotations

from collections.abc import Iterator
from enum import IntEnum
from typing import NamedTuple

import filexfer
from filexfer.core.model import Permission
from filexfer.server.access import Caller
from filexfer.server.vitals import Vitals, open_files

#: A sync that failed is told of for so long, and that connections found no room, in seconds.
_SYNC_MATTERS = 900.0
_CROWD_MATTERS = 60.0
#: Less is little: so many bytes, or that part of a small disk.
_LITTLE = 1 << 30
_LITTLE_PART = 100
_HIDDEN = "Something of the server's own needs to be looked at. Its owner can see what: by `filexfer health`, there."


class State(IntEnum):
    """How it does, the better the lower."""

    OK = 0
    DEGRADED = 1
    FAILING = 2


class Finding(NamedTuple):
    """One reason not to be content. `own`: it is for who manages the server, or watches it, and nobody else."""

    state: State
    says: str
    own: bool = False


class Verdict(NamedTuple):
    """How it does, and why, in words for one caller."""

    state: State
    reasons: list[str]


def verdict(vitals: Vitals, caller: Caller) -> Verdict:
    """What `caller` is told. That all is not well everybody is; what of the server's own is not, its owner."""
    found = [*_of_the_disk(vitals), *_of_the_server(vitals)]
    state = max((one.state for one in found), default=State.OK)
    if caller.holds(Permission.MANAGE, watchers=True):
        return Verdict(state, [one.says for one in found])
    hidden = [_HIDDEN] if any(one.own for one in found) else []
    return Verdict(state, [one.says for one in found if not one.own] + hidden)


def _of_the_disk(vitals: Vitals) -> Iterator[Finding]:
    disk = vitals.disk
    if disk.silent:
        seconds = f"{disk.silent:.0f} seconds" if disk.silent >= 1.5 else "more than a moment"
        yield Finding(
            State.FAILING,
            f"The disk of the shared folder has not answered for {seconds}. Look at it, and at the network it may be behind.",
        )
    elif disk.condition is None:
        yield Finding(State.FAILING, disk.problem)
    else:
        free, total, writable = disk.condition
        if vitals.writers and not writable:
            yield Finding(
                State.DEGRADED,
                "Nothing can be stored: the disk of the shared folder is mounted read-only, or the server's account may not "
                "write there. Look at the mount, and at the permissions of the folder.",
            )
        elif vitals.writers and not free:
            yield Finding(State.DEGRADED, "The disk of the shared folder is full. Make room, or empty the trash.")
        elif vitals.writers and free < min(_LITTLE, total // _LITTLE_PART):
            yield Finding(State.DEGRADED, "The disk of the shared folder is nearly full. Make room, or empty the trash.")
    if vitals.totals.since_sync_failed < _SYNC_MATTERS:
        minutes = int(vitals.totals.since_sync_failed // 60)
        when = "less than a minute ago" if minutes < 1 else "a minute ago" if minutes == 1 else f"{minutes} minutes ago"
        yield Finding(State.DEGRADED, f"The disk could not make a file durable {when}. Check the disk and its cables.")


def _of_the_server(vitals: Vitals) -> Iterator[Finding]:
    for problem in vitals.problems:
        yield Finding(State.FAILING, problem, own=True)
    if vitals.audit_failing:
        yield Finding(State.DEGRADED, "The audit log cannot be written. Look at the disk of the server's state folder.", own=True)
    if vitals.answers_failing:
        yield Finding(
            State.DEGRADED,
            "The results of keyed calls cannot be kept in the share, so a call that is repeated may be done twice. "
            "Look at its folder `.filexfer`, and at the free space.",
            own=True,
        )
    if vitals.crowded < _CROWD_MATTERS:
        yield Finding(
            State.DEGRADED,
            f"Connections were turned away within the last minute: {vitals.connections} are open. "
            "Raise the bound `connections`, or the limit of open files.",
            own=True,
        )


def told(vitals: Vitals, caller: Caller) -> dict[str, object]:
    """The answer of `server_health` to `caller`."""
    found = verdict(vitals, caller)
    disk = vitals.disk.condition
    answer: dict[str, object] = {
        "state": found.state.name.lower(),
        "reasons": found.reasons,
        "version": filexfer.__version__,
        "readable": disk is not None,
        "writable": disk is not None and disk.writable,
        "free": disk.free if disk else -1,
        "total": disk.total if disk else -1,
    }
    return answer | _details(vitals) if caller.holds(Permission.MANAGE, watchers=True) else answer


def _details(vitals: Vitals) -> dict[str, object]:
    return {
        "uptime": vitals.uptime,
        "connections": vitals.connections,
        "workers_busy": vitals.at_work.busy,
        "requests_waiting": vitals.at_work.queued,
        "uploads": vitals.uploads,
        "open_files": open_files(),
        "failed_syncs": vitals.totals.failed_syncs,
        "sync_failed_ns": vitals.totals.sync_failed_ns,
        "audit_log": not vitals.audit_failing,
        "keyed_results": not vitals.answers_failing,
    }
