"""Pair a device: shows an invitation as a code to type, a link to paste and a QR code to look at, until a device has used it.

Rules: closing it cancels the invitation; the code stands in its field alone, never in a title or a name.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from filexfer.core import paths
from filexfer.gui.kit import words
from filexfer.gui.kit.controls import faint_label, fixed_font, icon_button, permission_box, plain_label, to_clipboard
from filexfer.gui.kit.icons import Icons
from filexfer.gui.kit.notice import Notice
from filexfer.gui.kit.sentences import why
from filexfer.gui.kit.theme import GAP, PAGE
from filexfer.gui.servers.invitation import Invite, Inviting
from filexfer.gui.servers.qr_code import QrCode

QR_EDGE = 248
CODE_POINTS, WIDTH = 17.0, 340
#: How long a button says that it has copied, in milliseconds.
SAID_MS = 2000


class PairDialog(QDialog):
    """Attributes: inviting (what it shows)."""

    def __init__(self, inviting: Inviting, permission: str, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.inviting = inviting
        self.setWindowTitle(self.tr("Pair a device"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.permission: QComboBox = permission_box(self.tr("What the device may do"), ("watch", "read", "write", "manage"))
        self.permission.setCurrentIndex(max(0, self.permission.findData(permission)))
        self.permission.activated.connect(self._on_permission)
        self.monitor = plain_label(
            self.tr(
                "That is for a monitor: it sees no file, and no name of one. On its computer run “filexfer pair” and give it the "
                "link; from then on “filexfer health” with the address asks."
            ),
            wrap=True,
        )
        self.code = QLabel(alignment=Qt.AlignmentFlag.AlignCenter)
        self.code.setFont(fixed_font(CODE_POINTS))
        self.code.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.address = plain_label()
        self.address.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.link = QLineEdit(readOnly=True)
        self.link.setAccessibleName(self.tr("Link"))
        self.copy_link = QPushButton(icons.icon("copy"), self.tr("Copy link"))
        self.copy_link.setAutoDefault(False)
        self.copy_link.clicked.connect(self._on_copy)
        self.qr = QrCode(QR_EDGE, self.tr("QR code of the link"))
        self.left = faint_label()
        self.notice = Notice(icons)
        self._copy_code = icon_button(icons.icon("copy"), self.tr("Copy the code"))
        self._copy_code.clicked.connect(lambda: to_clipboard(self.code.text()))
        self._buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self._buttons.rejected.connect(self.reject)
        self.close_button = self._buttons.button(QDialogButtonBox.StandardButton.Close)
        for button in (self.close_button, self.notice.button):
            button.setAutoDefault(False)
        self._said = QTimer(self, singleShot=True, interval=SAID_MS)
        self._said.timeout.connect(lambda: self.copy_link.setText(self.tr("Copy link")))
        self._shown: Invite | None = None
        self._lay_out()
        self.finished.connect(inviting.cancel)
        inviting.changed.connect(self._show)
        self._renew()
        self.copy_link.setFocus()

    def _lay_out(self) -> None:
        self._open = QWidget()
        grid = QGridLayout(self._open)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(PAGE)
        grid.setVerticalSpacing(2 * GAP)
        label = QLabel(self.tr("The device &may"))
        label.setBuddy(self.permission)
        may = QHBoxLayout()
        may.setSpacing(GAP)
        may.addWidget(label)
        may.addWidget(self.permission)
        may.addStretch(1)
        grid.addLayout(may, 0, 0, 1, 2)
        grid.addWidget(self.monitor, 1, 0, 1, 2)
        grid.addWidget(self.qr, 2, 0, Qt.AlignmentFlag.AlignTop)
        grid.addLayout(self._words(), 2, 1)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._open)
        self._stack.addWidget(self.notice)
        foot = QHBoxLayout()
        foot.addWidget(self.left, 1)
        foot.addWidget(self._buttons)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(PAGE, PAGE, PAGE, PAGE)
        layout.setSpacing(2 * GAP)
        layout.addWidget(self._stack)
        layout.addLayout(foot)
        layout.setSizeConstraint(QVBoxLayout.SizeConstraint.SetFixedSize)

    def _words(self) -> QVBoxLayout:
        """What to do with the code, the address and the link."""
        code = QHBoxLayout()
        code.setSpacing(GAP)
        code.addWidget(self.code)
        code.addWidget(self._copy_code)
        code.addStretch(1)
        link = QHBoxLayout()
        link.setSpacing(GAP)
        link.addWidget(self.link, 1)
        link.addWidget(self.copy_link)
        column = QVBoxLayout()
        column.setSpacing(GAP)
        for head, line in (
            (self.tr("On the other device choose “Connect…”, and type this code:"), code),
            (self.tr("With this address:"), self.address),
            (self.tr("Or paste this link there, which says both:"), link),
        ):
            text = faint_label(head)
            text.setMinimumWidth(WIDTH)
            column.addWidget(text)
            if isinstance(line, QWidget):
                column.addWidget(line)
            else:
                column.addLayout(line)
            column.addSpacing(GAP)
        column.addStretch(1)
        return column

    def _on_permission(self) -> None:
        # Choosing what is chosen already is no reason to take a code back that somebody may be typing.
        if self.permission.currentData() != self.inviting.permission:
            self._renew()

    def _renew(self) -> None:
        self.inviting.make(str(self.permission.currentData()))

    def _show(self) -> None:
        inviting, invite = self.inviting, self.inviting.invite
        if invite is not self._shown:
            self._shown = invite
            self._fill(invite)
        self._stack.setCurrentWidget(self._open if inviting.state in ("open", "making") else self.notice)
        self.left.setText(self._time_left() if inviting.state == "open" else "")
        self.permission.setEnabled(inviting.state == "open")
        self.monitor.setVisible(inviting.permission == "watch")
        # Return is for the person at the other device: while a code stands here it would only throw that away.
        self.close_button.setDefault(inviting.state == "used")
        self.notice.button.setDefault(inviting.state in ("expired", "failed"))
        if inviting.state == "used":
            self._say_paired()
        elif inviting.state == "expired":
            words_ = self.tr("This code is not valid any more.")
            self.notice.say("clock", words_, "", self.tr("New code"), self._renew)
        elif inviting.state == "failed":
            sentence = why(inviting.error) if inviting.error else ""
            self.notice.say("plug_disconnected", self.tr("There is no code."), sentence, self.tr("Try again"), self._renew)

    def _fill(self, invite: Invite | None) -> None:
        self.code.setText(invite.code if invite else "")
        self.address.setText(words.host(invite.address) if invite else "")
        self.link.setText(invite.link if invite else "")
        self.link.setCursorPosition(0)
        self.qr.show_modules(invite.modules if invite else ())
        for button in (self.copy_link, self._copy_code):
            button.setEnabled(invite is not None)

    def _time_left(self) -> str:
        return self.tr("For one device, valid for {time}").format(time=words.countdown(self.inviting.seconds))

    def _say_paired(self) -> None:
        device = paths.shown(self.inviting.device)
        may = self.tr("It may {permission}.").format(permission=words.permission(self.inviting.permission))
        sentence = self.tr("“{device}” is paired.").format(device=device)
        self.notice.say("checkmark_circle", sentence, may, self.tr("Pair another device"), self._renew)

    def _on_copy(self) -> None:
        if self._shown is not None:
            to_clipboard(self._shown.link)
            self.copy_link.setText(self.tr("Copied"))
            self._said.start()
