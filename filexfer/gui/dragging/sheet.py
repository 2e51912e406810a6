"""The sheet before an upload runs: what is new, there already or different there, what will not travel, and what to do about it.
Shown only where there is something to decide, while the counts still grow. Rules: Start works at once; Enter never overwrites."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import (
    QButtonGroup,
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from filexfer.core import paths
from filexfer.core.model import Conflict
from filexfer.gui.dragging.plan_state import PlanState
from filexfer.gui.kit import words
from filexfer.gui.kit.controls import check_box, faint_label, plain_label
from filexfer.gui.kit.elided import Elided
from filexfer.gui.kit.location import Location
from filexfer.gui.kit.theme import GAP, PAGE, colours, tabular, title
from filexfer.gui.kit.words import Words

#: Choices under which nothing that is there is lost from its place.
SAFE = (Conflict.RENAME, Conflict.SKIP)
#: Pixels of the sheet, of the name shown behind a count, and of the list of names.
WIDTH, NAME_WIDTH, NAMES_HEIGHT = 560, 220, 120


class Sheet(QDialog):
    """`show_state` fills it. Signal: `started(on_conflict, junk)`; `rejected()` where the upload is not wanted after all."""

    started = Signal(str, bool)

    def __init__(self, place: Location, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Upload"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(WIDTH)
        head = Elided(self.tr("Upload to “{place}”").format(place=place.words))
        head.setFont(title(head.font()))
        self.amount, self.room = plain_label(), faint_label()
        self.room.setWordWrap(True)
        self.rows = _Rows()
        self._make_names()
        self._make_choices()
        self.leave_out = check_box("", True)
        self._make_buttons()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(PAGE, PAGE, PAGE, PAGE)
        layout.setSpacing(GAP)
        layout.addWidget(head)
        layout.addWidget(self.amount)
        layout.addWidget(self.room)
        layout.addSpacing(GAP)
        layout.addLayout(self.rows)
        layout.addSpacing(GAP)
        layout.addWidget(self.show_names)
        layout.addWidget(self.names)
        layout.addWidget(self.leave_out)
        layout.addSpacing(GAP)
        layout.addWidget(self._question)
        for choice in self.choices.values():
            layout.addWidget(choice)
        layout.addStretch(1)
        layout.addSpacing(GAP)
        layout.addWidget(self._buttons)
        self._enough = True
        self._on_choice()
        self.go.setFocus()

    def _make_names(self) -> None:
        self.show_names = check_box(self.tr("Show &names"), False)
        self.names = QPlainTextEdit(readOnly=True)
        self.names.setAccessibleName(self.tr("Names"))
        self.names.setTabChangesFocus(True)
        self.names.setFixedHeight(NAMES_HEIGHT)
        self.names.hide()
        self.show_names.toggled.connect(self._on_names)

    def _on_names(self, shown: bool) -> None:
        self.names.setVisible(shown)
        self.adjustSize()

    def _make_choices(self) -> None:
        self._question = plain_label(self.tr("Where another file has the name already:"))
        self.choices = {
            Conflict.RENAME: QRadioButton(self.tr("&Keep both: what arrives gets a new name")),
            Conflict.SKIP: QRadioButton(self.tr("&Leave what is there as it is")),
            Conflict.NEWER: QRadioButton(self.tr("Replace what is &older there; it goes to the trash there")),
            Conflict.OVERWRITE: QRadioButton(self.tr("&Replace what is there; it goes to the trash there")),
        }
        self.choices[Conflict.RENAME].setChecked(True)
        self._group = QButtonGroup(self)
        for button in self.choices.values():
            self._group.addButton(button)
            button.toggled.connect(self._on_choice)

    def _make_buttons(self) -> None:
        self._buttons = QDialogButtonBox()
        self.go = QPushButton(self.tr("&Start"))
        self.cancel = QPushButton(self.tr("Cancel"))
        self._buttons.addButton(self.go, QDialogButtonBox.ButtonRole.AcceptRole)
        self._buttons.addButton(self.cancel, QDialogButtonBox.ButtonRole.RejectRole)
        for button in (self.go, self.cancel):
            # Enter presses the default button or none: never whichever comes first.
            button.setAutoDefault(False)
        self._buttons.accepted.connect(self._on_go)
        self._buttons.rejected.connect(self.reject)

    @property
    def choice(self) -> Conflict:
        return next(policy for policy, button in self.choices.items() if button.isChecked())

    def show_state(self, state: PlanState) -> None:
        """Say what is known now."""
        self.amount.setText(self._amount(state))
        self.room.setText(self._room(state))
        trouble = not state.fits
        palette = self.palette()
        if trouble:
            palette.setColor(QPalette.ColorRole.PlaceholderText, QColor(colours(palette).failed))
        self.room.setPalette(palette)
        self.rows.show_state(state)
        listed = self.rows.names(state)
        self.show_names.setVisible(bool(listed))
        if listed != self.names.toPlainText():
            self.names.setPlainText(listed)
        for widget in (self._question, *self.choices.values()):
            widget.setVisible(state.in_the_way > 0)
        junk = state.counts["junk"]
        self.leave_out.setVisible(junk > 0)
        kinds = list(dict.fromkeys(paths.shown(paths.name(name)) for name in state.names.get("junk", [])))
        text = self.tr("Leave &out {n} that systems keep in folders for themselves ({names})")
        self.leave_out.setText(text.format(names=", ".join([*kinds[:2], *(["…"] if kinds[2:] else [])]), n=words.number(junk)))
        self._enough = state.fits
        self._on_choice()
        self.adjustSize()

    def _amount(self, state: PlanState) -> str:
        parts = [Words.tr("%Ln file(s)", "", state.files), words.size(state.bytes)]
        if state.complete and state.seconds > 0:
            parts.append(self.tr("about {time}").format(time=words.duration(state.seconds)))
        if not state.complete:
            parts.append(self.tr("still looking…"))
        return " · ".join(parts)

    def _room(self, state: PlanState) -> str:
        if state.free < 0:
            return ""
        free = words.size(state.free)
        if not state.fits:
            return self.tr("It does not fit: {size} to send, and only {free} free there.").format(
                size=words.size(state.to_send), free=free
            )
        sentence = self.tr("{size} free there").format(size=free)
        many = self.tr("These are very many files. Is that meant?")
        return f"{many} {sentence}" if state.many else sentence

    def _on_choice(self) -> None:
        safe = self.choice in SAFE
        words = self.tr("&Start") if self._enough else self.tr("&Start anyway")
        self.go.setText(words if safe else self.tr("&Start and replace"))
        self.go.setDefault(safe and self._enough)

    def _on_go(self) -> None:
        self.started.emit(self.choice.value, not self.leave_out.isChecked())
        self.accept()


class _Rows(QGridLayout):
    """A line for each group that has files: what it is, how many, and the first one's name."""

    def __init__(self) -> None:
        super().__init__()
        self.setHorizontalSpacing(2 * GAP)
        self.setVerticalSpacing(GAP // 2)
        self.setColumnStretch(2, 1)
        self.lines: dict[str, tuple[QLabel, QLabel, Elided]] = {}
        for group, text in {
            "new": self.tr("New"),
            "same": self.tr("There already"),
            "changed": self.tr("There, but different"),
            "blocked": self.tr("Name taken by a folder or link"),
            "unrepresentable": self.tr("Cannot be sent: no such name there"),
            "unreadable": self.tr("Cannot be sent: not readable here"),
            "links": self.tr("Not sent: links"),
            "special": self.tr("Not sent: pipes, devices and the like"),
        }.items():
            count, name = plain_label(), Elided()
            count.setFont(tabular(count.font()))
            count.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            name.setMinimumWidth(NAME_WIDTH)
            row = self.rowCount()
            line = (plain_label(text), count, name)
            for column, widget in enumerate(line):
                self.addWidget(widget, row, column)
                widget.hide()
            self.lines[group] = line

    def show_state(self, state: PlanState) -> None:
        for group, (label, count, name) in self.lines.items():
            found, names = state.counts[group], state.names.get(group, [])
            for widget in (label, count, name):
                widget.setVisible(found > 0)
            count.setText(words.number(found))
            name.setText(paths.shown(names[0]) if names else "")

    def names(self, state: PlanState) -> str:
        """The names that are known, under what their group is called; an ellipsis where there are more."""
        parts = []
        for group, (label, _, _) in self.lines.items():
            names = [f"    {paths.shown(name)}" for name in state.names.get(group, [])]
            if names:
                more = ["    …"] if len(names) < state.counts[group] else []
                parts += [label.text(), *names, *more]
        return "\n".join(parts)
