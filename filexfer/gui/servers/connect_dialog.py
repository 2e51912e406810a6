"""Connect to another computer: by the link or code of its invitation, or by an address. One field takes all three; a second one
asks for what is missing. Trouble is said in words beside the fields; a success is saved.

Rules: nothing is sent before the button is pressed; a code stands in its field alone; there is no way past a key that changed.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import shiboken6
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QLineEdit, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from filexfer.core import paths
from filexfer.core.errors import FilexferError, KeyChanged, LoginNeeded
from filexfer.gui.kit import words
from filexfer.gui.kit.bridge import Bridge
from filexfer.gui.kit.controls import plain_label
from filexfer.gui.kit.errors import unreached
from filexfer.gui.kit.icons import Icons
from filexfer.gui.kit.location import Location
from filexfer.gui.kit.notice import Notice
from filexfer.gui.kit.reading import leading
from filexfer.gui.kit.sentences import why
from filexfer.gui.kit.theme import GAP, MARGIN, PAGE
from filexfer.gui.servers.code_entry import cursor_in, grouped, is_code, read_address
from filexfer.gui.servers.invite_hint import InviteHint
from filexfer.gui.servers.letting_back import LettingBack
from filexfer.gui.servers.nearby_list import NearbyList
from filexfer.gui.servers.servers_model import Saved, Servers
from filexfer.protocol.address import Address, free_name
from filexfer.protocol.pairing import folded, is_link, parse_code, parse_link

WIDTH = 420


class ConnectDialog(QDialog):
    """Signals: `connected(Location)` once the server has answered, or one was chosen that is known; `pair_wanted(address)` when
    one nearby was chosen that is not; `invite_wanted()` when the one that was paired is to reach this one too;
    `doctor_wanted(address)` when somebody wants to know why one does not answer.

    Args:
        known: the computer to pair with; None for any.
        text: what stands in the field at first, a link for instance. It is not acted upon.
    """

    connected = Signal(object)
    pair_wanted = Signal(str)
    invite_wanted = Signal()
    doctor_wanted = Signal(str)

    def __init__(
        self,
        bridge: Bridge,
        servers: Servers,
        icons: Icons,
        parent: QWidget | None = None,
        *,
        known: Saved | None = None,
        text: str = "",
    ) -> None:
        super().__init__(parent)
        self._bridge, self._servers, self._known = bridge, servers, known
        #: A code as it was typed, and as it is shown since: what is typed behind it may turn it into an address again.
        self._raw, self._shown = "", ""
        #: The server that did not answer, if that is what went wrong.
        self._unreached = ""
        self._busy = False
        #: An address that turned out to need a code, which the second field asks for, and why it does.
        self._asked: Address | None = None
        self._reason = ""
        self._found: Location | None = None
        title = self.tr("Pair with “{name}”").format(name=paths.shown(known.name)) if known else ""
        self.setWindowTitle(title or self.tr("Connect to another computer"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.lead = plain_label(wrap=True)
        self.hint = InviteHint(icons)
        self.nearby = NearbyList(servers, icons)
        self.nearby.setVisible(known is None)
        self.nearby.chosen.connect(self._on_near)
        self.nearby.pair_wanted.connect(self._on_near_unknown)
        self.field = self._make_field(self.tr("Link or code") if known else self.tr("Link, code or address"))
        self.second = self._make_field("")
        self.name = QLineEdit(placeholderText=self.tr("as the computer calls itself"))
        self.name.setAccessibleName(self.tr("Name"))
        self.trouble = plain_label(wrap=True)
        self.trouble.setAccessibleName(self.tr("What went wrong"))
        self.trouble.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.trouble.setMinimumHeight(2 * self.fontMetrics().height())
        self.why = QPushButton(self.tr("Find out why"), autoDefault=False)
        self.why.clicked.connect(lambda: self.doctor_wanted.emit(self._unreached))
        self.done_page = Notice(icons)
        self.go = QPushButton()
        self._lay_out()
        # Only in its dialog does it stay the default when others have had the keyboard.
        self.go.setDefault(True)
        self.field.setText(text)
        self.field.setCursorPosition(0)
        self._follow()
        (self.go if self.go.isEnabled() else self.field).setFocus()

    def _make_field(self, name: str) -> QLineEdit:
        field = QLineEdit()
        field.setAccessibleName(name)
        field.setMinimumWidth(WIDTH)
        field.textEdited.connect(partial(self._on_typed, field))
        field.textChanged.connect(self._follow)
        return field

    def _lay_out(self) -> None:
        self._field_label, self._second_label, name = QLabel(), QLabel(), QLabel(self.tr("&Name"))
        labels = ((self._field_label, self.field), (self._second_label, self.second), (name, self.name))
        for label, field in labels:
            leading(label).setBuddy(field)
        self._field_label.setText(self.tr("&Link or code") if self._known else self.tr("&Link, code or address"))
        self.lead.setMinimumWidth(WIDTH)
        form = QWidget()
        column = QVBoxLayout(form)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(MARGIN)
        column.addWidget(self.nearby)
        column.addWidget(self.lead)
        column.addWidget(self.hint)
        for label, field in labels:
            pair = QVBoxLayout()
            pair.setSpacing(GAP // 2)
            pair.addWidget(label)
            pair.addWidget(field)
            column.addLayout(pair)
        column.addWidget(self.trouble)
        column.addWidget(self.why, 0, Qt.AlignmentFlag.AlignLeading)
        self._name_row = (name, self.name)
        self._stack = QStackedWidget()
        self._stack.addWidget(form)
        self._stack.addWidget(self.done_page)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        buttons.addButton(self.go, QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.accepted.connect(self._on_go)
        buttons.rejected.connect(self.reject)
        self.cancel = buttons.button(QDialogButtonBox.StandardButton.Cancel)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(PAGE, PAGE, PAGE, PAGE)
        layout.setSpacing(GAP)
        layout.addWidget(self._stack)
        layout.addWidget(buttons)
        layout.setSizeConstraint(QVBoxLayout.SizeConstraint.SetFixedSize)

    # What stands in the fields.

    def _on_typed(self, field: QLineEdit, text: str) -> None:
        """Group a code: as it is typed where nothing else is meant, elsewhere once it is whole."""
        if field is self.field and self._shown and text.startswith(self._shown):
            text = self._raw + text[len(self._shown) :]
        code_only = self._second_wanted == "code" if field is self.second else self._known is not None
        shown = grouped(text) if code_only or (field is self.field and is_code(text)) else None
        if field is self.field:
            self._raw, self._shown = (text, shown) if shown and not code_only else ("", "")
        wanted = text if shown is None else shown
        if wanted != field.text():
            behind = len(folded(field.text()[: field.cursorPosition()]))
            field.setText(wanted)
            field.setCursorPosition(len(wanted) if shown is None else cursor_in(wanted, behind))

    @property
    def _second_wanted(self) -> str:
        """What the second field asks for: "address", "code", or "" for nothing."""
        text = self.field.text()
        if self._known or is_link(text):
            return ""
        if is_code(text):
            return "address"
        return "code" if self._asked is not None and self._asked == _server(text) else ""

    def _follow(self) -> None:
        """Have everything follow what stands in the fields."""
        second = self._second_wanted
        self._second_label.setText(self.tr("&Code") if second == "code" else self.tr("&Address of the other computer"))
        self.second.setAccessibleName(self.tr("Code") if second == "code" else self.tr("Address of the other computer"))
        self.second.setPlaceholderText("ABCD-EFGH-IJKL-MNOP" if second == "code" else "192.168.1.5:8765")
        for widget in (self._second_label, self.second):
            widget.setVisible(bool(second))
        for widget in self._name_row:
            widget.setVisible(self._known is None)
        self._show_lead(second)
        pairs = bool(self._known or second or is_link(self.field.text()))
        self.go.setText(self.tr("Pair") if pairs else self.tr("Connect"))
        ready = self.field.text().strip() and (self.second.text().strip() or not second)
        self.go.setEnabled(bool(ready) and not self._busy)
        self._say("")

    def _show_lead(self, second: str) -> None:
        known = self._known
        if known:
            lead = self._why(paths.shown(known.name), known.state == "key changed")
        elif second == "code":
            lead = self._reason
        elif is_link(self.field.text()):
            lead = self._link_words()
        else:
            lead = self.tr(
                "A link or a code pairs this computer with the other one. An address opens one that it is paired with."
            )
        self.lead.setText(lead)
        self.hint.setVisible(not is_link(self.field.text()))
        self.hint.name(known.name if known else self._asked.host if second == "code" and self._asked else "")

    def _why(self, name: str, changed: bool) -> str:
        """Why a computer needs pairing."""
        if not changed:
            return self.tr("“{name}” does not know this computer yet.").format(name=name)
        return self.tr(
            "“{name}” shows another key than the one it was paired with, so nothing was sent to it. If its owner set it up anew, "
            "pair again. Otherwise somebody may be in between: ask its owner first."
        ).format(name=name)

    def _link_words(self) -> str:
        try:
            authority = parse_link(self.field.text()).address.authority
        except FilexferError as error:
            return why(error)
        return self.tr("This link pairs this computer with {address}.").format(address=authority)

    # Doing it.

    def _on_go(self) -> None:
        if self._found is not None:
            self.connected.emit(self._found)
            self.accept()
            return
        try:
            self._ask()
        except FilexferError as error:
            self._refuse(error)

    def _ask(self) -> None:
        """Raises what is wrong with the fields."""
        text, second = self.field.text(), self._second_wanted
        if self._known is None and not second and not is_link(text):
            address = read_address(text)
            self._begin()
            answered, failed = partial(self._answered, address), partial(self._not_answered, address)
            self._bridge.ask("server_call", str(address.server), "server_info", [], done=answered, failed=failed)
            return
        invitation = self._invitation(text, second)
        path = read_address(text).path if second == "code" else ""
        self._begin()
        # Not a method: the answer comes even if this dialog is gone by then.
        before = frozenset(saved.address for saved in self._servers.saved)
        self._bridge.ask("server_pair", invitation, done=_Outcome(self, self._servers, before, path), failed=self._refuse)

    def _invitation(self, text: str, second: str) -> dict[str, str]:
        """What the agent is to pair with. Raises what is wrong with the fields."""
        name = self._name_for(self._known) if self._known else self.name.text().strip()
        named = {"name": name} if name else {}
        if is_link(text):
            parse_link(text)
            return {"link": text, **named}
        if self._known:
            return {"address": self._known.address, "code": parse_code(text), **named}
        address, code = (text, self.second.text()) if second == "code" else (self.second.text(), text)
        return {"address": str(read_address(address).server), "code": parse_code(code), **named}

    def _name_for(self, known: Saved) -> str:
        """What a computer that was chosen is saved as: its name, unless another one has that; "" for the agent to choose."""
        others = {one.name for one in self._servers.saved if one.address != known.address}
        if known.name == known.address:
            return ""
        return known.name if len(others) < len(self._servers.saved) else free_name(known.name, others)

    def _on_near(self, location: Location) -> None:
        self.connected.emit(location)
        self.accept()

    def _on_near_unknown(self, address: str) -> None:
        self.reject()
        self.pair_wanted.emit(address)

    def _begin(self) -> None:
        self._busy = True
        for field in (self.field, self.second):
            field.setReadOnly(True)
        if self.go.hasFocus():
            # A button that is switched off hands the keyboard on, to Cancel: a second Enter would cancel what the first began.
            self.field.setFocus()
        self.go.setEnabled(False)
        self._say(self.tr("Connecting…"), wrong=False)

    def _end(self) -> None:
        self._busy = False
        for field in (self.field, self.second):
            field.setReadOnly(False)
        self._follow()

    def _answered(self, address: Address, info: Any) -> None:
        """The server is one that we may use: it is saved and shown."""
        if not self.isVisible():
            return
        server = str(address.server)
        called = str(info.get("share", "")) if isinstance(info, dict) else ""
        saved = {one.name: one.address for one in self._servers.saved}
        known = next((name for name, at in saved.items() if at == server), "")
        wanted = self.name.text().strip() or known or called or address.host or address.socket.rpartition("/")[2]
        name = free_name(wanted, {one for one, at in saved.items() if at != server})
        self._servers.save(name, server)
        self.connected.emit(Location(server, address.path, name))
        self.accept()

    def _not_answered(self, address: Address, error: FilexferError) -> None:
        self._end()
        if address.scheme != "https" or not isinstance(error, LoginNeeded | KeyChanged):
            self._refuse(error)
            return
        self._asked = address.server
        self._reason = self._why(address.host, isinstance(error, KeyChanged))
        self._follow()
        self.second.setFocus()

    def _refuse(self, error: FilexferError) -> None:
        self._end()
        self._say(why(error))
        self._unreached = unreached(error)
        self.why.setVisible(bool(self._unreached))
        field = self.second if self._second_wanted == "code" else self.field
        field.setFocus()
        field.selectAll()

    def show_paired(self, path: str, answer: Any) -> None:
        """The agent has paired and saved it: say what that means, then show it."""
        name, address = str(answer["name"]), str(answer["address"])
        self._found = Location(address, path, name)
        self._servers.ask()
        may = self.tr("You may {permission} there.").format(permission=words.permission(str(answer["permission"])))
        if answer["kept"] == "file":
            may += "\n" + self.tr("No keyring works here, so your key to it lies in a file that only you can read.")
        back = LettingBack(self._bridge, self._servers, self._found, self.done_page, self)
        back.by_hand.connect(self._show_code)
        back.offer(may, str(answer["permission"]))
        # What was typed is used up, and nobody else's business.
        for field in (self.field, self.second):
            field.clear()
        self._stack.setCurrentWidget(self.done_page)
        self.go.setText(self.tr("Open"))
        self.go.setEnabled(True)
        self.go.setFocus()
        self.cancel.setText(self.tr("Close"))

    def _show_code(self) -> None:
        self.connected.emit(self._found)
        self.accept()
        self.invite_wanted.emit()

    def _say(self, sentence: str, wrong: bool = True) -> None:
        self.trouble.setText(sentence)
        self.why.hide()
        field = self.second if self._second_wanted == "code" else self.field
        for one in (self.field, self.second):
            one.setProperty("wrong", bool(sentence) and wrong and one is field)
            one.style().unpolish(one)
            one.style().polish(one)


class _Outcome:
    """What follows a pairing that came about: its dialog shows it. Where that was cancelled meanwhile, the computer is forgotten
    again, unless its address was among those saved `before`."""

    def __init__(self, dialog: ConnectDialog, servers: Servers, before: frozenset[str], path: str) -> None:
        self._dialog, self._servers, self._before, self._path = dialog, servers, before, path

    def __call__(self, answer: Any) -> None:
        if shiboken6.isValid(self._dialog) and self._dialog.isVisible():
            self._dialog.show_paired(self._path, answer)
        elif str(answer["address"]) not in self._before:
            self._servers.forget(str(answer["name"]))
        else:
            self._servers.ask()


def _server(text: str) -> Address | None:
    """The server that an address means; None for what is none."""
    try:
        return read_address(text).server
    except FilexferError:
        return None
