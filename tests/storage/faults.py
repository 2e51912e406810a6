"""System calls that tell what was called, and fail when told to."""

from __future__ import annotations

import os
from collections.abc import Callable

from filexfer.storage.fsops import FsOps

#: What is no system call, and what nobody can do anything about when it fails.
_ASIDE = ("close", "scan_stat")


class Tapped(FsOps):
    """The calls of this machine, each noted as (method, arguments) before it is made.

    Attributes:
        calls: what was called.
        fail_at: the number of the call (from 1) that fails, 0 for none; it fails with `errno`.
        failed: the method that did.
        lasting: every later call of that method fails too.
    """

    def __init__(self, fail_at: int = 0, errno: int = 0, lasting: bool = False) -> None:
        self.calls: list[tuple[str, tuple[object, ...]]] = []
        self.fail_at = fail_at
        self.errno = errno
        self.failed = ""
        self.lasting = lasting

    def __getattribute__(self, name: str) -> object:
        found = object.__getattribute__(self, name)
        if name.startswith("_") or name in _ASIDE or not callable(found):
            return found
        return self._tap(name, found)

    def _tap(self, name: str, call: Callable[..., object]) -> Callable[..., object]:
        def tapped(*arguments: object, **named: object) -> object:
            self.calls.append((name, (*arguments, *named.values())))
            if len(self.calls) == self.fail_at or (self.lasting and self.failed == name):
                self.failed = name
                raise OSError(self.errno, os.strerror(self.errno))
            return call(*arguments, **named)

        return tapped

    def names(self) -> list[str]:
        """The methods called, in order."""
        return [name for name, _ in self.calls]
