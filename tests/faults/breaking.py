"""System calls of which the N-th goes wrong, in all the ways that a machine has."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from filexfer.storage.fsops import FsOps
from tests.descriptors import opened

#: What is no system call of its own, and what nobody can do anything about when it fails.
_ASIDE = ("close", "scan_stat")
CHANGING = (
    *("write_at", "truncate", "set_times", "make_folder", "remove_folder", "unlink", "rename", "rename_new", "link", "make_link"),
    *("sync", "sync_data", "sync_folder", "sync_all"),
)
#: What needs room on a disk. `open_file` only where it makes one.
FILLING = ("write_at", "make_folder", "rename", "rename_new", "link", "make_link", "open_file")
OPENING = ("open_file", "open_folder")


class Killed(BaseException):
    """The process is dead: nothing of it happens any more."""


@dataclass(frozen=True)
class Fault:
    """How a call goes wrong.

    Attributes:
        calls: that can; () for all.
        for_good: all later ones of these do, too.
        raises: instead of an `OSError` with `number`.
    """

    number: int = 0
    calls: tuple[str, ...] = ()
    for_good: bool = False
    raises: type[BaseException] | None = None


FAULTS = {
    "no room at one call": Fault(errno.ENOSPC, FILLING),
    "no room from one call on": Fault(errno.ENOSPC, FILLING, for_good=True),
    "quota used up from one call on": Fault(errno.EDQUOT, FILLING, for_good=True),
    "i/o error at one call": Fault(errno.EIO),
    "disk broken from one call on": Fault(errno.EIO, for_good=True),
    "disk gone from one call on": Fault(errno.ESTALE, for_good=True),
    "too many open files at one call": Fault(errno.EMFILE, OPENING),
    "too many open files from one call on": Fault(errno.EMFILE, OPENING, for_good=True),
    "read-only from one call on": Fault(errno.EROFS, CHANGING, for_good=True),
    "not permitted at one call": Fault(errno.EACCES),
    "not permitted to change from one call on": Fault(errno.EACCES, CHANGING, for_good=True),
    "no memory at one call": Fault(raises=MemoryError),
    "killed at one call": Fault(raises=Killed, for_good=True),
}


class Breaking(FsOps):
    """The calls of this machine until `break_at`; what is counted are those that `fault` is about.

    Attributes:
        counted: calls since `begin`.
        met: the call that went wrong first, "" while none did.
    """

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        self.counted = 0
        self.met = ""
        self._at = 0
        self._on = False

    def begin(self, at: int) -> None:
        """From now on count, and let the call number `at` (from 1) go wrong."""
        self.counted, self._at, self._on, self.met = 0, at, True, ""

    def end(self) -> None:
        """The machine is well again."""
        self._on = False

    def __getattribute__(self, name: str) -> object:
        found = object.__getattribute__(self, name)
        if name.startswith("_") or name in _ASIDE or name not in CALLS:
            return found
        return self._tapped(name, found)

    def _tapped(self, name: str, call: Callable[..., object]) -> Callable[..., object]:
        def tapped(*arguments: object, **named: object) -> object:
            if self._on and self._is_meant(name, arguments):
                self.counted += 1
                if self.counted == self._at or (self.fault.for_good and self.met):
                    self.met = self.met or name
                    if self.fault.raises is not None:
                        raise self.fault.raises
                    raise OSError(self.fault.number, os.strerror(self.fault.number))
            return call(*arguments, **named)

        return tapped

    def _is_meant(self, name: str, arguments: tuple[object, ...]) -> bool:
        calls = self.fault.calls
        if calls is FILLING and name == "open_file":
            return len(arguments) > 2 and isinstance(arguments[2], int) and bool(arguments[2] & os.O_CREAT)
        return not calls or name in calls


CALLS = frozenset(name for name, call in vars(FsOps).items() if callable(call) and not name.startswith("_")) - {*_ASIDE}


def let_go(below: Path) -> None:
    """What the system does for a process that has died: close what it had opened in a folder, which gives its locks back."""
    for descriptor in opened(below):
        os.close(descriptor)


def steps(most: int = 2000) -> Iterable[int]:
    """1, 2, 3, …: whoever walks them stops when nothing is left to go wrong."""
    return range(1, most)
