"""Rows of a view that were chosen together, and what is done with them on their server: deleting, moving, and taking that back.
Rules: what was chosen is settled, whatever becomes of the view; a change runs in batches on a thread of its own, is told of while
it runs, and ends where the line to the server breaks: what was not tried then is left as it is."""

from __future__ import annotations

import threading
import time
from array import array
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from filexfer.agent.listing import Listing
from filexfer.agent.multicall import CALLS, call_all
from filexfer.agent.view_news import fault_of
from filexfer.core import paths
from filexfer.core.errors import BadParameters, Changed, FilexferError
from filexfer.core.model import Kind
from filexfer.core.paths import to_wire
from filexfer.protocol import wire

if TYPE_CHECKING:
    from filexfer.client.session import Session

Sessions = Callable[[str], AbstractContextManager["Session"]]


@dataclass(frozen=True, slots=True)
class Chosen:
    """Rows of a listing, in the order they were shown in. `whole`: they are all that the folder holds."""

    server: str
    path: str
    listing: Listing
    rows: array[int]
    whole: bool


def pairs(ranges: array[int]) -> Iterator[tuple[int, int]]:
    """First and last row of each range, that stand behind one another in `ranges`."""
    return zip(ranges[::2], ranges[1::2], strict=True)


class Pick:
    """Attributes: number, chosen, used (monotonic time somebody last asked for it)."""

    def __init__(self, number: int, chosen: Chosen, sessions: Sessions) -> None:
        self.number = number
        self.chosen = chosen
        self.used = time.monotonic()
        self._sessions = sessions
        self._closed = threading.Event()
        self._lock = threading.Lock()  # guards all below
        self._act = ""  # what was done: delete, erase, move; then what is done now: undo
        self._running = False
        self._to = ""
        self._places: list[str] = []  # where those that were changed lay, in the order they were changed
        self._marks: list[str] = []  # of each its id in the trash, or its version after it was moved
        self._done = self._failed = self._renamed = 0
        self._error: FilexferError | None = None
        self._first = ""  # the path of the first that failed, or came back under another name

    def __len__(self) -> int:
        return len(self.chosen.rows)

    @property
    def running(self) -> bool:
        return self._running

    def facts(self) -> dict[str, object]:
        """{pick, count, first, bytes, folders}, see `Picks.view_pick`."""
        return {"pick": self.number, "count": len(self)} | self.chosen.listing.facts(self.chosen.rows)

    def state(self) -> dict[str, object]:
        """How far the change came, see `Picks.pick_state`."""
        with self._lock:
            error = self._error
            return {
                "running": self._running,
                "done": self._done,
                "failed": self._failed,
                "renamed": self._renamed,
                "first": to_wire(self._first),
                "fault": fault_of(error),
                "error": str(error) if error is not None else "",
                "undoable": bool(self._marks),
            }

    def paths(self) -> Iterator[str]:
        """Of each row its path on the server."""
        return (paths.join(self.chosen.path, name) for name in self.chosen.listing.names(self.chosen.rows))

    def close(self) -> None:
        """Have the change end soon."""
        self._closed.set()

    # Changes

    def begin(self, act: str, to: str = "") -> None:
        """Delete them ("delete": into the trash, "erase": for good) or "move" them into the folder `to`, in the background.
        Raises `BadParameters` where they were changed before."""
        with self._lock:
            if self._act:
                raise BadParameters("Something was done with this selection already. Select again, then repeat.")
            self._act, self._to, self._running = act, to, True
        self._start(self._change)

    def begin_undo(self) -> None:
        """Take back in the background what was done. Raises `BadParameters` where there is nothing to take back (any more)."""
        with self._lock:
            if self._running or not self._marks:
                raise BadParameters("There is nothing to take back with this selection.")
            self._running, self._done, self._failed, self._error, self._first = True, 0, 0, None, ""
        self._start(self._take_back)

    def _start(self, work: Callable[[], None]) -> None:
        threading.Thread(target=self._run, args=(work,), name=f"pick-{self.number}", daemon=True).start()

    def _run(self, work: Callable[[], None]) -> None:
        try:
            work()
        except FilexferError as error:
            with self._lock:
                self._error = error
        finally:
            with self._lock:
                self._running = False

    def _change(self) -> None:
        for batch in _batches(self.paths()):
            answers = self._call([self._forward(path) for path in batch])
            with self._lock:
                for path, answer in zip(batch, answers, strict=True):
                    self._note(path, answer)
                    if not isinstance(answer, FilexferError) and self._act != "erase":
                        self._places.append(path)
                        self._marks.append(str(answer.get("etag", "")) if isinstance(answer, dict) else str(answer))

    def _forward(self, path: str) -> tuple[object, ...]:
        if self._act == "move":
            return "entry_move", to_wire(path), to_wire(paths.join(self._to, paths.name(path)))
        return ("entry_delete", to_wire(path), *([{"permanent": True}] if self._act == "erase" else []))

    def _take_back(self) -> None:
        """What could not be tried, for want of a connection, can be tried again; what was refused cannot."""
        while self._marks:
            places, marks = self._places[:CALLS], self._marks[:CALLS]
            answers = self._moved_back(places, marks) if self._act == "move" else self._restored(marks)
            with self._lock:
                del self._places[:CALLS], self._marks[:CALLS]
                for path, answer in zip(places, answers, strict=True):
                    self._note(path, answer)
                    if isinstance(answer, str) and paths.from_wire(answer) != path:
                        self._renamed += 1

    def _restored(self, marks: Sequence[str]) -> list[Any]:
        return self._call([("entry_restore", trash_id) for trash_id in marks])

    def _moved_back(self, places: Sequence[str], marks: Sequence[str]) -> list[Any]:
        """Each goes back if it is still as it was left; folders change with what is in them, and are told by their path."""
        now = [paths.join(self._to, paths.name(path)) for path in places]
        looks = self._call([("file_stat", to_wire(path)) for path in now])
        judged = [_judge(look, mark) for look, mark in zip(looks, marks, strict=True)]
        ready = [number for number, one in enumerate(judged) if isinstance(one, str)]
        calls = [("entry_move", to_wire(now[n]), to_wire(places[n]), {"etag": judged[n]}) for n in ready]
        moved = dict(zip(ready, self._call(calls), strict=True))
        return [moved.get(number, one) for number, one in enumerate(judged)]

    def _call(self, calls: Sequence[tuple[object, ...]]) -> list[Any]:
        if self._closed.is_set():
            raise FilexferError("The background service was stopped meanwhile. Look what was done, then repeat the rest.")
        with self._sessions(self.chosen.server) as session:
            return call_all(session, calls)

    def _note(self, path: str, answer: Any) -> None:
        if not isinstance(answer, FilexferError):
            self._done += 1
            return
        self._failed += 1
        if self._error is None:
            self._error, self._first = answer, path


def _batches(found: Iterator[str]) -> Iterator[list[str]]:
    batch: list[str] = []
    for path in found:
        batch.append(path)
        if len(batch) == CALLS:
            yield batch
            batch = []
    if batch:
        yield batch


def _judge(look: Any, mark: str) -> Any:
    """The version of what was found, or why it is not what the move left there (RFC 9110, section 8.8.3.2: `W/` is no part of
    the version)."""
    if isinstance(look, FilexferError):
        return look
    found = wire.entry_of(look)
    same = found.etag.removeprefix("W/") == mark.removeprefix("W/")
    return found.etag if same or found.kind is Kind.FOLDER else Changed()
