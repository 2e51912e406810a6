"""What changes the open folder itself: new folder, rename, delete. Rules: asks the server through the agent, then lists again."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QMessageBox, QWidget

from filexfer.core import paths
from filexfer.core.errors import InvalidPath
from filexfer.core.model import Entry
from filexfer.gui.bridge import Bridge
from filexfer.gui.browser import Browser
from filexfer.gui.file_view import FileView
from filexfer.gui.gather import Gather
from filexfer.gui.location import Location
from filexfer.gui.name_dialog import NameDialog
from filexfer.gui.words import Words
from filexfer.protocol import faults

#: Deletions that travel in one `system.multicall`.
BATCH = 200


class FileChanges(QObject):
    """One method an act; what goes wrong comes back through `Bridge.failed`."""

    def __init__(self, bridge: Bridge, browser: Browser, view: FileView, window: QWidget) -> None:
        super().__init__(window)
        self._bridge, self._browser, self._view, self._window = bridge, browser, view, window
        browser.model.renamed.connect(self._on_renamed)

    def new_folder(self) -> None:
        """Ask for a name, then make a folder of it here."""
        here = self._browser.here
        if here is not None:
            dialog = NameDialog(
                self.tr("New folder"), self.tr("Name of the new folder"), self.tr("Create"), self.tr("New folder"), self._window
            )
            dialog.named.connect(partial(self._make_folder, here))
            dialog.open()

    def _make_folder(self, here: Location, name: str) -> None:
        self._change(here, "folder_make", [paths.to_wire(here.into(name).path)], (name,))

    def rename(self) -> None:
        """Edit the current name in place."""
        self._view.setFocus()
        self._view.edit(self._view.currentIndex())

    def _on_renamed(self, row: int, name: str) -> None:
        here, entry = self._browser.here, self._browser.model.entry(row)
        if here is None or entry is None:
            return
        try:
            paths.check_component(name)
        except InvalidPath as error:
            self._bridge.failed.emit(error)
            return
        old, new = here.into(entry.name).path, here.into(name).path
        self._change(here, "entry_move", [paths.to_wire(old), paths.to_wire(new)], (name,))

    def delete(self) -> None:
        """Ask, then move what is selected to the trash of its share."""
        here = self._browser.here
        if here is not None:
            # Rows may move while the question stands: what it is about is settled before.
            Gather(self._browser, self._view.ranges(), partial(self._ask_delete, here)).start()

    def _ask_delete(self, here: Location, entries: Sequence[Entry]) -> None:
        one = self.tr("Delete “{name}”?").format(name=paths.shown(entries[0].name))
        box = QMessageBox(QMessageBox.Icon.NoIcon, self.tr("Delete"), "", parent=self._window)
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setText(one if len(entries) == 1 else Words.tr("Delete %Ln entries?", "", len(entries)))
        server = paths.shown(here.name)
        box.setInformativeText(self.tr("What you delete goes to the trash of “{server}”.").format(server=server))
        yes = box.addButton(self.tr("Delete"), QMessageBox.ButtonRole.AcceptRole)
        box.addButton(QMessageBox.StandardButton.Cancel)
        box.setDefaultButton(yes)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.accepted.connect(partial(self._delete, here, entries))
        box.open()

    def _delete(self, here: Location, entries: Sequence[Entry]) -> None:
        calls = [{"methodName": "entry_delete", "params": [paths.to_wire(here.into(entry.name).path)]} for entry in entries]
        for start in range(0, len(calls), BATCH):
            self._bridge.ask(
                "server_call",
                here.server,
                "system.multicall",
                [calls[start : start + BATCH]],
                done=partial(self._deleted, here),
            )

    def _deleted(self, here: Location, results: Any) -> None:
        faulty = [result for result in results if isinstance(result, dict)]
        if faulty:
            self._bridge.failed.emit(faults.error_of(faulty[0]["faultCode"], faulty[0]["faultString"]))
        if here == self._browser.here:
            self._browser.refresh()

    def _change(self, here: Location, method: str, params: list[object], select: Sequence[str]) -> None:
        self._bridge.ask("server_call", here.server, method, params, done=partial(self._changed, here, select))

    def _changed(self, here: Location, select: Sequence[str], answer: object) -> None:
        if here == self._browser.here:
            self._browser.refresh(select)
