"""The list of all keys, under what they are for, in two columns."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from filexfer.gui.kit.controls import faint_label, plain_label
from filexfer.gui.kit.theme import GAP, MARGIN, PAGE, heading

#: A head, and below it what a key does and the key as people know it.
Group = tuple[str, Sequence[tuple[str, str]]]


class ShortcutsDialog(QDialog):
    """`groups` is shown as it is. Attributes: keys (what each key does, by key)."""

    def __init__(self, groups: Sequence[Group], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Keyboard shortcuts"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.groups = groups
        inner = QWidget()
        row = QHBoxLayout(inner)
        row.setContentsMargins(MARGIN, MARGIN, MARGIN, 0)
        row.setSpacing(2 * PAGE)
        for column in _halves(groups):
            row.addLayout(self._column(column), 1)
        inner.setAutoFillBackground(False)
        self.area = QScrollArea(widgetResizable=True)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setWidget(inner)
        self.area.viewport().setAutoFillBackground(False)
        self.area.setProperty("reads", True)
        self.area.setAccessibleName(self.tr("Keyboard shortcuts"))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(PAGE, PAGE, PAGE, PAGE)
        layout.setSpacing(MARGIN)
        layout.addWidget(self.area, 1)
        layout.addWidget(buttons)
        hint = inner.sizeHint()
        self.resize(max(720, hint.width() + 3 * PAGE), min(640, hint.height() + 4 * PAGE))
        buttons.button(QDialogButtonBox.StandardButton.Close).setFocus()

    def _column(self, groups: Sequence[Group]) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(GAP)
        for head, lines in groups:
            title = faint_label(head)
            title.setFont(heading(self.font()))
            column.addWidget(title)
            grid = QGridLayout()
            grid.setHorizontalSpacing(PAGE)
            grid.setVerticalSpacing(GAP // 2)
            grid.setColumnStretch(0, 1)
            for number, (words, key) in enumerate(lines):
                grid.addWidget(plain_label(words), number, 0)
                grid.addWidget(self._key(key), number, 1)
            column.addLayout(grid)
            column.addSpacing(MARGIN)
        column.addStretch(1)
        return column

    @staticmethod
    def _key(key: str) -> QLabel:
        label = faint_label(key)
        label.setAlignment(Qt.AlignmentFlag.AlignTrailing | Qt.AlignmentFlag.AlignVCenter)
        return label


def _halves(groups: Sequence[Group]) -> tuple[Sequence[Group], Sequence[Group]]:
    """Two columns of about the same height."""
    heights = [len(lines) + 2 for _, lines in groups]
    cut = min(range(1, len(groups)), key=lambda at: abs(sum(heights[:at]) - sum(heights[at:])))
    return groups[:cut], groups[cut:]
