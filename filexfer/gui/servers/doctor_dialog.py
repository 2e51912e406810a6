"""The connection doctor as a dialog: each step of the way to a server as a line, what to do, and what to type with a button that
copies it. The agent looks; this shows."""

from __future__ import annotations

from functools import partial
from itertools import pairwise
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from filexfer.core import paths
from filexfer.core.errors import FilexferError
from filexfer.gui.kit import words
from filexfer.gui.kit.bridge import Bridge
from filexfer.gui.kit.controls import faint_label, fixed_font, icon_button, plain_label, to_clipboard
from filexfer.gui.kit.icons import Icons
from filexfer.gui.kit.sentences import said, why
from filexfer.gui.kit.theme import GAP, MARGIN, PAGE, colours

WIDTH, HEIGHT = 560, 360
#: Edge of the mark of a step, in pixels.
MARK = 20


class DoctorDialog(QDialog):
    """Looks at the way to `server` (an address, "" for this computer's own share) as soon as it is made."""

    def __init__(self, bridge: Bridge, server: str, name: str, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bridge, self._server, self._icons = bridge, server, icons
        self._found: list[dict[str, Any]] = []
        called = paths.shown(words.host(name or server)) if server else self.tr("this computer")
        self.setWindowTitle(self.tr("Connection to {name}").format(name=called))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.lead = plain_label(wrap=True)
        self._steps = QVBoxLayout()
        self._steps.setSpacing(MARGIN)
        self._lay_out()
        self.look()

    def _lay_out(self) -> None:
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(GAP, GAP, GAP, GAP)
        column.addLayout(self._steps)
        column.addStretch(1)
        area = self._area = QScrollArea(widgetResizable=True)
        area.setProperty("reads", True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidget(inner)
        area.setAccessibleName(self.tr("What was found"))
        area.viewport().setAutoFillBackground(False)
        inner.setAutoFillBackground(False)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self.again = buttons.addButton(self.tr("Look again"), QDialogButtonBox.ButtonRole.ActionRole)
        self.copy = buttons.addButton(self.tr("Copy all"), QDialogButtonBox.ButtonRole.ActionRole)
        self.again.clicked.connect(self.look)
        self.copy.clicked.connect(lambda: to_clipboard(self.text))
        buttons.rejected.connect(self.reject)
        for button in (self.again, self.copy):
            button.setAutoDefault(False)
        buttons.button(QDialogButtonBox.StandardButton.Close).setDefault(True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(PAGE, PAGE, PAGE, PAGE)
        layout.setSpacing(MARGIN)
        layout.addWidget(self.lead)
        layout.addWidget(area, 1)
        layout.addWidget(buttons)
        self.resize(WIDTH, HEIGHT)

    def look(self) -> None:
        """Have the agent look now."""
        self._clear()
        self.again.setEnabled(False)
        self.copy.setEnabled(False)
        self.lead.setText(self.tr("Looking at each step of the way… This takes up to 20 seconds."))
        self._bridge.ask("server_doctor", self._server, read=_read, done=self._show, failed=self._fail)

    @property
    def text(self) -> str:
        """All of it, to be sent to somebody who helps."""
        lines = [self.windowTitle()]
        for one in self._found:
            says, do, command = (paths.shown(str(one[part])) for part in ("says", "do", "command"))
            lines.append(f"[{one['state']}] {one['check']}: {said(says)}")
            lines += [f"    {part}" for part in (said(do), command) if part and one["state"] != "good"]
        return "\n".join(lines)

    def _fail(self, error: FilexferError) -> None:
        self._found = []
        self.lead.setText(why(error))
        self.again.setEnabled(True)

    def _show(self, found: list[dict[str, Any]]) -> None:
        self._clear()
        self._found = found
        bad = any(one["state"] == "bad" for one in found)
        self.lead.setText(
            self.tr("This stands in the way:") if bad else self.tr("Nothing stands in the way. Try again what did not work.")
        )
        for one in found:
            self._steps.addWidget(self._step(one))
        # Made after the buttons below, they stand above them.
        for before, after in pairwise([self._area, *self._area.findChildren(QToolButton)]):
            self.setTabOrder(before, after)
        self.again.setEnabled(True)
        self.copy.setEnabled(True)

    def _clear(self) -> None:
        while (item := self._steps.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()

    def _step(self, one: dict[str, Any]) -> QWidget:
        made = QWidget()
        row = QHBoxLayout(made)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GAP)
        row.addWidget(self._mark(str(one["state"])), 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout()
        column.setSpacing(2)
        says = plain_label(said(paths.shown(str(one["says"]))), wrap=True)
        # Beside the middle of its mark.
        says.setMinimumHeight(MARK)
        column.addWidget(says)
        if one["state"] != "good":
            if one["do"]:
                more = faint_label(said(paths.shown(str(one["do"]))))
                more.setWordWrap(True)
                column.addWidget(more)
            if one["command"]:
                where = self.tr("On the other computer:") if one["there"] else self.tr("On this computer:")
                column.addSpacing(GAP // 2)
                column.addWidget(faint_label(where))
                column.addLayout(self._command(str(one["command"])))
        row.addLayout(column, 1)
        return made

    def _mark(self, state: str) -> QLabel:
        scheme = colours(self.palette())
        name, colour, word = {
            "good": ("checkmark_circle", scheme.done, self.tr("fine")),
            "bad": ("error_circle", scheme.failed, self.tr("wrong")),
        }.get(state, ("question_circle", scheme.paused, self.tr("not sure")))
        label = QLabel()
        label.setPixmap(self._icons.pixmap(name, MARK, QColor(colour), self.devicePixelRatioF()))
        label.setAccessibleName(word)
        label.setToolTip(word)
        return label

    def _command(self, command: str) -> QHBoxLayout:
        line = QHBoxLayout()
        line.setSpacing(GAP)
        typed = plain_label(paths.shown(command), wrap=True)
        typed.setFont(fixed_font(self.font().pointSizeF()))
        typed.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        copy = icon_button(self._icons.icon("copy"), self.tr("Copy “{command}”").format(command=paths.shown(command)))
        copy.clicked.connect(partial(to_clipboard, command))
        line.addWidget(typed, 1)
        line.addWidget(copy)
        return line


def _read(answer: Any) -> list[dict[str, Any]]:
    names = ("check", "state", "says", "do", "command", "there")
    return [{name: one[name] for name in names} for one in answer["findings"]]
