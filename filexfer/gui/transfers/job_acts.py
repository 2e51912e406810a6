"""What a person can do with a transfer beyond its buttons: open what arrived, show where it went, its files, its receipt. Rules:
nothing is looked at on the disk here, for that is the agent's work."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog, QWidget

from filexfer.core import paths
from filexfer.core.errors import FilexferError
from filexfer.core.model import Direction, Job, JobFile
from filexfer.gui.dragging import drops
from filexfer.gui.files.aside import Aside
from filexfer.gui.files.browser import Browser
from filexfer.gui.kit.bridge import Bridge
from filexfer.gui.kit.location import Location
from filexfer.gui.servers.servers_model import Servers
from filexfer.gui.transfers.job_details import JobDetails
from filexfer.gui.transfers.jobs_model import JobsModel
from filexfer.gui.transfers.receipt_dialog import ReceiptDialog
from filexfer.gui.transfers.transfers import Transfers
from filexfer.protocol import wire

_SUFFIX = "sha256"
#: Most entries that are shown selected.
MOST_SHOWN = 100


class JobActs(QObject):
    """Acts on what `transfers` tells of a job. Attributes: show_files (has the file manager show local files, and tells whether
    it does; called aside)."""

    def __init__(
        self, bridge: Bridge, browser: Browser, servers: Servers, jobs: JobsModel, transfers: Transfers, window: QWidget
    ) -> None:
        super().__init__(window)
        self._bridge, self._browser, self._servers, self._jobs, self._window = bridge, browser, servers, jobs, window
        self._aside = Aside(self)
        self.show_files: Callable[[Sequence[str]], bool] = lambda _: False
        transfers.reveal.connect(self.reveal)
        transfers.details.connect(self.details)
        transfers.open.connect(self.open)
        transfers.receipt.connect(self.receipt)
        transfers.verify.connect(self.verify)

    def reveal(self, job: Job) -> None:
        """Show where a job's files went: the folder on the server, or the local one."""
        if job.spec.direction is Direction.PUT:
            self._go(job, [paths.name(item[1]) for item in job.spec.items[:MOST_SHOWN]])
        elif job.spec.items:
            self._bridge.ask("job_files", job.id, {"limit": 2}, read=_files, done=partial(self._show_local, job))

    def _show_local(self, job: Job, files: list[JobFile]) -> None:
        targets = [target for _, target in job.spec.items[:MOST_SHOWN]]
        folder = os.path.dirname(targets[0])
        if len(targets) == len(files) == 1 and os.path.dirname(files[0].target) == folder:
            # It may have got another name than it was to have, where that was taken.
            targets = [files[0].target]

        def shown(there: bool) -> None:
            if not there:
                QDesktopServices.openUrl(drops.url_of(folder))

        self._aside.do(partial(self.show_files, targets), shown, self._bridge.failed.emit)

    def _go(self, job: Job, names: list[str]) -> None:
        folder = paths.parent(job.spec.items[0][1]) if job.spec.items else ""
        self._browser.open(Location(job.spec.server, folder, self._servers.name_of(job.spec.server)), names)

    def details(self, job: Job) -> None:
        JobDetails(self._bridge, job, self._jobs.title(job), self._window).show()

    def open(self, job: Job) -> None:
        """Open the one file that was moved, as it lies on this computer; of several their folder."""
        done = partial(self._open, job)
        self._bridge.ask("job_files", job.id, {"limit": 2}, read=_files, done=done)

    def _open(self, job: Job, files: list[JobFile]) -> None:
        source, target = job.spec.items[0]
        put = job.spec.direction is Direction.PUT
        place = source if put else target
        if len(files) == 1:
            # It may have got another name than it was to have, where that was taken.
            place = files[0].source if put else files[0].target
        QDesktopServices.openUrl(drops.url_of(place))

    def receipt(self, job: Job) -> None:
        """Ask for a place, and have a receipt of this job saved there."""
        title = "".join(" " if letter in '\\/:*?"<>|' else letter for letter in self._jobs.title(job)).strip(" .")
        dialog = QFileDialog(self._window, self.tr("Save a receipt"), "", self._filter())
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(_SUFFIX)
        dialog.selectFile(f"{title[:100] or 'receipt'}.{_SUFFIX}")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(partial(self._make, job.id))
        dialog.open()

    def _make(self, job: int, path: str) -> None:
        ReceiptDialog(self._bridge, self._window).make(job, os.path.abspath(path))

    def verify(self) -> None:
        """Ask for a receipt, and have both sides checked by it."""
        dialog = QFileDialog(self._window, self.tr("Check by a receipt"), "", self._filter())
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self._verify)
        dialog.open()

    def _verify(self, path: str) -> None:
        ReceiptDialog(self._bridge, self._window).verify(os.path.abspath(path))

    def _filter(self) -> str:
        return self.tr("Receipts (*.{suffix});;All files (*)").format(suffix=_SUFFIX)


def _files(answer: Any) -> list[JobFile]:
    """The first ones; as many as there are, or one too many."""
    try:
        return [wire.job_file_of(file) for file in answer["files"]]
    except FilexferError:
        return []
