"""Does something that may wait for the disk aside, on a thread of its own, and brings what came of it back to the main thread."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot

from filexfer.core.errors import FilexferError, StorageFailed


class Aside(QObject):
    """One for each window or dialog; what comes back after its end is dropped."""

    _ended = Signal(object, object)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._lock = threading.Lock()  # guards the one below: no signal is sent once this object is gone
        self._gone = [False]
        self._ended.connect(self._deliver)
        lock, gone = self._lock, self._gone

        def leave() -> None:
            with lock:
                gone[0] = True

        self.destroyed.connect(leave)

    def do(self, act: Callable[[], Any], done: Callable[[Any], object], failed: Callable[[FilexferError], object]) -> None:
        """Call `act` aside; later `done(its answer)` here, or `failed(error)`, also for an `OSError`."""
        threading.Thread(target=self._run, args=(act, done, failed), name="window-aside", daemon=True).start()

    def _run(self, act: Callable[[], Any], done: Callable[[Any], object], failed: Callable[[FilexferError], object]) -> None:
        try:
            value = act()
        except OSError as error:
            self._say(failed, StorageFailed(f"The system's settings could not be changed: {error.strerror or error}."))
        except FilexferError as error:
            self._say(failed, error)
        else:
            self._say(done, value)

    def _say(self, callback: Callable[[Any], object], value: object) -> None:
        with self._lock:
            if not self._gone[0]:
                self._ended.emit(callback, value)

    @Slot(object, object)
    def _deliver(self, callback: Callable[[Any], object], value: object) -> None:
        callback(value)
