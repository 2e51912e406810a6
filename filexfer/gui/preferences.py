"""The preferences: start at login, *Send to* in file managers, notifications, closing, speed, the way to the own share.
Each counts as soon as it is changed."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QLabel,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from filexfer.core.errors import FilexferError
from filexfer.gui.files.aside import Aside
from filexfer.gui.kit.bridge import Bridge
from filexfer.gui.kit.controls import check_box, name_number, plain_label
from filexfer.gui.kit.sentences import why
from filexfer.gui.kit.settings import Memory
from filexfer.gui.kit.theme import GAP, MARGIN, PAGE
from filexfer.gui.platform.system import System

MEGA = 1_000_000


class Preferences(QDialog):
    """Signal: `share_wanted()` to see this computer's share."""

    share_wanted = Signal()

    def __init__(self, bridge: Bridge, memory: Memory, system: System, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bridge, self._memory, self._system = bridge, memory, system
        self._aside = Aside(self)
        self.setWindowTitle(self.tr("Preferences"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.login = check_box(self.tr("Start at login, in the background"), False)
        self.sends = check_box(self.tr("Offer “Send to filexfer” in file managers"), False)
        self.notes = check_box(self.tr("Tell when transfers end and the window is not in front"), memory.notifications)
        self.closing = self._make_closing()
        self.limit = self._make_limit()
        self.share = QPushButton(self.tr("Show the shared folder"), autoDefault=False)
        self.trouble = plain_label(wrap=True)
        self.trouble.hide()
        self._lay_out()
        self._connect()
        self._ask()

    def _make_closing(self) -> QComboBox:
        box = QComboBox()
        for widget in (box, box.view()):
            widget.setAccessibleName(self.tr("When the window is closed and there is work"))
        for text, choice in (
            (self.tr("ask"), ""),
            (self.tr("keep running in the background"), "keep"),
            (self.tr("stop and quit"), "stop"),
        ):
            box.addItem(text, choice)
        box.setCurrentIndex(max(0, box.findData(self._memory.closing)))
        return box

    def _make_limit(self) -> QSpinBox:
        box = QSpinBox(minimum=0, maximum=100_000, suffix=self.tr(" MB/s"))
        box.setSpecialValueText(self.tr("no limit"))
        name_number(box, self.tr("Speed limit"), 120)
        box.setKeyboardTracking(False)
        box.setEnabled(False)
        return box

    def _lay_out(self) -> None:
        form = QGridLayout()
        form.setHorizontalSpacing(MARGIN)
        form.setVerticalSpacing(MARGIN)
        form.setColumnStretch(1, 1)
        for row, (name, field) in enumerate(
            (
                (self.tr("&When it is closed"), self.closing),
                (self.tr("Speed &limit"), self.limit),
                (self.tr("&This computer"), self.share),
            )
        ):
            label = QLabel(name)
            label.setBuddy(field)
            form.addWidget(label, row, 0)
            form.addWidget(field, row, 1, Qt.AlignmentFlag.AlignLeading)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(PAGE, PAGE, PAGE, PAGE)
        layout.setSpacing(GAP)
        for box in (self.login, self.sends, self.notes):
            layout.addWidget(box)
        layout.addSpacing(GAP)
        layout.addLayout(form)
        layout.addWidget(self.trouble)
        layout.addSpacing(GAP)
        layout.addWidget(buttons)
        self.login.setVisible(self._system.can_start_at_login)
        self.sends.setVisible(self._system.can_send)

    def _connect(self) -> None:
        self.login.toggled.connect(partial(self._set, self._system.set_at_login))
        self.sends.toggled.connect(partial(self._set, self._system.set_sends))
        self.notes.toggled.connect(self._on_notes)
        self.closing.activated.connect(self._on_closing)
        self.limit.valueChanged.connect(self._on_limit)
        self.share.clicked.connect(self._on_share)

    def _ask(self) -> None:
        """Find out how things are now."""
        for box in (self.login, self.sends):
            box.setEnabled(False)
        self._look()
        self._bridge.ask("agent_info", done=self._show_limit, failed=self._fail)

    def _look(self) -> None:
        for box, known in ((self.login, self._system.at_login), (self.sends, self._system.sends)):
            self._aside.do(known, partial(self._show, box), self._fail)

    def _show(self, box: QCheckBox, on: bool) -> None:
        with QSignalBlocker(box):
            box.setChecked(on)
        box.setEnabled(True)

    def _show_limit(self, info: object) -> None:
        rate = info.get("rate", 0) if isinstance(info, dict) else 0
        with QSignalBlocker(self.limit):
            # Less than a megabyte is some limit too.
            self.limit.setValue(-(-int(rate) // MEGA))
        self.limit.setEnabled(True)

    def _set(self, act: Callable[[bool], None], on: bool) -> None:
        self.trouble.hide()
        self._aside.do(partial(act, on), lambda _: None, self._refuse)

    def _on_notes(self, on: bool) -> None:
        self._memory.notifications = on

    def _on_closing(self) -> None:
        self._memory.closing = self.closing.currentData()

    def _on_limit(self, megabytes: int) -> None:
        self._bridge.ask("limit_set", {"rate": megabytes * MEGA}, failed=self._fail)

    def _on_share(self) -> None:
        self.accept()
        self.share_wanted.emit()

    def _fail(self, error: FilexferError) -> None:
        self.trouble.setText(why(error))
        self.trouble.show()

    def _refuse(self, error: FilexferError) -> None:
        """What was chosen could not be done: show how it is."""
        self._fail(error)
        self._look()
