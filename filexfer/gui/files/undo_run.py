"""Takes the last act back: looks first whether what it made is still as it left it, and says in words what is not.

Rules: nothing that changed since is touched; what could not be tried for want of a connection can be tried again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, Signal

from filexfer.core import paths
from filexfer.core.errors import (
    AlreadyExists,
    Changed,
    ConnectionFailed,
    ConnectionLost,
    FilexferError,
    NotEmpty,
    NotFound,
)
from filexfer.gui.files.picked import Picked, Progress
from filexfer.gui.files.undo import Act, Acts, Step, same_version
from filexfer.gui.kit.bridge import Bridge
from filexfer.gui.kit.calls import Calls, Result, call
from filexfer.gui.kit.sentences import why
from filexfer.gui.kit.words import Words

_NOT_TRIED = (ConnectionFailed, ConnectionLost)


class Undo(QObject):
    """`undo()` takes the last act back. Signals: `undone(Act, paths, sentence)`: paths that are there again, and what to know
    about it, "" for nothing; `refused(error)`: what was not taken back, and why."""

    undone = Signal(object, object, str)
    refused = Signal(object)

    def __init__(self, bridge: Bridge, acts: Acts, picked: Picked, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bridge, self._acts, self._picked = bridge, acts, picked
        self._busy = False

    def undo(self) -> None:
        """One at a time: a second wish while the first is under way is dropped."""
        if self._busy or (act := self._acts.take()) is None:
            return
        self._busy = True
        if act.what == "upload":
            self._take_upload_back(act)
        elif act.pick:
            ended, failed = partial(self._unpicked, act), partial(self._not_unpicked, act)
            self._picked.run("pick_undo", act.pick, count=act.count, ended=ended, failed=failed)
        elif act.what == "delete":
            pairs = [(call("entry_restore", step.trash_id), call("file_stat", paths.to_wire(step.origin))) for step in act.steps]
            self._call(act, [one for pair in pairs for one in pair], partial(self._restored, act))
        else:
            self._call(act, [call("file_stat", paths.to_wire(step.path)) for step in act.steps], partial(self._looked, act))

    def _call(self, act: Act, calls: Sequence[dict[str, object]], done: Callable[[list[Result]], object]) -> None:
        Calls(self._bridge, act.where.server, calls, done).start()

    # Deleted: by its id in the trash.

    def _restored(self, act: Act, results: list[Result]) -> None:
        back, outcomes, moved = [], list(results[::2]), ""
        for step, path, entry in zip(act.steps, outcomes, results[1::2], strict=True):
            if isinstance(path, FilexferError):
                continue
            where = paths.from_wire(path)
            back.append(where)
            if where != step.origin:
                moved = Words.tr("“{name}” came back as “{new}”: its name is in use.").format(
                    name=paths.shown(paths.name(step.origin)), new=paths.shown(paths.name(where))
                )
            elif isinstance(entry, dict):
                self._acts.came_back(act.where.server, where, step.before, entry["etag"])
        self._finish(act, outcomes, back, moved)

    # Renamed, moved, created: by path and version.

    def _looked(self, act: Act, results: list[Result]) -> None:
        judged = [_judge(step, result) for step, result in zip(act.steps, results, strict=True)]
        if act.what == "create":
            self._look_inside(act, judged)
            return
        ready = [(step, entry) for step, entry in zip(act.steps, judged, strict=True) if isinstance(entry, dict)]
        calls = [
            call("entry_move", paths.to_wire(step.path), paths.to_wire(step.origin), {"etag": entry["etag"]})
            for step, entry in ready
        ]
        self._call(act, calls, partial(self._moved_back, act, judged))

    def _moved_back(self, act: Act, judged: list[Result], results: list[Result]) -> None:
        answers = iter(results)
        outcomes = [one if isinstance(one, FilexferError) else next(answers) for one in judged]
        back = []
        for step, outcome in zip(act.steps, outcomes, strict=True):
            if isinstance(outcome, dict):
                back.append(step.origin)
                self._acts.came_back(act.where.server, step.origin, step.before, outcome["etag"])
        self._finish(act, outcomes, back)

    def _look_inside(self, act: Act, judged: list[Result]) -> None:
        """A folder that was made goes only while nothing is in it."""
        if isinstance(judged[0], FilexferError):
            self._finish(act, judged, [])
            return
        look = call("file_list", paths.to_wire(act.steps[0].path), {"limit": 1})
        self._call(act, [look], partial(self._looked_inside, act, judged[0]["etag"]))

    def _looked_inside(self, act: Act, etag: str, results: list[Result]) -> None:
        if isinstance(results[0], FilexferError):
            self._finish(act, results, [])
        elif results[0]["entries"]:
            self._finish(act, [NotEmpty()], [])
        else:
            remove = call("entry_delete", paths.to_wire(act.steps[0].path), {"etag": etag})
            self._call(act, [remove], lambda results: self._finish(act, results, []))

    # Uploaded: the agent knows which files the job brought.

    def _take_upload_back(self, act: Act) -> None:
        self._bridge.ask("job_undo", act.job, done=partial(self._unsent, act), failed=partial(self._not_unsent, act))

    def _unsent(self, act: Act, answer: dict[str, Any]) -> None:
        self._busy = False
        kept = int(answer["kept"])
        if kept:
            first = paths.shown(paths.name(paths.from_wire(answer["first_kept"])))
            one = self.tr("“{name}” has changed since it was uploaded. It was left as it is.")
            many = self.tr("%Ln of the uploaded files have changed since, “{name}” first. They were left as they are.", "", kept)
            sentence = one if kept == 1 else many
            self.refused.emit(Changed(sentence.format(name=first)))
        if answer["deleted"]:
            self.undone.emit(act, [], "")

    def _not_unsent(self, act: Act, error: FilexferError) -> None:
        self._busy = False
        if isinstance(error, _NOT_TRIED):
            self._acts.put_back(act, act.steps)
        self.refused.emit(error)

    # Very many: the agent knows what was done with each.

    def _unpicked(self, act: Act, found: Progress) -> None:
        self._busy = False
        if found.undoable:
            self._acts.put_back(act, ())
        if found.failed and found.error is not None:
            self.refused.emit(_explain(Step(origin=found.first), found.error, found.failed, act.count))
        elif found.error is not None:
            self.refused.emit(found.error)
        if found.done:
            moved = Words.tr("%Ln items came back under other names: theirs are in use.", "", found.renamed)
            self.undone.emit(act, [], moved if found.renamed else "")

    def _not_unpicked(self, act: Act, error: FilexferError) -> None:
        if isinstance(error, NotFound):
            error = NotFound(Words.tr("This cannot be taken back any more. What was deleted lies in the trash of its share."))
        self._not_unsent(act, error)

    # The end of all.

    def _finish(self, act: Act, outcomes: Sequence[Result], back: Sequence[str], sentence: str = "") -> None:
        self._busy = False
        failed = [(step, one) for step, one in zip(act.steps, outcomes, strict=True) if isinstance(one, FilexferError)]
        again = [step for step, error in failed if isinstance(error, _NOT_TRIED)]
        if again:
            self._acts.put_back(act, again)
        if failed:
            self.refused.emit(_explain(*failed[0], len(failed), len(outcomes)))
        if len(failed) < len(outcomes):
            self.undone.emit(act, back, sentence)


def _judge(step: Step, result: Result) -> Result:
    """What was found at the path of `step`, or why it is not what the act left there."""
    if isinstance(result, FilexferError):
        return result
    is_folder = result["kind"] == "folder"
    if is_folder != step.is_folder or not (is_folder or same_version(step.etag, result["etag"])):
        return Changed()
    return result


def _explain(step: Step, error: FilexferError, failed: int, total: int) -> FilexferError:
    """Why the first of so many was not taken back."""
    name = paths.shown(paths.name(step.path or step.origin))
    sentence = _sentence(error).format(name=name, old=paths.shown(paths.name(step.origin)))
    if total > 1:
        counted = Words.tr("%Ln items were not taken back.", "", failed)
        sentence = f"{counted} {sentence}"
    return type(error)(sentence) if type(error) in _SAYABLE else FilexferError(sentence)


_SAYABLE = (Changed, NotFound, NotEmpty, AlreadyExists, ConnectionFailed, ConnectionLost)


def _sentence(error: FilexferError) -> str:
    if isinstance(error, Changed):
        return Words.tr("“{name}” has changed since. It was left as it is.")
    if isinstance(error, NotEmpty):
        return Words.tr("“{name}” is not empty any more. It was left as it is.")
    if isinstance(error, AlreadyExists):
        return Words.tr("The name “{old}” is in use again. “{name}” was left as it is.")
    if isinstance(error, NotFound):
        return Words.tr("“{name}” is not there any more.")
    return why(error).replace("{", "{{").replace("}", "}}")
