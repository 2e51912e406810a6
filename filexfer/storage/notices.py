"""What the system tells of changes in some folders of a share, made by whatever program. Each folder is watched by its
descriptor, so that nothing beside it is, and not what lies deeper: our own area and huge trees cost nothing."""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping

from filexfer.core.errors import NotWellFormed, StorageFailed

#: Changes that come within so many milliseconds are told at once; how long one waits for a next one.
GATHER_MS, STEP_MS = 250, 50


class Notices:
    """`located` names for each folder the path by which the system finds it now; it may be another's once this is made. Raises
    `StorageFailed` where the system watches nothing more."""

    def __init__(self, located: Mapping[str, str]) -> None:
        # Here, for it brings much along, and most servers never come to it.
        from watchfiles._rust_notify import RustNotify, WatchfilesRustInternalError

        self._broken: type[Exception] = WatchfilesRustInternalError
        self._folders = {place: folder for folder, place in located.items()}
        try:
            self._system = RustNotify(list(self._folders), False, False, 0, False, False)
        except (OSError, WatchfilesRustInternalError) as error:
            raise StorageFailed(f"The system does not tell of changes in more folders ({error}).") from error

    def wait(self, stop: threading.Event, seconds: float) -> set[str]:
        """The folders in which something changed, as soon as there are any; none where `stop` was set or the time is over.
        Raises `NotWellFormed` where something changed that cannot be told: a name that is no Unicode."""
        try:
            found = self._system.watch(GATHER_MS, STEP_MS, max(1, int(seconds * 1000)), stop)
        except self._broken as error:
            raise NotWellFormed(f"The system told of a change that has no name ({error}).") from error
        return set() if isinstance(found, str) else self._named({path for _, path in found})

    def _named(self, changed: set[str]) -> set[str]:
        places = {path if path in self._folders else os.path.dirname(path) for path in changed}
        return {self._folders[place] for place in places if place in self._folders}

    def close(self) -> None:
        self._system.close()
