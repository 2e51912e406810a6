"""Whether two files are taken for the same: equal size and modification time. Pure.

Times are compared exactly. File systems that keep whole seconds (HFS+, ext3) or even seconds (FAT, exFAT) are recognised by
what they hold: only there a difference under that step counts as equal."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from typing import NamedTuple

from filexfer.core.model import Conflict

_SECOND = 1_000_000_000
#: Times that are multiples by chance: so many whole ones in a row are taken as a proof of a coarse clock.
EVIDENCE = 8


def step(times: Iterable[int]) -> int:
    """The step in nanoseconds of the clock that wrote these `mtime_ns`: 1, one second or two seconds."""
    count = 0
    found = 2 * _SECOND
    for time in times:
        count += 1
        if time % found:
            found = 1 if time % _SECOND else _SECOND
            if found == 1:
                return 1
    return found if count >= EVIDENCE else 1


def same_time(one: int, other: int, step: int) -> bool:
    """Whether `one` and `other` (mtime_ns) are equal as far as a clock of this step can tell."""
    return one == other or (step > 1 and abs(one - other) < step)


class Verdict(Enum):
    """What is to be done with a file."""

    SEND = "send"
    SAME = "same"
    SKIP = "skip"
    COMPARE = "compare"  # sizes are equal, times are not: only the contents tell
    CONFLICT = "conflict"


class There(NamedTuple):
    """What stands at the target."""

    is_file: bool
    size: int
    mtime_ns: int


SKIPPED = "Something of that name is already there; it was left as it is."
OLDER = "What is already there is newer; it was left as it is."


def judge(size: int, mtime_ns: int, there: There | None, policy: Conflict, checksum: bool, step: int) -> Verdict:
    """What to do with a file of this size and time. `checksum`: contents are compared wherever sizes are equal."""
    if there is None:
        return Verdict.SEND
    if there.is_file and there.size == size:
        if checksum:
            return Verdict.COMPARE
        if same_time(mtime_ns, there.mtime_ns, step):
            return Verdict.SAME
        if policy is Conflict.FAIL:
            return Verdict.COMPARE
    if policy is Conflict.SKIP or (policy is Conflict.NEWER and there.is_file and mtime_ns <= there.mtime_ns):
        return Verdict.SKIP
    return Verdict.CONFLICT if policy is Conflict.FAIL else Verdict.SEND


def after_comparing(equal: bool, policy: Conflict) -> Verdict:
    """What to do once the contents were compared."""
    if equal:
        return Verdict.SAME
    if policy is Conflict.SKIP:
        return Verdict.SKIP
    return Verdict.CONFLICT if policy is Conflict.FAIL else Verdict.SEND
