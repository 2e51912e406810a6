"""One upload from letting go of the mouse to its job: the agent looks through it, and where a person must decide, the sheet asks.
Rules: whatever becomes of the sheet, the upload begins, is refused in words, or was called off by hand."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QElapsedTimer, QObject, QTimer, Signal
from PySide6.QtWidgets import QWidget

from filexfer.core.errors import FilexferError, UnknownMethod
from filexfer.gui.dragging.plan_state import PlanState
from filexfer.gui.dragging.sheet import Sheet
from filexfer.gui.kit.bridge import Bridge
from filexfer.gui.kit.location import Location

#: Milliseconds between two looks how far it came, and until the sheet tells what goes on though there is nothing to decide yet.
TICK_MS, SLOW_MS = 80, 1000


class Planning(QObject):
    """`start()`; it deletes itself at the end. Signal: `begun(job id)`. `spec` puts together what `plan_open` takes, on a
    thread of the bridge."""

    begun = Signal(int)

    def __init__(self, bridge: Bridge, spec: Callable[[], dict[str, object]], place: Location, window: QWidget) -> None:
        super().__init__(window)
        self._bridge, self._spec, self._place, self._window = bridge, spec, place, window
        self._plan = 0
        self._sheet: Sheet | None = None
        self._over = False
        self._since = QElapsedTimer()
        self._tick = QTimer(self, singleShot=True, interval=TICK_MS)
        self._tick.timeout.connect(self._look)

    def start(self) -> None:
        self._since.start()
        self._bridge.ask("plan_open", self._spec, read=PlanState.read, done=self._take, failed=self._lack)

    def _look(self) -> None:
        self._bridge.ask("plan_state", self._plan, read=PlanState.read, done=self._take, failed=self._lack)

    def _take(self, state: PlanState) -> None:
        self._plan = state.plan
        if self._over:
            return
        if state.job:
            self._begun(state.job)
            return
        if state.decide or self._since.elapsed() > SLOW_MS:
            self._show(state)
        if not (state.complete and state.decide):
            self._tick.start()

    def _show(self, state: PlanState) -> None:
        if self._sheet is None:
            self._sheet = Sheet(self._place, self._window)
            self._sheet.started.connect(self._on_start)
            self._sheet.rejected.connect(self._on_cancel)
            self._sheet.show_state(state)
            self._sheet.open()
        else:
            self._sheet.show_state(state)

    def _on_start(self, on_conflict: str, junk: bool) -> None:
        self._over, self._sheet = True, None
        options = {"on_conflict": on_conflict, "junk": junk}
        self._bridge.ask("plan_start", self._plan, options, read=lambda job: int(job["id"]), done=self._begun, failed=self._lack)

    def _on_cancel(self) -> None:
        self._over, self._sheet = True, None
        self._bridge.ask("plan_close", self._plan, read=int, done=self._called_off, failed=self._lack)

    def _called_off(self, job: int) -> None:
        # It began by itself while the hand was on its way.
        if job:
            self._bridge.ask("job_cancel", job)
        self.deleteLater()

    def _begun(self, job: int) -> None:
        self._end()
        self.begun.emit(job)

    def _lack(self, error: FilexferError) -> None:
        self._end()
        if isinstance(error, UnknownMethod) and not self._plan:
            # An agent of an older version, that still has work to do.
            self._bridge.ask("job_add", self._spec)
        else:
            self._bridge.failed.emit(error)

    def _end(self) -> None:
        self._over = True
        self._tick.stop()
        sheet, self._sheet = self._sheet, None
        if sheet is not None:
            sheet.accept()
        self.deleteLater()
