"""Asks for one name, of a new folder for instance, and says what is wrong with it while it is typed."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from filexfer.core import paths
from filexfer.core.errors import InvalidPath
from filexfer.gui.kit.reading import leading
from filexfer.gui.kit.sentences import why
from filexfer.gui.kit.theme import GAP, PAGE


class NameDialog(QDialog):
    """Signal: `named(name)`, a legal name of one file or folder."""

    named = Signal(str)

    def __init__(self, title: str, label: str, button: str, suggestion: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.field = QLineEdit(suggestion)
        self.field.setMinimumWidth(320)
        self.field.setAccessibleName(label)
        self.field.selectAll()
        self.trouble = leading(QLabel(wordWrap=True))
        self.trouble.setTextFormat(Qt.TextFormat.PlainText)
        self.trouble.setMinimumHeight(self.fontMetrics().height())
        words = leading(QLabel(label))
        words.setBuddy(self.field)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.go = QPushButton(button, default=True)
        buttons.addButton(self.go, QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.accepted.connect(self._on_go)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(PAGE, PAGE, PAGE, PAGE)
        layout.setSpacing(GAP)
        for widget in (words, self.field, self.trouble, buttons):
            layout.addWidget(widget)
        self.field.textChanged.connect(self._check)
        self._check()

    def _check(self) -> None:
        sentence = ""
        try:
            paths.check_component(self.field.text())
        except InvalidPath as error:
            sentence = why(error) if self.field.text() else ""
            self.go.setEnabled(False)
        else:
            self.go.setEnabled(True)
        self.trouble.setText(sentence)

    def _on_go(self) -> None:
        self.named.emit(self.field.text())
        self.accept()
