"""Deleting, moving and bringing back what was picked: the agent does it in the background, and is asked now and then how it goes.

Rules: one question at a time; how far it came is told while it runs; at its end the act can be taken back, like any other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from filexfer.core import paths
from filexfer.core.errors import FilexferError
from filexfer.gui.kit.bridge import Bridge
from filexfer.gui.kit.words import Words, number
from filexfer.protocol import faults

#: Milliseconds between two looks how it goes.
TICK_MS = 250


@dataclass(frozen=True, slots=True)
class Progress:
    """How such a change goes, see `pick_state`. `first`: the path of the first that failed; `error`: why, None for nothing."""

    running: bool
    done: int
    failed: int
    renamed: int
    undoable: bool
    first: str
    error: FilexferError | None

    @classmethod
    def read(cls, answer: Any) -> Progress:
        fault = int(answer["fault"])
        return cls(
            bool(answer["running"]),
            int(answer["done"]),
            int(answer["failed"]),
            int(answer["renamed"]),
            bool(answer["undoable"]),
            paths.from_wire(answer["first"]),
            faults.error_of(fault, str(answer["error"])) if fault else None,
        )


@dataclass(frozen=True, slots=True)
class _Run:
    pick: int
    count: int
    ended: Callable[[Progress], object]
    failed: Callable[[FilexferError], object]


class Picked(QObject):
    """`run` begins a change. Signal: `told(sentence)` while one runs."""

    told = Signal(str)

    def __init__(self, bridge: Bridge, parent: QObject) -> None:
        super().__init__(parent)
        self._bridge = bridge

    def run(
        self,
        method: str,
        pick: int,
        *params: object,
        count: int,
        ended: Callable[[Progress], object],
        failed: Callable[[FilexferError], object],
    ) -> None:
        """Call `method` for a pick of so many rows; later `ended(progress)`, or `failed(error)` where that cannot be."""
        run = _Run(pick, count, ended, failed)
        self._bridge.ask(method, pick, *params, done=partial(self._look, run), failed=failed)

    def _look(self, run: _Run, *_: object) -> None:
        self._bridge.ask("pick_state", run.pick, read=Progress.read, done=partial(self._take, run), failed=run.failed)

    def _take(self, run: _Run, now: Progress) -> None:
        if not now.running:
            run.ended(now)
            return
        if now.done:
            self.told.emit(Words.tr("{done} of {total} done…").format(done=number(now.done), total=number(run.count)))
        QTimer.singleShot(TICK_MS, self, partial(self._look, run))
