"""What can be taken back: the last changes that were made in this window, and the way back of each entry.

Rules: values and a list; asks nobody. An entry is known by its path and its version (etag), or by its id in the trash.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from PySide6.QtCore import QObject, Signal

from filexfer.core import paths
from filexfer.gui.kit.location import Location
from filexfer.gui.kit.words import Words

#: So many changes can be taken back.
KEPT = 20

What = Literal["delete", "rename", "move", "create", "upload"]


@dataclass(slots=True)
class Step:
    """One entry of an act.

    Attributes:
        origin: path it had before; "" for what was not there.
        path: path it has now; "" for what was deleted.
        trash_id: of what was deleted.
        before, etag: its version before the act, and now; "" where that is not known.
        is_folder: folders change with what is in them, and are told by their path alone.
    """

    origin: str = ""
    path: str = ""
    trash_id: str = ""
    before: str = ""
    etag: str = ""
    is_folder: bool = False


@dataclass(slots=True)
class Act:
    """One change as a person made it.

    Attributes:
        where: the folder it was made in.
        to: where things were moved.
        job: of an upload.
        pick: under which the agent keeps what it was about, where these were very many; there are no steps then.
        name, count: of an upload or a pick the name of the first item, and how many there are.
    """

    what: What
    where: Location
    steps: list[Step] = field(default_factory=list)
    to: Location | None = None
    job: int = 0
    pick: int = 0
    name: str = ""
    count: int = 1

    @property
    def words(self) -> str:
        """What was done, as a sentence."""
        name = self.name or paths.name(self.steps[0].origin or self.steps[0].path)
        one = {
            "delete": Words.tr("“{name}” is in the trash now."),
            "rename": Words.tr("“{name}” is called “{new}” now."),
            "move": Words.tr("“{name}” is in “{place}” now."),
            "create": Words.tr("“{name}” was created."),
            "upload": Words.tr("“{name}” was uploaded."),
        }[self.what]
        count = self.count if self.pick else len(self.steps)
        if self.what == "upload" and self.count > 1:
            one = Words.tr("%Ln items were uploaded.", "", self.count)
        elif count > 1:
            one = (
                Words.tr("%Ln items are in the trash now.", "", count)
                if self.what == "delete"
                else Words.tr("%Ln items are in “{place}” now.", "", count)
            )
        place = "" if self.to is None else paths.name(self.to.path) or self.to.name
        new = paths.name(self.steps[0].path) if self.steps else ""
        return one.format(name=paths.shown(name), new=paths.shown(new), place=paths.shown(place))


def undo_words(what: What | None) -> str:
    """What Ctrl+Z does, for a menu."""
    if what is None:
        return Words.tr("Undo")
    return {
        "delete": Words.tr("Undo deleting"),
        "rename": Words.tr("Undo renaming"),
        "move": Words.tr("Undo moving"),
        "create": Words.tr("Undo creating a folder"),
        "upload": Words.tr("Undo uploading"),
    }[what]


class Acts(QObject):
    """The list. Signals: `added(Act)`; `changed()` when another one is the last."""

    added = Signal(object)
    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._acts: list[Act] = []

    @property
    def last(self) -> Act | None:
        return self._acts[-1] if self._acts else None

    def add(self, act: Act) -> None:
        """An act was done just now."""
        self._acts = [*self._acts[1 - KEPT :], act]
        self.added.emit(act)
        self.changed.emit()

    def take(self) -> Act | None:
        """The last one, which is taken back now."""
        act = self._acts.pop() if self._acts else None
        self.changed.emit()
        return act

    def put_back(self, act: Act, steps: Sequence[Step]) -> None:
        """These steps of an act could not be tried."""
        act.steps = list(steps)
        self._acts.append(act)
        self.changed.emit()

    def came_back(self, server: str, path: str, before: str, now: str) -> None:
        """An entry is at `path` again, unchanged but for its version: from `before`, which earlier acts may know, to `now`."""
        for act in self._acts:
            for step in act.steps:
                if act.where.server == server and step.path == path and same_version(step.etag, before):
                    step.etag = now


def same_version(one: str, other: str) -> bool:
    """Whether two etags name one version as far as is known (RFC 9110, section 8.8.3.2)."""
    return bool(one) and one.removeprefix("W/") == other.removeprefix("W/")
