"""*Integrate…*: has the system's menu and links start this program, takes that back, and tells who stands there now."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QPushButton, QVBoxLayout, QWidget

from filexfer.core import paths
from filexfer.core.errors import FilexferError
from filexfer.gui.files.aside import Aside
from filexfer.gui.kit.controls import faint_label, plain_label
from filexfer.gui.kit.sentences import why
from filexfer.gui.kit.theme import GAP, PAGE
from filexfer.gui.platform.system import Integration, Placed, System

#: Pixels: what the sentences are read well in.
_WIDTH = 440


class IntegrateDialog(QDialog):
    """Attributes: lead, more, put, remove, trouble."""

    def __init__(self, system: System, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._system = system
        self._aside = Aside(self)
        self.setWindowTitle(self.tr("Integrate"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.lead, self.more = plain_label(wrap=True), faint_label("")
        self.more.setWordWrap(True)
        self.more.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.trouble = plain_label(wrap=True)
        self.trouble.hide()
        self.put = QPushButton(self.tr("Integrate"))
        self.remove = QPushButton(self.tr("Remove"), autoDefault=False)
        self.put.clicked.connect(lambda: self._set(True))
        self.remove.clicked.connect(lambda: self._set(False))
        self._lay_out()
        self._look()

    def _lay_out(self) -> None:
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.button(QDialogButtonBox.StandardButton.Close).setAutoDefault(False)
        buttons.addButton(self.put, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.addButton(self.remove, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(PAGE, PAGE, PAGE, PAGE)
        layout.setSpacing(GAP)
        for widget in (self.lead, self.more, self.trouble):
            layout.addWidget(widget)
        layout.addSpacing(GAP)
        layout.addStretch(1)
        layout.addWidget(buttons)
        self.setFixedWidth(_WIDTH)

    def _look(self) -> None:
        for button in (self.put, self.remove):
            button.setEnabled(False)
        self._aside.do(self._system.integration, self._show, self._fail)

    def _show(self, found: Integration) -> None:
        program = paths.shown(found.program)
        lead, more = {
            Placed.NOWHERE: (
                self.tr("The applications menu and links do not know of filexfer yet."),
                self.tr(
                    "Integrate it, and the system can start it, and a link that pairs (filexfer://…) opens it. It concerns you "
                    "alone, and can be removed again."
                ),
            ),
            Placed.HERE: (
                self.tr("The system can start filexfer, and links open it."),
                self.tr("It lies here: {program}. If you move it, start it once from there.").format(program=program),
            ),
            Placed.ELSEWHERE: (
                self.tr("The system starts another filexfer than this one."),
                self.tr("That one lies here: {program}. Integrate this one to have it started instead.").format(program=program),
            ),
            Placed.GONE: (
                self.tr("The filexfer that the system starts is not there any more."),
                self.tr("It lay here: {program}. Integrate this one to have it started instead.").format(program=program),
            ),
            Placed.SYSTEM: (
                self.tr("The system can start filexfer, and links open it."),
                self.tr("The package that filexfer was installed with has seen to that."),
            ),
        }[found.placed]
        self.lead.setText(lead)
        self.more.setText(more)
        self.put.setVisible(found.placed not in (Placed.HERE, Placed.SYSTEM))
        self.remove.setVisible(found.placed in (Placed.HERE, Placed.ELSEWHERE, Placed.GONE))
        for button in (self.put, self.remove):
            button.setEnabled(True)
        (self.put if self.put.isVisibleTo(self) else self.remove).setFocus()
        self.adjustSize()

    def _set(self, on: bool) -> None:
        self.trouble.hide()
        for button in (self.put, self.remove):
            button.setEnabled(False)
        self._aside.do(lambda: self._system.integrate(on), lambda _: self._look(), self._fail)

    def _fail(self, error: FilexferError) -> None:
        self.trouble.setText(why(error))
        self.trouble.show()
        for button in (self.put, self.remove):
            button.setEnabled(True)
