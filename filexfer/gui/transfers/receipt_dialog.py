"""Shows how far a receipt is that the agent makes or checks, and in the end what it found. Closing it gives the work up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import shiboken6
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QListWidget, QProgressBar, QVBoxLayout, QWidget

from filexfer.core import paths
from filexfer.core.errors import FilexferError
from filexfer.gui.kit.bridge import Bridge
from filexfer.gui.kit.controls import plain_label
from filexfer.gui.kit.sentences import said, why
from filexfer.gui.kit.theme import GAP, PAGE

#: Milliseconds between two looks.
TICK_MS = 250
#: Steps of the bar: bytes may be more than it can count.
_STEPS = 1000


class ReceiptDialog(QDialog):
    """`make(job, path)` or `verify(path)` begins. A window of its own, so that one can go on meanwhile."""

    def __init__(self, bridge: Bridge, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._bridge = bridge
        self._receipt = 0
        self._file = ""
        self.done_ = False
        self._closed = False
        self._label = plain_label(wrap=True)
        self._bar = QProgressBar(maximum=_STEPS, textVisible=False)
        self._bar.setAccessibleName(self.tr("How much has been read"))
        self.differences = QListWidget()
        self.differences.setAccessibleName(self.tr("What differs"))
        self.differences.hide()
        self._buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self._buttons.rejected.connect(self.close)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(PAGE, PAGE, PAGE, PAGE)
        layout.setSpacing(GAP)
        for widget in (self._label, self._bar, self.differences, self._buttons):
            layout.addWidget(widget)
        self.setMinimumWidth(460)
        self._tick = QTimer(self, singleShot=True, interval=TICK_MS)
        self._tick.timeout.connect(self._look)

    @property
    def words(self) -> str:
        return self._label.text()

    def make(self, job: int, path: str) -> None:
        """Have a receipt of this job saved."""
        self.setWindowTitle(self.tr("Receipt"))
        self._begin(path, self.tr("Reading every file again, here and there…"))
        self._bridge.ask("receipt_make", job, paths.to_wire(path), done=self._when_begun(), failed=self._lack)

    def verify(self, path: str) -> None:
        """Check both sides by a saved receipt."""
        self.setWindowTitle(self.tr("Check by a receipt"))
        self._begin(path, self.tr("Comparing both sides with the receipt…"))
        self._bridge.ask("receipt_verify", paths.to_wire(path), done=self._when_begun(), failed=self._lack)

    def _begin(self, path: str, sentence: str) -> None:
        self._file = path.replace("\\", "/").rpartition("/")[2]
        self._label.setText(sentence)
        self.show()

    def _when_begun(self) -> Callable[[Any], None]:
        bridge = self._bridge

        # Not a method: the answer comes even if this dialog is gone by then.
        def begun(answer: Any) -> None:
            receipt = int(answer["receipt"])
            if shiboken6.isValid(self) and not self._closed:
                self._receipt = receipt
                self._look()
            else:
                bridge.ask("receipt_cancel", receipt, failed=_ignore)

        return begun

    def _look(self) -> None:
        self._bridge.ask("receipt_state", self._receipt, done=self._take, failed=self._lack)

    def _lack(self, error: FilexferError) -> None:
        self._end(why(error))

    def _take(self, state: Any) -> None:
        read, total = int(state["bytes"]), int(state["bytes_total"])
        self._bar.setValue(min(_STEPS, read * _STEPS // total) if total else 0)
        if not state["done"]:
            self._tick.start()
            return
        for path, what in state["differences"]:
            self.differences.addItem(f"{paths.shown(paths.from_wire(path))}: {said(paths.shown(str(what)))}")
        self.differences.setVisible(self.differences.count() > 0)
        self._end(said(paths.shown(str(state["error"]))) or self._verdict(state))

    def _verdict(self, state: Any) -> str:
        same, differing = int(state["files"]) - int(state["differing"]), int(state["differing"])
        parts = [self.tr("%Ln file(s) are the same here and there, byte for byte.", "", same)] if same else []
        if differing:
            parts.append(self.tr("%Ln file(s) differ or are missing; they are named below.", "", differing))
        if state["kind"] == "make":
            parts.append(self.tr("Saved as “{name}”.").format(name=paths.shown(self._file)))
        return " ".join(parts) or self.tr("The receipt names no files.")

    def _end(self, sentence: str) -> None:
        self.done_ = True
        self._tick.stop()
        self._label.setText(sentence)
        self._bar.hide()
        self.adjustSize()
        self._buttons.setStandardButtons(QDialogButtonBox.StandardButton.Close)

    def reject(self) -> None:
        self.close()  # by Escape too: else it would be gone, and the work go on

    def closeEvent(self, event: object) -> None:
        self._closed = True
        self._tick.stop()
        if not self.done_ and self._receipt:
            self._bridge.ask("receipt_cancel", self._receipt, failed=_ignore)


def _ignore(error: FilexferError) -> None:
    """It is over already."""
