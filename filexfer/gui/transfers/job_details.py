"""The files of one transfer: all, or only those that failed and why. Fetched by pages as they are scrolled to."""

from __future__ import annotations

from functools import partial
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QDialogButtonBox,
    QFrame,
    QHeaderView,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from filexfer.core import paths
from filexfer.core.errors import FilexferError
from filexfer.core.model import FileState, Job, JobFile, JobState
from filexfer.gui.kit import words
from filexfer.gui.kit.asks import Asks
from filexfer.gui.kit.controls import check_box, tip
from filexfer.gui.kit.reading import isolated
from filexfer.gui.kit.sentences import said
from filexfer.gui.kit.theme import FILE_ROW, GAP, PAGE
from filexfer.protocol import wire

Index = QModelIndex | QPersistentModelIndex
PAGE_ROWS = 200


class JobFilesModel(QAbstractTableModel):
    """Name, size and outcome of each file, as far as it was scrolled to."""

    def __init__(self, bridge: Asks, job: int, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bridge, self._job = bridge, job
        self._failed_only = False
        self._files: list[JobFile] = []
        self._total = -1
        # Counts the beginnings: an answer to what was asked before the last one is dropped.
        self._ticket = 0
        self._asking = False

    def show(self, failed_only: bool) -> None:
        """Begin anew with all files, or those that failed."""
        self.beginResetModel()
        self._ticket += 1
        self._files, self._total, self._failed_only, self._asking = [], -1, failed_only, False
        self.endResetModel()
        self.fetchMore(QModelIndex())

    def canFetchMore(self, parent: Index) -> bool:
        return not parent.isValid() and not self._asking and (self._total < 0 or len(self._files) < self._total)

    def fetchMore(self, parent: Index) -> None:
        if self.canFetchMore(parent):
            self._asking = True
            options = {"failed": self._failed_only, "offset": len(self._files), "limit": PAGE_ROWS}
            done, failed = partial(self._take, self._ticket), partial(self._lack, self._ticket)
            self._bridge.ask("job_files", self._job, options, read=_read, done=done, failed=failed)

    def _lack(self, ticket: int, error: FilexferError) -> None:
        """No answer: it is said like any error, and the page is asked for again when the list is scrolled."""
        if ticket == self._ticket:
            self._asking = False
        self._bridge.failed.emit(error)

    def _take(self, ticket: int, answer: tuple[list[JobFile], int]) -> None:
        if ticket != self._ticket:
            return
        files, self._total = answer
        self._asking = False
        if files:
            self.beginInsertRows(QModelIndex(), len(self._files), len(self._files) + len(files) - 1)
            self._files += files
            self.endInsertRows()
        else:
            self._total = len(self._files)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self._files)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else 3

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        file = self._files[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            text = (isolated(paths.shown(file.source)), words.size(file.size), self._outcome(file))[index.column()]
            return text if role == Qt.ItemDataRole.DisplayRole else tip(text)
        if role == Qt.ItemDataRole.TextAlignmentRole and index.column() == 1:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return None

    def _outcome(self, file: JobFile) -> str:
        word = {
            FileState.WAITING: self.tr("waiting"),
            FileState.DONE: self.tr("done"),
            FileState.SKIPPED: self.tr("skipped"),
            FileState.FAILED: self.tr("failed"),
        }[file.state]
        return f"{word}: {said(paths.shown(file.error))}" if file.error else word

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.TextAlignmentRole and section == 1:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return (self.tr("File"), self.tr("Size"), self.tr("Outcome"))[section]
        return None


def _read(answer: Any) -> tuple[list[JobFile], int]:
    return [wire.job_file_of(file) for file in answer["files"]], int(answer["total"])


class JobDetails(QDialog):
    """A window of its own, so that it can stay open beside the list."""

    def __init__(self, bridge: Asks, job: Job, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Files of “{title}”").format(title=title))
        self.resize(880, 420)
        self._files = JobFilesModel(bridge, job.id, self)
        self.failed = check_box(self.tr("Only what failed"), job.state is JobState.FAILED)
        self.failed.toggled.connect(self._files.show)
        self.table = QTableView()
        self.table.setModel(self._files)
        self.table.setFrameShape(QFrame.Shape.NoFrame)
        self.table.setShowGrid(False)
        self.table.setWordWrap(False)
        self.table.setTabKeyNavigation(False)
        self.table.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setAccessibleName(self.tr("Files"))
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(FILE_ROW)
        header = self.table.horizontalHeader()
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter)
        header.resizeSection(0, 300)
        header.resizeSection(1, 96)
        header.setSectionResizeMode(2, QHeaderView.ResizeMode.Stretch)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.close)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(PAGE, PAGE, PAGE, PAGE)
        layout.setSpacing(GAP)
        for widget in (self.failed, self.table, buttons):
            layout.addWidget(widget)
        self._files.show(self.failed.isChecked())
