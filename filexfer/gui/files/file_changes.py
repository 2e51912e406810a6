"""What changes the share itself: new folder, rename, move, delete; and taking that back. Rules: asks the server through the
agent, then lists again; each change that can be taken back is noted as it is done."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from filexfer.core import paths
from filexfer.core.errors import FilexferError, InvalidPath
from filexfer.core.model import Kind
from filexfer.gui.files.browser import Browser
from filexfer.gui.files.file_view import FileView
from filexfer.gui.files.gather import Chosen, Gather, Pick
from filexfer.gui.files.name_dialog import NameDialog
from filexfer.gui.files.picked import Picked, Progress
from filexfer.gui.files.undo import Act, Acts, Step
from filexfer.gui.files.undo_run import Undo
from filexfer.gui.kit.bridge import Bridge
from filexfer.gui.kit.calls import Calls, Result, call
from filexfer.gui.kit.location import Location
from filexfer.gui.kit.question import Question
from filexfer.gui.kit.words import Words


class FileChanges(QObject):
    """One method an act; what goes wrong comes back through `Bridge.failed`. Attributes: acts (what can be taken back), undo.

    Signals: `told(sentence)` when something was taken back; `working(sentence)` while a change of very many goes on."""

    told = Signal(str)
    working = Signal(str)

    def __init__(self, bridge: Bridge, browser: Browser, view: FileView, window: QWidget) -> None:
        super().__init__(window)
        self._bridge, self._browser, self._view, self._window = bridge, browser, view, window
        self.acts = Acts(self)
        self._picked = Picked(bridge, self)
        self._picked.told.connect(self.working)
        self.undo = Undo(bridge, self.acts, self._picked, self)
        self.undo.refused.connect(self._refused)
        self.undo.undone.connect(self._undone)
        browser.model.renamed.connect(self._on_renamed)

    # New folders.

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
        where = paths.to_wire(here.into(name).path)
        # Making one that is there already is no error, but not ours to take back.
        self._call(here, [call("file_stat", where), call("folder_make", where)], partial(self._made, here, name))

    def _made(self, here: Location, name: str, results: list[Result]) -> None:
        before, entry = results
        if self._say_first([entry]):
            return
        if isinstance(before, FilexferError):
            self.acts.add(Act("create", here, [Step("", here.into(name).path, etag=entry["etag"], is_folder=True)]))
        self._look(here, (name,))

    # Renaming and moving.

    def rename(self) -> None:
        """Edit the current name in place."""
        self._view.edit_name()

    def _on_renamed(self, row: int, name: str) -> None:
        here, entry = self._browser.here, self._browser.model.entry(row)
        if here is None or entry is None:
            return
        try:
            paths.check_component(name)
        except InvalidPath as error:
            self._bridge.failed.emit(error)
            return
        steps = [Step(here.into(entry.name).path, here.into(name).path, is_folder=entry.kind is Kind.FOLDER)]
        self._move(Act("rename", here, steps))

    def move(self, source: Location, entries: Chosen, into: Location) -> None:
        """Move what was chosen in the folder `source` into another folder of the same server. A name that is in use there stays
        as it is, and so does what would have taken it."""
        if isinstance(entries, Pick):
            self._run("pick_move", Act("move", source, to=into, **_of(entries)), paths.to_wire(into.path))
            return
        steps = [
            Step(source.into(entry.name).path, into.into(entry.name).path, is_folder=entry.kind is Kind.FOLDER)
            for entry in entries
        ]
        self._move(Act("move", source, steps, to=into))

    def _move(self, act: Act) -> None:
        calls = []
        for step in act.steps:
            old = paths.to_wire(step.origin)
            calls += [call("file_stat", old), call("entry_move", old, paths.to_wire(step.path))]
        self._call(act.where, calls, partial(self._moved, act))

    def _moved(self, act: Act, results: list[Result]) -> None:
        done = []
        for step, before, after in zip(act.steps, results[::2], results[1::2], strict=True):
            if isinstance(after, dict):
                step.before, step.etag = _etag(before), after["etag"]
                done.append(step)
        self._say_first(results[1::2])
        self._note(act, done)
        self._look(act.where, [paths.name(step.path) for step in done] if act.what == "rename" else ())
        if act.to is not None:
            self._look(act.to, [paths.name(step.path) for step in done])

    # Deleting.

    def delete(self) -> None:
        """Move what is selected to the trash of its share. Nobody is asked: it can be taken back."""
        self._with_selected(self._delete)

    def erase(self) -> None:
        """Ask, then delete what is selected for good."""
        # Rows may move while the question stands: what it is about is settled before.
        self._with_selected(self._ask_erase)

    def _with_selected(self, act: Callable[[Location, Chosen], None]) -> None:
        here = self._browser.here
        if here is not None:
            Gather(self._browser, self._view.ranges(), partial(act, here)).start()

    def _ask_erase(self, here: Location, entries: Chosen) -> None:
        name = entries.first if isinstance(entries, Pick) else entries[0].name
        one = self.tr("Delete “{name}” for good?").format(name=paths.shown(name))
        text = one if len(entries) == 1 else Words.tr("Delete %Ln items for good?", "", len(entries))
        server = paths.shown(here.name)
        more = self.tr("This goes past the trash of “{server}”, and cannot be taken back.").format(server=server)
        box = Question(self.tr("Delete for good"), text, more, self._window)
        box.add_risk(self.tr("Delete for good")).clicked.connect(partial(self._erase, here, entries))
        box.open()

    def _erase(self, here: Location, entries: Chosen, *_: object) -> None:
        if isinstance(entries, Pick):
            self._run("pick_delete", Act("delete", here, **_of(entries)), {"permanent": True})
            return
        calls = [call("entry_delete", paths.to_wire(here.into(entry.name).path), {"permanent": True}) for entry in entries]
        self._call(here, calls, partial(self._erased, here))

    def _erased(self, here: Location, results: list[Result]) -> None:
        self._say_first(results)
        self._look(here)

    def _delete(self, here: Location, entries: Chosen) -> None:
        if isinstance(entries, Pick):
            self._run("pick_delete", Act("delete", here, **_of(entries)))
            return
        steps = [Step(here.into(entry.name).path, is_folder=entry.kind is Kind.FOLDER) for entry in entries]
        calls = []
        for step in steps:
            where = paths.to_wire(step.origin)
            calls += [call("file_stat", where), call("entry_delete", where)]
        self._call(here, calls, partial(self._deleted, Act("delete", here, steps)))

    def _deleted(self, act: Act, results: list[Result]) -> None:
        done = []
        for step, before, trash_id in zip(act.steps, results[::2], results[1::2], strict=True):
            if isinstance(trash_id, str) and trash_id:
                step.before, step.trash_id = _etag(before), trash_id
                done.append(step)
        self._say_first(results[1::2])
        self._note(act, done)
        self._look(act.where)

    # Very many: by the agent.

    def _run(self, method: str, act: Act, *params: object) -> None:
        ended, failed = partial(self._ran, act), self._bridge.failed.emit
        self._picked.run(method, act.pick, *params, count=act.count, ended=ended, failed=failed)

    def _ran(self, act: Act, found: Progress) -> None:
        if found.error is not None:
            self._bridge.failed.emit(found.error)
        if found.undoable:
            act.count = found.done
            self.acts.add(act)
        else:
            self.told.emit(Words.tr("%Ln items were deleted for good.", "", found.done))
        self._look(act.where)
        if act.to is not None:
            self._look(act.to)

    # What all have in common.

    def _call(self, here: Location, calls: Sequence[dict[str, object]], done: Callable[[list[Result]], object]) -> None:
        Calls(self._bridge, here.server, calls, done).start()

    def _say_first(self, results: Sequence[Result]) -> bool:
        """Say the first failure among the results, if there is one."""
        error = next((one for one in results if isinstance(one, FilexferError)), None)
        if error is not None:
            self._bridge.failed.emit(error)
        return error is not None

    def _note(self, act: Act, done: list[Step]) -> None:
        if done:
            act.steps = done
            self.acts.add(act)

    def _look(self, at: Location, select: Sequence[str] = ()) -> None:
        if at == self._browser.here:
            self._browser.refresh(select)

    # Taking back.

    def _refused(self, error: FilexferError) -> None:
        self._bridge.failed.emit(error)

    def _undone(self, act: Act, back: Sequence[str], sentence: str) -> None:
        self.told.emit(sentence or self.tr("Taken back."))
        self.came_back(act.where.server, back)

    def came_back(self, server: str, back: Sequence[str]) -> None:
        """These paths are there again: show them where they are looked at."""
        here = self._browser.here
        if here is not None and here.server == server:
            self._browser.refresh([paths.name(path) for path in back if paths.parent(path) == here.path])


def _of(chosen: Pick) -> dict[str, Any]:
    """What an act has of it."""
    return {"pick": chosen.number, "count": chosen.count, "name": chosen.first}


def _etag(result: Any) -> str:
    """The version that `file_stat` told; "" where it told none."""
    return str(result["etag"]) if isinstance(result, dict) else ""
