"""The trash of a share: what lies in it; bring it back, or empty it. Rules: nothing goes for good without a question."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QDialogButtonBox,
    QFrame,
    QHeaderView,
    QPushButton,
    QStackedWidget,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from filexfer.core import paths
from filexfer.core.errors import FilexferError
from filexfer.gui.files.trash_model import DELETED, NAME, PLACE, SIZE, Trashed, TrashModel, read_trash
from filexfer.gui.kit.bridge import Bridge
from filexfer.gui.kit.calls import Calls, Result, call
from filexfer.gui.kit.controls import plain_label
from filexfer.gui.kit.icons import Icons
from filexfer.gui.kit.location import Location
from filexfer.gui.kit.notice import Notice
from filexfer.gui.kit.question import Question
from filexfer.gui.kit.sentences import why
from filexfer.gui.kit.theme import FILE_ROW, GAP, PAGE
from filexfer.gui.kit.words import Words


class TrashDialog(QDialog):
    """Signal: `restored(paths)` when something is where it was again, or beside it."""

    restored = Signal(object)

    def __init__(self, bridge: Bridge, icons: Icons, share: Location, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bridge, self._share = bridge, share
        self.setWindowTitle(self.tr("Trash of “{server}”").format(server=paths.shown(share.name)))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(760, 400)
        self.model = TrashModel(self)
        self.table = self._make_table()
        self.notice = Notice(icons)
        self.trouble = plain_label(wrap=True)
        self.restore = QPushButton(icons.icon("arrow_undo"), self.tr("Put back"))
        self.restore.clicked.connect(self._on_restore)
        self.empty = QPushButton(self.tr("Empty the trash…"))
        self.empty.clicked.connect(self._ask_empty)
        self._stack = QStackedWidget()
        self._lay_out()
        self.notice.say("bin_recycle", self.tr("Looking into the trash…"))
        self._enable()
        self._ask()

    def _make_table(self) -> QTableView:
        table = QTableView()
        table.setModel(self.model)
        table.setFrameShape(QFrame.Shape.NoFrame)
        table.setShowGrid(False)
        table.setWordWrap(False)
        table.setTabKeyNavigation(False)
        table.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setAccessibleName(self.tr("What lies in the trash"))
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(FILE_ROW)
        header = table.horizontalHeader()
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(NAME, QHeaderView.ResizeMode.Stretch)
        for column, width in ((PLACE, 220), (SIZE, 88), (DELETED, 140)):
            header.resizeSection(column, width)
        table.selectionModel().selectionChanged.connect(self._enable)
        table.doubleClicked.connect(self._on_restore)
        return table

    def _lay_out(self) -> None:
        self._stack.addWidget(self.notice)
        self._stack.addWidget(self.table)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.addButton(self.restore, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.addButton(self.empty, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(PAGE, PAGE, PAGE, PAGE)
        layout.setSpacing(GAP)
        layout.addWidget(self._stack, 1)
        layout.addWidget(self.trouble)
        layout.addWidget(buttons)
        self.trouble.hide()

    def _chosen(self) -> list[Trashed]:
        return [self.model.item(index.row()) for index in self.table.selectionModel().selectedRows()]

    def _enable(self) -> None:
        self.restore.setEnabled(self.table.selectionModel().hasSelection())
        self.empty.setEnabled(self.model.rowCount() > 0)

    def _ask(self) -> None:
        self._bridge.ask("server_call", self._share.server, "trash_list", [], read=read_trash, done=self._show, failed=self._lack)

    def _show(self, items: list[Trashed]) -> None:
        self.model.show(items)
        self._stack.setCurrentWidget(self.table if items else self.notice)
        if items:
            self.table.selectRow(0)
            self.table.setFocus()
        else:
            more = self.tr("What is deleted or replaced here lies in it for a while, and can be put back.")
            self.notice.say("bin_recycle", self.tr("The trash is empty."), more)
        self._enable()

    def _lack(self, error: FilexferError) -> None:
        self.notice.say("bin_recycle", self.tr("The trash cannot be looked into."), why(error))
        self._stack.setCurrentWidget(self.notice)

    def _say(self, sentence: str) -> None:
        self.trouble.setText(sentence)
        self.trouble.setVisible(bool(sentence))

    # Putting back.

    def _on_restore(self) -> None:
        chosen = self._chosen()
        if chosen:
            self.restore.setEnabled(False)
            calls = [call("entry_restore", one.id) for one in chosen]
            Calls(self._bridge, self._share.server, calls, partial(self._put_back, chosen)).start()

    def _put_back(self, chosen: list[Trashed], results: list[Result]) -> None:
        failed = [result for result in results if isinstance(result, FilexferError)]
        back = [paths.from_wire(result) for result in results if not isinstance(result, FilexferError)]
        if failed:
            self._say(paths.shown(str(failed[0])))
        else:
            together = Words.tr("%Ln items are in their places again, or beside what took their names.", "", len(back))
            self._say(together if len(back) > 1 else self._where(chosen[0], back[0]))
        if back:
            self.restored.emit(back)
        self._ask()

    def _where(self, item: Trashed, path: str) -> str:
        if path == item.path:
            return self.tr("“{name}” is in its place again.").format(name=paths.shown(paths.name(path)))
        return self.tr("“{name}” came back as “{new}”: its name is in use.").format(
            name=paths.shown(paths.name(item.path)), new=paths.shown(paths.name(path))
        )

    # Emptying.

    def _ask_empty(self) -> None:
        text = Words.tr("Delete %Ln items of the trash for good?", "", self.model.rowCount())
        more = self.tr("None of it can be brought back then, by nobody.")
        box = Question(self.tr("Empty the trash"), text, more, self)
        box.add_risk(self.tr("Delete for good")).clicked.connect(self._on_empty)
        box.open()

    def _on_empty(self) -> None:
        self._bridge.ask("server_call", self._share.server, "trash_empty", [], done=self._emptied, failed=self._not_emptied)

    def _emptied(self, answer: object) -> None:
        self._say("")
        self._ask()

    def _not_emptied(self, error: FilexferError) -> None:
        self._say(why(error))
