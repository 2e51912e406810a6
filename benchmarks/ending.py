"""How a benchmark ends before its time: a signal is an exception, so that folders, servers and networks go with their blocks."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import AnyStr

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
#: Seconds that a process has to end by itself.
_PATIENCE = 30.0


def by_signals() -> None:
    """From now on Ctrl-C and SIGTERM raise `SystemExit` in the main thread, once: a second would come amid the clearing up."""
    handle_signals(_end)


def handle_signals(handler: Callable[[int, FrameType | None], object]) -> None:
    """Have `handler` take those that end a program, but for what is ignored: `nohup` and shells in the background want it so."""
    for number in _SIGNALS:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, handler)


def _end(number: int, _: FrameType | None) -> None:
    for other in _SIGNALS:
        signal.signal(other, signal.SIG_IGN)
    raise SystemExit(128 + number)


@contextmanager
def gone(process: subprocess.Popen[AnyStr]) -> Iterator[subprocess.Popen[AnyStr]]:
    """The process ends with the block, however that ends: it is told to, and killed if it does not."""
    with process:
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.communicate(timeout=_PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
