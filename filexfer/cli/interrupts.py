"""Ctrl+C while threads and a database are at work: heard at once, obeyed where it is safe. Rules: Python would raise in whatever
the main thread does just now, half of a transaction or of a thread's start included; here it raises where `check` is called."""

from __future__ import annotations

import signal
import threading
from types import FrameType, TracebackType


class Interrupts:
    """From `with` on, SIGINT (and SIGTERM, where that means the same) raises from `check` only; a second one raises at once,
    since whoever presses it again means it. In the main thread; elsewhere no signals come, and nothing is changed."""

    def __init__(self) -> None:
        self._taken: list[signal.Signals] = []
        self._heard = False

    def check(self) -> None:
        """Raise `KeyboardInterrupt` if one was heard."""
        if self._heard:
            raise KeyboardInterrupt

    def __enter__(self) -> Interrupts:
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                if signal.getsignal(number) is signal.default_int_handler:
                    signal.signal(number, self._hear)
                    self._taken.append(number)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None, /) -> None:
        while self._taken:
            signal.signal(self._taken.pop(), signal.default_int_handler)

    def _hear(self, number: int, frame: FrameType | None) -> None:
        if self._heard:
            raise KeyboardInterrupt
        self._heard = True
