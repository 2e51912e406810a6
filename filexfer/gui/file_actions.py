"""What a person can do with files, as named actions: upload, download, copy a path, and the changes of `file_changes`.

Rules: each asks the agent and returns; what goes wrong comes back as one sentence through `Bridge.failed`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QGuiApplication, QImage, QKeySequence
from PySide6.QtWidgets import QFileDialog, QWidget

from filexfer.core import paths
from filexfer.core.errors import FilexferError
from filexfer.core.model import Conflict, Direction, Entry, JobSpec
from filexfer.gui.dragging import drops
from filexfer.gui.dragging.copied import Copied
from filexfer.gui.dragging.drag_out import DragOut
from filexfer.gui.dragging.paste_image import PasteImage
from filexfer.gui.dragging.planning import Planning
from filexfer.gui.dragging.staged import Staged
from filexfer.gui.files.browser import Browser
from filexfer.gui.files.file_changes import FileChanges
from filexfer.gui.files.file_view import FileView
from filexfer.gui.files.gather import AT_ONCE, Chosen, Gather, Pick
from filexfer.gui.files.properties import Properties
from filexfer.gui.files.trash_dialog import TrashDialog
from filexfer.gui.files.undo import undo_words
from filexfer.gui.kit.bridge import Bridge
from filexfer.gui.kit.icons import Icons
from filexfer.gui.kit.location import Location, link_words, path_words
from filexfer.gui.kit.settings import Memory
from filexfer.protocol import wire


class FileActions(QObject):
    """The actions by name (`actions["rename"]`), enabled as they make sense. Signals: `edit_path()` for the breadcrumb;
    `upload_begun(job id, Location, how many items)`."""

    edit_path = Signal()
    upload_begun = Signal(int, object, int)

    def __init__(self, bridge: Bridge, browser: Browser, view: FileView, memory: Memory, icons: Icons, window: QWidget) -> None:
        super().__init__(window)
        self._bridge, self._browser, self._view, self._memory, self._window = bridge, browser, view, memory, window
        self._icons = icons
        self._actions: dict[str, QAction] = {}
        self.changes = FileChanges(bridge, browser, view, window)
        self.staged = Staged(bridge, browser, self)
        self.drag_out = DragOut(browser, self.staged, self)
        self.copied = Copied(browser, self.staged, self)
        self._make_actions()
        view.selection_changed.connect(self._enable)
        browser.moved.connect(self._enable)
        view.delete_wanted.connect(self["delete"].trigger)
        view.selection_changed.connect(partial(self.staged.look, view))
        view.drag_wanted.connect(partial(self.drag_out.start, view))
        self.drag_out.told.connect(self.save_into)
        self.drag_out.released.connect(self.ask_folder)
        self.drag_out.refused.connect(self._fail)
        self.copied.changed.connect(self._enable)
        view.erase_wanted.connect(self["erase"].trigger)
        self.changes.acts.changed.connect(self._name_undo)
        self._enable()

    def __getitem__(self, name: str) -> QAction:
        return self._actions[name]

    def _make_actions(self) -> None:
        keys = QKeySequence.StandardKey
        for name, text, icon, key, act in (
            ("open", self.tr("Open"), "folder_open", None, self._open),
            ("upload_files", self.tr("Upload files…"), "document_arrow_up", QKeySequence("Ctrl+U"), self.choose_files),
            (
                "upload_folder",
                self.tr("Upload a folder…"),
                "folder_arrow_right",
                QKeySequence("Ctrl+Shift+U"),
                self.choose_folder,
            ),
            ("download_to", self.tr("Download…"), "arrow_download", QKeySequence("Ctrl+D"), self.download_to),
            ("download", self.tr("Download to last folder"), "", QKeySequence("Ctrl+Shift+D"), self.download),
            ("new_folder", self.tr("New folder…"), "folder_add", QKeySequence("Ctrl+Shift+N"), self.changes.new_folder),
            ("rename", self.tr("Rename"), "rename", None, self.changes.rename),
            ("delete", self.tr("Delete"), "delete", None, self.changes.delete),
            ("erase", self.tr("Delete for good…"), "", None, self.changes.erase),
            ("properties", self.tr("Properties"), "info", QKeySequence("Alt+Return"), self._properties),
            ("trash", self.tr("Trash…"), "bin_recycle", None, self._open_trash),
            ("undo", undo_words(None), "arrow_undo", QKeySequence(keys.Undo), self.changes.undo.undo),
            ("copy", self.tr("Copy"), "copy", QKeySequence(keys.Copy), self._copy),
            ("paste_into", self.tr("Paste into folder…"), "", QKeySequence("Ctrl+Shift+V"), self._paste_into),
            ("copy_path", self.tr("Copy path"), "", QKeySequence("Ctrl+Shift+C"), partial(self._copy_words, path_words)),
            ("copy_link", self.tr("Copy link"), "", None, partial(self._copy_words, link_words)),
            ("paste", self.tr("Paste files"), "clipboard_paste", QKeySequence(keys.Paste), self._paste),
            ("refresh", self.tr("Refresh"), "arrow_clockwise", QKeySequence(keys.Refresh), self._refresh),
            ("edit_path", self.tr("Go to a path or address"), "", QKeySequence("Ctrl+L"), self.edit_path.emit),
        ):
            action = QAction(text, self)
            if icon:
                action.setIcon(self._icons.icon(icon))
            if key is not None:
                action.setShortcut(key)
            action.triggered.connect(partial(_call, act))
            self._actions[name] = action
        # Their keys belong to the list, which handles them; here they are only named.
        self["rename"].setText(f"{self['rename'].text()}\tF2")
        self["delete"].setText(f"{self['delete'].text()}\t{QKeySequence(Qt.Key.Key_Delete).toString()}")
        self["erase"].setText(f"{self['erase'].text()}\t{QKeySequence('Shift+Del').toString()}")
        self["undo"].setEnabled(False)
        hidden = QAction(self.tr("Show hidden files"), self, checkable=True, checked=self._memory.hidden)
        hidden.setShortcut(QKeySequence("Ctrl+H"))
        hidden.toggled.connect(self._on_hidden)
        self._actions["hidden"] = hidden
        self._window.addActions(list(self._actions.values()))

    def _enable(self) -> None:
        chosen = self._view.chosen()
        here = self._browser.here is not None
        last = os.path.basename(self._memory.downloads)
        if last:
            self["download"].setText(self.tr("Download to “{folder}”").format(folder=paths.shown(last).replace("&", "&&")))
        self["download"].setVisible(bool(last))
        for name in ("download_to", "download", "delete", "erase", "copy", "copy_path", "properties"):
            self[name].setEnabled(here and chosen > 0)
        self["copy_link"].setEnabled(here and chosen > 0 and bool(self._browser.here and self._browser.here.server))
        self["paste_into"].setEnabled(self.copied.what is not None)
        for name in ("open", "rename"):
            self[name].setEnabled(here and chosen == 1)
        for name in ("upload_files", "upload_folder", "new_folder", "paste", "refresh", "hidden", "trash"):
            self[name].setEnabled(here)

    def _name_undo(self) -> None:
        last = self.changes.acts.last
        self["undo"].setEnabled(last is not None)
        self["undo"].setText(undo_words(None if last is None else last.what))

    # Upload.

    def upload(self, local: Sequence[str], into: Location) -> None:
        """Send local files and folders into a folder, once the agent has looked through them; see `planning`."""
        if local:
            planning = Planning(self._bridge, lambda: _sending(local, into), into, self._window)
            planning.begun.connect(lambda job: self.upload_begun.emit(job, into, len(local)))
            planning.start()

    def take_drop(self, local: Sequence[str], foreign: Sequence[str], into: Location | None) -> None:
        """Upload what was dropped, and say what cannot be."""
        if into is None:
            self._fail(self.tr("There is no folder to put this into yet. Connect to a computer, then drop it again."))
            return
        if foreign:
            self._fail(
                self.tr("Only files and folders of this computer can be uploaded, not “{url}”. Save it here first.").format(
                    url=paths.shown(foreign[0])
                )
            )
        self.upload(local, into)

    def choose_files(self) -> None:
        self._choose(QFileDialog.FileMode.ExistingFiles, self.tr("Files to upload"))

    def choose_folder(self) -> None:
        self._choose(QFileDialog.FileMode.Directory, self.tr("Folder to upload"))

    def _choose(self, mode: QFileDialog.FileMode, title: str) -> None:
        here = self._browser.here
        if here is not None:
            dialog = QFileDialog(self._window, title)
            dialog.setFileMode(mode)
            dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            dialog.filesSelected.connect(lambda chosen: self.upload(chosen, here))
            dialog.open()

    def _paste(self) -> None:
        mime = QGuiApplication.clipboard().mimeData()
        if mime is not None and mime.hasFormat(drops.ROWS) and not mime.hasUrls():
            self._fail(self.tr("What you copied lies on a server. “Paste into folder…” brings it to this computer."))
            return
        here = self._browser.here
        # A browser gives a picture with the address it came from.
        if mime is not None and here is not None and mime.hasImage() and not drops.local_paths(mime)[0]:
            PasteImage(self._bridge, here, self._pasted, self._window).start(QImage(mime.imageData()))
            return
        if mime is None or not mime.hasUrls():
            self._fail(self.tr("The clipboard holds no files. Copy some in the file manager, then paste them here."))
            return
        local, foreign = drops.local_paths(mime)
        self.take_drop(local, foreign, here)

    def _pasted(self, place: Location, name: str) -> None:
        if place == self._browser.here:
            self._browser.refresh([name])

    # Download.

    def download_to(self) -> None:
        """Ask for a folder, then fetch what is selected into it."""
        # Rows may move while the dialog is open: what is to be fetched is settled before.
        self._with_selection(self.ask_folder)

    def ask_folder(self, here: Location, chosen: Chosen) -> None:
        """Ask for a folder, then fetch what was chosen into it."""
        dialog = QFileDialog(self._window, self.tr("Download to"), self._memory.downloads)
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setLabelText(QFileDialog.DialogLabel.Accept, self.tr("Download"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda folder: self._fetch(folder, here, chosen))
        dialog.open()

    def download(self) -> None:
        """Fetch what is selected into the folder chosen last."""
        if self._memory.downloads:
            self._with_selection(partial(self._fetch, self._memory.downloads))

    def _fetch(self, folder: str, here: Location, chosen: Chosen) -> None:
        self._memory.downloads = folder
        self._enable()
        self.save_into(here, chosen, folder)

    def save_into(self, here: Location, chosen: Chosen, folder: str, name: str = "") -> None:
        """Fetch what was chosen in `here` into a local folder, a single one as `name`. What is there already is kept."""
        if isinstance(chosen, Pick):
            self._bridge.ask("pick_fetch", chosen.number, paths.to_wire(folder))
        else:
            self._bridge.ask("job_add", lambda: _fetching(here, chosen, folder, name))

    # Small things.

    def _properties(self) -> None:
        self._with_entries(lambda here, entries: Properties(self._bridge, here, entries, self._window).open())

    def _open_trash(self) -> None:
        here = self._browser.here
        if here is not None:
            dialog = TrashDialog(self._bridge, self._icons, here.at(""), self._window)
            dialog.restored.connect(partial(self.changes.came_back, here.server))
            dialog.open()

    def _copy(self) -> None:
        self.copied.copy(self._view)

    def _paste_into(self) -> None:
        if self.copied.what is not None:
            self.ask_folder(*self.copied.what)

    def _open(self) -> None:
        self._view.opened.emit(self._view.currentIndex().row())

    def _refresh(self) -> None:
        self._browser.refresh()

    def _on_hidden(self, shown: bool) -> None:
        self._memory.hidden = shown
        self._browser.show_hidden(shown)

    def _copy_words(self, words: Callable[[Location], str], *_: object) -> None:
        self._with_entries(partial(self._copy_lines, words, []))

    def _copy_lines(self, words: Callable[[Location], str], lines: list[str], here: Location, entries: Sequence[Entry]) -> None:
        lines += [words(here.into(entry.name)) for entry in entries[len(lines) : len(lines) + AT_ONCE // 4]]
        if len(lines) == len(entries):
            QGuiApplication.clipboard().setText("\n".join(lines))
        else:
            QTimer.singleShot(0, self, partial(self._copy_lines, words, lines, here, entries))

    def _with_selection(self, act: Callable[[Location, Chosen], None]) -> None:
        """Call `act` with where we are and what is selected, once it is settled."""
        here = self._browser.here
        if here is not None:
            Gather(self._browser, self._view.ranges(), partial(act, here)).start()

    def _with_entries(self, act: Callable[[Location, Sequence[Entry]], None]) -> None:
        """The same with all entries, once they are known here, however many they are."""
        here = self._browser.here
        if here is not None:
            Gather(self._browser, self._view.ranges(), partial(act, here), sys.maxsize).start()

    def _fail(self, sentence: str) -> None:
        self._bridge.failed.emit(FilexferError(sentence))


def _sending(local: Sequence[str], into: Location) -> dict[str, object]:
    """What `upload` begins. Very many paths go as one value: of 100,000 pairs a call would be too long."""
    if len(local) < drops.MANY:
        items = tuple((path, paths.join(into.path, os.path.basename(path.rstrip(os.sep)) or "files")) for path in local)
        return wire.spec_struct(JobSpec(Direction.PUT, into.server, items, on_conflict=Conflict.RENAME))
    return {
        "direction": Direction.PUT.value,
        "server": into.server,
        "sources": b"\0".join(map(os.fsencode, local)),
        "folder": paths.to_wire(into.path),
        "on_conflict": Conflict.RENAME.value,
    }


def _fetching(here: Location, entries: Sequence[Entry], folder: str, name: str) -> dict[str, object]:
    """The job that `save_into` adds."""
    items = tuple(
        (paths.join(here.path, entry.name), os.path.join(folder, name or paths.local_name(entry.name))) for entry in entries
    )
    return wire.spec_struct(JobSpec(Direction.GET, here.server, items, on_conflict=Conflict.RENAME))


def _call(act: Callable[[], None], *_: object) -> None:
    # Qt hands a `checked` along that nobody wants.
    act()
