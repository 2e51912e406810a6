"""How late the main thread is: a timer that should fire every 5 ms notes by how much it does not."""

from __future__ import annotations

import gc
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import QObject, Qt, QTimer

#: Milliseconds between two beats.
BEAT = 5
_BURN = "import time; end = time.monotonic() + 120\nwhile time.monotonic() < end: pass"


class Probe(QObject):
    """Attributes: late (seconds that each beat came too late), work (seconds the main thread computed between two beats)."""

    def __init__(self) -> None:
        super().__init__()
        self.late: list[float] = []
        self.work: list[float] = []
        self._timer = QTimer(self, interval=BEAT, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._beat)

    def __enter__(self) -> Probe:
        # As the app does when it starts: else a search for cycles looks at all that other tests left, for 0.1 to 0.3 s.
        gc.collect()
        gc.freeze()
        self._last, self._worked = time.perf_counter(), time.thread_time()
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._beat()
        self._timer.stop()
        gc.unfreeze()

    def _beat(self) -> None:
        now, worked = time.perf_counter(), time.thread_time()
        self.late.append(max(0.0, now - self._last - BEAT / 1000))
        self.work.append(worked - self._worked)
        self._last, self._worked = now, worked

    @property
    def worst(self) -> float:
        return max(self.late)


@contextmanager
def busy(processes: int) -> Iterator[None]:
    """So many processes compute meanwhile, as an agent and a server that move files do: what they cost the window, whatever it
    does, is no fault of its own."""
    burning = [subprocess.Popen([sys.executable, "-c", _BURN]) for _ in range(processes)]
    try:
        yield
    finally:
        for one in burning:
            one.kill()
        for one in burning:
            one.wait()
